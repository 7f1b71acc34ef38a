package store_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/store"
)

// removed gives since when each room counts as removed, of those that do.
func removed(t *testing.T, db *store.DB) map[calendar.RoomID]time.Time {
	t.Helper()
	rooms, err := db.Rooms(t.Context())
	must(t, err)
	got := map[calendar.RoomID]time.Time{}
	for _, r := range rooms {
		if one, err := db.Room(t.Context(), r.ID); err != nil || one != r {
			t.Errorf("%+v, %v; want %+v", one, err, r)
		}
		if !r.RemovedAt.IsZero() {
			got[r.ID] = r.RemovedAt
		}
	}
	return got
}

// A room that the directory drops keeps everything, and is marked until it is listed
// again or a person takes it over.
func TestRemovedRooms(t *testing.T) {
	const bergen, typed = calendar.RoomID("bergen@contoso.com"), calendar.RoomID("typed@contoso.com")
	shared := calendar.NewCalendarID("AAMkAD=Q")
	db := open(t, t.TempDir())
	list := func(at time.Time, ids ...calendar.RoomID) {
		t.Helper()
		var rooms []calendar.Room
		for _, id := range ids {
			rooms = append(rooms, calendar.Room{ID: id, Name: "of the directory", List: "Nord", Equipment: "Screen, Whiteboard"})
		}
		must(t, db.SaveRooms(t.Context(), rooms, at))
	}
	check := func(want map[calendar.RoomID]time.Time) {
		t.Helper()
		if diff := cmp.Diff(want, removed(t, db)); diff != "" {
			t.Errorf("removed (-want +got):\n%s", diff)
		}
	}
	must(t, db.AddRoom(t.Context(), calendar.Room{ID: typed, Name: "typed"}))
	must(t, db.AddRoom(t.Context(), calendar.Room{ID: shared, Name: "Lab – Ada"}))
	list(day, oslo, bergen, typed)
	must(t, db.SaveDisplay(t.Context(), store.Display{Display: display.Display{ID: "opendisplay:01"}}))
	must(t, db.Assign(t.Context(), "opendisplay:01", oslo))
	check(map[calendar.RoomID]time.Time{})

	list(day.Add(time.Hour), bergen)
	check(map[calendar.RoomID]time.Time{oslo: day.Add(time.Hour)})
	list(day.Add(2*time.Hour), bergen) // the first time counts
	check(map[calendar.RoomID]time.Time{oslo: day.Add(time.Hour)})
	list(day.Add(3 * time.Hour)) // a directory that lists nothing is out of order
	check(map[calendar.RoomID]time.Time{oslo: day.Add(time.Hour)})
	if displays, err := db.Displays(t.Context()); err != nil || displays[0].Room != oslo {
		t.Errorf("%+v, %v; want the assignment kept", displays, err)
	}
	if cursors, err := db.Cursors(t.Context()); err != nil || len(cursors) != 4 {
		t.Errorf("%+v, %v; want the removed room read on", cursors, err)
	}

	list(day.Add(-time.Hour), oslo) // found again, though the clock was set back
	check(map[calendar.RoomID]time.Time{bergen: day.Add(-time.Hour)})
	must(t, db.AddRoom(t.Context(), calendar.Room{ID: bergen, Name: "bergen"})) // a person knows better
	check(map[calendar.RoomID]time.Time{})
	list(day.Add(5*time.Hour), oslo)
	check(map[calendar.RoomID]time.Time{})
}

func TestAddRoom(t *testing.T) {
	db := open(t, t.TempDir())
	listed := calendar.Room{ID: oslo, Name: "Oslo", Building: "Nord", Capacity: 8, List: "North", Equipment: "Surface Hub"}
	must(t, db.SaveRooms(t.Context(), []calendar.Room{listed}, day))
	must(t, db.AddRoom(t.Context(), calendar.Room{ID: oslo, Name: "oslo"}))
	shared := calendar.Room{ID: calendar.NewCalendarID("AAMkAD=Q"), Name: "Lab – Ada", List: "Other calendars"}
	must(t, db.AddRoom(t.Context(), shared))
	shared.Name = "Laboratory – Ada" // chosen again after it was renamed
	must(t, db.AddRoom(t.Context(), shared))
	other := calendar.Room{ID: calendar.NewCalendarID("aamkad=q"), Name: "another"} // ids differ by case
	must(t, db.AddRoom(t.Context(), other))
	got, err := db.Rooms(t.Context())
	must(t, err)
	want := []store.Room{{Room: shared, Manual: true}, {Room: listed, Manual: true, ListedAt: day}, {Room: other, Manual: true}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("rooms (-want +got):\n%s", diff)
	}
}
