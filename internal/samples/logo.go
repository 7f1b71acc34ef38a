package samples

import (
	"image"
	"image/color"
)

// Logo is an invented organisation's logo: a ring around a bar, 96×96 pixels, on nothing.
func Logo() image.Image {
	const size, outer, inner = 96, 46, 32
	m := image.NewNRGBA(image.Rect(0, 0, size, size))
	for y := range size {
		for x := range size {
			dx, dy := 2*x+1-size, 2*y+1-size // twice the distance from the middle
			r := dx*dx + dy*dy
			if r <= 4*outer*outer && r >= 4*inner*inner || r < 4*inner*inner && dx*dx <= 4*8*8 {
				m.SetNRGBA(x, y, color.NRGBA{A: 0xff})
			}
		}
	}
	return m
}
