package frame

import (
	"image"

	"github.com/roomink/roomink/engine/sign"
)

// leastColumn is the width in pixels of the narrowest column beside a state that is
// still read with ease: about twenty letters.
const leastColumn = 190

// status is the design of the huge state, in the layout for the shape of the panel.
func (d *drawer) status(s *sign.Sign) {
	w, h := d.canvas.bounds.Dx(), d.canvas.bounds.Dy()
	switch {
	case h < 200 && 2*w >= 3*h:
		d.scale(296, 128)
		d.strip(s)
	case w < 200 && 2*h >= 3*w:
		d.scale(128, 296)
		d.strip(s)
	case 4*w >= 5*h && w*sideShare/100 >= leastColumn:
		d.scale(800, 480)
		d.wide(s)
	case 5*h >= 6*w && w >= 2*leastColumn:
		d.scale(480, 800)
		d.tall(s)
	case h > w:
		d.scale(320, 300)
		d.stack(s)
	default:
		d.scale(400, 300)
		d.stack(s)
	}
}

// heads draws the room's name at the top left of r, the date and an empty battery at
// the right on the same baseline, and cuts them off. It tells where the baseline is,
// and gives the date back if there is no room for it.
func (d *drawer) heads(s *sign.Sign, r *image.Rectangle, keep int, date string, name, small limits, ink uint8) (baseline int, rest string) {
	head := *r
	cutBottom(&head, keep)
	share := 3
	if date != "" { // it matters more than what the icon says
		share = 6
	}
	above, below, battery := d.battery(s, &head, small, share, ink)
	name.even = true
	used, baseline, drawn := d.pair(head, s.Room, date, name, small, ink)
	baseline = max(baseline, r.Min.Y+above)
	battery(baseline)
	cutTop(r, max(used, baseline+below-r.Min.Y))
	if drawn {
		date = ""
	}
	return baseline, date
}

// pair draws a text at the top left of r and another one at the right on the same
// baseline, if it fits whole. It gives the height of both. A first text that would
// have to shrink gets some of the other one's room.
func (d *drawer) pair(r image.Rectangle, first, second string, l, m limits, ink uint8) (height, baseline int, both bool) {
	var a, b block
	gap := d.px(10)
	for i, share := range []int{60, 40, 27} {
		b = d.fit(second, m, r.Dx()*share/100, r.Dy())
		a = d.fit(first, l, r.Dx()-d.width(&b)-gap, r.Dy())
		if a.n <= 1 && (i > 0 || a.size == l.max) {
			break
		}
	}
	if whole := d.fit(first, l, r.Dx(), r.Dy()); b.cut || b.n > 1 || whole.n < a.n {
		a, b = whole, block{}
	}
	baseline = r.Min.Y + max(a.ascent, b.ascent)
	box := cutRight(&r, d.width(&b))
	cutTop(&box, baseline-r.Min.Y-b.ascent)
	d.put(&b, box, right, ink)
	d.put(&a, r, left, ink)
	return max(a.height(), b.height()), baseline, b.n > 0
}
