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
	if d.canvas.bounds.Dy() > d.canvas.bounds.Dx() {
		return d.px(46)
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
	pad, edge, thick := d.px(dayMargin)/2, d.px(6), d.px(7)
	width, height := r.Dx()/len(s.Week)-2*pad, r.Dy()-2*edge-thick
	text := d.set(bold, 7, 0, 0, 1)
	long := d.alike(s, width, height, text.max, &text, func(w *sign.WeekDay) string { return w.Name + " " + w.Day })
	if !long { // the name over the day
		d.alike(s, width, height/2, floorSize, &text, func(w *sign.WeekDay) string { return w.Name })
	}
	for i := range s.Week {
		day := &s.Week[i]
		cell, ink := cutLeft(&r, r.Dx()/(len(s.Week)-i)), display.Black
		text.style = medium
		if day.Today {
			d.fill(cell, display.Black)
			ink, text.style = display.White, bold
		}
		cell = inset(cell, pad, edge)
		bar := cutBottom(&cell, thick)
		if long {
			d.textTop(&cell, 0, day.Name+" "+day.Day, text, ink, 0)
		} else {
			d.textTop(&cell, 0, day.Name, text, ink, 0)
			d.textTop(&cell, 0, day.Day, text, ink, 0)
		}
		d.fill(image.Rect(bar.Min.X, bar.Max.Y-d.px(1), bar.Max.X, bar.Max.Y), ink)
		if day.Booked < 0 {
			d.stripes(bar, d.px(2), ink)
		} else {
			d.fill(cutLeft(&bar, bar.Dx()*min(day.Booked, 8)/8), ink)
		}
	}
}

// alike makes l such that the words for all days of the week have one size, and
// reports whether there is one that is not below least.
func (d *drawer) alike(s *sign.Sign, width, height int, least size, l *limits, words func(*sign.WeekDay) string) bool {
	try := *l
	for i := range s.Week {
		b := d.fit(words(&s.Week[i]), try, width, height)
		if b.n == 0 || b.cut || b.size < least {
			return false
		}
		try.max = b.size
	}
	*l = try
	return true
}
