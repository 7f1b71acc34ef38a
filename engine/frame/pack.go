package frame

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"image"
)

// Hash identifies what a frame looks like: SHA-256 in hex over its size, its inks
// and its pixels. Frames with equal hashes look the same.
func Hash(m *image.Paletted) string {
	h := sha256.New()
	var buf []byte
	buf = binary.BigEndian.AppendUint32(buf, uint32(m.Rect.Dx()))
	buf = binary.BigEndian.AppendUint32(buf, uint32(m.Rect.Dy()))
	buf = binary.BigEndian.AppendUint32(buf, uint32(len(m.Palette)))
	for _, c := range m.Palette {
		r, g, b, a := c.RGBA()
		for _, v := range [...]uint32{r, g, b, a} {
			buf = binary.BigEndian.AppendUint16(buf, uint16(v))
		}
	}
	h.Write(buf)
	for y := range m.Rect.Dy() {
		h.Write(m.Pix[y*m.Stride:][:m.Rect.Dx()])
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Pack1 packs a frame at one bit a pixel: the leftmost pixel in the highest bit,
// rows padded with zeroes to whole bytes, palette index 0 (black) as 0 and all
// others as 1. It appends to dst[:0], reusing its capacity.
func Pack1(dst []byte, m *image.Paletted) []byte {
	width, height := m.Rect.Dx(), m.Rect.Dy()
	rowBytes := (width + 7) / 8
	if n := rowBytes * height; cap(dst) < n {
		dst = make([]byte, n)
	} else {
		dst = dst[:n]
	}
	for y := range height {
		packRow(dst[y*rowBytes:][:rowBytes], m.Pix[y*m.Stride:][:width])
	}
	return dst
}

func packRow(dst, row []byte) {
	i := 0
	for ; len(row) >= 8; i, row = i+1, row[8:] {
		dst[i] = pack8(binary.LittleEndian.Uint64(row))
	}
	if len(row) > 0 {
		var last [8]byte
		copy(last[:], row)
		dst[i] = pack8(binary.LittleEndian.Uint64(last[:]))
	}
}

// pack8 packs eight pixels, the first in the lowest byte, into the bits of a byte,
// the first in the highest bit.
func pack8(pixels uint64) byte {
	const low, high = 0x0101010101010101, 0x8080808080808080
	switch pixels {
	case 0:
		return 0
	case low:
		return 0xff
	}
	// The high bit of each byte tells whether it is not zero.
	set := ((pixels&^high + (high - low)) | pixels) & high
	// One multiplication gathers the eight bits in the highest byte, first pixel first.
	return byte((set >> 7) * 0x8040201008040201 >> 56)
}
