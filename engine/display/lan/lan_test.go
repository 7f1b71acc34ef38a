package lan_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/display/displaytest"
	"github.com/roomink/roomink/engine/display/lan"
	"github.com/roomink/roomink/engine/simulator/hostile"
)

// secret stands for a key of a device; no error may repeat it.
const secret = "s3cr3t"

func server(t *testing.T, h http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.Listener.Addr().String()
}

func TestDo(t *testing.T) {
	addr := server(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("X-Told", r.Header.Get("X-Ask"))
		w.WriteHeader(http.StatusTeapot)
		fmt.Fprintf(w, "%s %s %s %s close=%v gzip=%q", r.Method, r.Host, r.URL, body, r.Close, r.Header.Get("Accept-Encoding"))
	})
	c := lan.New(lan.Options{})
	a, err := c.Do(t.Context(), lan.Request{
		Op: "try", Address: addr, Path: "/a b/c?d", Query: url.Values{"k": {"v&"}},
		Header: http.Header{"x-ask": {"yes"}}, Body: []byte("picture"),
	})
	if err != nil {
		t.Fatal(err)
	}
	want := "POST " + addr + " /a%20b/c%3Fd?k=v%26 picture close=true gzip=\"\""
	if got := string(a.Body); got != want || a.Status != http.StatusTeapot || a.Header.Get("X-Told") != "yes" || a.Remote != addr {
		t.Errorf("got %d %q %v from %s, want %q", a.Status, got, a.Header, a.Remote, want)
	}
}

func TestAddress(t *testing.T) {
	c := lan.New(lan.Options{Port: 8080})
	for in, want := range map[string]string{
		"frame.local": "frame.local:8080", "192.168.1.2:81": "192.168.1.2:81",
		"::1": "[::1]:8080", "[fe80::1%eth0]": "[fe80::1%eth0]:8080", "[::1]:80": "[::1]:80",
	} {
		if got := c.Address(in); got != want {
			t.Errorf("%q gave %q, want %q", in, got, want)
		}
	}
}

func TestJSON(t *testing.T) {
	var reply string
	status := http.StatusOK
	addr := server(t, func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, reply)
	})
	c := lan.New(lan.Options{})
	ask := func() (int, error) {
		var v struct{ N int }
		_, err := c.JSON(t.Context(), lan.Request{Op: "count", Address: addr, Path: "/" + secret}, &v)
		return v.N, err
	}
	reply = `{"n":7}`
	if n, err := ask(); n != 7 || err != nil {
		t.Errorf("got %d, %v", n, err)
	}
	for _, reply = range []string{``, `{`, `{"n":"` + secret + `"}`, `{"n":1e999}`, `[]`, `{"n":7}x`} {
		_, err := ask()
		displaytest.CheckError(t, err, display.Protocol)
		if strings.Contains(fmt.Sprint(err), secret) {
			t.Errorf("the error repeats what the device sent: %v", err)
		}
	}
	for code, kind := range map[int]display.Kind{
		401: display.KeyRefused, 403: display.KeyRefused, 404: display.Protocol, 405: display.Protocol,
		400: display.Refused, 413: display.Refused, 409: display.Occupied, 429: display.Occupied,
		500: display.Refused, 503: display.Occupied, 507: display.Refused, 502: display.Protocol,
	} {
		status = code
		_, err := ask()
		displaytest.CheckError(t, err, kind)
	}
}

// TestConnections: which failure is of which kind.
func TestConnections(t *testing.T) {
	closed := func() string { // a port where nobody listens
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		return l.Addr().String()
	}()
	silent := func(ctx context.Context, _, _ string) (net.Conn, error) { <-ctx.Done(); return nil, ctx.Err() }
	for name, test := range map[string]struct {
		o    lan.Options
		addr string
		text string
	}{
		"refused":   {addr: closed, text: "connection refused"},
		"silent":    {o: lan.Options{Dial: 10 * time.Millisecond, DialContext: silent}, addr: "192.0.2.1:80", text: "nothing answers"},
		"within":    {o: lan.Options{Within: 10 * time.Millisecond, DialContext: silent}, addr: "192.0.2.1:80", text: "nothing answers"},
		"no host":   {addr: ":80"},
		"bad host":  {addr: "a b\r\nX: y"},
		"user info": {addr: "admin:" + secret + "@127.0.0.1:1:2"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := lan.New(test.o).Do(t.Context(), lan.Request{Op: "try", Address: test.addr})
			displaytest.CheckError(t, err, display.Unreachable)
			if !strings.Contains(fmt.Sprint(err), test.text) {
				t.Errorf("got %v, want %q in it", err, test.text)
			}
		})
	}
}

func TestRemedies(t *testing.T) {
	c := lan.New(lan.Options{Remedies: map[display.Kind]string{display.Refused: "Ask the neighbour."}})
	var e *display.Error
	if err := c.Fail(display.Refused, lan.Request{Op: "try", Address: "x"}, io.EOF); !errors.As(err, &e) ||
		e.Remedy != "Ask the neighbour." || e.Address != "x:80" || !errors.Is(err, io.EOF) {
		t.Errorf("got %#v", e)
	}
}

