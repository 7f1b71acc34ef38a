package rooms_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"

	"github.com/roomink/roomink/app/apptest"
	"github.com/roomink/roomink/app/command"
	"github.com/roomink/roomink/app/rooms"
	"github.com/roomink/roomink/engine"
)

func tap(t *testing.T, w fyne.Window, label string) {
	t.Helper()
	b := apptest.Find[*widget.Button](w, label)
	if b == nil {
		t.Fatalf("there is no button %q in %q", label, apptest.Texts(w))
	}
	test.Tap(b)
}

func TestARoomInDetail(t *testing.T) {
	p, w, _ := open(t, &fake{}, hiding())
	if apptest.Shows(w, "Entries known") {
		t.Error("a room is shown in detail before any was chosen")
	}
	tableOf(w).Tap(0)
	for _, words := range []string{"Private meeting", "11:00–12:30", "Priya Nair", "Titles are hidden by Exchange", "Oslo headquarters", "Door 1"} {
		if !apptest.Shows(w, words) {
			t.Errorf("does not show %q but %q", words, apptest.Texts(w))
		}
	}
	if apptest.Shows(w, "Salaries") {
		t.Error("the subject of a private meeting is shown")
	}
	tap(t, w, "Copy")
	if got := fyne.CurrentApp().Clipboard().Content(); !strings.HasPrefix(got, "Set-CalendarProcessing aurora@contoso.com ") {
		t.Errorf("copied %q", got)
	}
	tableOf(w).Tap(4)
	if !apptest.Shows(w, "Nothing is booked today.") || apptest.Shows(w, "Titles are hidden") {
		t.Errorf("shows %q", apptest.Texts(w))
	}
	p.Close()
	tableOf(w).Tap(4) // the same again
	if !apptest.Shows(w, "Nothing is booked today.") {
		t.Error("a room can't be chosen again")
	}
	p.Close()
	if apptest.Shows(w, "Entries known") {
		t.Error("the details do not go away")
	}
}

// The details keep to their room while snapshots arrive, and search and filter leave
// it out of the list.
func TestTheDetailsKeepToTheirRoom(t *testing.T) {
	s := hiding()
	p, w, _ := open(t, &fake{}, s)
	tableOf(w).Tap(1)
	apptest.Find[*widget.Select](w, "All").SetSelected("Titles hidden")
	s.Rooms = slices.Clone(s.Rooms)
	slices.Reverse(s.Rooms)
	p.Prepare(s)()
	if !apptest.Shows(w, "nordlicht@contoso.com") {
		t.Errorf("shows %q", apptest.Texts(w))
	}
	s.Rooms = s.Rooms[:2]
	p.Prepare(s)()
	if apptest.Shows(w, "nordlicht@contoso.com") || !apptest.Shows(w, "Nothing matches") {
		t.Errorf("shows %q", apptest.Texts(w))
	}
}

func TestARemovedRoomIsForgottenByAPersonOnly(t *testing.T) {
	s := hiding()
	f := &fake{}
	p, w, _ := open(t, f, s)
	tableOf(w).Tap(1)
	for _, words := range []string{"No longer in the directory since 20 Nov, 13:42", "Its signs stay assigned", "No longer listed"} {
		if !apptest.Shows(w, words) {
			t.Errorf("does not show %q but %q", words, apptest.Texts(w))
		}
	}
	tap(t, w, "Forget this room…")
	if !apptest.Shows(w, "The signs at its door become unassigned") {
		t.Errorf("shows %q", apptest.Texts(w))
	}
	tap(t, w, "Cancel")
	if len(f.did) != 0 {
		t.Errorf("did %q without a yes", f.did)
	}
	tap(t, w, "Forget this room…")
	p.Select(s.Rooms[0].Room.ID) // while the question stands
	tap(t, w, "Forget")
	if !slices.Equal(f.did, []string{"forget nordlicht@contoso.com"}) || !apptest.Shows(w, "was forgotten.") {
		t.Errorf("did %q, shows %q", f.did, apptest.Texts(w))
	}
}

func TestOnlyWhatAPersonAddedIsForgottenWhileListed(t *testing.T) {
	_, w, _ := open(t, &fake{}, hiding())
	for row, want := range map[int]bool{0: false, 1: true, 7: false, 8: true} {
		tableOf(w).Tap(row)
		if got := apptest.Find[*widget.Button](w, "Forget this room…") != nil; got != want {
			t.Errorf("row %d can be forgotten: %v", row, got)
		}
	}
}

// work is a hub whose work waits until the test lets it go on.
func work(t *testing.T) (*command.Hub, func()) {
	var waiting []func()
	hub := command.NewHub(command.Config{Explain: apptest.Explain, Do: func(f func()) { f() }, Go: func(f func()) { waiting = append(waiting, f) }})
	hub.Open(t.Context())
	return hub, func() {
		now := waiting
		waiting = nil
		for _, f := range now {
			f()
		}
	}
}

// slow is an engine whose commands end with their context.
type slow struct{ fake }

func (s *slow) AddRoom(ctx context.Context, a string) error {
	s.did = append(s.did, "add "+a)
	return ctx.Err()
}

func TestAddingARoomCanBeCancelled(t *testing.T) {
	hub, goOn := work(t)
	p, w := openWith(t, &slow{}, apptest.Snapshot(apptest.Noon), func(c *rooms.Config) { c.Hub = hub })
	p.Add("new@contoso.com")
	if !apptest.Shows(w, "Reading the calendar of new@contoso.com…") {
		t.Errorf("shows %q", apptest.Texts(w))
	}
	tap(t, w, "Cancel")
	goOn()
	if !apptest.Shows(w, "Cancelled") {
		t.Errorf("shows %q", apptest.Texts(w))
	}
}

// An address that did not work is there to be corrected; one that did is shown once
// the engine knows it.
func TestAnAddressThatDidNotWorkStays(t *testing.T) {
	f := &fake{fail: errors.New("no such mailbox")}
	s := apptest.Snapshot(apptest.Noon)
	p, w, _ := open(t, f, s)
	p.Add("focus9@contoso.com")
	tap(t, w, "Add by address…")
	e := apptest.Entries(w)
	if got := e[len(e)-1].Text; got != "focus9@contoso.com" {
		t.Errorf("the dialog offers %q", got)
	}
	f.fail = nil
	e[len(e)-1].SetText("focus2@contoso.com")
	tap(t, w, "Add")
	s.Rooms = slices.Clone(s.Rooms)
	s.Rooms[4].Room.ID = "focus2@contoso.com"
	s.Rooms[4].Manual = true
	p.Prepare(s)()
	if !apptest.Shows(w, "Added by address") || !apptest.Shows(w, "focus2@contoso.com was added.") {
		t.Errorf("shows %q", apptest.Texts(w))
	}
	tap(t, w, "Add by address…")
	if e := apptest.Entries(w); e[len(e)-1].Text != "" {
		t.Errorf("the dialog offers %q again", e[len(e)-1].Text)
	}
}

func TestCalendarsAreForAnAccountThatSignsIn(t *testing.T) {
	s := apptest.Snapshot(apptest.Noon)
	p, w, _ := open(t, &fake{}, s)
	for mode, want := range map[engine.Mode]bool{engine.Application: false, engine.Delegated: true} {
		s.Account.Mode = mode
		p.Prepare(s)()
		if got := apptest.Find[*widget.Button](w, "Add a calendar…") != nil; got != want {
			t.Errorf("%s: calendars can be added: %v", mode, got)
		}
	}
}
