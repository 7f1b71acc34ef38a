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
		d.band(s.Notice, cutBottom(&r, d.px(22)), d.px(8), d.set(bold, 7, 0, 0, 1))
	}
	side := image.Rectangle{}
	if d.hasSide(s) {
		side = cutRight(&r, r.Dx()*48/100)
		d.edge(s, cutRight(&r, d.px(1)))
	}
	ink, hero := d.panel(s, r, d.px(8))
	hero = inset(hero, d.px(8), d.px(6))
	date := s.Date
	if d.hasSide(s) {
		date = ""
	}
	d.heads(s, &hero, hero.Dy()/2, date, d.set(bold, 8, 0, 7, 2), d.set(medium, 7, 0, 0, 1), ink)
	d.state(s, hero, d.huge(bold, 36, 16), d.huge(medium, 11, 7), d.px(7), ink)
	if side.Empty() {
		return
	}
	side = inset(side, d.px(8), d.px(6))
	if s.Code != "" || s.NextHead == "" {
		d.foot(s, &side, side.Dy()*40/100, d.set(medium, 7, 0, 0, 3), d.px(4))
	}
	if s.State == sign.Unknown {
		d.textTop(&side, 0, s.NextHead, d.set(medium, 7, 0, 0, 1), display.Black, d.px(1))
	}
	if s.NextHead == "" {
		return
	}
	lines := s.Next
	if s.Current != nil {
		lines = append([]sign.Line{*s.Current}, lines...)
	}
	d.list(side, lines, s.NextNone, d.set(bold, 7, 0, 0, 1), d.smallRow)
}

// smallRow is a meeting as time over title.
func (d *drawer) smallRow(r *image.Rectangle, l sign.Line) bool {
	return d.lines(r, l, d.set(bold, 7, 0, 0, 1), d.set(medium, 7, 7, 0, 2), d.px(3))
}
