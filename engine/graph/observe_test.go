package graph_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/oauth2"

	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/graph"
	"github.com/roomink/roomink/engine/syncer"
)

// heard gathers what OnRequest was told, without the time that it took.
type heard []string

func (h *heard) hear(t *testing.T) func(graph.RequestInfo) {
	return func(i graph.RequestInfo) {
		if i.Took < 0 || i.Took > time.Minute {
			t.Errorf("took %v", i.Took)
		}
		*h = append(*h, fmt.Sprintf("%s %d: %d of %d throttled, %d failed", i.Op, i.Status, i.Throttled, i.Parts, i.Failed))
	}
}

func TestRequestsAreReported(t *testing.T) {
	rooms := func(n int) (all []syncer.Request) {
		for i := range n {
			all = append(all, syncer.Request{Room: calendar.RoomID(fmt.Sprint("r", i))})
		}
		return all
	}
	batch := func(t *testing.T) http.HandlerFunc {
		return answers(t, func(base string, p sent) (int, string) {
			switch p.ID {
			case "1":
				return 429, `{}`
			case "2":
				return 403, accessDenied
			case "3":
				return 0, ""
			}
			return 200, page(end(base, "z"))
		})
	}
	tests := map[string]struct {
		handler func(t *testing.T) http.HandlerFunc
		call    func(s *graph.Source) error
		want    string
	}{
		"batches": {batch, func(s *graph.Source) error { _, err := s.Changes(t.Context(), rooms(25)); return err },
			"read calendars 200: 1 of 20 throttled, 2 failed; read calendars 200: 1 of 5 throttled, 2 failed"},
		"throttled as a whole": {func(*testing.T) http.HandlerFunc { return says(429, "application/json", `{}`) },
			func(s *graph.Source) error { _, err := s.Changes(t.Context(), rooms(25)); return err }, "read calendars 429: 20 of 20 throttled, 0 failed"},
		"outage": {func(*testing.T) http.HandlerFunc { return says(503, "text/html", `<html>`) },
			func(s *graph.Source) error { _, err := s.Changes(t.Context(), rooms(2)); return err }, "read calendars 503: 0 of 2 throttled, 2 failed"},
		"captive portal": {func(*testing.T) http.HandlerFunc { return says(200, "text/html", `<html>`) },
			func(s *graph.Source) error { _, err := s.Changes(t.Context(), rooms(2)); return err }, "read calendars 200: 0 of 2 throttled, 2 failed"},
		"truncated": {func(*testing.T) http.HandlerFunc {
			return says(200, "application/json", `{"responses":[{"id":"1","status":200,`)
		},
			func(s *graph.Source) error { _, err := s.Changes(t.Context(), rooms(2)); return err }, "read calendars 200: 0 of 2 throttled, 2 failed"},
		"single": {func(*testing.T) http.HandlerFunc { return says(200, "application/json", `{"value":[]}`) },
			func(s *graph.Source) error { return s.Probe(t.Context(), "a@x.com") }, "probe a calendar 200: 0 of 1 throttled, 0 failed"},
		"secret": {func(*testing.T) http.HandlerFunc { return says(200, "application/json", `{"passwordCredentials":[]}`) },
			func(s *graph.Source) error { _, err := s.SecretExpiry(t.Context(), clientID, secret); return err }, "look up the client secret 200: 0 of 1 throttled, 0 failed"},
		"calendars": {func(t *testing.T) http.HandlerFunc { return answers(t, account) },
			func(s *graph.Source) error { _, err := s.Calendars(t.Context()); return err },
			"list calendars 200: 0 of 2 throttled, 0 failed; list calendars 200: 0 of 1 throttled, 0 failed; list calendars 200: 0 of 3 throttled, 0 failed; list calendars 200: 0 of 1 throttled, 0 failed"},
		"rooms": {func(t *testing.T) http.HandlerFunc {
			return func(w http.ResponseWriter, r *http.Request) {
				switch {
				case strings.HasSuffix(r.URL.Path, "$batch"):
					answers(t, func(string, sent) (int, string) { return 200, `{"value":[]}` })(w, r)
				case strings.HasSuffix(r.URL.Path, "getSchedule"):
					says(403, "application/json", accessDenied)(w, r)
				default:
					says(200, "application/json", listJSON("", places("room", 1)...))(w, r)
				}
			}
		}, func(s *graph.Source) error { _, err := s.Rooms(t.Context()); return err },
			"list rooms 200: 0 of 1 throttled, 0 failed; list rooms 200: 0 of 1 throttled, 0 failed; read the room lists 200: 0 of 1 throttled, 0 failed; read time zones 403: 0 of 1 throttled, 1 failed"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			srv := httptest.NewServer(tt.handler(t))
			t.Cleanup(srv.Close)
			var h heard
			_ = tt.call(newSource(t, graph.Options{BaseURL: srv.URL + "/v1.0", Token: staticToken, OnRequest: h.hear(t)})) // its errors are other tests'
			if got := strings.Join(h, "; "); got != tt.want {
				t.Errorf("heard %s", got)
			}
		})
	}
}

