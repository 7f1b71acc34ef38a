package setup_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"

	"github.com/roomink/roomink/app/apptest"
	"github.com/roomink/roomink/app/command"
	"github.com/roomink/roomink/app/setup"
	"github.com/roomink/roomink/engine"
	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/display"
)

// pick taps an entry of the open dropdown.
func pick(t *testing.T, w fyne.Window, label string) {
	t.Helper()
	var entry fyne.Tappable
	for _, overlay := range w.Canvas().Overlays().List() {
		apptest.WalkObject(overlay, func(o fyne.CanvasObject) {
			tappable, ok := o.(fyne.Tappable)
			if !ok {
				return
			}
			apptest.WalkObject(o, func(o fyne.CanvasObject) {
				if text, ok := o.(*canvas.Text); ok && text.Text == label {
					entry = tappable // the innermost comes last
				}
			})
		})
	}
	if entry == nil {
		t.Fatalf("no dropdown offers %q", label)
	}
	entry.Tapped(&fyne.PointEvent{})
}

// waiting is the office with its first n displays adopted, and the others found.
func waiting(n int) engine.Snapshot {
	s := apptest.Snapshot(apptest.Noon)
	for i := range s.Displays {
		s.Displays[i].Stage, s.Displays[i].Room = engine.Found, ""
		if i < n {
			s.Displays[i].Stage = engine.Adopted
		}
	}
	return s
}

// assigning is a fake that keeps what was given.
func assigning(given *[]string) fake {
	return fake{assign: func(id display.ID, r calendar.RoomID) error {
		*given = append(*given, string(id)+" "+string(r))
		return nil
	}}
}

func TestRoomsOfOneNameAreGivenApart(t *testing.T) {
	s := waiting(1)
	for _, id := range []calendar.RoomID{"quiet1@contoso.com", "quiet2@contoso.com"} {
		s.Rooms = append(s.Rooms, engine.Room{Agenda: calendar.Agenda{Room: calendar.Room{ID: id, Name: "Quiet"}, Location: time.UTC}})
	}
	var given []string
	_, w := open(t, assigning(&given), s, nil)
	tap(t, w, "Assign")
	if len(given) != 0 {
		t.Fatalf("gave %q before a room was chosen", given)
	}
	test.Tap(apptest.Find[*widget.Select](w, ""))
	pick(t, w, "Quiet (quiet1@contoso.com)")
	tap(t, w, "Assign")
	if want := []string{string(s.Displays[0].ID) + " quiet1@contoso.com"}; !slices.Equal(given, want) {
		t.Errorf("gave %q, want %q", given, want)
	}
}

func TestAnOpenDropdownOutlivesASnapshot(t *testing.T) {
	s := waiting(1)
	var given []string
	p, w := open(t, assigning(&given), s, nil)
	test.Tap(apptest.Find[*widget.Select](w, ""))
	p.Prepare(waiting(2))() // another display was adopted meanwhile
	pick(t, w, "Focus 1")
	if apptest.Find[*widget.Select](w, "Focus 1") == nil {
		t.Fatalf("what was picked does not show: %q", apptest.Texts(w))
	}
	tap(t, w, "Assign")
	if want := []string{string(s.Displays[0].ID) + " focus1@contoso.com"}; !slices.Equal(given, want) {
		t.Errorf("gave %q, want %q", given, want)
	}
}

func TestARoomThatLeftTheListIsNotGiven(t *testing.T) {
	s := waiting(1)
	var given []string
	p, w := open(t, assigning(&given), s, nil)
	test.Tap(apptest.Find[*widget.Select](w, ""))
	last := len(s.Rooms) - 1
	s.Rooms = s.Rooms[:last] // the Workshop
	p.Prepare(s)()
	pick(t, w, "Workshop")
	tap(t, w, "Assign")
	if len(given) != 0 || apptest.Find[*widget.Select](w, "Workshop") != nil {
		t.Errorf("gave %q, shows %q", given, apptest.Texts(w))
	}
}

func TestAdoptAllTellsHowManyFailedAndWhy(t *testing.T) {
	s := waiting(0)
	var tried []display.ID
	f := fake{adopt: func(id display.ID) error {
		tried = append(tried, id)
		switch id {
		case s.Displays[1].ID:
			return &apptest.Failure{Title: "No answer", Remedy: "Check its power"}
		case s.Displays[4].ID:
			return errors.New("another")
		}
		return nil
	}}
	_, w := open(t, f, s, nil)
	tap(t, w, "Adopt all")
	var want []display.ID
	for _, d := range s.Displays {
		want = append(want, d.ID)
	}
	if !slices.Equal(tried, want) {
		t.Errorf("tried %q, want %q", tried, want)
	}
	if !apptest.Shows(w, "2 of 6 displays could not be adopted. The first: No answer") || !apptest.Shows(w, "Check its power") {
		t.Errorf("shows %q", apptest.Texts(w))
	}
}

func TestAdoptAllIsCancelledAsOne(t *testing.T) {
	var work []func()
	hub := command.NewHub(command.Config{Explain: apptest.Explain, Do: func(f func()) { f() }, Go: func(f func()) { work = append(work, f) }})
	hub.Open(t.Context())
	var w fyne.Window
	tried := 0
	f := fake{adopt: func(display.ID) error {
		if tried++; tried == 2 {
			tap(t, w, "Cancel")
			return context.Canceled
		}
		return nil
	}}
	_, w = open(t, f, waiting(0), func(c *setup.Config) { c.Hub = hub })
	tap(t, w, "Adopt all")
	if !apptest.Shows(w, "Adopting 6 displays…") || len(work) != 1 {
		t.Fatalf("%d tasks, shows %q", len(work), apptest.Texts(w))
	}
	work[0]()
	if tried != 2 || !apptest.Shows(w, "Cancelled") {
		t.Errorf("tried %d displays, shows %q", tried, apptest.Texts(w))
	}
}
