package frame

import (
	"image"
	"math"

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
	near   float32 // the same for type that is read up close; 0 = as unit
	mirror bool    // boxes are computed from left to right and drawn from right to left
	codes  map[string]*code
	// observe, in tests, learns of every line of text: the box it was given and where
	// its ink lies. observeMark learns of all that is no text and that none may touch.
	observe     func(b *block, box, ink image.Rectangle)
	observeMark func(kind mark, box image.Rectangle)
	record      *recorder // writes down what is drawn; nil = nothing does
}

// draw makes the mask of g.
func (d *drawer) draw(g *glyph, st style, sz size, soft bool) (m *mask) {
	if g.face == noFace {
		return d.missing(g, st, sz)
	}
	if g.face >= builtIns { // of the computer, and maybe broken
		defer func() {
			if recover() != nil {
				m = &mask{}
			}
		}()
	}
	outline, _ := d.shaper.font(g.face).Face().GlyphDataOutline(g.gid)
	face := d.faces.face(g.face)
	return d.raster.glyph(face, outline, d.faces.scale(face, st, sz), soft)
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
	return &drawer{faces: f, shaper: newShaper(f), masks: make(map[maskKey]*mask), pictures: p, codes: make(map[string]*code)}
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
func (d *drawer) end() { d.canvas, d.look, d.mirror, d.record = canvas{}, nil, false, nil }

// place is where a box of the layout lies on the panel. All that designs draw goes
// through it; letters, codes and pictures are put into their mirrored box unmirrored.
func (d *drawer) place(box image.Rectangle) image.Rectangle {
	if d.mirror {
		box.Min.X, box.Max.X = d.canvas.bounds.Max.X-box.Max.X, d.canvas.bounds.Max.X-box.Min.X
	}
	return box
}

// fill paints a rectangle.
func (d *drawer) fill(r image.Rectangle, ink uint8) {
	r = d.place(r)
	if d.record != nil {
		d.record.box(d.canvas, r, ink)
	}
	d.canvas.fill(r, ink)
}

// outline paints the outline of a rectangle, width pixels strong, inside it.
func (d *drawer) outline(r image.Rectangle, width int, ink uint8) {
	r = d.place(r)
	if d.record != nil {
		d.record.outline(d.canvas, r, width, ink)
	}
	d.canvas.frame(r, width, ink)
}

// stripes paints diagonal bars, see canvas.stripes.
func (d *drawer) stripes(r image.Rectangle, width int, ink uint8) {
	r = d.place(r)
	if d.record != nil {
		d.record.stripes(d.canvas, r, width, ink)
	}
	d.canvas.stripes(r, width, ink)
}

// align says where lines stand in their box, in a sign that reads from left to right.
type align uint8

const (
	left align = iota
	center
	right
)

// put draws a block from the top of box.
func (d *drawer) put(b *block, box image.Rectangle, a align, ink uint8) {
	if box = d.place(box); d.mirror {
		a = right - a
	}
	em := d.faces.em(b.style, b.size) / 1000
	top := box.Min.Y
	for i := range b.n {
		line := b.line[i]
		free := float32(box.Dx()) - line.width*em
		x := float32(box.Min.X) + float32(a)/2*free
		if b.tight && a != center {
			x += d.optical(b, line, a, free, em)
		}
		clip := image.Rect(box.Min.X, top, box.Max.X, top+b.ascent+b.descent).Intersect(d.canvas.bounds)
		if d.record != nil {
			d.record.text(d, b, i, clip, a, ink)
		}
		drawn := d.line(b, line, x, top+b.ascent, ink, clip)
		if d.observe != nil {
			d.observe(b, clip, drawn)
		}
		top += b.ascent + b.descent + b.lead
	}
}

// optical is how far a line with free pixels beside it moves so that its large letters
// stand on the margin with their ink, not with the space that belongs to them: that
// would show.
func (d *drawer) optical(b *block, t text, a align, free, em float32) float32 {
	first, last, x := float32(math.Inf(1)), float32(math.Inf(-1)), float32(0)
	for i := range t.glyphs {
		g := &t.glyphs[i]
		if m := d.mask(g, b.style, b.size); !m.bounds.Empty() {
			pen := x + g.x*em - m.shift
			first, last = min(first, pen+float32(m.bounds.Min.X)), max(last, pen+float32(m.bounds.Max.X))
		}
		x += g.advance * em
	}
	if first > last {
		return 0
	}
	margin := float32(d.px(2))
	if a == left {
		return min(margin-first, x+free-last)
	}
	return max(x-margin-last, -free-first)
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
		m = d.draw(g, st, sz, soft)
		if d.maskRuns += len(m.runs) + len(m.soft) + 16; d.maskRuns > maxMaskRuns {
			clear(d.masks)
			d.maskRuns = len(m.runs) + len(m.soft)
		}
		d.masks[key] = m
	}
	return m
}
