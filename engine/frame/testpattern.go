package frame

import (
	"image"

	"github.com/roomink/roomink/engine/display"
)

// testPattern draws name, the edges and corners of the panel, and its inks.
func (d *drawer) testPattern(name string, p display.Panel) {
	r := d.canvas.bounds
	d.scale(400, 300)
	d.outline(r, 1, display.Black)
	corner := d.px(24)
	for _, at := range []image.Point{{r.Min.X, r.Min.Y}, {r.Max.X - corner, r.Min.Y}, {r.Min.X, r.Max.Y - corner}} {
		d.fill(image.Rectangle{Min: at, Max: at.Add(image.Pt(corner, corner))}, display.Black)
	}
	// The last corner is hollow, so that a turned or mirrored picture is noticed.
	d.outline(image.Rect(r.Max.X-corner, r.Max.Y-corner, r.Max.X, r.Max.Y), max(1, corner/4), display.Black)

	r = inset(r, corner+d.px(8), d.px(12))
	d.patches(cutBottom(&r, d.px(44)), len(p.Scheme.Palette()))
	size := d.fit(p.String(), d.set(medium, 9, 0, 0, 1), r.Dx(), r.Dy()/3)
	d.put(&size, cutBottom(&r, size.height()+d.px(6)), center, display.Black)
	b := d.fit(name, limits{style: bold, max: d.sz(40), min: floorSize, single: d.sz(24), lines: 3}, r.Dx(), r.Dy())
	cutTop(&r, (r.Dy()-b.height())/2)
	d.put(&b, r, center, display.Black)
}

// patches draws each ink, and black on white at a quarter, a half and three
// quarters: what a row that was shifted or a bit that was turned does to them shows.
func (d *drawer) patches(r image.Rectangle, inks int) {
	const greys = 3
	width := r.Dx() / (inks + greys)
	for ink := range inks {
		box := cutLeft(&r, width)
		d.fill(box, uint8(ink))
		d.outline(box, 1, display.Black)
	}
	for quarter := 1; quarter <= greys; quarter++ {
		box := cutLeft(&r, width)
		for y := box.Min.Y; y < box.Max.Y; y++ {
			for x := box.Min.X; x < box.Max.X; x++ {
				// Thresholds of a 2×2 ordered dither.
				if [4]int{0, 2, 3, 1}[y&1*2+x&1] < quarter {
					d.canvas.fill(image.Rect(x, y, x+1, y+1), display.Black)
				}
			}
		}
		d.canvas.frame(box, 1, display.Black)
	}
}
