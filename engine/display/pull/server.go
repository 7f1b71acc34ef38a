package pull

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"runtime"
	"runtime/debug"
	"sync"
	"time"
)

// ServerOptions configure a [Server].
type ServerOptions struct {
	Protocols []Protocol
	Desk      Desk
	Shelf     *Shelf // served as well; may be nil
	// Hosts are the names and IP addresses, without port, by which displays may call the
	// server: those that people were told to type in. The address at which a connection
	// comes in need not be among them.
	Hosts  []string
	Limits Limits
	Now    func() time.Time // default time.Now
	Logger *slog.Logger     // gets faults of ours, never what a display asked for; default: nothing
}

// Server is the one HTTP door for all displays that fetch. Everybody on the network can
// knock at it, so it trusts nobody:
//
//   - It answers only under its own name and address. A page in somebody's browser whose
//     name was made to point here (DNS rebinding) gets 421 Misdirected Request.
//   - It bounds the connections, in all and from each client, the requests of each client,
//     the sizes of heads and bodies, and how long each step of a request may take.
//   - A page that panics ends its own request only.
//   - What it does not know and what a wrong token asks for look the same, see [http.NotFound].
//   - It does not say what it is, lists nothing, and writes no address into a log.
//
// It speaks plain HTTP: the displays can't do more. Whoever can listen on the network
// sees the pictures and the tokens.
type Server struct {
	hosts   hosts
	limits  Limits
	clients *clients
	mux     *http.ServeMux
	log     *slog.Logger
}

// How long a client may take. A display in bad reception gets some kilobytes a second, and
// the largest picture has some hundred.
const (
	headTime  = 10 * time.Second
	readTime  = 30 * time.Second // of a whole request
	writeTime = 2 * time.Minute  // of a whole answer
	idleTime  = 30 * time.Second
)

// What a client may send.
const (
	maxHead = 16 << 10 // sensors of a TRMNL report themselves in a header
	maxBody = 64 << 10 // logs of a TRMNL
)

// New makes a server that serves the pages of all protocols.
func New(o ServerOptions) *Server {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	o.Limits.setDefaults()
	s := &Server{
		hosts: newHosts(o.Hosts), limits: o.Limits, clients: newClients(o.Limits, o.Now),
		mux: http.NewServeMux(), log: o.Logger,
	}
	for _, p := range o.Protocols {
		p.Routes(s.mux, o.Desk)
	}
	if o.Shelf != nil {
		s.mux.Handle(shelfPath, o.Shelf.Handler())
	}
	return s
}

// Serve answers the displays that come in on l until ctx ends, which it returns, or l
// fails. It closes l, drops all connections and waits for everything that it started.
// It may be called again, with another listener.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var conns sync.WaitGroup
	server := &http.Server{
		Handler:           s.handler(&conns),
		ReadHeaderTimeout: headTime, ReadTimeout: readTime, WriteTimeout: writeTime, IdleTimeout: idleTime,
		MaxHeaderBytes: maxHead,
		BaseContext:    func(net.Listener) context.Context { return ctx },
		// A hijacked connection belongs to its handler, which is counted in its place.
		ConnState: func(_ net.Conn, state http.ConnState) {
			switch state {
			case http.StateNew:
				conns.Add(1)
			case http.StateClosed:
				conns.Done()
			}
		},
		ErrorLog: slog.NewLogLogger(s.log.Handler(), slog.LevelDebug),
	}
	stop := context.AfterFunc(ctx, func() { _ = server.Close() }) // an error would be of l, which nobody uses any more
	err := server.Serve(Bound(l, s.limits))
	if stop() {
		_ = server.Close()
	}
	if ctx.Err() != nil {
		err = ctx.Err()
	} else {
		err = fmt.Errorf("serve displays: %w", err)
	}
	cancel()
	conns.Wait()
	return err
}

// handler is what stands before all pages.
func (s *Server) handler(conns *sync.WaitGroup) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a := &answer{ResponseWriter: w}
		defer func() {
			p := recover()
			if a.hijacked {
				conns.Done()
			}
			if p != nil {
				s.panicked(a, r, p)
			}
		}()
		if s.admit(a, r) {
			s.mux.ServeHTTP(a, r)
		}
	})
}

// admit answers requests that no page should see, and reports whether this is another.
func (s *Server) admit(w http.ResponseWriter, r *http.Request) bool {
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Referrer-Policy", "no-referrer") // addresses hold tokens
	switch {
	case !s.clients.allow(clientOf(r.RemoteAddr)):
		refuse(w, http.StatusTooManyRequests, "Too many requests: wait a minute.")
	case !s.hosts.allow(r):
		refuse(w, http.StatusMisdirectedRequest,
			"Displays are served only under the address that Roomink shows in its window.")
	case r.Method != http.MethodGet && r.Method != http.MethodHead && r.Method != http.MethodPost:
		w.Header().Set("Allow", "GET, HEAD, POST")
		refuse(w, http.StatusMethodNotAllowed, "This is not done here.")
	case r.ContentLength > maxBody:
		refuse(w, http.StatusRequestEntityTooLarge, "That is too much.")
	default:
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		return true
	}
	return false
}

// refuse ends the connection as well: who is refused shall not hold it.
func refuse(w http.ResponseWriter, status int, words string) {
	w.Header().Set("Connection", "close")
	if status == http.StatusTooManyRequests {
		w.Header().Set("Retry-After", "60")
	}
	http.Error(w, words, status)
}

// panicked tells the log which page failed, but not what it was asked for: the value of a
// panic may quote it, unless it is the runtime's.
func (s *Server) panicked(a *answer, r *http.Request, p any) {
	if p == http.ErrAbortHandler {
		panic(p)
	}
	what := fmt.Sprintf("%T", p)
	var fault runtime.Error
	if err, ok := p.(error); ok && errors.As(err, &fault) {
		what = fault.Error()
	}
	s.log.Error("a page for displays panicked", "page", r.Pattern, "panic", what, "stack", string(debug.Stack()))
	if a.hijacked {
		return
	}
	if a.begun {
		panic(http.ErrAbortHandler) // the display must not take a part for the whole
	}
	http.Error(a, "Something went wrong here.", http.StatusInternalServerError)
}

// answer knows how far an answer got.
type answer struct {
	http.ResponseWriter
	begun    bool
	hijacked bool
}

func (a *answer) WriteHeader(status int) {
	a.begun = true
	a.ResponseWriter.WriteHeader(status)
}

func (a *answer) Write(p []byte) (int, error) {
	a.begun = true
	return a.ResponseWriter.Write(p)
}

// Hijack is for [Send].
func (a *answer) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, buf, err := http.NewResponseController(a.ResponseWriter).Hijack()
	a.hijacked = err == nil
	return conn, buf, err
}

// Unwrap is for [http.ResponseController].
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }
