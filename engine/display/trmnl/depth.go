package trmnl

import (
	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/frame"
)

// What the palette indices of a scheme become. Greys follow white in a palette of ours;
// in a PNG of greys they are in the order of their light.
var (
	// blackAndWhite shows black as black and every other ink as paper.
	blackAndWhite = depth{bits: 1, codes: [16]byte{display.White: 1}}
	// inBlack shows white as paper and every other ink as black, so that what was red
	// or green can still be read.
	inBlack = blackAndWhite

	fourGreys    = depth{bits: 2, codes: [16]byte{0, 3, 1, 2}}
	sixteenGreys = depth{bits: 4, codes: [16]byte{0, 15, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14}}
	// Sixteen greys in four and in two: level 0 to 15 divided by four and by eight.
	sixteenInFour = depth{bits: 2, codes: [16]byte{0, 3, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3}}
	sixteenInTwo  = depth{bits: 1, codes: [16]byte{0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1}}
	fourInTwo     = depth{bits: 1, codes: [16]byte{0, 1, 0, 1}}
)

// same are the palette indices themselves.
var same = frame.Codes{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}

// depthsOf gives the ways to write a scheme, the best first.
func depthsOf(s display.Scheme) []depth {
	switch s {
	case display.Mono:
		return []depth{blackAndWhite}
	case display.Gray4:
		return []depth{fourGreys, fourInTwo}
	case display.Gray16:
		return []depth{sixteenGreys, sixteenInFour, sixteenInTwo}
	default:
		return []depth{{bits: 4, codes: same, palette: inksOf(s)}, inBlack}
	}
}

// Inks as the firmware finds them again. It looks for the nearest ink of its own, in one
// release in coarse steps and pure colours (src/display.cpp, CreateSpectra6Pal), in
// another by spreading the difference to measured colours over the neighbours
// (spectra6_palette). Black, white, yellow and red are the latter's own, so that no
// letter gets a coloured fringe; its blue and green are too dark for the former, so
// these lie between.
var (
	firmBlack  = []byte{2, 2, 2}
	firmWhite  = []byte{179, 182, 171}
	firmYellow = []byte{205, 202, 0}
	firmRed    = []byte{117, 10, 0}
	firmBlue   = []byte{0, 30, 150}
	firmGreen  = []byte{33, 150, 40}

	pureBlack  = []byte{0, 0, 0}
	pureWhite  = []byte{255, 255, 255}
	pureYellow = []byte{255, 255, 0}
	pureRed    = []byte{255, 0, 0}
	pureBlue   = []byte{0, 0, 255}
	pureGreen  = []byte{0, 255, 0}
	pureOrange = []byte{255, 128, 0}
)

// inksOf gives the palette of a PNG in colour, by palette index.
func inksOf(s display.Scheme) (palette []byte) {
	var inks [][]byte
	switch s {
	case display.BWR:
		inks = [][]byte{pureBlack, pureWhite, pureRed}
	case display.BWY:
		inks = [][]byte{pureBlack, pureWhite, pureYellow}
	case display.BWRY:
		inks = [][]byte{pureBlack, pureWhite, pureYellow, pureRed}
	case display.Spectra6:
		inks = [][]byte{firmBlack, firmWhite, firmYellow, firmRed, firmBlue, firmGreen}
	case display.ACeP7:
		inks = [][]byte{pureBlack, pureWhite, pureYellow, pureRed, pureBlue, pureGreen, pureOrange}
	}
	for _, rgb := range inks {
		palette = append(palette, rgb...)
	}
	return palette
}
