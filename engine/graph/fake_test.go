package graph_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/graph"
	"github.com/roomink/roomink/engine/syncer"
)

// sent is a part of a batch as it arrived.
type sent struct {
	ID, Method, URL string
	Headers         map[string]string
}

// answers is a fake $batch: reply gives status and body of each part.
func answers(t *testing.T, reply func(base string, p sent) (status int, body string)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var in struct{ Requests []sent }
		if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
			t.Errorf("%s %s: %v", r.Method, r.URL, err)
		}
		if r.URL.Path != "/v1.0/$batch" || r.Header.Get("Authorization") != "Bearer token" || r.Header.Get("Content-Encoding") != "" {
			t.Errorf("%s %s %v", r.Method, r.URL, r.Header)
		}
		var parts []string
		for _, p := range in.Requests {
			status, body := reply("http://"+r.Host+"/v1.0", p)
			if status == 0 {
				continue
			}
			parts = append([]string{fmt.Sprintf(`{"id":%q,"status":%d,"headers":{"Content-Type":"application/json","Retry-After":"3","x":null},"body":%s}`, p.ID, status, body)}, parts...)
		}
		w.Header().Set("Content-Type", "application/json; odata.metadata=minimal")
		_, _ = io.WriteString(w, `{"responses":[`+strings.Join(parts, ",")+`]}`)
	}
}

func page(link string, events ...string) string {
	return `{"@odata.context":"x","value":[` + strings.Join(events, ",") + `],` + link + `}`
}

func next(base, token string) string {
	return `"@odata.nextLink":"` + base + `/users/r/calendarView/delta?$skiptoken=` + token + `"`
}

func end(base, token string) string {
	return `"@odata.deltaLink":"` + base + `/users/r/calendarView/delta?$deltatoken=` + token + `"`
}

const (
	master = `{"@odata.type":"#microsoft.graph.event","id":"M","type":"seriesMaster","subject":"Stand-up","showAs":"busy","isAllDay":false,
		"sensitivity":"private","isCancelled":false,"organizer":{"emailAddress":{"name":"Ada","address":"ada@x"}},
		"start":{"dateTime":"2019-01-01T09:00:00.0000000","timeZone":"UTC"},"end":{"dateTime":"2019-01-01T09:15:00.0000000","timeZone":"UTC"}}`
	single = `{"id":"S","type":"singleInstance","subject":"Lunch","showAs":"tentative","start":{"dateTime":"2026-11-23T12:00:00.0000000","timeZone":"UTC"},
		"end":{"dateTime":"2026-11-23T13:00:00.0000000","timeZone":"UTC"},"IsRoomRequested":false,"unheardOf":{"a":[1]}}`
)

func stub(id string, day int) string {
	return fmt.Sprintf(`{"@odata.type":"#microsoft.graph.event","id":%q,"seriesMasterId":"M","type":"occurrence",
		"start":{"dateTime":"2026-11-%02dT09:00:00.0000000","timeZone":"UTC"},"end":{"dateTime":"2026-11-%02dT09:15:00.0000000","timeZone":"UTC"}}`, id, day, day)
}

func removed(id string) string {
	return fmt.Sprintf(`{"@odata.type":"#microsoft.graph.event","id":%q,"@removed":{"reason":"deleted"}}`, id)
}

// readOne reads room "r" from a fake.
func readOne(t *testing.T, cursor func(base string) string, reply func(base string, p sent) (int, string)) syncer.Change {
	t.Helper()
	s, base := fake(t, answers(t, reply))
	req := syncer.Request{Room: "r", Window: syncer.DefaultWindow(monday)}
	if cursor != nil {
		req.Cursor = cursor(base)
	}
	got, err := s.Changes(t.Context(), []syncer.Request{req})
	if err != nil {
		t.Fatal(err)
	}
	return got[0]
}

func deltaCursor(base string) string { return base + "/users/r/calendarView/delta?$deltatoken=0" }

