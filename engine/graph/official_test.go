package graph_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/graph"
	"github.com/roomink/roomink/engine/syncer"
)

// sample is a reply of Microsoft's documentation, written down by hand: each file in
// testdata/official names the page.
func sample(t *testing.T, name string) (*http.Response, []byte) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("testdata", "official", name+".http"))
	if err != nil {
		t.Fatal(err)
	}
	text := string(raw)
	for strings.HasPrefix(text, "#") {
		_, text, _ = strings.Cut(text, "\n")
	}
	head, body, _ := strings.Cut(text, "\n\n")
	resp, err := http.ReadResponse(bufio.NewReader(strings.NewReader(strings.ReplaceAll(head, "\n", "\r\n")+"\r\n\r\n")), nil)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return resp, []byte(body)
}

// documented is Graph as the documentation has it: pick gives the sample for each
// request, by its path and query below the version. The address is the real one, so
// that the links in the samples are followed.
func documented(t *testing.T, pick func(url string) string) *graph.Source {
	t.Helper()
	return newSource(t, graph.Options{Token: staticToken, Now: func() time.Time { return monday }, Transport: roundTrips(func(req *http.Request) *http.Response {
		if req.URL.Path == "/v1.0/$batch" {
			return batchOfSamples(t, req, pick)
		}
		resp, body := sample(t, pick(strings.TrimPrefix(req.URL.RequestURI(), "/v1.0")))
		resp.Body, resp.ContentLength, resp.Request = io.NopCloser(strings.NewReader(string(body))), int64(len(body)), req
		return resp
	})})
}

type roundTrips func(*http.Request) *http.Response

func (f roundTrips) RoundTrip(req *http.Request) (*http.Response, error) { return f(req), nil }

func batchOfSamples(t *testing.T, req *http.Request, pick func(url string) string) *http.Response {
	var in struct{ Requests []sent }
	if err := json.NewDecoder(req.Body).Decode(&in); err != nil {
		t.Error(err)
	}
	var parts []any
	for _, p := range in.Requests {
		resp, body := sample(t, pick(p.URL))
		headers := map[string]string{}
		for k := range resp.Header {
			headers[k] = resp.Header.Get(k)
		}
		var content any = body // goes out in base64, as Graph sends what is no JSON
		if strings.HasPrefix(resp.Header.Get("Content-Type"), "application/json") {
			content = json.RawMessage(body)
		}
		parts = append(parts, map[string]any{"id": p.ID, "status": resp.StatusCode, "headers": headers, "body": content})
	}
	slices.Reverse(parts)
	raw, err := json.Marshal(map[string]any{"responses": parts})
	if err != nil {
		t.Error(err)
	}
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}},
		Body: io.NopCloser(strings.NewReader(string(raw))), ContentLength: int64(len(raw)), Request: req}
}

// words are all of an event but its organiser, in one line.
func words(events []calendar.Event) string {
	var out []string
	for _, e := range events {
		s := fmt.Sprintf("%s %q %s/%s %s", e.ID, e.Subject, e.Start.Format("2006-01-02T15:04"), e.End.Format("2006-01-02T15:04"), e.Availability)
		for _, flag := range []struct {
			is   bool
			name string
		}{{e.AllDay, "allDay"}, {e.Private, "private"}, {e.Cancelled, "cancelled"}, {e.SeriesID != "", "of " + e.SeriesID}} {
			if flag.is {
				s += " " + flag.name
			}
		}
		out = append(out, s)
	}
	return strings.Join(out, "\n")
}

const samantha = calendar.RoomID("samanthab@contoso.onmicrosoft.com")

