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
	case 4*w >= 5*h && w*sideShare/100 >= leastColumn:
		d.scale(800, 480)
		d.wide(s)
	case 10*h >= 13*w:
		d.scale(480, 800)
		d.tall(s)
	default:
		d.scale(400, 300)
		d.stack(s)
	}
}

// heads draws the room's name at the top left of r, the date and an empty battery at
// the right on the same baseline, and cuts them off. A name that would have to wrap
// gets some of the date's room. It tells where the baseline is.
func (d *drawer) heads(s *sign.Sign, r *image.Rectangle, keep int, text string, name, date limits, ink uint8) (baseline int) {
	head := *r
	cutBottom(&head, keep)
	gap := d.px(10)
	wordShare := 3
	if text != "" { // the date matters more than what the icon says
		wordShare = 6
	}
	battery := d.battery(s, &head, date, wordShare, ink)
	var at, room block
	for i, share := range []int{60, 40, 27} {
		at = d.fit(text, date, head.Dx()*share/100, head.Dy())
		room = d.fit(s.Room, name, head.Dx()-d.width(&at)-gap, head.Dy())
		if room.n <= 1 && (i > 0 || room.size == name.max) {
			break
		}
	}
	if at.cut {
		at = block{}
	}
	box := cutRight(&head, d.width(&at))
	if room.n > 0 {
		cutTop(&box, room.ascent-at.ascent)
	}
	baseline = head.Min.Y + max(room.ascent, at.ascent)
	battery(baseline)
	d.put(&at, box, right, ink)
	d.put(&room, head, left, ink)
	cutTop(r, max(room.height(), at.height()))
	return baseline
}
