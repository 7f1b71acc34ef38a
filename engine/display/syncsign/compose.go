package syncsign

import (
	"errors"
	"fmt"
	"image"
	"strings"
	"time"

	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/display/pull"
)

// keep is how long a picture lies on the shelf: a display that sleeps, or whose radio is
// slow, takes minutes to fetch it.
const keep = 30 * time.Minute

// wifiWidth is from which width on displays have Wi-Fi.
const wifiWidth = 800

// compose makes the layout of a frame. partial says that only a part of the panel will
// flicker.
func (d *Driver) compose(disp display.Display, f display.Frame, put putter) (l *layout, partial bool, err error) {
	if err := check(disp.Panel, f); err != nil {
		return nil, false, err
	}
	l = &layout{}
	if l.Items, err = d.items(disp, f, put); err != nil {
		return nil, false, err
	}
	if f.Before != nil && disp.Panel.Scheme == display.Mono { // inks of colour can't be moved quickly
		l.Items = append(paper(disp.Panel, l.Items), l.Items...)
		return l, true, nil
	}
	l.full()
	return l, false, nil
}

// items says a frame in the way that is best for a display: as a picture where it fetches
// that by itself, as a drawing where the hub's radio would take minutes for one.
func (d *Driver) items(disp display.Display, f display.Frame, put putter) ([]item, error) {
	m, known := modelOf(strings.TrimPrefix(disp.Model, "SyncSign "))
	if !known && disp.Pull { // it can't tell; the large ones have Wi-Fi
		m.wifi = disp.Panel.Width >= wifiWidth
	}
	draws := d.Draws(disp) && len(f.Items) > 0
	if draws && !m.wifi {
		if items, err := draw(disp.Panel, f.Items); !errors.Is(err, errUnspoken) {
			return items, err
		}
	}
	items, err := pictures(disp.Panel, f.Image, put)
	if draws && errors.Is(err, pull.ErrNotServing) {
		if drawn, e := draw(disp.Panel, f.Items); e == nil {
			return drawn, nil
		}
	}
	return items, err
}

// put lays a picture where displays fetch it. The name changes with the content, so that
// no display takes one from its cache for another.
func (d *Driver) put(_ uint8, bmp []byte) (string, error) {
	if d.shelf == nil {
		return "", pull.ErrNotServing
	}
	return d.shelf.Put(bmp, "image/bmp", keep)
}

// paper is what clears a panel without making all of it flicker. A picture covers it all.
func paper(p display.Panel, items []item) []item {
	if len(items) > 0 && items[0].Type == "BITMAP_URI" {
		return nil
	}
	d := drawing{panel: p, bounds: p.Bounds(), colours: colours(p.Scheme)}
	// A block may reach over the right edge, if its width has to be a multiple of 8.
	r := image.Rect(0, 0, (p.Width+7)/8*8, p.Height)
	d.fill(r, display.White, worthArea)
	return d.items
}

// check says whether a frame can be drawn on a panel.
func check(p display.Panel, f display.Frame) error {
	if err := p.Validate(); err != nil {
		return err
	}
	if colours(p.Scheme) == nil {
		return fmt.Errorf("SyncSign displays have no inks %q", p.Scheme)
	}
	if f.Image == nil {
		return errors.New("frame has no picture")
	}
	if got, want := f.Image.Rect.Size(), p.Bounds().Size(); got != want {
		return fmt.Errorf("frame of %d×%d does not fill a panel of %d×%d", got.X, got.Y, want.X, want.Y)
	}
	return nil
}
