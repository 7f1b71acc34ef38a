package graph_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/simulator/tenant"
	"github.com/roomink/roomink/engine/syncer"
)

func TestRoomsWithTheirZones(t *testing.T) {
	w := newWorld(t)
	got, err := w.source.Rooms(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := w.tenant.Rooms()
	if len(got) != len(want) || len(got) < 8 {
		t.Fatalf("%d rooms, want %d", len(got), len(want))
	}
	zones := map[string]bool{}
	for i, r := range want {
		zones[got[i].TimeZone] = true
		g := got[i]
		if g.ID != calendar.NewRoomID(r.Address) || g.Name != r.Name || g.Building != r.Building || g.Floor != fmt.Sprint(r.Floor) || g.Capacity != r.Capacity {
			t.Errorf("room %+v, want %+v", g, r)
		}
		if _, err := time.LoadLocation(g.TimeZone); err != nil || !strings.Contains(g.TimeZone, "/") {
			t.Errorf("%s has the zone %q", g.ID, g.TimeZone)
		}
	}
	if len(zones) != 2 {
		t.Errorf("zones %v, the office has two", zones)
	}
}

func TestManyRooms(t *testing.T) {
	w := newWorld(t, manyRooms(245))
	got, err := w.source.Rooms(t.Context())
	if err != nil || len(got) != 245 {
		t.Fatalf("%d rooms, %v", len(got), err)
	}
	if n := w.count("getSchedule"); n != 13 {
		t.Errorf("%d requests for time zones, want 13", n)
	}
	for _, r := range got {
		if r.TimeZone == "" {
			t.Fatalf("%s has no zone", r.ID)
		}
	}
}

// manyRooms is an office of n rooms with a meeting each.
func manyRooms(n int) func(*tenant.Options) {
	return func(o *tenant.Options) {
		office := tenant.DefaultOffice(monday)
		building := office.Rooms[0].Building
		office.Rooms, office.Meetings = nil, map[string][]tenant.Meeting{}
		for i := range n {
			address := fmt.Sprintf("room%03d@contoso.example", i)
			office.Rooms = append(office.Rooms, tenant.Room{Address: address, Name: fmt.Sprint("Room ", i), Building: building})
			office.Meetings[address] = []tenant.Meeting{{Subject: "Weekly", Start: monday, End: monday.Add(time.Hour), RRule: "FREQ=DAILY"}}
		}
		o.Seed, o.EmptyPageEvery = office, -1
	}
}

func TestRoomsWithoutTheDirectoryPermission(t *testing.T) {
	w := newWorld(t)
	base := strings.TrimSuffix(w.tenant.OutlookURL(), "/outlook")
	s := newSource(t, options(base, w.signIn(base, false)))
	_, err := s.Rooms(t.Context())
	e := wantKind(t, err, syncer.Denied)
	if !strings.Contains(e.Remedy, "Place.Read.All") || e.Op != "list rooms" {
		t.Errorf("%+v", e)
	}
	// Everything else works without it.
	changes, err := s.Changes(t.Context(), []syncer.Request{{Room: w.rooms()[0], Window: w.window}})
	if err != nil || changes[0].Err != nil {
		t.Errorf("%v %+v", err, changes)
	}
}

// truth is what the tenant says of a room's window, by id.
func (w *world) truth(room calendar.RoomID) map[string]tenant.Booking {
	w.Helper()
	all, err := w.tenant.Meetings(string(room), w.window.From, w.window.To)
	if err != nil {
		w.Fatal(err)
	}
	out := map[string]tenant.Booking{}
	for _, b := range all {
		out[b.ID] = b
	}
	return out
}

// compare checks a mirror against the tenant, field by field.
func (w *world) compare(room calendar.RoomID, got mirror) {
	w.Helper()
	want := w.truth(room)
	for id, b := range want {
		e, ok := got[id]
		switch {
		case !ok:
			w.Errorf("%s: %q at %v is missing", room, b.Subject, b.Start)
		case e.Subject != b.Subject, e.AllDay != b.AllDay, e.Cancelled != b.Cancelled, e.Private != (b.Sensitivity != "" && b.Sensitivity != "normal"):
			w.Errorf("%s: %+v, want %+v", room, e, b)
		case !b.AllDay && (!e.Start.Equal(b.Start) || !e.End.Equal(b.End)):
			w.Errorf("%s: %q is at %v-%v, want %v-%v", room, b.Subject, e.Start, e.End, b.Start, b.End)
		case b.AllDay && (e.Start != e.Start.Truncate(24*time.Hour) || e.End.Sub(e.Start) < 24*time.Hour):
			w.Errorf("%s: all-day %q is %v-%v", room, b.Subject, e.Start, e.End)
		case b.ShowAs != "" && !b.Cancelled && e.Availability != calendar.Availability(b.ShowAs), b.ShowAs == "" && !b.Cancelled && e.Availability != calendar.Busy:
			w.Errorf("%s: %q shows as %s, want %q", room, b.Subject, e.Availability, b.ShowAs)
		case (b.Type == "singleInstance") != (e.SeriesID == ""):
			w.Errorf("%s: %q of type %s has the series %q", room, b.Subject, b.Type, e.SeriesID)
		case b.Organizer.Name != "" && e.Organizer != b.Organizer.Name:
			w.Errorf("%s: %q is by %q, want %q", room, b.Subject, e.Organizer, b.Organizer.Name)
		}
	}
	for id, e := range got {
		if _, ok := want[id]; !ok {
			w.Errorf("%s: %q at %v does not exist", room, e.Subject, e.Start)
		}
	}
}

func TestFullReadingEqualsTheOffice(t *testing.T) {
	w := newWorld(t)
	var requests []syncer.Request
	for _, room := range w.rooms() {
		requests = append(requests, syncer.Request{Room: room, Window: w.window})
	}
	changes, err := w.source.Changes(t.Context(), requests)
	if err != nil {
		t.Fatal(err)
	}
	events, allDay, private := 0, 0, 0
	for i, c := range changes {
		if c.Err != nil || !c.Full || c.Cursor == "" || c.Room != requests[i].Room {
			t.Fatalf("%+v", c)
		}
		m := mirror{}
		m.apply(c)
		w.compare(c.Room, m)
		for _, e := range m {
			events++
			if e.AllDay {
				allDay++
			}
			if e.Private {
				private++
			}
		}
	}
	if events < 50 || allDay == 0 || private == 0 {
		t.Errorf("the office is too quiet to prove much: %d events, %d all-day, %d private", events, allDay, private)
	}
}

// TestMirrorFollowsEveryEdit edits a busy room at random, and after each few
// edits reads the changes: the mirror must equal the tenant. It covers stubs,
// silent deletion of occurrences, exceptions, events that leave the window, empty
// pages and small pages.
func TestMirrorFollowsEveryEdit(t *testing.T) {
	for seed := range uint64(4) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			w := newWorld(t)
			rnd := rand.New(rand.NewPCG(seed, 7))
			room := w.rooms()[int(seed)%len(w.rooms())]
			m, cursor := mirror{}, ""
			for range 60 {
				for range 1 + rnd.IntN(3) {
					w.edit(rnd, room)
				}
				if rnd.IntN(15) == 0 {
					w.tenant.ExpireCursors()
				}
				got, err := w.source.Changes(t.Context(), []syncer.Request{{Room: room, Cursor: cursor, Window: w.window}})
				if err != nil {
					t.Fatal(err)
				}
				if got[0].Err != nil {
					wantKind(t, got[0].Err, syncer.Resync)
					got[0] = w.read(room, "")
				}
				m.apply(got[0])
				cursor = got[0].Cursor
				w.compare(room, m)
				if t.Failed() {
					return
				}
			}
		})
	}
}

