package frame

import (
	"image"
	"strconv"

	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/sign"
)

// row is how one meeting of a list is drawn into r, which it cuts what it used off.
// It draws nothing and reports false if there is no room.
type row func(r *image.Rectangle, l sign.Line) bool

// list draws as many lines as fit, and how many more there are. It gives what it
// leaves of r.
func (d *drawer) list(r image.Rectangle, lines []sign.Line, none string, more limits, draw row) (rest image.Rectangle) {
	if len(lines) == 0 {
		more.style, more.single, more.lines = medium, more.min, 3
		d.textTop(&r, 0, none, more, display.Black, 0)
	}
	for i, l := range lines {
		left := len(lines) - i
		if left == 1 && draw(&r, l) {
			break
		}
		// Each line leaves room to say how many more there are; but the first one is
		// worth more than that.
		count := d.more(left, more, r)
		above := r
		cutBottom(&above, count.height()+d.px(2))
		if left > 1 && draw(&above, l) {
			r.Min.Y = above.Min.Y
			continue
		}
		if i > 0 || !draw(&r, l) {
			d.put(&count, cutTop(&r, count.height()), 0, display.Black)
		}
		break
	}
	return r
}

const leftToRightMark = "\u200e"

// more fits how many more meetings there are than a list has room for.
func (d *drawer) more(n int, l limits, r image.Rectangle) block {
	text := "+" + strconv.Itoa(n)
	if d.mirror {
		text = leftToRightMark + text // or the sign would come after its number
	}
	return d.fit(text, l, r.Dx(), r.Dy())
}

// rows gives the row that suits the width of a list: time and title side by side where
// both have room, else one below the other.
func (d *drawer) rows(lines []sign.Line, width int, time, title limits, gap int) row {
	if width >= leastFlat*int(title.max) {
		return d.flatRows(lines, width, time, title, gap)
	}
	gap = max(gap, int(title.max)/2) // or a title would belong to the next time as well
	return func(r *image.Rectangle, l sign.Line) bool { return d.lines(r, l, time, title, gap) }
}

// leastFlat is how wide a list with time and title side by side must be, in heights
// of an x.
const leastFlat = 33

// lines draws a meeting as its time over its title.
func (d *drawer) lines(r *image.Rectangle, l sign.Line, time, title limits, gap int) bool {
	upper := d.fit(l.Time, time, r.Dx(), r.Dy())
	lower := d.fit(l.Title, title, r.Dx(), r.Dy()-upper.height())
	if upper.n == 0 || lower.n == 0 {
		return false
	}
	d.put(&upper, cutTop(r, upper.height()), left, display.Black)
	d.put(&lower, cutTop(r, lower.height()), left, display.Black)
	cutTop(r, gap)
	return true
}

// flatRows gives a row that draws a meeting as time and title side by side, with
// the titles of all lines below each other.
func (d *drawer) flatRows(lines []sign.Line, width int, time, title limits, gap int) row {
	column, between := 0, int(time.max)*3/2
	for i := range lines {
		b := d.fit(lines[i].Time, time, width*55/100, d.canvas.bounds.Dy())
		column = max(column, d.width(&b))
	}
	return func(r *image.Rectangle, l sign.Line) bool {
		at := d.fit(l.Time, time, column, r.Dy())
		what := d.fit(l.Title, title, r.Dx()-column-between, r.Dy())
		if at.n == 0 || what.n == 0 {
			return false
		}
		box := cutTop(r, max(at.height(), what.height()))
		first := cutLeft(&box, column)
		cutLeft(&box, between)
		baseline := max(at.ascent, what.ascent)
		cutTop(&first, baseline-at.ascent)
		cutTop(&box, baseline-what.ascent)
		d.put(&at, first, left, display.Black)
		d.put(&what, box, left, display.Black)
		cutTop(r, gap)
		return true
	}
}
