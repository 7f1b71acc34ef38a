package pull_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/roomink/roomink/engine/display/pull"
)

// pages is a protocol with a page for each thing that can go wrong.
type pages struct {
	mu    sync.Mutex
	taken []bool
	sent  chan struct{}
}

func (*pages) Protocol() string { return "pages" }

func (p *pages) Routes(mux *http.ServeMux, _ pull.Desk) {
	mux.HandleFunc("GET /hello", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "hello") })
	mux.HandleFunc("POST /echo", func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			http.Error(w, "too long", http.StatusRequestEntityTooLarge)
			return
		}
		fmt.Fprint(w, len(body))
	})
	mux.HandleFunc("GET /panic/{secret}", func(_ http.ResponseWriter, r *http.Request) { panic("oh no: " + r.PathValue("secret")) })
	mux.HandleFunc("GET /torn", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, "half of ")
		panic("oh no")
	})
	mux.HandleFunc("GET /picture", func(w http.ResponseWriter, r *http.Request) {
		taken := pull.Send(w, r, bytes.Repeat([]byte("picture "), 64<<10))
		p.mu.Lock()
		p.taken = append(p.taken, taken)
		p.mu.Unlock()
		p.sent <- struct{}{}
	})
}

// outcome waits for the end of a picture's way.
func (p *pages) outcome(t *testing.T) bool {
	t.Helper()
	select {
	case <-p.sent:
	case <-time.After(30 * time.Second):
		t.Fatal("Send does not end")
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.taken[len(p.taken)-1]
}

func serve(t *testing.T, o pull.ServerOptions) (addr string, p *pages) {
	t.Helper()
	p = &pages{sent: make(chan struct{}, 100)}
	o.Protocols = []pull.Protocol{p}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- pull.New(o).Serve(ctx, l) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Errorf("serve: %v", err)
		}
	})
	return l.Addr().String(), p
}

func ask(t *testing.T, method, addr, path, host string, body io.Reader) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, "http://"+addr+path, body)
	if err != nil {
		t.Fatal(err)
	}
	req.Host = host
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(text)
}

// A page in a browser whose name was made to point here gets nothing.
func TestHost(t *testing.T) {
	addr, _ := serve(t, pull.ServerOptions{Hosts: []string{"roomink.local", "192.0.2.5", "2001:db8::5"}})
	for host, want := range map[string]int{
		addr: http.StatusOK, "127.0.0.1": http.StatusOK, "localhost:1": http.StatusOK, "LOCALHOST.": http.StatusOK,
		"Roomink.Local.": http.StatusOK, "roomink.local:8480": http.StatusOK, "192.0.2.5": http.StatusOK, "[2001:db8::5]:80": http.StatusOK,
		"[::ffff:127.0.0.1]": http.StatusOK, "[2001:DB8:0::5]": http.StatusOK,
		"evil.example": http.StatusMisdirectedRequest, "127.0.0.1.evil.example": http.StatusMisdirectedRequest, "192.0.2.6": http.StatusMisdirectedRequest,
		"roomink.local.evil": http.StatusMisdirectedRequest, strings.Repeat("a", 300): http.StatusMisdirectedRequest, "0x7f000001": http.StatusMisdirectedRequest,
		"2130706433": http.StatusMisdirectedRequest,
	} {
		if resp, _ := ask(t, "GET", addr, "/hello", host, nil); resp.StatusCode != want {
			t.Errorf("Host %q: %s, want %d", host, resp.Status, want)
		}
	}
}

func TestWhatIsRefused(t *testing.T) {
	addr, _ := serve(t, pull.ServerOptions{})
	if resp, _ := ask(t, "GET", addr, "/nothing", addr, nil); resp.StatusCode != http.StatusNotFound {
		t.Errorf("an unknown page: %s", resp.Status)
	}
	if resp, _ := ask(t, "DELETE", addr, "/hello", addr, nil); resp.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("DELETE: %s", resp.Status)
	}
	if resp, _ := ask(t, "POST", addr, "/echo", addr, strings.NewReader(strings.Repeat("x", 65<<10))); resp.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("a long body: %s", resp.Status)
	}
	if resp, _ := ask(t, "POST", addr, "/echo", addr, io.MultiReader(strings.NewReader(strings.Repeat("x", 65<<10)))); resp.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("a long body of no told length: %s", resp.Status)
	}
	req, err := http.NewRequestWithContext(t.Context(), "GET", "http://"+addr+"/hello", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("X", strings.Repeat("x", 30<<10))
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("a long head: %s", resp.Status)
	}
	for _, name := range []string{"X-Content-Type-Options", "Referrer-Policy"} {
		if resp, _ := ask(t, "GET", addr, "/hello", addr, nil); resp.Header.Get(name) == "" || resp.Header.Get("Server") != "" {
			t.Errorf("headers %v", resp.Header)
		}
	}
}

