package app

import (
	"cmp"
	"errors"
	"fmt"
	"image"
	"image/draw"
	"image/png"
	"os"
	"slices"
	"sync/atomic"
	"time"

	"fyne.io/fyne/v2"

	"github.com/roomink/roomink/app/theme"
)

// The methods below drive the window from another goroutine than the UI's: a tour,
// a test, a second start of the program. They wait until the window runs and must
// not be called on the UI goroutine.

// ErrEnded says that the window is gone.
var ErrEnded = errors.New("the window is closed")

// Pages are the names that ShowPage takes, in the order of the navigation.
func (a *App) Pages() []string {
	var names []string
	for _, p := range a.window.places {
		names = append(names, p.name)
	}
	return names
}

// Raise brings the window to the front.
func (a *App) Raise() error { return a.onUI(a.show) }

// ShowPage opens a page and returns once it shows the newest snapshot.
func (a *App) ShowPage(name string) error {
	if !slices.Contains(a.Pages(), name) {
		return fmt.Errorf("there is no page %q", name)
	}
	if err := a.onUI(func() { a.window.open(name) }); err != nil {
		return err
	}
	return a.settle()
}

// Scroll shows a part of the open page, from 0 (its top) to 1 (its end). It reports
// whether the page is one that is longer than the window.
func (a *App) Scroll(part float32) (long bool, err error) {
	err = a.onUI(func() {
		at := slices.IndexFunc(a.window.places, func(p place) bool { return p.name == a.window.current.get() })
		var page interface{ Scroll(part float32) }
		if page, long = a.window.places[at].page.(interface{ Scroll(part float32) }); long {
			page.Scroll(part)
		}
	})
	return long, err
}

// Steps are the names that ShowStep takes: the steps of the guided set-up that apply.
func (a *App) Steps() (steps []string, err error) {
	err = a.onUI(func() { steps = a.window.setup.Steps() })
	return steps, err
}

// ShowStep opens the guided set-up at a step.
func (a *App) ShowStep(name string) error {
	if err := a.ShowPage("setup"); err != nil {
		return err
	}
	if err := a.onUI(func() { a.window.setup.GoTo(name) }); err != nil {
		return err
	}
	return a.settle()
}

// SetTheme changes to dark or light, whatever the system says.
func (a *App) SetTheme(dark bool) error {
	return a.onUI(func() { a.cfg.Fyne.Settings().SetTheme(theme.Forced(dark)) })
}

// Resize changes the size of the window, in Fyne's units.
func (a *App) Resize(width, height float32) error {
	return a.onUI(func() { a.window.win.Resize(fyne.NewSize(width, height)) })
}

// Capture writes what the window shows to a PNG file.
func (a *App) Capture(path string) error { return a.capture(a.window.win, path) }

// CaptureGlass writes what the window of virtual displays shows to a PNG file.
func (a *App) CaptureGlass(path string) error {
	if a.glass == nil {
		return errors.New("there are no virtual displays outside the demonstration")
	}
	return a.capture(a.glass.Window(), path)
}

func (a *App) capture(w fyne.Window, path string) error {
	if err := a.settle(); err != nil {
		return err
	}
	picture, err := a.still(w)
	if err != nil {
		return err
	}
	f, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("save a picture of the window: %w", err)
	}
	if err := errors.Join(png.Encode(f, picture), f.Close()); err != nil {
		return fmt.Errorf("save a picture of the window: %w", err)
	}
	return nil
}

// still waits until the window stops changing and gives its picture. Fyne does not
// tell when it has painted, so two pictures in a row must be equal; something that
// never rests, such as a progress bar, is taken as it is after a while.
func (a *App) still(w fyne.Window) (image.Image, error) {
	const pause, patience = 120 * time.Millisecond, 25
	var last *image.NRGBA
	for range patience {
		select {
		case <-a.ended:
			return nil, ErrEnded
		case <-time.After(pause):
		}
		var now *image.NRGBA
		var failed error
		err := a.onUI(func() {
			p, err := a.cfg.Photograph(w)
			if err != nil {
				failed = fmt.Errorf("take a picture of the window: %w", err)
				return
			}
			now = copyOf(p)
		})
		if err := cmp.Or(err, failed); err != nil {
			return nil, err
		}
		if last != nil && slices.Equal(last.Pix, now.Pix) {
			return now, nil
		}
		last = now
	}
	return last, nil
}

func copyOf(src image.Image) *image.NRGBA {
	b := src.Bounds()
	dst := image.NewNRGBA(image.Rect(0, 0, b.Dx(), b.Dy()))
	draw.Draw(dst, dst.Rect, src, b.Min, draw.Src)
	return dst
}

// settle waits until the page shows the newest snapshot.
func (a *App) settle() error {
	select {
	case <-a.pump.refresh():
		return nil
	case <-a.ended:
		return ErrEnded
	}
}

// onUI runs f on the UI goroutine and waits for it.
func (a *App) onUI(f func()) error {
	select {
	case <-a.started:
	case <-a.ended:
		return ErrEnded
	}
	done := make(chan struct{})
	fyne.Do(func() {
		defer close(done)
		f()
	})
	select {
	case <-done:
		return nil
	case <-a.ended: // functions still queued when Fyne quits never run
		return ErrEnded
	}
}

// atomicName is a page's name that the pump reads while the UI goroutine sets it.
type atomicName struct{ v atomic.Pointer[string] }

func (n *atomicName) set(s string) { n.v.Store(&s) }
func (n *atomicName) get() string {
	if s := n.v.Load(); s != nil {
		return *s
	}
	return ""
}
