package frame

import (
	"image"
	"strconv"
	"time"

	"github.com/go-text/typesetting/bidi"

	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/sign"
)

// The layouts cut the panel into boxes that never overlap and fit every text into a
// box of its own. Lengths are those of a reference panel and grow with the panel
// (px); a part for which a panel has no room is left out whole.

// sign draws s in its design.
func (d *drawer) sign(s *sign.Sign) {
	if s.Design == sign.Custom && d.template(s) {
		return // a template says itself where things are
	}
	d.mirror = s.RightToLeft
	switch {
	case s.Design == sign.Agenda:
		d.agenda(s)
	case s.Design == sign.Timeline:
		d.timeline(s)
	case s.Design == sign.NamePlate:
		d.namePlate(s)
	default:
		d.status(s)
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

// textTop fits s into the top of r, draws it and cuts it off, with gap below. The
// lowest keep pixels of r are not used: they belong to something that matters more.
func (d *drawer) textTop(r *image.Rectangle, keep int, s string, l limits, ink uint8, gap int) {
	b := d.fit(s, l, r.Dx(), r.Dy()-keep-gap)
	if b.n > 0 {
		d.put(&b, cutTop(r, b.height()), left, ink)
		cutTop(r, gap)
	}
}

// panel paints the ground of the state: full ink where the room is busy, paper
// where it is free, and paper beside warning stripes where nobody knows. It gives
// the ink for text and what is left for it.
func (d *drawer) panel(s *sign.Sign, r image.Rectangle, stripe int) (ink uint8, inner image.Rectangle) {
	switch s.State {
	case sign.Busy:
		d.fill(r, d.inks.busy)
		return d.inks.onBusy, r
	case sign.Unknown:
		d.stripes(cutLeft(&r, stripe), stripe*3/4, display.Black)
	}
	return display.Black, r
}

// state draws headline and detail as one group in the middle of r.
func (d *drawer) state(s *sign.Sign, r image.Rectangle, headline, detail limits, gap int, ink uint8) {
	small := d.fit(s.Detail, detail, r.Dx(), r.Dy()*2/5)
	used := small.height()
	if used > 0 {
		used += gap
	}
	big := d.fit(s.Headline, headline, r.Dx(), r.Dy()-used)
	if used > 0 { // the gap counts from the baseline, or a "g" would tear them apart
		used -= min(big.descent, gap/2)
		gap -= min(big.descent, gap/2)
	}
	cutTop(&r, (r.Dy()-used-big.height())/2)
	d.put(&big, cutTop(&r, big.height()), left, ink)
	cutTop(&r, gap)
	d.put(&small, r, left, ink)
}

// meeting draws the meeting going on at the bottom of r: its title over its time
// and organiser. Where room is short the title comes first, then the time.
func (d *drawer) meeting(r *image.Rectangle, keep int, l *sign.Line, title, meta limits, ink uint8) {
	upper := d.fit(l.Title, title, r.Dx(), r.Dy()-keep)
	free := r.Dy() - keep - upper.height()
	lower := d.fit(d.join(l.Time, l.Who), meta, r.Dx(), free)
	if lower.cut {
		lower = d.fit(l.Time, meta, r.Dx(), free)
	}
	d.put(&lower, cutBottom(r, lower.height()), left, ink)
	d.put(&upper, cutBottom(r, upper.height()), left, ink)
}

// join puts a dot between two texts, either of which may be empty. The second keeps
// its own direction without turning the first.
func (d *drawer) join(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	if (baseDirection([]rune(b)) == bidi.RightToLeft) != d.mirror {
		b = string(firstStrongIsolate) + b + string(popIsolate)
	}
	return a + " · " + b
}

// band draws the notice as a band across r: nobody may mistake a sign that is not
// to be trusted for one that is.
func (d *drawer) band(notice string, r image.Rectangle, stripe int, l limits) {
	d.fill(r, d.inks.warn)
	ends := r.Dy() * 3 / 4
	if words := d.fit(notice, l, r.Dx()-2*ends-stripe, r.Dy()); words.cut || words.n == 0 {
		ends = 0 // the words matter more than the stripes
	}
	for _, end := range []image.Rectangle{cutLeft(&r, ends), cutRight(&r, ends)} {
		d.stripes(end, stripe*3/4, d.inks.onWarn)
	}
	r = inset(r, stripe/2, 0)
	b := d.fit(notice, l, r.Dx(), r.Dy())
	cutTop(&r, (r.Dy()-b.height())/2)
	d.put(&b, r, center, d.inks.onWarn)
}

// bar draws the day into r: a line with its hours, and on it a block for each
// stretch of occupied time, solid, or striped where it is only what was last known.
// The line keeps clear of the ends of r so that the first and last hour fit below it.
func (d *drawer) bar(s *sign.Sign, r image.Rectangle, height int, label limits) {
	total := s.Hours[1].Sub(s.Hours[0])
	widest := d.fit("00", label, r.Dx(), r.Dy())
	overhang, line := d.width(&widest)/2, max(1, d.px(2))
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

// row is how one meeting of a list is drawn into r, which it cuts what it used off.
// It draws nothing and reports false if there is no room.
type row func(r *image.Rectangle, l sign.Line) bool

// list draws as many lines as fit, and how many more there are.
func (d *drawer) list(r image.Rectangle, lines []sign.Line, none string, more limits, draw row) {
	if len(lines) == 0 {
		more.style, more.single, more.lines = medium, more.min, 3
		d.textTop(&r, 0, none, more, display.Black, 0)
		return
	}
	for i, l := range lines {
		rest := len(lines) - i
		count := d.fit("+"+strconv.Itoa(rest), more, r.Dx(), r.Dy())
		if rest == 1 {
			if !draw(&r, l) {
				d.put(&count, r, left, display.Black)
			}
			return
		}
		// Each line leaves room to say how many more there are.
		above := r
		cutBottom(&above, count.height())
		if !draw(&above, l) {
			d.put(&count, r, left, display.Black)
			return
		}
		r.Min.Y = above.Min.Y
	}
}
