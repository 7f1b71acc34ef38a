package frame

import (
	"bytes"
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
		row, out := m.Pix[y*m.Stride:][:width], dst[y*rowBytes:][:rowBytes]
		if y > 0 && bytes.Equal(row, m.Pix[(y-1)*m.Stride:][:width]) {
			copy(out, dst[(y-1)*rowBytes:]) // paper, panels and the middle of letters
			continue
		}
		packRow(out, row)
	}
	return dst
}

func packRow(dst, row []byte) {
	// Most of a sign is paper or a solid panel: look at 64 pixels at once first.
	for ; len(row) >= 64 && len(dst) >= 8; dst, row = dst[8:], row[64:] {
		p := (*[64]byte)(row)
		w0, w1, w2, w3 := load(p[0:8]), load(p[8:16]), load(p[16:24]), load(p[24:32])
		w4, w5, w6, w7 := load(p[32:40]), load(p[40:48]), load(p[48:56]), load(p[56:64])
		packed := uint64(0)
		switch any := w0 | w1 | w2 | w3 | w4 | w5 | w6 | w7; {
		case any == 0:
		case any == low && w0&w1&w2&w3&w4&w5&w6&w7 == low:
			packed = ^uint64(0)
		case any&^low == 0: // black and white alone
			packed = gather(w0) | gather(w1)<<8 | gather(w2)<<16 | gather(w3)<<24 |
				gather(w4)<<32 | gather(w5)<<40 | gather(w6)<<48 | gather(w7)<<56
		default:
			packed = pack8(w0) | pack8(w1)<<8 | pack8(w2)<<16 | pack8(w3)<<24 |
				pack8(w4)<<32 | pack8(w5)<<40 | pack8(w6)<<48 | pack8(w7)<<56
		}
		binary.LittleEndian.PutUint64(dst, packed)
	}
	for ; len(row) >= 8; dst, row = dst[1:], row[8:] {
		dst[0] = byte(pack8(load(row)))
	}
	if len(row) > 0 {
		var last [8]byte
		copy(last[:], row)
		dst[0] = byte(pack8(load(last[:])))
	}
}

func load(p []byte) uint64 { return binary.LittleEndian.Uint64(p) }

const (
	low  = 0x0101010101010101
	high = 0x8080808080808080
)

// pack8 packs eight pixels, the first in the lowest byte, into eight bits, the
// first in the highest.
func pack8(pixels uint64) uint64 {
	// The high bit of each byte tells whether it is not zero.
	set := ((pixels&^high + (high - low)) | pixels) & high
	return gather(set >> 7)
}

// gather packs eight pixels of 0 and 1 by one multiplication, which puts their bits into
// the highest byte, the first pixel's first.
func gather(bits uint64) uint64 { return bits * 0x8040201008040201 >> 56 }
