package entra_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"reflect"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/roomink/roomink/engine/entra"
)

// clock is a hand-driven clock.
type clock struct{ at atomic.Pointer[time.Time] }

func newClock() *clock {
	c := &clock{}
	c.set(time.Now())
	return c
}

func (c *clock) now() time.Time          { return *c.at.Load() }
func (c *clock) set(t time.Time)         { c.at.Store(&t) }
func (c *clock) advance(d time.Duration) { c.set(c.now().Add(d)) }

// saves records what the session saved.
type saves struct {
	mu  sync.Mutex
	all []entra.Tokens
	cs  []entra.Credentials
	err error
}

func (s *saves) save(_ context.Context, c entra.Credentials, t entra.Tokens) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err != nil {
		return s.err
	}
	s.all, s.cs = append(s.all, t), append(s.cs, c)
	return nil
}

// credentials are what was saved with the tokens.
func (s *saves) credentials() []entra.Credentials {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]entra.Credentials(nil), s.cs...)
}

func (s *saves) list() []entra.Tokens {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]entra.Tokens(nil), s.all...)
}

// stored are tokens of an hour ago, as a restart finds them.
func stored(c *clock, left time.Duration) entra.Tokens {
	return entra.Tokens{Account: entra.Account{TenantID: tenantID, Name: "Ada"}, Access: "old", Refresh: "r0",
		Expiry: c.now().Add(left), Scopes: []string{"Calendars.Read"}}
}

// rotating answers each refresh with the next pair of tokens.
func rotating(t *testing.T, f *fakeEntra) *atomic.Int32 {
	var n atomic.Int32
	f.token = func(form url.Values) (int, any) {
		if form.Get("grant_type") != "refresh_token" || form.Get("client_secret") != "s3cret~value-of-the-fake" {
			t.Errorf("token request %v", form)
		}
		i := n.Add(1)
		return 200, map[string]any{"token_type": "Bearer", "expires_in": 3600, "access_token": fmt.Sprint("a", i), "refresh_token": fmt.Sprint("r", i)}
	}
	return &n
}

func TestTokenIsCachedAndRenewedOnce(t *testing.T) {
	f, clk, sv := newFake(t), newClock(), &saves{}
	n := rotating(t, f)
	s := entra.Resume(f.credentials(), stored(clk, -time.Minute), entra.SessionOptions{Save: sv.save, Now: clk.now})
	var wg sync.WaitGroup
	for range 100 {
		wg.Go(func() {
			if tok, err := s.Token(t.Context()); err != nil || tok.AccessToken != "a1" {
				t.Errorf("%+v, %v", tok, err)
			}
		})
	}
	wg.Wait()
	if n.Load() != 1 {
		t.Errorf("%d refreshes, want 1", n.Load())
	}
	got := sv.list()
	if len(got) != 1 || got[0].Refresh != "r1" || got[0].Account.Name != "Ada" || !reflect.DeepEqual(got[0].Scopes, []string{"Calendars.Read"}) {
		t.Errorf("saved %+v", got)
	}

	clk.advance(56 * time.Minute) // 4 minutes are left: renew ahead of time
	if tok, err := s.Token(t.Context()); err != nil || tok.AccessToken != "a2" {
		t.Errorf("%+v, %v", tok, err)
	}
	if forms := f.posted(); forms[1].Get("refresh_token") != "r1" {
		t.Errorf("the second refresh used %q", forms[1].Get("refresh_token"))
	}
}

func TestTokensSurviveARestart(t *testing.T) {
	clk := newClock()
	want := stored(clk, time.Hour)
	want.Expiry = want.Expiry.UTC().Round(0)
	data, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	var got entra.Tokens
	if err := json.Unmarshal(data, &got); err != nil || !reflect.DeepEqual(got, want) {
		t.Fatalf("%+v, %v", got, err)
	}
	s := entra.Resume(entra.Credentials{Tenant: tenantID, ClientID: clientID}, got, entra.SessionOptions{Now: clk.now})
	if tok, err := s.Token(t.Context()); err != nil || tok.AccessToken != "old" || s.Account().Name != "Ada" || !s.Has("Calendars.Read") {
		t.Fatalf("%+v, %v", tok, err)
	}
}

func TestFailedSaveKeepsTheStoredRefreshToken(t *testing.T) {
	f, clk := newFake(t), newClock()
	sv := &saves{err: errors.New("disk full")}
	rotating(t, f)
	s := entra.Resume(f.credentials(), stored(clk, 0), entra.SessionOptions{Save: sv.save, Now: clk.now})
	if tok, err := s.Token(t.Context()); err != nil || tok.AccessToken != "a1" {
		t.Fatalf("%+v, %v", tok, err)
	}
	sv.mu.Lock()
	sv.err = nil
	sv.mu.Unlock()
	clk.advance(2 * time.Hour)
	if _, err := s.Token(t.Context()); err != nil {
		t.Fatal(err)
	}
	if forms := f.posted(); forms[1].Get("refresh_token") != "r0" {
		t.Errorf("an unsaved refresh token was used: %q", forms[1].Get("refresh_token"))
	}
	if got := sv.list(); len(got) != 1 || got[0].Refresh != "r2" {
		t.Errorf("saved %+v", got)
	}
}

