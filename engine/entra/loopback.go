package entra

import (
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

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

	mu   sync.Mutex
	mute map[net.Conn]bool // connections that have not sent a request yet
}

// maxHeader bounds what one request may hold: a code has some 2 KB, but a browser
// also brings the cookies of everything that ever ran on localhost.
const maxHeader = 64 << 10

func listen(ctx context.Context, f *flow) (*loopback, error) {
	lns, port, err := listenBoth(ctx, f.c.Port)
	if err != nil {
		return nil, &Error{Op: f.op(), Err: err, At: f.o.Now(),
			Title:  fmt.Sprintf("This computer does not let Roomink listen on %s for the browser's answer", portName(f.c.Port)),
			Remedy: "Another program may use the port: end it, or choose another port or none in the settings. A firewall may also forbid listening on this computer itself."}
	}
	lb := &loopback{f: f, port: port, arrived: make(chan arrival, 1), closing: make(chan struct{}), mute: map[net.Conn]bool{}}
	lb.server = &http.Server{Handler: lb, ConnContext: lb.connected, ConnState: lb.stateChanged, MaxHeaderBytes: maxHeader,
		ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 10 * time.Second, IdleTimeout: 10 * time.Second,
		ErrorLog: log.New(io.Discard, "", 0)} // strangers' nonsense is not worth a line
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

// connKey finds the connection in the context of its requests.
type connKey struct{}

// connected and stateChanged keep count of the connections that are silent:
// browsers open some in advance, and hostile programs leave theirs half-open.
func (lb *loopback) connected(ctx context.Context, c net.Conn) context.Context {
	lb.mu.Lock()
	defer lb.mu.Unlock()
	lb.mute[c] = true
	return context.WithValue(ctx, connKey{}, c)
}

func (lb *loopback) stateChanged(c net.Conn, s http.ConnState) {
	if s == http.StateClosed {
		lb.heard(c)
	}
}

func (lb *loopback) heard(c net.Conn) {
	lb.mu.Lock()
	defer lb.mu.Unlock()
	delete(lb.mute, c)
}

// close stops listening, but first lets the page reach the browser. Connections
// that never asked for anything are not waited for.
func (lb *loopback) close(ctx context.Context) {
	close(lb.closing)
	lb.mu.Lock()
	for c := range lb.mute {
		_ = c.Close() // nothing was said on it
	}
	lb.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 3*time.Second)
	defer cancel()
	if lb.server.Shutdown(ctx) != nil {
		_ = lb.server.Close() // a browser that doesn't read its page is cut off
	}
	lb.serving.Wait()
}
