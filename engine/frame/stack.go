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
		d.bar(s, foot, d.px(14), d.px(14), d.hourLimits(7))
	}
	if s.Notice != "" && !d.hasSide(s) {
		d.stackBand(s, &r, cutBottom)
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
		d.stackBand(s, &r, cutTop)
	}
	d.stackSide(s, inset(r, d.px(14), 0))
}

// stackBand draws the notice on the part of r that cut cuts off.
func (d *drawer) stackBand(s *sign.Sign, r *image.Rectangle, cut func(*image.Rectangle, int) image.Rectangle) {
	l := d.set(bold, 9, 0, 7, 2)
	d.band(s.Notice, cut(r, d.bandHeight(s.Notice, d.px(32), d.px(14), l)), d.px(14), l)
}

// stackHeroHeight shares the height between the state and what comes next.
func (d *drawer) stackHeroHeight(s *sign.Sign, height int) int {
	share := 48
	if height > d.canvas.bounds.Dx() {
		share = 54
	}
	switch {
	case s.Current != nil:
		return max(d.px(186), height*share/100)
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
	small := d.set(medium, 8, 0, 7, 2)
	_, rest := d.heads(s, &r, r.Dy()/2, s.Date, d.set(bold, 11, 0, 9, 2), small, ink)
	if s.Current != nil {
		title := d.set(bold, 10, 8, 9, 1)
		if r.Dy() > d.px(190) {
			title.lines = 2
		}
		d.meeting(&r, r.Dy()*55/100, s.Current, title, d.set(medium, 8, 7, 0, 1), ink)
		cutBottom(&r, d.px(6))
	}
	d.textTop(&r, d.px(110), rest, small, ink, 0)
	d.facts(s, &r, d.px(110), d.set(medium, 8, 7, 0, 1), ink, 0)
	cutTop(&r, d.px(6))
	d.heroLogo(s, &r, d.set(medium, 7, 0, 0, 1))
	d.state(s, r, d.huge(bold, 80, 26), d.huge(medium, 16, 11), d.px(11), ink)
}

// stackSide draws what comes next and the marks beside it.
func (d *drawer) stackSide(s *sign.Sign, r image.Rectangle) {
	note := d.set(medium, 7, 0, 0, 3)
	below := d.corner(s, &r, d.px(14), note, d.px(12))
	logo := d.logoBelow(s, below, logoHeight(note))
	cutTop(&r, d.px(5))
	if s.NextHead == "" {
		cutBottom(&r, d.px(8))
		d.freeText(s, &r, 0, note, d.px(5))
		if !logo {
			d.logoBelow(s, r, logoHeight(note))
		}
		return
	}
	if s.State == sign.Unknown || s.State == sign.Closed || r.Dy() > d.px(120) { // the others explain themselves
		d.textTop(&r, 0, s.NextHead, d.set(medium, 8, 7, 0, 1), display.Black, d.px(1))
	}
	time, title := d.set(bold, 8, 0, 0, 1), d.set(medium, 8, 8, 0, 1)
	if r.Dy() > r.Dx()*2/3 {
		title.lines = 2
	}
	d.listText(s, &r, s.Next, time, title, note, d.px(3))
	rest := d.list(r, s.Next, s.NextNone, d.set(bold, 8, 7, 0, 1), d.rows(s.Next, r.Dx(), time, title, d.px(2)))
	if !logo {
		d.logoBelow(s, rest, logoHeight(note))
	}
}