func TestRate(t *testing.T) {
	var mu sync.Mutex
	now := time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC)
	addr, _ := serve(t, pull.ServerOptions{Limits: pull.Limits{Rate: 1, Burst: 3}, Now: func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		return now
	}})
	get := func() int {
		resp, _ := ask(t, "GET", addr, "/hello", addr, nil)
		if resp.StatusCode == http.StatusTooManyRequests && resp.Header.Get("Retry-After") == "" {
			t.Error("it is not said when to come again")
		}
		return resp.StatusCode
	}
	for i, want := range []int{200, 200, 200, 429, 429} {
		if got := get(); got != want {
			t.Errorf("request %d: %d, want %d", i, got, want)
		}
	}
	mu.Lock()
	now = now.Add(2 * time.Second)
	mu.Unlock()
	for i, want := range []int{200, 200, 429} {
		if got := get(); got != want {
			t.Errorf("two seconds later, request %d: %d, want %d", i, got, want)
		}
	}
}

// One connection too many is closed at once, and there is room again once another is.
func TestConnections(t *testing.T) {
	addr, _ := serve(t, pull.ServerOptions{Limits: pull.Limits{ConnsPerClient: 2}})
	dial := func() (net.Conn, bool) {
		conn, err := net.Dial("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { conn.Close() })
		_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
		if _, err := fmt.Fprintf(conn, "GET /hello HTTP/1.1\r\nHost: %s\r\n\r\n", addr); err != nil {
			return conn, false
		}
		_, err = bufio.NewReader(conn).ReadString('\n')
		return conn, err == nil
	}
	first, ok1 := dial()
	_, ok2 := dial()
	if _, ok3 := dial(); !ok1 || !ok2 || ok3 {
		t.Fatalf("connections: %v %v, and a third %v", ok1, ok2, ok3)
	}
	first.Close()
	for deadline := time.Now().Add(10 * time.Second); ; {
		if _, ok := dial(); ok {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal("no room after a connection was closed")
		}
	}
}

// A page that fails ends its own request only, and the log does not say what was asked for.
func TestPanic(t *testing.T) {
	var log bytes.Buffer
	addr, _ := serve(t, pull.ServerOptions{Logger: slog.New(slog.NewTextHandler(&log, nil))})
	if resp, _ := ask(t, "GET", addr, "/panic/token123", addr, nil); resp.StatusCode != http.StatusInternalServerError {
		t.Errorf("a page that panics: %s", resp.Status)
	}
	resp, err := http.Get("http://" + addr + "/torn")
	if err == nil {
		_, err = io.ReadAll(resp.Body)
		resp.Body.Close()
	}
	if err == nil {
		t.Error("half an answer was taken for a whole one")
	}
	if resp, text := ask(t, "GET", addr, "/hello", addr, nil); resp.StatusCode != http.StatusOK || text != "hello" {
		t.Errorf("afterwards: %s", resp.Status)
	}
	if strings.Contains(log.String(), "token123") || !strings.Contains(log.String(), "panicked") {
		t.Errorf("the log says %s", log.String())
	}
}

// A picture counts as taken only if the display took all of it.
func TestSend(t *testing.T) {
	addr, p := serve(t, pull.ServerOptions{})
	if resp, text := ask(t, "GET", addr, "/picture", addr, nil); len(text) != 512<<10 || resp.ContentLength != int64(len(text)) || !p.outcome(t) {
		t.Errorf("%d bytes, %s", len(text), resp.Status)
	}
	if resp, text := ask(t, "HEAD", addr, "/picture", addr, nil); text != "" || resp.ContentLength != 512<<10 || p.outcome(t) {
		t.Errorf("HEAD: %d bytes of %d", len(text), resp.ContentLength)
	}
	for name, leave := range map[string]func(*net.TCPConn){
		"hangs up":  func(c *net.TCPConn) { _ = c.Close() },
		"is reset":  func(c *net.TCPConn) { _ = c.SetLinger(0); _ = c.Close() },
		"talks on":  func(c *net.TCPConn) { _, _ = c.Write(bytes.Repeat([]byte("x"), 1<<20)); _ = c.Close() },
		"goes away": func(c *net.TCPConn) { _ = c.SetLinger(0); _ = c.CloseRead(); _ = c.Close() },
	} {
		conn, err := net.Dial("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(conn, "GET /picture HTTP/1.1\r\nHost: %s\r\n\r\n", addr)
		_, _ = io.ReadFull(conn, make([]byte, 1000))
		leave(conn.(*net.TCPConn))
		if p.outcome(t) {
			t.Errorf("a display that %s in the middle counts as having the picture", name)
		}
	}
}

func TestShelf(t *testing.T) {
	now := time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC)
	s := pull.NewShelf(func() time.Time { return now })
	if _, err := s.Put([]byte("a"), "image/png", time.Hour); !errors.Is(err, pull.ErrNotServing) {
		t.Errorf("without a server: %v", err)
	}
	addr, _ := serve(t, pull.ServerOptions{Shelf: s})
	s.SetBase("http://" + addr + "/")
	put := func(data, kind string) string {
		t.Helper()
		url, err := s.Put([]byte(data), kind, 10*time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		return strings.TrimPrefix(url, "http://"+addr)
	}
	a, again, b, other := put("a", "image/bmp"), put("a", "image/bmp"), put("b", "image/bmp"), put("a", "image/png")
	if a != again || a == b || a == other || !strings.HasSuffix(a, ".bmp") || len(a) < 40 {
		t.Errorf("names %q, %q, %q, %q", a, again, b, other)
	}
	if resp, text := ask(t, "GET", addr, a, addr, nil); text != "a" || resp.Header.Get("Content-Type") != "image/bmp" {
		t.Errorf("%q, %s", text, resp.Status)
	}
	now = now.Add(9 * time.Minute)
	put("a", "image/bmp") // more time
	now = now.Add(2 * time.Minute)
	if resp, _ := ask(t, "GET", addr, a, addr, nil); resp.StatusCode != http.StatusOK {
		t.Errorf("put again: %s", resp.Status)
	}
	if resp, _ := ask(t, "GET", addr, b, addr, nil); resp.StatusCode != http.StatusNotFound {
		t.Errorf("too old: %s", resp.Status)
	}
	if resp, _ := ask(t, "GET", addr, "/shelf/", addr, nil); resp.StatusCode != http.StatusNotFound {
		t.Errorf("a list: %s", resp.Status)
	}
	elsewhere := pull.NewShelf(nil)
	elsewhere.SetBase("http://" + addr)
	if url, err := elsewhere.Put([]byte("a"), "image/bmp", time.Hour); err != nil || strings.HasSuffix(url, a) {
		t.Errorf("another shelf gives the same name %q, %v", url, err)
	}
	big := make([]byte, 1<<20)
	var err error
	for i := range 200 {
		big[0] = byte(i)
		if _, err = s.Put(bytes.Clone(big), "image/bmp", time.Hour); err != nil {
			break
		}
	}
	if !errors.Is(err, pull.ErrShelfFull) {
		t.Errorf("200 MB: %v", err)
	}
}

func TestSleep(t *testing.T) {
	now := time.Date(2026, 11, 26, 9, 0, 0, 500e6, time.UTC)
	for name, c := range map[string]struct {
		next time.Time
		want time.Duration
	}{
		"nothing ahead":            {time.Time{}, 15 * time.Minute},
		"a change in 10 minutes":   {now.Add(10 * time.Minute), 10*time.Minute + pull.Margin},
		"not on a whole second":    {now.Add(10*time.Minute + time.Millisecond), 10*time.Minute + pull.Margin + time.Second},
		"a change in a day":        {now.Add(24 * time.Hour), 15 * time.Minute},
		"a change that is over":    {now.Add(-time.Hour), pull.MinSleep},
		"a change within a second": {now.Add(time.Second), pull.MinSleep},
	} {
		if got := pull.Sleep(now, c.next, 15*time.Minute); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

func TestTokens(t *testing.T) {
	a, b := pull.NewToken(), pull.NewToken()
	if a == b || len(a) < 26 || strings.Trim(a, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") != "" {
		t.Errorf("tokens %q, %q", a, b)
	}
	first, again, other := pull.HashToken(a), pull.HashToken(strings.Clone(a)), pull.HashToken(b)
	if first != again || first == other || strings.Contains(first, a) {
		t.Errorf("hashes %q, %q, %q", first, again, other)
	}
}
