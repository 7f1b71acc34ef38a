package frame

import (
	"image"

	"github.com/roomink/roomink/engine/sign"
)

// standing is where the head stands to the day.
type standing uint8

const (
	above  standing = iota
	beside          // at the left
	alone
)

// dayStripe is how wide the stripes of a sign are that is not to be trusted.
const dayStripe = 10

// dayHead draws room, date and state on the ground of the state.
func (d *drawer) dayHead(s *sign.Sign, r image.Rectangle, at standing) {
	switch at {
	case above:
		d.dayEdge(s, cutBottom(&r, d.px(2)))
	case beside:
		d.dayEdge(s, cutRight(&r, d.px(2)))
	}
	ink, r := d.panel(s, r, d.px(dayStripe))
	r = inset(r, d.px(dayMargin), d.px(10))
	d.dayNames(s, &r, ink)
	d.sentence(s, r, ink)
}

// dayEdge draws the line between head and day, where the head has no frame.
func (d *drawer) dayEdge(s *sign.Sign, r image.Rectangle) {
	if s.State != sign.Closed && s.State != sign.Unassigned {
		d.edge(s, r)
	}
}

// dayTower draws the head in a column of its own, with text, code and logo on paper
// below it.
func (d *drawer) dayTower(s *sign.Sign, r image.Rectangle) {
	head := r
	if below := d.headFoot(s, r, 68); !below.Empty() {
		head.Max.Y = below.Min.Y
		d.dayEdge(s, cutRight(&below, d.px(2)))
		d.dayEdge(s, cutBottom(&head, d.px(2)))
	}
	d.dayHead(s, head, beside)
}

// headFoot draws text, code and logo at the bottom of r, below share percent of it,
// and gives the part of r that they take.
func (d *drawer) headFoot(s *sign.Sign, r image.Rectangle, share int) (used image.Rectangle) {
	if !d.hasMarks(s) || r.Dx() < 200 || r.Dy() < 200 {
		return used
	}
	margin := d.px(12)
	area := inset(r, d.px(dayMargin), margin)
	below := area.Max.Y
	d.foot(s, &area, area.Dy()*share/100, margin, d.noteLimits(), margin)
	if area.Max.Y < below {
		used = r
		used.Min.Y = area.Max.Y
	}
	return used
}

// dayNames cuts the room, the date, an empty battery and what else is to be known of
// the room off the top of r. The date stands beside the name if it fits there, else
// below it; what does not fit at all is left out.
func (d *drawer) dayNames(s *sign.Sign, r *image.Rectangle, ink uint8) {
	small, keep := d.set(medium, 8, 6, 0, 1), r.Dy()*60/100
	_, date := d.heads(s, r, keep, s.Date, d.set(bold, 11, 0, 8, 2), small, ink)
	for _, b := range []block{
		d.fit(date, small, r.Dx(), r.Dy()-keep),
		d.fitFacts(s, small, r.Dx(), r.Dy()-keep),
	} {
		if b.n > 0 && !b.cut && b.height() <= r.Dy()-keep {
			d.put(&b, cutTop(r, b.height()), left, ink)
		}
	}
	cutTop(r, d.px(6))
}

// sentence draws headline and detail into r: beside each other on one baseline where
// that leaves the headline as large, else below each other.
func (d *drawer) sentence(s *sign.Sign, r image.Rectangle, ink uint8) {
	headline, detail := d.huge(bold, 80, 18), d.huge(medium, 26, 11)
	gap, height := d.px(12), r.Dy()*90/100
	head, rest := d.measure(s.Headline, headline), d.measure(s.Detail, detail)
	// Beside each other, the detail is half as large; widths grow with the size.
	flow := headline
	flow.lines, flow.single = 1, 0
	if width := d.unitWidth(&head, bold) + d.unitWidth(&rest, medium)/2; width > 0 {
		flow.max = size(min(max(int(float32(r.Dx()-gap)/width), floorSize), int(headline.max)))
	}
	big := d.refit(&head, flow, r.Dx(), height)
	half := limits{style: medium, max: big.size.part(1, 2), min: big.size.part(1, 3), lines: 1, tight: true}
	small := d.refit(&rest, half, r.Dx()-d.width(&big)-gap, r.Dy())
	fits := big.n > 0 && !big.cut && small.n > 0 && !small.cut
	// Below each other, the headline still stands out.
	most := d.refit(&head, headline, r.Dx(), r.Dy()*55/100)
	detail.max = min(detail.max, most.size.part(3, 5))
	detail.single = min(detail.single, detail.max)
	under := d.refit(&rest, detail, r.Dx(), r.Dy()*2/5)
	stacked := d.refit(&head, headline, r.Dx(), height-under.height()-gap)
	switch {
	case !fits && stacked.n == 0 && big.n > 0: // the headline matters more
		d.put(&big, r, left, d.accent(s, ink))
		return
	case !fits || big.size < stacked.size:
		d.state(s, r, headline, detail, gap, ink)
		return
	}
	// The eye puts the letters in the middle, not what reaches below the line.
	cutTop(&r, min((r.Dy()-big.ascent)/2, r.Dy()-max(big.height(), big.ascent+small.descent)))
	d.put(&big, r, left, d.accent(s, ink))
	cutLeft(&r, d.width(&big)+gap)
	cutTop(&r, big.ascent-small.ascent)
	d.put(&small, r, left, ink)
}

// accent is the ink of the headline.
func (d *drawer) accent(s *sign.Sign, ink uint8) uint8 {
	if s.State == sign.Free {
		return d.inks.free
	}
	return ink
}

// part is n of all equal parts of a size, but not less than the floor.
func (s size) part(n, all int) size { return max(size(int(s)*n/all), floorSize) }

// unitWidth is the width of a text on one line in pixels where the x-height is one.
func (d *drawer) unitWidth(m *measured, st style) float32 {
	return m.whole.width * d.faces.em(st, 1) / 1000
}
