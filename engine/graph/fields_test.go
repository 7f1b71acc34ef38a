package graph_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/syncer"
)

// readEvent reads one event with some properties changed, as JSON.
func readEvent(t *testing.T, change string) calendar.Event {
	t.Helper()
	var e map[string]any
	if err := json.Unmarshal([]byte(single), &e); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(change), &e); err != nil {
		t.Fatal(err)
	}
	raw, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	c := readOne(t, nil, func(base string, _ sent) (int, string) { return 200, page(end(base, "z"), string(raw)) })
	if c.Err != nil || len(c.Events) != 1 {
		t.Fatalf("%+v", c)
	}
	return c.Events[0]
}

// TestWhoTakesTheRoom covers what the mailbox shows and what it answered.
func TestWhoTakesTheRoom(t *testing.T) {
	tests := map[string]struct {
		change string
		want   calendar.Availability
		takes  bool
	}{
		"busy":                 {`{"showAs":"busy"}`, calendar.Busy, true},
		"tentative":            {`{"showAs":"tentative"}`, calendar.Tentative, true},
		"out of office":        {`{"showAs":"oof"}`, calendar.OutOfOffice, true},
		"free":                 {`{"showAs":"free"}`, calendar.Free, false},
		"working elsewhere":    {`{"showAs":"workingElsewhere"}`, calendar.WorkingElsewhere, false},
		"unknown":              {`{"showAs":"unknown"}`, calendar.Unknown, true},
		"nothing":              {`{"showAs":null}`, calendar.Unknown, true},
		"new to us":            {`{"showAs":"onAnotherPlanet"}`, calendar.Unknown, true},
		"accepted":             {`{"showAs":"busy","responseStatus":{"response":"accepted","time":"2026-11-02T08:11:22Z"}}`, calendar.Busy, true},
		"organised by it":      {`{"showAs":"busy","responseStatus":{"response":"organizer","time":"0001-01-01T00:00:00Z"}}`, calendar.Busy, true},
		"declined":             {`{"showAs":"busy","responseStatus":{"response":"declined","time":"2026-11-02T08:11:22Z"}}`, calendar.Free, false},
		"declined, tentative":  {`{"showAs":"tentative","responseStatus":{"response":"declined"}}`, calendar.Free, false},
		"waits for approval":   {`{"showAs":"tentative","responseStatus":{"response":"tentativelyAccepted"}}`, calendar.Tentative, true},
		"not answered yet":     {`{"showAs":"tentative","responseStatus":{"response":"notResponded","time":"0001-01-01T00:00:00Z"}}`, calendar.Tentative, true},
		"response without one": {`{"showAs":"busy","responseStatus":{"response":null}}`, calendar.Busy, true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			e := readEvent(t, tt.change)
			at := calendar.NewAgenda(calendar.Room{}, nil, []calendar.Event{e}, monday).At(e.Start)
			if e.Availability != tt.want || at.Busy != tt.takes {
				t.Errorf("%s, busy: %v", e.Availability, at.Busy)
			}
		})
	}
}

// TestDeclinedSeries covers occurrences, whose answer stands in their master.
func TestDeclinedSeries(t *testing.T) {
	declined := strings.Replace(master, `"isAllDay"`, `"responseStatus":{"response":"declined"},"isAllDay"`, 1)
	c := readOne(t, nil, func(base string, _ sent) (int, string) {
		accepted := strings.NewReplacer(`"id":"S"`, `"id":"E","seriesMasterId":"M","responseStatus":{"response":"accepted"}`, "singleInstance", "exception").Replace(single)
		return 200, page(end(base, "z"), stub("O1", 23), declined, accepted)
	})
	if c.Err != nil || len(c.Events) != 2 || c.Events[1].Availability != calendar.Free || c.Events[0].Availability != calendar.Tentative {
		t.Errorf("%+v", c)
	}
}

func TestPrivacy(t *testing.T) {
	for sensitivity, private := range map[string]bool{`"normal"`: false, `null`: false, `""`: false, `"personal"`: true, `"private"`: true, `"confidential"`: true, `"secretOfTomorrow"`: true} {
		if e := readEvent(t, `{"sensitivity":`+sensitivity+`}`); e.Private != private {
			t.Errorf("%s: private is %v", sensitivity, e.Private)
		}
	}
}

// TestSubjectsToTheLetter covers texts that something on the way could alter.
func TestSubjectsToTheLetter(t *testing.T) {
	long := strings.Repeat("Ein sehr langer Titel, den jemand eingefügt hat. ", 40)
	for _, subject := range []string{"", " ", "R&amp;D &lt;review&gt; &#233;", "<b>bold</b>", "🚀 Launch 👩‍👩‍👧‍👦 🇳🇴", "פגישה עם Ada 10:00", "مراجعة ربع سنوية", "e\u0301 and é",
		"a\u202Eb\u2066c", "tab\tand\nline", `quote " and \ back`, long, strings.Repeat("x", 255), strings.Repeat("語", 256), "\u2028", "nul\u0000", "Canceled: Lunch"} {
		raw, err := json.Marshal(map[string]any{"subject": subject, "organizer": map[string]any{"emailAddress": map[string]any{"name": subject, "address": "a@x"}}})
		if err != nil {
			t.Fatal(err)
		}
		e := readEvent(t, string(raw))
		if want := map[bool]string{true: "a@x", false: subject}[subject == ""]; e.Subject != subject || e.Organizer != want {
			t.Errorf("%q became %q by %q", subject, e.Subject, e.Organizer)
		}
	}
}

