package frame

import (
	"image"

	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/sign"
)

// strip is the layout of small long panels such as shelf labels, for reference
// 296×128 or 128×296: room and state first, then one or two meetings.
func (d *drawer) strip(s *sign.Sign) {
	r := d.canvas.bounds
	upright := r.Dy() > r.Dx()
	if s.Notice != "" {
		l := d.set(bold, 7, 0, 0, 1)
		if upright {
			l.lines = 3
		}
		d.band(s.Notice, cutBottom(&r, d.bandHeight(s.Notice, d.px(22), d.px(8), l)), d.px(8), l)
	}
	hero, side := r, image.Rectangle{}
	switch {
	case !d.hasSide(s):
	case upright:
		hero = cutTop(&r, r.Dy()*52/100)
		side = r
		d.edge(s, cutBottom(&hero, d.px(1)))
	default:
		hero = cutLeft(&r, r.Dx()*52/100)
		side = r
		d.edge(s, cutRight(&hero, d.px(1)))
	}
	d.stripHero(s, hero, side.Empty())
	if !side.Empty() {
		d.stripSide(s, inset(side, d.px(8), d.px(6)))
	}
}

// stripHero draws room and state; and, where it has the panel for itself, the date.
func (d *drawer) stripHero(s *sign.Sign, r image.Rectangle, alone bool) {
	ink, r := d.panel(s, r, d.px(8))
	r = inset(r, d.px(8), d.px(6))
	date, small := "", d.set(medium, 7, 0, 0, 2)
	small.even = true
	if alone {
		date = s.Date
	}
	_, date = d.heads(s, &r, r.Dy()/2, date, d.set(bold, 8, 0, 7, 2), small, ink)
	d.textTop(&r, d.px(70), date, small, ink, 0)
	d.facts(s, &r, d.px(90), small, ink, 0)
	cutTop(&r, d.px(4))
	d.heroLogo(s, &r, d.set(medium, 7, 0, 0, 1))
	d.state(s, r, d.huge(bold, 48, 16), d.huge(medium, 11, 7), d.px(7), ink)
}

// stripSide draws the meetings and the marks.
func (d *drawer) stripSide(s *sign.Sign, r image.Rectangle) {
	note := d.set(medium, 7, 0, 0, 3)
	if s.Code != "" || s.NextHead == "" {
		d.foot(s, &r, r.Dy()*40/100, d.px(6), note, d.px(4))
	}
	if s.State == sign.Unknown || s.State == sign.Closed {
		d.textTop(&r, 0, s.NextHead, d.set(medium, 7, 0, 0, 1), display.Black, d.px(1))
	}
	if s.NextHead == "" {
		return
	}
	lines := s.Next
	if s.Current != nil {
		lines = append([]sign.Line{*s.Current}, lines...)
	}
	time, title := d.set(bold, 7, 0, 0, 1), d.set(medium, 7, 0, 0, 2)
	if s.Code == "" {
		d.listText(s, &r, lines, time, title, note, d.px(2))
	}
	d.list(r, lines, s.NextNone, time, func(r *image.Rectangle, l sign.Line) bool { return d.lines(r, l, time, title, d.px(3)) })
}
