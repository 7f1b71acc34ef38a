package tenant_test

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/roomink/roomink/engine/simulator/tenant"
)

// place finds a room in the directory; nil where it is not listed.
func (w *world) place(address string) map[string]any {
	w.Helper()
	list := values(w.must(200, "GET", "/places/microsoft.graph.room", nil))
	i := slices.IndexFunc(list, func(r map[string]any) bool { return r["emailAddress"] == address })
	if i < 0 {
		return nil
	}
	return list[i]
}

func (w *world) roomList(address string) (names []string) {
	w.Helper()
	for next := "/places/" + url.PathEscape(address) + "/microsoft.graph.roomlist/rooms"; next != ""; {
		m := w.must(200, "GET", next, nil)
		for _, r := range values(m) {
			names = append(names, r["displayName"].(string))
		}
		next, _ = m["@odata.nextLink"].(string)
	}
	return names
}

func TestEditRoom(t *testing.T) {
	w := signedIn(t)
	before := w.place(berlinRoom)
	if before["audioDeviceName"] != "Ceiling microphones" || before["isWheelChairAccessible"] != true || before["displayDeviceName"] != "86 inch" {
		t.Errorf("%v", before)
	}
	if other := w.place("kajuete@nordlicht.example"); other["audioDeviceName"] != nil || other["videoDeviceName"] != nil || other["isWheelChairAccessible"] != false {
		t.Errorf("%v", other)
	}
	err := w.tenant.EditRoom(strings.ToUpper(berlinRoom), func(r *tenant.Room) {
		r.Name, r.Building, r.Address, r.Capacity, r.Tags = "Aurora", "Hudson Loft", "ignored@x.example", 3, append(r.Tags, "New")
	})
	if err != nil {
		t.Fatal(err)
	}
	after := w.place(berlinRoom)
	if after["id"] != before["id"] || after["displayName"] != "Aurora" || after["building"] != "Hudson Loft" || after["capacity"] != 3.0 || len(after["tags"].([]any)) != 2 {
		t.Errorf("%v", after)
	}
	if got := w.roomList("hudson.loft@nordlicht.example"); !slices.Contains(got, "Aurora") || len(got) != 5 {
		t.Errorf("%v", got)
	}
	if got := w.roomList("speicherhaus@nordlicht.example"); len(got) != 3 {
		t.Errorf("%v", got)
	}
	// It keeps its calendar, and has the clock of its new building.
	if got := values(w.must(200, "GET", "/users/"+berlinRoom+"/calendarView?"+span(monday, monday.AddDate(0, 0, 1)), nil)); len(got) == 0 || got[0]["location"].(map[string]any)["displayName"] != "Aurora" {
		t.Errorf("%v", got)
	}
	if i := slices.IndexFunc(w.tenant.Rooms(), func(r tenant.Room) bool { return r.Zone == "America/New_York" && r.Address == berlinRoom }); i < 0 {
		t.Errorf("%+v", w.tenant.Rooms())
	}
	for _, bad := range []func(*tenant.Room){func(r *tenant.Room) { r.Zone = "Mars/Olympus" }, func(r *tenant.Room) { r.Building = "Nowhere" }} {
		if err := w.tenant.EditRoom(berlinRoom, bad); err == nil {
			t.Error("a room that can't be")
		}
	}
	if err := w.tenant.EditRoom(w.creds.Username, func(*tenant.Room) {}); err == nil {
		t.Error("a person is no room")
	}
}

