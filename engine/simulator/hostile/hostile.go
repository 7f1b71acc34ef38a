// Package hostile holds servers that misbehave, for the tests of whatever asks devices on
// the network: they answer without end, one byte now and then, with wrong lengths, with
// bombs, with redirects. A client must survive each with an error, soon and without
// filling its memory.
//
//	for _, kind := range hostile.Kinds() {
//		s, err := hostile.HTTP(kind, hostile.Options{})
//		...
//		defer s.Close()
//		// ask s.Addr() for anything
//	}
//
// [Values] and [Mutations] do the same inside well-formed JSON.
package hostile

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// Kind is a way in which a server misbehaves.
type Kind string

// The kinds of hostile servers.
const (
	Silence         Kind = "silence"         // never answers, never reads the request's body
	Hangup          Kind = "hangup"          // closes without an answer
	Reset           Kind = "reset"           // resets the connection without an answer
	NoHTTP          Kind = "noHTTP"          // answers with bytes that are no HTTP
	TLS             Kind = "tls"             // answers as a TLS server does to plain text
	EndlessBody     Kind = "endlessBody"     // an answer of no told length that never ends
	EndlessChunks   Kind = "endlessChunks"   // the same in chunks
	EndlessHeader   Kind = "endlessHeader"   // header lines without end
	EndlessLine     Kind = "endlessLine"     // a status line without end
	Informational   Kind = "informational"   // "100 Continue" without end
	SlowLoris       Kind = "slowLoris"       // a right answer, a byte now and then
	SlowHeader      Kind = "slowHeader"      // header lines, one now and then, without end
	ShortBody       Kind = "shortBody"       // promises more than it sends
	LongBody        Kind = "longBody"        // sends more than it promised: half of a JSON counts
	HugeLength      Kind = "hugeLength"      // promises 2⁶² bytes and sends some
	BadLength       Kind = "badLength"       // promises -1 bytes
	TwoLengths      Kind = "twoLengths"      // promises two different lengths
	BadChunks       Kind = "badChunks"       // chunks whose sizes are no numbers
	GzipBomb        Kind = "gzipBomb"        // 1 GiB of zeros, compressed
	Nested          Kind = "nested"          // JSON a million arrays deep
	RedirectLoop    Kind = "redirectLoop"    // to itself
	RedirectAway    Kind = "redirectAway"    // to another server, see Server.Followed
	RedirectAwayRaw Kind = "redirectAwayRaw" // the same as 307, which keeps method and body
)

// Kinds lists all kinds.
func Kinds() []Kind {
	return []Kind{Silence, Hangup, Reset, NoHTTP, TLS, EndlessBody, EndlessChunks, EndlessHeader,
		EndlessLine, Informational, SlowLoris, SlowHeader, ShortBody, LongBody, HugeLength, BadLength,
		TwoLengths, BadChunks, GzipBomb, Nested, RedirectLoop, RedirectAway, RedirectAwayRaw}
}

// Options say when a server misbehaves. The zero value does so always.
type Options struct {
	// Healthy answers the requests for which Turn gives false. Both or none.
	Healthy http.Handler
	Turn    func(*http.Request) bool
}

// Server is a running hostile server on loopback.
type Server struct {
	kind     Kind
	o        Options
	srv      *http.Server
	addr     string
	away     *http.Server // where redirects point
	awayAddr string

	requests, followed atomic.Int64
	done               chan struct{}
	mu                 sync.Mutex
	conns              map[net.Conn]struct{} // nil once closed
	wg                 sync.WaitGroup
}

// HTTP starts a server on a port of 127.0.0.1 that the system chooses.
func HTTP(kind Kind, o Options) (*Server, error) {
	if acts[kind] == nil {
		return nil, fmt.Errorf("no hostile server is of kind %q", kind)
	}
	s := &Server{kind: kind, o: o, done: make(chan struct{}), conns: map[net.Conn]struct{}{}}
	var err error
	if s.away, s.awayAddr, err = s.listen(func(w http.ResponseWriter, _ *http.Request) {
		s.followed.Add(1)
		fmt.Fprint(w, "{}")
	}); err != nil {
		return nil, err
	}
	if s.srv, s.addr, err = s.listen(s.serve); err != nil {
		return nil, errors.Join(err, s.away.Close())
	}
	return s, nil
}

func (s *Server) listen(h http.HandlerFunc) (*http.Server, string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, "", fmt.Errorf("start a hostile server: %w", err)
	}
	srv := &http.Server{Handler: h, ReadHeaderTimeout: time.Minute}
	s.wg.Go(func() { _ = srv.Serve(l) }) // ends by Close alone
	return srv, l.Addr().String(), nil
}

// Addr is host:port of the server.
func (s *Server) Addr() string { return s.addr }

// URL is the same as a URL.
func (s *Server) URL() string { return "http://" + s.addr }

// Requests counts those that the server misbehaved at.
func (s *Server) Requests() int { return int(s.requests.Load()) }

// Followed counts the requests at the place that redirects point to.
func (s *Server) Followed() int { return int(s.followed.Load()) }

// Close ends the server and all its connections, and waits for them.
func (s *Server) Close() error {
	s.mu.Lock()
	if s.conns == nil {
		s.mu.Unlock()
		return nil
	}
	close(s.done)
	for c := range s.conns {
		_ = c.Close() // so that no write blocks
	}
	s.conns = nil
	s.mu.Unlock()
	err := errors.Join(s.srv.Close(), s.away.Close())
	s.wg.Wait()
	return err
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	if s.o.Turn != nil && !s.o.Turn(r) {
		s.o.Healthy.ServeHTTP(w, r)
		return
	}
	s.requests.Add(1)
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if s.keep(conn) {
		defer s.drop(conn)
		acts[s.kind](s, conn)
	}
}

// keep takes a connection that http.Server no longer looks after. It reports false, and
// closes it, if the server is closed already.
func (s *Server) keep(conn net.Conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.conns == nil {
		_ = conn.Close()
		return false
	}
	s.conns[conn] = struct{}{}
	s.wg.Add(1)
	return true
}

func (s *Server) drop(conn net.Conn) {
	defer s.wg.Done()
	s.mu.Lock()
	defer s.mu.Unlock()
	_ = conn.Close()
	delete(s.conns, conn)
}