func TestWhatGoesOverTheWire(t *testing.T) {
	var urls []string
	c := readOne(t, nil, func(base string, p sent) (int, string) {
		urls = append(urls, p.URL)
		if p.Method != "GET" {
			t.Errorf("method %s", p.Method)
		}
		for _, want := range []string{"odata.maxpagesize=50", `outlook.timezone="UTC"`, `IdType="ImmutableId"`} {
			if !strings.Contains(p.Headers["Prefer"], want) {
				t.Errorf("%s lacks Prefer %s: %v", p.URL, want, p.Headers)
			}
		}
		if len(urls) < 3 {
			return 200, page(next(base, fmt.Sprint("a%2Bb", len(urls))))
		}
		return 200, page(end(base, "z"), single)
	})
	if c.Err != nil || !c.Full || len(c.Events) != 1 {
		t.Fatalf("%+v", c)
	}
	if want := "/users/r/calendarView/delta()?endDateTime=2026-12-01T00%3A00%3A00Z&startDateTime=2026-11-22T00%3A00%3A00Z"; urls[0] != want {
		t.Errorf("first request %s, want %s", urls[0], want)
	}
	if urls[1] != "/users/r/calendarView/delta?$skiptoken=a%2Bb1" || urls[2] != "/users/r/calendarView/delta?$skiptoken=a%2Bb2" {
		t.Errorf("links were altered: %v", urls[1:])
	}
	e := c.Events[0]
	if e.ID != "S" || e.Subject != "Lunch" || e.Availability != calendar.Tentative || !e.Start.Equal(time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)) || e.Organizer != "" || e.SeriesID != "" {
		t.Errorf("%+v", e)
	}
}

func TestQuirks(t *testing.T) {
	tests := map[string]struct {
		pages []string // of an incremental round; the link is added
		want  string   // events as id/subject, removed and series
	}{
		"stubs take after a master that comes later": {[]string{stub("O1", 23), stub("O2", 24) + "," + master}, "O1/Stand-up/private O2/Stand-up/private | | M"},
		"the last one wins":                          {[]string{single, strings.Replace(single, "Lunch", "Dinner", 1)}, "S/Dinner | |"},
		"removed, then back":                         {[]string{removed("S"), single}, "S/Lunch | | S"},
		"back, then removed":                         {[]string{single, removed("S")}, " | S | S"},
		"removed, unknown to us":                     {[]string{removed("elsewhere")}, " | elsewhere | elsewhere"},
		"series deleted":                             {[]string{master, removed("M")}, " | M | M"},
		"last occurrence deleted":                    {[]string{master}, " | | M"},
		"empty pages":                                {[]string{"", "", ""}, " | |"},
		"exception":                                  {[]string{master, strings.NewReplacer(`"id":"S"`, `"id":"E","seriesMasterId":"M"`, "singleInstance", "exception").Replace(single)}, "E/Lunch | | M"},
		"cancelled":                                  {[]string{strings.Replace(single, `"subject"`, `"isCancelled":true,"subject"`, 1)}, "S/Lunch/cancelled | |"},
		"cancelled series":                           {[]string{strings.Replace(master, `"isCancelled":false`, `"isCancelled":true`, 1), stub("O", 23)}, "O/Stand-up/private/cancelled | | M"},
		"nothing but times":                          {[]string{`{"id":"X","subject":null,"organizer":null,"showAs":"brandNew","sensitivity":null,"start":{"dateTime":"2026-11-23T12:00:00","timeZone":"W. Europe Standard Time"},"end":{"dateTime":"2026-11-23T13:00:00Z","timeZone":"UTC"}}`}, "X/ | |"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			i := 0
			c := readOne(t, deltaCursor, func(base string, p sent) (int, string) {
				events := tt.pages[i]
				if i++; i == len(tt.pages) {
					return 200, page(end(base, "z"), events)
				}
				return 200, page(next(base, strconv.Itoa(i)), events)
			})
			if c.Err != nil {
				t.Fatal(c.Err)
			}
			var events []string
			for _, e := range c.Events {
				s := e.ID + "/" + e.Subject
				if e.Private {
					s += "/private"
				}
				if e.Cancelled {
					s += "/cancelled"
				}
				events = append(events, s)
			}
			got := strings.Join(events, " ") + " | " + strings.Join(c.Removed, " ") + " | " + strings.Join(c.Series, " ")
			if strings.Join(strings.Fields(got), " ") != strings.Join(strings.Fields(tt.want), " ") {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
			if c.Full || !strings.HasSuffix(c.Cursor, "$deltatoken=z") {
				t.Errorf("%+v", c)
			}
		})
	}
}

