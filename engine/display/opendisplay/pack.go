package opendisplay

import (
	"encoding/binary"
	"fmt"
	"image"
	"slices"

	"github.com/roomink/roomink/engine/display"
)

// pack appends m, a picture that stands as the panel's controller addresses it, to
// dst in the panel's bytes: rows from the top, pixels from the left at the most
// significant bit, every row filled with zeros to a whole byte.
//
//	mono  1 bit:     1 is white
//	BWR   2 planes:  black 0,0 · white 1,0 · red 1,1
//	BWY   2 planes:  black 0,0 · white 1,0 · yellow 0,1
//	BWRY  2 bits:    0 black · 1 white · 2 yellow · 3 red
//	six   4 bits:    0 black · 1 white · 2 yellow · 3 red · 5 blue · 6 green
//	seven 4 bits:    0 black · 1 white · 2 yellow · 3 red · 4 blue · 5 green · 6 orange
//	4     2 planes:  black 1,1 · dark 1,0 · light 0,1 · white 0,0, see gray4Codes
//	16    4 bits:    0 black … 15 white
//
// A panel of six inks that has two controllers takes all rows of its left half before
// those of its right half.
//
// (opendisplay.org protocol/display-data-format.html; py-opendisplay bitplanes.py
// sends red as 0,1, which looks the same: controllers with a red plane ignore the
// other one where it is set.)
//
// Of four greys, display-data-format.html says two bits a pixel, 0 black to 3 white.
// Firmware that speaks over Wi-Fi takes two planes, which py-opendisplay sends since 7.4.0
// (OpenDisplay/Firmware src/display_service.cpp streamGray4Bytes, py-opendisplay
// encode_gray4_bitplanes); both agree, so the page is out of date. Seven colours have four
// bits a pixel and the numbers of bb_epaper's inks (py-opendisplay 7.14.0, bb_ep.inl
// u8Colors_7clr); firmware up to mid-2026 counts one bit a pixel for them, see start.
func pack(dst []byte, m *image.Paletted, c config) ([]byte, error) {
	switch c.panel.Scheme {
	case display.Mono:
		return packPlane(dst, m, 1, 0), nil
	case display.BWR:
		return packPlane(packPlane(dst, m, 1, 1), m, 0, 1), nil
	case display.BWY:
		return packPlane(packPlane(dst, m, 1, 0), m, 0, 1), nil
	case display.BWRY:
		return pack2(dst, m, bwryCodes(c.panelIC)), nil
	case display.Spectra6:
		codes := [16]byte{0, 1, 2, 3, 5, 6}
		if c.split {
			left, right := halves(m)
			return pack4(pack4(dst, left, codes), right, codes), nil
		}
		return pack4(dst, m, codes), nil
	case display.ACeP7:
		return pack4(dst, m, [16]byte{0, 1, 2, 3, 4, 5, 6}), nil
	case display.Gray4:
		if c.panelIC == panelNibbles {
			return pack4(dst, m, [16]byte{0, 15, 5, 10}), nil
		}
		codes := gray4Codes(c.panelIC)
		return packBit(packBit(dst, m, codes, 0), m, codes, 1), nil
	case display.Gray16:
		return pack4(dst, m, gray16Codes()), nil
	default:
		return dst, fmt.Errorf("colour scheme %q has no packing", c.panel.Scheme)
	}
}

// Panels from panelBuffered on are drawn by FastEPD (Inkplate, IT8951), whose picture in
// memory has one bit or four a pixel whatever the configuration says of greys. The one
// numbered panelNibbles always has four (getBitsPerPixel, display_fastepd.cpp).
const (
	panelBuffered = 3000
	panelNibbles  = 3001
)

// packs says whether pack knows how to draw for the panel. Four greys on a FastEPD panel
// with one bit a pixel are a mistake in the configuration that nothing can be drawn for.
func (c *config) packs() bool {
	switch c.panel.Scheme {
	case display.Mono, display.BWR, display.BWY, display.BWRY, display.Spectra6, display.ACeP7, display.Gray16:
		return true
	case display.Gray4:
		return c.panelIC < panelBuffered || c.panelIC == panelNibbles
	default:
		return false
	}
}

const (
	ones = 0x0101010101010101
	// gather moves the lowest bit of each of eight bytes, first byte first, into the
	// topmost byte of a product: byte i's bit lands on bit 63-i.
	gather = 0x8040201008040201
)

// packPlane appends one plane, eight pixels a byte. A pixel's bit is bit 0 of its
// palette index where use0 is 1, or'ed with bit 1 where use1 is 1.
func packPlane(dst []byte, m *image.Paletted, use0, use1 uint64) []byte {
	w, h := m.Rect.Dx(), m.Rect.Dy()
	mask0, mask1 := use0*ones, use1*ones
	at, n := len(dst), (w+7)/8
	dst = slices.Grow(dst, n*h)[:at+n*h]
	for y := range h {
		row, out := m.Pix[y*m.Stride:y*m.Stride+w], dst[at:at+n]
		for i := range out[:w/8] {
			v := binary.LittleEndian.Uint64(row[8*i:])
			out[i] = byte((v&mask0 | v>>1&mask1) * gather >> 56)
		}
		if rest := row[w/8*8:]; len(rest) > 0 {
			var last [8]byte
			copy(last[:], rest)
			v := binary.LittleEndian.Uint64(last[:])
			out[n-1] = byte((v&mask0 | v>>1&mask1) * gather >> 56)
		}
		at += n
	}
	return dst
}

