package entra

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// callback is what the browser brings back: a code or a failure.
type callback struct {
	state, code string
	failure     wireError
}

// arrival is the callback that counts; the browser waits for reply.
type arrival struct {
	callback callback
	reply    chan<- page // takes one without blocking
}

// loopback is the one-shot web server that the browser is redirected to
// (RFC 8252 7.3, 8.3). It listens on 127.0.0.1 and on ::1, because a browser may
// take "localhost" for either.
type loopback struct {
	f       *flow
	port    int
	server  *http.Server
	serving sync.WaitGroup
	used    atomic.Bool
	arrived chan arrival  // buffered for the only one
	closing chan struct{} // closed when no answer will come any more
}

func listen(ctx context.Context, f *flow) (*loopback, error) {
	lns, port, err := listenBoth(ctx, f.c.Port)
	if err != nil {
		return nil, &Error{Op: f.op(), Err: err, At: f.o.Now(),
			Title:  fmt.Sprintf("This computer does not let Roomink listen on %s for the browser's answer", portName(f.c.Port)),
			Remedy: "Another program may use the port: end it, or choose another port or none in the settings. A firewall may also forbid listening on this computer itself."}
	}
	lb := &loopback{f: f, port: port, arrived: make(chan arrival, 1), closing: make(chan struct{})}
	lb.server = &http.Server{Handler: lb, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 10 * time.Second}
	for _, ln := range lns {
		lb.serving.Go(func() { _ = lb.server.Serve(ln) }) // ends when close shuts the server down
	}
	return lb, nil
}

func portName(port int) string {
	if port == 0 {
		return "any port"
	}
	return "port " + strconv.Itoa(port)
}

// listenBoth listens on one port of both loopback addresses. Where the IPv4 port
// is free but somebody else holds the same IPv6 port, a browser could bring the
// answer to them, so a fixed port is refused and a free one is drawn again.
func listenBoth(ctx context.Context, fixed int) ([]net.Listener, int, error) {
	var lc net.ListenConfig
	var err error
	for range 10 {
		var v4, v6 net.Listener
		if v4, err = lc.Listen(ctx, "tcp4", net.JoinHostPort("127.0.0.1", strconv.Itoa(fixed))); err != nil {
			return nil, 0, err
		}
		port := v4.Addr().(*net.TCPAddr).Port
		if v6, err = lc.Listen(ctx, "tcp6", net.JoinHostPort("::1", strconv.Itoa(port))); err == nil {
			return []net.Listener{v4, v6}, port, nil
		}
		if !addressTaken(err) { // no IPv6 on this computer
			return []net.Listener{v4}, port, nil
		}
		_ = v4.Close() // it never served: nothing to lose
		if fixed != 0 {
			break
		}
	}
	return nil, 0, err
}

// wsaeAddrInUse and wsaeAccess are what Windows says of a port that is taken, or
// taken exclusively; syscall has no names for them there.
const (
	wsaeAccess    = syscall.Errno(10013)
	wsaeAddrInUse = syscall.Errno(10048)
)

func addressTaken(err error) bool {
	return errors.Is(err, syscall.EADDRINUSE) || errors.Is(err, wsaeAddrInUse) || errors.Is(err, wsaeAccess)
}

// close stops listening, but first lets the page reach the browser.
func (lb *loopback) close(ctx context.Context) {
	close(lb.closing)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 3*time.Second)
	defer cancel()
	if lb.server.Shutdown(ctx) != nil {
		_ = lb.server.Close() // a browser that doesn't read its page is cut off
	}
	lb.serving.Wait()
}

// ServeHTTP answers the browser. Only a request that carries this flow's state
// ends the flow; everything else (icons, other tabs, hostile pages) is answered
// and forgotten.
func (lb *loopback) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case !lb.ownHost(r.Host): // DNS rebinding: a web page under its own name, pointed at us
		http.Error(w, "This address belongs to a program on this computer.", http.StatusMisdirectedRequest)
		return
	case r.URL.Path != lb.f.c.RedirectPath:
		http.NotFound(w, r)
		return
	case r.Method != http.MethodGet:
		w.Header().Set("Allow", http.MethodGet)
		http.Error(w, "Only GET is allowed here.", http.StatusMethodNotAllowed)
		return
	}
	cb, err := parseCallback(r.URL.RawQuery)
	if err != nil || subtle.ConstantTimeCompare([]byte(cb.state), []byte(lb.f.state)) != 1 {
		strangerPage(lb.f.c.Tenant).write(w)
		return
	}
	if lb.used.Swap(true) {
		usedPage().write(w)
		return
	}
	reply := make(chan page, 1)
	lb.arrived <- arrival{cb, reply}
	select {
	case p := <-reply:
		p.write(w)
	case <-lb.closing:
		select { // the reply is sent before closing; prefer it
		case p := <-reply:
			p.write(w)
		default:
			gonePage().write(w)
		}
	}
}

func (lb *loopback) ownHost(host string) bool {
	port := strconv.Itoa(lb.port)
	return slices.Contains([]string{"localhost:" + port, "127.0.0.1:" + port, "[::1]:" + port}, host)
}

var errNotACallback = errors.New("neither a code nor an error, or something twice")

// parseCallback reads the query of a redirect (RFC 6749 4.1.2). A parameter that
// comes twice makes it invalid (RFC 6749 3.1).
func parseCallback(query string) (callback, error) {
	if len(query) > 1<<16 {
		return callback{}, errNotACallback
	}
	q, err := url.ParseQuery(query)
	if err != nil {
		return callback{}, err
	}
	for _, name := range []string{"state", "code", "error", "error_description", "error_subcode"} {
		if len(q[name]) > 1 {
			return callback{}, errNotACallback
		}
	}
	cb := callback{state: q.Get("state"), code: q.Get("code")}
	switch kind := q.Get("error"); {
	case kind == "" && cb.code != "":
		return cb, nil
	case kind != "" && cb.code == "":
		cb.failure = describe(kind, q.Get("error_subcode"), q.Get("error_description"))
		return cb, nil
	}
	return callback{}, errNotACallback
}
