package graph_test

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/simulator/tenant"
	"github.com/roomink/roomink/engine/syncer"
)

// TestCalendarsOfTheTenant lists and reads the calendars of the signed-in account, as
// they change.
func TestCalendarsOfTheTenant(t *testing.T) {
	w := newWorld(t)
	account := w.tenant.Credentials().Username
	own, err := w.tenant.AddCalendar(account, "Training", "Planning")
	if err != nil {
		t.Fatal(err)
	}
	room := w.rooms()[5]
	if _, err := w.tenant.ShareCalendar(tenant.Share{Account: account, Mailbox: string(room), Group: tenant.PeopleCalendars}); err != nil {
		t.Fatal(err)
	}
	before := w.batches()
	got, err := w.source.Calendars(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if n := w.batches() - before; n != 2 {
		t.Errorf("%d requests", n)
	}
	groups := map[string]int{}
	var closed calendar.RoomID
	var requests []syncer.Request
	for _, c := range got {
		groups[c.List]++
		if c.Name == "Sabine Krüger" { // who lets nobody see more than when she is busy
			closed = c.ID
		}
		requests = append(requests, syncer.Request{Room: c.ID, Window: w.window})
	}
	shared := slices.IndexFunc(got, func(c calendar.Room) bool { return c.List == tenant.PeopleCalendars })
	training := slices.IndexFunc(got, func(c calendar.Room) bool { return c.ID == calendar.NewCalendarID(own) })
	if groups[tenant.MyCalendars] != 1 || groups[tenant.OtherCalendars] < 2 || groups["Planning"] != 1 || shared < 0 || training < 0 ||
		got[training].Name != "Training" || got[training].List != "Planning" {
		t.Fatalf("%+v", got)
	}

	read := func() []syncer.Change {
		t.Helper()
		before := w.batches()
		changes, err := w.source.Changes(t.Context(), requests)
		if err != nil {
			t.Fatal(err)
		}
		for i, c := range changes {
			if (c.Err != nil) != (c.Room == closed) {
				t.Fatalf("%s: %v", got[i].Name, c.Err)
			}
			requests[i].Cursor = c.Cursor
		}
		if n := w.batches() - before; n != 1 {
			t.Errorf("%d requests", n)
		}
		return changes
	}
	m := mirror{}
	m.apply(read()[shared])
	w.holds(room, m)
	for _, c := range read() {
		if c.Full || len(c.Events) > 0 {
			t.Errorf("nothing is new, but %+v", c)
		}
	}
	for i := range 130 { // three pages
		w.book(room, tenant.Meeting{Subject: fmt.Sprint("Review ", i), Start: monday.Add(time.Duration(i) * time.Hour), End: monday.Add(time.Duration(i)*time.Hour + 30*time.Minute)})
	}
	w.book(calendar.RoomID(own), tenant.Meeting{Subject: "First aid", Start: monday, End: monday.Add(time.Hour), RRule: "FREQ=DAILY"})
	changes, err := w.source.Changes(t.Context(), requests)
	if err != nil {
		t.Fatal(err)
	}
	for i, c := range changes {
		if c.Room != closed && c.Err != nil || c.Full != (i == shared || i == training) {
			t.Fatalf("%s: %+v", got[i].Name, c)
		}
		requests[i].Cursor = c.Cursor
	}
	m.apply(changes[shared])
	w.holds(room, m)

	if err := w.tenant.SetFolderRights(string(room), tenant.AvailabilityOnly); err != nil {
		t.Fatal(err)
	}
	changes, err = w.source.Changes(t.Context(), requests)
	if err != nil {
		t.Fatal(err)
	}
	if e := wantKind(t, changes[shared].Err, syncer.Denied); !strings.Contains(e.Remedy, "share it") {
		t.Errorf("%+v", e)
	}
}

// holds compares a mirror with the tenant's truth of a room, or of a calendar by id.
func (w *world) holds(room calendar.RoomID, got mirror) {
	w.Helper()
	truth, err := w.tenant.Truth(string(room), w.window.From, w.window.To)
	if err != nil {
		w.Fatal(err)
	}
	want := mirror{}
	for _, e := range truth {
		want[e.ID] = calendar.Event{ID: e.ID, SeriesID: e.SeriesID, Subject: e.Subject, Organizer: e.Organizer, Start: e.Start, End: e.End,
			AllDay: e.AllDay, Private: e.Private, Cancelled: e.Cancelled, Availability: calendar.Availability(e.Availability)}
	}
	for id, e := range got {
		if e.Start = e.Start.UTC(); e != want[id] {
			w.Errorf("%s holds %+v, want %+v", room, e, want[id])
		}
	}
	for id, e := range want {
		if _, ok := got[id]; !ok {
			w.Errorf("%s lacks %+v", room, e)
		}
	}
}

func kindOf(err error) syncer.Kind {
	if e, ok := errors.AsType[*syncer.Error](err); ok {
		return e.Kind
	}
	return ""
}

// TestStorms edits calendars at random while requests go wrong at random, in every way
// that the tenant knows but the silent loss of a change, which no cursor can show. Once
// it is calm, one more reading of the cursors makes every mirror equal to the truth.
func TestStorms(t *testing.T) {
	for seed := range uint64(6) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) { storm(t, seed, 40) })
	}
}

