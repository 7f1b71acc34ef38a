package graph_test

import (
	"flag"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/graph"
	"github.com/roomink/roomink/engine/syncer"
)

var update = flag.Bool("update", false, "write the golden files")

const (
	clientID = "11111111-2222-3333-4444-555555555555"
	secret   = "Abc8Q~secret-value-of-the-registration"
)

// TestBytesOnTheWire compares each request, as it arrives at a server, with
// testdata/wire. Change them only with the documentation beside you.
func TestBytesOnTheWire(t *testing.T) {
	schedule := `{"value":[{"scheduleId":"oslo@contoso.com","workingHours":{"timeZone":{"name":"W. Europe Standard Time"}}}]}`
	tests := map[string]struct {
		appOnly bool
		replies []string
		call    func(s *graph.Source) error
	}{
		"probe": {false, []string{`{"value":[]}`}, func(s *graph.Source) error { return s.Probe(t.Context(), "ada+x@contoso.com") }},
		"secret-expiry": {false, []string{`{"passwordCredentials":[]}`}, func(s *graph.Source) error {
			_, err := s.SecretExpiry(t.Context(), strings.ToUpper(clientID), secret)
			return err
		}},
		"zones-of-an-application": {true, []string{`{"value":[{"emailAddress":"oslo@contoso.com"}]}`, `{"value":[]}`, schedule}, func(s *graph.Source) error {
			_, err := s.Rooms(t.Context())
			return err
		}},
		"calendars": {false, []string{`{"responses":[{"id":"1","status":200,"body":{"value":[{"id":"G/1=","name":"Other"}]}},{"id":"2","status":200,"body":{"value":[]}}]}`,
			`{"responses":[{"id":"1","status":200,"body":{"value":[]}}]}`}, func(s *graph.Source) error {
			_, err := s.Calendars(t.Context())
			return err
		}},
		"calendar": {false, []string{`{"responses":[]}`}, func(s *graph.Source) error {
			_, err := s.Changes(t.Context(), []syncer.Request{{Room: calendar.NewCalendarID("AAMkAGI2/TGuMAAA="), Window: syncer.DefaultWindow(monday)}})
			return err
		}},
		"room-lists": {true, []string{`{"value":[{"emailAddress":"oslo@contoso.com"}]}`, `{"value":[]}`,
			`{"responses":[{"id":"1","status":200,"body":{"value":[{"emailAddress":"Building 1@contoso.com"}]}}]}`, `{"responses":[]}`, `{"responses":[]}`, schedule}, func(s *graph.Source) error {
			_, err := s.Rooms(t.Context())
			return err
		}},
		"master": {false, []string{`{"responses":[{"id":"1","status":200,"body":` + page(`"@odata.deltaLink":"BASE/d"`, stub("O", 23)) + `}]}`, `{"responses":[]}`}, func(s *graph.Source) error {
			_, err := s.Changes(t.Context(), []syncer.Request{{Room: "oslo@contoso.com", Window: syncer.DefaultWindow(monday)}})
			return err
		}},
		"changes": {false, []string{`{"responses":[]}`}, func(s *graph.Source) error {
			_, err := s.Changes(t.Context(), []syncer.Request{{Room: "oslo@contoso.com", Window: syncer.DefaultWindow(monday)}})
			return err
		}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var sent []string
			srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				sent = append(sent, dump(t, r))
				w.Header().Set("Content-Type", "application/json")
				_, _ = io.WriteString(w, strings.ReplaceAll(tt.replies[min(len(sent), len(tt.replies))-1], "BASE", "http://"+r.Host+"/v1.0"))
			}))
			t.Cleanup(srv.Close)
			s := newSource(t, graph.Options{BaseURL: srv.URL + "/v1.0", Token: staticToken, AppOnly: tt.appOnly, Now: func() time.Time { return monday }})
			if err := tt.call(s); err != nil {
				t.Fatal(err)
			}
			golden(t, filepath.Join("testdata", "wire", name+".txt"), strings.Join(sent, "\n--------\n"))
			if strings.Contains(strings.Join(sent, ""), secret[3:]) {
				t.Error("the secret was sent")
			}
		})
	}
}

// dump is a request without what differs from run to run.
func dump(t *testing.T, r *http.Request) string {
	raw, err := httputil.DumpRequest(r, true)
	if err != nil {
		t.Error(err)
	}
	s := strings.ReplaceAll(string(raw), "\r\n", "\n")
	for pattern, with := range map[string]string{
		`(?m)^Host: .*$`:              "Host: <graph>",
		`(?m)^Client-Request-Id: .*$`: "Client-Request-Id: <uuid>",
		`(?m)^Sdkversion: .*$`:        "Sdkversion: <telemetry>",
	} {
		s = regexp.MustCompile(pattern).ReplaceAllString(s, with)
	}
	return s
}

func golden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs (-update writes it):\n%s", path, got)
	}
}
