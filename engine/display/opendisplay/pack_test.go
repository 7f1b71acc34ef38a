package opendisplay

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"image"
	"io"
	"math/rand/v2"
	"testing"

	"github.com/roomink/roomink/engine/display"
)

// indices makes a picture from digits, one row a string.
func indices(s display.Scheme, rows ...string) *image.Paletted {
	m := image.NewPaletted(image.Rect(0, 0, len(rows[0]), len(rows)), s.Palette())
	for y, row := range rows {
		for x := range len(row) {
			m.Pix[y*m.Stride+x] = row[x] - '0'
		}
	}
	return m
}

// inks is the configuration of a panel of which only the inks matter.
func inks(s display.Scheme) config { return config{panel: display.Panel{Scheme: s}} }

func TestPackGolden(t *testing.T) {
	for _, c := range []struct {
		name   string
		m      *image.Paletted
		scheme display.Scheme
		ic     uint16
		split  bool
		want   []byte
	}{
		// The worked example of display-data-format.html: 10110010 is 0xb2.
		{"mono", indices(display.Mono, "10110010"), display.Mono, 0, false, []byte{0xb2}},
		{"mono, rows filled", indices(display.Mono, "1000000011", "0111111100"), display.Mono, 0, false, []byte{0x80, 0xc0, 0x7f, 0x00}},
		{"one white pixel", indices(display.Mono, "1"), display.Mono, 0, false, []byte{0x80}},
		{"red", indices(display.BWR, "012012012"), display.BWR, 0, false, []byte{0b01101101, 0b10000000, 0b00100100, 0b10000000}},
		{"yellow", indices(display.BWY, "012012012"), display.BWY, 0, false, []byte{0b01001001, 0, 0b00100100, 0b10000000}},
		{"four inks", indices(display.BWRY, "01233"), display.BWRY, 0x40, false, []byte{0b00011011, 0b11000000}},
		{"four inks, swapped", indices(display.BWRY, "01233"), display.BWRY, 29, false, []byte{0b00011110, 0b10000000}},
		// Ten by three in each scheme, so that rows need filling wherever a byte holds more
		// than one pixel. Mono: 10000000 11, 01111111 00, 10101010 10.
		{"mono, 10×3", indices(display.Mono, "1000000011", "0111111100", "1010101010"), display.Mono, 0, false, []byte{
			0x80, 0xc0, 0x7f, 0x00, 0xaa, 0x80,
		}},
		// First plane 01101101 10, all, 00000111 11; second 00100100 10, all, none.
		{"red, 10×3", indices(display.BWR, "0120120120", "2222222222", "0000011111"), display.BWR, 0, false, []byte{
			0x6d, 0x80, 0xff, 0xc0, 0x07, 0xc0,
			0x24, 0x80, 0xff, 0xc0, 0x00, 0x00,
		}},
		// As with red, but yellow leaves the first plane empty: 01001001 00, none, 00000111 11.
		{"yellow, 10×3", indices(display.BWY, "0120120120", "2222222222", "0000011111"), display.BWY, 0, false, []byte{
			0x49, 0x00, 0x00, 0x00, 0x07, 0xc0,
			0x24, 0x80, 0xff, 0xc0, 0x00, 0x00,
		}},
		// Four pixels a byte: 00 01 10 11 twice and 00 01; 11 all along; 00 00 00 00, 00 01 01 01, 01 01.
		{"four inks, 10×3", indices(display.BWRY, "0123012301", "3333333333", "0000011111"), display.BWRY, 55, false, []byte{
			0x1b, 0x1b, 0x10, 0xff, 0xff, 0xf0, 0x00, 0x15, 0x50,
		}},
		{"four inks, swapped, 10×3", indices(display.BWRY, "0123012301", "3333333333", "0000011111"), display.BWRY, 29, false, []byte{
			0x1e, 0x1e, 0x10, 0xaa, 0xaa, 0xa0, 0x00, 0x15, 0x50,
		}},
		{"four inks, not swapped on panel 30", indices(display.BWRY, "0123"), display.BWRY, 30, false, []byte{0x1b}},
		// Black is 1,1, dark (2) is 1,0, light (3) is 0,1, white is 0,0 in the two planes.
		// First: 11001100 11, all, 00000111 11; second: 10101010 10, all, none.
		{"four greys, 10×3", indices(display.Gray4, "0231023102", "0000000000", "1111122222"), display.Gray4, 60, false, []byte{
			0xcc, 0xc0, 0xff, 0xc0, 0x07, 0xc0,
			0xaa, 0x80, 0xff, 0xc0, 0x00, 0x00,
		}},
		// Dark is 0,1 and light is 1,0 here, which makes the planes change places.
		{"four greys of panel 40, 10×3", indices(display.Gray4, "0231023102", "0000000000", "1111122222"), display.Gray4, 40, false, []byte{
			0xaa, 0x80, 0xff, 0xc0, 0x00, 0x00,
			0xcc, 0xc0, 0xff, 0xc0, 0x07, 0xc0,
		}},
		// Of sixteen levels black is 0, dark 5, light 10 and white 15.
		{"four greys in nibbles, 10×3", indices(display.Gray4, "0231023102", "0000000000", "1111122222"), display.Gray4, 3001, false, []byte{
			0x05, 0xaf, 0x05, 0xaf, 0x05,
			0x00, 0x00, 0x00, 0x00, 0x00,
			0xff, 0xff, 0xf5, 0x55, 0x55,
		}},
		{"seven inks, 10×3", indices(display.ACeP7, "0123456012", "6543210654", "1111111111"), display.ACeP7, 34, false, []byte{
			0x01, 0x23, 0x45, 0x60, 0x12,
			0x65, 0x43, 0x21, 0x06, 0x54,
			0x11, 0x11, 0x11, 0x11, 0x11,
		}},
		// Ten by three: black and white as they come, then every ink that follows.
		{"six inks", indices(display.Spectra6, "0123450011", "5432101234", "1111111111"), display.Spectra6, 0, false, []byte{
			0x01, 0x23, 0x56, 0x00, 0x11,
			0x65, 0x32, 0x10, 0x12, 0x35,
			0x11, 0x11, 0x11, 0x11, 0x11,
		}},
		{"six inks, rows filled", indices(display.Spectra6, "015", "444"), display.Spectra6, 0, false, []byte{0x01, 0x60, 0x55, 0x50}},
		{"six inks in halves", indices(display.Spectra6, "0123450011", "5432101234", "1111111111"), display.Spectra6, 0, true, []byte{
			0x01, 0x23, 0x50, 0x65, 0x32, 0x10, 0x11, 0x11, 0x10,
			0x60, 0x01, 0x10, 0x01, 0x23, 0x50, 0x11, 0x11, 0x10,
		}},
		// Indices 2 to 15 (as : ; < = > ?) are the greys 1 to 14.
		{"sixteen greys", indices(display.Gray16, "0123456789", ":;<=>?0101", "1111100000"), display.Gray16, 0, false, []byte{
			0x0f, 0x12, 0x34, 0x56, 0x78,
			0x9a, 0xbc, 0xde, 0x0f, 0x0f,
			0xff, 0xff, 0xf0, 0x00, 0x00,
		}},
		{"sixteen greys, rows filled", indices(display.Gray16, "1?2", "001"), display.Gray16, 0, false, []byte{0xfe, 0x10, 0x00, 0xf0}},
	} {
		got, err := pack(nil, c.m, config{panel: display.Panel{Scheme: c.scheme}, panelIC: c.ic, split: c.split})
		if err != nil || !bytes.Equal(got, c.want) {
			t.Errorf("%s: % 08b, %v; want % 08b", c.name, got, err, c.want)
		}
	}
	for _, s := range append(display.Schemes(), "cmyk") {
		c := inks(s)
		if _, err := pack(nil, indices(display.Mono, "1"), c); (err == nil) != c.packs() {
			t.Errorf("%s: packs says %v, pack says %v", s, c.packs(), err)
		}
	}
}