func TestDocumentedChanges(t *testing.T) {
	deltas := func(url string) string {
		for part, name := range map[string]string{"/delta()?": "delta-1", "R0usmcCM996atia_s": "delta-2", "R0usmci39OQxqJrxK4": "delta-3", "R0usmcMDNGg0J1E": "delta-next"} {
			if strings.Contains(url, part) {
				return name
			}
		}
		return "error-404-user"
	}
	s := documented(t, deltas)
	read := func(s *graph.Source, room calendar.RoomID, cursor string) syncer.Change {
		t.Helper()
		got, err := s.Changes(t.Context(), []syncer.Request{{Room: room, Cursor: cursor, Window: syncer.DefaultWindow(monday)}})
		if err != nil || got[0].Err != nil {
			t.Fatalf("%+v, %v", got, err)
		}
		return got[0]
	}
	first := read(s, samantha, "")
	want := `AAMkADNVxRAAA= "Plan shopping list" 2016-12-09T20:30/2016-12-09T22:00 unknown
AAMkADVxSAAA= "Pick up car" 2016-12-10T01:00/2016-12-10T02:00 unknown
AAMkADVxTAAA= "Get food" 2016-12-10T19:30/2016-12-10T21:30 unknown
AAMkADVxUAAA= "Prepare food" 2016-12-10T22:00/2016-12-11T00:00 unknown
AAMkADj1HuAAA= "Rest!" 2016-12-12T02:00/2016-12-12T07:30 unknown`
	if got := words(first.Events); got != want || !first.Full || first.Events[0].Organizer != "Samantha Booth" {
		t.Errorf("first round:\n%s", got)
	}
	second := read(s, samantha, first.Cursor)
	if got := words(second.Events); got != `AAMkADj1HvAAA= "Attend service" 2016-12-25T06:00/2016-12-25T07:30 unknown` || second.Full ||
		strings.Join(second.Removed, " ") != "AAMkADk0MGFkODE3LWE4MmYtNDRhOS04OGQLkRkXbBznTvAADb6ytyAAA=" || !strings.HasSuffix(second.Cursor, "R0usmcFuQtZdtpk4") {
		t.Errorf("next round: %+v", second)
	}

	series := read(documented(t, func(string) string { return "delta-series" }), samantha, "")
	if got, want := words(series.Events), `AAMkADAGUAAAw1= "Let's go for lunch" 2020-02-20T20:00/2020-02-20T22:00 busy of AAMkADAGAADDdm4NAAA=
AAMkADAGUAAAw2= "Let's go for lunch" 2020-02-27T20:00/2020-02-27T22:00 busy of AAMkADAGAADDdm4NAAA=`; got != want || series.Events[1].Organizer != "Adele Vance" {
		t.Errorf("series:\n%s", got)
	}

	view := read(documented(t, func(string) string { return "calendarview" }), calendar.NewCalendarID("AAMkAGI2TGuMAAA="), "")
	if got, want := words(view.Events), `AAMkADAGALLDAY= "Company holiday" 2020-02-21T00:00/2020-02-22T00:00 oof allDay
AAMkADAGPRIV= "Review" 2020-02-28T17:00/2020-02-28T18:00 tentative private of AAMkADAGAADDdm4NAAA=
AAMkADAGUAAAw1= "Let's go for lunch" 2020-02-20T20:00/2020-02-20T22:00 busy of AAMkADAGAADDdm4NAAA=`; got != want {
		t.Errorf("view:\n%s", got)
	}
}

func TestDocumentedRooms(t *testing.T) {
	s := documented(t, func(url string) string {
		switch {
		case strings.Contains(url, "getSchedule"):
			return "getschedule"
		case strings.Contains(url, "skip=") && !strings.Contains(url, "skip=0"):
			return "empty"
		case strings.Contains(url, "bldg2@contoso.com/"):
			return "roomlist-rooms"
		case strings.Contains(url, "/rooms?"):
			return "empty"
		case strings.Contains(url, "roomlist"):
			return "roomlists"
		}
		return "rooms"
	})
	got, err := s.Rooms(t.Context())
	want := []calendar.Room{
		{ID: "cf100@contoso.com", Name: "Conf Room 100", Building: "1", Floor: "1", Capacity: 50, TimeZone: "America/Los_Angeles", Equipment: "surface hub, bean bags"},
		{ID: "cf200@contoso.com", Name: "Conf Room 200", Building: "2", Floor: "2", Capacity: 40, List: "Building 2", Equipment: "wheelchair accessible, benches, nice view"},
	}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestDocumentedCalendars(t *testing.T) {
	got, err := documented(t, func(url string) string {
		if strings.HasPrefix(url, "/me/calendarGroups?") {
			return "calendargroups"
		}
		return "calendars"
	}).Calendars(t.Context())
	want := []calendar.Room{
		{ID: "calendar:AAMkAGI2TGuLAAA=", Name: "Calendar", List: "My Calendars"},
		{ID: "calendar:AAMkAGI2TGuMAAA=", Name: "Calendar – Conf Room 100", List: "My Calendars"},
	}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%+v, %v", got, err)
	}
}

