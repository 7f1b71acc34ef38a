// Package paper makes frames look like e-paper on a screen: nominal black and
// white softened to ink on paper, and shrunk without losing thin strokes.
package paper

import (
	"container/list"
	"image"
	"image/color"
	"sync"

	"golang.org/x/image/draw"

	"github.com/roomink/roomink/engine/display"
)

// White and black of a real panel, seen in room light: a reflectance of about 70 %
// against 3 %. Other inks keep their hue and lose some of their strength.
var (
	white = color.RGBA{R: 0xf1, G: 0xf0, B: 0xea, A: 0xff}
	black = color.RGBA{R: 0x22, G: 0x22, B: 0x24, A: 0xff}
)

func soften(c color.Color) color.RGBA {
	r, g, b, _ := c.RGBA()
	mix := func(v uint32, lo, hi uint8) uint8 {
		return uint8((uint32(lo)*(0xffff-v) + uint32(hi)*v) / 0xffff)
	}
	return color.RGBA{R: mix(r, black.R, white.R), G: mix(g, black.G, white.G), B: mix(b, black.B, white.B), A: 0xff}
}

// Picture gives src as it would look on paper, no wider than width pixels; 0 means
// its own size. It does not keep src.
func Picture(src *image.Paletted, width int) *image.RGBA {
	full := ink(src)
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

func ink(src *image.Paletted) *image.RGBA {
	inks := make([]color.RGBA, 256)
	for i, c := range src.Palette {
		inks[i] = soften(c)
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
	p := Picture(f.Image, c.width)
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
