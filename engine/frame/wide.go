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
	if s.Hours[1].After(s.Hours[0]) {
		foot := cutBottom(&r, d.px(80))
		d.canvas.fill(cutTop(&foot, d.px(2)), display.Black)
		d.bar(s, inset(foot, d.px(32), d.px(14)), d.px(24),
			limits{style: medium, max: d.sz(9), min: d.sz(9), lines: 1, tight: true})
	}
	if s.Notice != "" {
		d.band(s.Notice, cutBottom(&r, d.px(60)), limits{style: bold, max: d.sz(14), min: d.sz(9), lines: 2})
	}
	hero := cutLeft(&r, d.px(508))
	if s.State == sign.Busy {
		d.wideHero(s, hero)
	} else {
		d.canvas.fill(cutRight(&hero, d.px(2)), display.Black)
		d.wideHero(s, hero)
	}
	d.wideSide(s, inset(r, d.px(26), d.px(26)))
}

// wideHero draws room, state and the meeting going on.
func (d *drawer) wideHero(s *sign.Sign, r image.Rectangle) {
	ink, r := d.panel(s, r)
	r = inset(r, d.px(32), d.px(26))
	d.textTop(&r, s.Room, limits{style: bold, max: d.sz(18), min: d.sz(11), lines: 2}, left, ink, 0)
	d.textTop(&r, s.Place, limits{style: medium, max: d.sz(11), min: d.sz(9), lines: 1}, left, ink, d.px(8))
	if s.Current != nil {
		meta := join(s.Current.Time, s.Current.Who)
		d.textBottom(&r, meta, limits{style: medium, max: d.sz(12), min: d.sz(10), lines: 1}, left, ink, 0)
		top := image.Rect(r.Min.X, r.Max.Y-min(r.Dy()/2, d.px(88)), r.Max.X, r.Max.Y)
		before := top.Max.Y
		d.textBottom(&top, s.Current.Title, limits{style: bold, max: d.sz(15), min: d.sz(12), lines: 2}, left, ink, d.px(12))
		if top.Max.Y < before {
			r.Max.Y = top.Max.Y
		}
		d.canvas.fill(cutBottom(&r, d.px(2)), ink)
		cutBottom(&r, d.px(8))
	}
	d.state(s, r,
		limits{style: bold, max: d.sz(80), min: d.sz(20), lines: 2, tight: true},
		limits{style: medium, max: d.sz(23), min: d.sz(12), lines: 2, tight: true}, d.px(20), ink)
}

// wideSide draws the date and what comes next.
func (d *drawer) wideSide(s *sign.Sign, r image.Rectangle) {
	d.textTop(&r, s.Date, limits{style: medium, max: d.sz(12), min: d.sz(9), lines: 2}, left, display.Black, d.px(16))
	d.textTop(&r, s.NextHead, limits{style: bold, max: d.sz(12), min: d.sz(9), lines: 1}, left, display.Black, d.px(2))
	d.canvas.fill(cutTop(&r, d.px(3)), display.Black)
	cutTop(&r, d.px(10))
	d.list(r, s.Next, s.NextNone, limits{style: bold, max: d.sz(11), min: d.sz(9), lines: 1}, d.tallRow)
}

// tallRow is a meeting as time over title over organiser.
func (d *drawer) tallRow(r *image.Rectangle, l sign.Line) bool {
	at := d.fit(l.Time, limits{style: bold, max: d.sz(12), min: d.sz(9), lines: 1}, r.Dx(), r.Dy())
	title := d.fit(l.Title, limits{style: medium, max: d.sz(11), min: d.sz(11), lines: 2}, r.Dx(), r.Dy()-at.height())
	if at.n == 0 || title.n == 0 {
		return false
	}
	d.put(&at, cutTop(r, at.height()), left, display.Black)
	d.put(&title, cutTop(r, title.height()), left, display.Black)
	cutTop(r, d.px(10))
	return true
}
