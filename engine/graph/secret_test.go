package graph_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/roomink/roomink/engine/graph"
	"github.com/roomink/roomink/engine/syncer"
)

func credentials(list ...string) string {
	return `{"@odata.context":"x","id":"o","passwordCredentials":[` + strings.Join(list, ",") + `]}`
}

func credential(hint, end string) string {
	return fmt.Sprintf(`{"customKeyIdentifier":null,"displayName":"Roomink","endDateTime":%s,"hint":%s,"keyId":"f0b0b335-1d71-4883-8f98-567911bfdca6","secretText":null,"startDateTime":"2025-01-01T00:00:00Z"}`, end, hint)
}

func TestSecretExpiry(t *testing.T) {
	const (
		past, earlier = `"2026-11-01T00:00:00Z"`, `"2026-10-01T00:00:00Z"`
		soon, later   = `"2026-12-01T12:30:45.1234567Z"`, `"2027-11-23T01:00:00+01:00"`
	)
	day := func(s string) time.Time {
		d, err := time.Parse(time.RFC3339, s)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	tests := map[string]struct {
		body string
		want time.Time
	}{
		"the one":                       {credentials(credential(`"Abc"`, later)), day("2027-11-23T00:00:00Z")},
		"fractions of a second":         {credentials(credential(`"Abc"`, soon)), day("2026-12-01T12:30:45.1234567Z")},
		"among others":                  {credentials(credential(`"abc"`, soon), credential(`"Abc"`, later), credential(`"Abd"`, past)), day("2027-11-23T00:00:00Z")},
		"none":                          {credentials(), time.Time{}},
		"none of that hint":             {credentials(credential(`"xyz"`, later)), time.Time{}},
		"no hint":                       {credentials(credential(`null`, later)), time.Time{}},
		"empty hint":                    {credentials(credential(`""`, later)), time.Time{}},
		"short hint":                    {credentials(credential(`"Ab"`, later)), time.Time{}},
		"no end":                        {credentials(credential(`"Abc"`, `null`)), time.Time{}},
		"null entry":                    {credentials(`null`, credential(`"Abc"`, later)), day("2027-11-23T00:00:00Z")},
		"expired":                       {credentials(credential(`"Abc"`, past)), day("2026-11-01T00:00:00Z")},
		"all expired":                   {credentials(credential(`"Abc"`, earlier), credential(`"Abc"`, past), credential(`"Abc"`, earlier)), day("2026-11-01T00:00:00Z")},
		"same hint, one expired":        {credentials(credential(`"Abc"`, past), credential(`"Abc"`, later)), day("2027-11-23T00:00:00Z")},
		"same hint, two valid":          {credentials(credential(`"Abc"`, soon), credential(`"Abc"`, later)), time.Time{}},
		"same hint, same end":           {credentials(credential(`"Abc"`, later), credential(`"Abc"`, `"2027-11-23T00:00:00Z"`)), day("2027-11-23T00:00:00Z")},
		"odd date of another":           {credentials(credential(`"xyz"`, `"soon"`), credential(`"Abc"`, later)), day("2027-11-23T00:00:00Z")},
		"more fields than are known of": {`{"passwordCredentials":[{"hint":"Abc","endDateTime":` + later + `,"a":[{}]}],"b":1}`, day("2027-11-23T00:00:00Z")},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := application(t, says(200, "application/json; charset=utf-8", tt.body)).SecretExpiry(t.Context(), clientID, secret)
			if err != nil || !got.Equal(tt.want) || got.Location() != time.UTC {
				t.Errorf("%v, %v; want %v", got, err, tt.want)
			}
		})
	}
}

