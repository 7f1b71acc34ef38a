package tenant_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/roomink/roomink/engine/simulator/tenant"
)

var update = flag.Bool("update", false, "write the golden files")

func TestBookByGraph(t *testing.T) {
	w := signedIn(t, emptyOffice)
	events := "/users/polarlicht%40nordlicht.example/events"
	body := map[string]any{"@odata.type": "#microsoft.graph.event", "subject": "Sprint", "transactionId": "7e163156-7762-4beb-a1c6-729ea81755a7",
		"start":       map[string]any{"dateTime": "2026-11-24T09:00:00", "timeZone": "W. Europe Standard Time"},
		"end":         map[string]any{"dateTime": "2026-11-24T10:00:00", "timeZone": "Europe/Berlin"},
		"sensitivity": "private", "showAs": "tentative", "body": map[string]any{"contentType": "html", "content": "<p>A &amp; B</p>"}}
	ev := w.must(201, "POST", events, body)
	if ev["isOrganizer"] != true || ev["sensitivity"] != "private" || ev["bodyPreview"] != "A & B" || ev["transactionId"] != body["transactionId"] {
		t.Errorf("%v", ev)
	}
	if s := ev["start"].(map[string]any); s["dateTime"] != "2026-11-24T08:00:00.0000000" || s["timeZone"] != "UTC" {
		t.Errorf("start %v", s)
	}
	if r := ev["responseStatus"].(map[string]any); r["response"] != "organizer" || r["time"] != "0001-01-01T00:00:00Z" {
		t.Errorf("response %v", r)
	}
	if again := w.must(201, "POST", events, body); again["id"] != ev["id"] {
		t.Error("the same transaction booked twice")
	}
	id := ev["id"].(string)
	if len(id) < 100 || !regexp.MustCompile(`^[A-Za-z0-9_=-]+$`).MatchString(id) {
		t.Errorf("id %q", id)
	}
	a, m := w.graph("GET", events+"/"+strings.ToUpper(id), nil) // ids are case-sensitive
	w.wantError(a, m, 404, "ErrorItemNotFound")

	a, m = w.graph("PATCH", events+"/"+id, map[string]any{"subject": "new"}, "If-Match", `W/"stale"`)
	w.wantError(a, m, 412, "ErrorIrresolvableConflict")
	ev = w.must(200, "PATCH", events+"/"+id, map[string]any{"end": dt("2026-11-24T09:30:00.0000000")}, "If-Match", ev["@odata.etag"].(string))
	if ev["end"].(map[string]any)["dateTime"] != "2026-11-24T09:30:00.0000000" || ev["subject"] != "Sprint" {
		t.Errorf("patched: %v", ev)
	}
	if got := w.must(200, "GET", events+"/"+id+"?$select=subject", nil); len(got) != 4 { // context, etag, id, subject
		t.Errorf("$select: %v", got)
	}
	a, m = w.graph("POST", events+"/"+id+"/decline", map[string]any{"Comment": "no"})
	w.wantError(a, m, 400, "ErrorInvalidRequest")
	w.must(202, "POST", events+"/"+id+"/microsoft.graph.cancel", map[string]any{"Comment": "off"})
	a, m = w.graph("GET", events+"/"+id, nil)
	w.wantError(a, m, 404, "ErrorItemNotFound")

	// Someone else's meeting can be declined or deleted, not cancelled.
	other := tenant.Meeting{Subject: "theirs", Organizer: tenant.Person{Name: "Eve", Address: "eve@nordlicht.example"}, Start: monday, End: monday.Add(time.Hour)}
	for _, verb := range []string{"decline", "delete"} {
		id, err := w.tenant.Book(berlinRoom, other)
		if err != nil {
			t.Fatal(err)
		}
		a, m = w.graph("POST", events+"/"+id+"/cancel", map[string]any{})
		w.wantError(a, m, 400, "ErrorInvalidRequest")
		if verb == "decline" {
			w.must(202, "POST", events+"/"+id+"/decline", map[string]any{"sendResponse": true})
		} else {
			w.must(204, "DELETE", events+"/"+id, nil)
		}
		a, m = w.graph("DELETE", events+"/"+id, nil)
		w.wantError(a, m, 404, "ErrorItemNotFound")
	}
}

