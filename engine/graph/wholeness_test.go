package graph_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/roomink/roomink/engine/graph"
	"github.com/roomink/roomink/engine/syncer"
)

// TestRetryAfterOfAPart covers the forms in which a part of a batch says how long to
// wait.
func TestRetryAfterOfAPart(t *testing.T) {
	for header, want := range map[string]time.Duration{
		`"7"`: 7 * time.Second, `7`: 7 * time.Second, `" 7 "`: 7 * time.Second, `"0"`: 0, `"-5"`: 0, `"soon"`: 0, `null`: 0, `["7"]`: 0, `"99999999"`: 24 * time.Hour,
		`"` + monday.Add(2*time.Minute).Format(http.TimeFormat) + `"`:  2 * time.Minute,
		`"` + monday.Add(-2*time.Minute).Format(http.TimeFormat) + `"`: 0,
	} {
		body := `{"responses":[{"id":"1","status":429,"headers":{"retry-after":` + header + `},"body":{"error":{"code":"ApplicationThrottled","message":"Application is over its MailboxConcurrency limit."}}}]}`
		s := application(t, says(200, "application/json", body))
		got, err := s.Changes(t.Context(), []syncer.Request{{Room: "r"}})
		if err != nil {
			t.Fatal(err)
		}
		if e := wantKind(t, got[0].Err, syncer.Throttled); e.RetryAfter != want {
			t.Errorf("Retry-After: %s became %v", header, e.RetryAfter)
		}
	}
}

// TestRepliesCutShort cuts a good reply at each of many places, with and without a
// length that tells: no room may pass for read, none for empty.
func TestRepliesCutShort(t *testing.T) {
	whole := `{"responses":[{"id":"1","status":200,"headers":{"Content-Type":"application/json"},"body":` +
		page(end("https://graph.microsoft.com/v1.0", "z"), stub("O1", 23), master, single) + `}]}`
	for at := 0; at < len(whole); at += 7 {
		for _, announced := range []bool{false, true} {
			s, _ := fake(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "application/json")
				if announced {
					w.Header().Set("Content-Length", fmt.Sprint(len(whole)))
				}
				_, _ = io.WriteString(w, whole[:at])
			})
			got, err := s.Changes(t.Context(), []syncer.Request{{Room: "r", Window: syncer.DefaultWindow(monday)}})
			if err == nil || len(got) != 1 || got[0].Err == nil || got[0].Cursor != "" || len(got[0].Events) != 0 {
				t.Fatalf("cut at %d: %+v, %v", at, got, err)
			}
			if announced || at == 0 {
				wantKind(t, err, syncer.Offline)
			} else {
				wantKind(t, err, syncer.Failed)
			}
		}
	}
}

// TestAConnectionThatBreaks covers one that ends before the reply begins.
func TestAConnectionThatBreaks(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		c, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		_ = c.Close() // that is the fault
	}))
	t.Cleanup(srv.Close)
	s := newSource(t, graph.Options{BaseURL: srv.URL + "/v1.0", Token: staticToken})
	_, err := s.Changes(t.Context(), []syncer.Request{{Room: "r"}})
	wantKind(t, err, syncer.Offline)
}

// TestBuildersAreFew keeps out the SDK's builders and models that drag the directory
// in: reading one user takes a program of 13 MB to 44 MB (graph.md 5.5).
func TestBuildersAreFew(t *testing.T) {
	allowed := map[string]bool{}
	for _, name := range strings.Fields(`users.NewItemCalendarViewDeltaRequestBuilderInternal users.NewItemCalendarViewRequestBuilderInternal
		users.NewItemEventsEventItemRequestBuilderInternal users.NewItemCalendarGetScheduleRequestBuilder users.NewItemCalendarGetScheduleRequestBuilderInternal
		users.NewItemCalendarGetSchedulePostRequestBody places.NewGraphRoomRequestBuilderInternal models.NewDateTimeTimeZone
		models.CreateRoomListCollectionResponseFromDiscriminatorValue models.CreateRoomCollectionResponseFromDiscriminatorValue
		models.CreateCalendarCollectionResponseFromDiscriminatorValue models.CreateCalendarGroupCollectionResponseFromDiscriminatorValue`) {
		allowed[name] = true
	}
	files, err := filepath.Glob("*.go")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	used := map[string]bool{}
	for _, f := range files {
		if strings.HasSuffix(f, "_test.go") {
			continue
		}
		src, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range regexp.MustCompile(`\b(?:users|places|models)\.(?:New|Create)\w+`).FindAllString(string(src), -1) {
			if used[name] = true; !allowed[name] {
				t.Errorf("%s uses %s", f, name)
			}
		}
	}
	if len(used) != len(allowed) {
		t.Errorf("%d of %d are used", len(used), len(allowed))
	}
}
