package xwidget_test

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"

	"github.com/roomink/roomink/app/apptest"
	"github.com/roomink/roomink/app/xwidget"
)

// Columns that step aside ask for no room, and give theirs to the others.
func TestColumnsStepAside(t *testing.T) {
	test.NewTempApp(t)
	a, b, c := canvas.NewRectangle(nil), canvas.NewRectangle(nil), canvas.NewRectangle(nil)
	box := container.New(xwidget.Columns{Gap: 10, Cols: []xwidget.Column{{Min: 50, Share: 1}, {Min: 60, Below: 200}, {Min: 40}}}, a, b, c)
	if got := box.MinSize().Width; got != 100 {
		t.Errorf("asks for %v, want 100", got)
	}
	for _, x := range []struct {
		width        float32
		there        bool
		first, third float32 // width and position
	}{{300, true, 180, 260}, {199, false, 149, 159}, {200, true, 80, 160}} {
		box.Resize(fyne.NewSize(x.width, 20))
		if b.Visible() != x.there || a.Size().Width != x.first || c.Position().X != x.third {
			t.Errorf("in %v: second there %v, first %v wide, third at %v; want %+v", x.width, b.Visible(), a.Size().Width, c.Position().X, x)
		}
	}
}

func TestFactsLeaveOutWhatIsNotKnown(t *testing.T) {
	test.NewTempApp(t)
	f := xwidget.NewFacts()
	w := test.NewTempWindow(t, f)
	w.Resize(fyne.NewSize(240, 300))
	f.Set(xwidget.Fact{Name: "Seats", Value: "6"}, xwidget.Fact{Name: "Floor"}, xwidget.Fact{Name: "Address", Value: "a@b.c"})
	if apptest.Shows(w, "Floor") || !apptest.Shows(w, "a@b.c") || len(f.List()) != 2 {
		t.Errorf("shows %q", apptest.Texts(w))
	}
	low := f.MinSize().Height
	f.Set(xwidget.Fact{Name: "Seats", Value: "7"}, xwidget.Fact{Name: "Equipment", Value: "a screen, a camera, a whiteboard, a table, chairs, and a door to lock"})
	f.Resize(fyne.NewSize(240, 300))
	if apptest.Shows(w, "Address") || !apptest.Shows(w, "7") || f.MinSize().Height <= low {
		t.Errorf("shows %q in a height of %v, before in %v", apptest.Texts(w), f.MinSize().Height, low)
	}
}

// In narrow places buttons stand under the words, which have all of the width then.
func TestNarrow(t *testing.T) {
	test.NewTempApp(t)
	e := xwidget.NewExplanation(xwidget.Bad, xwidget.Words{Title: "T", Details: "D"}, nil)
	beforehand := e.MinSize()
	if got := e.Narrow().MinSize(); got.Height <= beforehand.Height {
		t.Errorf("an explanation asks for %v, was %v", got, beforehand)
	}
	w := test.NewTempWindow(t, e)
	test.Tap(apptest.Find[*widget.Button](w, "Copy details"))
	if got := fyne.CurrentApp().Clipboard().Content(); got != "T\nD" {
		t.Errorf("copied %q", got)
	}
	beside, under := xwidget.NewCommands("Get-Mailbox"), xwidget.NewCommands("Get-Mailbox").Narrow()
	if beside.MinSize().Width <= under.MinSize().Width || beside.MinSize().Height >= under.MinSize().Height {
		t.Errorf("commands ask for %v, narrow ones for %v", beside.MinSize(), under.MinSize())
	}
}
