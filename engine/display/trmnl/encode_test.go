package trmnl

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"encoding/hex"
	"hash/crc32"
	"image"
	"image/color"
	"image/png"
	"io"
	"strings"
	"testing"

	"golang.org/x/image/bmp"

	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/display/displaytest"
)

// indices makes a picture from digits, one row a string. After 9 come : ; < = > ?
func indices(s display.Scheme, rows ...string) *image.Paletted {
	m := image.NewPaletted(image.Rect(0, 0, len(rows[0]), len(rows)), s.Palette())
	for y, row := range rows {
		for x := range len(row) {
			m.Pix[y*m.Stride+x] = row[x] - '0'
		}
	}
	return m
}

func panelOf(m *image.Paletted, s display.Scheme) display.Panel {
	return display.Panel{Width: m.Rect.Dx(), Height: m.Rect.Dy(), Scheme: s}
}

// The picture data of a PNG is each row with a filter byte of 0 in front, deflated
// (PNG specification, 9 and 10); pixels are packed into bytes from the highest bit (7.2).
func TestPNGGolden(t *testing.T) {
	for _, c := range []struct {
		name    string
		m       *image.Paletted
		scheme  display.Scheme
		head    string // width, height, bits, colour type, deflate, filter, no interlace
		palette string
		data    string
	}{
		// Ten pixels take two bytes: 1010101010 → aa 80, 0000000001 → 00 40.
		{"black and white", indices(display.Mono, "1010101010", "0000000001", "1111111111"), display.Mono,
			"0000000a 00000003 01 00 00 00 00", "", "00 aa80 00 0040 00 ffc0"},
		// Black 0, white 3, dark 1, light 2: 0123012301 → 00 11 01 10, 00 11 01 10, 00 11.
		{"four greys", indices(display.Gray4, "0123012301", "1111111111", "2323232323"), display.Gray4,
			"0000000a 00000003 02 00 00 00 00", "", "00 363630 00 fffff0 00 666660"},
		// Indices 2 to 15 are the levels 1 to 14: 0 15 1 2 3 4 5 6 7 8, then 9 to 14.
		{"sixteen greys", indices(display.Gray16, "0123456789", ":;<=>?0101", "1111100000"), display.Gray16,
			"0000000a 00000003 04 00 00 00 00", "", "00 0f12345678 00 9abcde0f0f 00 fffff00000"},
		{"red", indices(display.BWR, "0120120120", "2222222222", "1111111111"), display.BWR,
			"0000000a 00000003 04 03 00 00 00", "000000 ffffff ff0000", "00 0120120120 00 2222222222 00 1111111111"},
		{"yellow", indices(display.BWY, "0120120120", "2222222222", "1111111111"), display.BWY,
			"0000000a 00000003 04 03 00 00 00", "000000 ffffff ffff00", "00 0120120120 00 2222222222 00 1111111111"},
		{"four inks", indices(display.BWRY, "0123012301", "3333333333", "1111111111"), display.BWRY,
			"0000000a 00000003 04 03 00 00 00", "000000 ffffff ffff00 ff0000", "00 0123012301 00 3333333333 00 1111111111"},
		{"six inks", indices(display.Spectra6, "0123450123", "5432105432", "1111111111"), display.Spectra6,
			"0000000a 00000003 04 03 00 00 00", "020202 b3b6ab cdca00 750a00 001e96 219628",
			"00 0123450123 00 5432105432 00 1111111111"},
		{"seven inks", indices(display.ACeP7, "0123456012", "6543210654", "1111111111"), display.ACeP7,
			"0000000a 00000003 04 03 00 00 00", "000000 ffffff ffff00 ff0000 0000ff 00ff00 ff8000",
			"00 0123456012 00 6543210654 00 1111111111"},
	} {
		t.Run(c.name, func(t *testing.T) {
			file, err := encode(c.m, panelOf(c.m, c.scheme), format{limit: maxSmall})
			if err != nil {
				t.Fatal(err)
			}
			head, palette, data := takeApart(t, file)
			for what, pair := range map[string][2]string{"head": {head, c.head}, "palette": {palette, c.palette}, "data": {data, c.data}} {
				if want := strings.ReplaceAll(pair[1], " ", ""); pair[0] != want {
					t.Errorf("%s is %s, want %s", what, pair[0], want)
				}
			}
			if _, err := png.Decode(bytes.NewReader(file)); err != nil {
				t.Errorf("another decoder: %v", err)
			}
		})
	}
}

