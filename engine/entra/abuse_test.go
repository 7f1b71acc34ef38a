package entra_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/roomink/roomink/engine/entra"
)

// headers edits a request: "Name: value" lines.
func headers(lines ...string) func(*http.Request) {
	return func(r *http.Request) {
		for _, l := range lines {
			name, value, _ := strings.Cut(l, ": ")
			r.Header.Add(name, value)
		}
	}
}

// TestWebPagesCannotCallTheListener: what pages of other origins can send, each with
// the right state and code, as if they had guessed them. None of it may end the
// sign-in or reach Microsoft; the browser's own navigation then does.
func TestWebPagesCannotCallTheListener(t *testing.T) {
	tests := map[string]struct {
		edit func(*http.Request)
		want int
	}{
		"fetch":                 {headers("Origin: https://evil.example", "Sec-Fetch-Mode: cors", "Sec-Fetch-Dest: empty", "Sec-Fetch-Site: cross-site"), 403},
		"fetch, old browser":    {headers("Origin: https://evil.example"), 403},
		"fetch in a sandbox":    {headers("Origin: null", "Sec-Fetch-Mode: cors", "Sec-Fetch-Dest: empty"), 403},
		"opaque, old browser":   {headers("Origin: null"), 403},
		"fetch without cors":    {headers("Sec-Fetch-Mode: no-cors", "Sec-Fetch-Dest: empty", "Sec-Fetch-Site: cross-site"), 403},
		"picture":               {headers("Sec-Fetch-Mode: no-cors", "Sec-Fetch-Dest: image"), 403},
		"script":                {headers("Sec-Fetch-Mode: no-cors", "Sec-Fetch-Dest: script"), 403},
		"frame":                 {headers("Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: iframe"), 403},
		"web socket":            {headers("Origin: https://evil.example", "Sec-Fetch-Mode: websocket", "Upgrade: websocket", "Connection: Upgrade"), 403},
		"forged on top":         {headers("Sec-Fetch-Mode: no-cors", "Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: document"), 403},
		"other origin, no form": {headers("Origin: https://evil.example", "Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: document"), 403},
		"form":                  {func(r *http.Request) { r.Method = http.MethodPost; headers("Origin: https://evil.example")(r) }, 405},
		"preflight":             {func(r *http.Request) { r.Method = http.MethodOptions; headers("Origin: https://evil.example")(r) }, 405},
		"head":                  {func(r *http.Request) { r.Method = http.MethodHead }, 405},
		"prefetch":              {headers("Sec-Purpose: prefetch", "Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: document"), 503},
		"prerender":             {headers("Sec-Purpose: prefetch;prerender", "Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: document"), 503},
		"prefetch, older":       {headers("Purpose: prefetch"), 503},
		"prefetch, Firefox":     {headers("X-Moz: prefetch"), 503},
		"preview":               {headers("X-Purpose: preview"), 503},
		"rebound":               {func(r *http.Request) { chrome(r); r.Host = "evil.example" }, 421},
		"rebound, with port":    {func(r *http.Request) { chrome(r); r.Host = "evil.example:" + r.URL.Port() }, 421},
		"rebound, a trick":      {func(r *http.Request) { chrome(r); r.Host = "localhost.evil.example:" + r.URL.Port() }, 421},
		"rebound, dotted":       {func(r *http.Request) { chrome(r); r.Host = "localhost.:" + r.URL.Port() }, 421},
		"rebound, all zero":     {func(r *http.Request) { chrome(r); r.Host = "0.0.0.0:" + r.URL.Port() }, 421},
		"another program's":     {func(r *http.Request) { chrome(r); r.Host = "localhost:1" }, 421},
		"giant header":          {headers("X-Giant: " + strings.Repeat("g", 1<<18)), 431},
		"many headers":          {func(r *http.Request) { r.Header["X"] = strings.Split(strings.Repeat("g ", 60_000), " ") }, 431},
		"giant cookie":          {headers("Cookie: c=" + strings.Repeat("c", 1<<17)), 431},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			f := newFake(t)
			_, page, err := signIn(t, f, f.credentials(), entra.Options{}, func(b *surfer, q url.Values) {
				good := back(q, "code", "the-code")
				if v := b.get(good, tt.edit); v.status != tt.want {
					t.Errorf("status %d, want %d", v.status, tt.want)
				} else if v.header.Get("Access-Control-Allow-Origin") != "" {
					t.Error("another origin may read the answer")
				}
				if n := len(f.posted()); n != 0 {
					t.Errorf("%d requests reached Microsoft", n)
				}
				b.last = b.get(good, chrome)
			})
			if err != nil || page.status != 200 {
				t.Errorf("the browser's own navigation afterwards: %d, %v", page.status, err)
			}
		})
	}
}

