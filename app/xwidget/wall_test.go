package xwidget_test

import (
	"image/color"
	"slices"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"

	"github.com/roomink/roomink/app/apptest"
	"github.com/roomink/roomink/app/xwidget"
)

func TestWallHasAsManyColumnsAsFit(t *testing.T) {
	test.NewTempApp(t)
	var blocks []fyne.CanvasObject
	for i := range 5 {
		r := canvas.NewRectangle(color.Black)
		r.SetMinSize(fyne.NewSize(10, float32(20+10*i)))
		blocks = append(blocks, r)
	}
	blocks[1].Hide()
	wall := container.New(&xwidget.Wall{Least: 100, Gap: 10}, blocks...)
	for width, want := range map[float32]struct{ each, height float32 }{
		90: {90, 20 + 40 + 50 + 60 + 30}, 209: {209, 20 + 40 + 50 + 60 + 30}, 210: {100, 40 + 60 + 10}, 430: {100, 60}, 2000: {192, 60},
	} {
		for range 2 {
			wall.Resize(fyne.NewSize(width, 500))
		}
		if got := wall.MinSize(); got.Height != want.height || got.Width != 100 {
			t.Errorf("%v wide it asks for %v, want a height of %v", width, got, want.height)
		}
		if got := blocks[0].Size().Width; width < 2000 && got != want.each {
			t.Errorf("%v wide a column has %v, want %v", width, got, want.each)
		}
	}
}

func TestToggles(t *testing.T) {
	test.NewTempApp(t)
	g := xwidget.NewToggles(3)
	for i, label := range []string{"a", "b", "c"} {
		g.Label(i, label)
	}
	changes := 0
	g.OnChanged = func() { changes++ }
	w := test.NewTempWindow(t, g)
	g.Set(0, true)
	test.Tap(apptest.Find[*widget.Button](w, "c"))
	on := func() []bool { return []bool{g.On(0), g.On(1), g.On(2)} }
	if !slices.Equal(on(), []bool{true, false, true}) || changes != 1 {
		t.Errorf("on are %v after %d changes", on(), changes)
	}
	g.Disable()
	test.Tap(apptest.Find[*widget.Button](w, "a"))
	if !g.On(0) || !g.Disabled() || changes != 1 {
		t.Error("what is disabled can be switched")
	}
	g.Enable()
	test.Tap(apptest.Find[*widget.Button](w, "a"))
	if g.On(0) || changes != 2 {
		t.Error("it can't be switched off")
	}
}
