package virtual

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"sync"
	"time"
)

// web is what virtual displays and gateways have in common that are HTTP servers: a port
// that they keep over power cycles, and the faults of a bad connection (Garbage, Hang,
// Busy, DropMidFrame). The faults of a protocol are the business of its handler, which
// asks currentFault.
type web struct {
	handler http.Handler

	mu      sync.Mutex
	addr    string // where it listens, or listened before it was switched off
	fault   Fault
	healed  chan struct{} // closed and replaced when the fault changes
	noise   *rand.Rand
	on      bool
	server  *http.Server
	port    net.Listener
	changed chan struct{} // closed and replaced when the power changes
}

func newWeb(addr string, seed uint64, handler http.Handler) *web {
	if addr == "" {
		addr = "127.0.0.1:0"
	}
	return &web{handler: handler, addr: addr, noise: rand.New(rand.NewPCG(seed, 0)), on: true,
		healed: make(chan struct{}), changed: make(chan struct{})}
}

// Addr is the host:port where the device listens, or listened before it was switched
// off. Before Serve or Listen its port may be 0.
func (w *web) Addr() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.addr
}

// SetFault makes the device misbehave, or behave again.
func (w *web) SetFault(f Fault) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.fault = f
	close(w.healed)
	w.healed = make(chan struct{})
}

func (w *web) currentFault() Fault {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.fault
}

// Listen opens the port, so that Addr is known before Serve runs.
func (w *web) Listen() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.listen()
}

// listen opens the port if the device is on and it is not open yet. w.mu is held.
func (w *web) listen() error {
	if !w.on || w.server != nil {
		return nil
	}
	ln, err := net.Listen("tcp", w.addr)
	if err != nil {
		return fmt.Errorf("listen for a virtual device: %w", err)
	}
	w.addr, w.port = ln.Addr().String(), ln
	w.server = &http.Server{Handler: http.HandlerFunc(w.serve), ReadHeaderTimeout: 10 * time.Second}
	go func(s *http.Server) {
		if err := s.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
			panic(fmt.Sprintf("virtual device at %s: %v", w.addr, err)) // nothing else ends a listener on loopback
		}
	}(w.server)
	return nil
}

// run answers until ctx ends, then drops all connections.
func (w *web) run(ctx context.Context) error {
	for {
		w.mu.Lock()
		err, changed := w.listen(), w.changed
		w.mu.Unlock()
		if err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			w.mu.Lock()
			defer w.mu.Unlock()
			return w.stop()
		case <-changed:
		}
	}
}

// stop closes the port and drops the connections. w.mu is held.
func (w *web) stop() error {
	if w.server == nil {
		return nil
	}
	err := w.server.Close()
	// A server that was closed before it came to serve leaves its port open for a moment.
	if lerr := w.port.Close(); !errors.Is(lerr, net.ErrClosed) {
		err = errors.Join(err, lerr)
	}
	w.server, w.port = nil, nil
	return err
}

// power switches the port on or off. The owner looks after the glass.
func (w *web) power(on bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.on == on {
		return
	}
	w.on = on
	var err error
	if on {
		err = w.listen()
	} else {
		err = w.stop()
	}
	if err != nil {
		panic(err) // the port was ours a moment ago
	}
	close(w.changed)
	w.changed = make(chan struct{})
}

// move gives the device another address, as DHCP does.
func (w *web) move(addr string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.stop(); err != nil {
		return err
	}
	w.addr = addr
	close(w.changed) // what is announced has changed
	w.changed = make(chan struct{})
	return w.listen()
}

// reachable reports whether the device listens, and gives the channel that is closed when
// that changes.
func (w *web) reachable() (bool, <-chan struct{}) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.server != nil, w.changed
}

// serve lives the faults of the connection.
func (w *web) serve(rw http.ResponseWriter, r *http.Request) {
	w.mu.Lock()
	fault, healed := w.fault, w.healed
	w.mu.Unlock()
	switch fault {
	case Hang:
		select {
		case <-healed: // whoever still waits is dropped
		case <-r.Context().Done():
		}
		panic(http.ErrAbortHandler)
	case Busy:
		panic(http.ErrAbortHandler)
	case Garbage:
		w.spoil(rw)
	case DropMidFrame:
		_, _ = io.CopyN(io.Discard, r.Body, max(1, r.ContentLength/2))
		// Half of an answer: the head promises more than comes.
		rw.Header().Set("Content-Length", "1000")
		_, _ = io.WriteString(rw, `{"sta`)
		_ = http.NewResponseController(rw).Flush()
		panic(http.ErrAbortHandler)
	default:
		w.handler.ServeHTTP(rw, r)
	}
}

// spoil answers with bytes that are no HTTP.
func (w *web) spoil(rw http.ResponseWriter) {
	conn, _, err := http.NewResponseController(rw).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	defer conn.Close()
	junk := make([]byte, 300)
	w.mu.Lock()
	for i := range junk {
		junk[i] = byte(w.noise.Uint32())
	}
	w.mu.Unlock()
	_, _ = conn.Write(junk)
}

// glazed is the glass of a virtual device that is not an OpenDisplay, with its own lock.
type glazed struct {
	mu sync.Mutex
	panel
}

func newGlazed(m Model) *glazed { return &glazed{panel: newPanel(m)} }

// Glass returns what the display shows now.
func (g *glazed) Glass() Glass {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.glass()
}

// Model is the panel and the board behind it.
func (g *glazed) Model() Model { return g.model }

// Watch returns a channel that holds the latest Glass: at first the present one, then a
// new one whenever it changed. A slow reader misses states, never the last one. The
// channel is closed when ctx ends.
func (g *glazed) Watch(ctx context.Context) <-chan Glass {
	g.mu.Lock()
	defer g.mu.Unlock()
	ch := g.watch()
	context.AfterFunc(ctx, func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		g.unwatch(ch)
	})
	return ch
}

// refresh shows a packed frame after the panel's time, scaled. It reports false if ctx
// ended or the power went meanwhile: then the glass keeps its picture.
func (g *glazed) refresh(ctx context.Context, packed []byte, took time.Duration) bool {
	g.mu.Lock()
	g.state.Refreshing = true
	g.changed()
	g.mu.Unlock()
	done := sleep(ctx, took)
	g.mu.Lock()
	defer g.mu.Unlock()
	g.state.Refreshing = false
	if done = done && g.state.Powered; done {
		g.show(packed)
	}
	g.changed()
	return done
}

// powered tells the glass whether the display is on.
func (g *glazed) powered(on bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.state.Powered = on
	g.changed()
}
