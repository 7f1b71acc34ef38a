package frame

import (
	"image"
	"strconv"

	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/sign"
)

// The layouts cut the panel into boxes that never overlap and fit every text into a
// box of its own. Lengths are those of a reference panel and grow with the panel
// (px); a part for which a panel has no room is left out whole.

// sign draws s with the layout for the shape of the panel.
func (d *drawer) sign(s *sign.Sign) {
	w, h := float32(d.canvas.bounds.Dx()), float32(d.canvas.bounds.Dy())
	switch {
	case h < 200 && w >= 1.5*h:
		d.unit = min(w/296, h/128)
		d.strip(s)
	case w >= 1.4*h:
		d.unit = min(w/800, h/480)
		d.wide(s)
	default:
		d.unit = min(w/400, h/300)
		d.stack(s)
	}
}

// px scales a length of the reference layout.
func (d *drawer) px(n float32) int { return max(1, round(n*d.unit)) }

// floorSize is the smallest size that is still read with ease in one bit.
const floorSize = 6

// sz scales a size of the reference layout.
func (d *drawer) sz(n float32) size { return size(min(max(round(n*d.unit), floorSize), 255)) }

// cutTop takes the upper h pixels off r; cutBottom, cutLeft and cutRight likewise.
func cutTop(r *image.Rectangle, h int) image.Rectangle {
	h = min(max(h, 0), r.Dy())
	top := *r
	top.Max.Y = r.Min.Y + h
	r.Min.Y += h
	return top
}

func cutBottom(r *image.Rectangle, h int) image.Rectangle {
	h = min(max(h, 0), r.Dy())
	bottom := *r
	bottom.Min.Y = r.Max.Y - h
	r.Max.Y -= h
	return bottom
}

func cutLeft(r *image.Rectangle, w int) image.Rectangle {
	w = min(max(w, 0), r.Dx())
	first := *r
	first.Max.X = r.Min.X + w
	r.Min.X += w
	return first
}

func cutRight(r *image.Rectangle, w int) image.Rectangle {
	w = min(max(w, 0), r.Dx())
	last := *r
	last.Min.X = r.Max.X - w
	r.Max.X -= w
	return last
}

// inset is r without margins; empty, not inside out, if they are too large.
func inset(r image.Rectangle, x, y int) image.Rectangle {
	x, y = min(x, r.Dx()/2), min(y, r.Dy()/2)
	return image.Rect(r.Min.X+x, r.Min.Y+y, r.Max.X-x, r.Max.Y-y)
}

// textTop fits s into the top of r, draws it and cuts it off, with gap below.
func (d *drawer) textTop(r *image.Rectangle, s string, l limits, a align, ink uint8, gap int) {
	b := d.fit(s, l, r.Dx(), r.Dy())
	if b.n == 0 {
		return
	}
	d.put(&b, cutTop(r, b.height()), a, ink)
	cutTop(r, gap)
}

// textBottom fits s into the bottom of r, draws it and cuts it off, with gap above.
func (d *drawer) textBottom(r *image.Rectangle, s string, l limits, a align, ink uint8, gap int) {
	b := d.fit(s, l, r.Dx(), r.Dy())
	if b.n == 0 {
		return
	}
	d.put(&b, cutBottom(r, b.height()), a, ink)
	cutBottom(r, gap)
}

// panel paints the ground of the state: full ink where the room is busy, paper
// where it is free, and paper between warning stripes where nobody knows. It gives
// the ink for text and what is left for it.
func (d *drawer) panel(s *sign.Sign, r image.Rectangle) (ink uint8, inner image.Rectangle) {
	switch s.State {
	case sign.Busy:
		d.canvas.fill(r, d.inks.busy)
		return d.inks.onBusy, r
	case sign.Unknown:
		d.canvas.stripes(cutLeft(&r, d.px(16)), d.px(12), display.Black)
	}
	return display.Black, r
}

// state draws headline and detail as one group in the middle of r.
func (d *drawer) state(s *sign.Sign, r image.Rectangle, headline, detail limits, gap int, ink uint8) {
	small := d.fit(s.Detail, detail, r.Dx(), r.Dy()/2)
	used := small.height()
	if used > 0 {
		used += gap
	}
	big := d.fit(s.Headline, headline, r.Dx(), r.Dy()-used)
	cutTop(&r, (r.Dy()-used-big.height())/2)
	d.put(&big, cutTop(&r, big.height()), left, ink)
	cutTop(&r, gap)
	d.put(&small, r, left, ink)
}