// takeApart gives the pieces of a PNG in hexadecimal and checks its sums.
func takeApart(t *testing.T, file []byte) (head, palette, data string) {
	t.Helper()
	file, ok := bytes.CutPrefix(file, []byte("\x89PNG\r\n\x1a\n"))
	if !ok {
		t.Fatal("no PNG")
	}
	for len(file) > 0 {
		n := binary.BigEndian.Uint32(file)
		kind, body := string(file[4:8]), file[8:8+n]
		if sum := binary.BigEndian.Uint32(file[8+n:]); sum != crc32.ChecksumIEEE(file[4:8+n]) {
			t.Errorf("%s has a wrong sum", kind)
		}
		file = file[12+n:]
		switch kind {
		case "IHDR":
			head = hex.EncodeToString(body)
		case "PLTE":
			palette = hex.EncodeToString(body)
		case "IDAT":
			z, err := zlib.NewReader(bytes.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			raw, err := io.ReadAll(z)
			if err != nil {
				t.Fatal(err)
			}
			data = hex.EncodeToString(raw)
		}
	}
	return head, palette, data
}

// The header of a BMP of version 3 (BITMAPFILEHEADER 14 bytes, BITMAPINFOHEADER 40, two
// colours of four), then 480 rows of 100 bytes from the bottom.
func TestBMPGolden(t *testing.T) {
	p := display.Panel{Width: 800, Height: 480, Scheme: display.Mono}
	m := image.NewPaletted(p.Bounds(), p.Scheme.Palette())
	for i := range m.Pix {
		m.Pix[i] = display.White
	}
	m.Pix[0] = display.Black           // the upper left corner
	m.Pix[479*800+799] = display.Black // the lower right one
	file, err := encode(m, p, format{bmp: true})
	if err != nil {
		t.Fatal(err)
	}
	want, _ := hex.DecodeString(strings.ReplaceAll(
		"424d bebb0000 00000000 3e000000"+ // "BM", 48,062 bytes, nothing, pixels from 62
			"28000000 20030000 e0010000 0100 0100 00000000 80bb0000"+ // 40, 800, 480, 1 plane, 1 bit, plain, 48,000
			"c40e0000 c40e0000 02000000 02000000"+ // dots a metre, 2 colours
			"00000000 ffffff00", " ", "")) // black, white
	if len(file) != 62+48000 || !bytes.Equal(file[:62], want) {
		t.Fatalf("%d bytes, beginning with\n% x, want\n% x", len(file), file[:62], want)
	}
	for i, b := range file[62:] {
		want := byte(0xff)
		switch i {
		case 99: // the end of the first row, which is the lowest
			want = 0xfe
		case 479 * 100: // the beginning of the last
			want = 0x7f
		}
		if b != want {
			t.Errorf("byte %d of the pixels is %#x, want %#x", i, b, want)
		}
	}
	other, err := bmp.Decode(bytes.NewReader(file))
	if err != nil {
		t.Fatalf("another decoder: %v", err)
	}
	if color.GrayModel.Convert(other.At(0, 0)) != (color.Gray{}) || color.GrayModel.Convert(other.At(1, 0)) != (color.Gray{Y: 255}) {
		t.Error("another decoder sees other pixels")
	}
}

// Sixteen greys go down to four and to two by their light: 4 levels each, and 8.
func TestFewerGreys(t *testing.T) {
	m := indices(display.Gray16, "0123456789:;<=>?") // levels 0 15 1 2 3 4 … 14
	for _, c := range []struct {
		d    depth
		want string
	}{
		// 0 3 0 0, 0 1 1 1, 1 2 2 2, 2 3 3 3 → 00110000 00010101 01101010 10111111
		{sixteenInFour, "0030156abf"},
		// 0 1 0 0 0 0 0 0, 0 1 1 1 1 1 1 1
		{sixteenInTwo, "00407f"},
	} {
		if _, _, data := takeApart(t, c.d.encode(m)); data != c.want {
			t.Errorf("%d bits: %s, want %s", c.d.bits, data, c.want)
		}
	}
}

// A picture of noise can't be packed. It must become one that the device takes all the same.
func TestEncodeFits(t *testing.T) {
	for _, c := range []struct {
		name  string
		panel display.Panel
		limit int
		bits  byte
	}{
		{"og", display.Panel{Width: 800, Height: 480, Scheme: display.Mono}, maxSmall, 1},
		{"x", display.Panel{Width: 1872, Height: 1404, Scheme: display.Gray16}, maxLarge, 2},
		{"paper", display.Panel{Width: 960, Height: 540, Scheme: display.Gray16}, maxSmall, 1},
		{"six inks, roomy", display.Panel{Width: 800, Height: 480, Scheme: display.Spectra6}, maxLarge, 4},
		{"six inks, small", display.Panel{Width: 800, Height: 480, Scheme: display.Spectra6}, maxSmall, 1},
	} {
		m := displaytest.Noise(c.panel, 1).Frame.Image
		file, err := encode(m, c.panel, format{limit: c.limit})
		if err != nil || len(file) > c.limit || file[24] != c.bits {
			t.Errorf("%s: %d bytes of %d bits a pixel, %v; want at most %d of %d bits", c.name, len(file), file[24], err, c.limit, c.bits)
		}
	}
	huge := display.Panel{Width: 1872, Height: 1404, Scheme: display.Mono}
	if _, err := encode(displaytest.Noise(huge, 1).Frame.Image, huge, format{limit: maxSmall}); err == nil {
		t.Error("a picture that nothing makes small enough was sent")
	}
}

func TestEncodeRefuses(t *testing.T) {
	p := display.Panel{Width: 10, Height: 3, Scheme: display.Mono}
	m := indices(display.Mono, "1010101010", "0000000001", "1111111111")
	for name, err := range map[string]error{
		"no picture":    second(encode(nil, p, format{limit: maxSmall})),
		"wrong size":    second(encode(m, display.Panel{Width: 11, Height: 3, Scheme: display.Mono}, format{limit: maxSmall})),
		"no such inks":  second(encode(m, display.Panel{Width: 10, Height: 3, Scheme: "cmyk"}, format{limit: maxSmall})),
		"not BMP's one": second(encode(m, p, format{bmp: true})),
	} {
		if err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func second(_ []byte, err error) error { return err }

// A panel that hangs turned gets the picture turned.
func TestEncodeTurns(t *testing.T) {
	p := display.Panel{Width: 3, Height: 10, Scheme: display.Mono, Rotation: 90}
	m := indices(display.Mono, "1000000000", "0000000000", "0000000011")
	file, err := encode(m, p, format{limit: maxSmall})
	if err != nil {
		t.Fatal(err)
	}
	// Clockwise: the first row becomes the last column, the left end comes to the top.
	_, _, data := takeApart(t, file)
	if want := "0020" + strings.Repeat("0000", 7) + "0080" + "0080"; data != want {
		t.Errorf("rows %s, want %s", data, want)
	}
}

func TestNotices(t *testing.T) {
	for kind := range notices {
		for board, m := range models {
			for _, firmware := range []string{"1.4.0", "1.8.14"} {
				c := caller{model: board, firmware: firmware}
				name := noticeFile(kind, c)
				size, f, k, ok := parseNotice(name)
				if !ok || k != kind || f.bmp == c.pngs() {
					t.Errorf("%s of %s: %v %v %q %v", kind, board, size, f, k, ok)
				}
				if c.pngs() && size != image.Pt(m.width, m.height) {
					t.Errorf("%s of %s: %v", kind, board, size)
				}
				if _, err := encode(drawNotice(notices[kind], size), display.Panel{Width: size.X, Height: size.Y, Scheme: display.Mono}, f); err != nil {
					t.Errorf("%s of %s: %v", kind, board, err)
				}
				if len(name) > 30 {
					t.Errorf("%s is too long for the file system", name)
				}
			}
		}
	}
	for _, name := range []string{"", ".png", "secret-1.png", "unknown-1-9999x9999.png", "unknown-1", "../unknown-1.png", "unknown-1-800x480.bmp"} {
		if _, _, _, ok := parseNotice(name); ok {
			t.Errorf("%q is taken for a notice", name)
		}
	}
}
