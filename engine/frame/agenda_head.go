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
	if s.State != sign.Closed { // which has a frame
		switch at {
		case above:
			d.edge(s, cutBottom(&r, d.px(2)))
		case beside:
			d.edge(s, cutRight(&r, d.px(2)))
		}
	}
	ink, r := d.panel(s, r, d.px(dayStripe))
	r = inset(r, d.px(dayMargin), d.px(10))
	d.dayNames(s, &r, ink)
	d.sentence(s, r, ink)
}

// dayTower draws the head in a column of its own, with text, code and logo on paper
// below it.
func (d *drawer) dayTower(s *sign.Sign, r image.Rectangle) {
	head := r
	if d.hasMarks(s) && r.Dx() >= 200 {
		area := inset(r, d.px(dayMargin), d.px(dayPad)+d.px(5))
		below := area.Max.Y
		if d.foot(s, &area, area.Dy()*68/100, d.px(dayPad)+d.px(5), d.noteLimits(), d.px(10)); area.Max.Y < below {
			head.Max.Y = area.Max.Y
			line := r
			line.Min.Y = head.Max.Y
			d.edge(s, cutRight(&line, d.px(2)))
			d.edge(s, cutBottom(&head, d.px(2)))
		}
	}
	d.dayHead(s, head, beside)
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
	gap := d.px(12)
	flow := limits{style: bold, max: headline.max, min: floorSize, lines: 1, tight: true}
	// The detail is half as large as the headline; widths grow with the size.
	if width := d.measure(bold, s.Headline).width + d.measure(medium, s.Detail).width/2; width > 0 {
		flow.max = size(min(max(int(float32(r.Dx()-gap)/width), floorSize), int(headline.max)))
	}
	big := d.fit(s.Headline, flow, r.Dx(), r.Dy()*90/100)
	small := d.fit(s.Detail, limits{style: medium, max: max(big.size/2, floorSize), min: max(big.size/3, floorSize), lines: 1, tight: true},
		r.Dx()-d.width(&big)-gap, r.Dy())
	most := d.fit(s.Headline, headline, r.Dx(), r.Dy()*55/100)
	detail.max = min(detail.max, max(most.size*3/5, floorSize)) // the headline stands out
	detail.single = min(detail.single, detail.max)
	under := d.fit(s.Detail, detail, r.Dx(), r.Dy()*2/5)
	stacked := d.fit(s.Headline, headline, r.Dx(), r.Dy()*90/100-under.height()-gap)
	if big.n > 0 && stacked.n == 0 && (small.n == 0 || small.cut) { // the headline matters more
		d.put(&big, r, left, ink)
		return
	}
	if big.n == 0 || big.cut || small.n == 0 || small.cut || big.size < stacked.size {
		d.state(s, r, headline, detail, gap, ink)
		return
	}
	// The eye puts the letters in the middle, not what reaches below the line.
	cutTop(&r, min((r.Dy()-big.ascent)/2, r.Dy()-max(big.height(), big.ascent+small.descent)))
	accent := ink
	if s.State == sign.Free {
		accent = d.inks.free
	}
	d.put(&big, r, left, accent)
	cutLeft(&r, d.width(&big)+gap)
	cutTop(&r, big.ascent-small.ascent)
	d.put(&small, r, left, ink)
}

// extent is how large a text is on one line, in pixels where the x-height is one.
type extent struct{ width, above, below float32 }

// measure gives the extent of a text.
func (d *drawer) measure(st style, s string) extent {
	const sz = 100 // large enough that whole pixels are exact enough
	b := d.fit(s, limits{style: st, max: sz, min: sz, lines: 1}, 1<<24, 1<<12)
	return extent{b.line[0].width * d.faces.em(st, sz) / (1000 * sz), float32(b.ascent) / sz, float32(b.descent) / sz}
}
