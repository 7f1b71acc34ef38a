package picture

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"image/png"

	"golang.org/x/image/bmp"

	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/display/flatjpeg"
	"github.com/roomink/roomink/engine/frame"
)

// kind is a kind of file.
type kind struct {
	mime  string
	write func(*bytes.Buffer, *image.Paletted) error
}

var kinds = map[string]kind{
	"png":  {"image/png", writePNG},
	"bmp":  {"image/bmp", writeBMP},
	"jpg":  {"image/jpeg", writeJPEG},
	"jpeg": {"image/jpeg", writeJPEG},
}

// encode writes the file for a panel from an upright picture that fills it.
func (k kind) encode(m *image.Paletted, p display.Panel) ([]byte, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	if m == nil || m.Rect != p.Bounds() {
		return nil, fmt.Errorf("the picture does not fill a panel of %v", p)
	}
	turned := frame.Turn(new(image.Paletted), m, p.Rotation)
	pure := image.Paletted{Pix: turned.Pix, Stride: turned.Stride, Rect: turned.Rect, Palette: colours(p.Scheme)}
	var b bytes.Buffer
	if err := k.write(&b, &pure); err != nil {
		return nil, fmt.Errorf("write the picture: %w", err)
	}
	return b.Bytes(), nil
}

// colours are the inks as devices match them: pure.
func colours(s display.Scheme) color.Palette {
	var (
		black, white = color.RGBA{A: 255}, color.RGBA{R: 255, G: 255, B: 255, A: 255}
		red, yellow  = color.RGBA{R: 255, A: 255}, color.RGBA{R: 255, G: 255, A: 255}
		blue, green  = color.RGBA{B: 255, A: 255}, color.RGBA{G: 255, A: 255}
		orange       = color.RGBA{R: 255, G: 128, A: 255}
	)
	switch s {
	case display.BWR:
		return color.Palette{black, white, red}
	case display.BWY:
		return color.Palette{black, white, yellow}
	case display.BWRY:
		return color.Palette{black, white, yellow, red}
	case display.Spectra6:
		return color.Palette{black, white, yellow, red, blue, green}
	case display.ACeP7:
		return color.Palette{black, white, yellow, red, blue, green, orange}
	default: // greys are pure as they are
		return s.Palette()
	}
}

// writePNG takes 1, 2 or 4 bits a pixel, by the length of the palette.
func writePNG(b *bytes.Buffer, m *image.Paletted) error {
	e := png.Encoder{CompressionLevel: png.BestCompression}
	return e.Encode(b, m)
}

func writeJPEG(b *bytes.Buffer, m *image.Paletted) error {
	inks := make([]color.RGBA, len(m.Palette))
	for i, c := range m.Palette {
		inks[i] = color.RGBAModel.Convert(c).(color.RGBA)
	}
	_, err := b.Write(flatjpeg.Encode(m, inks))
	return err
}

// writeBMP takes 1 bit a pixel for black and white, and 24 for all else: ESPHome and
// Inkplate read no other depths for sure.
func writeBMP(b *bytes.Buffer, m *image.Paletted) error {
	if len(m.Palette) > 2 {
		out := image.NewRGBA(m.Rect)
		for y := range m.Rect.Dy() {
			for x := range m.Rect.Dx() {
				out.Set(x, y, m.At(x, y))
			}
		}
		return bmp.Encode(b, out)
	}
	width, height := m.Rect.Dx(), m.Rect.Dy()
	row := (width + 31) / 32 * 4
	const head = 14 + 40 + 8
	le := binary.LittleEndian
	h := append(make([]byte, 0, head), "BM"...)
	h = le.AppendUint32(h, uint32(head+row*height))
	h = le.AppendUint32(h, 0)
	h = le.AppendUint32(h, head)
	h = le.AppendUint32(h, 40)
	h = le.AppendUint32(h, uint32(width))
	h = le.AppendUint32(h, uint32(height)) // positive: the last row comes first
	h = le.AppendUint16(h, 1)
	h = le.AppendUint16(h, 1)
	h = le.AppendUint32(h, 0)
	h = le.AppendUint32(h, uint32(row*height))
	h = le.AppendUint32(h, 2835) // pixels a metre, 72 an inch
	h = le.AppendUint32(h, 2835)
	h = le.AppendUint32(h, 2)
	h = le.AppendUint32(h, 2)
	h = append(h, 0, 0, 0, 0, 255, 255, 255, 0)
	b.Write(h)
	packed := make([]byte, row)
	for y := height - 1; y >= 0; y-- {
		clear(packed)
		for x := range width {
			packed[x/8] |= m.Pix[y*m.Stride+x] & 1 << (7 - x%8)
		}
		b.Write(packed)
	}
	return nil
}
