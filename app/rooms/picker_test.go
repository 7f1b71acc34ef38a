package rooms_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"fyne.io/fyne/v2/widget"

	"github.com/roomink/roomink/app/apptest"
	"github.com/roomink/roomink/engine/calendar"
)

func TestCalendarsAreChosenFromTheirGroups(t *testing.T) {
	f := &fake{}
	s := hiding() // "Guest studio" is a room already
	p, w, _ := open(t, f, s)
	tap(t, w, "Add a calendar…")
	for _, words := range []string{"Calendars of admin@contoso.com", "My calendars", "Holidays in Norway", "Other calendars", "added already"} {
		if !apptest.Shows(w, words) {
			t.Errorf("does not show %q but %q", words, apptest.Texts(w))
		}
	}
	if add := apptest.Find[*widget.Button](w, "Add"); !add.Disabled() {
		t.Error("nothing was chosen, and yet it can be added")
	}
	list(w).Select(0) // the head of a group
	list(w).Select(5) // a room already
	if !apptest.Find[*widget.Button](w, "Add").Disabled() {
		t.Error("the head of a group or a room can be chosen")
	}
	list(w).Select(4)
	list(w).Select(2)
	list(w).Select(1)
	list(w).Select(2) // no, not this
	tap(t, w, "Add 2")
	want := []string{"calendars", "add Calendar", "add Quiet room – Reception"}
	if !slices.Equal(f.did, want) || !apptest.Shows(w, "2 calendars were added.") {
		t.Errorf("did %q, want %q; shows %q", f.did, want, apptest.Texts(w))
	}
	s.Rooms = append(slices.Clone(s.Rooms), s.Rooms[8])
	s.Rooms[9].Room.ID = apptest.Calendars()[0].ID
	s.Rooms[9].Room.List = "My calendars"
	p.Prepare(s)()
	if !apptest.Shows(w, "Calendar group") || !apptest.Shows(w, "My calendars") {
		t.Errorf("what was added is not shown but %q", apptest.Texts(w))
	}
}

func TestCalendarsAreSearched(t *testing.T) {
	_, w, _ := open(t, &fake{}, apptest.Snapshot(apptest.Noon))
	tap(t, w, "Add a calendar…")
	e := apptest.Entries(w)
	e[len(e)-1].SetText("ada")
	if apptest.Shows(w, "Holidays") || !apptest.Shows(w, "Guest studio") || apptest.Shows(w, "My calendars") {
		t.Errorf("shows %q", apptest.Texts(w))
	}
	list(w).Select(1)
	e[len(e)-1].SetText("nothing like it")
	if !apptest.Shows(w, "Nothing matches") || apptest.Find[*widget.Button](w, "Add").Disabled() {
		t.Errorf("a search takes a choice away; shows %q", apptest.Texts(w))
	}
}

func TestCalendarsThatCantBeReadAreTriedAgain(t *testing.T) {
	f := &fake{fail: errors.New("the line is dead")}
	_, w, _ := open(t, f, apptest.Snapshot(apptest.Noon))
	tap(t, w, "Add a calendar…")
	if !apptest.Shows(w, "the line is dead") || apptest.Shows(w, "The account sees no calendars.") {
		t.Errorf("shows %q", apptest.Texts(w))
	}
	f.fail = nil
	tap(t, w, "Try again")
	if !apptest.Shows(w, "Holidays") || apptest.Shows(w, "the line is dead") || apptest.Find[*widget.Button](w, "Try again") != nil {
		t.Errorf("shows %q", apptest.Texts(w))
	}
}

// picky adds the first calendar only.
type picky struct{ fake }

func (p *picky) AddCalendar(ctx context.Context, r calendar.Room) error {
	if len(p.did) > 1 {
		return errors.New("too many")
	}
	return p.fake.AddCalendar(ctx, r)
}

func TestWhatCouldNotBeAddedStaysChosen(t *testing.T) {
	f := &picky{}
	s := apptest.Snapshot(apptest.Noon)
	p, w := openWith(t, f, s)
	tap(t, w, "Add a calendar…")
	list(w).Select(1)
	list(w).Select(2)
	tap(t, w, "Add 2")
	if !apptest.Shows(w, "too many") {
		t.Errorf("shows %q", apptest.Texts(w))
	}
	s.Rooms = append(slices.Clone(s.Rooms), s.Rooms[7])
	s.Rooms[8].Room = apptest.Calendars()[0]
	p.Prepare(s)()
	tap(t, w, "Add a calendar…")
	if apptest.Find[*widget.Button](w, "Add").Disabled() {
		t.Error("the choice is lost")
	}
}
