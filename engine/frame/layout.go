package frame

import (
	"image"
	"math"
	"slices"
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
	d.mirror, d.near = s.RightToLeft, 0
	if dayOver(s) {
		next := *s
		next.Hours, next.Ticks, next.Day, next.Meetings = [2]time.Time{}, nil, nil, nil
		s = &next
	}
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

// dayOver reports whether what follows is another day's: then today's bar and list would
// be read as that day's.
func dayOver(s *sign.Sign) bool {
	ahead := func(m sign.Meeting) bool { return m.Phase != sign.Past }
	return s.State == sign.Closed && s.NextHead != "" && len(s.Next)+len(s.Meetings) > 0 &&
		!slices.ContainsFunc(s.Meetings, ahead)
}

// scale relates lengths to a reference layout of w × h pixels. On panels larger than
// that, type for reading up close grows slower than the state, so that there is more
// to read and the state stands out.
func (d *drawer) scale(w, h int) {
	d.unit = min(float32(d.canvas.bounds.Dx())/float32(w), float32(d.canvas.bounds.Dy())/float32(h))
	d.near = min(d.unit, float32(math.Pow(float64(d.unit), 0.75)))
}

// px scales a length of the reference layout.
func (d *drawer) px(n float32) int { return max(1, round(n*d.unit)) }

// floorSize is the smallest size that is still read with ease in one bit.
const floorSize = 6

// sz scales a size of the reference layout for reading up close.
func (d *drawer) sz(n float32) size {
	scale := d.near
	if scale == 0 {
		scale = d.unit
	}
	return size(min(max(round(n*scale), floorSize), 255))
}

// set are the limits of type for reading up close, in sizes of the reference layout.
func (d *drawer) set(st style, most, least, single float32, lines int) limits {
	l := limits{style: st, max: d.sz(most), min: d.sz(least), lines: lines}
	if single > 0 {
		l.single = d.sz(single)
	}
	return l
}

// huge are the limits of type for reading from afar.
func (d *drawer) huge(st style, most, single float32) limits {
	far := func(n float32) size { return size(min(max(round(n*d.unit), floorSize), 255)) }
	return limits{style: st, max: far(most), min: floorSize, single: far(single), lines: 2, tight: true}
}

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
// where it is free, and paper beside warning stripes where nobody knows. A state that
// ends soon has an edge of the other one; a room that is shut is framed, and one that
// does not exist has corners only. It gives the ink for text and what is left for it.
func (d *drawer) panel(s *sign.Sign, r image.Rectangle, edge int) (ink uint8, inner image.Rectangle) {
	line := max(1, edge/5)
	switch s.State {
	case sign.Busy:
		d.fill(r, d.inks.busy)
		if s.Soon {
			d.fill(inset(cutLeft(&r, edge), edge/4, 0), d.inks.onBusy)
		}
		return d.inks.onBusy, r
	case sign.Unknown:
		d.stripes(cutLeft(&r, edge), edge*3/4, display.Black)
	case sign.Closed:
		d.outline(inset(r, edge/4, edge/4), line, display.Black)
		r = inset(r, 0, edge/4)
	case sign.Unassigned:
		d.corners(inset(r, edge/4, edge/4), line, edge, display.Black)
		r = inset(r, 0, edge/4)
	default:
		if s.Soon {
			d.fill(cutLeft(&r, edge), d.inks.busy)
		}
	}
	return display.Black, r
}

// corners paints the corners of an outline, length pixels long.
func (d *drawer) corners(r image.Rectangle, width, length int, ink uint8) {
	for _, x := range []int{r.Min.X, r.Max.X - length} {
		for _, y := range []int{r.Min.Y, r.Max.Y - width} {
			d.fill(image.Rect(x, y, x+length, y+width), ink)
		}
	}
	for _, x := range []int{r.Min.X, r.Max.X - width} {
		for _, y := range []int{r.Min.Y, r.Max.Y - length} {
			d.fill(image.Rect(x, y, x+width, y+length), ink)
		}
	}
}

// state draws headline and detail as one group in the middle of r.
func (d *drawer) state(s *sign.Sign, r image.Rectangle, headline, detail limits, gap int, ink uint8) {
	words, until := d.measure(s.Headline, headline), d.measure(s.Detail, detail)
	var big, small block
	used, air := 0, r.Dy()/10
	for { // the state must lead, but takes no more from the detail than that needs
		small = d.refit(&until, detail, r.Dx(), r.Dy()*2/5)
		if used = small.height(); used > 0 {
			used += gap
		}
		big = d.refit(&words, headline, r.Dx(), r.Dy()-used-air)
		most := big.size.part(5, 8)
		if big.n == 0 || small.size <= most || detail.max <= detail.min {
			break
		}
		detail.max = max(min(detail.max, small.size)-max((small.size-most)/2, 1), detail.min)
		detail.single = min(detail.single, detail.max)
	}
	if big.n == 0 || big.cut {
		if alone := d.refit(&words, headline, r.Dx(), r.Dy()); big.n == 0 || !alone.cut {
			small, used, big = block{}, 0, alone
		}
	}
	if used > 0 { // the gap counts from the baseline, or a "g" would tear them apart
		used -= min(big.descent, gap/2)
		gap -= min(big.descent, gap/2)
	}
	cutTop(&r, (r.Dy()-used-big.height())/2)
	d.put(&big, cutTop(&r, big.height()), left, d.accent(s, ink))
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

// bandHeight is how tall the band of a notice must be, at least least pixels, so that
// it says all of it; 0 without a notice.
func (d *drawer) bandHeight(notice string, least, stripe int, l limits) int {
	if notice == "" {
		return 0
	}
	b := d.fit(notice, l, d.canvas.bounds.Dx()-stripe, d.canvas.bounds.Dy()/3)
	return max(least, b.height()+stripe/2)
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

// capHeight is the height of a block's capitals in pixels.
func (d *drawer) capHeight(b *block) int {
	own := d.faces.own[b.style]
	return round(own.lines[1] / own.upem * d.faces.em(b.style, b.size))
}
