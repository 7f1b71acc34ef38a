package frame

import "image"

// picture draws img scaled to fill box, in the panel's inks. It is never mirrored.
//
// To be replaced by one that scales and dithers well: this one takes the nearest pixel
// and the nearest ink.
func (d *drawer) picture(img image.Image, box image.Rectangle) {
	box = d.place(box)
	from, palette := img.Bounds(), d.palette
	for y := box.Min.Y; y < box.Max.Y; y++ {
		for x := box.Min.X; x < box.Max.X; x++ {
			c := img.At(from.Min.X+(x-box.Min.X)*from.Dx()/box.Dx(), from.Min.Y+(y-box.Min.Y)*from.Dy()/box.Dy())
			if _, _, _, a := c.RGBA(); a < 1<<15 {
				continue
			}
			d.canvas.fill(image.Rect(x, y, x+1, y+1), uint8(palette.Index(c)))
		}
	}
}
