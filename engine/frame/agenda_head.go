package frame

import (
	"image"

	"github.com/roomink/roomink/engine/display"
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
	if s.State != sign.Busy {
		switch at {
		case above:
			d.fill(cutBottom(&r, d.px(2)), display.Black)
		case beside:
			d.fill(cutRight(&r, d.px(2)), display.Black)
		}
	}
	ink, r := d.panel(s, r, d.px(dayStripe))
	r = inset(r, d.px(dayMargin), d.px(10))
	d.dayNames(s, &r, ink)
	d.sentence(s, r, ink)
}

// dayNames cuts the room, the date and the place off the top of r: on one line where
// they fit, else below each other. Date and place are left out where they don't fit.
func (d *drawer) dayNames(s *sign.Sign, r *image.Rectangle, ink uint8) {
	nameAs := limits{style: bold, max: d.sz(11), min: floorSize, single: d.sz(8), lines: 2}
	small := limits{style: medium, max: d.sz(8), min: d.sz(6), lines: 1}
	room := r.Dy() * 40 / 100
	date := d.fit(s.Date, small, r.Dx(), room)
	name := d.fit(s.Room, nameAs, r.Dx()-d.width(&date)-d.px(12), room)
	extra := []string{s.Date, s.Place}
	if name.n == 1 && !name.cut && name.size >= d.sz(8) && date.n > 0 && !date.cut {
		line := *r
		cutTop(&line, name.ascent-date.ascent) // both stand on one line
		d.put(&date, cutRight(&line, d.width(&date)), right, ink)
		extra = extra[1:]
	} else {
		name = d.fit(s.Room, nameAs, r.Dx(), room)
	}
	d.put(&name, cutTop(r, name.height()), left, ink)
	room -= name.height()
	for _, text := range extra {
		if b := d.fit(text, small, r.Dx(), room); !b.cut {
			d.put(&b, cutTop(r, b.height()), left, ink)
			room -= b.height()
		}
	}
	cutTop(r, d.px(6))
}

// sentence draws headline and detail into r: beside each other on one baseline where
// that leaves the headline about as large, else below each other.
func (d *drawer) sentence(s *sign.Sign, r image.Rectangle, ink uint8) {
	headline := limits{style: bold, max: d.sz(64), min: floorSize, single: d.sz(26), lines: 2, tight: true}
	detail := limits{style: medium, max: d.sz(26), min: floorSize, single: d.sz(11), lines: 2, tight: true}
	gap := d.px(12)
	flow := limits{style: bold, max: headline.max, min: floorSize, lines: 1, tight: true}
	// The detail is half as large as the headline; widths grow with the size.
	if width := d.natural(bold, s.Headline) + d.natural(medium, s.Detail)/2; width > 0 {
		flow.max = size(min(max(int(float32(r.Dx()-gap)/width), floorSize), int(headline.max)))
	}
	big := d.fit(s.Headline, flow, r.Dx(), r.Dy())
	small := d.fit(s.Detail, limits{style: medium, max: max(big.size/2, floorSize), min: max(big.size/3, floorSize), lines: 1, tight: true},
		r.Dx()-d.width(&big)-gap, r.Dy())
	under := d.fit(s.Detail, detail, r.Dx(), r.Dy()*2/5)
	stacked := d.fit(s.Headline, headline, r.Dx(), r.Dy()-under.height()-gap)
	if big.n == 0 || big.cut || small.n == 0 || small.cut || int(big.size)*10 < int(stacked.size)*9 {
		d.state(s, r, headline, detail, gap, ink)
		return
	}
	// The eye puts the letters in the middle, not what reaches below the line.
	cutTop(&r, min((r.Dy()-big.ascent)/2, r.Dy()-max(big.height(), big.ascent+small.descent)))
	d.put(&big, r, left, ink)
	cutLeft(&r, d.width(&big)+gap)
	cutTop(&r, big.ascent-small.ascent)
	d.put(&small, r, left, ink)
}

// natural is the width of a text on one line, in pixels where the x-height is one.
func (d *drawer) natural(st style, s string) float32 {
	b := d.fit(s, limits{style: st, max: 1, min: 1, lines: 1}, 1<<24, 1<<10)
	return b.line[0].width * d.faces.em(st, 1) / 1000
}