func TestRemoveRoom(t *testing.T) {
	w := signedIn(t)
	day := span(monday, monday.AddDate(0, 0, 1))
	link := w.must(200, "GET", "/users/"+berlinRoom+"/calendarView/delta?"+day, nil, "Prefer", "odata.maxpagesize=500")["@odata.deltaLink"].(string)
	if err := w.tenant.ListRoom(newYorkRoom, false); err != nil {
		t.Fatal(err)
	}
	if err := w.tenant.RemoveRoom(berlinRoom); err != nil {
		t.Fatal(err)
	}
	if w.place(berlinRoom) != nil || w.place(newYorkRoom) != nil || len(w.tenant.Rooms()) != 7 {
		t.Errorf("%v", w.tenant.Rooms())
	}
	if got := w.roomList("hudson.loft@nordlicht.example"); slices.Contains(got, "Beacon") {
		t.Errorf("%v", got)
	}
	for _, path := range []string{link, "/users/" + berlinRoom + "/calendarView?" + day} {
		a, m := w.graph("GET", path, nil)
		w.wantError(a, m, 404, "ErrorInvalidUser")
	}
	w.must(200, "GET", "/users/"+newYorkRoom+"/calendarView?"+day, nil) // only unlisted
	if err := w.tenant.ListRoom(newYorkRoom, true); err != nil || w.place(newYorkRoom) == nil {
		t.Errorf("%v", err)
	}
	for _, err := range []error{w.tenant.RemoveRoom(berlinRoom), w.tenant.ListRoom(berlinRoom, true), w.tenant.AddRoom(tenant.Room{Address: newYorkRoom, Building: "Hudson Loft"})} {
		if err == nil {
			t.Error("no error")
		}
	}
	if err := w.tenant.AddRoom(tenant.Room{Address: berlinRoom, Name: "Again", Building: "Speicherhaus"}); err != nil {
		t.Fatal(err)
	}
	if got := values(w.must(200, "GET", "/users/"+berlinRoom+"/calendarView?"+day, nil)); len(got) != 0 {
		t.Errorf("the new mailbox holds %v", got)
	}
}

// TestProcessing: what a room does to the bookings that it accepts.
func TestProcessing(t *testing.T) {
	ada := tenant.Person{Name: "Ada Lovelace", Address: "ada@nordlicht.example"}
	for _, c := range []struct {
		name    string
		p       tenant.Processing
		subject string
		private bool
	}{
		{"nothing", tenant.Processing{}, "Budget", true},
		{"Exchange's default", tenant.Processing{DeleteSubject: true, AddOrganizerToSubject: true, RemovePrivateProperty: true}, "Ada Lovelace ", false},
		{"subject deleted", tenant.Processing{DeleteSubject: true}, "", true},
		{"organizer added", tenant.Processing{AddOrganizerToSubject: true}, "Ada Lovelace Budget", true},
		{"private flag removed", tenant.Processing{RemovePrivateProperty: true}, "Budget", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := signedIn(t, emptyOffice)
			m := tenant.Meeting{Subject: "Budget", Organizer: ada, Start: monday, End: monday.Add(time.Hour), Sensitivity: "private"}
			if _, err := w.tenant.Book(berlinRoom, m); err != nil {
				t.Fatal(err)
			}
			if err := w.tenant.EditRoom(berlinRoom, func(r *tenant.Room) { r.Processing = c.p }); err != nil {
				t.Fatal(err)
			}
			m.Start, m.End = monday.Add(time.Hour), monday.Add(2*time.Hour)
			if _, err := w.tenant.Book(berlinRoom, m); err != nil {
				t.Fatal(err)
			}
			m.Organizer = tenant.Person{} // the room's own
			m.Start, m.End = monday.Add(2*time.Hour), monday.Add(3*time.Hour)
			if _, err := w.tenant.Book(berlinRoom, m); err != nil {
				t.Fatal(err)
			}
			got, err := w.tenant.Truth(berlinRoom, monday, monday.AddDate(0, 0, 1))
			if err != nil || len(got) != 3 {
				t.Fatal(got, err)
			}
			if got[0].Subject != "Budget" || !got[0].Private || got[2].Subject != "Budget" || !got[2].Private {
				t.Errorf("what was there, and the room's own bookings, stay: %+v", got)
			}
			if got[1].Subject != c.subject || got[1].Private != c.private || got[1].Organizer != "Ada Lovelace" {
				t.Errorf("%+v", got[1])
			}
			// An organiser's update is processed again.
			id := w.must(201, "POST", "/me/events", map[string]any{"subject": "By mail", "sensitivity": "private", "start": dt("2026-11-23T20:00:00"), "end": dt("2026-11-23T21:00:00"),
				"attendees": []any{map[string]any{"type": "resource", "emailAddress": map[string]any{"address": berlinRoom}}}})["id"].(string)
			w.must(200, "PATCH", "/me/events/"+id, map[string]any{"subject": "Renamed"})
			list := values(w.must(200, "GET", "/users/"+berlinRoom+"/calendarView?"+span(monday.Add(9*time.Hour), monday.Add(12*time.Hour)), nil))
			want := strings.NewReplacer("Ada Lovelace", "Frieda Sommer", "Budget", "Renamed").Replace(c.subject)
			if len(list) != 1 || list[0]["subject"] != want || (list[0]["sensitivity"] == "private") != c.private {
				t.Errorf("%v, want %q", list, want)
			}
		})
	}
}

