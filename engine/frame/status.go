package frame

import "github.com/roomink/roomink/engine/sign"

// status is the design of the huge state, in the layout for the shape of the panel.
func (d *drawer) status(s *sign.Sign) {
	w, h := float32(d.canvas.bounds.Dx()), float32(d.canvas.bounds.Dy())
	switch {
	case h < 200 && w >= 1.5*h:
		d.unit = min(w/296, h/128)
		d.strip(s)
	case w >= 1.4*h:
		d.unit = min(w/800, h/480)
		d.wide(s)
	case h >= 1.3*w:
		d.unit = min(w/480, h/800)
		d.tall(s)
	default:
		d.unit = min(w/400, h/300)
		d.stack(s)
	}
}
