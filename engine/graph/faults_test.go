package graph_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/oauth2"

	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/graph"
	"github.com/roomink/roomink/engine/syncer"
)

func TestFailuresOfAPart(t *testing.T) {
	graphError := func(code string) string { return `{"error":{"code":"` + code + `","message":"Some words."}}` }
	tests := map[string]struct {
		status int
		body   string
		kind   syncer.Kind
		words  string
	}{
		"gone":                 {410, graphError("SyncStateNotFound"), syncer.Resync, "SyncStateNotFound"},
		"gone, documented":     {410, graphError("syncStateNotFound"), syncer.Resync, ""},
		"gone without a word":  {410, `null`, syncer.Resync, ""},
		"resync required":      {400, graphError("resyncRequired"), syncer.Resync, ""},
		"bad token":            {400, graphError("BadRequest"), syncer.Resync, ""},
		"throttled by code":    {503, graphError("ApplicationThrottled"), syncer.Throttled, ""},
		"token":                {401, graphError("InvalidAuthenticationToken"), syncer.SignIn, ""},
		"denied":               {403, graphError("ErrorAccessDenied"), syncer.Denied, ""},
		"no such user":         {404, graphError("ErrorInvalidUser"), syncer.NotFound, ""},
		"on premises":          {404, graphError("MailboxNotEnabledForRESTAPI"), syncer.NotFound, ""},
		"transient":            {500, graphError("ErrorInternalServerTransientError"), syncer.Offline, ""},
		"timeout":              {408, `{}`, syncer.Offline, "HTTP status 408"},
		"dependency":           {424, graphError("FailedDependency"), syncer.Failed, ""},
		"conflict":             {412, `{"error":{}}`, syncer.Failed, ""},
		"error as text":        {500, `"PGh0bWw+"`, syncer.Offline, ""},
		"error of wrong types": {500, `{"error":{"code":5,"message":[]}}`, syncer.Offline, ""},
		"no part":              {0, ``, syncer.Failed, "no answer"},
		"empty object":         {200, `{}`, syncer.Failed, "no list"},
		"no link":              {200, `{"value":[]}`, syncer.Failed, "no link"},
		"null":                 {200, `null`, syncer.Failed, ""},
		"text":                 {200, `"hello"`, syncer.Failed, ""},
		"list":                 {200, `[]`, syncer.Failed, ""},
		"value of wrong type":  {200, `{"value":{"id":1}}`, syncer.Failed, ""},
		"id of wrong type":     {200, `{"value":[{"id":5}]}`, syncer.Failed, ""},
		"null event":           {200, `{"value":[null]}`, syncer.Failed, ""},
		"foreign nextLink":     {200, `{"value":[],"@odata.nextLink":"https://evil.example/v1.0/users/r/calendarView/delta?$skiptoken=x"}`, syncer.Failed, "away from Microsoft Graph"},
		"foreign deltaLink":    {200, `{"value":[],"@odata.deltaLink":"https://evil.example/v1.0/users/r/calendarView/delta?$deltatoken=x"}`, syncer.Failed, "away from Microsoft Graph"},
		"no start":             {200, `{"value":[{"id":"A"}],"@odata.deltaLink":"BASE/x"}`, syncer.Failed, "starts at no time"},
		"odd start":            {200, `{"value":[{"id":"A","start":{"dateTime":"soon"}}],"@odata.deltaLink":"BASE/x"}`, syncer.Failed, "soon"},
		"odd zone":             {200, `{"value":[{"id":"A","start":{"dateTime":"2026-11-23T12:00:00","timeZone":"Customized Time Zone"}}],"@odata.deltaLink":"BASE/x"}`, syncer.Failed, "unknown time zone"},
		"odd date":             {200, `{"value":[{"id":"A","isAllDay":true,"start":{"dateTime":"today"}}],"@odata.deltaLink":"BASE/x"}`, syncer.Failed, "on no date"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			c := readOne(t, deltaCursor, func(base string, _ sent) (int, string) {
				return tt.status, strings.ReplaceAll(tt.body, "BASE", base)
			})
			e := wantKind(t, c.Err, tt.kind)
			if !strings.Contains(e.Error(), tt.words) || !strings.HasPrefix(e.Error(), "read the calendar of r: ") || c.Cursor != "" {
				t.Errorf("%+v: %v", c, e)
			}
		})
	}
}