func TestAFailedRefreshThrowsNothingAway(t *testing.T) {
	f, clk, sv := newFake(t), newClock(), &saves{}
	var n int
	f.token = func(url.Values) (int, any) { n++; return 503, "<html>busy</html>" }
	s := entra.Resume(f.credentials(), stored(clk, 3*time.Minute), entra.SessionOptions{Save: sv.save, Now: clk.now})
	for range 3 {
		if tok, err := s.Token(t.Context()); err != nil || tok.AccessToken != "old" {
			t.Fatalf("%+v, %v", tok, err)
		}
	}
	if n != 1 {
		t.Errorf("%d refreshes within the pause, want 1", n)
	}
	clk.advance(time.Minute)
	if _, err := s.Token(t.Context()); err != nil || n != 2 {
		t.Errorf("after the pause: %d refreshes, %v", n, err)
	}

	clk.advance(5 * time.Minute) // now it is over
	_, err := s.Token(t.Context())
	if e, ok := errors.AsType[*entra.Error](err); !ok || !e.Temporary || e.NeedsSignIn {
		t.Fatalf("%v", err)
	}
	rotating(t, f) // Microsoft is back
	if tok, err := s.Token(t.Context()); err != nil || tok.AccessToken != "a1" {
		t.Fatalf("%+v, %v", tok, err)
	}
	if f.posted()[0].Get("refresh_token") != "r0" {
		t.Error("the refresh token was lost")
	}
}

func TestUnreachable(t *testing.T) {
	f, clk := newFake(t), newClock()
	f.Close()
	s := entra.Resume(f.credentials(), stored(clk, 0), entra.SessionOptions{Now: clk.now})
	_, err := s.Token(t.Context())
	if e, ok := errors.AsType[*entra.Error](err); !ok || !e.Temporary {
		t.Fatalf("%v", err)
	}
}

func TestNeverSignedIn(t *testing.T) {
	s := entra.Resume(entra.Credentials{Tenant: tenantID}, entra.Tokens{}, entra.SessionOptions{})
	_, err := s.Token(t.Context())
	if e, ok := errors.AsType[*entra.Error](err); !ok || !e.NeedsSignIn {
		t.Fatalf("%v", err)
	}
}

func TestRejectedTokenIsRenewed(t *testing.T) {
	f, clk, sv := newFake(t), newClock(), &saves{}
	n := rotating(t, f)
	s := entra.Resume(f.credentials(), stored(clk, time.Hour), entra.SessionOptions{Save: sv.save, Now: clk.now})
	s.Reject("another")
	if tok, err := s.Token(t.Context()); err != nil || tok.AccessToken != "old" {
		t.Fatalf("%+v, %v", tok, err)
	}
	s.Reject("old")
	for range 2 {
		if tok, err := s.Token(t.Context()); err != nil || tok.AccessToken != "a1" {
			t.Fatalf("%+v, %v", tok, err)
		}
	}
	if n.Load() != 1 {
		t.Errorf("%d refreshes", n.Load())
	}
}

func TestWaitersKeepTheirOwnContext(t *testing.T) {
	f, clk := newFake(t), newClock()
	entered, release := make(chan struct{}), make(chan struct{})
	f.token = func(url.Values) (int, any) {
		close(entered)
		<-release
		return 400, oauthFailure("invalid_grant", "AADSTS70000: no", 70000)
	}
	s := entra.Resume(f.credentials(), stored(clk, 0), entra.SessionOptions{Now: clk.now})
	var wg sync.WaitGroup
	wg.Go(func() {
		if _, err := s.Token(t.Context()); err == nil {
			t.Error("the first caller got a token")
		}
	})
	<-entered
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Token(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled waiter got %v", err)
	}
	close(release)
	wg.Wait()
}

// roundTripper is a network of one function.
type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestWaitersShareAFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var n atomic.Int32
		client := &http.Client{Transport: roundTripper(func(*http.Request) (*http.Response, error) {
			n.Add(1)
			time.Sleep(time.Second)
			return nil, errors.New("network is down")
		})}
		s := entra.Resume(entra.Credentials{Tenant: tenantID, ClientID: clientID}, entra.Tokens{Refresh: "r"}, entra.SessionOptions{HTTPClient: client})
		var wg sync.WaitGroup
		for range 5 {
			wg.Go(func() {
				if _, err := s.Token(t.Context()); err == nil {
					t.Error("a token from nowhere")
				}
			})
		}
		wg.Wait()
		if n.Load() != 1 {
			t.Errorf("%d requests, want 1", n.Load())
		}
	})
}

func TestACancelledRenewalIsNobodysFailure(t *testing.T) {
	f, clk, sv := newFake(t), newClock(), &saves{}
	ctx, cancel := context.WithCancel(t.Context())
	release := make(chan struct{})
	f.token = func(url.Values) (int, any) { cancel(); <-release; return 500, "" }
	s := entra.Resume(f.credentials(), stored(clk, 0), entra.SessionOptions{Save: sv.save, Now: clk.now})
	_, err := s.Token(ctx)
	close(release)
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("%v", err)
	}
	rotating(t, f)
	if tok, err := s.Token(t.Context()); err != nil || tok.AccessToken != "a1" {
		t.Fatalf("%+v, %v", tok, err)
	}
}
