package frame_test

import (
	"bytes"
	"image"
	"image/color"
	"math/rand/v2"
	"testing"

	"github.com/roomink/roomink/engine/frame"
)

// pixels makes a picture of hexadecimal digits, one row a string.
func pixels(rows ...string) *image.Paletted {
	m := image.NewPaletted(image.Rect(0, 0, len(rows[0]), len(rows)), make(color.Palette, 16))
	for y, row := range rows {
		for x, digit := range []byte(row) {
			if digit >= 'a' {
				digit -= 'a' - '0' - 10
			}
			m.Pix[y*m.Stride+x] = digit - '0'
		}
	}
	return m
}

// The bytes are written out by hand.
func TestPackCodes(t *testing.T) {
	spectra := frame.Codes{0, 1, 2, 3, 5, 6}
	plain := frame.Codes{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}
	inverse := frame.Codes{3, 0, 1, 2} // black is 3 and white 0, as four greys are on the wire
	for _, c := range []struct {
		name string
		got  []byte
		want []byte
	}{
		{"six inks, ten by three", frame.Pack4(nil, pixels("0123450011", "5432101234", "1111111111"), &spectra), []byte{
			0x01, 0x23, 0x56, 0x00, 0x11, 0x65, 0x32, 0x10, 0x12, 0x35, 0x11, 0x11, 0x11, 0x11, 0x11}},
		{"nibbles, odd width", frame.Pack4(nil, pixels("123456789", "fedcba987"), &plain), []byte{
			0x12, 0x34, 0x56, 0x78, 0x90, 0xfe, 0xdc, 0xba, 0x98, 0x70}},
		{"nibbles, one pixel", frame.Pack4(nil, pixels("5", "4"), &spectra), []byte{0x60, 0x50}},
		{"two bits, ten by three", frame.Pack2(nil, pixels("0123301111", "3333322222", "1020301020"), &plain), []byte{
			0x1b, 0xc5, 0x50, 0xff, 0xea, 0xa0, 0x48, 0xc4, 0x80}},
		{"two bits, padding stays zero", frame.Pack2(nil, pixels("0", "1", "2"), &inverse), []byte{0xc0, 0x00, 0x40}},
		{"two bits, nine wide", frame.Pack2(nil, pixels("111100000"), &inverse), []byte{0x00, 0xff, 0xc0}},
		{"plane of white and red", frame.PackPlane(nil, pixels("0120120120", "2222222222"), 1<<1|1<<2), []byte{
			0b0110_1101, 0b1000_0000, 0xff, 0xc0}},
		{"plane of black, behind another", frame.PackPlane([]byte{0xaa}, pixels("012"), 1<<0), []byte{0xaa, 0x80}},
	} {
		if !bytes.Equal(c.got, c.want) {
			t.Errorf("%s: %02x, want %02x", c.name, c.got, c.want)
		}
	}
}

// Against the plain way, for all widths that the steps of eight meet, with a stride of
// its own and a buffer that held something else.
func TestPackCodesAgainstPlain(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	var got2, got4, gotPlane []byte
	for width := 1; width <= 70; width++ {
		whole := image.NewPaletted(image.Rect(0, 0, width+5, 4), make(color.Palette, 16))
		var codes2, codes4 frame.Codes
		for i := range codes4 {
			codes2[i], codes4[i] = byte(rng.IntN(4)), byte(rng.IntN(16))
		}
		inks := uint16(rng.Uint32())
		for i := range whole.Pix {
			if rng.IntN(3) == 0 {
				whole.Pix[i] = uint8(rng.IntN(4))
			} else if i > 0 {
				whole.Pix[i] = whole.Pix[i-1]
			}
		}
		m := whole.SubImage(image.Rect(2, 1, 2+width, 4)).(*image.Paletted)
		plain := func(bits int, code func(p uint8) byte) []byte {
			row := (width*bits + 7) / 8
			out := make([]byte, 3*row)
			for y := range 3 {
				for x := range width {
					shift := 8 - bits - x*bits%8
					out[y*row+x*bits/8] |= code(m.ColorIndexAt(2+x, 1+y)) << shift
				}
			}
			return out
		}
		for _, b := range [][]byte{got2, got4, gotPlane} {
			for i := range b {
				b[i] = 0xaa
			}
		}
		got2, got4 = frame.Pack2(got2, m, &codes2), frame.Pack4(got4, m, &codes4)
		gotPlane = frame.PackPlane(gotPlane[:0], m, inks)
		if want := plain(2, func(p uint8) byte { return codes2[p] }); !bytes.Equal(got2, want) {
			t.Fatalf("two bits, width %d: %02x, want %02x", width, got2, want)
		}
		if want := plain(4, func(p uint8) byte { return codes4[p] }); !bytes.Equal(got4, want) {
			t.Fatalf("four bits, width %d: %02x, want %02x", width, got4, want)
		}
		if want := plain(1, func(p uint8) byte { return byte(inks >> p & 1) }); !bytes.Equal(gotPlane, want) {
			t.Fatalf("plane, width %d: %02x, want %02x", width, gotPlane, want)
		}
	}
	if again := frame.Pack4(got4, pixels("00"), &frame.Codes{}); &again[0] != &got4[0] {
		t.Error("the buffer was not reused")
	}
}
