package frame

import (
	"image"
	"math"

	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/sign"
)

// namePlate is the design of the name of the room, or of a person, first: huge, with
// the place below it. The state is a mark and a few words at the bottom.
func (d *drawer) namePlate(s *sign.Sign) {
	r := d.canvas.bounds
	if r.Dx() >= r.Dy() {
		d.scale(800, 480)
	} else {
		d.scale(480, 800)
	}
	// The name takes what a small panel can give; the rest must stay readable on it.
	d.near = float32(math.Pow(float64(d.unit), 0.7))
	if s.Notice != "" {
		d.band(s.Notice, cutBottom(&r, max(d.px(56), 22)), max(d.px(20), 8), d.set(bold, 13, 0, 9, 2))
	}
	r = inset(r, max(d.px(40), 8), max(d.px(32), 6))
	plate := cutTop(&r, r.Dy()*60/100)
	d.plate(s, plate)
	d.fill(cutTop(&r, d.px(3)), display.Black)
	cutTop(&r, d.px(4))
	note := d.set(medium, 10, 0, 0, 3)
	d.corner(s, &r, d.px(24), note, d.px(24))
	cutTop(&r, d.px(16))
	d.plateState(s, r)
}

// plate draws the name, what else is known of the room below it, and the logo and an
// empty battery above it.
func (d *drawer) plate(s *sign.Sign, r image.Rectangle) {
	small := d.set(medium, 12, 0, 0, 1)
	head := r
	battery := d.battery(s, &head, small, 3, display.Black)
	used := 0
	if logo := d.logo(s); logo != nil {
		if size := logoSize(logo, head.Dx()/2, r.Dy()/5); size != (image.Point{}) {
			box := cutLeft(ptr(cutTop(ptr(head), size.Y)), size.X)
			d.putLogo(logo, box)
			used = size.Y + d.px(12)
		}
	}
	if s.LowBattery != "" {
		line := d.fit("0", small, r.Dx(), r.Dy())
		battery(r.Min.Y + d.capHeight(&line))
		used = max(used, line.height()+d.px(8))
	}
	cutTop(&r, used)
	cutBottom(&r, d.px(12))

	name := d.huge(bold, 120, 56)
	name.lines = 3
	facts := r
	keep := d.sz(18)
	b := d.fit(s.Room, name, r.Dx(), r.Dy()-3*int(keep))
	// Name and facts are one group in the middle.
	cutTop(&facts, (r.Dy()-b.height()-3*int(keep))/2)
	d.put(&b, cutTop(&facts, b.height()), left, display.Black)
	cutTop(&facts, max(d.px(14)-b.descent, d.px(4)))
	d.facts(s, &facts, 0, d.set(medium, 18, 8, 0, 1), display.Black, 0)
}

// plateState draws the mark of the state, the words for it, and in one line each the
// meeting going on and the next one.
func (d *drawer) plateState(s *sign.Sign, r image.Rectangle) {
	small := d.set(medium, 12, 0, 9, 1)
	line := d.fit("0", small, r.Dx(), r.Dy())
	lines := min(2, (r.Dy()*45/100)/max(1, line.height()))
	foot := cutBottom(&r, lines*line.height())
	detail := d.huge(medium, 20, 12)
	detail.lines = 1
	headline := d.huge(bold, 32, 16)
	side := min(r.Dy(), d.px(84), r.Dx()/4)
	mark := cutLeft(&r, side)
	mark.Max.Y = mark.Min.Y + side
	cutLeft(&r, d.px(20))
	d.stateMark(s, mark)
	words := r
	words.Max.Y = mark.Max.Y
	d.state(s, words, headline, detail, d.px(10), display.Black)
	if lines == 0 {
		return
	}
	if s.Current != nil && (lines > 1 || len(s.Next) == 0) {
		d.plateLine(&foot, "", *s.Current, small)
	}
	if len(s.Next) > 0 {
		d.plateLine(&foot, s.NextHead, s.Next[0], small)
	} else {
		d.textTop(&foot, 0, s.NextNone, small, display.Black, 0)
	}
}

// plateLine draws a meeting in one line after a heading.
func (d *drawer) plateLine(r *image.Rectangle, heading string, l sign.Line, lim limits) {
	head := lim
	head.style = bold
	h := d.fit(heading, head, r.Dx()/3, r.Dy())
	what := d.fit(d.join(l.Time, l.Title), lim, r.Dx()-d.width(&h)-d.px(12), r.Dy())
	box := cutTop(r, max(h.height(), what.height()))
	baseline := max(h.ascent, what.ascent)
	if h.n > 0 {
		first := cutLeft(&box, d.width(&h))
		cutTop(&first, baseline-h.ascent)
		d.put(&h, first, left, display.Black)
		cutLeft(&box, d.px(12))
	}
	cutTop(&box, baseline-what.ascent)
	d.put(&what, box, left, display.Black)
}

func ptr[T any](v T) *T { return &v }

// stateMark draws the state as a round mark that fills the square box: a disc where
// the room is busy and a ring where it is free, half of each where that ends soon;
// stripes where nobody knows, a bar where the room is shut, and parts of a ring where
// there is no room.
func (d *drawer) stateMark(s *sign.Sign, box image.Rectangle) {
	side := box.Dx()
	if side < 5 {
		return
	}
	d.note(stateMark, box)
	ink := display.Black
	if s.State == sign.Busy || s.Soon {
		ink = d.inks.busy
	}
	box = d.place(box)
	outer, ring := side*side, side*3/4
	inner := ring * ring
	for y := range side {
		from := -1
		for x := 0; x <= side; x++ {
			dx, dy := 2*x+1-side, 2*y+1-side // twice the distance from the middle
			far := dx*dx + dy*dy
			in := x < side && far <= outer && (far > inner || d.inMark(s, dx, dy, side))
			if s.State == sign.Unassigned && min(max(dx, -dx), max(dy, -dy)) < side/5 {
				in = false
			}
			switch {
			case in && from < 0:
				from = x
			case !in && from >= 0:
				d.canvas.fill(image.Rect(box.Min.X+from, box.Min.Y+y, box.Min.X+x, box.Min.Y+y+1), ink)
				from = -1
			}
		}
	}
}

// inMark reports whether a point inside the ring of a mark has ink; dx and dy are twice
// its distance from the middle of a mark of that side.
func (d *drawer) inMark(s *sign.Sign, dx, dy, side int) bool {
	switch s.State {
	case sign.Busy:
		return !s.Soon || dx < 0
	case sign.Free:
		return s.Soon && dx < 0
	case sign.Unknown:
		width := max(side/4, 4)
		return (dx+dy+4*side)%(2*width) < width
	case sign.Closed:
		return max(dy, -dy) < side/7
	}
	return false
}
