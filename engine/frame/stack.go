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
	hero := cutTop(&r, max(d.px(172), r.Dy()*46/100))
	if s.State != sign.Busy {
		d.canvas.fill(cutBottom(&hero, d.px(2)), display.Black)
	}
	d.stackHero(s, hero)
	if s.Notice != "" {
		d.band(s.Notice, cutTop(&r, d.px(34)), limits{style: bold, max: d.sz(9), min: d.sz(7), lines: 2})
	}
	if s.Hours[1].After(s.Hours[0]) {
		foot := cutBottom(&r, d.px(36))
		cutBottom(&foot, d.px(4))
		d.bar(s, inset(foot, d.px(14), 0), d.px(16),
			limits{style: medium, max: d.sz(7), min: d.sz(7), lines: 1, tight: true})
	}
	r = inset(r, d.px(14), d.px(5))
	d.list(r, s.Next, s.NextNone, limits{style: bold, max: d.sz(8), min: d.sz(7), lines: 1}, d.flatRow)
}

// stackHero draws room, date, state and the meeting going on.
func (d *drawer) stackHero(s *sign.Sign, r image.Rectangle) {
	ink, r := d.panel(s, r)
	r = inset(r, d.px(14), d.px(8))
	head := r
	date := d.fit(s.Date, limits{style: medium, max: d.sz(8), min: d.sz(7), lines: 2}, r.Dx()*2/5, d.px(34))
	cutRight(&head, d.width(&date))
	cutRight(&head, d.px(10))
	name := d.fit(s.Room, limits{style: bold, max: d.sz(11), min: d.sz(8), lines: 2}, head.Dx(), r.Dy()/3)
	d.put(&name, head, left, ink)
	d.put(&date, image.Rect(head.Max.X, r.Min.Y, r.Max.X, r.Max.Y), right, ink)
	cutTop(&r, max(name.height(), date.height())+d.px(4))
	if s.Current != nil {
		meta := join(s.Current.Time, s.Current.Who)
		d.textBottom(&r, meta, limits{style: medium, max: d.sz(8), min: d.sz(8), lines: 1}, left, ink, 0)
		d.textBottom(&r, s.Current.Title, limits{style: bold, max: d.sz(9), min: d.sz(8), lines: 1 + int(d.unit)/2}, left, ink, d.px(4))
	}
	d.state(s, r,
		limits{style: bold, max: d.sz(44), min: d.sz(14), lines: 2, tight: true},
		limits{style: medium, max: d.sz(16), min: d.sz(8), lines: 2, tight: true}, d.px(10), ink)
}

// flatRow is a meeting as time and title side by side.
func (d *drawer) flatRow(r *image.Rectangle, l sign.Line) bool {
	time := limits{style: bold, max: d.sz(8), min: d.sz(7), lines: 1}
	column := d.fit("00:00 – 00:00", time, r.Dx(), r.Dy())
	width := d.width(&column) + d.px(10)
	at := d.fit(l.Time, time, width, r.Dy())
	title := d.fit(l.Title, limits{style: medium, max: d.sz(8), min: d.sz(8), lines: 1}, r.Dx()-width, r.Dy())
	if at.n == 0 || title.n == 0 {
		return false
	}
	box := cutTop(r, max(at.height(), title.height()))
	d.put(&at, cutLeft(&box, width), left, display.Black)
	d.put(&title, box, left, display.Black)
	cutTop(r, d.px(2))
	return true
}
