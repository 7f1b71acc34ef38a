package setup_test

import (
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
