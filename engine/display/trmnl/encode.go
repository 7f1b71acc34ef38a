package trmnl

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"

	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/frame"
)

// format says which picture files a device takes.
type format struct {
	bmp   bool // the 1-bit BMP of 800×480 that all firmware knows
	limit int  // the largest file, in bytes
}

// format is what the caller takes. PNG is better where it works: it is smaller, and the
// firmware keeps PNG files under their names in flash, so that an unchanged sign costs
// neither a download nor a refresh; a BMP it fetches and draws at every wake (src/bl.cpp,
// downloadAndShow).
func (c caller) format() format { return format{bmp: !c.pngs(), limit: c.limit()} }

func (f format) ext() string {
	if f.bmp {
		return ".bmp"
	}
	return ".png"
}

// contentType must be exactly this: the firmware compares it (src/bl.cpp).
func (f format) contentType() string {
	if f.bmp {
		return "image/bmp"
	}
	return "image/png"
}

// encode makes the file for a panel from an upright picture that fills it. Where the
// panel's own depth makes too large a file, it goes down to fewer greys, and at last to
// black and white.
func encode(m *image.Paletted, p display.Panel, f format) ([]byte, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	if m == nil || m.Rect.Size() != p.Bounds().Size() {
		return nil, fmt.Errorf("the frame does not fill a panel of %v", p)
	}
	m = frame.Turn(new(image.Paletted), m, p.Rotation)
	if f.bmp {
		if p.Width != bmpWidth || p.Height != bmpHeight {
			return nil, fmt.Errorf("firmware before 1.5.2 knows panels of %d×%d only, not %v", bmpWidth, bmpHeight, p)
		}
		return encodeBMP(m), nil
	}
	depths := depthsOf(p.Scheme)
	for _, d := range depths {
		if file := d.encode(m); len(file) <= f.limit {
			return file, nil
		}
	}
	return nil, fmt.Errorf("the frame takes more than the %d bytes that the display accepts", f.limit)
}

// depth is one way to write the pixels of a PNG.
type depth struct {
	bits    int
	codes   frame.Codes // grey levels or palette entries, by palette index
	palette []byte      // red, green, blue of each entry; nil = greys
}

// encode writes a PNG. The standard library's would do for the pictures, but it writes no
// greys of fewer than eight bits, and a palette of two is what the firmware of e-paper
// boards reads the wrong way round (src/display.cpp, png_draw: with a palette of one bit
// it inverts where the first entry is the darker one).
func (d depth) encode(m *image.Paletted) []byte {
	var packed []byte
	switch d.bits {
	case 1:
		packed = frame.PackPlane(nil, m, d.plane())
	case 2:
		packed = frame.Pack2(nil, d.mapped(m), &same)
	default:
		packed = frame.Pack4(nil, m, &d.codes)
	}
	return encodePNG(m.Rect.Dx(), m.Rect.Dy(), d, packed)
}

// mapped is the picture in the codes themselves: Pack2 takes four indices only.
func (d depth) mapped(m *image.Paletted) *image.Paletted {
	out := image.NewPaletted(image.Rectangle{Max: m.Rect.Size()}, m.Palette)
	for y := range out.Rect.Dy() {
		for x, i := range m.Pix[y*m.Stride:][:out.Rect.Dx()] {
			out.Pix[y*out.Stride+x] = d.codes[i&15]
		}
	}
	return out
}

// plane is the set of palette indices whose code is 1.
func (d depth) plane() (inks uint16) {
	for i, code := range d.codes {
		inks |= uint16(code&1) << i
	}
	return inks
}

// PNG colour types (PNG specification, 11.2.2).
const (
	pngGrey    = 0
	pngIndexed = 3
)

func encodePNG(width, height int, d depth, packed []byte) []byte {
	var out bytes.Buffer
	out.WriteString("\x89PNG\r\n\x1a\n")
	head := binary.BigEndian.AppendUint32(nil, uint32(width))
	head = binary.BigEndian.AppendUint32(head, uint32(height))
	colour := byte(pngGrey)
	if d.palette != nil {
		colour = pngIndexed
	}
	chunk(&out, "IHDR", append(head, byte(d.bits), colour, 0, 0, 0))
	if d.palette != nil {
		chunk(&out, "PLTE", d.palette)
	}
	var data bytes.Buffer
	z := zlib.NewWriter(&data)
	row := len(packed) / height
	for ; len(packed) > 0; packed = packed[row:] {
		// No filter: signs are flat areas, which deflate packs best as they are.
		_, _ = z.Write([]byte{0}) // a bytes.Buffer takes everything
		_, _ = z.Write(packed[:row])
	}
	_ = z.Close()
	chunk(&out, "IDAT", data.Bytes())
	chunk(&out, "IEND", nil)
	return out.Bytes()
}

func chunk(out *bytes.Buffer, kind string, data []byte) {
	body := append([]byte(kind), data...)
	out.Write(binary.BigEndian.AppendUint32(nil, uint32(len(data))))
	out.Write(body)
	out.Write(binary.BigEndian.AppendUint32(nil, crc32.ChecksumIEEE(body)))
}

// The one size of BMP that the firmware takes (lib/trmnl/src/bmp.cpp, parseBMPHeader).
const (
	bmpWidth, bmpHeight = 800, 480
	bmpHeader           = 14 + 40 + 2*4
	bmpData             = bmpWidth / 8 * bmpHeight
)

// encodeBMP writes a BMP of version 3 with one bit a pixel: 0 black, 1 white, rows from
// the bottom. A row of 100 bytes needs no filling up to a multiple of four. The firmware
// checks size, depth, data length and the number of colours, and ignores the palette.
func encodeBMP(m *image.Paletted) []byte {
	le := binary.LittleEndian
	out := make([]byte, 0, bmpHeader+bmpData)
	out = append(out, "BM"...)
	out = le.AppendUint32(out, bmpHeader+bmpData)
	out = le.AppendUint32(out, 0) // reserved
	out = le.AppendUint32(out, bmpHeader)
	out = le.AppendUint32(out, 40) // of this second header
	out = le.AppendUint32(out, bmpWidth)
	out = le.AppendUint32(out, bmpHeight) // positive: the bottom row comes first
	out = le.AppendUint16(out, 1)         // planes
	out = le.AppendUint16(out, 1)         // bits a pixel
	out = le.AppendUint32(out, 0)         // not compressed
	out = le.AppendUint32(out, bmpData)
	out = le.AppendUint32(out, 3780) // 96 dots an inch, in dots a metre
	out = le.AppendUint32(out, 3780)
	out = le.AppendUint32(out, 2) // colours in the palette
	out = le.AppendUint32(out, 2) // that matter
	out = append(out, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0)
	rows := frame.PackPlane(nil, m, blackAndWhite.plane())
	const row = bmpWidth / 8
	for y := bmpHeight - 1; y >= 0; y-- {
		out = append(out, rows[y*row:][:row]...)
	}
	return out
}
