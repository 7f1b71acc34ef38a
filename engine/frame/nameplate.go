package frame

import (
	"image"
	"math"
	"strings"

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
	d.near = float32(math.Pow(float64(d.unit), 0.45))
	if s.Notice != "" {
		l, stripe := d.set(bold, 13, 0, 9, 3), max(d.px(20), 8)
		d.band(s.Notice, cutBottom(&r, d.bandHeight(s.Notice, max(d.px(56), 22), stripe, l)), stripe, l)
	}
	margin := max(d.px(32), 7)
	r = inset(r, max(d.px(40), 8), margin)

	small := d.set(medium, 12, 10, 0, 1)
	upright := r.Dy() > r.Dx()
	side := min(max(d.px(88), 18), r.Dx()/3, r.Dy()/4)
	if upright { // there is no room for the words beside each other
		side = min(max(side, leastPair), r.Dx()/3)
	}
	width := r.Dx()
	if s.Code != "" {
		width = r.Dx() - min(r.Dx()*2/5, d.px(150)) - d.px(24)
	}
	lines := d.plateLines(s, small, width, upright)
	height := side + max(d.px(18), 6)
	if len(lines) > 0 {
		height += max(d.px(12), 3)
	}
	for i := range lines {
		h, b, _ := d.fitPlate(&lines[i], small, width, r.Dy())
		height += d.plateGap(&lines[i]) + max(h.ascent, b.ascent) + max(h.height()-h.ascent, b.height()-b.ascent)
	}
	if s.Code != "" {
		height = max(height, min(d.px(190), r.Dy()*45/100))
	}
	foot := cutBottom(&r, min(height, r.Dy()*58/100))
	cutBottom(&r, d.px(16))
	d.plate(s, r)
	d.fill(cutTop(&foot, d.px(3)), display.Black)
	d.corner(s, &foot, margin, d.set(medium, 10, 0, 0, 3), d.px(24))
	cutTop(&foot, max(d.px(15), 5))
	d.plateState(s, cutTop(&foot, min(side, foot.Dy())))
	cutTop(&foot, max(d.px(12), 3))
	for i := range lines {
		cutTop(&foot, d.plateGap(&lines[i]))
		d.plateLine(&foot, &lines[i], small)
	}
}

// plate draws the name with what else is known of the room below it, and the logo and
// an empty battery above them.
func (d *drawer) plate(s *sign.Sign, r image.Rectangle) {
	small := d.set(medium, 12, 0, 0, 1)
	head, top := r, 0
	above, below, battery := d.battery(s, &head, small, 3, display.Black)
	if size := logoSize(d.logo(s), head.Dx()/2, r.Dy()/5); size != (image.Point{}) {
		d.putLogo(d.logo(s), image.Rectangle{Min: head.Min, Max: head.Min.Add(size)})
		top = size.Y
	}
	battery(r.Min.Y + above)
	top = max(top, above+below)
	if top > 0 {
		cutTop(&r, top+d.px(8))
	}
	facts := d.fitFacts(s, d.set(medium, 18, 9, 0, 1), r.Dx(), r.Dy()/3)
	l := d.huge(bold, 120, 56)
	l.lines = min(max(len(strings.Fields(s.Room)), 1), 3) // some scripts could break anywhere
	gap := max(d.px(20), 4)
	name := d.fit(s.Room, l, r.Dx(), r.Dy()-facts.height()-gap)
	if name.cut {
		l.lines = 3
		name = d.fit(s.Room, l, r.Dx(), r.Dy()-facts.height()-gap)
	}
	gap = max(gap-name.descent, gap/2)
	cutTop(&r, (r.Dy()-name.height()-gap-facts.height())/2)
	d.put(&name, cutTop(&r, name.height()), left, display.Black)
	cutTop(&r, gap)
	d.put(&facts, r, left, display.Black)
}

// leastPair is the least height, in pixels, of the words for a state in two lines.
const leastPair = 34

// plateState draws the mark of the state and the words for it.
func (d *drawer) plateState(s *sign.Sign, r image.Rectangle) {
	gap := max(d.px(20), 6)
	side := d.markSide(s, r, gap)
	mark := cutLeft(&r, side)
	d.stateMark(s, inset(mark, 0, (mark.Dy()-side)/2))
	cutLeft(&r, gap)
	if r.Dy() >= leastPair {
		detail := d.huge(medium, 22, 9)
		detail.lines = 1
		d.state(s, r, d.huge(bold, 36, 12), detail, d.px(12), display.Black)
		return
	}
	l := d.set(bold, 16, 0, 0, 1)
	l.tight = true
	b := d.fit(s.Headline, l, r.Dx(), r.Dy())
	l.style, l.max = medium, max(b.size, floorSize)
	more := d.fit(s.Detail, l, r.Dx()-d.width(&b)-r.Dy()/2, r.Dy())
	cutTop(&r, (r.Dy()-b.ascent)/2)
	first := cutLeft(&r, d.width(&b))
	d.put(&b, first, left, display.Black)
	if !more.cut {
		cutLeft(&r, side/2)
		cutTop(&r, b.ascent-more.ascent)
		d.put(&more, r, left, display.Black)
	}
}

