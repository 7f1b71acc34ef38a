package frame

import (
	"image"

	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/sign"
)

// stack is the layout of small squarish panels, for reference 400×300: the state on
// top, what comes next and the day below.
func (d *drawer) stack(s *sign.Sign) {
	r := d.canvas.bounds
	if s.Hours[1].After(s.Hours[0]) {
		foot := cutBottom(&r, d.px(40))
		cutTop(&foot, d.px(4))
		d.bar(s, inset(foot, d.px(9), 0), d.px(14), d.hourLimits(7))
	}
	if s.Notice != "" && !d.hasSide(s) {
		d.stackBand(s, cutBottom(&r, d.px(stackBand)))
	}
	hero := r
	if d.hasSide(s) {
		hero = cutTop(&r, d.stackHeroHeight(s, r.Dy()))
		d.edge(s, cutBottom(&hero, d.px(2)))
	}
	d.stackHero(s, hero)
	if !d.hasSide(s) {
		return
	}
	if s.Notice != "" {
		d.stackBand(s, cutTop(&r, d.px(stackBand)))
	}
	d.stackSide(s, inset(r, d.px(14), 0))
}

const stackBand = 32

func (d *drawer) stackBand(s *sign.Sign, r image.Rectangle) {
	d.band(s.Notice, r, d.px(14), d.set(bold, 9, 0, 7, 2))
}

// stackHeroHeight shares the height between the state and what comes next.
func (d *drawer) stackHeroHeight(s *sign.Sign, height int) int {
	switch {
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
	d.heads(s, &r, keep, s.Date, d.set(bold, 11, 0, 9, 2), d.set(medium, 8, 0, 7, 2), ink)
	d.textTop(&r, d.px(120), d.facts(s), d.set(medium, 8, 7, 7, 1), ink, 0)
	cutTop(&r, d.px(6))
	if s.Current != nil {
		keep := r.Dy() * 55 / 100
		d.meeting(&r, keep, s.Current, d.set(bold, 10, 8, 9, 2), d.set(medium, 8, 7, 0, 1), ink)
		cutBottom(&r, d.px(6))
	}
	d.state(s, r, d.huge(bold, 80, 26), d.huge(medium, 16, 11), d.px(11), ink)
}

// stackSide draws what comes next and the marks beside it.
func (d *drawer) stackSide(s *sign.Sign, r image.Rectangle) {
	cutTop(&r, d.px(5))
	d.corner(s, &r, d.set(medium, 7, 0, 0, 3), d.px(12))
	if s.NextHead == "" {
		return
	}
	if s.State == sign.Unknown || r.Dy() > d.px(120) { // the others explain themselves
		d.textTop(&r, 0, s.NextHead, d.set(medium, 8, 7, 0, 1), display.Black, d.px(1))
	}
	d.list(r, s.Next, s.NextNone, d.set(bold, 8, 7, 0, 1), d.flatRows(s.Next, r.Dx()))
}

// flatRows gives a row that draws a meeting as time and title side by side, with
// the titles of all lines below each other.
func (d *drawer) flatRows(lines []sign.Line, width int) row {
	time, title := d.set(bold, 8, 0, 0, 1), d.set(medium, 8, 8, 0, 1)
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
