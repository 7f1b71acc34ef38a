package frame

// grid maps heights of a face to pixels so that its flat lines (x-height, capitals)
// fall on pixel edges, and folds the overshoot of round letters onto them where it
// is less than a pixel: half of an "o" sticking out by a pixel looks like a flaw.
type grid struct {
	scale float32
	rise  float32 // pixels that a glyph without lines is moved up to be sharp
	n     int     // of knots
	// knots are heights in font units, ascending, and where they come to lie. Between
	// them the face is stretched evenly, outside it keeps its scale.
	knots [2 * (maxGridLines + 1)]knot
	// columns are the sides of a glyph's stems likewise, by their distance from the pen.
	stems   int // of columns
	columns [2 * maxStems]knot
}

// knot is a height, or a distance from the pen, in font units and in pixels.
type knot struct{ height, pixel float32 }

// maxGridLines is the most lines of a face that are fitted.
const maxGridLines = 5

func newGrid(f *face, scale float32) grid {
	g := grid{scale: scale}
	if len(f.lines) == 0 {
		return g
	}
	var over float32
	if f.overshoot*scale < 0.9 {
		over = f.overshoot
	}
	g.knots[0], g.knots[1], g.n = knot{-over, 0}, knot{0, 0}, 2
	for _, line := range f.lines[:min(len(f.lines), maxGridLines)] {
		// A stroke between two lines is never thinner than a pixel.
		pixel := max(float32(round(line*scale)), g.knots[g.n-1].pixel+1)
		g.knots[g.n], g.knots[g.n+1] = knot{line, pixel}, knot{line + over, pixel}
		g.n += 2
	}
	return g
}

// y is the height in pixels above the baseline of the height y in font units.
func (g *grid) y(y float32) float32 {
	if g.n == 0 {
		return y*g.scale + g.rise
	}
	if y <= g.knots[0].height {
		return (y - g.knots[0].height) * g.scale
	}
	for i := 1; i < g.n; i++ {
		a, b := &g.knots[i-1], &g.knots[i]
		if y <= b.height {
			return a.pixel + (y-a.height)/(b.height-a.height)*(b.pixel-a.pixel)
		}
	}
	top := &g.knots[g.n-1]
	return top.pixel + (y-top.height)*g.scale
}