func TestABadRequestWithoutCursorIsNoResync(t *testing.T) {
	c := readOne(t, nil, func(string, sent) (int, string) {
		return 400, `{"error":{"code":"ErrorInvalidRequest","message":"no"}}`
	})
	wantKind(t, c.Err, syncer.Failed)
}

func TestAStoredCursorOfAnotherServerIsNotFollowed(t *testing.T) {
	for name, cursor := range map[string]func(base string) string{
		"host":   func(string) string { return "https://graph.microsoft.us/v1.0/users/r/calendarView/delta?$deltatoken=0" },
		"scheme": func(base string) string { return strings.Replace(deltaCursor(base), "http:", "https:", 1) },
		"path":   func(base string) string { return strings.TrimSuffix(base, "/v1.0") + "/oauth2/token" },
		"climb":  func(base string) string { return base + "/../oauth2/token" },
		"up":     func(base string) string { return base + "/users/.." },
		"double": func(base string) string { return base + "//evil.example/users/r/calendarView/delta?$deltatoken=0" },
		"user":   func(base string) string { return strings.Replace(deltaCursor(base), "://", "://me@", 1) },
		"junk":   func(string) string { return "%zz://" },
	} {
		t.Run(name, func(t *testing.T) {
			c := readOne(t, cursor, func(string, sent) (int, string) {
				t.Error("a request was sent")
				return 0, ""
			})
			wantKind(t, c.Err, syncer.Resync)
		})
	}
}

func TestFailuresOfAWholeRequest(t *testing.T) {
	tests := map[string]struct {
		status      int
		contentType string
		body        string
		kind        syncer.Kind
	}{
		"empty 502":         {502, "", "", syncer.Offline},
		"HTML 503":          {503, "text/html", "<html>", syncer.Offline},
		"captive portal":    {200, "text/html", "<html>log in</html>", syncer.Offline},
		"empty 200":         {200, "application/json", "", syncer.Offline},
		"no content type":   {200, "", "{}", syncer.Offline},
		"redirect":          {302, "text/html", "", syncer.Offline},
		"no content":        {204, "", "", syncer.Failed},
		"empty JSON error":  {403, "application/json", "{}", syncer.Denied},
		"error without msg": {400, "application/json", `{"error":{"code":"BadRequest"}}`, syncer.Failed},
		"throttled":         {429, "application/json", `{"error":{"code":"TooManyRequests","message":"m"}}`, syncer.Throttled},
		"unauthorized":      {401, "application/json", `{"error":{"code":"InvalidAuthenticationToken","message":"m"}}`, syncer.SignIn},
		"odd claims":        {401, "application/json", `{}`, syncer.SignIn},
		"broken JSON":       {200, "application/json", `{"responses":[{]`, syncer.Failed},
		"other JSON":        {200, "application/json", `[1,2]`, syncer.Failed},
		"no responses":      {200, "application/json", `{}`, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s, _ := fake(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header()["Content-Type"] = nil
				if tt.contentType != "" {
					w.Header().Set("Content-Type", tt.contentType)
				}
				w.Header().Set("Retry-After", "11")
				w.Header().Set("Www-Authenticate", `Bearer claims=unquoted`) // makes the SDK panic when it sees it
				w.WriteHeader(tt.status)
				_, _ = io.WriteString(w, tt.body)
			})
			got, err := s.Changes(t.Context(), []syncer.Request{{Room: "a"}, {Room: "b"}})
			if tt.kind == "" {
				if err != nil || got[0].Err == nil {
					t.Errorf("%+v, %v", got, err)
				}
				return
			}
			e := wantKind(t, err, tt.kind)
			if tt.status != 200 && e.RetryAfter != 11*time.Second || e.Op != "read 2 calendars" {
				t.Errorf("%+v", e)
			}
			if _, err := s.Rooms(t.Context()); err == nil {
				t.Error("rooms were listed")
			}
		})
	}
}

func TestRetryAfterAsDate(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", monday.Add(90*time.Second).Format(http.TimeFormat))
		w.WriteHeader(429)
	}))
	t.Cleanup(srv.Close)
	s := newSource(t, graph.Options{BaseURL: srv.URL + "/v1.0", Token: staticToken, Now: func() time.Time { return monday }})
	_, err := s.Changes(t.Context(), []syncer.Request{{Room: "a"}})
	if e := wantKind(t, err, syncer.Throttled); e.RetryAfter != 90*time.Second {
		t.Errorf("%+v", e)
	}
}