// packBit appends one plane of one bit of each pixel's code, eight pixels a byte.
func packBit(dst []byte, m *image.Paletted, codes [4]byte, bit int) []byte {
	w, h := m.Rect.Dx(), m.Rect.Dy()
	at, n := len(dst), (w+7)/8
	dst = slices.Grow(dst, n*h)[:at+n*h]
	clear(dst[at:])
	for y := range h {
		for x, p := range m.Pix[y*m.Stride : y*m.Stride+w] {
			dst[at+x/8] |= codes[p&3] >> bit & 1 << (7 - x%8)
		}
		at += n
	}
	return dst
}

// gray4Codes gives the code of each palette index (black, white, dark, light) as the two
// memories of the controller take it; bit 0 goes into the first. On panels 40 and 72 the
// greys between are the other way round (bb_epaper bb_ep.inl u8Colors_4gray and …_v2,
// py-opendisplay display_palettes.py).
func gray4Codes(panelIC uint16) [4]byte {
	if panelIC == 40 || panelIC == 72 {
		return [4]byte{3, 0, 2, 1}
	}
	return [4]byte{3, 0, 1, 2}
}

// bwryCodes gives the code of each palette index. Panel 29 has yellow and red the other
// way round; 30 has not, though bb_epaper says so (py-opendisplay 7.17.1, seen on glass).
func bwryCodes(panelIC uint16) [4]byte {
	if panelIC == 29 {
		return [4]byte{0, 1, 3, 2}
	}
	return [4]byte{0, 1, 2, 3}
}

// pack2 appends two bits a pixel.
func pack2(dst []byte, m *image.Paletted, codes [4]byte) []byte {
	w, h := m.Rect.Dx(), m.Rect.Dy()
	dst = slices.Grow(dst, (w+3)/4*h)
	for y := range h {
		row := m.Pix[y*m.Stride : y*m.Stride+w]
		for len(row) >= 4 {
			dst = append(dst, codes[row[0]&3]<<6|codes[row[1]&3]<<4|codes[row[2]&3]<<2|codes[row[3]&3])
			row = row[4:]
		}
		if len(row) > 0 {
			var b byte
			for i, p := range row {
				b |= codes[p&3] << (6 - 2*i)
			}
			dst = append(dst, b)
		}
	}
	return dst
}

// gray16Codes gives the code of each palette index: the palette names black and white
// first and then the greys between, the wire counts from black to white.
func gray16Codes() (codes [16]byte) {
	codes[display.White] = 15
	for i := 2; i < len(codes); i++ {
		codes[i] = byte(i - 1)
	}
	return codes
}

// pack4 appends four bits a pixel.
func pack4(dst []byte, m *image.Paletted, codes [16]byte) []byte {
	w, h := m.Rect.Dx(), m.Rect.Dy()
	at, n := len(dst), (w+1)/2
	dst = slices.Grow(dst, n*h)[:at+n*h]
	for y := range h {
		row, out := m.Pix[y*m.Stride:y*m.Stride+w], dst[at:at+n]
		for i := range out[:w/2] {
			out[i] = codes[row[2*i]&15]<<4 | codes[row[2*i+1]&15]
		}
		if w%2 == 1 {
			out[n-1] = codes[row[w-1]&15] << 4
		}
		at += n
	}
	return dst
}

// halves shares a picture between the two controllers of a split panel.
func halves(m *image.Paletted) (left, right *image.Paletted) {
	l, r := *m, *m
	middle := m.Rect.Dx() / 2
	l.Rect.Max.X = m.Rect.Min.X + middle
	r.Rect.Min.X, r.Pix = l.Rect.Max.X, m.Pix[middle:]
	return &l, &r
}

// rotate turns m clockwise by 90, 180 or 270 degrees into dst, whose pixels it
// reuses where they suffice. For 0 it gives m itself.
func rotate(dst, m *image.Paletted, degrees int) *image.Paletted {
	w, h := m.Rect.Dx(), m.Rect.Dy()
	if degrees == 0 {
		return m
	}
	dw, dh := w, h
	if degrees != 180 {
		dw, dh = h, w
	}
	if cap(dst.Pix) < dw*dh {
		dst.Pix = make([]uint8, dw*dh)
	}
	dst.Pix, dst.Stride, dst.Rect = dst.Pix[:dw*dh], dw, image.Rect(0, 0, dw, dh)
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
		for _, p := range m.Pix[y*m.Stride : y*m.Stride+w] {
			dst.Pix[at] = p
			at += dx
		}
	}
	return dst
}