// edit makes one random change to a room's calendar.
func (w *world) edit(rnd *rand.Rand, room calendar.RoomID) {
	w.Helper()
	at := monday.Add(time.Duration(rnd.IntN(12*24*4)-2*24*4) * 15 * time.Minute).Truncate(15 * time.Minute)
	existing := w.truth(room)
	ids := make([]string, 0, len(existing))
	for id := range existing {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	if len(ids) == 0 || rnd.IntN(3) == 0 {
		m := tenant.Meeting{Subject: fmt.Sprint("Meeting ", rnd.IntN(1000)), Start: at, End: at.Add(time.Hour),
			Organizer: tenant.Person{Name: "Grace Hopper", Address: "grace@contoso.example"}}
		switch rnd.IntN(4) {
		case 0:
			m.RRule = "FREQ=DAILY;COUNT=9"
		case 1:
			m.ShowAs, m.Sensitivity = "tentative", "private"
		}
		w.book(room, m)
		return
	}
	id := ids[rnd.IntN(len(ids))]
	var err error
	switch rnd.IntN(3) {
	case 0:
		if b := existing[id]; !b.AllDay {
			err = w.tenant.Move(string(room), id, b.Start.Add(30*time.Minute), b.End.Add(45*time.Minute))
		}
	case 1:
		err = w.tenant.Cancel(string(room), id)
	case 2:
		err = w.tenant.Delete(string(room), id)
	}
	if err != nil && !strings.Contains(err.Error(), "ErrorOccurrenceCrossingBoundary") && !strings.Contains(strings.ToLower(err.Error()), "occurrence") {
		w.Fatalf("edit: %v", err)
	}
}

func TestRequestsARound(t *testing.T) {
	w := newWorld(t, manyRooms(45))
	var requests []syncer.Request
	for _, room := range w.rooms() {
		requests = append(requests, syncer.Request{Room: room, Window: w.window})
	}
	for round := range 3 {
		before := len(w.tenant.Requests())
		changes, err := w.source.Changes(t.Context(), requests)
		if err != nil {
			t.Fatal(err)
		}
		if n := len(w.tenant.Requests()) - before; n != 3 {
			t.Errorf("round %d took %d requests for 45 rooms, want 3", round, n)
		}
		for i, c := range changes {
			if c.Err != nil || c.Full != (round == 0) || (len(c.Events) == 0) != (round != 0) {
				t.Fatalf("round %d: %+v", round, c)
			}
			requests[i].Cursor = c.Cursor
		}
	}
}

func TestSeriesWithADeletedOccurrence(t *testing.T) {
	w := newWorld(t)
	room := w.rooms()[0]
	master := w.book(room, tenant.Meeting{Subject: "Stand-up", Start: monday.Add(-100 * 24 * time.Hour), End: monday.Add(-100*24*time.Hour + 15*time.Minute),
		RRule: "FREQ=DAILY", Organizer: tenant.Person{Name: "Ada Lovelace", Address: "ada@contoso.example"}})
	m := mirror{}
	c := w.read(room, "")
	m.apply(c)
	before := m.bySubject("Stand-up")
	if len(before) != 9 || before[0].Organizer != "Ada Lovelace" || before[0].SeriesID != master {
		t.Fatalf("%d occurrences, %+v", len(before), before[0])
	}
	if err := w.tenant.Delete(string(room), before[4].ID); err != nil {
		t.Fatal(err)
	}
	c = w.read(room, c.Cursor)
	if len(c.Removed) != 0 || !slices.Contains(c.Series, master) {
		t.Errorf("removed %v, series %v: Graph does not announce the deletion of an occurrence", c.Removed, c.Series)
	}
	m.apply(c)
	if after := m.bySubject("Stand-up"); len(after) != 8 {
		t.Errorf("%d occurrences after one was deleted", len(after))
	}
	if err := w.tenant.Delete(string(room), master); err != nil {
		t.Fatal(err)
	}
	m.apply(w.read(room, c.Cursor))
	if left := m.bySubject("Stand-up"); len(left) != 0 {
		t.Errorf("%d occurrences after the series was deleted", len(left))
	}
}

func TestAllDayIsADate(t *testing.T) {
	w := newWorld(t)
	for _, r := range w.tenant.Rooms() {
		loc, err := time.LoadLocation(zoneOf(w, calendar.NewRoomID(r.Address)))
		if err != nil {
			t.Fatal(err)
		}
		day := time.Date(2026, 11, 25, 0, 0, 0, 0, loc)
		room := calendar.NewRoomID(r.Address)
		w.book(room, tenant.Meeting{Subject: "Inventory", AllDay: true, Start: day, End: day.AddDate(0, 0, 2)})
		w.book(room, tenant.Meeting{Subject: "Week of art", AllDay: true, Start: day, End: day.AddDate(0, 0, 1), RRule: "FREQ=DAILY;COUNT=2"})
		m := mirror{}
		m.apply(w.read(room, ""))
		got := m.bySubject("Inventory")
		if len(got) != 1 || !got[0].AllDay || got[0].Start != time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC) || got[0].End != time.Date(2026, 11, 27, 0, 0, 0, 0, time.UTC) {
			t.Errorf("%s: %+v", room, got)
		}
		if art := m.bySubject("Week of art"); len(art) != 2 || !art[1].AllDay || art[1].Start != time.Date(2026, 11, 26, 0, 0, 0, 0, time.UTC) {
			t.Errorf("%s: %+v", room, art)
		}
	}
}

