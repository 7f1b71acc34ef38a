package frame

import (
	"image"
	"image/draw"
	"math"

	"github.com/go-text/typesetting/font"
	ot "github.com/go-text/typesetting/font/opentype"
	"golang.org/x/image/vector"
)

// mask is a glyph at one size: the runs of ink of its rows, top down, relative to the pen
// on the baseline. It is immutable.
type mask struct {
	bounds image.Rectangle // of all ink; empty for a blank
	runs   []inkRun
	soft   []softPixel // the edges, for panels of greys; none for one bit
	// shift is how far the outline was moved right to fall on the pixel grid, in
	// pixels; the pen must stand as much further left.
	shift float32
}

// inkRun is a horizontal run of ink from x0 to before x1.
type inkRun struct{ y, x0, x1 int16 }

// softPixel is a pixel that ink covers in part: in steps of covers, neither none nor all.
type softPixel struct {
	x, y  int16
	cover uint8
}

// maxGlyph is the largest side of a glyph in pixels; no font may cost more memory.
const maxGlyph = 2048

// rasteriser turns outlines into masks. It is not safe for concurrent use.
type rasteriser struct {
	vector vector.Rasterizer
	alpha  image.Alpha
	// unfitted, in tests, draws outlines as they are, to show what fitting is good for.
	unfitted bool
}

// The subpixel positions that are tried for a glyph, in steps of an eighth. The
// sharpest wins: its stems fall on pixels instead of between them.
const (
	shiftSteps   = 4
	sharpenBelow = 45 // pixels of em; larger glyphs gain nothing
)

// glyph draws a glyph of f at scale pixels per font unit, with soft edges or in one bit.
// Both stand on the same grid: stems that fall on pixels are as sharp with greys, and what
// the greys round are slopes and bowls.
func (r *rasteriser) glyph(f *face, outline font.GlyphOutline, scale float32, soft bool) *mask {
	grid := newGrid(f, scale)
	if r.unfitted {
		grid.n = 0
	}
	best := r.cover(outline, &grid, 0)
	if best.Empty() {
		return &mask{}
	}
	shift, blur, least := float32(0), r.blur(best), uint8(halfCovered)
	if f.upem*scale < sharpenBelow && !r.unfitted {
		if least = f.least; f.tearsAt(scale) {
			least = thinCovered // joints of a thin stroke are thinner still
		}
		if len(f.lines) == 0 { // no line of the grid is for it: it may move up and down, too
			var rise float32
			for step := -shiftSteps; step <= shiftSteps; step++ {
				grid.rise = float32(step) / 8
				if b := r.blur(r.cover(outline, &grid, 0)); b < blur-64 {
					rise, blur = grid.rise, b
				}
			}
			grid.rise = rise
		}
		if moved, ok := grid.fitStems(f, outline); ok {
			shift, best = moved, r.cover(outline, &grid, 0)
		} else {
			shift = r.sharpest(outline, &grid, blur)
			best = r.cover(outline, &grid, shift)
		}
	}
	if soft {
		return r.soften(best, shift)
	}
	return r.threshold(best, shift, least)
}

// sharpest is how far right a glyph without stems is to be moved, of blur where it is.
func (r *rasteriser) sharpest(outline font.GlyphOutline, grid *grid, blur int) (shift float32) {
	for step := -shiftSteps; step <= shiftSteps; step++ {
		bounds := r.cover(outline, grid, float32(step)/8)
		if b := r.blur(bounds); b < blur-64 {
			shift, blur = float32(step)/8, b
		}
	}
	return shift
}

