package frame

import (
	"image"
	"strings"

	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/sign"
)

// leastDay is how many pixels high a bar with its hours must be.
const leastDay = 32

// dayAcross draws the sign with the day from side to side: alone where all texts fit
// into it, else with a list below.
func (d *drawer) dayAcross(s *sign.Sign, blocks []timeBlock, r image.Rectangle) {
	head := r.Dy() * 38 / 100
	small := r.Dy() < 200
	if small {
		head = r.Dy() * 54 / 100
	}
	if r.Dy()-head-d.noticeHeight(s) < leastDay {
		d.dayAlone(s, r)
		return
	}
	d.dayHead(s, cutTop(&r, head), above)
	d.dayNotice(s, cutTop(&r, d.noticeHeight(s)))
	d.dayRail(s, &r)
	r = inset(r, d.px(dayMargin), 0)
	cutBottom(&r, d.px(dayPad))
	inside := d.insideSize(s, blocks, r)
	if small || inside > 0 {
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
	d.dayBar(s, blocks, cutTop(&r, min(max(r.Dy()-natural, r.Dy()*42/100), r.Dy()*62/100)), 0)
	cutTop(&r, d.px(dayPad))
	logo := d.dayMarks(s, &r)
	if rest := d.drawColumns(&l, d.listColumns(&l, r.Dx()), r); logo {
		d.logoBelow(s, rest, logoHeight(d.noteLimits()))
	}
}

// listColumns is how many columns of a list fit beside each other.
func (d *drawer) listColumns(l *dayList, width int) int {
	return min(max(width/d.px(195), 1), max(len(l.meetings), 1), 3)
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

// drawColumns draws a list in n columns of one type, and gives what it leaves of the
// last one.
func (d *drawer) drawColumns(l *dayList, n int, r image.Rectangle) (rest image.Rectangle) {
	var set setting
	width := d.columnWidth(n, r.Dx())
	if l.head != "" {
		d.textTop(&r, 0, l.head, d.set(medium, 8, 0, 0, 1), display.Black, d.px(2))
		l.head = ""
	}
	parts := l.split(n)
	for i := range parts {
		one := parts[i].choose(d, width, r.Dy())
		if i == 0 || one.size < set.size || one.short {
			set = one
		}
		set.air = min(set.air, one.air)
	}
	for i := range parts {
		rest = d.drawDayList(&parts[i], set, cutLeft(&r, width))
		cutLeft(&r, 2*d.px(dayMargin))
	}
	return rest
}

// dayBar draws the day into r: blocks on a line with the hours below, with texts in
// them if inside is not 0.
func (d *drawer) dayBar(s *sign.Sign, blocks []timeBlock, r image.Rectangle, inside size) {
	label := d.hourLimits(7)
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
		ink := d.paintBlock(s, b, box, inside > 0)
		if inside > 0 && b.phase != sign.Past {
			d.insideText(b, text, inside, ink)
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

// insideSize is the largest size in which the texts of what is not over all fit into
// their blocks, with all the room of r for the bar; 0 if there is none, or no text.
func (d *drawer) insideSize(s *sign.Sign, blocks []timeBlock, r image.Rectangle) size {
	if len(s.Meetings) == 0 || s.State == sign.Unknown || d.hasMarks(s) || blocks[len(blocks)-1].phase == sign.Past {
		return 0
	}
	cutBottom(&r, d.px(20)) // the hours
	a := d.barAxis(s, r, d.px(20))
	for sz := d.sz(10); sz >= d.sz(6); sz-- {
		if d.allInside(blocks, a, r, sz) {
			return sz
		}
	}
	return 0
}

// leastInside is how wide a block with text must be, in heights of an x.
const leastInside = 7

func (d *drawer) allInside(blocks []timeBlock, a axis, r image.Rectangle, sz size) bool {
	for i := range blocks {
		b := &blocks[i]
		if b.phase == sign.Past {
			continue
		}
		box := d.insideBox(d.barBox(b, a, r))
		if box.Dx() < leastInside*int(sz) {
			return false
		}
		head := d.fit(start(b.meeting.Time), limits{style: bold, max: sz, min: sz, lines: 1}, box.Dx(), box.Dy())
		// The smaller size is for what would not fit without a broken word.
		text := d.fit(b.meeting.Title, limits{style: medium, max: sz, min: sz - 1, lines: maxLines}, box.Dx(), box.Dy()-head.height())
		if head.n == 0 || head.cut || text.size != sz || text.cut {
			return false
		}
	}
	return true
}

func (d *drawer) insideBox(r image.Rectangle) image.Rectangle { return inset(r, d.px(4), d.px(5)) }

// insideText writes when a meeting starts and its title into its block.
func (d *drawer) insideText(b *timeBlock, r image.Rectangle, sz size, ink uint8) {
	r = d.insideBox(r)
	d.textTop(&r, 0, start(b.meeting.Time), limits{style: bold, max: sz, min: sz, lines: 1}, ink, 0)
	d.textTop(&r, 0, b.meeting.Title, limits{style: medium, max: sz, min: sz - 1, lines: maxLines}, ink, 0)
}

// start is the first part of "13:00 – 14:00".
func start(time string) string {
	from, _, _ := strings.Cut(time, " – ")
	return from
}