// TestInviteRoom: a person books a room by inviting it; updates and the
// cancellation reach the room.
func TestInviteRoom(t *testing.T) {
	w := signedIn(t, emptyOffice)
	mine := w.must(201, "POST", "/me/events", map[string]any{"subject": "Lunch talk", "start": dt("2026-11-23T11:00:00"), "end": dt("2026-11-23T12:00:00"),
		"attendees": []any{map[string]any{"type": "resource", "emailAddress": map[string]any{"address": berlinRoom}}, map[string]any{"type": "required", "emailAddress": map[string]any{"name": "Eve", "address": "eve@x.example"}}}})
	inRoom := func() map[string]any {
		t.Helper()
		got := values(w.must(200, "GET", "/users/"+berlinRoom+"/calendarView?"+span(monday, monday.Add(3*time.Hour)), nil))
		if len(got) != 1 || got[0]["iCalUId"] != mine["iCalUId"] || got[0]["id"] == mine["id"] {
			t.Fatalf("%v", got)
		}
		return got[0]
	}
	got := inRoom()
	if got["subject"] != "Lunch talk" || got["isOrganizer"] != false || got["organizer"].(map[string]any)["emailAddress"].(map[string]any)["address"] != w.creds.Username {
		t.Errorf("%v", got)
	}
	w.must(200, "PATCH", "/me/events/"+mine["id"].(string), map[string]any{"end": dt("2026-11-23T11:30:00")})
	if end := inRoom()["end"].(map[string]any)["dateTime"]; end != "2026-11-23T11:30:00.0000000" {
		t.Errorf("the room's copy ends at %v", end)
	}
	// The room's own change stays in the room.
	w.must(200, "PATCH", "/users/"+berlinRoom+"/events/"+got["id"].(string), map[string]any{"subject": "renamed"})
	if s := w.must(200, "GET", "/me/events/"+mine["id"].(string), nil)["subject"]; s != "Lunch talk" {
		t.Errorf("organizer's subject %v", s)
	}
	w.must(202, "POST", "/me/events/"+mine["id"].(string)+"/cancel", map[string]any{"Comment": "off"})
	if got := inRoom(); got["isCancelled"] != true || got["subject"] != "Canceled: renamed" || got["showAs"] != "free" {
		t.Errorf("%v", got)
	}
}

func TestBookRefusals(t *testing.T) {
	w := signedIn(t, emptyOffice)
	events := "/users/" + berlinRoom + "/events"
	at := func(s, e string) map[string]any { return map[string]any{"start": dt(s), "end": dt(e)} }
	with := func(m map[string]any, k string, v any) map[string]any { m[k] = v; return m }
	for name, c := range map[string]struct {
		body any
		code string
	}{
		"no json":        {"text", "BadRequest"},
		"no times":       {map[string]any{"subject": "x"}, "ErrorInvalidRequest"},
		"backwards":      {at("2026-11-23T11:00:00", "2026-11-23T10:00:00"), "ErrorPropertyValidationFailure"},
		"bad time":       {at("eleven", "2026-11-23T10:00:00"), "ErrorInvalidRequest"},
		"bad zone":       {with(at("2026-11-23T10:00:00", "2026-11-23T11:00:00"), "end", map[string]any{"dateTime": "2026-11-23T11:00:00", "timeZone": "Moon"}), "TimeZoneNotSupportedException"},
		"all-day hours":  {with(at("2026-11-23T10:00:00", "2026-11-24T00:00:00"), "isAllDay", true), "ErrorPropertyValidationFailure"},
		"all-day 0 days": {with(at("2026-11-23T00:00:00", "2026-11-23T00:00:00"), "isAllDay", true), "ErrorPropertyValidationFailure"},
		"enum":           {with(at("2026-11-23T10:00:00", "2026-11-23T11:00:00"), "showAs", "asleep"), "RequestBodyRead"},
		"recurrence":     {with(at("2026-11-23T10:00:00", "2026-11-23T11:00:00"), "recurrence", map[string]any{"pattern": map[string]any{"type": "lunar"}}), "ErrorInvalidRequest"},
		"long subject":   {with(at("2026-11-23T10:00:00", "2026-11-23T11:00:00"), "subject", strings.Repeat("ü", 256)), "ErrorPropertyValidationFailure"},
	} {
		a, m := w.graph("POST", events, c.body)
		w.wantError(a, m, 400, c.code)
		if t.Failed() {
			t.Fatal(name)
		}
	}
}

