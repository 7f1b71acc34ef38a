// Package flatjpeg writes JPEG files of pictures in few flat colours, so that whoever
// decodes one and takes the nearest of these colours gets every pixel back. Chroma must not
// be subsampled for that, and image/jpeg can't do without (golang/go#13614). It is the
// least baseline encoder (ITU-T T.81).
//
// There are always three components, for black and white too: the decoder of older
// OpenEPaperLink access points, TJpgDec R0.01, refuses pictures of one (its JDR_FMT3).
package flatjpeg

import (
	"image"
	"image/color"
	"math"
	"math/bits"
)

// step is the one step of all quantisation tables. An error of a whole step in every
// coefficient of a block adds up to an error of 8 steps in a pixel, if all conspire; inks
// lie at least 100 apart. See TestInksSurvive.
const step = 4

// Encode makes the JPEG of m, in which palette index i has the colour inks[i].
func Encode(m *image.Paletted, inks []color.RGBA) []byte {
	e := encoder{out: make([]byte, 0, 64<<10), inks: components(inks)}
	e.head(m.Rect.Dx(), m.Rect.Dy())
	for y := 0; y < m.Rect.Dy(); y += 8 {
		for x := 0; x < m.Rect.Dx(); x += 8 {
			e.block(m, x, y)
		}
	}
	e.put(0x7f, 7) // what is left of the last byte is ones
	return append(e.out, 0xff, 0xd9)
}

// components gives each ink's Y, Cb and Cr, less 128 (JFIF 1.02). They are not rounded:
// only the coefficients are.
func components(inks []color.RGBA) (c [3][256]float32) {
	for i, ink := range inks {
		r, g, b := float32(ink.R), float32(ink.G), float32(ink.B)
		c[0][i] = 0.299*r + 0.587*g + 0.114*b - 128
		c[1][i] = -0.168736*r - 0.331264*g + 0.5*b
		c[2][i] = 0.5*r - 0.418688*g - 0.081312*b
	}
	return c
}

type encoder struct {
	out  []byte
	acc  uint32 // bits that do not fill a byte yet
	held uint   // how many
	inks [3][256]float32
	dc   [3]int // the last block's, whose difference is sent
}

// head writes all before the picture: the tables and the frame.
func (e *encoder) head(w, h int) {
	e.out = append(e.out, 0xff, 0xd8) // SOI
	e.out = append(e.out, 0xff, 0xe0, 0, 16, 'J', 'F', 'I', 'F', 0, 1, 1, 0, 0, 1, 0, 1, 0, 0)
	e.out = append(e.out, 0xff, 0xdb, 0, 67, 0) // DQT 0
	for range 64 {
		e.out = append(e.out, step)
	}
	e.out = append(e.out, 0xff, 0xc0, 0, 17, 8, byte(h>>8), byte(h), byte(w>>8), byte(w), 3) // SOF0
	for c := range byte(3) {
		e.out = append(e.out, c+1, 0x11, 0) // 1×1: no component is subsampled
	}
	for i, t := range [4]*table{&dcLuma, &acLuma, &dcChroma, &acChroma} {
		n := 19 + len(t.values)
		e.out = append(e.out, 0xff, 0xc4, byte(n>>8), byte(n), byte(i%2<<4|i/2)) // DHT
		e.out = append(append(e.out, t.counts[:]...), t.values...)
	}
	e.out = append(e.out, 0xff, 0xda, 0, 12, 3, 1, 0x00, 2, 0x11, 3, 0x11, 0, 63, 0) // SOS
}

// block writes the three components of the 8×8 pixels from x,y on. What lies outside
// repeats the edge.
func (e *encoder) block(m *image.Paletted, x, y int) {
	var pix [64]uint8
	flat := true
	for i := range pix {
		px, py := min(x+i%8, m.Rect.Dx()-1), min(y+i/8, m.Rect.Dy()-1)
		pix[i] = m.Pix[py*m.Stride+px]
		flat = flat && pix[i] == pix[0]
	}
	for c := range 3 {
		dc, ac := &dcLuma, &acLuma
		if c > 0 {
			dc, ac = &dcChroma, &acChroma
		}
		var coefficients [64]float32
		if flat {
			coefficients[0] = 8 * e.inks[c][pix[0]]
		} else {
			for i, p := range pix {
				coefficients[i] = e.inks[c][p]
			}
			transform(&coefficients)
		}
		e.dc[c] = e.entropy(&coefficients, e.dc[c], dc, ac)
	}
}

// cosines has, for each frequency u and place x, half the cosine of the discrete cosine
// transform with its norm.
var cosines = func() (t [8][8]float32) {
	for u := range t {
		norm := 0.5
		if u == 0 {
			norm = 0.5 / math.Sqrt2
		}
		for x := range t[u] {
			t[u][x] = float32(norm * math.Cos(float64((2*x+1)*u)*math.Pi/16))
		}
	}
	return t
}()

// transform is the discrete cosine transform of a block, in place: rows, then columns.
func transform(b *[64]float32) {
	for _, stride := range [2][2]int{{8, 1}, {1, 8}} {
		for line := range 8 {
			var in [8]float32
			for x := range in {
				in[x] = b[line*stride[0]+x*stride[1]]
			}
			for u := range cosines {
				var sum float32
				for x, v := range in {
					sum += v * cosines[u][x]
				}
				b[line*stride[0]+u*stride[1]] = sum
			}
		}
	}
}

// entropy writes the quantised coefficients of one component and gives the first.
func (e *encoder) entropy(b *[64]float32, last int, dc, ac *table) int {
	first := quantise(b[0], 2047)
	e.number(dc, 0, first-last)
	zeros := 0
	for _, at := range zigzag[1:] {
		v := quantise(b[at], 1023)
		if v == 0 {
			zeros++
			continue
		}
		for ; zeros > 15; zeros -= 16 {
			e.code(ac, 0xf0)
		}
		e.number(ac, zeros, v)
		zeros = 0
	}
	if zeros > 0 {
		e.code(ac, 0x00)
	}
	return first
}

func quantise(v float32, most int) int {
	return min(max(int(math.Round(float64(v)/step)), -most), most)
}

// number writes a coefficient after a run of zeros: the code of the run and of the length
// of the number, then its bits.
func (e *encoder) number(t *table, zeros, v int) {
	size, low := bits.Len(uint(max(v, -v))), v
	if v < 0 {
		low = v - 1
	}
	e.code(t, byte(zeros<<4|size))
	e.put(uint32(low)&(1<<size-1), uint(size))
}

func (e *encoder) code(t *table, symbol byte) {
	e.put(uint32(t.codes[symbol]), uint(t.lengths[symbol]))
}

// put writes n bits, 16 at most. A byte of ones is followed by a zero byte, so that it is
// no marker.
func (e *encoder) put(v uint32, n uint) {
	e.acc, e.held = e.acc<<n|v, e.held+n
	for e.held >= 8 {
		e.held -= 8
		b := byte(e.acc >> e.held)
		e.out = append(e.out, b)
		if b == 0xff {
			e.out = append(e.out, 0)
		}
	}
	e.acc &= 1<<e.held - 1
}