func zoneOf(w *world, id calendar.RoomID) string {
	w.Helper()
	rooms, err := w.source.Rooms(w.Context())
	if err != nil {
		w.Fatal(err)
	}
	i := slices.IndexFunc(rooms, func(r calendar.Room) bool { return r.ID == id })
	return rooms[i].TimeZone
}

func TestExpiredCursorMeansResync(t *testing.T) {
	w := newWorld(t)
	room := w.rooms()[0]
	c := w.read(room, "")
	w.tenant.ExpireCursors()
	got, err := w.source.Changes(t.Context(), []syncer.Request{{Room: room, Cursor: c.Cursor, Window: w.window}})
	if err != nil {
		t.Fatal(err)
	}
	wantKind(t, got[0].Err, syncer.Resync)
}

func TestWedgedCursorEnds(t *testing.T) {
	w := newWorld(t)
	w.tenant.WedgeCursors(true)
	before := w.batches()
	got, err := w.source.Changes(t.Context(), []syncer.Request{{Room: w.rooms()[0], Window: w.window}})
	if err != nil {
		t.Fatal(err)
	}
	wantKind(t, got[0].Err, syncer.Resync)
	if n := w.batches() - before; n != 41 { // one page that tells something, forty that don't
		t.Errorf("%d batches", n)
	}
}

