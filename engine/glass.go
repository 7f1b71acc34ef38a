package engine

import (
	"image"

	"github.com/roomink/roomink/engine/display"
)

// glass is the picture that a display was last seen to take, so that the next push may
// refresh only what differs.
type glass struct {
	hash     string
	image    *image.Paletted
	partials int // refreshes of a part since the last one of all
}

// partialsMost is after how many partial refreshes a panel is refreshed as a whole, which
// clears the ghosts that they leave (panels.md: makers say after five to ten).
const partialsMost = 8

// beginPush notes that a push begins, and gives what the glass is known to show; nil asks
// for a refresh of the whole panel.
func (e *Engine) beginPush(id display.ID) *display.Before {
	status, _ := e.rec.Status(id)
	e.mu.Lock()
	defer e.mu.Unlock()
	dev, ok := e.state.displays[id]
	if !ok {
		return nil
	}
	dev.Written = true
	g := dev.glass
	if g.image == nil || g.hash != status.Delivered || g.partials >= partialsMost {
		return nil
	}
	return &display.Before{Image: g.image, Hash: g.hash}
}

// endPush notes what a push left on the glass.
func (e *Engine) endPush(id display.ID, f display.Frame, r display.Receipt, err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	dev, ok := e.state.displays[id]
	if ok && err == nil {
		dev.told = nil // as of a test pattern
		if dev.shown.sign != nil && dev.shown.frame.Hash == f.Hash {
			g := gistOf(*dev.shown.sign)
			dev.told = &g
		}
	}
	if ok && !dev.Written { // forgotten while the push went on, and adopted again
		dev.Written = true
		defer e.rec.Touch(id)
	}
	switch {
	case !ok:
	case err != nil && (display.KindOf(err) == display.Unreachable || display.KindOf(err) == display.Occupied):
		// It was not touched.
	case err != nil || r.Ticket != "" || len(e.state.displays) > framesKept:
		dev.glass = glass{}
	case r.Partial:
		dev.glass = glass{hash: f.Hash, image: f.Image, partials: dev.glass.partials + 1}
	default:
		dev.glass = glass{hash: f.Hash, image: f.Image}
	}
}
