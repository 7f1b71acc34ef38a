package syncsign

import (
	"encoding/binary"
	"image"

	"github.com/roomink/roomink/engine/display"
)

// A picture is sent as BMPs of one bit a pixel, one for each ink but white: the dark pixels
// of a BMP are drawn in its ink, its light ones in white for the first and not at all for
// those on top. (Hub SDK, "How to update a picture containing black and red?".)

// Lengths of the parts of a BMP: BITMAPFILEHEADER, BITMAPINFOHEADER, and a palette of two
// colours. Source: Microsoft's "Bitmap Storage".
const (
	bmpFile    = 14
	bmpInfo    = 40
	bmpPalette = 2 * 4
	bmpHead    = bmpFile + bmpInfo + bmpPalette
)

// encodeBMP makes the BMP in which the pixels of m that have the ink are dark. Rows run
// from the bottom up and are padded to four bytes; 0 is black, 1 is white. m is turned
// clockwise by rotation degrees first.
func encodeBMP(m *image.Paletted, rotation int, ink uint8) []byte {
	width, height := m.Rect.Dx(), m.Rect.Dy()
	if rotation%180 != 0 {
		width, height = height, width
	}
	stride := (width + 31) / 32 * 4
	b := make([]byte, bmpHead+stride*height)
	le := binary.LittleEndian
	copy(b, "BM")
	le.PutUint32(b[2:], uint32(len(b)))
	le.PutUint32(b[10:], bmpHead)
	info := b[bmpFile:]
	le.PutUint32(info[0:], bmpInfo)
	le.PutUint32(info[4:], uint32(width))
	le.PutUint32(info[8:], uint32(height))
	le.PutUint16(info[12:], 1) // planes
	le.PutUint16(info[14:], 1) // bits a pixel
	le.PutUint32(info[20:], uint32(stride*height))
	le.PutUint32(info[24:], 2835) // pixels a metre: 72 dpi
	le.PutUint32(info[28:], 2835)
	le.PutUint32(info[32:], 2) // colours
	copy(info[bmpInfo:], []byte{0, 0, 0, 0, 0xff, 0xff, 0xff, 0})
	for y := range height {
		row := b[bmpHead+(height-1-y)*stride:]
		for x := range width {
			if inkAt(m, rotation, x, y) != ink {
				row[x/8] |= 0x80 >> (x % 8)
			}
		}
	}
	return b
}

// inkAt is the ink that pixel x,y of a panel has when m is turned clockwise to fit it.
func inkAt(m *image.Paletted, rotation, x, y int) uint8 {
	w, h := m.Rect.Dx(), m.Rect.Dy()
	switch rotation {
	case 90:
		x, y = y, h-1-x
	case 180:
		x, y = w-1-x, h-1-y
	case 270:
		x, y = w-1-y, x
	}
	return m.Pix[y*m.Stride+x]
}

// uses reports whether m has pixels of an ink.
func uses(m *image.Paletted, ink uint8) bool {
	for y := range m.Rect.Dy() {
		for _, p := range m.Pix[y*m.Stride:][:m.Rect.Dx()] {
			if p == ink {
				return true
			}
		}
	}
	return false
}

// putter lays the BMP of an ink where the display finds it, and gives the address.
type putter func(ink uint8, bmp []byte) (uri string, err error)

// pictures makes the items of a picture.
func pictures(p display.Panel, m *image.Paletted, put putter) ([]item, error) {
	names := colours(p.Scheme)
	var items []item
	for ink := range names {
		switch {
		case uint8(ink) == display.White, uint8(ink) != display.Black && !uses(m, uint8(ink)):
			continue
		}
		uri, err := put(uint8(ink), encodeBMP(m, p.Rotation, uint8(ink)))
		if err != nil {
			return nil, err
		}
		b := &bitmap{
			URI: uri, ForegroundColor: names[ink], BackgroundColor: names[display.White],
			Block: block{W: p.Width, H: p.Height},
		}
		if len(items) > 0 {
			b.TransparentColor = names[display.White]
		}
		items = append(items, item{Type: "BITMAP_URI", Data: b, weight: worthArea})
	}
	return items, nil
}
