package frame

import (
	"image"

	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/sign"
)

// strip is the layout of small wide panels such as shelf labels, for reference
// 296×128: room and state at the left, one or two meetings at the right.
func (d *drawer) strip(s *sign.Sign) {
	r := d.canvas.bounds
	if s.Notice != "" {
		d.band(s.Notice, cutBottom(&r, d.px(22)), limits{style: bold, max: d.sz(7), min: floorSize, lines: 1})
	}
	hero := cutLeft(&r, d.px(150))
	if s.State != sign.Busy {
		d.canvas.fill(cutRight(&hero, d.px(1)), display.Black)
	}
	ink, hero := d.panel(s, hero)
	hero = inset(hero, d.px(8), d.px(5))
	d.textTop(&hero, s.Room, limits{style: bold, max: d.sz(8), min: floorSize, lines: 2}, left, ink, d.px(3))
	d.state(s, hero,
		limits{style: bold, max: d.sz(30), min: d.sz(8), lines: 2, tight: true},
		limits{style: medium, max: d.sz(9), min: floorSize, lines: 2, tight: true}, d.px(7), ink)

	r = inset(r, d.px(8), d.px(6))
	lines := s.Next
	if s.Current != nil {
		lines = append([]sign.Line{*s.Current}, lines...)
	}
	d.list(r, lines, s.NextNone, limits{style: bold, max: d.sz(7), min: floorSize, lines: 1}, d.smallRow)
}

// smallRow is a meeting as time over title.
func (d *drawer) smallRow(r *image.Rectangle, l sign.Line) bool {
	at := d.fit(l.Time, limits{style: bold, max: d.sz(7), min: floorSize, lines: 1}, r.Dx(), r.Dy())
	title := d.fit(l.Title, limits{style: medium, max: d.sz(7), min: d.sz(7), lines: 2}, r.Dx(), r.Dy()-at.height())
	if at.n == 0 || title.n == 0 {
		return false
	}
	d.put(&at, cutTop(r, at.height()), left, display.Black)
	d.put(&title, cutTop(r, title.height()), left, display.Black)
	cutTop(r, d.px(3))
	return true
}
