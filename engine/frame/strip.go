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
		d.band(s.Notice, cutBottom(&r, d.px(22)), d.px(8), limits{style: bold, max: d.sz(7), min: floorSize, lines: 1})
	}
	hero := cutLeft(&r, d.px(152))
	if s.State != sign.Busy {
		d.fill(cutRight(&hero, d.px(1)), display.Black)
	}
	ink, hero := d.panel(s, hero, d.px(8))
	hero = inset(hero, d.px(8), d.px(6))
	d.textTop(&hero, hero.Dy()/2, s.Room, limits{style: bold, max: d.sz(8), min: floorSize, single: d.sz(7), lines: 2}, ink, d.px(4))
	d.state(s, hero,
		limits{style: bold, max: d.sz(30), min: floorSize, single: d.sz(16), lines: 2, tight: true},
		limits{style: medium, max: d.sz(9), min: floorSize, single: d.sz(7), lines: 2, tight: true}, d.px(7), ink)

	r = inset(r, d.px(8), d.px(6))
	if s.State == sign.Unknown {
		d.textTop(&r, 0, s.NextHead, limits{style: medium, max: d.sz(7), min: floorSize, lines: 1}, display.Black, d.px(1))
	}
	lines := s.Next
	if s.Current != nil {
		lines = append([]sign.Line{*s.Current}, lines...)
	}
	d.list(r, lines, s.NextNone, limits{style: bold, max: d.sz(7), min: floorSize, lines: 1}, d.smallRow)
}

// smallRow is a meeting as time over title.
func (d *drawer) smallRow(r *image.Rectangle, l sign.Line) bool {
	return d.lines(r, l,
		limits{style: bold, max: d.sz(7), min: floorSize, lines: 1},
		limits{style: medium, max: d.sz(7), min: d.sz(7), lines: 2}, d.px(3))
}