func TestSecretExpiryThatCannotBeRead(t *testing.T) {
	tests := map[string]struct {
		status      int
		contentType string
		body        string
		kind        syncer.Kind
		notAllowed  bool
		words       string // of the error or its remedy
	}{
		"no permission":     {403, "application/json", noRights, syncer.Denied, true, "Application.Read.All"},
		"registered abroad": {404, "application/json", noResource, syncer.NotFound, false, "another organisation"},
		"web filter":        {403, "text/html", "<html>", syncer.Failed, false, "proxy"},
		"web filter, 404":   {404, "text/html", "<html>", syncer.Failed, false, "proxy"},
		"captive portal":    {200, "text/html", "<html>", syncer.Offline, false, "log-in page"},
		"redirect":          {302, "text/html", "", syncer.Offline, false, "302"},
		"empty":             {200, "application/json", "", syncer.Offline, false, ""},
		"throttled":         {429, "application/json", `{}`, syncer.Throttled, false, "429"},
		"token refused":     {401, "application/json", `{}`, syncer.SignIn, false, ""},
		"outage":            {502, "text/html", "<html>", syncer.Offline, false, ""},
		"empty object":      {200, "application/json", `{}`, syncer.Failed, false, "no app registration"},
		"null":              {200, "application/json", `null`, syncer.Failed, false, "no app registration"},
		"list":              {200, "application/json", `[]`, syncer.Failed, false, "no app registration"},
		"null credentials":  {200, "application/json", `{"passwordCredentials":null}`, syncer.Failed, false, "no app registration"},
		"wrong type":        {200, "application/json", `{"passwordCredentials":{"hint":"Abc"}}`, syncer.Failed, false, "no app registration"},
		"wrong hint":        {200, "application/json", `{"passwordCredentials":[{"hint":5}]}`, syncer.Failed, false, "no app registration"},
		"truncated":         {200, "application/json", `{"passwordCredentials":[{"hint":"Abc"`, syncer.Failed, false, "no app registration"},
		"odd date":          {200, "application/json", credentials(credential(`"Abc"`, `"soon"`)), syncer.Failed, false, `ends on no date ("soon")`},
		"huge":              {200, "application/json", `{"x":"` + strings.Repeat("x", 2<<20) + `"}`, syncer.Failed, false, "larger than 1024 KiB"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s := application(t, func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Location", "https://evil.example/")
				says(tt.status, tt.contentType, tt.body)(w, r)
			})
			got, err := s.SecretExpiry(t.Context(), clientID, secret)
			e := wantKind(t, err, tt.kind)
			if !got.IsZero() || e.Op != "look up when the client secret expires" || errors.Is(err, graph.ErrNotAllowed) != tt.notAllowed ||
				!strings.Contains(e.Error()+e.Remedy, tt.words) || strings.Contains(e.Error(), secret) {
				t.Errorf("%v, %+v: %v", got, e, e)
			}
		})
	}
}

func TestEndlessReplies(t *testing.T) {
	endless := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"passwordCredentials":["`)
		for r.Context().Err() == nil {
			if _, err := io.WriteString(w, strings.Repeat("x", 64<<10)); err != nil {
				return
			}
		}
	}
	_, err := application(t, endless).SecretExpiry(t.Context(), clientID, secret)
	if e := wantKind(t, err, syncer.Failed); !strings.Contains(e.Error(), "larger than") {
		t.Errorf("%v", e)
	}
	err = application(t, endless).Probe(t.Context(), "ada@contoso.com")
	if e := wantKind(t, err, syncer.Offline); !strings.Contains(e.Error(), "larger than") {
		t.Errorf("%v", e)
	}
}

func TestRepliesThatBreakOff(t *testing.T) {
	handler := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", "1000")
		_, _ = io.WriteString(w, `{"passwordCredentials":[]`)
	}
	_, err := application(t, handler).SecretExpiry(t.Context(), clientID, secret)
	wantKind(t, err, syncer.Offline)
	wantKind(t, application(t, handler).Probe(t.Context(), "ada@contoso.com"), syncer.Offline)
}

func TestNothingToLookUp(t *testing.T) {
	s := application(t, func(http.ResponseWriter, *http.Request) { t.Error("a request was sent") })
	for _, short := range []string{"", "Ab"} {
		if got, err := s.SecretExpiry(t.Context(), clientID, short); err != nil || !got.IsZero() {
			t.Errorf("%v, %v", got, err)
		}
	}
	for _, id := range []string{"", "x", "')/owners?x=('", "me"} {
		_, err := s.SecretExpiry(t.Context(), id, secret)
		if e := wantKind(t, err, syncer.Failed); !strings.Contains(e.Remedy, "client) ID") {
			t.Errorf("%+v", e)
		}
	}
}

// TestOneTurnForAll runs all kinds of calls at once: Graph sees one at a time.
func TestOneTurnForAll(t *testing.T) {
	var now, most atomic.Int32
	s := application(t, func(w http.ResponseWriter, r *http.Request) {
		most.Store(max(most.Load(), now.Add(1)))
		defer now.Add(-1)
		body := `{"value":[]}`
		if strings.Contains(r.URL.Path, "applications") {
			body = credentials()
		}
		says(200, "application/json", body)(w, r)
	})
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 5 {
				_, secretErr := s.SecretExpiry(t.Context(), clientID, secret)
				_, roomsErr := s.Rooms(t.Context())
				if err := errors.Join(secretErr, roomsErr, s.Probe(t.Context(), "ada@contoso.com")); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if most.Load() != 1 {
		t.Errorf("%d requests at a time", most.Load())
	}
}

func TestSecretExpiryEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	s := application(t, func(_ http.ResponseWriter, r *http.Request) {
		cancel()
		<-r.Context().Done()
	})
	if _, err := s.SecretExpiry(ctx, clientID, secret); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}
