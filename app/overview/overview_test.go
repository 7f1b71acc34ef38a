package overview_test

import (
	"fmt"
	"image"
	"slices"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"

	"github.com/roomink/roomink/app/apptest"
	"github.com/roomink/roomink/app/overview"
	"github.com/roomink/roomink/app/xwidget"
	"github.com/roomink/roomink/engine"
	"github.com/roomink/roomink/engine/display"
)

func now() time.Time { return apptest.Noon }

func open(t *testing.T, cfg overview.Config, s engine.Snapshot) fyne.Window {
	t.Helper()
	_, w := openPage(t, cfg, s)
	return w
}

func openPage(t *testing.T, cfg overview.Config, s engine.Snapshot) (*overview.Page, fyne.Window) {
	t.Helper()
	test.NewTempApp(t)
	cfg.Now = now
	p := overview.New(cfg)
	w := test.NewTempWindow(t, p.Content())
	w.Resize(fyne.NewSize(1000, 900))
	p.Prepare(s)()
	return p, w
}

func TestCards(t *testing.T) {
	s := apptest.Snapshot(apptest.Noon)
	s.Displays[0].Room = "gone@contoso.com"
	v := overview.ViewOf(s, apptest.Noon)
	var rooms []string
	for _, c := range v.Cards {
		rooms = append(rooms, c.Room)
	}
	want := []string{"gone@contoso.com", "Besprechungsraum Nordlicht mit sehr langem Namen", "Boardroom", "Oslo"}
	if !slices.Equal(rooms, want) {
		t.Errorf("rooms %q, want %q: the assigned displays alone, and a room that is gone by its address", rooms, want)
	}
	if v.Summary != "4 signs · 1 with a problem" || !v.Cards[3].Trouble || v.Cards[1].Trouble {
		t.Errorf("summary %q, cards %+v", v.Summary, v.Cards)
	}
	for query, n := range map[string]int{"": 4, "  ": 4, "HARBOUR": 1, "nordlicht": 1, "zzz": 0} {
		if got := overview.Matching(v.Cards, query); len(got) != n {
			t.Errorf("%q matches %d cards, want %d", query, len(got), n)
		}
	}
}

func TestAnEmptyWallSaysWhatToDoNext(t *testing.T) {
	fresh := apptest.Fresh(apptest.Noon)
	connected := fresh
	connected.Account.State = engine.Connected
	bare := connected
	bare.Displays = nil
	for _, c := range []struct {
		s          engine.Snapshot
		text, page string
	}{
		{fresh, "Connect Microsoft 365", "setup"},
		{connected, "give each one a room", "displays"},
		{bare, "Switch a display on", "displays"},
	} {
		opened := ""
		w := open(t, overview.Config{Open: func(page string) { opened = page }}, c.s)
		if !apptest.Shows(w, c.text) {
			t.Errorf("does not say %q: %q", c.text, apptest.Texts(w))
		}
		var button *widget.Button
		apptest.Walk(w, func(o fyne.CanvasObject) {
			if b, ok := o.(*widget.Button); ok {
				button = b
			}
		})
		test.Tap(button)
		if opened != c.page {
			t.Errorf("opened %q, want %q", opened, c.page)
		}
	}
}

func TestACardShowsTheRealFrameAndOpensItsDisplay(t *testing.T) {
	s := apptest.Snapshot(apptest.Noon)
	s.Displays[2].Frame = nil // not drawn yet
	var opened display.ID
	w := open(t, overview.Config{OpenDisplay: func(id display.ID) { opened = id }}, s)
	var bezels []*xwidget.Bezel
	var cards []*xwidget.Card
	apptest.Walk(w, func(o fyne.CanvasObject) {
		switch x := o.(type) {
		case *xwidget.Bezel:
			bezels = append(bezels, x)
		case *xwidget.Card:
			cards = append(cards, x)
		}
	})
	if len(bezels) != 4 || len(cards) != 4 {
		t.Fatalf("%d bezels on %d cards", len(bezels), len(cards))
	}
	with := 0
	for _, b := range bezels {
		if b.Picture() != nil {
			with++
		}
	}
	if with != 3 || !apptest.Shows(w, "Not drawn yet") {
		t.Errorf("%d of 4 have a picture: %q", with, apptest.Texts(w))
	}
	test.Tap(cards[0])
	if !slices.ContainsFunc(s.Displays, func(d engine.Display) bool { return d.ID == opened && d.Stage == engine.Assigned }) {
		t.Errorf("opened %q", opened)
	}
	apptest.Entries(w)[0].SetText("oslo")
	if apptest.Shows(w, "Boardroom") || !apptest.Shows(w, "Oslo") {
		t.Errorf("the search shows %q", apptest.Texts(w))
	}
}

// large is an office with a sign, and a frame of its own, on each of n displays.
func large(n int) engine.Snapshot {
	s := apptest.Snapshot(apptest.Noon)
	d := s.Displays[0]
	s.Displays = nil
	for i := range n {
		frame := *d.Frame
		frame.Hash = fmt.Sprint(i)
		d.ID, d.Frame = display.ID(fmt.Sprint(i)), &frame
		s.Displays = append(s.Displays, d)
	}
	return s
}

func pictures(w fyne.Window) []image.Image {
	var list []image.Image
	apptest.Walk(w, func(o fyne.CanvasObject) {
		if b, ok := o.(*xwidget.Bezel); ok {
			list = append(list, b.Picture())
		}
	})
	return list
}

// Drawing signs that nobody sees must not cost those on screen their pictures, which
// the UI goroutine would have to draw again.
func TestASnapshotKeepsThePicturesOnScreen(t *testing.T) {
	s := large(300)
	p, w := openPage(t, overview.Config{}, s)
	before := pictures(w)
	p.Prepare(s)()
	if len(before) == 0 || !slices.Equal(pictures(w), before) {
		t.Errorf("at the top, %d signs were drawn again", len(before))
	}
	apptest.Find[*widget.GridWrap](w, "").ScrollTo(200)
	scrolled := pictures(w)
	if slices.Equal(scrolled, before) {
		t.Fatal("the wall did not scroll")
	}
	p.Prepare(s)()
	if !slices.Equal(pictures(w), scrolled) {
		t.Error("after scrolling, signs on screen were drawn again")
	}
}
