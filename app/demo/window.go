package demo

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
)

// Window shows every virtual display, as if they hung on one wall.
type Window struct {
	office Office
	win    fyne.Window
	wall   *fyne.Container
}

// NewWindow makes the window; it shows with Show.
func NewWindow(a fyne.App, office Office, openURL func(string)) *Window {
	w := &Window{office: office, win: a.NewWindow("Virtual displays"), wall: container.NewStack()}
	w.win.SetContent(w.wall)
	w.win.SetCloseIntercept(w.win.Hide)
	return w
}

// Window is the Fyne window.
func (w *Window) Window() fyne.Window { return w.win }

// Show brings the window to the front.
func (w *Window) Show() { w.win.Show() }

// Run keeps the window up to date until ctx ends.
func (w *Window) Run(ctx context.Context) {
	for range w.office.Watch(ctx) {
	}
}
