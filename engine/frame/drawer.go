package frame

import (
	"image"

	"github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/segmenter"

	"github.com/roomink/roomink/engine/display"
)

// drawer draws one frame at a time. Its caches are bounded and outlive the frame.
type drawer struct {
	faces    *faces
	shaper   *shaper
	raster   rasteriser
	masks    map[maskKey]*mask
	maskRuns int // in masks, for its bound
	segments segmenter.Segmenter
	advance  []float32
	pictures *pictures // shared with other drawers

	canvas canvas
	scheme display.Scheme
	shades *shades // of the panel of greys that was drawn for last; nil = none yet
	inks   inks
	look   *Look   // nil = nothing
	unit   float32 // pixels per pixel of the reference layout
	// observe, in tests, learns of every text: the box it was given and where its
	// ink lies.
	observe func(box, ink image.Rectangle, size size)
}

// maskKey names a glyph at a size. The style matters because it sets the em.
type maskKey struct {
	face  faceID
	style style
	size  size
	gid   font.GID
	soft  bool // with greys at its edges
}

// maxMaskRuns bounds the memory for masks to about 3 MB a drawer; a sign in one
// language needs a tenth of that.
const maxMaskRuns = 1 << 19

func newDrawer(f *faces, p *pictures) *drawer {
	return &drawer{faces: f, shaper: newShaper(f), masks: make(map[maskKey]*mask), pictures: p}
}

// begin turns to a new, empty frame.
func (d *drawer) begin(m *image.Paletted, s display.Scheme) {
	d.canvas, d.scheme, d.inks = newCanvas(m), s, inksOf(s)
	if softens(s) {
		if d.shades == nil || d.shades.scheme != s {
			d.shades = newShades(s)
		}
		d.canvas.shades = d.shades
	}
	d.shaper.reset()
	d.canvas.fill(m.Rect, display.White)
}

// end lets go of the frame.
func (d *drawer) end() { d.canvas, d.look = canvas{}, nil }

// align says where lines stand in their box.
type align uint8

const (
	left align = iota
	center
	right
)

// put draws a block from the top of box.
func (d *drawer) put(b *block, box image.Rectangle, a align, ink uint8) {
	em := d.faces.em(b.style, b.size) / 1000
	top := box.Min.Y
	for i := range b.n {
		line := b.line[i]
		x := float32(box.Min.X)
		if b.tight && a == left && len(line.glyphs) > 0 {
			// Large letters stand on the margin with their ink, not with the space that
			// belongs to them: that would show.
			x -= float32(d.mask(&line.glyphs[0], b.style, b.size).bounds.Min.X - d.px(2))
		}
		switch free := float32(box.Dx()) - line.width*em; a {
		case center:
			x += free / 2
		case right:
			x += free
		}
		clip := image.Rect(box.Min.X, top, box.Max.X, top+b.ascent+b.descent).Intersect(d.canvas.bounds)
		drawn := d.line(b, line, x, top+b.ascent, ink, clip)
		if d.observe != nil {
			d.observe(clip, drawn, b.size)
		}
		top += b.ascent + b.descent + b.lead
	}
}

// line draws glyphs with the pen at (x, y) and, for tests, gives the bounds of their
// ink before clipping.
func (d *drawer) line(b *block, t text, x float32, y int, ink uint8, clip image.Rectangle) (drawn image.Rectangle) {
	em := d.faces.em(b.style, b.size) / 1000
	for i := range t.glyphs {
		g := &t.glyphs[i]
		m := d.mask(g, b.style, b.size)
		if !m.bounds.Empty() {
			px, py := round(x+g.x*em-m.shift), y-round(g.y*em)
			d.canvas.glyph(m, px, py, ink, clip)
			if d.observe != nil {
				drawn = drawn.Union(m.bounds.Add(image.Pt(px, py)))
			}
		}
		x += g.advance * em
	}
	return drawn
}

func (d *drawer) mask(g *glyph, st style, sz size) *mask {
	soft := d.canvas.shades != nil
	key := maskKey{face: g.face, style: st, size: sz, gid: g.gid, soft: soft}
	m, ok := d.masks[key]
	if !ok {
		outline, _ := d.shaper.fonts[g.face].Face().GlyphDataOutline(g.gid)
		m = d.raster.glyph(d.faces.all[g.face], outline, d.faces.scale(g.face, st, sz), soft)
		if d.maskRuns += len(m.runs) + len(m.soft) + 16; d.maskRuns > maxMaskRuns {
			clear(d.masks)
			d.maskRuns = len(m.runs) + len(m.soft)
		}
		d.masks[key] = m
	}
	return m
}
