package display

import (
	"image/color"
	"math"
)

// Measured gives the colours that panels of a scheme really show, by palette index;
// nil for an unknown scheme. The caller must not change it. Previews show them and
// photographs are dithered with them, while what is sent are indices.
//
// They are sRGB as a camera sees the glass in daylight, where a sheet of white office
// paper has 255: white is duller than the window that shows it. Compare them with the
// white of the same scheme, as the eye does; see [Light].
func (s Scheme) Measured() color.Palette {
	switch s {
	case Mono:
		return color.Palette{filmBlack, filmWhite}
	case BWR:
		return color.Palette{filmBlack, filmWhite, color.RGBA{R: 120, G: 15, B: 5, A: 0xff}}
	case BWY:
		return color.Palette{filmBlack, filmWhite, color.RGBA{R: 200, G: 180, B: 0, A: 0xff}}
	case BWRY:
		// A panel of 3.97 inches, measured 2026-03-06 (epaper-dithering BWRY_3_97).
		return color.Palette{
			color.RGBA{R: 10, G: 7, B: 14, A: 0xff}, color.RGBA{R: 173, G: 178, B: 174, A: 0xff},
			color.RGBA{R: 172, G: 128, B: 0, A: 0xff}, color.RGBA{R: 85, G: 24, B: 14, A: 0xff},
		}
	case Gray4:
		return measuredGreys(4)
	case Gray16:
		return measuredGreys(16)
	case Spectra6:
		// A panel of 7.3 inches, measured 2026-02-03 (epaper-dithering SPECTRA_7_3_6COLOR).
		// Its black, 26/13/35, stands as the grey of the same luminance: violet in so dark a
		// patch is the camera's, and photoframe's measurements of the glass have none.
		return color.Palette{
			color.RGBA{R: 18, G: 18, B: 18, A: 0xff}, color.RGBA{R: 185, G: 202, B: 205, A: 0xff},
			color.RGBA{R: 202, G: 184, B: 0, A: 0xff}, color.RGBA{R: 121, G: 9, B: 0, A: 0xff},
			color.RGBA{R: 0, G: 69, B: 139, A: 0xff}, color.RGBA{R: 40, G: 82, B: 57, A: 0xff},
		}
	case ACeP7:
		// The saturated palette of Pimoroni's inky for UC8159, the only one that states what
		// the eye sees of this glass; it is relative to the panel's own white.
		return color.Palette{
			color.RGBA{R: 57, G: 48, B: 57, A: 0xff}, color.RGBA{R: 255, G: 255, B: 255, A: 0xff},
			color.RGBA{R: 208, G: 190, B: 71, A: 0xff}, color.RGBA{R: 156, G: 72, B: 75, A: 0xff},
			color.RGBA{R: 61, G: 59, B: 94, A: 0xff}, color.RGBA{R: 58, G: 91, B: 70, A: 0xff},
			color.RGBA{R: 177, G: 106, B: 73, A: 0xff},
		}
	default:
		return nil
	}
}

// Black and white of the measured grey panel, see measuredGreys. Mono, BWR and BWY have
// the same film of black and white capsules, and no measurement of their own that we
// know of; the red and the yellow of the latter two are what epaper-dithering has until
// somebody measures them.
var (
	filmBlack = grey(0)
	filmWhite = grey(1)
)

// measuredGreys has n levels in the order of Palette.
func measuredGreys(n int) color.Palette {
	p := color.Palette{filmBlack, filmWhite}
	for i := 1; i < n-1; i++ {
		p = append(p, grey(float64(i)/float64(n-1)))
	}
	return p
}

// grey is how a drive level from 0 (black) to 1 (white) looks: a 10.3-inch ED103TC2
// behind an IT8951 has a luminance from 0.009 to 0.65 with a gamma of 1.42
// (photoframe color_palette.c).
func grey(level float64) color.Gray {
	const black, white, gamma = 0.009, 0.65, 1.42
	return color.Gray{Y: Tone(black + (white-black)*math.Pow(level, gamma))}
}

// Light is the linear light, from 0 to 1, of one channel of an sRGB colour. Sums,
// ratios and averages of colours mean what the eye sees only in linear light
// (IEC 61966-2-1).
func Light(tone uint8) float64 {
	v := float64(tone) / 255
	if v <= 0.04045 {
		return v / 12.92
	}
	return math.Pow((v+0.055)/1.055, 2.4)
}

// Tone is the inverse of [Light]; light outside 0…1 is clamped.
func Tone(light float64) uint8 {
	v := 12.92 * light
	if light > 0.0031308 {
		v = 1.055*math.Pow(light, 1/2.4) - 0.055
	}
	return uint8(math.Round(255 * min(max(v, 0), 1)))
}
