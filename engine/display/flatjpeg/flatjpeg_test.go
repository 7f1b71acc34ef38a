package flatjpeg

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"math/rand/v2"
	"testing"
)

func rgb(r, g, b uint8) color.RGBA { return color.RGBA{R: r, G: g, B: b, A: 0xff} }

// table7 are the colours of the tag types: C2.json has all of them.
var table7 = []color.RGBA{
	rgb(0, 0, 0), rgb(255, 255, 255), rgb(255, 255, 0), rgb(255, 0, 0),
	rgb(0, 0, 255), rgb(0, 255, 0), rgb(255, 128, 0),
}

func noise(w, h, inks int, seed uint64) *image.Paletted {
	m := image.NewPaletted(image.Rect(0, 0, w, h), nil)
	r := rand.New(rand.NewPCG(seed, 0))
	for i := range m.Pix {
		m.Pix[i] = uint8(r.IntN(inks))
	}
	return m
}

// The scan of a white picture of 10×3 pixels, two blocks wide, by hand:
//
//	Y  of block 1: 255 - 128 = 127, times 8 = 1016, by step 4 = 254: 8 bits.
//	   code of length 8 for DC of luma 111110, then 254 as it is: 11111110; end of block 1010
//	Cb and Cr: 0: code of length 0 for DC of chroma 00, end of block 00, twice: 0000 0000
//	Y  of block 2: no difference: 00, end of block 1010; Cb, Cr: 0000 0000
//
//	111110 11|111110 10|10 0000 00|00 00 1010| 00000000 |
//	0xfb      0xfa      0x80       0x0a       0x00
//
// which fills five bytes, so no padding is left.
func TestScanByHand(t *testing.T) {
	m := image.NewPaletted(image.Rect(0, 0, 10, 3), nil)
	got := Encode(m, []color.RGBA{rgb(255, 255, 255)})
	want := []byte{0xff, 0xda, 0, 12, 3, 1, 0x00, 2, 0x11, 3, 0x11, 0, 63, 0,
		0xfb, 0xfa, 0x80, 0x0a, 0x00, 0xff, 0xd9}
	if !bytes.HasSuffix(got, want) {
		t.Errorf("the scan is\n% x, want\n% x", got[max(0, len(got)-len(want)):], want)
	}
	// The frame: 8 bits, 3 rows of 10, three components without subsampling.
	if frame := []byte{0xff, 0xc0, 0, 17, 8, 0, 3, 0, 10, 3, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0}; !bytes.Contains(got, frame) {
		t.Errorf("no frame header % x in % x", frame, got)
	}
}

// TestInksSurvive: in the worst of pictures no channel of any pixel may be off by as much
// as half of what lies between two inks, with what RGB565 takes away as well.
func TestInksSurvive(t *testing.T) {
	for _, size := range [][2]int{{10, 3}, {8, 8}, {1, 1}, {152, 152}, {296, 128}, {400, 300}} {
		for inks := 2; inks <= len(table7); inks++ {
			t.Run(fmt.Sprintf("%dx%d, %d inks", size[0], size[1], inks), func(t *testing.T) {
				m := noise(size[0], size[1], inks, uint64(inks))
				decoded, err := jpeg.Decode(bytes.NewReader(Encode(m, table7)))
				if err != nil {
					t.Fatal(err)
				}
				if decoded.Bounds() != m.Bounds() {
					t.Fatalf("size %v, want %v", decoded.Bounds(), m.Bounds())
				}
				if sub := decoded.(*image.YCbCr).SubsampleRatio; sub != image.YCbCrSubsampleRatio444 {
					t.Errorf("chroma is %v", sub)
				}
				if worst := furthest(m, decoded); worst > 40 {
					t.Errorf("a channel is off by %d", worst)
				}
			})
		}
	}
}

func furthest(m *image.Paletted, decoded image.Image) (worst int) {
	for y := range m.Rect.Dy() {
		for x := range m.Rect.Dx() {
			want := table7[m.Pix[y*m.Stride+x]]
			r, g, b, _ := decoded.At(x, y).RGBA()
			for _, d := range []int{int(r>>8) - int(want.R), int(g>>8) - int(want.G), int(b>>8) - int(want.B)} {
				worst = max(worst, d, -d)
			}
		}
	}
	return worst
}

func BenchmarkEncode(b *testing.B) {
	m := noise(800, 480, 4, 1)
	for i := range m.Pix { // a sign is mostly flat
		if i%800/16%8 != 0 {
			m.Pix[i] = 1
		}
	}
	for b.Loop() {
		b.ReportMetric(float64(len(Encode(m, table7))), "B/picture")
	}
}
