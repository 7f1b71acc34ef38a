package frame

import (
	"fmt"
	"image"
	"math"
	"strings"

	"github.com/go-text/typesetting/bidi"
	unicodebidi "golang.org/x/text/unicode/bidi"

	"github.com/roomink/roomink/engine/display"
)

// Specimen is a line of text to be drawn at a size, without fitting it to a box.
type Specimen struct {
	Text, Language string
	Size           int // x-height in pixels
	Bold           bool
	Unfitted       bool // the outlines as they are
}

// Specimen draws s into m at (x, y), black on white, and gives the height of its line.
func (r *Renderer) Specimen(m *image.Paletted, s Specimen, x, y int) (height int) {
	d := newDrawer(r.faces, &r.pictures) // one of its own: an unfitted one must not leave its masks
	d.canvas, d.raster.unfitted = newCanvas(m), s.Unfitted
	d.shaper.speak(s.Language)
	st := medium
	if s.Bold {
		st = bold
	}
	runes := d.shaper.decode(s.Text)
	d.shaper.readHan(runes)
	b := block{style: st, size: size(s.Size), base: baseDirection(runes), n: 1}
	b.line[0] = d.shaper.shape(st, runes, b.base)
	above, below := d.reach(limits{style: st}, b.line[0], false)
	em := d.faces.em(st, b.size) / 1000
	b.ascent, b.descent = ceil(above*em+0.5), ceil(below*em+0.5)
	d.put(&b, image.Rect(x, y, m.Rect.Max.X, y+b.height()), left, display.Black)
	return b.height()
}

// Glyphs shapes s and gives its glyphs as hb-shape writes them, in font units.
func (r *Renderer) Glyphs(s Specimen) string {
	d := r.acquire()
	defer r.release(d)
	d.shaper.speak(s.Language)
	st := medium
	if s.Bold {
		st = bold
	}
	runes := d.shaper.decode(s.Text)
	d.shaper.readHan(runes)
	var out []string
	for _, g := range d.shaper.shape(st, runes, baseDirection(runes)).glyphs {
		unit := float32(1)
		if f := d.shaper.font(g.face); f != nil {
			unit = float32(f.Face().Upem()) / 1000
		}
		glyph := fmt.Sprintf("%d=%d", g.gid, g.rune)
		if x, y := round(g.x*unit), round(g.y*unit); x != 0 || y != 0 {
			glyph += fmt.Sprintf("@%d,%d", x, y)
		}
		out = append(out, glyph+fmt.Sprintf("+%d", round(g.advance*unit)))
	}
	return "[" + strings.Join(out, "|") + "]"
}

// CheckShape shapes s and says what can't be right whatever it says: characters that
// don't exist, widths that are no lengths, or runs of one direction out of order.
func (r *Renderer) CheckShape(s Specimen) error {
	d := newDrawer(r.faces, &r.pictures)
	d.shaper.speak(s.Language)
	st := medium
	if s.Bold {
		st = bold
	}
	runes := d.shaper.decode(s.Text)
	d.shaper.readHan(runes)
	base := baseDirection(runes)
	whole := d.shaper.shape(st, runes, base)
	turned := bidi.LeftToRight == base
	for _, c := range runes {
		p, _ := unicodebidi.LookupRune(c)
		turned = turned && (p.Class() == unicodebidi.L || p.Class() == unicodebidi.WS || p.Class() == unicodebidi.NSM)
	}
	var width float32
	for i, g := range whole.glyphs {
		switch sum := g.advance + g.x + g.y; {
		case g.rune < 0 || g.rune >= len(runes):
			return fmt.Errorf("glyph %d stands for character %d of %d", i, g.rune, len(runes))
		case math.IsNaN(float64(sum)) || math.Abs(float64(sum)) > 1e5:
			return fmt.Errorf("glyph %d is %v wide at %v, %v", i, g.advance, g.x, g.y)
		case turned && i > 0 && g.rune < whole.glyphs[i-1].rune:
			return fmt.Errorf("glyph %d stands for character %d, the one before for %d", i, g.rune, whole.glyphs[i-1].rune)
		}
		width += g.advance
	}
	if math.Abs(float64(width-whole.width)) > 0.5 {
		return fmt.Errorf("%v wide, its glyphs %v", whole.width, width)
	}
	if again := d.shaper.shape(st, runes, base); again.width != whole.width || len(again.glyphs) != len(whole.glyphs) {
		return fmt.Errorf("shaped again it is %v wide, not %v", again.width, whole.width)
	}
	return nil
}

// Extent draws s and gives the box of its line, and where its ink lies before clipping.
func (r *Renderer) Extent(s Specimen) (box, ink image.Rectangle) {
	d := r.acquire()
	defer r.release(d)
	m := &image.Paletted{Pix: make([]uint8, 8000*200), Stride: 8000, Rect: image.Rect(0, 0, 8000, 200)}
	d.canvas = newCanvas(m)
	d.shaper.speak(s.Language)
	l := limits{style: medium, max: size(s.Size), min: size(s.Size), lines: 1}
	if s.Bold {
		l.style = bold
	}
	b := d.fit(s.Text, l, m.Rect.Dx(), m.Rect.Dy())
	d.observe = func(*block, image.Rectangle, image.Rectangle) {} // or line wouldn't tell
	defer func() { d.observe = nil }()
	return image.Rect(0, 0, m.Rect.Dx(), b.height()), d.line(&b, b.line[0], 0, b.ascent, display.Black, m.Rect)
}
