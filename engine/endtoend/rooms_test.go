package endtoend_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/roomink/roomink/engine"
	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/sign"
	"github.com/roomink/roomink/engine/simulator/tenant"
	"github.com/roomink/roomink/engine/simulator/virtual"
	"github.com/roomink/roomink/engine/syncer"
)

func room(t *testing.T, s engine.Snapshot, id calendar.RoomID) engine.Room {
	t.Helper()
	i := slices.IndexFunc(s.Rooms, func(r engine.Room) bool { return r.Room.ID == id })
	if i < 0 {
		t.Fatalf("no room %s", id)
	}
	return s.Rooms[i]
}

// The directory changes: a room is renamed, moved, and given up. The sign at its door
// says so, and stays assigned until a person decides.
func TestRoomsThatChange(t *testing.T) {
	o := newOffice(t)
	r := o.connected(t.TempDir())
	s := r.awaitRooms()
	s = r.await("a display", func(s engine.Snapshot) bool { return len(s.Displays) > 0 && s.Displays[0].Panel.Width > 0 })
	id, door := s.Displays[0].ID, freeRoom(t, s).Room
	r.must(r.Assign(t.Context(), id, door.ID))
	o.awaitDelivered(r, id)
	if door.Building == "" || door.Capacity == 0 || door.List == "" {
		t.Errorf("room %+v; want all that the directory tells", door)
	}

	r.must(o.Tenant.EditRoom(string(door.ID), func(g *tenant.Room) { g.Name, g.Floor = "Aurora", 42 }))
	r.must(r.RefreshRooms(t.Context()))
	o.awaitGlass(r, "the new name", id, func(s *sign.Sign) bool { return s.Room == "Aurora" })
	if got := find(r.Snapshot(), id).Room; got != door.ID {
		t.Errorf("assigned to %q; want as before", got)
	}

	r.must(o.Tenant.RemoveRoom(string(door.ID)))
	r.must(r.RefreshRooms(t.Context()))
	s = o.awaitGlass(r, "that the room is gone", id, func(s *sign.Sign) bool { return s.Headline == "Room removed" })
	if g := room(t, s, door.ID); g.RemovedAt.IsZero() || g.Problem == nil || find(s, id).Room != door.ID {
		t.Errorf("room %+v; want it marked, explained and assigned", g)
	}
	r.must(r.ForgetRoom(t.Context(), door.ID))
	s = r.await("a display without a room", func(s engine.Snapshot) bool { return find(s, id).Stage == engine.Adopted })
	if len(s.Rooms) != 7 {
		t.Errorf("%d rooms; want 7", len(s.Rooms))
	}
}

// What Exchange hides is told, and an address is looked at before it is added.
func TestRoomsThatHide(t *testing.T) {
	o := newOffice(t, []virtual.Options{}...)
	person := o.Tenant.Account(tenant.Member)
	r := connectedWith(t, o, o.credentials(), o.accepts)
	s := r.awaitRooms()
	quiet := freeRoom(t, s).Room.ID
	r.must(o.Tenant.EditRoom(string(quiet), func(g *tenant.Room) {
		g.Processing = tenant.Processing{DeleteSubject: true, AddOrganizerToSubject: true, RemovePrivateProperty: true}
	}))
	list, err := o.Tenant.Meetings(string(quiet), o.now().AddDate(0, 0, -2), o.now().AddDate(0, 0, 9))
	r.must(err)
	for _, m := range list { // what was booked before keeps its titles
		_ = o.Tenant.Delete(string(quiet), m.ID)
	}
	for i := range 4 {
		start := o.now().Truncate(time.Hour).Add(time.Duration(2+i) * time.Hour)
		_, err := o.Tenant.Book(string(quiet), tenant.Meeting{Subject: "Salaries", Organizer: tenant.Person{Name: person.Name, Address: person.Username},
			Start: start, End: start.Add(30 * time.Minute), Sensitivity: "private"})
		r.must(err)
	}
	r.await("a room that hides its titles", func(s engine.Snapshot) bool { return room(t, s, quiet).Concealed })

	var failure *syncer.Error
	if err := r.AddRoom(t.Context(), "nobody@nordlicht.example"); !errors.As(err, &failure) || failure.Kind != syncer.NotFound {
		t.Errorf("nobody was added: %v", err)
	}
	r.must(o.Tenant.SetFolderRights(person.Username, tenant.AvailabilityOnly))
	if err := r.AddRoom(t.Context(), person.Username); !errors.As(err, &failure) || failure.Kind != syncer.Denied || failure.Remedy == "" {
		t.Errorf("a calendar that can't be read in detail was added: %v", err)
	}
	r.must(o.Tenant.SetFolderRights(string(quiet), tenant.AvailabilityOnly))
	s = r.await("a room that is refused", func(s engine.Snapshot) bool { return room(t, s, quiet).Denied })
	if p := room(t, s, quiet).Problem; p == nil || p.Remedy == "" {
		t.Errorf("problem %+v; want words", p)
	}
}

// Calendars of the account are rooms, too, those of others included.
func TestCalendarsOfTheAccount(t *testing.T) {
	o := newOffice(t, []virtual.Options{}...)
	c := o.credentials()
	c.Directory = false
	r := connectedWith(t, o, c, o.accepts)
	list, err := r.Calendars(t.Context())
	r.must(err)
	i := slices.IndexFunc(list, func(r calendar.Room) bool { return strings.Contains(r.List, "Other") })
	if len(list) < 3 || i < 0 {
		t.Fatalf("calendars %+v; want those under Other Calendars as well", list)
	}
	r.must(r.AddCalendar(t.Context(), list[i]))
	s := r.await("the calendar", func(s engine.Snapshot) bool { return len(s.Rooms) == 1 && !s.Rooms[0].SyncedAt.IsZero() })
	rooms := o.Tenant.Rooms()
	j := slices.IndexFunc(rooms, func(r tenant.Room) bool { return strings.Contains(list[i].Name, r.Name) })
	if j < 0 || s.Rooms[0].Events == 0 {
		t.Fatalf("calendar %+v with %d entries; want that of a room, with its meetings", list[i], s.Rooms[0].Events)
	}
	start := o.now().Truncate(time.Hour).Add(26 * time.Hour)
	_, err = o.Tenant.Book(rooms[j].Address, tenant.Meeting{Subject: "New", Start: start, End: start.Add(7 * time.Minute)})
	r.must(err)
	r.await("the new booking", func(s engine.Snapshot) bool {
		return slices.ContainsFunc(s.Rooms[0].Meetings, func(e calendar.Event) bool { return e.Subject == "New" })
	})
}