// TestARequestThatIsNotSentIsNotReported covers tokens that can't be had, and a
// network that is down.
func TestARequestThatIsNotSentIsNotReported(t *testing.T) {
	var h heard
	s := newSource(t, graph.Options{BaseURL: "http://127.0.0.1:1/v1.0", OnRequest: h.hear(t),
		Token: func(context.Context) (*oauth2.Token, error) { return nil, errors.New("none") }})
	_, err := s.Changes(t.Context(), []syncer.Request{{Room: "r"}})
	if wantKind(t, err, syncer.Offline); len(h) != 0 {
		t.Errorf("heard %v", h)
	}
	s = newSource(t, graph.Options{BaseURL: "http://127.0.0.1:1/v1.0", OnRequest: h.hear(t), Token: staticToken})
	_, err = s.Changes(t.Context(), []syncer.Request{{Room: "r"}})
	if wantKind(t, err, syncer.Offline); len(h) != 1 || h[0] != "read calendars 0: 0 of 1 throttled, 1 failed" {
		t.Errorf("heard %v", h)
	}
}

// TestTimesOfRequests measures until the end of the reply, and gives up on a network
// that is silent. The transport keeps to the clock of the bubble.
func TestTimesOfRequests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		silent := false
		var took []time.Duration
		s := newSource(t, graph.Options{Token: staticToken, OnRequest: func(i graph.RequestInfo) { took = append(took, i.Took) }, Transport: failing(func(req *http.Request) (*http.Response, error) {
			if silent {
				<-req.Context().Done()
				return nil, req.Context().Err()
			}
			time.Sleep(2 * time.Second)
			return &http.Response{StatusCode: 200, Header: http.Header{"Content-Type": {"application/json"}}, ContentLength: -1, Request: req,
				Body: io.NopCloser(io.MultiReader(strings.NewReader(`{"responses":`), slow{3 * time.Second}, strings.NewReader(`[]}`)))}, nil
		})})
		if _, err := s.Changes(t.Context(), []syncer.Request{{Room: "r"}}); err != nil {
			t.Fatal(err)
		}
		silent = true
		began := time.Now()
		_, err := s.Changes(t.Context(), []syncer.Request{{Room: "r"}})
		e := wantKind(t, err, syncer.Offline)
		if gaveUp := time.Since(began); gaveUp != 90*time.Second || e.Remedy == "" || len(took) != 2 || took[0] != 5*time.Second || took[1] != 90*time.Second {
			t.Errorf("gave up after %v; took %v: %v", gaveUp, took, e)
		}
	})
}

type failing func(*http.Request) (*http.Response, error)

func (f failing) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// slow is a pause in a body.
type slow struct{ d time.Duration }

func (s slow) Read([]byte) (int, error) { time.Sleep(s.d); return 0, io.EOF }

// tokens hands out a new token whenever one was refused.
type tokens struct {
	mu       sync.Mutex
	n        int
	rejected []string
}

func (k *tokens) options(base string) graph.Options {
	return graph.Options{BaseURL: base + "/v1.0",
		Token: func(context.Context) (*oauth2.Token, error) {
			k.mu.Lock()
			defer k.mu.Unlock()
			return &oauth2.Token{AccessToken: fmt.Sprint("token", k.n)}, nil
		},
		Rejected: func(token string) {
			k.mu.Lock()
			defer k.mu.Unlock()
			k.rejected = append(k.rejected, token)
			k.n++
		}}
}