// join puts a dot between two texts, either of which may be empty.
func join(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + " · " + b
}

// band draws the notice as a band across r: nobody may mistake a sign that is not
// to be trusted for one that is.
func (d *drawer) band(notice string, r image.Rectangle, l limits) {
	d.canvas.fill(r, d.inks.warn)
	ends := r.Dy()
	for _, end := range []image.Rectangle{cutLeft(&r, ends), cutRight(&r, ends)} {
		d.canvas.stripes(inset(end, 0, d.px(5)), max(3, d.px(8)), d.inks.onWarn)
	}
	r = inset(r, d.px(8), 0)
	b := d.fit(notice, l, r.Dx(), r.Dy())
	cutTop(&r, (r.Dy()-b.height())/2)
	d.put(&b, r, center, d.inks.onWarn)
}

// bar draws the day: hours from left to right, occupied time in solid ink, or in
// stripes where it is only what was last known.
func (d *drawer) bar(s *sign.Sign, r image.Rectangle, barHeight int, label limits) {
	total := s.Hours[1].Sub(s.Hours[0])
	if total <= 0 || r.Dx() < 2*len(s.Ticks) || r.Dy() < 5 {
		return
	}
	line := max(1, d.px(2))
	body := cutTop(&r, min(barHeight, r.Dy()))
	d.canvas.frame(body, line, display.Black)
	inner := inset(body, line, line)
	at := func(i int) int {
		return inner.Min.X + int(int64(inner.Dx())*int64(s.Ticks[i].At.Sub(s.Hours[0]))/int64(total))
	}
	for i := range s.Ticks {
		if x := at(i); x > inner.Min.X && x < inner.Max.X {
			d.canvas.fill(image.Rect(x, inner.Max.Y-max(2, inner.Dy()/3), x+1, inner.Max.Y), display.Black)
		}
	}
	for _, span := range s.Day {
		x0 := inner.Min.X + int(int64(inner.Dx())*int64(span.From.Sub(s.Hours[0]))/int64(total))
		x1 := inner.Min.X + int(int64(inner.Dx())*int64(span.To.Sub(s.Hours[0]))/int64(total))
		taken := image.Rect(x0, inner.Min.Y, max(x1-line, x0+line), inner.Max.Y).Intersect(inner)
		d.canvas.fill(taken, display.White)
		if s.State == sign.Unknown {
			d.canvas.stripes(taken, max(2, line), display.Black)
		} else {
			d.canvas.fill(taken, display.Black)
		}
	}
	d.hours(s, r, at, label)
}

// hours labels every hour of the bar, or every second, third … where they would
// crowd each other.
func (d *drawer) hours(s *sign.Sign, r image.Rectangle, at func(int) int, l limits) {
	if len(s.Ticks) < 2 {
		return
	}
	widest := d.fit("00", l, r.Dx(), r.Dy())
	if widest.n == 0 {
		return
	}
	width, pitch := d.width(&widest), at(1)-at(0)
	step := 1
	for step < 12 && pitch*step < width*2 {
		step++
	}
	for i := 0; i < len(s.Ticks); i += step {
		x := at(i) - width/2
		x = min(max(x, r.Min.X), r.Max.X-width)
		b := d.fit(s.Ticks[i].Label, l, width, r.Dy())
		d.put(&b, image.Rect(x, r.Min.Y, x+width, r.Max.Y), center, display.Black)
	}
}

// row is how one meeting of a list is drawn into r, which it cuts what it used off.
// It draws nothing and reports false if there is no room.
type row func(r *image.Rectangle, l sign.Line) bool

// list draws as many lines as fit, and how many more there are.
func (d *drawer) list(r image.Rectangle, lines []sign.Line, none string, more limits, draw row) {
	if len(lines) == 0 {
		d.textTop(&r, none, limits{style: medium, max: more.max, min: more.min, lines: 3}, left, display.Black, 0)
		return
	}
	for i, l := range lines {
		rest := len(lines) - i
		if rest > 1 {
			// Keep room for "+n", unless this is the last one anyway.
			b := d.fit("+"+strconv.Itoa(rest), more, r.Dx(), r.Dy())
			keep := cutBottom(&r, b.height())
			if draw(&r, l) {
				r.Max.Y = keep.Max.Y
				continue
			}
			d.put(&b, keep, left, display.Black)
			return
		}
		draw(&r, l)
	}
}
