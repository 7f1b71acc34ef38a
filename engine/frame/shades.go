package frame

import (
	"image/color"

	"github.com/roomink/roomink/engine/display"
)

// covers is the number of steps by which ink covers a pixel, from none to all.
const covers = 16

// shades says what a pixel becomes that ink covers in part. On panels of greys it is the
// grey between ink and ground; on all others there is nothing between, and the pixel is
// of whatever covers more of it.
type shades struct {
	scheme display.Scheme
	// blend has the palette index by ink, steps of cover and ground.
	blend [16][covers][16]uint8
}

// softens says whether a scheme has greys between ink and ground.
func softens(s display.Scheme) bool { return s == display.Gray4 || s == display.Gray16 }

func newShades(s display.Scheme) *shades {
	h := &shades{scheme: s}
	inks := len(s.Palette())
	for ink := range inks {
		for cover := range covers {
			for ground := range inks {
				h.blend[ink][cover][ground] = h.between(inks, ink, cover, ground)
			}
		}
	}
	return h
}

// between mixes drive levels, not light: with the gamma of 1.42 that panels have this
// gives stems the weight that designers of letters drew them with, while true light would
// leave black on white too thin.
func (h *shades) between(inks, ink, cover, ground int) uint8 {
	switch {
	case !softens(h.scheme) && 2*cover >= covers:
		return uint8(ink)
	case !softens(h.scheme):
		return uint8(ground)
	}
	const full = covers - 1
	level := (levelOf(ink, inks)*cover + levelOf(ground, inks)*(full-cover) + full/2) / full
	return indexOf(level, inks)
}

// levelOf is the level, from 0 for black, of a palette index of n greys; indexOf is the
// inverse. Palettes have white second.
func levelOf(index, n int) int {
	switch index {
	case int(display.Black):
		return 0
	case int(display.White):
		return n - 1
	default:
		return index - 1
	}
}

func indexOf(level, n int) uint8 {
	switch level {
	case 0:
		return display.Black
	case n - 1:
		return display.White
	default:
		return uint8(level + 1)
	}
}

// nearestInk gives the ink most like a colour among those that can be read on paper.
func nearestInk(c color.Color, s display.Scheme) uint8 {
	const least = 4.5 // contrast of text, WCAG 2 1.4.3: logos are names
	measured, legible, index := s.Measured(), color.Palette(nil), []uint8(nil)
	for i, light := range relative(measured) {
		if contrast(measured[i], measured[display.White]) >= least {
			legible, index = append(legible, toned(light)), append(index, uint8(i))
		}
	}
	return index[legible.Index(c)]
}

// toned turns linear light into sRGB.
func toned(c color.Color) color.RGBA {
	r, g, b, _ := c.RGBA()
	tone := func(v uint32) uint8 { return display.Tone(float64(v) / 0xffff) }
	return color.RGBA{R: tone(r), G: tone(g), B: tone(b), A: 0xff}
}

// contrast is the contrast ratio of WCAG 2, from 1 to 21.
func contrast(a, b color.Color) float64 {
	la, lb := luminance(a), luminance(b)
	return (max(la, lb) + 0.05) / (min(la, lb) + 0.05)
}

// luminance is the relative luminance of WCAG 2.
func luminance(c color.Color) float64 {
	v := lightOf(c)
	return 0.2126*v[0] + 0.7152*v[1] + 0.0722*v[2]
}
