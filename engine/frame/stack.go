package frame

import (
	"image"

	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/sign"
)

// stack is the layout of squarish and portrait panels, for reference 400×300: the
// state on top, what comes next and the day below.
func (d *drawer) stack(s *sign.Sign) {
	r := d.canvas.bounds
	if s.Hours[1].After(s.Hours[0]) {
		foot := cutBottom(&r, d.px(40))
		cutTop(&foot, d.px(4))
		d.bar(s, inset(foot, d.px(9), 0), d.px(14),
			limits{style: medium, max: d.sz(7), min: d.sz(7), lines: 1, tight: true})
	}
	hero := cutTop(&r, d.stackHeroHeight(s, r.Dy()))
	if s.State != sign.Busy {
		d.fill(cutBottom(&hero, d.px(2)), display.Black)
	}
	d.stackHero(s, hero)
	if s.Notice != "" {
		d.band(s.Notice, cutTop(&r, d.px(stackBand)), d.px(14), limits{style: bold, max: d.sz(9), min: floorSize, single: d.sz(7), lines: 2})
	}
	r = inset(r, d.px(14), 0)
	cutTop(&r, d.px(5))
	if s.NextHead != "" {
		if s.State == sign.Unknown || r.Dy() > d.px(120) { // the others explain themselves
			d.textTop(&r, 0, s.NextHead, limits{style: medium, max: d.sz(8), min: d.sz(7), lines: 1}, display.Black, d.px(1))
		}
		d.list(r, s.Next, s.NextNone, limits{style: bold, max: d.sz(8), min: d.sz(7), lines: 1}, d.flatRows(s.Next, r.Dx()))
	}
}

const stackBand = 32

// stackHeroHeight shares the height between the state and what comes next.
func (d *drawer) stackHeroHeight(s *sign.Sign, height int) int {
	switch {
	case s.NextHead == "": // nothing is known
		return height - d.px(stackBand)
	case s.Current != nil:
		return max(d.px(186), height*48/100)
	case s.Notice != "":
		return max(d.px(132), height*40/100)
	default:
		return max(d.px(152), height*44/100)
	}
}

// stackHero draws room, date, state and the meeting going on.
func (d *drawer) stackHero(s *sign.Sign, r image.Rectangle) {
	ink, r := d.panel(s, r, d.px(14))
	r = inset(r, d.px(14), d.px(8))
	keep := r.Dy() / 2
	date, name := d.heads(s, r.Dx(), r.Dy()-keep)
	head := r
	dateBox := cutRight(&head, d.width(&date))
	if name.n > 0 { // both stand on one line
		cutTop(&dateBox, name.ascent-date.ascent)
	}
	d.put(&name, head, left, ink)
	d.put(&date, dateBox, right, ink)
	cutTop(&r, max(name.height(), date.height())+d.px(6))
	if s.Current != nil {
		keep := r.Dy() * 55 / 100
		d.meeting(&r, keep, s.Current,
			limits{style: bold, max: d.sz(10), min: d.sz(8), single: d.sz(9), lines: 2},
			limits{style: medium, max: d.sz(8), min: d.sz(7), lines: 1}, ink)
		cutBottom(&r, d.px(6))
	}
	d.state(s, r,
		limits{style: bold, max: d.sz(42), min: floorSize, single: d.sz(26), lines: 2, tight: true},
		limits{style: medium, max: d.sz(16), min: floorSize, single: d.sz(11), lines: 2, tight: true}, d.px(11), ink)
}

// heads fits the date and the room's name beside each other. A name that would have
// to wrap gets some of the date's room.
func (d *drawer) heads(s *sign.Sign, width, height int) (date, name block) {
	l := limits{style: medium, max: d.sz(8), min: floorSize, single: d.sz(7), lines: 2}
	for _, share := range []int{40, 27} {
		date = d.fit(s.Date, l, width*share/100, height)
		name = d.fit(s.Room, limits{style: bold, max: d.sz(11), min: floorSize, single: d.sz(9), lines: 2},
			width-d.width(&date)-d.px(10), height)
		if name.n <= 1 {
			break
		}
	}
	return date, name
}

// flatRows gives a row that draws a meeting as time and title side by side, with
// the titles of all lines below each other.
func (d *drawer) flatRows(lines []sign.Line, width int) row {
	time := limits{style: bold, max: d.sz(8), min: floorSize, lines: 1}
	title := limits{style: medium, max: d.sz(8), min: d.sz(8), lines: 1}
	column := 0
	for i := range lines {
		b := d.fit(lines[i].Time, time, width*55/100, d.canvas.bounds.Dy())
		column = max(column, d.width(&b))
	}
	return func(r *image.Rectangle, l sign.Line) bool {
		at := d.fit(l.Time, time, column, r.Dy())
		what := d.fit(l.Title, title, r.Dx()-column-d.px(12), r.Dy())
		if at.n == 0 || what.n == 0 {
			return false
		}
		box := cutTop(r, max(at.height(), what.height()))
		d.put(&at, cutLeft(&box, column), left, display.Black)
		cutLeft(&box, d.px(12))
		d.put(&what, box, left, display.Black)
		cutTop(r, d.px(2))
		return true
	}
}