func TestTruth(t *testing.T) {
	w := signedIn(t, emptyOffice)
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	midnight := time.Date(2026, 11, 24, 0, 0, 0, 0, berlin)
	who := tenant.Person{Address: "nameless@x.example"}
	for _, m := range []tenant.Meeting{
		{Subject: "Day", Organizer: who, Start: midnight, End: midnight.AddDate(0, 0, 2), AllDay: true, ShowAs: "free"},
		{Subject: "Weekly", Start: midnight.Add(9 * time.Hour), End: midnight.Add(9 * time.Hour), RRule: "FREQ=DAILY;COUNT=2", Sensitivity: "confidential"},
	} {
		if _, err := w.tenant.Book(berlinRoom, m); err != nil {
			t.Fatal(err)
		}
	}
	list, err := w.tenant.Meetings(berlinRoom, midnight, midnight.AddDate(0, 0, 3))
	if err != nil || len(list) != 3 {
		t.Fatal(list, err)
	}
	if err := w.tenant.Cancel(berlinRoom, list[2].ID); err != nil {
		t.Fatal(err)
	}
	got, err := w.tenant.Truth(berlinRoom, midnight, midnight.AddDate(0, 0, 3))
	if err != nil {
		t.Fatal(err)
	}
	date := func(d, h int) time.Time { return time.Date(2026, 11, d, h, 0, 0, 0, time.UTC) }
	want := []tenant.Event{
		{ID: list[0].ID, Subject: "Day", Organizer: "nameless@x.example", Start: date(24, 0), End: date(26, 0), AllDay: true, Availability: "free"},
		{ID: list[1].ID, Subject: "Weekly", Organizer: "Polarlicht", Start: date(24, 8), End: date(24, 8), Private: true, Availability: "busy"},
		{ID: list[2].ID, Subject: "Canceled: Weekly", Organizer: "Polarlicht", Start: date(25, 8), End: date(25, 8), Private: true, Cancelled: true, Availability: "free"},
	}
	for i := range want {
		want[i].SeriesID = got[i].SeriesID
		if got[i] != want[i] || (got[i].SeriesID != "") != (i > 0) {
			t.Errorf("%+v, want %+v", got[i], want[i])
		}
	}
	if _, err := w.tenant.Truth("ghost@x.example", midnight, midnight); err == nil {
		t.Error("no error")
	}
}

func TestPopulate(t *testing.T) {
	w := signedIn(t)
	if err := w.tenant.Populate(130, 40); err != nil {
		t.Fatal(err)
	}
	from := monday.Truncate(24*time.Hour).AddDate(0, 0, -1)
	if n := len(w.tenant.Rooms()); n != 130 {
		t.Fatalf("%d rooms", n)
	}
	zones := map[string]int{}
	for _, r := range w.tenant.Rooms() {
		zones[r.Zone]++
		list, err := w.tenant.Truth(r.Address, from, from.AddDate(0, 0, 8))
		if err != nil || len(list) != 40 {
			t.Fatalf("%s: %d events, %v", r.Address, len(list), err)
		}
		if n := slices.IndexFunc(list, func(e tenant.Event) bool { return e.SeriesID != "" }); n < 0 {
			t.Errorf("%s has no series", r.Address)
		}
	}
	if len(zones) != 2 {
		t.Errorf("%v", zones)
	}
	m := w.must(200, "GET", "/places/microsoft.graph.room", nil)
	if len(values(m)) != 100 || m["@odata.nextLink"] == nil {
		t.Errorf("%d rooms on a page", len(values(m)))
	}
	if n := len(w.roomList("building-1@nordlicht.example")); n != 120 {
		t.Errorf("%d rooms in the list", n)
	}
	d := newDeltaClient(w, "room-0130@nordlicht.example", from, from.AddDate(0, 0, 8))
	d.round()
	d.check("a big office")
	if a, _ := w.graph("GET", "/users/"+berlinRoom+"/calendarView?"+span(from, from), nil); a.status != 404 {
		t.Errorf("the old rooms are still there: %d", a.status)
	}
	if err := w.tenant.Populate(3, 5); err != nil { // again, and too few events for a series
		t.Fatal(err)
	}
	for _, r := range w.tenant.Rooms() {
		if list, err := w.tenant.Truth(r.Address, from, from.AddDate(0, 0, 8)); err != nil || len(list) != 5 {
			t.Errorf("%d events, %v", len(list), err)
		}
	}
	if len(w.tenant.Rooms()) != 3 {
		t.Error(fmt.Sprint(w.tenant.Rooms()))
	}
}
