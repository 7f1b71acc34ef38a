package frame

import (
	"image"
	"strings"

	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/sign"
)

// Items says s for p with look, which may be nil, as a drawing list: the same sign as
// [Renderer.Draw] draws, for displays that draw by themselves. All words of the picture
// are in it, line by line where they stand in the picture; stripes and round marks become
// boxes, and photographs, logos and lines that slant are left out. The error says what is
// wrong with p.
func (r *Renderer) Items(s sign.Sign, p display.Panel, look *Look) ([]display.Item, error) {
	m, err := prepare(nil, p)
	if err != nil {
		return nil, err
	}
	d := r.acquire()
	defer r.release(d)
	d.begin(m, p.Scheme)
	d.writeDown(&recorder{})
	d.look = look
	d.shaper.speak(s.Language)
	d.sign(&s)
	return d.record.items, nil
}

// recorder writes down what is drawn.
type recorder struct{ items []display.Item }

// mostItems bounds a drawing list: more than any design draws, and little memory.
const mostItems = 2000

func (r *recorder) add(i display.Item) {
	if len(r.items) < mostItems {
		r.items = append(r.items, i)
	}
}

// box writes down a rectangle that c is about to be filled with.
func (r *recorder) box(c canvas, box image.Rectangle, ink uint8) {
	box = box.Intersect(c.bounds)
	if box.Empty() || c.uniform(box, ink) {
		return
	}
	r.add(display.Item{Kind: display.BoxItem, Box: box, Ink: ink})
}

// outline writes down an outline: a box of ink with one of what lies in it now on top or,
// where that is not all of one ink, its four sides.
func (r *recorder) outline(c canvas, box image.Rectangle, width int, ink uint8) {
	inner := box.Inset(width)
	if inner.Empty() {
		r.box(c, box, ink)
		return
	}
	if seen := inner.Intersect(c.bounds); box.In(c.bounds) && c.uniform(seen, c.at(seen.Min)) {
		r.add(display.Item{Kind: display.BoxItem, Box: box, Ink: ink})
		r.add(display.Item{Kind: display.BoxItem, Box: inner, Ink: c.at(seen.Min)})
		return
	}
	r.box(c, image.Rect(box.Min.X, box.Min.Y, box.Max.X, inner.Min.Y), ink)
	r.box(c, image.Rect(box.Min.X, inner.Max.Y, box.Max.X, box.Max.Y), ink)
	r.box(c, image.Rect(box.Min.X, inner.Min.Y, inner.Min.X, inner.Max.Y), ink)
	r.box(c, image.Rect(inner.Max.X, inner.Min.Y, box.Max.X, inner.Max.Y), ink)
}

// mostDashes bounds how many boxes stand for one striped area: displays that draw by
// themselves take short lists only.
const mostDashes = 8

// stripes writes down an area of diagonal bars as dashes across its longer side. A solid
// box would be read as time that is booked.
func (r *recorder) stripes(c canvas, box image.Rectangle, width int, ink uint8) {
	box = box.Intersect(c.bounds)
	long := max(box.Dx(), box.Dy())
	width = max(width, 1, (long+2*mostDashes-1)/(2*mostDashes))
	for at := 0; at < long; at += 2 * width {
		dash := box
		if box.Dy() >= box.Dx() {
			dash.Min.Y, dash.Max.Y = box.Min.Y+at, min(box.Min.Y+at+width, box.Max.Y)
		} else {
			dash.Min.X, dash.Max.X = box.Min.X+at, min(box.Min.X+at+width, box.Max.X)
		}
		r.box(c, dash, ink)
	}
}

// code writes down a QR code with its dark modules in box.
func (r *recorder) code(text string, box image.Rectangle) {
	r.add(display.Item{Kind: display.CodeItem, Box: box, Ink: display.Black, Over: display.White, Text: text})
}

// mark writes down the mark of a state as a box that is full where the room is busy and
// hollow where it is not, with half of it or a bar in it, as the round mark has.
func (r *recorder) mark(d *drawer, s *sign.Sign, box image.Rectangle, ink uint8) {
	if s.State == sign.Busy && !s.Soon {
		r.box(d.canvas, box, ink)
		return
	}
	r.outline(d.canvas, box, max(box.Dx()/8, 2), ink)
	switch inner := inset(box, box.Dx()/8, box.Dy()/8); {
	case s.State == sign.Unknown:
		r.stripes(d.canvas, inner, box.Dx()/8, ink)
	case s.State == sign.Closed:
		r.box(d.canvas, inset(inner, 0, inner.Dy()/3), ink)
	case s.Soon:
		r.box(d.canvas, cutLeft(&inner, inner.Dx()/2), ink)
	}
}

// text writes down line i of b, which is about to be drawn into box.
func (r *recorder) text(d *drawer, b *block, i int, box image.Rectangle, a align, ink uint8) {
	words := d.shaper.says(b.line[i])
	if words == "" || box.Empty() {
		return
	}
	r.add(display.Item{
		Kind: display.TextItem, Box: box, Ink: ink, Over: d.canvas.ground(box), Text: words,
		Size: round(d.faces.em(b.style, b.size)), Bold: b.style == bold, Align: int(a) - 1,
	})
}

// writeDown makes r learn of all that is drawn from now on.
func (d *drawer) writeDown(r *recorder) {
	d.record, d.shaper.said = r, make(map[*glyph][]rune)
}

// says is what a line says, in the order of reading, without the characters that only
// turn its direction.
func (s *shaper) says(t text) string {
	if len(t.glyphs) == 0 {
		return ""
	}
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r >= firstStrongIsolate-2 && r <= popIsolate || r < ' ' {
			return -1
		}
		return r
	}, string(s.said[&t.glyphs[0]])))
}

// at is the ink of a pixel.
func (c canvas) at(p image.Point) uint8 { return c.pix[p.Y*c.stride+p.X] }

// uniform reports whether all of r, which lies within the canvas, has one ink.
func (c canvas) uniform(r image.Rectangle, ink uint8) bool {
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for _, p := range c.pix[y*c.stride+r.Min.X : y*c.stride+r.Max.X] {
			if p != ink {
				return false
			}
		}
	}
	return true
}

// ground is the ink that most of r, which lies within the canvas, has.
func (c canvas) ground(r image.Rectangle) (most uint8) {
	var count [256]int
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for _, p := range c.pix[y*c.stride+r.Min.X : y*c.stride+r.Max.X] {
			count[p]++
		}
	}
	for ink, n := range count {
		if n > count[most] {
			most = uint8(ink)
		}
	}
	return most
}
