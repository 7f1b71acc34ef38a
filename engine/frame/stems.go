package frame

import (
	"cmp"
	"slices"

	"github.com/go-text/typesetting/font"
	ot "github.com/go-text/typesetting/font/opentype"
)

// stem is an upright stroke of a letter, straight or the side of a bowl: from where to
// where it reaches, in font units.
type stem struct{ left, right float32 }

// edge is a side of a stem: an upright part of an outline.
type edge struct {
	x  float32
	up bool // the outline runs upwards there
}

// maxStems is the most stems of a glyph that are fitted; "m" has three.
const maxStems = 6

// leastFitted is the x-height, in pixels, from which on stems are fitted. Below it, a
// stem that is moved by half a pixel tears off the bowl that joins it.
const leastFitted = 7.5

// tearsAt reports whether letters of the face are too small for their stems to be moved.
func (f *face) tearsAt(scale float32) bool { return f.stem > 0 && f.lines[0]*scale < leastFitted }

// boldly is how much of a pixel a stem is widened before it is rounded: thin letters are
// harder to read on paper than strong ones.
const boldly = 0.18

// stems finds the upright strokes of an outline, from left to right, that do not lie
// beside each other. tall is how high, in font units, a straight side must be at least;
// bowls need less.
func stems(outline font.GlyphOutline, tall, widest float32) []stem {
	sides := edges(outline, tall)
	if len(sides) == 0 {
		return nil
	}
	slices.SortStableFunc(sides, func(a, b edge) int { return cmp.Compare(a.x, b.x) })
	var found []stem
	inside := sides[0].up // how the outline runs at the left of ink: TrueType and CFF differ
	for i := 0; i < len(sides) && len(found) < maxStems; i++ {
		if sides[i].up != inside {
			continue
		}
		for j := i + 1; j < len(sides) && sides[j].x-sides[i].x <= widest; j++ {
			if sides[j].up == inside || sides[j].x-sides[i].x < widest/8 {
				continue
			}
			found = append(found, stem{sides[i].x, sides[j].x})
			i = j
			break
		}
	}
	return found
}

// edges are the upright parts of an outline: straight ones, and those where a curve
// turns.
func edges(outline font.GlyphOutline, tall float32) []edge {
	var list []edge
	add := func(a, b ot.SegmentPoint, least float32) {
		dx, dy := b.X-a.X, b.Y-a.Y
		if height := max(dy, -dy); height >= least && max(dx, -dx) <= height/16 {
			list = append(list, edge{(a.X + b.X) / 2, dy > 0})
		}
	}
	var at, start ot.SegmentPoint
	for i := range outline.Segments {
		s := &outline.Segments[i]
		points := s.ArgsSlice()
		last := points[len(points)-1]
		switch s.Op {
		case ot.SegmentOpMoveTo:
			add(at, start, tall) // what closes a contour is left out
			start = last
		case ot.SegmentOpLineTo:
			add(at, last, tall)
		default: // the arms of the control points
			add(at, points[0], tall/3)
			add(points[len(points)-2], last, tall/3)
		}
		at = last
	}
	add(at, start, tall)
	return list
}

// fitStems puts the stems of a glyph on whole pixels, all of the same width where they
// are about as wide as usual, and no two so close that they would touch: what makes "h"
// and "b" look like one family at ten pixels. It gives how far the first one moved,
// which is the glyph's shift, and false where there are no stems.
func (g *grid) fitStems(f *face, outline font.GlyphOutline) (shift float32, ok bool) {
	if f.stem == 0 || f.tearsAt(g.scale) {
		return 0, false
	}
	found := stems(outline, f.lines[0]*0.4, f.stem*1.7)
	if len(found) == 0 {
		return 0, false
	}
	g.stems = 0
	for i, s := range found {
		width := s.right - s.left
		if d := width - f.stem; max(d, -d) < f.stem*0.3 {
			width = f.stem
		}
		pixels := float32(max(1, round(width*g.scale+boldly)))
		middle := (s.left + s.right) / 2 * g.scale
		if i == 0 {
			shift = float32(round(middle-pixels/2)) - (middle - pixels/2)
		}
		left := float32(round(middle + shift - pixels/2))
		if i > 0 {
			left = max(left, g.columns[g.stems-1].pixel+1)
		}
		g.columns[g.stems], g.columns[g.stems+1] = knot{s.left, left}, knot{s.right, left + pixels}
		g.stems += 2
	}
	return shift, true
}

// x is where the distance x from the pen, in font units, comes to lie, in pixels.
func (g *grid) x(x float32) float32 {
	if g.stems == 0 {
		return x * g.scale
	}
	first, last := &g.columns[0], &g.columns[g.stems-1]
	switch {
	case x <= first.height:
		return first.pixel + (x-first.height)*g.scale
	case x >= last.height:
		return last.pixel + (x-last.height)*g.scale
	}
	for i := 1; ; i++ {
		if a, b := &g.columns[i-1], &g.columns[i]; x <= b.height {
			return a.pixel + (x-a.height)/(b.height-a.height)*(b.pixel-a.pixel)
		}
	}
}