func TestSeriesByGraph(t *testing.T) {
	w := signedIn(t, emptyOffice)
	events := "/users/" + newYorkRoom + "/events"
	master := w.must(201, "POST", events, map[string]any{"subject": "1:1", "start": map[string]any{"dateTime": "2026-11-23T09:00:00", "timeZone": "Eastern Standard Time"},
		"end": map[string]any{"dateTime": "2026-11-23T09:30:00", "timeZone": "Eastern Standard Time"},
		"recurrence": map[string]any{"pattern": map[string]any{"type": "weekly", "interval": 1, "daysOfWeek": []string{"monday", "tuesday"}},
			"range": map[string]any{"type": "endDate", "startDate": "2026-11-23", "endDate": "2026-12-01"}}})
	rng := master["recurrence"].(map[string]any)["range"].(map[string]any)
	if master["type"] != "seriesMaster" || rng["type"] != "endDate" || rng["endDate"] != "2026-12-01" || rng["recurrenceTimeZone"] != "Eastern Standard Time" {
		t.Errorf("%v", master)
	}
	view := func() []map[string]any {
		return values(w.must(200, "GET", "/users/"+newYorkRoom+"/calendarView?"+span(monday.AddDate(0, 0, -1), monday.AddDate(0, 0, 30)), nil))
	}
	all := view()
	if len(all) != 4 || all[3]["start"].(map[string]any)["dateTime"] != "2026-12-01T14:00:00.0000000" || all[0]["seriesMasterId"] != master["id"] {
		t.Fatalf("%v", all)
	}
	second := events + "/" + all[1]["id"].(string)
	a, m := w.graph("PATCH", second, map[string]any{"start": dt("2026-11-30T14:00:00"), "end": dt("2026-11-30T15:00:00")})
	w.wantError(a, m, 400, "ErrorOccurrenceCrossingBoundary")
	if ex := w.must(200, "PATCH", second, map[string]any{"start": dt("2026-11-25T14:00:00"), "end": dt("2026-11-25T15:00:00")}); ex["type"] != "exception" || ex["id"] != all[1]["id"] || ex["originalStart"] != "2026-11-24T14:00:00Z" {
		t.Errorf("%v", ex)
	}
	w.must(204, "DELETE", events+"/"+all[2]["id"].(string), nil)
	a, m = w.graph("GET", events+"/"+all[2]["id"].(string), nil)
	w.wantError(a, m, 404, "ErrorItemNotFound")
	got := w.must(200, "GET", events+"/"+master["id"].(string)+"?$select=subject,cancelledOccurrences", nil)
	if list := got["cancelledOccurrences"].([]any); len(list) != 1 || list[0] != "OID."+master["id"].(string)+"."+all[2]["start"].(map[string]any)["dateTime"].(string)[:10] {
		t.Errorf("%v", got)
	}
	// Moving the master moves all, and forgets exceptions.
	w.must(200, "PATCH", events+"/"+master["id"].(string), map[string]any{"start": dt("2026-11-23T16:00:00"), "end": dt("2026-11-23T17:00:00")})
	var starts []string
	for _, it := range view() {
		starts = append(starts, it["type"].(string)+" "+it["start"].(map[string]any)["dateTime"].(string)[:16])
	}
	if want := []string{"occurrence 2026-11-23T16:00", "occurrence 2026-11-24T16:00", "occurrence 2026-11-30T16:00", "occurrence 2026-12-01T16:00"}; !slices.Equal(starts, want) {
		t.Errorf("%v", starts)
	}
}

// TestGoldenEvents pins the JSON of one event of each kind.
func TestGoldenEvents(t *testing.T) {
	day := time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)
	eve := tenant.Person{Name: "Ève Müller", Address: "eve@nordlicht.example"}
	at := func(h, m int) time.Time { return day.Add(time.Duration(h)*time.Hour + time.Duration(m)*time.Minute) }
	midnight := at(-1, 0) // in Berlin
	weekly := tenant.Meeting{Subject: "Stand-up", Organizer: eve, Start: at(8, 0), End: at(8, 15), RRule: "FREQ=WEEKLY;BYDAY=TU,WE,TH"}
	book := func(m tenant.Meeting) func(*world) string {
		return func(w *world) string {
			id, err := w.tenant.Book(berlinRoom, m)
			if err != nil {
				t.Fatal(err)
			}
			return id
		}
	}
	nth := func(n int, then func(w *world, id string) error) func(*world) string {
		return func(w *world) string {
			book(weekly)(w)
			list, err := w.tenant.Meetings(berlinRoom, day, day.AddDate(0, 0, 7))
			if err == nil {
				err = then(w, list[n].ID)
			}
			if err != nil {
				t.Fatal(err)
			}
			return list[n].ID
		}
	}
	for name, make := range map[string]func(*world) string{
		"single":     book(tenant.Meeting{Subject: "Größe & <Form> 🎉", Organizer: eve, Start: at(9, 0), End: at(10, 30), Online: true, Body: "a < b", Attendees: []tenant.Person{{Name: "Ann", Address: "ann@x.example"}}}),
		"private":    book(tenant.Meeting{Subject: "Secret", Organizer: eve, Start: at(9, 0), End: at(10, 0), Sensitivity: "private", ShowAs: "tentative"}),
		"allday":     book(tenant.Meeting{Subject: "Offsite", Organizer: eve, Start: midnight, End: midnight.AddDate(0, 0, 2), AllDay: true}),
		"master":     book(weekly),
		"occurrence": nth(1, func(*world, string) error { return nil }),
		"exception":  nth(1, func(w *world, id string) error { return w.tenant.Move(berlinRoom, id, at(24+11, 0), at(24+11, 15)) }),
		"cancelled": func(w *world) string {
			id := book(tenant.Meeting{Subject: "Budget", Organizer: eve, Start: at(9, 0), End: at(10, 0)})(w)
			if err := w.tenant.Cancel(berlinRoom, id); err != nil {
				t.Fatal(err)
			}
			return id
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := signedIn(t, emptyOffice)
			m := w.must(200, "GET", "/users/"+berlinRoom+"/events/"+make(w), nil, "Prefer", `outlook.timezone="UTC"`)
			delete(m, "@odata.context") // holds the port
			var got bytes.Buffer
			enc := json.NewEncoder(&got)
			enc.SetEscapeHTML(false)
			enc.SetIndent("", "  ")
			if err := enc.Encode(m); err != nil {
				t.Fatal(err)
			}
			golden(t, "event-"+name+".json", got.Bytes())
		})
	}
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), string(got)); d != "" {
		t.Errorf("%s (-want +got):\n%s", name, d)
	}
}
