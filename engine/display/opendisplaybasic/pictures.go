package opendisplaybasic

import (
	"fmt"
	"image"

	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/frame"
)

// pack writes a picture as opendisplay.org protocol/display-data-format.html says: rows
// from the top, pixels from the left at the most significant bit, each row filled with
// zeros to a whole byte, turned as the panel hangs.
//
//	mono  1 bit:    1 is white
//	BWR   2 planes: black 0,0 · white 1,0 · red 1,1
//	BWY   2 planes: black 0,0 · white 1,0 · yellow 0,1
//	BWRY  2 bits:   0 black · 1 white · 2 yellow · 3 red
//	six   4 bits:   0 black · 1 white · 2 yellow · 3 red · 5 blue · 6 green
//	seven 4 bits:   0 black · 1 white · 2 yellow · 3 red · 4 blue · 5 green · 6 orange
//	4     2 bits:   0 black … 3 white
//	16    4 bits:   0 black … 15 white
//
// Of four greys the page and the Flex firmware disagree; this profile is the page's.
func pack(m *image.Paletted, p display.Panel) ([]byte, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	if m == nil || m.Rect != p.Bounds() {
		return nil, fmt.Errorf("the picture does not fill a panel of %v", p)
	}
	m = frame.Turn(new(image.Paletted), m, p.Rotation)
	const white, colour = 1 << display.White, 1 << 2 // as sets of inks
	switch p.Scheme {
	case display.Mono:
		return frame.PackPlane(nil, m, white), nil
	case display.BWR:
		return frame.PackPlane(frame.PackPlane(nil, m, white|colour), m, colour), nil
	case display.BWY:
		return frame.PackPlane(frame.PackPlane(nil, m, white), m, colour), nil
	case display.BWRY:
		return frame.Pack2(nil, m, &frame.Codes{0, 1, 2, 3}), nil
	case display.Gray4:
		return frame.Pack2(nil, m, &frame.Codes{0, 3, 1, 2}), nil
	case display.Spectra6:
		return frame.Pack4(nil, m, &frame.Codes{0, 1, 2, 3, 5, 6}), nil
	case display.ACeP7:
		return frame.Pack4(nil, m, &frame.Codes{0, 1, 2, 3, 4, 5, 6}), nil
	case display.Gray16:
		return frame.Pack4(nil, m, &frame.Codes{0, 15, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14}), nil
	default:
		return nil, fmt.Errorf("inks of %s have no packing", p.Scheme)
	}
}
