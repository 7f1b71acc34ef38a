package display

import "image/color"

// The palette indices that mean the same in every scheme.
const (
	Black uint8 = 0
	White uint8 = 1
)

// The palette indices that mean the same in the schemes of four and more inks. Greys
// follow [White] in their schemes, from dark to light.
const (
	Yellow4 uint8 = 2 // in BWRY, Spectra6 and ACeP7; alone, yellow and red are 2
	Red4    uint8 = 3
	Blue    uint8 = 4 // Spectra6, ACeP7
	Green   uint8 = 5
	Orange  uint8 = 6 // ACeP7
)

// The inks. They are the nominal colours; what a panel really shows is duller.
var (
	inkBlack  = color.Gray{Y: 0x00}
	inkWhite  = color.Gray{Y: 0xff}
	inkRed    = color.RGBA{R: 0xc8, G: 0x1e, B: 0x1e, A: 0xff}
	inkYellow = color.RGBA{R: 0xe6, G: 0xc8, B: 0x00, A: 0xff}
	inkBlue   = color.RGBA{R: 0x1e, G: 0x46, B: 0xc8, A: 0xff}
	inkGreen  = color.RGBA{R: 0x1e, G: 0x8c, B: 0x3c, A: 0xff}
	inkOrange = color.RGBA{R: 0xe6, G: 0x78, B: 0x14, A: 0xff}
)

// Palette gives the nominal colours of a scheme by palette index, nil for an unknown
// one. The caller must not change it.
func (s Scheme) Palette() color.Palette {
	switch s {
	case Mono:
		return color.Palette{inkBlack, inkWhite}
	case BWR:
		return color.Palette{inkBlack, inkWhite, inkRed}
	case BWY:
		return color.Palette{inkBlack, inkWhite, inkYellow}
	case BWRY:
		return color.Palette{inkBlack, inkWhite, inkYellow, inkRed}
	case Gray4:
		return greys(4)
	case Gray16:
		return greys(16)
	case Spectra6:
		return color.Palette{inkBlack, inkWhite, inkYellow, inkRed, inkBlue, inkGreen}
	case ACeP7:
		return color.Palette{inkBlack, inkWhite, inkYellow, inkRed, inkBlue, inkGreen, inkOrange}
	default:
		return nil
	}
}

// greys has n levels: black, white, then those between from dark to light.
func greys(n int) color.Palette {
	p := color.Palette{inkBlack, inkWhite}
	for i := 1; i < n-1; i++ {
		p = append(p, color.Gray{Y: uint8(255 * i / (n - 1))})
	}
	return p
}
