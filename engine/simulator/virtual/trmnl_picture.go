package virtual

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"image/color"
	"image/png"
)

// The first bytes of a PNG, and the whole length of the one BMP (config.h).
const (
	pngMagic = "\x89PNG"
	bmpFile  = 48_062
)

// decode makes a packed frame of a file, as the firmware's panels take it (display.cpp,
// display_show_image).
func (d *TRMNL) decode(file []byte) ([]byte, error) {
	if bytes.HasPrefix(file, []byte(pngMagic)) {
		return d.decodePNG(file)
	}
	return d.decodeBMP(file)
}

// decodeBMP checks what the firmware checks (bmp.cpp, parseBMPHeader). Its pixels are
// taken as they are, whatever the palette says.
func (d *TRMNL) decodeBMP(file []byte) ([]byte, error) {
	if len(file) != bmpFile || string(file[:2]) != "BM" {
		return nil, errors.New("it is no BMP")
	}
	le := binary.LittleEndian
	width, height := int32(le.Uint32(file[18:])), int32(le.Uint32(file[22:]))
	bits, size, colours := le.Uint16(file[28:]), le.Uint32(file[34:]), le.Uint32(file[46:])
	if width != 800 || height != 480 || bits != 1 || size != 48_000 || colours != 2 || le.Uint32(file[10:]) != 62 {
		return nil, fmt.Errorf("a BMP of %d×%d, %d bits, %d bytes, %d colours", width, height, bits, size, colours)
	}
	if d.model.Width != 800 || d.model.Height != 480 {
		return nil, errors.New("the BMP does not fill the panel")
	}
	rows := file[62:]
	return d.model.pack(func(x, y int) uint8 { return bit(rows[(479-y)*100:], x) }), nil
}

func (d *TRMNL) decodePNG(file []byte) ([]byte, error) {
	m, err := png.Decode(bytes.NewReader(file))
	if err != nil {
		return nil, err
	}
	b := m.Bounds()
	if b.Dx() < d.model.Width || b.Dy() < d.model.Height {
		return nil, fmt.Errorf("a PNG of %d×%d does not fill the panel", b.Dx(), b.Dy())
	}
	// Bit depth and colour type of the header. With a palette of two, boards with an
	// e-paper controller turn the picture over if the first entry is the darker one.
	turned := file[24] == 1 && file[25] == 3 && d.model.Scheme == SchemeMono
	return d.model.pack(func(x, y int) uint8 {
		c := m.At(b.Min.X+x, b.Min.Y+y)
		switch d.model.Scheme {
		case SchemeGray16:
			return greyIndex(level(c) >> 4)
		case SchemeSpectra6:
			return spectraIndex(c)
		default:
			ink := level(c) >> 7
			if turned {
				ink ^= 1
			}
			return ink
		}
	}), nil
}

// level is the grey of a colour (display.cpp, ReduceBpp).
func level(c color.Color) uint8 {
	r, g, b, _ := c.RGBA()
	return uint8((r>>8 + g>>8*2 + b>>8) / 4)
}

// greyIndex is the palette index of a level from 0 to 15.
func greyIndex(level uint8) uint8 {
	switch level {
	case 0:
		return indexBlack
	case 15:
		return indexWhite
	default:
		return level + 1
	}
}

// spectraIndex finds the nearest ink in steps of 36 (display.cpp, CreateSpectra6Pal).
func spectraIndex(c color.Color) uint8 {
	r, g, b, _ := c.RGBA()
	near, best := uint8(0), int(1<<30)
	for i, ink := range [][3]int{{0, 0, 0}, {192, 192, 192}, {192, 192, 0}, {192, 0, 0}, {0, 0, 192}, {0, 192, 0}} {
		away := 0
		for j, v := range [3]uint32{r, g, b} {
			off := int(v>>13)*36 - ink[j]
			away += off * off
		}
		if away < best {
			near, best = uint8(i), away
		}
	}
	return near
}