// TestDocumentedErrors feeds each error as the reply to a part of a batch, at the start
// of a round and in the middle of one, and as the reply to a whole request.
func TestDocumentedErrors(t *testing.T) {
	tests := map[string]struct {
		kind   syncer.Kind
		after  time.Duration
		remedy string
	}{
		"error-401":            {syncer.SignIn, 0, "Sign in again"},
		"error-403":            {syncer.Denied, 0, ""},
		"error-403-policy":     {syncer.Denied, 0, ""},
		"error-404-user":       {syncer.NotFound, 0, "e-mail address"},
		"error-404-onpremises": {syncer.NotFound, 0, "Exchange Online"},
		"error-410":            {syncer.Resync, 0, ""},
		"error-429":            {syncer.Throttled, 10 * time.Second, ""},
		"error-429-mailbox":    {syncer.Throttled, 3 * time.Second, ""},
		"error-500":            {syncer.Offline, 0, ""},
		"error-503":            {syncer.Offline, 30 * time.Second, ""},
		"error-504":            {syncer.Offline, 0, ""},
	}
	files, err := filepath.Glob("testdata/official/error-*.http")
	if err != nil || len(files) != len(tests) {
		t.Fatalf("%d samples, %d cases, %v", len(files), len(tests), err)
	}
	for name, tt := range tests {
		check := func(where string, err error) {
			t.Helper()
			e := wantKind(t, err, tt.kind)
			if e.RetryAfter != tt.after || !strings.Contains(e.Remedy, tt.remedy) {
				t.Errorf("%s, %s: %+v", name, where, e)
			}
		}
		one := []syncer.Request{{Room: samantha, Window: syncer.DefaultWindow(monday)}}
		got, err := documented(t, func(string) string { return name }).Changes(t.Context(), one)
		if err != nil {
			t.Fatal(err)
		}
		check("first page", got[0].Err)

		got, err = documented(t, func(url string) string {
			if strings.Contains(url, "skiptoken") {
				return name
			}
			return "delta-1"
		}).Changes(t.Context(), one)
		if err != nil {
			t.Fatal(err)
		}
		check("second page", got[0].Err)

		resp, body := sample(t, name)
		whole := newSource(t, graph.Options{Token: staticToken, Transport: roundTrips(func(req *http.Request) *http.Response {
			again := *resp
			again.Body, again.ContentLength, again.Request = io.NopCloser(strings.NewReader(string(body))), int64(len(body)), req
			return &again
		})})
		_, err = whole.Changes(t.Context(), one)
		check("whole", err)
	}
}

// TestDocumentedBatch feeds the sample reply to a batch of five: a redirect, something
// that is no calendar, a refusal, a list without links and no content.
func TestDocumentedBatch(t *testing.T) {
	_, body := sample(t, "batch")
	s := newSource(t, graph.Options{Token: staticToken, Transport: wire(func(*http.Request) string { return string(body) })})
	var requests []syncer.Request
	for i := range 5 {
		requests = append(requests, syncer.Request{Room: calendar.RoomID("r" + strconv.Itoa(i))})
	}
	got, err := s.Changes(t.Context(), requests)
	if err != nil {
		t.Fatal(err)
	}
	for i, kind := range []syncer.Kind{syncer.Offline, syncer.Failed, syncer.SignIn, syncer.Failed, syncer.Failed} {
		wantKind(t, got[i].Err, kind)
	}
}
