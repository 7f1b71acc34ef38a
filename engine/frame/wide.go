package frame

import (
	"image"

	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/sign"
)

// sideShare is how much of the width, in percent, the column beside the state has.
const sideShare = 36

// wide is the layout of landscape panels, for reference 800×480: the state on a
// large panel at the left, what comes next beside it, the day as a bar below.
func (d *drawer) wide(s *sign.Sign) {
	r := d.canvas.bounds
	foot := dayFoot
	if s.Text != "" { // the column has no room for it beside what comes next
		foot -= 8
		d.footText(s, &r, d.px(32), d.px(wideMargin)/2, d.set(medium, 10, 8, 0, 2))
		rest := *s
		rest.Text, s = "", &rest
	}
	d.wideFoot(s, &r, foot)
	if !d.hasSide(s) {
		d.wideHero(s, r, s.Date)
		return
	}
	side := cutRight(&r, r.Dx()*sideShare/100)
	d.edge(s, cutRight(&r, d.px(2)))
	baseline := d.wideHero(s, r, "")
	d.wideSide(s, inset(side, d.px(26), d.px(wideMargin)), baseline)
}

// tall is the layout of portrait panels, for reference 480×800: the parts of wide,
// one below the other.
func (d *drawer) tall(s *sign.Sign) {
	r := d.canvas.bounds
	d.wideFoot(s, &r, dayFoot)
	if !d.hasSide(s) {
		d.wideHero(s, r, s.Date)
		return
	}
	share := 54
	if s.NextHead == "" {
		share = 70
	}
	hero := cutTop(&r, r.Dy()*share/100)
	d.edge(s, cutBottom(&hero, d.px(2)))
	d.wideHero(s, hero, "")
	d.wideSide(s, inset(r, d.px(32), d.px(24)), 0)
}

// wideMargin is the margin of the columns above and below.
const wideMargin = 28

// hasSide reports whether there is anything to show beside the state, except a logo.
func (d *drawer) hasSide(s *sign.Sign) bool {
	return s.NextHead != "" || s.Code != "" || s.Text != ""
}

// heroLogo draws the logo at the bottom right of the state where nothing is beside
// that and its ground is paper.
func (d *drawer) heroLogo(s *sign.Sign, r *image.Rectangle, l limits) {
	if d.hasSide(s) || s.State == sign.Busy {
		return
	}
	if height := logoHeight(l); r.Dy() > 4*height && d.logoBelow(s, *r, height) {
		cutBottom(r, height)
	}
}

// edge draws the line between the state and what comes next. An occupied room has
// none: its panel ends there.
func (d *drawer) edge(s *sign.Sign, r image.Rectangle) {
	ink := display.Black
	if s.State == sign.Busy {
		ink = d.inks.busy
	}
	d.fill(r, ink)
}

// dayFoot is the height of the day with its hours and the margin below them.
const dayFoot float32 = 82

// wideFoot cuts the day, height tall, and the notice off the bottom of r.
func (d *drawer) wideFoot(s *sign.Sign, r *image.Rectangle, height float32) {
	if s.Hours[1].After(s.Hours[0]) {
		foot := cutBottom(r, d.px(height))
		d.fill(cutTop(&foot, d.px(2)), display.Black)
		cutTop(&foot, d.px(14))
		d.bar(s, foot, d.px(32), d.px(26), d.hourLimits(9))
	}
	if s.Notice != "" {
		l := d.set(bold, 15, 0, 11, 2)
		d.band(s.Notice, cutBottom(r, d.bandHeight(s.Notice, max(d.px(60), 32), d.px(20), l)), d.px(20), l)
	}
}

// hourLimits are the limits of the hours below a bar.
func (d *drawer) hourLimits(n float32) limits {
	l := d.set(medium, n, n, 0, 1)
	l.tight = true
	return l
}

// wideHero draws room, state and the meeting going on, and the date if it is given.
// It tells where the baseline of the room's name is.
func (d *drawer) wideHero(s *sign.Sign, r image.Rectangle, date string) (baseline int) {
	ink, r := d.panel(s, r, d.px(20))
	r = inset(r, d.px(32), d.px(wideMargin))
	keep := r.Dy() * 45 / 100
	baseline, rest := d.heads(s, &r, keep, date, d.set(bold, 18, 11, 13, 2), d.set(medium, 12, 9, 9, 1), ink)
	d.facts(s, &r, keep, d.set(medium, 11, 9, 0, 1), ink, 0)
	d.textTop(&r, keep, rest, d.set(medium, 11, 9, 0, 1), ink, 0)
	cutTop(&r, d.px(14))
	if s.Current != nil {
		d.meeting(&r, keep, s.Current, d.set(bold, 15, 12, 14, 2), d.set(medium, 12, 10, 0, 1), ink)
		cutBottom(&r, d.px(10))
		d.fill(cutBottom(&r, d.px(2)), ink)
		cutBottom(&r, d.px(14))
	}
	d.heroLogo(s, &r, d.set(medium, 10, 8, 0, 1))
	d.state(s, r, d.huge(bold, 140, 50), d.huge(medium, 28, 16), d.px(24), ink)
	return baseline
}

// wideSide draws the date, what comes next and the marks. Its first line stands on
// baseline, if there is one.
func (d *drawer) wideSide(s *sign.Sign, r image.Rectangle, baseline int) {
	date, head, note := d.set(medium, 12, 9, 9, 2), d.set(bold, 12, 9, 0, 1), d.set(medium, 10, 8, 0, 3)
	first := d.fit(s.Date, date, r.Dx(), r.Dy()/3)
	if baseline > 0 && first.n == 1 {
		cutTop(&r, baseline-first.ascent-r.Min.Y)
	}
	column, heading := r.Dy() >= r.Dx(), s.NextHead
	if column || heading == "" {
		if first.n > 0 {
			d.put(&first, cutTop(&r, first.height()), left, display.Black)
			cutTop(&r, d.px(8))
		}
		d.textTop(&r, 0, heading, head, display.Black, d.px(2))
	} else {
		height, _, _ := d.pair(r, heading, s.Date, head, date, display.Black)
		cutTop(&r, height+d.px(2))
	}
	if heading == "" {
		d.foot(s, &r, 0, d.px(24), note, d.px(12))
		return
	}
	d.fill(cutTop(&r, d.px(3)), display.Black)
	cutTop(&r, d.px(9))
	time, title, logo := d.set(bold, 12, 9, 0, 1), d.set(medium, 11, 11, 0, 2), true
	if column {
		d.foot(s, &r, r.Dy()*35/100, d.px(24), note, d.px(12))
	} else {
		time.max = title.max
		below := d.corner(s, &r, d.px(24), note, d.px(24))
		logo = d.logoBelow(s, below, logoHeight(note))
		d.freeText(s, &r, 0, note, d.px(12))
	}
	rest := d.list(r, s.Next, s.NextNone, d.set(bold, 11, 9, 0, 1), d.rows(s.Next, r.Dx(), time, title, d.px(8)))
	if !logo {
		d.logoBelow(s, rest, logoHeight(note))
	}
}