func TestUnknownAvailabilityTakesTheRoom(t *testing.T) {
	c := readOne(t, nil, func(base string, _ sent) (int, string) {
		return 200, page(end(base, "z"), strings.Replace(single, "tentative", "somethingNew", 1))
	})
	if c.Err != nil || c.Events[0].Availability != calendar.Unknown || !c.Events[0].Availability.Occupies() {
		t.Errorf("%+v", c)
	}
}

func TestMissingMasterIsAskedFor(t *testing.T) {
	var asked []string
	c := readOne(t, deltaCursor, func(base string, p sent) (int, string) {
		if strings.Contains(p.URL, "/events/") {
			asked = append(asked, p.URL)
			if strings.Contains(p.URL, "/events/N?") {
				return 404, `{"error":{"code":"ErrorItemNotFound","message":"The specified object was not found in the store."}}`
			}
			return 200, master
		}
		return 200, page(end(base, "z"), stub("O1", 23), stub("O2", 24), strings.Replace(stub("P", 25), `"M"`, `"N"`, 1))
	})
	if c.Err != nil {
		t.Fatal(c.Err)
	}
	if len(asked) != 2 || !strings.HasPrefix(asked[0], "/users/r/events/M?$select=") && !strings.HasPrefix(asked[0], "/users/r/events/M?%24select=") {
		t.Errorf("asked for %v", asked)
	}
	if len(c.Events) != 2 || c.Events[0].Subject != "Stand-up" || c.Events[0].SeriesID != "M" {
		t.Errorf("%+v", c.Events)
	}
	// The rest of series M was not told, so it must stay; series N is no more.
	if strings.Join(c.Series, " ") != "N" {
		t.Errorf("series %v", c.Series)
	}
}

// TestManyMissingMasters counts the requests for a room that lacks many masters, beside
// others that lack none: what a batch has places left for goes along.
func TestManyMissingMasters(t *testing.T) {
	var sizes []int
	s, _ := fake(t, func(w http.ResponseWriter, r *http.Request) {
		n := 0
		answers(t, func(base string, p sent) (int, string) {
			n++
			if id, ok := strings.CutPrefix(p.URL, "/users/r1/events/"); ok {
				id, _, _ = strings.Cut(id, "?")
				return 200, strings.NewReplacer(`"id":"M"`, `"id":"`+id+`"`, "Stand-up", "Series "+id).Replace(master)
			}
			var stubs []string
			for i := range 50 {
				if strings.HasPrefix(p.URL, "/users/r1/") {
					stubs = append(stubs, strings.Replace(stub(fmt.Sprintf("O%02d", i), 23), `"M"`, fmt.Sprintf(`"M%02d"`, i), 1))
				}
			}
			return 200, page(end(base, "z"), stubs...)
		})(w, r)
		sizes = append(sizes, n)
	})
	var requests []syncer.Request
	for i := range 33 {
		requests = append(requests, syncer.Request{Room: calendar.RoomID(fmt.Sprint("r", i))})
	}
	got, err := s.Changes(t.Context(), requests)
	if err != nil || fmt.Sprint(sizes) != "[20 20 20 20 3]" { // 33 pages, 50 masters
		t.Fatalf("batches of %v, %v", sizes, err)
	}
	for i, c := range got {
		if c.Err != nil || len(c.Events) != map[bool]int{true: 50}[i == 1] {
			t.Fatalf("%d: %+v", i, c)
		}
	}
	for i, e := range got[1].Events {
		if e.Subject != fmt.Sprintf("Series M%02d", i) {
			t.Errorf("%+v", e)
		}
	}
}

func TestMissingMasterThatFails(t *testing.T) {
	c := readOne(t, deltaCursor, func(base string, p sent) (int, string) {
		if strings.Contains(p.URL, "/events/") {
			return 429, `{"error":{"code":"ApplicationThrottled","message":"Application is over its MailboxConcurrency limit."}}`
		}
		return 200, page(end(base, "z"), stub("O1", 23))
	})
	if e := wantKind(t, c.Err, syncer.Throttled); e.RetryAfter != 3*time.Second || len(c.Events) != 0 || c.Cursor != "" {
		t.Errorf("%+v", c)
	}
}

