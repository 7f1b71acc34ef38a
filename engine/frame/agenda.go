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
	logo := false
	set := setting{size: l.largest, gaps: true}
	small := setting{size: max(l.largest.part(3, 4), l.smallest), first: l.past}
	fixed := d.noticeHeight(s) + 2*d.px(dayPad)
	if towers(r) {
		d.dayNotice(s, cutBottom(&r, d.noticeHeight(s)))
		d.dayTower(s, cutLeft(&r, r.Dx()*40/100))
		if week := d.weekHeight(s); l.height(d, small, r.Dx()-2*d.px(dayMargin))+fixed <= r.Dy()-week {
			d.week(s, cutBottom(&r, week)) // which gives way to the list
		}
		r = inset(r, d.px(dayMargin), d.px(dayPad))
	} else {
		width := r.Dx() - 2*d.px(dayMargin)
		if week := d.weekHeight(s); l.height(d, small, width)+fixed <= r.Dy()*62/100-week {
			d.week(s, cutBottom(&r, week))
		}
		head := min(max(r.Dy()-l.height(d, set, width)-fixed, r.Dy()*38/100), r.Dy()*62/100)
		d.dayHead(s, cutTop(&r, head), above)
		d.dayNotice(s, cutTop(&r, d.noticeHeight(s)))
		d.dayRail(s, &r)
		r = inset(r, d.px(dayMargin), d.px(dayPad))
		logo = d.dayMarks(s, &r)
	}
	if rest := d.drawDayList(&l, l.choose(d, r.Dx(), r.Dy()), r); logo {
		d.logoBelow(s, rest, logoHeight(d.noteLimits()))
	}
}

// The margins of these designs: at the sides, and above and below the day.
const (
	dayMargin = 14
	dayPad    = 7
)

// beginDay sets the scale and gives the panel.
func (d *drawer) beginDay() image.Rectangle {
	r := d.canvas.bounds
	if r.Dx() >= r.Dy() {
		d.scale(400, 300)
	} else {
		d.scale(300, 400)
	}
	return r
}

// towers reports whether a panel is so wide that the head stands beside the day.
func towers(r image.Rectangle) bool { return r.Dx()*10 >= r.Dy()*19 }

// dayAlone draws the head where there is no day to show.
func (d *drawer) dayAlone(s *sign.Sign, r image.Rectangle) {
	d.dayNotice(s, cutBottom(&r, d.noticeHeight(s)))
	if below := d.headFoot(s, r, 60); !below.Empty() {
		r.Max.Y = below.Min.Y
		d.dayHead(s, r, above)
		return
	}
	d.dayHead(s, r, alone)
}

// noticeHeight is that of the notice's band, 0 where there is none. Small panels need
// several lines for it.
func (d *drawer) noticeHeight(s *sign.Sign) int {
	if s.Notice == "" {
		return 0
	}
	l := d.noticeLimits()
	l.max, l.single = floorSize, 0
	least := d.fit(s.Notice, l, d.canvas.bounds.Dx()-d.px(16), d.canvas.bounds.Dy()/3)
	return max(d.px(32), 20, least.height()+6)
}

func (d *drawer) noticeLimits() limits { return d.set(bold, 9, 0, 7, 3) }

func (d *drawer) dayNotice(s *sign.Sign, r image.Rectangle) {
	if s.Notice != "" {
		d.band(s.Notice, r, d.px(14), d.noticeLimits())
	}
}

// dayRail goes on with the stripes of the head beside what was last known.
func (d *drawer) dayRail(s *sign.Sign, r *image.Rectangle) {
	if s.State == sign.Unknown {
		d.stripes(cutLeft(r, d.px(dayStripe)), d.px(dayStripe)*3/4, display.Black)
	}
}

// hasMarks reports whether there is more to show than the state and the day.
func (d *drawer) hasMarks(s *sign.Sign) bool {
	return s.Code != "" || s.Text != "" || d.logo(s) != nil
}

func (d *drawer) noteLimits() limits { return d.set(medium, 7, 0, 0, 3) }

// dayMarks cuts text, code and logo off r, where it is large enough for them: below
// the list in portrait, else the code at the right and the text below. It reports
// whether the logo is still to be drawn.
func (d *drawer) dayMarks(s *sign.Sign, r *image.Rectangle) (logo bool) {
	gap, note := d.px(10), d.noteLimits()
	if !d.hasMarks(s) || r.Dx() < 200 {
		return false
	}
	if d.canvas.bounds.Dy() > d.canvas.bounds.Dx() {
		cutBottom(r, d.px(5))
		d.foot(s, r, r.Dy()*60/100, d.px(dayPad), note, gap)
		return false
	}
	logo = true
	if r.Dx() >= 300 {
		bleed := d.px(dayMargin) / 2 // what goes on reaches out of the list
		below := d.corner(s, r, d.px(dayMargin), note, gap+bleed)
		logo = below.Empty() || !d.logoBelow(s, below, logoHeight(note))
	}
	d.freeText(s, r, r.Dy()*3/4, note, gap/2)
	return logo
}