// cover rasterises the outline into r.alpha and gives its bounds on the pixel grid.
func (r *rasteriser) cover(outline font.GlyphOutline, grid *grid, shift float32) image.Rectangle {
	lo, hi := [2]float32{math.MaxFloat32, math.MaxFloat32}, [2]float32{-math.MaxFloat32, -math.MaxFloat32}
	for i := range outline.Segments {
		for _, p := range outline.Segments[i].ArgsSlice() {
			x, y := grid.x(p.X)+shift, -grid.y(p.Y)
			lo[0], hi[0] = min(lo[0], x), max(hi[0], x)
			lo[1], hi[1] = min(lo[1], y), max(hi[1], y)
		}
	}
	if lo[0] > hi[0] || hi[0]-lo[0] > maxGlyph || hi[1]-lo[1] > maxGlyph {
		return image.Rectangle{}
	}
	bounds := image.Rect(floor(lo[0]), floor(lo[1]), floor(hi[0])+1, floor(hi[1])+1)
	r.vector.Reset(bounds.Dx(), bounds.Dy())
	for i := range outline.Segments {
		s := &outline.Segments[i]
		var at [3][2]float32
		for j, p := range s.ArgsSlice() {
			at[j] = [2]float32{grid.x(p.X) + shift - float32(bounds.Min.X), -grid.y(p.Y) - float32(bounds.Min.Y)}
		}
		switch s.Op {
		case ot.SegmentOpMoveTo:
			r.vector.ClosePath()
			r.vector.MoveTo(at[0][0], at[0][1])
		case ot.SegmentOpLineTo:
			r.vector.LineTo(at[0][0], at[0][1])
		case ot.SegmentOpQuadTo:
			r.vector.QuadTo(at[0][0], at[0][1], at[1][0], at[1][1])
		case ot.SegmentOpCubeTo:
			r.vector.CubeTo(at[0][0], at[0][1], at[1][0], at[1][1], at[2][0], at[2][1])
		}
	}
	r.vector.ClosePath()
	r.alpha.Rect = image.Rect(0, 0, bounds.Dx(), bounds.Dy())
	r.alpha.Stride = bounds.Dx()
	if n := bounds.Dx() * bounds.Dy(); cap(r.alpha.Pix) < n {
		r.alpha.Pix = make([]byte, n)
	} else {
		r.alpha.Pix = r.alpha.Pix[:n]
	}
	r.vector.DrawOp = draw.Src
	r.vector.Draw(&r.alpha, r.alpha.Rect, image.Opaque, image.Point{})
	return bounds
}

// blur is how undecided the coverage of r.alpha is: 0 where every pixel is fully
// ink or paper.
func (r *rasteriser) blur(bounds image.Rectangle) int {
	sum := 0
	for _, a := range r.alpha.Pix[:bounds.Dx()*bounds.Dy()] {
		sum += int(a) * (255 - int(a)) >> 6
	}
	return sum
}

// threshold makes a mask of the pixels that are covered by at least least of 255.
func (r *rasteriser) threshold(bounds image.Rectangle, shift float32, least uint8) *mask {
	m := &mask{shift: shift}
	for y := range bounds.Dy() {
		row := r.alpha.Pix[y*r.alpha.Stride:][:bounds.Dx()]
		for x := 0; x < len(row); {
			if row[x] < least {
				x++
				continue
			}
			start := x
			for x < len(row) && row[x] >= least {
				x++
			}
			run := inkRun{y: int16(y + bounds.Min.Y), x0: int16(start + bounds.Min.X), x1: int16(x + bounds.Min.X)}
			m.runs = append(m.runs, run)
			m.bounds = m.bounds.Union(image.Rect(int(run.x0), int(run.y), int(run.x1), int(run.y)+1))
		}
	}
	return m
}

// soften makes a mask with soft edges.
func (r *rasteriser) soften(bounds image.Rectangle, shift float32) *mask {
	m := &mask{shift: shift}
	for y := range bounds.Dy() {
		row := r.alpha.Pix[y*r.alpha.Stride:][:bounds.Dx()]
		for x := 0; x < len(row); x++ {
			start, at := x, image.Pt(x+bounds.Min.X, y+bounds.Min.Y)
			switch cover := coverOf(row[x]); cover {
			case 0:
				continue
			case covers - 1:
				for x+1 < len(row) && coverOf(row[x+1]) == covers-1 {
					x++
				}
				m.runs = append(m.runs, inkRun{y: int16(at.Y), x0: int16(at.X), x1: int16(at.X + x - start + 1)})
			default:
				m.soft = append(m.soft, softPixel{x: int16(at.X), y: int16(at.Y), cover: cover})
			}
			m.bounds = m.bounds.Union(image.Rect(at.X, at.Y, at.X+x-start+1, at.Y+1))
		}
	}
	return m
}

// coverOf rounds a coverage to steps.
func coverOf(alpha uint8) uint8 { return uint8((int(alpha)*(covers-1) + 127) / 255) }

func round(x float32) int { return int(math.Floor(float64(x) + 0.5)) }

func ceil(x float32) int { return int(math.Ceil(float64(x))) }

func floor(x float32) int { return int(math.Floor(float64(x))) }
