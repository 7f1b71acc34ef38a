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
		line, meta := lineHeight(d.faces.em(bold, sz)/1000), lineHeight(d.faces.em(medium, metaSize(sz))/1000)
		if line+2*d.blockEdge(half) <= half && line+meta+2*d.blockEdge(2*half) < 2*half {
			break
		}
	}
	return sz
}

// lineHeight is that of a line whose thousandth of an em is em pixels.
func lineHeight(em float32) int { return ceil(ascentMille*em+0.5) + ceil(descentMille*em+0.5) }

// metaSize is that of times beside titles of size sz.
func metaSize(sz size) size { return max(sz*3/4, floorSize) }

// blockText writes title and time into a block, below each other where it is high
// enough, else beside each other; where that is too much, the title alone.
func (d *drawer) blockText(b *timeBlock, r image.Rectangle, sz size, ink uint8) {
	m, strong := b.meeting, bold
	if b.phase == sign.Past {
		strong = medium
	}
	r = inset(r, d.px(8), d.blockEdge(r.Dy()))
	what := d.fit(m.Title, limits{style: strong, max: sz, min: metaSize(sz), lines: 3}, r.Dx(), r.Dy())
	if what.n == 0 { // a short meeting
		what = d.fit(m.Title, limits{style: strong, max: sz, min: floorSize, lines: 1}, r.Dx(), r.Dy())
	}
	meta := limits{style: medium, max: metaSize(sz), min: metaSize(sz), lines: 1}
	below := d.fit(d.join(m.Time, m.Who), meta, r.Dx(), r.Dy()-what.height())
	if below.cut {
		below = d.fit(m.Time, meta, r.Dx(), r.Dy()-what.height())
	}
	if below.n > 0 && !below.cut {
		cutTop(&r, min((r.Dy()-what.height()-below.height())/2, d.px(4)))
		d.put(&what, cutTop(&r, what.height()), left, ink)
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
