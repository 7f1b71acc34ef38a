package frame

import (
	"image"

	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/sign"
)

// wide is the layout of landscape panels, for reference 800×480: the state on a
// large panel at the left, what comes next beside it, the day as a bar below.
func (d *drawer) wide(s *sign.Sign) {
	r := d.canvas.bounds
	d.wideFoot(s, &r)
	if s.NextHead == "" { // nothing is known
		d.wideHero(s, r)
		return
	}
	hero := cutLeft(&r, d.px(508))
	if s.State != sign.Busy {
		d.fill(cutRight(&hero, d.px(2)), display.Black)
	}
	d.wideHero(s, hero)
	d.wideSide(s, inset(r, d.px(26), d.px(26)))
}

// wideFoot cuts the day and the notice off the bottom of r.
func (d *drawer) wideFoot(s *sign.Sign, r *image.Rectangle) {
	if s.Hours[1].After(s.Hours[0]) {
		foot := cutBottom(r, d.px(82))
		d.fill(cutTop(&foot, d.px(2)), display.Black)
		cutTop(&foot, d.px(14))
		d.bar(s, inset(foot, d.px(24), 0), d.px(26),
			limits{style: medium, max: d.sz(9), min: d.sz(9), lines: 1, tight: true})
	}
	if s.Notice != "" {
		d.band(s.Notice, cutBottom(r, max(d.px(60), 32)), d.px(20),
			limits{style: bold, max: d.sz(15), min: floorSize, single: d.sz(11), lines: 2})
	}
}

// wideHero draws room, state and the meeting going on.
func (d *drawer) wideHero(s *sign.Sign, r image.Rectangle) {
	ink, r := d.panel(s, r, d.px(20))
	r = inset(r, d.px(32), d.px(26))
	keep := r.Dy() * 45 / 100
	d.textTop(&r, keep, s.Room, limits{style: bold, max: d.sz(18), min: d.sz(11), single: d.sz(13), lines: 2}, ink, 0)
	d.textTop(&r, keep, s.Place, limits{style: medium, max: d.sz(11), min: d.sz(9), lines: 1}, ink, d.px(14))
	if s.Current != nil {
		d.meeting(&r, keep, s.Current,
			limits{style: bold, max: d.sz(15), min: d.sz(12), single: d.sz(14), lines: 2},
			limits{style: medium, max: d.sz(12), min: d.sz(10), lines: 1}, ink)
		cutBottom(&r, d.px(10))
		d.fill(cutBottom(&r, d.px(2)), ink)
		cutBottom(&r, d.px(14))
	}
	d.state(s, r,
		limits{style: bold, max: d.sz(74), min: floorSize, single: d.sz(50), lines: 2, tight: true},
		limits{style: medium, max: max(d.sz(23), 8), min: floorSize, single: d.sz(16), lines: 2, tight: true}, d.px(22), ink)
}

// tall is the layout of portrait panels, for reference 480×800: the parts of wide,
// one below the other.
func (d *drawer) tall(s *sign.Sign) {
	r := d.canvas.bounds
	d.wideFoot(s, &r)
	if s.NextHead == "" { // nothing is known
		d.wideHero(s, r)
		return
	}
	hero := cutTop(&r, r.Dy()*54/100)
	if s.State != sign.Busy {
		d.fill(cutBottom(&hero, d.px(2)), display.Black)
	}
	d.wideHero(s, hero)
	d.wideSide(s, inset(r, d.px(32), d.px(22)))
}

// wideSide draws the date and what comes next.
func (d *drawer) wideSide(s *sign.Sign, r image.Rectangle) {
	d.textTop(&r, 0, s.Date, limits{style: medium, max: d.sz(12), min: d.sz(9), single: d.sz(9), lines: 2}, display.Black, d.px(16))
	d.textTop(&r, 0, s.NextHead, limits{style: bold, max: d.sz(12), min: d.sz(9), lines: 1}, display.Black, d.px(2))
	d.fill(cutTop(&r, d.px(3)), display.Black)
	cutTop(&r, d.px(10))
	d.list(r, s.Next, s.NextNone, limits{style: bold, max: d.sz(11), min: d.sz(9), lines: 1}, d.tallRow)
}

// tallRow is a meeting as time over title.
func (d *drawer) tallRow(r *image.Rectangle, l sign.Line) bool {
	return d.lines(r, l,
		limits{style: bold, max: d.sz(12), min: d.sz(9), lines: 1},
		limits{style: medium, max: d.sz(11), min: d.sz(11), lines: 2}, d.px(10))
}

// lines draws a meeting as its time over its title.
func (d *drawer) lines(r *image.Rectangle, l sign.Line, time, title limits, gap int) bool {
	upper := d.fit(l.Time, time, r.Dx(), r.Dy())
	lower := d.fit(l.Title, title, r.Dx(), r.Dy()-upper.height())
	if upper.n == 0 || lower.n == 0 {
		return false
	}
	d.put(&upper, cutTop(r, upper.height()), left, display.Black)
	d.put(&lower, cutTop(r, lower.height()), left, display.Black)
	cutTop(r, gap)
	return true
}