func TestOneRequestAtATime(t *testing.T) {
	var now, most atomic.Int32
	inner := answers(t, func(base string, _ sent) (int, string) { return 200, page(end(base, "z")) })
	s, _ := fake(t, func(w http.ResponseWriter, r *http.Request) {
		most.Store(max(most.Load(), now.Add(1)))
		inner(w, r)
		now.Add(-1)
	})
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 5 {
				if _, err := s.Changes(t.Context(), []syncer.Request{{Room: "r"}}); err != nil {
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

func TestCancel(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	s, _ := fake(t, func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // a server sees a client leave only after the body
		cancel()
		<-r.Context().Done()
	})
	_, err := s.Changes(ctx, []syncer.Request{{Room: "r"}})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	if _, err := s.Rooms(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

func TestNothingToRead(t *testing.T) {
	s, _ := fake(t, func(http.ResponseWriter, *http.Request) { t.Error("a request was sent") })
	if got, err := s.Changes(t.Context(), nil); err != nil || len(got) != 0 {
		t.Errorf("%v %v", got, err)
	}
}

// TestRoomsOfADirectoryThatRepeatsItself covers a service that ignores $skip, and
// time zones that can't be read.
func TestRoomsOfADirectoryThatRepeatsItself(t *testing.T) {
	n := 0
	s, _ := fake(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if strings.HasSuffix(r.URL.Path, "getSchedule") {
			w.WriteHeader(403)
			_, _ = io.WriteString(w, `{"error":{"code":"ErrorAccessDenied"}}`)
			return
		}
		if strings.HasSuffix(r.URL.Path, "$batch") { // no room lists
			_, _ = io.WriteString(w, `{"responses":[]}`)
			return
		}
		n++
		_, _ = io.WriteString(w, `{"value":[{"emailAddress":"Oslo@contoso.com","displayName":"Oslo","floorLabel":"2nd","floorNumber":2,"capacity":-1},
			{"displayName":"no address"},{"emailAddress":"oslo@contoso.com"},{"emailAddress":"rom@contoso.com","capacity":null,"floorNumber":0}]}`)
	})
	got, err := s.Rooms(t.Context())
	if err != nil || n != 2 {
		t.Fatalf("%v after %d pages", err, n)
	}
	want := []calendar.Room{{ID: "oslo@contoso.com", Name: "Oslo", Floor: "2nd"}, {ID: "rom@contoso.com", Floor: "0"}}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%+v", got)
	}
}

func TestZonesThatHaveNoName(t *testing.T) {
	var mailbox string
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if strings.HasSuffix(r.URL.Path, "getSchedule") {
			mailbox = r.URL.Path
			_, _ = io.WriteString(w, `{"value":[
				{"scheduleId":"A@x.com","workingHours":{"timeZone":{"name":"W. Europe Standard Time"}}},
				{"scheduleId":"b@x.com","workingHours":{"timeZone":{"@odata.type":"#microsoft.graph.customTimeZone","bias":-60,"name":"Customized Time Zone"}}},
				{"scheduleId":"c@x.com","workingHours":null},
				{"scheduleId":"d@x.com","error":{"responseCode":"5009","message":"Unable to resolve"}},
				{"scheduleId":"e@x.com","workingHours":{"timeZone":{"name":"America/New_York"}}}]}`)
			return
		}
		if r.URL.Query().Get("$skip") != "0" {
			_, _ = io.WriteString(w, `{"value":[]}`)
			return
		}
		_, _ = io.WriteString(w, `{"value":[{"emailAddress":"a@x.com"},{"emailAddress":"b@x.com"},{"emailAddress":"c@x.com"},{"emailAddress":"d@x.com"},{"emailAddress":"e@x.com"}]}`)
	}))
	t.Cleanup(srv.Close)
	s := newSource(t, graph.Options{BaseURL: srv.URL + "/v1.0", Token: staticToken, Mailbox: "signs@x.com"})
	got, err := s.Rooms(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var zones []string
	for _, r := range got {
		zones = append(zones, r.TimeZone)
	}
	if strings.Join(zones, ",") != "Europe/Berlin,,,,America/New_York" || mailbox != "/v1.0/users/signs@x.com/calendar/getSchedule" {
		t.Errorf("%q, asked at %s", zones, mailbox)
	}
}