// TestAllDayInEveryZone shows that an all-day event is the same dates, whatever zone
// was asked for or stands beside them, and that a timed one is not.
func TestAllDayInEveryZone(t *testing.T) {
	zones := map[string]int{"UTC": 12, "W. Europe Standard Time": 11, "Tokyo Standard Time": 3, "Pacific Standard Time": 20, "Line Islands Standard Time": -2,
		"Dateline Standard Time": 24, "India Standard Time": 6, "Europe/Oslo": 11, "Pacific/Kiritimati": -2}
	for zone, hour := range zones {
		e := readEvent(t, fmt.Sprintf(`{"isAllDay":true,"start":{"dateTime":"2026-11-25T00:00:00.0000000","timeZone":%q},"end":{"dateTime":"2026-11-28T00:00:00.0000000","timeZone":%q}}`, zone, zone))
		if !e.AllDay || !e.Start.Equal(time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC)) || !e.End.Equal(time.Date(2026, 11, 28, 0, 0, 0, 0, time.UTC)) {
			t.Errorf("%s: %v to %v", zone, e.Start, e.End)
		}
		e = readEvent(t, fmt.Sprintf(`{"start":{"dateTime":"2026-11-25T12:00:00.0000000","timeZone":%q},"end":{"dateTime":"2026-11-25T13:30:00.1234567","timeZone":%q}}`, zone, zone))
		if at := time.Date(2026, 11, 25, hour, 0, 0, 0, time.UTC); e.Start.Hour() != at.Hour() || e.Start.Sub(at).Abs() >= time.Hour || e.End.Sub(e.Start) != 90*time.Minute+123456700 {
			t.Errorf("%s: noon is %v to %v, want %v", zone, e.Start, e.End, at)
		}
	}
	zero := readEvent(t, `{"end":{"dateTime":"2026-11-23T12:00:00.0000000","timeZone":"UTC"}}`)
	if !zero.Start.Equal(zero.End) || calendar.NewAgenda(calendar.Room{}, nil, []calendar.Event{zero}, monday).At(zero.Start).Busy {
		t.Errorf("%+v", zero)
	}
}

// TestThousandsOfEvents covers a room with more than anybody books, in pages that
// overlap and come with empty ones between.
func TestThousandsOfEvents(t *testing.T) {
	const pages, each = 120, 50
	at := func(n int) string {
		start := monday.Add(time.Duration(n) * time.Minute)
		return strings.NewReplacer(`"id":"S"`, fmt.Sprintf(`"id":"E%05d"`, n), "2026-11-23T12:00:00.0000000", start.Format("2006-01-02T15:04:05"),
			"2026-11-23T13:00:00.0000000", start.Add(time.Minute).Format("2006-01-02T15:04:05")).Replace(single)
	}
	n, empty, asked := 0, 0, 0
	c := readOne(t, nil, func(base string, _ sent) (int, string) {
		asked++
		if n == pages*each {
			return 200, page(end(base, "z"))
		}
		if empty < 30 && n == 1000 { // a long way through nothing
			empty++
			return 200, page(next(base, fmt.Sprint("e", empty)))
		}
		var events []string
		for i := max(n-3, 0); i < n+each; i++ { // the last three again
			events = append(events, at(i))
		}
		n += each
		return 200, page(next(base, fmt.Sprint("n", n)), events...)
	})
	if c.Err != nil || len(c.Events) != pages*each || asked != pages+30+1 {
		t.Fatalf("%d events after %d pages, %v", len(c.Events), asked, c.Err)
	}
	for i, e := range c.Events {
		if e.ID != fmt.Sprintf("E%05d", i) || !e.Start.Equal(monday.Add(time.Duration(i)*time.Minute)) {
			t.Fatalf("event %d is %+v", i, e)
		}
	}
}

// TestPagesWithoutEnd covers cursors that are wedged in each way.
func TestPagesWithoutEnd(t *testing.T) {
	tests := map[string]struct {
		events func(page int) string
		pages  int
	}{
		"empty":       {func(int) string { return "" }, 40},
		"the same":    {func(int) string { return single }, 41},
		"two in turn": {func(n int) string { return []string{single, removed("R")}[n%2] }, 42},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			n := 0
			c := readOne(t, deltaCursor, func(base string, _ sent) (int, string) {
				n++
				return 200, page(next(base, fmt.Sprint(n)), tt.events(n))
			})
			if e := wantKind(t, c.Err, syncer.Resync); n != tt.pages || !strings.Contains(e.Error(), "no end after") {
				t.Errorf("%d pages: %v", n, e)
			}
		})
	}
}
