package entra_test

import (
	"context"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/roomink/roomink/engine/entra"
)

// TestCrashBetweenAnswerAndSave ends a session in each way that a program can end
// while it saves. What was saved before serves the next one, because Entra leaves
// the old refresh token valid beside the new one.
func TestCrashBetweenAnswerAndSave(t *testing.T) {
	ends := map[string]func(t *testing.T, token func(context.Context) error){
		"panics": func(t *testing.T, token func(context.Context) error) {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			_ = token(t.Context())
		},
		"is cancelled": func(t *testing.T, token func(context.Context) error) {
			ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
			defer cancel()
			_ = token(ctx)
		},
		"never returns": func(t *testing.T, token func(context.Context) error) {
			go func() { _ = token(t.Context()) }() // ends with the test
		},
	}
	for name, end := range ends {
		t.Run(name, func(t *testing.T) {
			f, clk := newFake(t), newClock()
			rotating(t, f)
			before := stored(clk, 0)
			reached := make(chan struct{})
			var once sync.Once
			s := entra.Resume(f.credentials(), before, entra.SessionOptions{Now: clk.now,
				Save: func(ctx context.Context, _ entra.Credentials, _ entra.Tokens) error {
					once.Do(func() { close(reached) })
					if name == "panics" {
						panic("power failure")
					}
					<-ctx.Done()
					return ctx.Err()
				}})
			end(t, func(ctx context.Context) error { _, err := s.Token(ctx); return err })
			<-reached

			sv := &saves{}
			next := entra.Resume(f.credentials(), before, entra.SessionOptions{Save: sv.save, Now: clk.now})
			if tok, err := next.Token(t.Context()); err != nil || tok.AccessToken != "a2" {
				t.Fatalf("%v, %v", tok, err)
			}
			for i, form := range f.posted() {
				if form.Get("refresh_token") != "r0" {
					t.Errorf("request %d used %q", i, form.Get("refresh_token"))
				}
			}
			if got := sv.list(); len(got) != 1 || got[0].Refresh != "r2" {
				t.Errorf("saved %v", got)
			}
		})
	}
}

// TestAPanickingSaveFreesTheSession: whoever recovers, as a supervisor does, can
// renew again.
func TestAPanickingSaveFreesTheSession(t *testing.T) {
	f, clk := newFake(t), newClock()
	rotating(t, f)
	broken := true
	s := entra.Resume(f.credentials(), stored(clk, 0), entra.SessionOptions{Now: clk.now,
		Save: func(context.Context, entra.Credentials, entra.Tokens) error {
			if broken {
				panic("bug")
			}
			return nil
		}})
	func() {
		defer func() { _ = recover() }()
		_, _ = s.Token(t.Context())
	}()
	broken = false
	if tok, err := s.Token(t.Context()); err != nil || tok.AccessToken != "a2" {
		t.Fatalf("%v, %v", tok, err)
	}
}

// TestAValidTokenDoesNotWait: a renewal ahead of time that hangs, holds up nobody.
func TestAValidTokenDoesNotWait(t *testing.T) {
	f, clk, sv := newFake(t), newClock(), &saves{}
	entered, release := make(chan struct{}), make(chan struct{})
	f.token = func(url.Values) (int, any) {
		close(entered)
		<-release
		return 200, map[string]any{"token_type": "Bearer", "expires_in": 3600, "access_token": "a1", "refresh_token": "r1"}
	}
	s := entra.Resume(f.credentials(), stored(clk, 4*time.Minute), entra.SessionOptions{Save: sv.save, Now: clk.now})
	first := make(chan string)
	go func() {
		tok, err := s.Token(t.Context())
		if err != nil {
			t.Error(err)
		}
		first <- tok.AccessToken
	}()
	<-entered
	if tok, err := s.Token(t.Context()); err != nil || tok.AccessToken != "old" {
		t.Errorf("%v, %v", tok, err)
	}
	close(release)
	if got := <-first; got != "a1" {
		t.Errorf("the one who renewed got %s", got)
	}
}

// TestRefreshAsksForNoMore: no scope parameter, so that Entra gives what was granted,
// and the rest of the request is as documented.
func TestRefreshAsksForNoMore(t *testing.T) {
	f, clk, sv := newFake(t), newClock(), &saves{}
	rotating(t, f)
	s := entra.Resume(f.credentials(), stored(clk, 0), entra.SessionOptions{Save: sv.save, Now: clk.now})
	if _, err := s.Token(t.Context()); err != nil {
		t.Fatal(err)
	}
	form := f.posted()[0]
	for name := range form {
		if !strings.Contains(" grant_type client_id client_secret refresh_token ", " "+name+" ") {
			t.Errorf("asked with %s", name)
		}
	}
}

// TestClockOfTheComputer: tokens are counted by this computer's clock, however far
// from Microsoft's it is, and a sleep of hours makes them old.
func TestClockOfTheComputer(t *testing.T) {
	for _, off := range []time.Duration{-26 * time.Hour, -4 * time.Minute, 4 * time.Minute, 26 * time.Hour} {
		f, clk, sv := newFake(t), newClock(), &saves{}
		n := rotating(t, f)
		clk.advance(off)
		s := entra.Resume(f.credentials(), stored(clk, 0), entra.SessionOptions{Save: sv.save, Now: clk.now})
		for range 3 {
			if _, err := s.Token(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if n.Load() != 1 {
			t.Errorf("clock off by %v: %d renewals", off, n.Load())
		}
		if e := sv.list()[0].Expiry; !e.Equal(e.Round(0)) || strings.Contains(e.String(), "m=") {
			t.Errorf("%s counts by a clock that sleeps with the computer", e)
		}
		clk.advance(3 * time.Hour)
		if _, err := s.Token(t.Context()); err != nil || n.Load() != 2 {
			t.Errorf("after a sleep: %d renewals, %v", n.Load(), err)
		}
	}
}