// markSide is the side of the mark beside the words in r: its height, or as much less,
// down to half of it, as the headline, and best the detail too, need to be whole.
func (d *drawer) markSide(s *sign.Sign, r image.Rectangle, gap int) int {
	whole := func(text string, st style) func(side int) bool {
		l := limits{style: st, max: floorSize, min: floorSize, lines: 1, tight: true}
		words := d.measure(text, l)
		return func(side int) bool {
			b := d.refit(&words, l, r.Dx()-side-gap, r.Dy())
			return text == "" || b.n > 0 && !b.cut
		}
	}
	headline, detail := whole(s.Headline, bold), whole(s.Detail, medium)
	widest := r.Dy()
	for side := r.Dy(); side >= r.Dy()/2; side-- {
		switch {
		case headline(side) && detail(side):
			return side
		case !headline(widest) && headline(side):
			widest = side
		}
	}
	return widest
}

// plateText is a line below the state: a text that may have a heading.
type plateText struct {
	heading, text string
	lines         int  // that the text may have
	apart         bool // from the lines above it, which are of another meeting
}

// plateGap is the space above a line.
func (d *drawer) plateGap(t *plateText) int {
	if !t.apart {
		return 0
	}
	return max(d.px(8), 2)
}

// plateLines are the meeting going on, the next one and the free text; titles stand
// below their times where the panel is upright.
func (d *drawer) plateLines(s *sign.Sign, l limits, width int, upright bool) (lines []plateText) {
	most := 1
	if upright {
		most = 2
	}
	add := func(heading, text string, most int) {
		lines = append(lines, plateText{heading: heading, text: text, lines: most})
	}
	meeting := func(heading string, m *sign.Line) {
		if !upright {
			add(heading, d.join(m.Time, m.Title), 1)
			return
		}
		first, at := len(lines), plateText{heading: heading, text: m.Time, lines: 1}
		if _, b, _ := d.fitPlate(&at, l, width, d.canvas.bounds.Dy()); b.cut && heading != "" {
			add(heading, "", 1)
			at.heading = ""
		}
		add(at.heading, m.Time, 1)
		add("", m.Title, most)
		lines[first].apart = first > 0
	}
	if s.Current != nil {
		meeting("", s.Current)
	}
	switch {
	case len(s.Next) > 0:
		meeting(s.NextHead, &s.Next[0])
	case s.NextNone != "" && s.Current == nil && s.State == sign.Closed: // of another day
		add(s.NextHead, s.NextNone, most)
	case s.NextNone != "" && s.Current == nil:
		add("", s.NextNone, most)
	}
	if s.Text != "" {
		add("", s.Text, most)
		lines[len(lines)-1].apart = upright && len(lines) > 1
	}
	return lines
}

// fitPlate fits a line into width × height pixels: its heading, its text, and the space
// between them.
func (d *drawer) fitPlate(t *plateText, l limits, width, height int) (h, b block, gap int) {
	head := l
	head.style, l.lines = bold, t.lines
	if h = d.fit(t.heading, head, width/2, height); t.text == "" {
		return d.fit(t.heading, head, width, height), b, 0
	}
	if h.n > 0 {
		gap = int(h.size)
	}
	b = d.fit(t.text, l, width-d.width(&h)-gap, height)
	if head.max = b.size; b.size > 0 { // both in one size
		h = d.fit(t.heading, head, d.width(&h), height)
	}
	return h, b, gap
}

// plateLine draws a line at the top of r and cuts it off.
func (d *drawer) plateLine(r *image.Rectangle, t *plateText, l limits) {
	h, b, gap := d.fitPlate(t, l, r.Dx(), r.Dy())
	box := cutTop(r, max(h.height(), b.height()))
	baseline := max(h.ascent, b.ascent)
	first := cutLeft(&box, d.width(&h))
	cutTop(&first, baseline-h.ascent)
	d.put(&h, first, left, display.Black)
	cutLeft(&box, gap)
	cutTop(&box, baseline-b.ascent)
	d.put(&b, box, left, display.Black)
}

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
	switch {
	case s.State == sign.Busy, s.Soon:
		ink = d.inks.busy
	case s.State == sign.Free:
		ink = d.inks.free
	}
	box = d.place(box)
	if d.record != nil {
		d.record.mark(d, s, box, ink)
	}
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
