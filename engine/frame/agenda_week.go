package frame

import (
	"image"

	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/sign"
)

// weekHeight is that of the week; 0 where there is none, or no room for it.
func (d *drawer) weekHeight(s *sign.Sign) int {
	if len(s.Week) == 0 || d.unit < 0.9 {
		return 0
	}
	return d.px(38)
}

// week draws the days of the week into r, each with how much of it is booked.
func (d *drawer) week(s *sign.Sign, r image.Rectangle) {
	if r.Empty() {
		return
	}
	d.fill(cutTop(&r, d.px(1)), display.Black)
	r = inset(r, d.px(dayMargin)/2, 0)
	pad := d.px(dayMargin) / 2
	text := limits{style: bold, max: d.sz(7), min: floorSize, lines: 1}
	long := true // "Mo 23"; all days are alike
	for i := range s.Week {
		b := d.fit(s.Week[i].Name+" "+s.Week[i].Day, text, r.Dx()/len(s.Week)-2*pad, r.Dy())
		long = long && !b.cut
		if b.n > 0 {
			text.max = b.size
		}
	}
	for i := range s.Week {
		day := &s.Week[i]
		cell, ink := cutLeft(&r, r.Dx()/(len(s.Week)-i)), display.Black
		text.style = medium
		if day.Today {
			d.fill(cell, display.Black)
			ink, text.style = display.White, bold
		}
		cell = inset(cell, pad, d.px(6))
		bar := cutBottom(&cell, d.px(7))
		label := day.Day
		if long {
			label = day.Name + " " + day.Day
		}
		b := d.fit(label, text, cell.Dx(), cell.Dy())
		d.put(&b, cell, left, ink)
		d.fill(image.Rect(bar.Min.X, bar.Max.Y-d.px(1), bar.Max.X, bar.Max.Y), ink)
		if day.Booked < 0 {
			d.stripes(bar, d.px(2), ink)
		} else {
			d.fill(cutLeft(&bar, bar.Dx()*min(day.Booked, 8)/8), ink)
		}
	}
}