func storm(t *testing.T, seed uint64, steps int) {
	w := newWorld(t)
	rnd := rand.New(rand.NewPCG(seed, 1))
	rooms := w.rooms()[:4]
	truth := map[calendar.RoomID]calendar.RoomID{}
	for _, r := range rooms {
		truth[r] = r
	}
	own, err := w.tenant.AddCalendar(w.tenant.Credentials().Username, "Training", "")
	if err != nil {
		t.Fatal(err)
	}
	truth[calendar.NewCalendarID(own)] = calendar.RoomID(own)

	mirrors, requests := map[calendar.RoomID]mirror{}, []syncer.Request{}
	for _, id := range slices.Sorted(maps.Keys(truth)) {
		mirrors[id] = mirror{}
		requests = append(requests, syncer.Request{Room: id, Window: w.window})
	}
	// round reads as the syncer does, and tells how many answers it got.
	round := func() (answers int) {
		for again := range 2 {
			changes, _ := w.source.Changes(t.Context(), requests) // a fault of the whole is each room's
			resync := false
			for i, c := range changes {
				if c.Err == nil {
					mirrors[c.Room].apply(c)
					requests[i].Cursor = c.Cursor
					answers++
				} else if kindOf(c.Err) == syncer.Resync {
					requests[i].Cursor, resync = "", true
				}
			}
			if !resync || again > 0 {
				break
			}
		}
		return answers
	}
	w.tenant.Storm(seed, 0.25, tenant.FaultThrottled, tenant.FaultThrottledUntil, tenant.FaultUnavailable, tenant.FaultGatewayTimeout, tenant.FaultServerError,
		tenant.FaultUnauthorized, tenant.FaultDenied, tenant.FaultNoMailbox, tenant.FaultBadGateway, tenant.FaultPortal, tenant.FaultTruncated,
		tenant.FaultMalformed, tenant.FaultHollow, tenant.FaultDropped, tenant.FaultSyncStateGone, tenant.FaultSyncStateMoved, tenant.FaultResyncRequired,
		tenant.FaultReplayed, tenant.FaultShuffled, tenant.FaultLate, tenant.FaultWedged, tenant.FaultForeignLink)
	answered := 0
	for range steps {
		w.edit(rnd, slices.Sorted(maps.Values(truth))[rnd.IntN(len(truth))])
		answered += round()
	}
	w.tenant.Calm()
	round()
	round() // what was told a round late
	for id, m := range mirrors {
		w.holds(truth[id], m)
	}
	struck := 0
	for _, n := range w.tenant.Struck() {
		struck += n
	}
	if answered < steps || struck < steps/4 {
		t.Errorf("%d answers, %d faults", answered, struck)
	}
}
