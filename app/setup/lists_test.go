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
func assigning(given *[]string) *fake {
	return &fake{assign: func(id display.ID, r calendar.RoomID) error {
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
	b := open(t, assigning(&given), s, nil)
	w := b.win
	b.tap("Assign")
	if len(given) != 0 {
		t.Fatalf("gave %q before a room was chosen", given)
	}
	test.Tap(apptest.Find[*widget.Select](w, ""))
	pick(t, w, "Quiet (quiet1@contoso.com)")
	b.tap("Assign")
	if want := []string{string(s.Displays[0].ID) + " quiet1@contoso.com"}; !slices.Equal(given, want) {
		t.Errorf("gave %q, want %q", given, want)
	}
}

func TestAnOpenDropdownOutlivesASnapshot(t *testing.T) {
	s := waiting(1)
	var given []string
	b := open(t, assigning(&given), s, nil)
	p, w := b.Page, b.win
	test.Tap(apptest.Find[*widget.Select](w, ""))
	p.Prepare(waiting(2))() // another display was adopted meanwhile
	pick(t, w, "Focus 1")
	if apptest.Find[*widget.Select](w, "Focus 1") == nil {
		t.Fatalf("what was picked does not show: %q", apptest.Texts(w))
	}
	b.tap("Assign")
	if want := []string{string(s.Displays[0].ID) + " focus1@contoso.com"}; !slices.Equal(given, want) {
		t.Errorf("gave %q, want %q", given, want)
	}
}

func TestARoomThatLeftTheListIsNotGiven(t *testing.T) {
	s := waiting(1)
	var given []string
	b := open(t, assigning(&given), s, nil)
	p, w := b.Page, b.win
	test.Tap(apptest.Find[*widget.Select](w, ""))
	last := len(s.Rooms) - 1
	s.Rooms = s.Rooms[:last] // the Workshop
	p.Prepare(s)()
	pick(t, w, "Workshop")
	b.tap("Assign")
	if len(given) != 0 || apptest.Find[*widget.Select](w, "Workshop") != nil {
		t.Errorf("gave %q, shows %q", given, apptest.Texts(w))
	}
}

func TestAdoptAllTellsHowManyFailedAndWhy(t *testing.T) {
	s := waiting(0)
	var tried []display.ID
	f := &fake{adopt: func(id display.ID) error {
		tried = append(tried, id)
		switch id {
		case s.Displays[1].ID:
			return &apptest.Failure{Title: "No answer", Remedy: "Check its power"}
		case s.Displays[4].ID:
			return errors.New("another")
		}
		return nil
	}}
	b := open(t, f, s, nil)
	w := b.win
	b.tap("Adopt all")
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
	var b *bench
	tried := 0
	f := &fake{adopt: func(display.ID) error {
		if tried++; tried == 2 {
			b.tap("Cancel")
			return context.Canceled
		}
		return nil
	}}
	b = open(t, f, waiting(0), slow)
	b.tap("Adopt all")
	if !apptest.Shows(b.win, "Adopting 6 displays…") || len(b.work) != 1 {
		t.Fatalf("%d tasks, shows %q", len(b.work), apptest.Texts(b.win))
	}
	b.finish()
	if tried != 2 || !apptest.Shows(b.win, "Cancelled") {
		t.Errorf("tried %d displays, shows %q", tried, apptest.Texts(b.win))
	}
}

func TestAdoptAndAssignWithAClickEach(t *testing.T) {
	s := waiting(0)
	var adopted []display.ID
	var given []string
	f := assigning(&given)
	f.adopt = func(id display.ID) error { adopted = append(adopted, id); return nil }
	b := open(t, f, s, nil)
	b.tap("Adopt")
	if len(adopted) != 1 || adopted[0] != s.Displays[0].ID {
		t.Errorf("adopted %v", adopted)
	}
	b.tap("Adopt all")
	if len(adopted) != 1+len(s.Displays) {
		t.Errorf("adopted %v", adopted)
	}
	s.Displays[0].Stage = engine.Adopted
	s.Displays = s.Displays[:1]
	b.Prepare(s)()
	b.tap("Next")
	assign := apptest.Find[*widget.Button](b.win, "Assign")
	if assign == nil || !assign.Disabled() {
		t.Fatal("a display can be given no room at all")
	}
	apptest.Find[*widget.Select](b.win, "").SetSelected("Focus 1")
	b.Prepare(s)() // a snapshot between choosing and assigning changes nothing
	b.tap("Assign")
	if len(given) != 1 || given[0] != string(s.Displays[0].ID)+" focus1@contoso.com" {
		t.Errorf("gave %q", given)
	}
}