// TestBrowsersPass: how browsers really come from Microsoft's page.
func TestBrowsersPass(t *testing.T) {
	for name, edit := range map[string]func(*http.Request){
		"Chromium, Firefox":    chrome,
		"without metadata":     func(*http.Request) {},
		"after a form":         headers("Origin: null", "Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: document", "Sec-Fetch-Site: cross-site"),
		"cookies of localhost": headers("Cookie: c=" + strings.Repeat("c", 40<<10)),
	} {
		f := newFake(t)
		if _, page, err := signIn(t, f, f.credentials(), entra.Options{}, func(b *surfer, q url.Values) {
			b.last = b.get(back(q, "code", "c", "session_state", "s"), edit)
		}); err != nil || page.status != 200 {
			t.Errorf("%s: %d, %v", name, page.status, err)
		}
	}
}

// TestSilentConnectionsHoldUpNothing: browsers open connections in advance, and a
// slow loris never finishes its headers. The answer gets through beside them, and the
// end of the sign-in doesn't wait for them (a test run would show the seconds).
func TestSilentConnectionsHoldUpNothing(t *testing.T) {
	f := newFake(t)
	var silent []net.Conn
	_, page, err := signIn(t, f, f.credentials(), entra.Options{}, func(b *surfer, q url.Values) {
		u, err := url.Parse(q.Get("redirect_uri"))
		if err != nil {
			t.Error(err)
			return
		}
		for i := range 100 {
			c, err := net.Dial("tcp", net.JoinHostPort("127.0.0.1", u.Port()))
			if err != nil {
				t.Error(err)
				return
			}
			silent = append(silent, c)
			if i%2 == 0 {
				_, _ = fmt.Fprintf(c, "GET /roomink?code=x HTTP/1.1\r\nHost: localhost:%s\r\nX-Slow: l", u.Port())
			}
		}
		b.last = b.get(back(q, "code", "the-code"), chrome)
	})
	if err != nil || page.status != 200 {
		t.Fatalf("%d, %v", page.status, err)
	}
	for _, c := range silent {
		_ = c.SetReadDeadline(time.Now().Add(10 * time.Second))
		if _, err := io.ReadAll(c); errors.Is(err, context.DeadlineExceeded) || isTimeout(err) {
			t.Fatal("a silent connection outlived the sign-in")
		}
		_ = c.Close()
	}
}

func isTimeout(err error) bool {
	ne, ok := errors.AsType[net.Error](err)
	return ok && ne.Timeout()
}

// TestFixedPortAndPath: an admin may choose both; the path counts to the letter.
func TestFixedPortAndPath(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := ln.Addr().(*net.TCPAddr).Port // free again in a moment; SignIn would say if somebody took it
	_ = ln.Close()
	f := newFake(t)
	c := f.credentials()
	c.Port, c.RedirectPath = port, "/Signs/back"
	_, page, err := signIn(t, f, c, entra.Options{}, func(b *surfer, q url.Values) {
		if got, want := q.Get("redirect_uri"), fmt.Sprintf("http://localhost:%d/Signs/back", port); got != want {
			t.Errorf("redirect_uri %q, want %q", got, want)
		}
		good := back(q, "code", "the-code")
		for _, path := range []string{"/signs/back", "/Signs/back/", "/Signs//back", "/Signs", "/", "/Signs/%62ack/.."} {
			if v := b.get(strings.Replace(good, "/Signs/back", path, 1), chrome); v.status != 404 {
				t.Errorf("%s: status %d", path, v.status)
			}
		}
		b.last = b.get(good, chrome)
	})
	if err != nil || page.status != 200 {
		t.Fatalf("%d, %v", page.status, err)
	}
	if got := c.RedirectURI(); got != "http://localhost/Signs/back" {
		t.Errorf("to register: %s", got)
	}
}