func TestARoundThatBreaksOffKeepsWhatItHas(t *testing.T) {
	for kind, status := range map[syncer.Kind]int{syncer.Offline: 503, syncer.Throttled: 429, syncer.SignIn: 401, syncer.Failed: 400} {
		t.Run(string(kind), func(t *testing.T) {
			var n atomic.Int32
			inner := answers(t, func(base string, p sent) (int, string) {
				if strings.HasPrefix(p.URL, "/users/r7/") {
					return 403, `{"error":{"code":"ErrorAccessDenied","message":"m"}}`
				}
				return 200, page(end(base, "z"), single)
			})
			s, _ := fake(t, func(w http.ResponseWriter, r *http.Request) {
				if n.Add(1) > 1 {
					w.Header().Set("Retry-After", "11")
					w.WriteHeader(status)
					return
				}
				inner(w, r)
			})
			var requests []syncer.Request
			for i := range 65 {
				requests = append(requests, syncer.Request{Room: calendar.RoomID(fmt.Sprint("r", i))})
			}
			got, err := s.Changes(t.Context(), requests)
			if e := wantKind(t, err, kind); e.Op != "read 65 calendars" || e.RetryAfter != 11*time.Second {
				t.Errorf("%+v", e)
			}
			for i, c := range got {
				switch {
				case c.Room != requests[i].Room:
					t.Errorf("answer %d is of %s", i, c.Room)
				case i == 7:
					wantKind(t, c.Err, syncer.Denied)
				case i < 20 && (c.Err != nil || len(c.Events) != 1):
					t.Errorf("%+v", c)
				case i >= 20 && !errors.Is(c.Err, err):
					t.Errorf("room %d: %v, want the error of the whole", i, c.Err)
				}
			}
			if len(got) != 65 || n.Load() != 2 {
				t.Errorf("%d answers with %d requests, want 65 with 2: the system is down", len(got), n.Load())
			}
		})
	}
}

// adviser is a token error that knows what to do.
type adviser struct{ person bool }

func (a adviser) Error() string      { return "no token" }
func (a adviser) PersonNeeded() bool { return a.person }
func (a adviser) Advice() string     { return "do this" }

func TestTokenFailures(t *testing.T) {
	own := &syncer.Error{Kind: syncer.Denied, Op: "own"}
	for name, tt := range map[string]struct {
		err  error
		kind syncer.Kind
	}{
		"temporary": {adviser{false}, syncer.Offline},
		"person":    {fmt.Errorf("wrapped: %w", adviser{true}), syncer.SignIn},
		"plain":     {errors.New("?"), syncer.Offline},
		"own":       {own, syncer.Denied},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSource(t, graph.Options{BaseURL: "http://127.0.0.1:1/v1.0", Token: func(context.Context) (*oauth2.Token, error) { return nil, tt.err }})
			_, err := s.Changes(t.Context(), []syncer.Request{{Room: "r"}})
			e := wantKind(t, err, tt.kind)
			if !errors.Is(err, tt.err) || name == "person" && e.Remedy != "do this" {
				t.Errorf("%+v", e)
			}
		})
	}
}

func TestUnreachable(t *testing.T) {
	srv := httptest.NewServer(nil)
	srv.Close()
	s := newSource(t, graph.Options{BaseURL: srv.URL + "/v1.0", Token: staticToken})
	_, err := s.Changes(t.Context(), []syncer.Request{{Room: "r"}})
	wantKind(t, err, syncer.Offline)
}

func TestAddressesThatAreRefused(t *testing.T) {
	for _, base := range []string{"http://graph.example/v1.0", "graph.microsoft.com", "ftp://localhost/v1.0", "https://me:pw@graph.example/v1.0", "https://graph.example/v1.0?x=1", "%zz"} {
		if _, err := graph.New(graph.Options{BaseURL: base, Token: staticToken}); err == nil {
			t.Errorf("%s was accepted", base)
		}
	}
	if _, err := graph.New(graph.Options{}); err == nil {
		t.Error("no source of tokens was accepted")
	}
	if _, err := graph.New(graph.Options{Token: staticToken}); err != nil {
		t.Error(err)
	}
}