// TestTokensThatEndInARound covers a token that is refused for a whole batch in the
// middle of a round, and one that ends while a batch runs.
func TestTokensThatEndInARound(t *testing.T) {
	const ended = `{"error":{"code":"InvalidAuthenticationToken","message":"Lifetime validation failed, the token is expired."}}`
	tests := map[string]struct {
		refuse   func(batch int, token, url string) (whole, one bool)
		rejected string
		batches  int
		kind     syncer.Kind // of the room that is refused last
		heard    string      // of the batch that was refused
	}{
		"whole, second batch": {func(batch int, token, _ string) (bool, bool) { return batch > 1 && token == "token0", false }, "token0", 4, "", "401: 0 of 20 throttled, 20 failed"},
		"two parts": {func(_ int, token, url string) (bool, bool) {
			return false, token == "token0" && (strings.HasPrefix(url, "/users/r2/") || strings.HasPrefix(url, "/users/r19/"))
		}, "token0", 3, "", "200: 0 of 20 throttled, 2 failed"},
		"one room for ever": {func(_ int, _, url string) (bool, bool) { return false, strings.HasPrefix(url, "/users/r2/") },
			"token0", 3, syncer.SignIn, "200: 0 of 6 throttled, 1 failed"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var k tokens
			var h heard
			batches := 0
			srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				batches++
				token := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
				if whole, _ := tt.refuse(batches, token, ""); whole {
					says(401, "application/json", ended)(w, r)
					return
				}
				r.Header.Set("Authorization", "Bearer token") // what the fake wants
				answers(t, func(base string, p sent) (int, string) {
					if _, one := tt.refuse(batches, token, p.URL); one {
						return 401, ended
					}
					return 200, page(end(base, "z"), single)
				})(w, r)
			}))
			t.Cleanup(srv.Close)
			o := k.options(srv.URL)
			o.OnRequest = h.hear(t)
			var requests []syncer.Request
			for i := range 45 {
				requests = append(requests, syncer.Request{Room: calendar.RoomID(fmt.Sprint("r", i))})
			}
			got, err := newSource(t, o).Changes(t.Context(), requests)
			if err != nil {
				t.Fatal(err)
			}
			failed := 0
			for _, c := range got {
				if c.Err != nil {
					wantKind(t, c.Err, tt.kind)
					failed++
				}
			}
			if failed > 1 || (failed > 0) != (tt.kind != "") || strings.Join(k.rejected, " ") != tt.rejected || batches != tt.batches || len(h) != batches || !strings.Contains(strings.Join(h, "; "), tt.heard) {
				t.Errorf("%d failed, rejected %v, %d batches, heard %v", failed, k.rejected, batches, h)
			}
		})
	}
}

// TestARoomThatAlwaysRefuses must not cost a token at each reading, but may once more
// after it has been read.
func TestARoomThatAlwaysRefuses(t *testing.T) {
	var k tokens
	refuses := true
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Header.Set("Authorization", "Bearer token")
		answers(t, func(base string, p sent) (int, string) {
			if refuses && strings.HasPrefix(p.URL, "/users/b/") {
				return 401, `{}`
			}
			return 200, page(end(base, "z"), single)
		})(w, r)
	}))
	t.Cleanup(srv.Close)
	s := newSource(t, k.options(srv.URL))
	read := func() error {
		t.Helper()
		got, err := s.Changes(t.Context(), []syncer.Request{{Room: "a"}, {Room: "b"}})
		if err != nil || got[0].Err != nil {
			t.Fatalf("%+v, %v", got, err)
		}
		return got[1].Err
	}
	for range 5 {
		wantKind(t, read(), syncer.SignIn)
	}
	if len(k.rejected) != 1 {
		t.Errorf("rejected %v", k.rejected)
	}
	refuses = false
	if err := read(); err != nil {
		t.Error(err)
	}
	refuses = true
	if wantKind(t, read(), syncer.SignIn); len(k.rejected) != 2 {
		t.Errorf("rejected %v", k.rejected)
	}
}

// TestACursorOfAnotherTenant covers an account that was connected to another tenant
// before: its cursors name mailboxes that do not exist here.
func TestACursorOfAnotherTenant(t *testing.T) {
	const other = "/users('0a1b2c3d-0000-4000-8000-000000000001@1717622f-1d94-4d0c-9d74-709fad664b77')/calendarView/delta?$deltatoken=0"
	for name, tt := range map[string]struct {
		link   string
		status int
		body   string
		kind   syncer.Kind
	}{
		"no such mailbox":         {other, 404, noUser, syncer.Resync},
		"refused":                 {other, 403, accessDenied, syncer.Resync},
		"token unknown":           {other, 400, `{"error":{"code":"ErrorInvalidUrlQuery","message":"Badly formed token."}}`, syncer.Resync},
		"token of other mailbox":  {"/users/R/calendarView/delta?$deltatoken=0", 410, `{"error":{"code":"SyncStateInvalid","message":"m"}}`, syncer.Resync},
		"own, mailbox is gone":    {"/users('r')/calendarView/delta?$deltatoken=0", 404, noUser, syncer.NotFound},
		"own, refused":            {"/users/r/calendarView/delta?$deltatoken=0", 403, accessDenied, syncer.Denied},
		"own, throttled":          {"/users/r/calendarView/delta?$deltatoken=0", 429, `{}`, syncer.Throttled},
		"other, but only offline": {other, 503, `{}`, syncer.Offline},
	} {
		t.Run(name, func(t *testing.T) {
			c := readOne(t, func(base string) string { return base + tt.link }, func(string, sent) (int, string) { return tt.status, tt.body })
			wantKind(t, c.Err, tt.kind)
		})
	}
}
