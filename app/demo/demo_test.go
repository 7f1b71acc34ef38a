package demo_test

import (
	"context"
	"errors"
	"fmt"
	"image"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"

	"github.com/roomink/roomink/app/apptest"
	"github.com/roomink/roomink/app/demo"
	"github.com/roomink/roomink/engine/display"
)

type visited struct {
	did  []string
	fail string
}

func (v *visited) do(what string) error {
	v.did = append(v.did, what)
	if what == v.fail {
		return errors.New("no")
	}
	return nil
}
func (v *visited) Pages() []string { return []string{"setup", "overview"} }
func (v *visited) Scroll(part float32) (bool, error) {
	if v.did[len(v.did)-1] == "capture setup.png" || v.did[len(v.did)-1] == "capture setup-dark.png" {
		return false, nil // a page without an end
	}
	return true, v.do(fmt.Sprint("scroll ", part))
}
func (v *visited) ShowPage(name string) error { return v.do("show " + name) }
func (v *visited) Steps() ([]string, error)   { return []string{"way", "ids"}, nil }
func (v *visited) ShowStep(name string) error { return v.do("step " + name) }
func (v *visited) SetTheme(dark bool) error {
	if dark {
		return v.do("dark")
	}
	return v.do("light")
}
func (v *visited) Capture(path string) error      { return v.do("capture " + filepath.Base(path)) }
func (v *visited) CaptureGlass(path string) error { return v.do("glass " + filepath.Base(path)) }

func TestTourVisitsEveryPageInLightAndDark(t *testing.T) {
	v := &visited{}
	if err := demo.Tour(t.Context(), v, t.TempDir()); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"dark", "show setup", "capture setup-dark.png", "show overview", "capture overview-dark.png",
		"scroll 0.5", "capture overview-middle-dark.png", "scroll 1", "capture overview-end-dark.png", "scroll 0",
		"step way", "capture setup-way-dark.png", "step ids", "capture setup-ids-dark.png", "glass virtual-displays-dark.png",
		"light", "show setup", "capture setup.png", "show overview", "capture overview.png",
		"scroll 0.5", "capture overview-middle.png", "scroll 1", "capture overview-end.png", "scroll 0",
		"step way", "capture setup-way.png", "step ids", "capture setup-ids.png", "glass virtual-displays.png",
	}
	if !slices.Equal(v.did, want) {
		t.Errorf("did %q,\nwant %q", v.did, want)
	}
}

func TestTourEndsAtTheFirstFailureAndWithItsContext(t *testing.T) {
	v := &visited{fail: "capture setup-dark.png"}
	if err := demo.Tour(t.Context(), v, t.TempDir()); err == nil || len(v.did) != 3 {
		t.Errorf("err %v after %q", err, v.did)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := demo.Tour(ctx, &visited{}, t.TempDir()); !errors.Is(err, context.Canceled) {
		t.Errorf("err %v, want that of the context", err)
	}
}

func TestWindowShowsEveryGlassAndItsPlug(t *testing.T) {
	a := test.NewTempApp(t)
	var power []bool
	glass := demo.Glass{Name: "Door 1", Model: "Flex", On: true, UpdatedAt: apptest.Noon,
		Image:    image.NewPaletted(image.Rect(0, 0, 40, 24), display.Mono.Palette()),
		SetPower: func(on bool) { power = append(power, on) }}
	updates := make(chan []demo.Glass)
	opened := ""
	w := demo.NewWindow(a, demo.Office{
		Glasses: func() []demo.Glass { return []demo.Glass{glass} },
		Watch:   func(context.Context) <-chan []demo.Glass { return updates }, OutlookURL: "http://outlook",
	}, func(url string) { opened = url })
	w.Show()
	if apptest.Find[*widget.Check](w.Window(), "Power") == nil {
		t.Fatal("no power switch")
	}
	test.Tap(apptest.Find[*widget.Button](w.Window(), "Open Simulated Outlook"))
	if opened != "http://outlook" {
		t.Errorf("opened %q", opened)
	}
	check := apptest.Find[*widget.Check](w.Window(), "Power")
	check.SetChecked(false)
	if !slices.Equal(power, []bool{false}) {
		t.Errorf("power %v, want it switched off once", power)
	}

	done := make(chan struct{})
	go func() { defer close(done); w.Run(t.Context()) }()
	off := glass
	off.On = false
	busy := glass
	busy.Name, busy.Refreshing = "Door 2", true
	pressed := 0
	busy.SetServer, busy.Wake = func(string) {}, func() { pressed++ }
	updates <- []demo.Glass{off, busy}
	close(updates)
	select {
	case <-done:
	case <-time.After(10 * time.Second):
		t.Fatal("Run does not end with its channel")
	}
	for _, want := range []string{"Off – e-paper keeps its last picture", "Refreshing…", "Door 2"} {
		if !apptest.Shows(w.Window(), want) {
			t.Errorf("the window does not show %q:\n%q", want, apptest.Texts(w.Window()))
		}
	}
	test.Tap(apptest.Find[*widget.Button](w.Window(), "Press its button"))
	if pressed != 1 {
		t.Errorf("the button was pressed %d times", pressed)
	}
	if len(power) != 1 {
		t.Errorf("power %v: an update from the device was taken for a person's", power)
	}
}
