package displaytest

import (
	"fmt"
	"image"
	"slices"
	"testing"

	"github.com/roomink/roomink/engine/display"
)

// before pushes frames that tell what the glass shows. The driver may refresh a part
// then, and the glass must be right as a whole.
func (h Harness) before(t *testing.T) {
	for _, p := range h.Panels {
		t.Run(p.String(), func(t *testing.T) {
			dev := h.Start(t, p)
			b := p.Bounds()
			shown := Corner(p)
			h.push(t, dev, shown)
			for _, at := range []image.Point{
				b.Size().Div(2), {}, {X: b.Dx() - 1}, {Y: b.Dy() - 1}, b.Max.Sub(image.Pt(1, 1)),
			} {
				next := after(shown, spot(shown, at.X, at.Y))
				if got := h.push(t, dev, next); got.Partial != dev.Partial {
					t.Errorf("%s: partial refresh %v, the device can %v", next.Name, got.Partial, dev.Partial)
				}
				shown = next
			}
			// Little in common, nothing in common, nothing different.
			for _, next := range []Picture{Noise(p, 30), Corner(p), Corner(p)} {
				if next.Frame.Hash == shown.Frame.Hash && h.Gateway != nil && h.Gateway.Dedupes {
					h.pushAgain(t, dev, after(shown, next))
					continue
				}
				h.push(t, dev, after(shown, next))
				shown = next
			}
			// After a full refresh that was asked for partial ones must go on.
			shown = Noise(p, 31)
			h.push(t, dev, shown)
			if got := h.push(t, dev, after(shown, spot(shown, 3, 5))); got.Partial != dev.Partial {
				t.Errorf("after a full refresh: partial refresh %v, the device can %v", got.Partial, dev.Partial)
			}
		})
	}
}

// wrongBefore pushes frames that are mistaken about the glass: somebody else drew on it,
// or the engine remembers another device. The glass must be right all the same.
func (h Harness) wrongBefore(t *testing.T) {
	dev := h.start(t)
	p := dev.Display.Panel
	shown, believed := Noise(p, 32), Corner(p)
	h.push(t, dev, believed)
	h.push(t, dev, shown)
	if got := h.push(t, dev, after(believed, spot(believed, 9, 9))); got.Partial && !dev.PartialAlways {
		t.Error("a partial refresh on top of another picture than the driver was told")
	}
	turned := p
	turned.Width, turned.Height = p.Height+8, p.Width
	seed := uint64(33) // a gateway may drop what is there already
	for name, b := range map[string]*display.Before{
		"no picture":    {Hash: "x"},
		"no hash":       {Image: Corner(p).Frame.Image},
		"another size":  {Image: Corner(turned).Frame.Image, Hash: "turned"},
		"empty picture": {Image: &image.Paletted{}, Hash: "empty"},
	} {
		pic := Noise(p, seed)
		seed++
		pic.Name, pic.Frame.Before = name, b
		h.push(t, dev, pic)
	}
}

// after is pic, to be pushed onto a glass that shows before.
func after(before, pic Picture) Picture {
	pic.Frame.Before = &display.Before{Image: before.Frame.Image, Hash: before.Frame.Hash}
	return pic
}

// spot is pic with another ink in one pixel.
func spot(pic Picture, x, y int) Picture {
	m := *pic.Frame.Image
	m.Pix = slices.Clone(m.Pix)
	x, y = min(x, m.Rect.Dx()-1), min(y, m.Rect.Dy()-1)
	i := y*m.Stride + x
	m.Pix[i] = (m.Pix[i] + 1) % uint8(len(m.Palette))
	name := fmt.Sprintf("%s, spot at %d,%d", pic.Name, x, y)
	return Picture{Name: name, Frame: display.Frame{Image: &m, Hash: name}}
}