// TestNoProxy: a proxy of the office never sees what is for a device on the LAN.
func TestNoProxy(t *testing.T) {
	seen := server(t, func(http.ResponseWriter, *http.Request) { t.Error("the proxy was asked") })
	t.Setenv("HTTP_PROXY", "http://"+seen)
	addr := server(t, func(http.ResponseWriter, *http.Request) {})
	if _, err := lan.New(lan.Options{}).Do(t.Context(), lan.Request{Op: "try", Address: addr}); err != nil {
		t.Error(err)
	}
	if os.Getenv("HTTP_PROXY") == "" {
		t.Error("the test set no proxy")
	}
}

func TestContext(t *testing.T) {
	s, err := hostile.HTTP(hostile.Silence, hostile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err = lan.New(lan.Options{}).Do(ctx, lan.Request{Op: "try", Address: s.Addr(), Path: "/" + secret})
	if !errors.Is(err, context.DeadlineExceeded) || display.KindOf(err) != "" || !strings.Contains(err.Error(), "try at "+s.Addr()) {
		t.Errorf("got %v, want the context's error with what was going on", err)
	}
}

var hostileKinds = map[hostile.Kind]struct{ get, post display.Kind }{
	hostile.Silence:         {display.Timeout, display.Timeout},
	hostile.Hangup:          {display.Occupied, display.Timeout},
	hostile.Reset:           {display.Occupied, display.Timeout},
	hostile.NoHTTP:          {display.Protocol, display.Protocol},
	hostile.TLS:             {display.Protocol, display.Protocol},
	hostile.EndlessBody:     {display.Protocol, display.Protocol},
	hostile.EndlessChunks:   {display.Protocol, display.Protocol},
	hostile.EndlessHeader:   {display.Protocol, display.Protocol},
	hostile.EndlessLine:     {display.Protocol, display.Protocol},
	hostile.Informational:   {display.Protocol, display.Protocol},
	hostile.SlowLoris:       {display.Timeout, display.Timeout},
	hostile.SlowHeader:      {display.Timeout, display.Timeout},
	hostile.ShortBody:       {display.Timeout, display.Timeout},
	hostile.LongBody:        {display.Protocol, display.Protocol}, // half of a JSON
	hostile.HugeLength:      {display.Timeout, display.Timeout},
	hostile.BadLength:       {display.Protocol, display.Protocol},
	hostile.TwoLengths:      {display.Protocol, display.Protocol},
	hostile.BadChunks:       {display.Protocol, display.Protocol},
	hostile.GzipBomb:        {display.Protocol, display.Protocol},
	hostile.Nested:          {display.Protocol, display.Protocol},
	hostile.RedirectLoop:    {display.Protocol, display.Protocol},
	hostile.RedirectAway:    {display.Protocol, display.Protocol},
	hostile.RedirectAwayRaw: {display.Protocol, display.Protocol},
}

func TestHostile(t *testing.T) {
	hostile.Bomb() // its making is no memory of the client
	c := lan.New(lan.Options{Within: time.Second})
	for _, kind := range hostile.Kinds() {
		want, ok := hostileKinds[kind]
		if !ok {
			t.Errorf("kind %q has no expectation", kind)
		}
		t.Run(string(kind), func(t *testing.T) {
			s, err := hostile.HTTP(kind, hostile.Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			var v map[string]any
			r := lan.Request{Op: "try", Address: s.Addr(), Path: "/" + secret, Header: http.Header{"X-Key": {secret}}}
			_, get := c.JSON(t.Context(), r, &v)
			r.Body = make([]byte, 200_000)
			_, post := c.JSON(t.Context(), r, &v)
			runtime.ReadMemStats(&after)
			displaytest.CheckError(t, get, want.get)
			// A peer that closes before it has read the picture may reset the connection,
			// and its answer is lost on the way.
			displaytest.CheckError(t, post, want.post, display.Timeout)
			if strings.Contains(fmt.Sprint(get, post), secret) {
				t.Errorf("an error repeats the key: %v %v", get, post)
			}
			if n := s.Followed(); n != 0 {
				t.Errorf("%d redirects were followed", n)
			}
			if n := s.Requests(); n != 2 {
				t.Errorf("the server was asked %d times, want once each", n)
			}
			if used := (after.TotalAlloc - before.TotalAlloc) >> 20; used > 16 {
				t.Errorf("%d MiB were used", used)
			}
		})
	}
}

// TestHTTP: the client for websockets has the same manners.
func TestHTTP(t *testing.T) {
	s, err := hostile.HTTP(hostile.RedirectAway, hostile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL(), nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := lan.New(lan.Options{}).HTTP().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusFound || s.Followed() != 0 {
		t.Errorf("got status %d, %d redirects followed", resp.StatusCode, s.Followed())
	}
}
