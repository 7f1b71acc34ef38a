package demo

import (
	"context"
	"errors"
	"path/filepath"
)

// Visited is the window as a tour sees it; *app.App is one.
type Visited interface {
	// Pages are the names of the pages.
	Pages() []string
	// ShowPage opens a page and returns once it shows the newest state.
	ShowPage(name string) error
	// Scroll shows a part of the page, from 0 (its top) to 1 (its end), and reports
	// whether it is a page to be scrolled.
	Scroll(part float32) (long bool, err error)
	// Steps are the names of the steps of the guided set-up.
	Steps() ([]string, error)
	// ShowStep opens the guided set-up at a step.
	ShowStep(name string) error
	// SetTheme changes to dark or light.
	SetTheme(dark bool) error
	// Capture writes a picture of the window to a PNG file.
	Capture(path string) error
	// CaptureGlass does so for the window of virtual displays.
	CaptureGlass(path string) error
}

// Tour visits every page and every step of the guided set-up, in light and in dark, and
// writes a picture of each to dir: overview.png, overview-dark.png, setup-ids.png and so
// on, settings-middle.png and settings-end.png of a page that is scrolled, and
// virtual-displays.png. It ends in light.
func Tour(ctx context.Context, w Visited, dir string) error {
	for _, dark := range []bool{true, false} {
		suffix := ".png"
		if dark {
			suffix = "-dark.png"
		}
		if err := w.SetTheme(dark); err != nil {
			return err
		}
		for _, page := range w.Pages() {
			if err := ctx.Err(); err != nil {
				return err
			}
			err := errors.Join(w.ShowPage(page), w.Capture(filepath.Join(dir, page+suffix)), rest(w, filepath.Join(dir, page), suffix))
			if err != nil {
				return err
			}
		}
		steps, err := w.Steps()
		if err != nil {
			return err
		}
		for _, step := range steps {
			if err := ctx.Err(); err != nil {
				return err
			}
			err := errors.Join(w.ShowStep(step), w.Capture(filepath.Join(dir, "setup-"+step+suffix)))
			if err != nil {
				return err
			}
		}
		if err := w.CaptureGlass(filepath.Join(dir, "virtual-displays"+suffix)); err != nil {
			return err
		}
	}
	return nil
}

// rest pictures what of a page is out of sight at first, and leaves it at its top.
func rest(w Visited, path, suffix string) error {
	for _, part := range []struct {
		at   float32
		name string
	}{{0.5, "-middle"}, {1, "-end"}} {
		long, err := w.Scroll(part.at)
		if err != nil || !long {
			return err
		}
		if err := w.Capture(path + part.name + suffix); err != nil {
			return err
		}
	}
	_, err := w.Scroll(0)
	return err
}
