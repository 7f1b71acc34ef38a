// Package paper makes frames look like e-paper on a screen: in the colours that panels
// were measured to show, lit like paper, and shrunk without losing thin strokes.
package paper

import (
	"container/list"
	"image"
	"image/color"
	"sync"

	"golang.org/x/image/draw"

	"github.com/roomink/roomink/engine/display"
)

// white is what the white of every panel looks like here. Measured against office paper
// it is a dull grey, and a screen that showed it as such, beside the bright white of a
// window, would be wrong about what people see at a door: their eyes take the lightest
// thing on the wall for white. So a panel is lit until its white is this, which leaves
// all contrasts as they were measured.
var white = color.RGBA{R: 0xee, G: 0xee, B: 0xe9, A: 0xff}

// Inks gives the colours of a panel's inks on a screen, by palette index; nil for an
// unknown scheme.
func Inks(s display.Scheme) color.Palette {
	measured := s.Measured()
	if measured == nil {
		return nil
	}
	p := make(color.Palette, len(measured))
	for i, c := range measured {
		p[i] = lit(c, measured[display.White])
	}
	return p
}

// lit gives c in the light that turns from into white.
func lit(c, from color.Color) color.RGBA {
	channel := func(v, from uint32, white uint8) uint8 {
		return display.Tone(display.Light(uint8(v>>8)) / display.Light(uint8(from>>8)) * display.Light(white))
	}
	r, g, b, _ := c.RGBA()
	fr, fg, fb, _ := from.RGBA()
	return color.RGBA{R: channel(r, fr, white.R), G: channel(g, fg, white.G), B: channel(b, fb, white.B), A: 0xff}
}

// soften gives a nominal colour as ink on paper, for a picture whose scheme is not
// known: black and white of a panel of them, and between them what there is.
func soften(c color.Color) color.RGBA {
	mono := Inks(display.Mono)
	black, white := mono[display.Black].(color.RGBA), mono[display.White].(color.RGBA)
	r, g, b, _ := c.RGBA()
	mix := func(v uint32, lo, hi uint8) uint8 {
		return uint8((uint32(lo)*(0xffff-v) + uint32(hi)*v) / 0xffff)
	}
	return color.RGBA{R: mix(r, black.R, white.R), G: mix(g, black.G, white.G), B: mix(b, black.B, white.B), A: 0xff}
}

// Picture is [Inked] for a picture whose scheme is not known.
func Picture(src *image.Paletted, width int) *image.RGBA { return Inked(src, "", width) }

// Inked gives src as it would look on a panel of scheme s, no wider than width pixels; 0
// means its own size. Where s has no colour for a pixel, or is not known, the picture's
// own palette counts. It does not keep src.
func Inked(src *image.Paletted, s display.Scheme, width int) *image.RGBA {
	full := ink(src, s)
	size := full.Bounds().Size()
	if width <= 0 || size.X <= width {
		return full
	}
	small := image.NewRGBA(image.Rect(0, 0, width, max(1, size.Y*width/size.X)))
	// The kernel widens with the reduction, so a one-pixel line pales instead of
	// vanishing.
	draw.BiLinear.Scale(small, small.Bounds(), full, full.Bounds(), draw.Src, nil)
	return small
}

func ink(src *image.Paletted, s display.Scheme) *image.RGBA {
	inks := make([]color.RGBA, 256)
	for i, c := range src.Palette {
		inks[i] = soften(c)
	}
	for i, c := range Inks(s) {
		inks[i] = c.(color.RGBA)
	}
	b := src.Bounds()
	dst := image.NewRGBA(image.Rect(0, 0, b.Dx(), b.Dy()))
	for y := range b.Dy() {
		from := src.Pix[y*src.Stride:][:b.Dx()]
		to := dst.Pix[y*dst.Stride:][:4*b.Dx()]
		for x, i := range from {
			c := inks[i]
			to[4*x], to[4*x+1], to[4*x+2], to[4*x+3] = c.R, c.G, c.B, c.A
		}
	}
	return dst
}

// Cache keeps the pictures of the frames used last, so that a wall of thousands
// of signs costs the memory of those on screen. It is safe for concurrent use.
type Cache struct {
	width, limit int

	mu     sync.Mutex
	byHash map[string]*list.Element
	order  *list.List // of *entry, used last first
}

type entry struct {
	hash    string
	picture *image.RGBA
}

// NewCache keeps at most limit pictures of at most width pixels.
func NewCache(width, limit int) *Cache {
	return &Cache{width: width, limit: limit, byHash: make(map[string]*list.Element), order: list.New()}
}

// Picture gives the picture of f, nil if f has none.
func (c *Cache) Picture(f *display.Frame) image.Image {
	if f == nil || f.Image == nil {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if e, ok := c.byHash[f.Hash]; ok {
		c.order.MoveToFront(e)
		return e.Value.(*entry).picture
	}
	p := Inked(f.Image, f.Scheme, c.width)
	c.byHash[f.Hash] = c.order.PushFront(&entry{f.Hash, p})
	for c.order.Len() > c.limit {
		oldest := c.order.Back()
		c.order.Remove(oldest)
		delete(c.byHash, oldest.Value.(*entry).hash)
	}
	return p
}

// Warm makes the pictures of the frames beforehand: of the first ones, at most as many
// as the cache keeps. It pushes out pictures that are not among them, so give it the
// frames that will be shown. Call it off the UI goroutine.
func (c *Cache) Warm(frames []*display.Frame) {
	for _, f := range frames[:min(len(frames), c.limit)] {
		c.Picture(f)
	}
}
