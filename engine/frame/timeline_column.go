package frame

import (
	"image"
	"time"

	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/sign"
)

// dayColumn draws the day into r from top to bottom. The hours stand on the side that
// is not the head's, so that what goes on can grow out of the head.
func (d *drawer) dayColumn(s *sign.Sign, blocks []timeBlock, r image.Rectangle, head standing) {
	edge := r.Min.X
	if head == above {
		d.columnMarks(s, &r)
	}
	label := d.set(medium, 7, 0, 0, 1)
	widest := d.fit("00", label, r.Dx(), r.Dy())
	half := widest.height() / 2
	r = inset(r, d.px(dayMargin), d.px(dayPad)+half)
	labels, side := r, right
	if head == beside {
		labels, side = cutRight(&r, d.width(&widest)), left
		cutRight(&r, d.px(6))
	} else {
		labels = cutLeft(&r, d.width(&widest))
		cutLeft(&r, d.px(6))
	}
	gap := d.px(2)
	a := axis{hours: s.Hours, start: r.Min.Y, length: r.Dy() - 1}
	pitch, step := a.at(s.Ticks[1].At)-a.at(s.Ticks[0].At), 1
	for step*pitch < widest.height() && step < len(s.Ticks) {
		step++
	}
	for i := range s.Ticks {
		y := a.at(s.Ticks[i].At)
		d.fill(image.Rect(r.Min.X+gap, y, r.Max.X-gap, y+d.px(0.4)), d.inks.rule)
		if i%step == 0 {
			b := d.fit(s.Ticks[i].Label, label, labels.Dx(), widest.height())
			d.put(&b, image.Rect(labels.Min.X, y-half, labels.Max.X, y-half+b.height()), side, display.Black)
		}
	}
	sz := d.columnSize(a.at(s.Hours[0].Add(30*time.Minute)) - a.start)
	for i := range blocks {
		b := &blocks[i]
		x0, x1 := b.across(r.Min.X+gap, r.Max.X-gap, gap)
		top, bottom := a.at(b.From), a.at(b.To)+1
		d.fill(image.Rect(x0, top, x1, bottom), display.White)
		box := image.Rect(x0, top+gap/2, x1, max(bottom-gap/2, top+gap/2+2))
		text := box
		if head == beside && b.phase == sign.Now && b.lane == 0 && s.State == sign.Busy {
			box.Min.X = edge
		}
		if ink := d.paintBlock(s, b, box, b.meeting != nil); b.meeting != nil && s.State != sign.Unknown {
			d.blockText(b, text, sz, ink)
		}
	}
}

// columnMarks draws text, code and logo below the day, if that leaves room enough.
func (d *drawer) columnMarks(s *sign.Sign, r *image.Rectangle) {
	area := inset(*r, d.px(dayMargin), d.px(dayPad))
	before := area.Max.Y
	d.foot(s, &area, area.Dy()*80/100, d.px(dayPad), d.noteLimits(), d.px(8))
	r.Max.Y -= before - area.Max.Y
}

// columnSize is the largest type of which a line fits into half an hour, and another,
// smaller one into an hour.
func (d *drawer) columnSize(half int) size {
	sz := d.sz(9)
	for ; sz > floorSize; sz-- {
		line, meta := d.tightLine(sz), d.tightLine(sz.part(3, 4))
		if line+2*d.blockEdge(half)+2 <= half && line+textGap(sz)+meta+2*d.blockEdge(2*half)+4 <= 2*half {
			break
		}
	}
	return sz
}

// tightLine is the height of capitals and descenders.
func (d *drawer) tightLine(sz size) int { return ceil(0.98 * d.faces.em(bold, sz)) }

// textGap is the space between a title of size sz and the time below it.
func textGap(sz size) int { return max(int(sz)/3, 2) }

// blockText writes title and time into a block, below each other where it is high
// enough, else beside each other; where that is too much, the title alone.
func (d *drawer) blockText(b *timeBlock, r image.Rectangle, sz size, ink uint8) {
	m, strong := b.meeting, bold
	if b.phase == sign.Past {
		strong = medium
	}
	if large := d.sz(10); r.Dy() >= 8*d.tightLine(large) { // a long meeting
		sz = max(sz, large)
	}
	r = inset(r, d.px(8), d.blockEdge(r.Dy())+1)
	title := limits{style: strong, max: sz, min: sz.part(3, 4), lines: 3, tight: true}
	what := d.fit(m.Title, title, r.Dx(), r.Dy())
	if what.n == 0 { // a short meeting
		title.min, title.lines = floorSize, 1
		what = d.fit(m.Title, title, r.Dx(), r.Dy())
	}
	meta := limits{style: medium, max: sz.part(3, 4), min: sz.part(3, 4), lines: 1, tight: true}
	gap := textGap(sz)
	if r.Dy() < d.tightLine(sz)+gap+d.tightLine(meta.max) { // equally high blocks look alike
		gap = r.Dy()
	}
	below := d.fit(d.join(m.Time, m.Who), meta, r.Dx(), r.Dy()-what.height()-gap)
	if below.cut {
		below = d.fit(m.Time, meta, r.Dx(), r.Dy()-what.height()-gap)
	}
	if below.n > 0 && !below.cut {
		cutTop(&r, min((r.Dy()-what.height()-gap-below.height())/2, d.px(6)))
		d.put(&what, cutTop(&r, what.height()), left, ink)
		cutTop(&r, gap)
		d.put(&below, r, left, ink)
		return
	}
	cutTop(&r, (r.Dy()-what.height())/2)
	meta.min = floorSize
	if at := d.fit(m.Time, meta, r.Dx()-d.width(&what)-d.px(12), r.Dy()); what.n == 1 && at.n > 0 && !at.cut {
		box := cutRight(&r, d.width(&at))
		cutTop(&box, what.ascent-at.ascent)
		d.put(&at, box, right, ink)
	}
	d.put(&what, r, left, ink)
}
