package preview_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"

	"github.com/roomink/roomink/app/apptest"
	"github.com/roomink/roomink/app/preview"
	"github.com/roomink/roomink/engine"
	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/display"
)

func TestEachPanelIsOfferedOnceAndOwnOnesFirst(t *testing.T) {
	s := apptest.Snapshot(apptest.Noon)
	s.Displays = append(s.Displays, engine.Display{Display: display.Display{ID: "new"}},
		engine.Display{Display: display.Display{ID: "odd", Panel: display.Panel{Width: 9, Height: 9, Scheme: "neon"}}})
	v := preview.ViewOf(s, apptest.Noon)
	var labels []string
	seen := make(map[display.Panel]bool)
	for _, p := range v.Panels {
		if seen[p.Panel] || p.Panel.Validate() != nil {
			t.Errorf("%s is offered twice, or can't be drawn for", p.Label)
		}
		seen[p.Panel] = true
		labels = append(labels, p.Label)
	}
	want := []string{"Door 1 and 3 more · 800×480, black and white", "Door 3, OD-9f31c2 · 400×300, black, white, red", "2.9″ · 296×128, black, white, red"}
	if !slices.Equal(labels[:3], want) || !strings.Contains(labels[len(labels)-1], "1200×1600, Spectra 6") {
		t.Errorf("offers %q", labels)
	}
	if n := len(v.Panels); n != len(preview.Common()) { // two of them are the displays' own
		t.Errorf("offers %d panels", n)
	}
}

func chooser(t *testing.T, s engine.Snapshot, now time.Time) (*preview.Chooser, fyne.Window, *int) {
	t.Helper()
	test.NewTempApp(t)
	changes := new(int)
	c := preview.NewChooser(func() { *changes++ })
	w := test.NewTempWindow(t, c.Bar())
	c.Show(preview.ViewOf(s, now))
	return c, w, changes
}

func slider(w fyne.Window) (found *widget.Slider) {
	apptest.Walk(w, func(o fyne.CanvasObject) {
		if s, ok := o.(*widget.Slider); ok {
			found = s
		}
	})
	return found
}

// The choice holds on while snapshots arrive, and falls back when the room goes.
func TestTheChoiceHoldsOn(t *testing.T) {
	s := apptest.Snapshot(apptest.Noon)
	c, w, changes := chooser(t, s, apptest.Noon)
	if got := c.Scene(); got.Room != "aurora@contoso.com" || got.Panel.Width != 800 || !got.At.IsZero() {
		t.Errorf("begins with %+v", got)
	}
	c.SelectRoom("fjord@contoso.com")
	slider(w).SetValue(600)
	before, told := c.Scene(), *changes
	s.Rooms = slices.Clone(s.Rooms)
	slices.Reverse(s.Rooms)
	c.Show(preview.ViewOf(s, apptest.Noon.Add(time.Hour)))
	if c.Scene() != before || *changes != told {
		t.Errorf("a snapshot made %+v of %+v, told %d times", c.Scene(), before, *changes-told)
	}
	s.Rooms = slices.DeleteFunc(s.Rooms, func(r engine.Room) bool { return r.Room.ID == before.Room })
	c.Show(preview.ViewOf(s, apptest.Noon))
	if got := c.Scene().Room; got != "workshop@contoso.com" {
		t.Errorf("the room is gone, and %q is shown", got)
	}
}

// The slider spans the room's own day, which has 23 or 25 hours twice a year.
func TestTheSliderSpansTheRoomsDay(t *testing.T) {
	oslo, err := time.LoadLocation("Europe/Oslo")
	if err != nil {
		t.Skip(err)
	}
	now := time.Date(2026, 10, 25, 11, 0, 0, 0, time.UTC) // clocks go back
	s := apptest.Snapshot(now)
	r := &s.Rooms[0]
	r.Agenda = calendar.NewAgenda(r.Room, oslo, nil, now)
	c, w, _ := chooser(t, s, now)
	if !apptest.Shows(w, "12:00") || slider(w).Max != 25*60 {
		t.Errorf("of %v minutes, shows %q", slider(w).Max, apptest.Texts(w))
	}
	for minutes, want := range map[float64]string{0: "2026-10-24T22:00:00Z 00:00", 180: "2026-10-25T01:00:00Z 02:00", 1500: "2026-10-25T23:00:00Z 24:00"} {
		slider(w).SetValue(minutes)
		at, clock, _ := strings.Cut(want, " ")
		if got := c.Scene().At.UTC().Format(time.RFC3339); got != at || !apptest.Shows(w, clock) {
			t.Errorf("minute %v is %s, want %s; shows %q", minutes, got, want, apptest.Texts(w))
		}
	}
}