// A picture that is part of a larger one has a stride and an origin of its own.
func TestPackOfSubImage(t *testing.T) {
	whole := noise(display.Mono, 40, 10)
	part := whole.SubImage(image.Rect(3, 2, 25, 9)).(*image.Paletted)
	want := image.NewPaletted(image.Rect(0, 0, 22, 7), whole.Palette)
	for y := range 7 {
		for x := range 22 {
			want.SetColorIndex(x, y, part.ColorIndexAt(x+3, y+2))
		}
	}
	for _, deg := range []int{0, 90, 180, 270} {
		var a, b image.Paletted
		got, _ := pack(nil, rotate(&a, part, deg), inks(display.Mono))
		exp, _ := pack(nil, rotate(&b, want, deg), inks(display.Mono))
		if !bytes.Equal(got, exp) {
			t.Errorf("turned by %d: differs", deg)
		}
	}
}

func TestRotate(t *testing.T) {
	m := indices(display.BWRY, "012", "333")
	for deg, want := range map[int]*image.Paletted{
		0:   m,
		90:  indices(display.BWRY, "30", "31", "32"),
		180: indices(display.BWRY, "333", "210"),
		270: indices(display.BWRY, "23", "13", "03"),
	} {
		dst := &image.Paletted{Pix: bytes.Repeat([]byte{9}, 100)} // a larger picture was here
		got := rotate(dst, m, deg)
		if got.Rect != want.Rect || !bytes.Equal(got.Pix, want.Pix) {
			t.Errorf("turned by %d: %v %v, want %v %v", deg, got.Rect, got.Pix, want.Rect, want.Pix)
		}
	}
}

