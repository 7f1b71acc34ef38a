package frame

import (
	"image"
	"time"

	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/sign"
)

// bar draws the day into r: a line with its hours, margin pixels in, and on it a block
// for each stretch of occupied time, solid, or striped where it is only what was last
// known. The first and last hour reach into the margins.
func (d *drawer) bar(s *sign.Sign, r image.Rectangle, margin, height int, label limits) {
	total := s.Hours[1].Sub(s.Hours[0])
	widest := d.fit("00", label, r.Dx(), r.Dy())
	overhang, line := d.width(&widest)/2, max(1, d.px(2))
	r = inset(r, max(margin-overhang, 0), 0)
	if total <= 0 || len(s.Ticks) < 2 || r.Dx() < 4*len(s.Ticks) || r.Dy() < height+line || widest.n == 0 {
		return
	}
	width := r.Dx() - 2*overhang
	at := func(t time.Time) int {
		return r.Min.X + overhang + int(int64(width)*int64(t.Sub(s.Hours[0]))/int64(total))
	}
	blocks := cutTop(&r, height)
	d.fill(image.Rect(at(s.Hours[0]), r.Min.Y, at(s.Hours[1])+line, r.Min.Y+line), display.Black)
	for _, span := range s.Day {
		// A sliver of paper after each block keeps neighbours apart.
		block := image.Rect(at(span.From), blocks.Min.Y, max(at(span.To)-line, at(span.From)+line), blocks.Max.Y)
		if s.State == sign.Unknown {
			d.stripes(block, max(2, line), display.Black)
		} else {
			d.fill(block, display.Black)
		}
	}
	cutTop(&r, line)
	tick := cutTop(&r, min(2*line, r.Dy()))
	for i := range s.Ticks {
		x := at(s.Ticks[i].At)
		d.fill(image.Rect(x, tick.Min.Y, x+line, tick.Max.Y), display.Black)
	}
	cutTop(&r, line)
	d.hours(s, r, at, label, 2*overhang)
}

// hours labels every hour of the bar, or every second, third … where they would
// crowd each other.
func (d *drawer) hours(s *sign.Sign, r image.Rectangle, at func(time.Time) int, l limits, width int) {
	pitch, step := at(s.Ticks[1].At)-at(s.Ticks[0].At), 1
	for step < len(s.Ticks) && pitch*step < width*2 {
		step++
	}
	for i := 0; i < len(s.Ticks); i += step {
		x := at(s.Ticks[i].At) - width/2
		box := image.Rect(x, r.Min.Y, x+width+1, r.Max.Y)
		b := d.fit(s.Ticks[i].Label, l, box.Dx(), box.Dy())
		d.put(&b, box, center, display.Black)
	}
}
