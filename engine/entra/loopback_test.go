package entra_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/roomink/roomink/engine/entra"
)

func TestHostileAndStrayRequestsDoNotEndTheFlow(t *testing.T) {
	f := newFake(t)
	_, page, err := signIn(t, f, f.credentials(), entra.Options{}, func(b *surfer, q url.Values) {
		good := back(q, "code", "the-code")
		origin := strings.TrimSuffix(q.Get("redirect_uri"), "/roomink")
		for name, v := range map[string]struct {
			visit visit
			want  int
		}{
			"icon":                {b.get(origin + "/favicon.ico"), 404},
			"other path":          {b.get(strings.Replace(good, "/roomink", "/Roomink", 1)), 404},
			"rebound host":        {b.get(good, func(r *http.Request) { r.Host = "evil.example" }), 421},
			"host without port":   {b.get(good, func(r *http.Request) { r.Host = "localhost" }), 421},
			"post":                {b.get(good, func(r *http.Request) { r.Method = http.MethodPost }), 405},
			"no state":            {b.get(q.Get("redirect_uri") + "?code=x"), 400},
			"other state":         {b.get(q.Get("redirect_uri") + "?code=x&state=guess"), 400},
			"error without state": {b.get(q.Get("redirect_uri") + "?error=access_denied"), 400},
			"two codes":           {b.get(good + "&code=another"), 400},
			"code and error":      {b.get(good + "&error=access_denied"), 400},
			"bad escape":          {b.get(good + "&x=%zz"), 400},
			"huge":                {b.get(good + "&x=" + strings.Repeat("y", 1<<17)), 431},
		} {
			if v.visit.status != v.want {
				t.Errorf("%s: status %d, want %d", name, v.visit.status, v.want)
			}
		}
		contains(t, b.get(q.Get("redirect_uri")+"?code=x&state=guess").body, "This answer belongs to another sign-in", "newest tab")
		if n := len(f.posted()); n != 0 {
			t.Errorf("%d token requests before the right answer", n)
		}
		b.last = b.get(good)
	})
	if err != nil {
		t.Fatal(err)
	}
	contains(t, page.body, "You are signed in")
}

func TestTheListenerAnswersOnce(t *testing.T) {
	f := newFake(t)
	entered, release := make(chan struct{}), make(chan struct{})
	f.token = func(url.Values) (int, any) {
		close(entered) // a second request would panic here
		<-release
		return 200, f.reply("access", "refresh")
	}
	var redirect string
	_, _, err := signIn(t, f, f.credentials(), entra.Options{}, func(b *surfer, q url.Values) {
		redirect = back(q, "code", "the-code")
		first := make(chan visit)
		go func() { first <- b.get(redirect) }()
		<-entered
		if v := b.get(redirect); v.status != 410 {
			t.Errorf("second request: status %d", v.status)
		} else {
			contains(t, v.body, "already used")
		}
		close(release)
		b.last = <-first
	})
	if err != nil {
		t.Fatal(err)
	}
	if resp, err := http.Get(redirect); err == nil {
		_ = resp.Body.Close()
		t.Error("the listener still answers after the sign-in")
	}
}

func TestListensOnBothLoopbacks(t *testing.T) {
	if ln, err := net.Listen("tcp6", "[::1]:0"); err != nil {
		t.Logf("no IPv6 loopback here (%v): only 127.0.0.1 is checked", err)
	} else {
		_ = ln.Close()
	}
	for _, host := range []string{"127.0.0.1", "[::1]"} {
		if ln, err := net.Listen("tcp", host+":0"); err != nil {
			continue
		} else {
			_ = ln.Close()
		}
		f := newFake(t)
		if _, page, err := signIn(t, f, f.credentials(), entra.Options{}, func(b *surfer, q url.Values) {
			b.last = b.get(strings.Replace(back(q, "code", "c"), "localhost", host, 1))
		}); err != nil || page.status != 200 {
			t.Errorf("%s: %v", host, err)
		}
	}
}

func TestPortTaken(t *testing.T) {
	for _, addr := range []string{"127.0.0.1:0", "[::1]:0"} {
		ln, err := net.Listen("tcp", addr)
		if err != nil {
			continue // no IPv6 here
		}
		defer ln.Close()
		f := newFake(t)
		c := f.credentials()
		c.Port = ln.Addr().(*net.TCPAddr).Port
		_, err = entra.SignIn(t.Context(), c, entra.Options{Open: func(string) error {
			t.Error("the browser was opened")
			return nil
		}})
		e, ok := errors.AsType[*entra.Error](err)
		if !ok {
			t.Fatalf("%s: %v", addr, err)
		}
		contains(t, e.Title, "port "+strconv.Itoa(c.Port))
	}
}

func TestBrowserCannotBeOpened(t *testing.T) {
	f := newFake(t)
	missing := errors.New("no browser")
	_, err := entra.SignIn(t.Context(), f.credentials(), entra.Options{Open: func(string) error { return missing }})
	if e, ok := errors.AsType[*entra.Error](err); !ok || !errors.Is(err, missing) {
		t.Fatalf("%v", err)
	} else {
		contains(t, e.Title, "browser could not be opened")
	}
}

func TestNobodyComesBack(t *testing.T) {
	f := newFake(t)
	_, err := entra.SignIn(t.Context(), f.credentials(), entra.Options{Timeout: time.Millisecond, Open: func(string) error { return nil }})
	e, ok := errors.AsType[*entra.Error](err)
	if !ok {
		t.Fatalf("%v", err)
	}
	contains(t, e.Title, "never came back")
	contains(t, e.Remedy, "AADSTS50011", "http://localhost/roomink", "AADSTS700016", "AADSTS90002", "AADSTS50194", "AADSTS53003")
}

func TestCancel(t *testing.T) {
	f := newFake(t)
	ctx, cancel := context.WithCancel(t.Context())
	_, err := entra.SignIn(ctx, f.credentials(), entra.Options{Open: func(string) error { cancel(); return nil }})
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("%v", err)
	}
}

func TestCancelWhileMicrosoftThinks(t *testing.T) {
	f := newFake(t)
	ctx, cancel := context.WithCancel(t.Context())
	release := make(chan struct{})
	f.token = func(url.Values) (int, any) {
		cancel()
		<-release
		return 200, f.reply("a", "r")
	}
	b := newBrowser(t, f, comeBack)
	_, err := entra.SignIn(ctx, f.credentials(), entra.Options{Open: b.open})
	close(release)
	<-b.done
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("%v", err)
	}
	contains(t, b.last.body, "The sign-in was stopped")
}
