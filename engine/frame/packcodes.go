package frame

import (
	"bytes"
	"encoding/binary"
	"image"
	"slices"
)

// Codes are what a controller calls the inks of its panel, by palette index.
type Codes [16]byte

// Pack2 packs a frame at two bits a pixel: the leftmost pixel in the highest bits, rows
// padded with zeroes to whole bytes. Indices and codes are below 4. It appends to
// dst[:0], reusing its capacity.
func Pack2(dst []byte, m *image.Paletted, codes *Codes) []byte {
	var table [256]byte // the codes of four pixels, by their indices
	for i := range table {
		table[i] = codes[i>>6]<<6 | codes[i>>4&3]<<4 | codes[i>>2&3]<<2 | codes[i&3]
	}
	width, rowBytes, dst := rows(dst[:0], m, 2)
	last, packed := uint64(0), uint16(table[0])*0x0101
	for y := range m.Rect.Dy() {
		row, out := m.Pix[y*m.Stride:][:width], dst[y*rowBytes:][:rowBytes]
		for ; len(row) >= 8; row, out = row[8:], out[2:] {
			// Most of a sign is like the pixels before.
			if pixels := load(row); pixels != last {
				last, packed = pixels, pack2x8(pixels, &table)
			}
			binary.LittleEndian.PutUint16(out, packed)
		}
		if len(row) > 0 {
			var end [2]byte
			binary.LittleEndian.PutUint16(end[:], pack2x8(loadPart(row), &table))
			copy(out, end[:])
			out[len(out)-1] &= 0xff << ((4 - len(row)%4) % 4 * 2)
		}
	}
	return dst
}

// pack2x8 packs eight pixels, the first in the lowest byte.
func pack2x8(pixels uint64, table *[256]byte) uint16 {
	// Neighbours join in steps: in lanes of 16 bits, then of 32.
	pixels = (pixels<<2 | pixels>>8) & 0x000f_000f_000f_000f
	pixels = (pixels<<4 | pixels>>16) & 0x0000_00ff_0000_00ff
	return uint16(table[uint8(pixels)]) | uint16(table[uint8(pixels>>32)])<<8
}

// Pack4 packs a frame at four bits a pixel, the left pixel of two in the high nibble.
// Indices and codes are below 16. Otherwise it is like [Pack2].
func Pack4(dst []byte, m *image.Paletted, codes *Codes) []byte {
	var table [256]byte // the codes of two pixels, by their indices
	for i := range table {
		table[i] = codes[i>>4]<<4 | codes[i&15]
	}
	width, rowBytes, dst := rows(dst[:0], m, 4)
	last, packed := uint64(0), uint32(table[0])*0x0101_0101
	for y := range m.Rect.Dy() {
		row, out := m.Pix[y*m.Stride:][:width], dst[y*rowBytes:][:rowBytes]
		if y > 0 && bytes.Equal(row, m.Pix[(y-1)*m.Stride:][:width]) {
			copy(out, dst[(y-1)*rowBytes:])
			continue
		}
		for ; len(row) >= 32 && len(out) >= 16; row, out = row[32:], out[16:] {
			in, to := (*[32]byte)(row), (*[16]byte)(out)
			w0, w1, w2, w3 := load(in[0:8]), load(in[8:16]), load(in[16:24]), load(in[24:32])
			// Most of a sign is like the pixels before.
			if (w0^last)|(w1^last)|(w2^last)|(w3^last) == 0 {
				both := uint64(packed)<<32 | uint64(packed)
				binary.LittleEndian.PutUint64(to[0:8], both)
				binary.LittleEndian.PutUint64(to[8:16], both)
				continue
			}
			binary.LittleEndian.PutUint32(to[0:4], pack4x8(w0, &table))
			binary.LittleEndian.PutUint32(to[4:8], pack4x8(w1, &table))
			binary.LittleEndian.PutUint32(to[8:12], pack4x8(w2, &table))
			last, packed = w3, pack4x8(w3, &table)
			binary.LittleEndian.PutUint32(to[12:16], packed)
		}
		for ; len(row) >= 8; row, out = row[8:], out[4:] {
			binary.LittleEndian.PutUint32(out, pack4x8(load(row), &table))
		}
		if len(row) > 0 {
			var end [4]byte
			binary.LittleEndian.PutUint32(end[:], pack4x8(loadPart(row), &table))
			copy(out, end[:])
			out[len(out)-1] &= 0xff << (len(row) % 2 * 4)
		}
	}
	return dst
}

// pack4x8 packs eight pixels, the first in the lowest byte.
func pack4x8(pixels uint64, table *[256]byte) uint32 {
	pixels = (pixels<<4 | pixels>>8) & 0x00ff_00ff_00ff_00ff
	return uint32(table[uint8(pixels)]) | uint32(table[uint8(pixels>>16)])<<8 |
		uint32(table[uint8(pixels>>32)])<<16 | uint32(table[uint8(pixels>>48)])<<24
}

// PackPlane appends one plane of a frame to dst, at one bit a pixel as [Pack1] does it.
// A pixel's bit is that of its palette index in inks, counted from the lowest.
func PackPlane(dst []byte, m *image.Paletted, inks uint16) []byte {
	start := len(dst)
	width, rowBytes, all := rows(dst, m, 1)
	pack := func(pixels uint64) (b byte) {
		for range 8 {
			b = b<<1 | byte(inks>>(pixels&15)&1)
			pixels >>= 8
		}
		return b
	}
	last, packed := uint64(0), pack(0)
	for y := range m.Rect.Dy() {
		row, out := m.Pix[y*m.Stride:][:width], all[start+y*rowBytes:][:rowBytes]
		for ; len(row) >= 8; row, out = row[8:], out[1:] {
			if pixels := load(row); pixels != last {
				last, packed = pixels, pack(pixels)
			}
			out[0] = packed
		}
		if len(row) > 0 {
			out[0] = pack(loadPart(row)) & (0xff << (8 - len(row)))
		}
	}
	return all
}

// rows makes room behind dst for a frame of so many bits a pixel.
func rows(dst []byte, m *image.Paletted, bits int) (width, rowBytes int, all []byte) {
	width = m.Rect.Dx()
	rowBytes = (width*bits + 7) / 8
	n := rowBytes * m.Rect.Dy()
	return width, rowBytes, slices.Grow(dst, n)[:len(dst)+n]
}

// loadPart loads fewer than eight pixels.
func loadPart(row []byte) uint64 {
	var p [8]byte
	copy(p[:], row)
	return load(p[:])
}