func noise(s display.Scheme, w, h int) *image.Paletted {
	r := rand.New(rand.NewPCG(1, 2))
	m := image.NewPaletted(image.Rect(0, 0, w, h), s.Palette())
	for i := range m.Pix {
		m.Pix[i] = uint8(r.IntN(len(m.Palette)))
	}
	return m
}

// sign is like a real frame: white, with some black.
func sign(w, h int) *image.Paletted {
	m := image.NewPaletted(image.Rect(0, 0, w, h), display.Mono.Palette())
	for y := range h {
		for x := range w {
			if y%60 >= 20 || (x*7+y*13)%11 > 2 {
				m.Pix[y*m.Stride+x] = display.White
			}
		}
	}
	return m
}

func TestCompress(t *testing.T) {
	var d deflater
	for name, data := range map[string][]byte{
		"white":   bytes.Repeat([]byte{0xff}, 48000),
		"nothing": nil,
		"noise":   noise(display.BWRY, 300, 300).Pix,
	} {
		for range 2 { // the second time with the same writer
			z, err := d.compress(data)
			if err != nil {
				t.Fatal(err)
			}
			if window := 1 << (z[0]>>4 + 8); window != 512 {
				t.Errorf("%s: window of %d bytes", name, window)
			}
			r, err := zlib.NewReader(bytes.NewReader(z))
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			got, err := io.ReadAll(r)
			if err != nil || !bytes.Equal(got, data) {
				t.Errorf("%s: does not come back: %v", name, err)
			}
		}
	}
	packed, _ := pack(nil, sign(800, 480), inks(display.Mono))
	z, _ := d.compress(packed)
	t.Logf("a sign of %d bytes takes %d compressed", len(packed), len(z))
	if len(z) > len(packed)/2 {
		t.Errorf("a mostly white sign of %d bytes takes %d compressed", len(packed), len(z))
	}
}

func BenchmarkPack(b *testing.B) {
	for _, s := range []display.Scheme{display.Mono, display.BWR, display.BWRY, display.Spectra6} {
		b.Run(fmt.Sprint(s), func(b *testing.B) {
			m := noise(s, 800, 480)
			dst, _ := pack(nil, m, inks(s))
			b.ReportAllocs()
			for b.Loop() {
				dst, _ = pack(dst[:0], m, inks(s))
			}
		})
	}
}

func BenchmarkCompress(b *testing.B) {
	packed, _ := pack(nil, sign(800, 480), inks(display.Mono))
	var d deflater
	b.ReportAllocs()
	for b.Loop() {
		if _, err := d.compress(packed); err != nil {
			b.Fatal(err)
		}
	}
}
