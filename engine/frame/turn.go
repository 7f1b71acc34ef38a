package frame

import "image"

// Turn gives m turned clockwise by 0, 90, 180 or 270 degrees, for panels that hang so. It
// draws into dst, reusing its memory, and gives m itself where there is nothing to turn.
func Turn(dst, m *image.Paletted, degrees int) *image.Paletted {
	if degrees == 0 {
		return m
	}
	w, h := m.Rect.Dx(), m.Rect.Dy()
	dw, dh := w, h
	if degrees != 180 {
		dw, dh = h, w
	}
	if cap(dst.Pix) < dw*dh {
		dst.Pix = make([]uint8, dw*dh)
	}
	dst.Pix, dst.Stride, dst.Rect, dst.Palette = dst.Pix[:dw*dh], dw, image.Rect(0, 0, dw, dh), m.Palette
	// The source's pixel (0,0) lands on start; a step right adds dx, a step down dy.
	var start, dx, dy int
	switch degrees {
	case 90:
		start, dx, dy = dw-1, dw, -1
	case 180:
		start, dx, dy = dw*dh-1, -1, -dw
	case 270:
		start, dx, dy = (dh-1)*dw, -dw, 1
	}
	for y := range h {
		at := start + y*dy
		for _, p := range m.Pix[y*m.Stride:][:w] {
			dst.Pix[at] = p
			at += dx
		}
	}
	return dst
}
