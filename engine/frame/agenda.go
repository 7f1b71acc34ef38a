package frame

import (
	"image"

	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/sign"
)

// The designs Agenda and Timeline share a head, which says the state, and differ in
// the day below or beside it. The head gets what height the day does not need, so
// that an empty day is read from furthest away.

// agenda is the design of the day as a list.
func (d *drawer) agenda(s *sign.Sign) {
	r := d.beginDay()
	l := d.newDayList(s)
	if l.empty() {
		d.dayAlone(s, r)
		return
	}
	if towers(r) {
		d.dayNotice(s, cutBottom(&r, d.noticeHeight(s)))
		d.dayHead(s, cutLeft(&r, r.Dx()*40/100), beside)
	} else {
		set := setting{size: l.largest, gaps: true}
		width := r.Dx() - 2*d.px(dayMargin)
		fixed := d.noticeHeight(s) + 2*d.px(dayPad)
		// The week gives way to the list.
		if week := d.weekHeight(s); l.height(d, setting{size: max(l.largest*3/4, l.smallest), first: l.past}, width)+fixed <= r.Dy()*62/100-week {
			d.week(s, cutBottom(&r, week))
		}
		head := min(max(r.Dy()-l.height(d, set, width)-fixed, r.Dy()*38/100), r.Dy()*62/100)
		d.dayHead(s, cutTop(&r, head), above)
		d.dayNotice(s, cutTop(&r, d.noticeHeight(s)))
		d.dayRail(s, &r)
	}
	r = inset(r, d.px(dayMargin), d.px(dayPad))
	d.drawDayList(&l, l.choose(d, r.Dx(), r.Dy()), r)
}

// The margins of these designs: at the sides, and above and below the day.
const (
	dayMargin = 14
	dayPad    = 7
)

// beginDay sets the unit, for reference 400×300 or 300×400, and gives the panel.
func (d *drawer) beginDay() image.Rectangle {
	r := d.canvas.bounds
	w, h := float32(r.Dx()), float32(r.Dy())
	d.unit = min(max(w, h)/400, min(w, h)/300)
	return r
}

// towers reports whether a panel is so wide that the head stands beside the day.
func towers(r image.Rectangle) bool { return r.Dx()*10 >= r.Dy()*19 }

// dayAlone draws the head where there is no day to show.
func (d *drawer) dayAlone(s *sign.Sign, r image.Rectangle) {
	d.dayNotice(s, cutBottom(&r, d.noticeHeight(s)))
	d.dayHead(s, r, alone)
}

func (d *drawer) noticeHeight(s *sign.Sign) int {
	if s.Notice == "" {
		return 0
	}
	return max(d.px(32), 20)
}

func (d *drawer) dayNotice(s *sign.Sign, r image.Rectangle) {
	if s.Notice != "" {
		d.band(s.Notice, r, d.px(14), limits{style: bold, max: d.sz(9), min: floorSize, single: d.sz(7), lines: 2})
	}
}

// dayRail goes on with the stripes of the head beside what was last known.
func (d *drawer) dayRail(s *sign.Sign, r *image.Rectangle) {
	if s.State == sign.Unknown {
		d.stripes(cutLeft(r, d.px(dayStripe)), d.px(dayStripe)*3/4, display.Black)
	}
}