func TestFaultsOfTheTenant(t *testing.T) {
	w := newWorld(t)
	rooms := w.rooms()[:3]
	var requests []syncer.Request
	for _, r := range append(rooms, "nobody@contoso.example") {
		requests = append(requests, syncer.Request{Room: r, Window: w.window})
	}

	w.tenant.FailNext(1, 429, 7*time.Second) // inside the batch
	got, err := w.source.Changes(t.Context(), requests)
	if err != nil {
		t.Fatal(err)
	}
	if e := wantKind(t, got[0].Err, syncer.Throttled); e.RetryAfter != 7*time.Second {
		t.Errorf("%+v", e)
	}
	if got[1].Err != nil || got[2].Err != nil {
		t.Errorf("other rooms: %v, %v", got[1].Err, got[2].Err)
	}
	if e := wantKind(t, got[3].Err, syncer.NotFound); e.Remedy == "" || !strings.Contains(e.Error(), "nobody@contoso.example") {
		t.Errorf("%+v", e)
	}

	for status, kind := range map[int]syncer.Kind{403: syncer.Denied, 404: syncer.NotFound, 500: syncer.Offline, 503: syncer.Offline} {
		w.tenant.FailNext(1, status, 0)
		got, err = w.source.Changes(t.Context(), requests[:2])
		if err != nil {
			t.Fatal(err)
		}
		e := wantKind(t, got[0].Err, kind)
		if status == 403 && !strings.Contains(e.Remedy, "Set-MailboxFolderPermission "+string(rooms[0])) {
			t.Errorf("%+v", e)
		}
		if status == 404 && !strings.Contains(e.Remedy, "Exchange Online") {
			t.Errorf("%+v", e)
		}
	}

	w.tenant.SetOutage(502) // HTML, from a gateway
	_, err = w.source.Changes(t.Context(), requests)
	wantKind(t, err, syncer.Offline)
	_, err = w.source.Rooms(t.Context())
	wantKind(t, err, syncer.Offline)
}

func TestRefusedTokenIsRenewedOnce(t *testing.T) {
	w := newWorld(t)
	w.read(w.rooms()[0], "")
	w.tenant.ExpireAccessTokens()
	before := w.batches()
	w.read(w.rooms()[0], "")
	if n := w.batches() - before; n < 2 {
		t.Errorf("%d batches: the first must have been refused", n)
	}

	w.tenant.ExpireAccessTokens()
	w.tenant.RevokeRefreshTokens()
	_, err := w.source.Changes(t.Context(), []syncer.Request{{Room: w.rooms()[0], Window: w.window}})
	if e := wantKind(t, err, syncer.SignIn); !strings.Contains(e.Remedy, "Sign in again") {
		t.Errorf("%+v", e)
	}
}
