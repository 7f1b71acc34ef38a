package frame

import (
	"image"
	"strings"

	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/sign"
)

// dayAcross draws the sign with the day from side to side: alone where all texts fit
// into it, else with a list below.
func (d *drawer) dayAcross(s *sign.Sign, blocks []timeBlock, r image.Rectangle) {
	head := r.Dy() * 38 / 100
	small := r.Dy() < 200
	if small {
		head = r.Dy() * 54 / 100
	}
	d.dayHead(s, cutTop(&r, head), above)
	d.dayNotice(s, cutTop(&r, d.noticeHeight(s)))
	d.dayRail(s, &r)
	r = inset(r, d.px(dayMargin), 0)
	cutBottom(&r, d.px(dayPad))
	if inside := d.insideTexts(s, blocks, r); small || inside {
		d.dayBar(s, blocks, r, inside)
		return
	}
	l := d.newDayList(s)
	l = l.part(l.past, len(l.meetings))
	n := d.listColumns(&l, r.Dx())
	natural := 0
	for _, part := range l.split(n) {
		natural = max(natural, part.height(d, setting{size: l.largest}, d.columnWidth(n, r.Dx())))
	}
	d.dayBar(s, blocks, cutTop(&r, min(max(r.Dy()-natural, r.Dy()*42/100), r.Dy()*62/100)), false)
	cutTop(&r, d.px(dayPad))
	d.drawColumns(&l, n, r)
}

// listColumns is how many columns of a list fit beside each other.
func (d *drawer) listColumns(l *dayList, width int) int {
	return min(max(width/d.px(220), 1), max(len(l.meetings), 1), 3)
}

func (d *drawer) columnWidth(n, width int) int {
	return (width - (n-1)*2*d.px(dayMargin)) / n
}

// split shares a list among n columns.
func (l *dayList) split(n int) []dayList {
	parts := make([]dayList, 0, n)
	per := max((len(l.meetings)+n-1)/n, 1)
	for i := 0; i < len(l.meetings); i += per {
		parts = append(parts, l.part(i, min(i+per, len(l.meetings))))
	}
	if len(parts) == 0 {
		parts = append(parts, *l)
	}
	return parts
}

// drawColumns draws a list in n columns of one type.
func (d *drawer) drawColumns(l *dayList, n int, r image.Rectangle) {
	set := setting{size: l.largest}
	width := d.columnWidth(n, r.Dx())
	if l.head != "" {
		head := limits{style: medium, max: max(l.largest*4/5, floorSize), min: floorSize, lines: 1}
		d.textTop(&r, 0, l.head, head, display.Black, d.px(2))
		l.head = ""
	}
	parts := l.split(n)
	for i := range parts {
		one := parts[i].choose(d, width, r.Dy())
		set.size, set.short = min(set.size, one.size), set.short || one.short
	}
	for i := range parts {
		d.drawDayList(&parts[i], set, cutLeft(&r, width))
		cutLeft(&r, 2*d.px(dayMargin))
	}
}

// dayBar draws the day into r: blocks on a line with the hours below.
func (d *drawer) dayBar(s *sign.Sign, blocks []timeBlock, r image.Rectangle, inside bool) {
	label := limits{style: medium, max: d.sz(7), min: floorSize, lines: 1, tight: true}
	widest := d.fit("00", label, r.Dx(), r.Dy())
	line := max(1, d.px(2))
	head := r.Min.Y
	cutTop(&r, d.px(dayPad))
	scale := cutBottom(&r, widest.height()+line+d.px(5))
	a := d.barAxis(s, r, d.width(&widest))
	d.fill(image.Rect(a.start, scale.Min.Y, a.start+a.length+line, scale.Min.Y+line), display.Black)
	for i := range s.Ticks {
		x := a.at(s.Ticks[i].At)
		d.fill(image.Rect(x, scale.Min.Y, x+line, scale.Min.Y+line+d.px(3)), display.Black)
	}
	cutTop(&scale, line+d.px(5))
	d.hours(s, scale, a.at, label, 2*((d.width(&widest)+1)/2))
	for i := range blocks {
		b := &blocks[i]
		box := d.barBox(b, a, r)
		text := box
		if b.phase == sign.Now && b.lane == 0 && s.State == sign.Busy {
			box.Min.Y = head // it grows out of the head
		}
		ink := d.paintBlock(s, b, box, inside)
		if inside && b.phase != sign.Past {
			d.insideText(b, text, ink)
		}
	}
}

func (d *drawer) barAxis(s *sign.Sign, r image.Rectangle, label int) axis {
	return axis{hours: s.Hours, start: r.Min.X + label/2, length: r.Dx() - label}
}

func (d *drawer) barBox(b *timeBlock, a axis, r image.Rectangle) image.Rectangle {
	gap := max(1, d.px(2))
	y0, y1 := b.across(r.Min.Y, r.Max.Y-gap, gap)
	return image.Rect(a.at(b.From), y0, max(a.at(b.To)-gap+1, a.at(b.From)+gap), y1)
}

// insideTexts reports whether all texts fit into their blocks, with all the room of r
// for the bar.
func (d *drawer) insideTexts(s *sign.Sign, blocks []timeBlock, r image.Rectangle) bool {
	if len(s.Meetings) == 0 || s.State == sign.Unknown {
		return false
	}
	any := false
	a := d.barAxis(s, r, d.px(20))
	for i := range blocks {
		b := &blocks[i]
		if b.phase == sign.Past {
			continue
		}
		any = true
		box := inset(d.barBox(b, a, r), d.px(5), d.px(6))
		from, title := d.insideLimits()
		head := d.fit(start(b.meeting.Time), from, box.Dx(), box.Dy())
		text := d.fit(b.meeting.Title, title, box.Dx(), box.Dy()-head.height()-d.px(20))
		if text.n == 0 || text.cut || head.n == 0 || head.cut {
			return false
		}
	}
	return any
}

func (d *drawer) insideLimits() (from, title limits) {
	return limits{style: bold, max: d.sz(8), min: d.sz(6), lines: 1}, limits{style: medium, max: d.sz(8), min: d.sz(6), lines: 4}
}

// start is the first part of "13:00 – 14:00".
func start(time string) string {
	from, _, _ := strings.Cut(time, " – ")
	return from
}

func (d *drawer) insideText(b *timeBlock, box image.Rectangle, ink uint8) {
	box = inset(box, d.px(5), d.px(6))
	from, title := d.insideLimits()
	d.textTop(&box, 0, start(b.meeting.Time), from, ink, 0)
	d.textTop(&box, 0, b.meeting.Title, title, ink, 0)
}
