package frame

import (
	"encoding/binary"
	"image"
)

// canvas draws on the pixels of a paletted image whose origin is (0, 0). Nothing it
// is asked to draw reaches outside.
type canvas struct {
	pix    []uint8
	stride int
	bounds image.Rectangle
	shades *shades // what soft edges become; nil where there are none
}

func newCanvas(m *image.Paletted) canvas {
	return canvas{pix: m.Pix, stride: m.Stride, bounds: m.Rect}
}

// fill paints a rectangle.
func (c canvas) fill(r image.Rectangle, ink uint8) {
	r = r.Intersect(c.bounds)
	if r.Empty() {
		return
	}
	first := c.pix[r.Min.Y*c.stride+r.Min.X:][:r.Dx()]
	set(first, ink)
	for y := r.Min.Y + 1; y < r.Max.Y; y++ {
		copy(c.pix[y*c.stride+r.Min.X:][:r.Dx()], first)
	}
}

// blit copies a picture with its corner at p, clipped to the canvas.
func (c canvas) blit(m *image.Paletted, p image.Point) {
	r := m.Rect.Add(p.Sub(m.Rect.Min)).Intersect(c.bounds)
	for y := r.Min.Y; y < r.Max.Y; y++ {
		from := m.Pix[(y-p.Y)*m.Stride+r.Min.X-p.X:]
		copy(c.pix[y*c.stride+r.Min.X:][:r.Dx()], from)
	}
}

// set fills p by doubling, which runs at the speed of copy.
func set(p []uint8, ink uint8) {
	p[0] = ink
	for n := 1; n < len(p); n *= 2 {
		copy(p[n:], p[:n])
	}
}

// frame paints the outline of a rectangle, width pixels strong, inside it.
func (c canvas) frame(r image.Rectangle, width int, ink uint8) {
	c.fill(image.Rect(r.Min.X, r.Min.Y, r.Max.X, r.Min.Y+width), ink)
	c.fill(image.Rect(r.Min.X, r.Max.Y-width, r.Max.X, r.Max.Y), ink)
	c.fill(image.Rect(r.Min.X, r.Min.Y, r.Min.X+width, r.Max.Y), ink)
	c.fill(image.Rect(r.Max.X-width, r.Min.Y, r.Max.X, r.Max.Y), ink)
}

// stripes paints diagonal bars into a rectangle: width pixels of ink in every two
// widths, measured along the row.
func (c canvas) stripes(r image.Rectangle, width int, ink uint8) {
	r, width = r.Intersect(c.bounds), max(width, 1)
	for y := r.Min.Y; y < r.Max.Y; y++ {
		row := c.pix[y*c.stride:]
		for x := r.Min.X; x < r.Max.X; x++ {
			if (x+y)%(2*width) < width {
				row[x] = ink
			}
		}
	}
}

// glyph paints a mask with its pen at (x, y), clipped to clip.
func (c canvas) glyph(m *mask, x, y int, ink uint8, clip image.Rectangle) {
	at := m.bounds.Add(image.Pt(x, y))
	if !at.In(clip) {
		c.clippedGlyph(m, x, y, ink, clip)
		return
	}
	eight := uint64(ink) * low
	for _, run := range m.runs {
		start := (y+int(run.y))*c.stride + x
		row := c.pix[start+int(run.x0) : start+int(run.x1)]
		if len(row) < 8 {
			for i := range row {
				row[i] = ink
			}
			continue
		}
		// Eight pixels at a time, the last of them perhaps over some that are done.
		for i := 0; i+8 < len(row); i += 8 {
			binary.LittleEndian.PutUint64(row[i:], eight)
		}
		binary.LittleEndian.PutUint64(row[len(row)-8:], eight)
	}
	if len(m.soft) > 0 {
		c.edges(m, x, y, ink)
	}
}

// edges paints the soft pixels of a mask that lies within the canvas.
func (c canvas) edges(m *mask, x, y int, ink uint8) {
	blend := &c.shades.blend[ink]
	for _, s := range m.soft {
		at := &c.pix[(y+int(s.y))*c.stride+x+int(s.x)]
		*at = blend[s.cover][*at&15]
	}
}

func (c canvas) clippedGlyph(m *mask, x, y int, ink uint8, clip image.Rectangle) {
	for _, run := range m.runs {
		c.fill(image.Rect(x+int(run.x0), y+int(run.y), x+int(run.x1), y+int(run.y)+1).Intersect(clip), ink)
	}
	clip = clip.Intersect(c.bounds)
	for _, s := range m.soft {
		if at := image.Pt(x+int(s.x), y+int(s.y)); at.In(clip) {
			p := &c.pix[at.Y*c.stride+at.X]
			*p = c.shades.blend[ink][s.cover][*p&15]
		}
	}
}
