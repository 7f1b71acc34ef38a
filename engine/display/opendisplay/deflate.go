package opendisplay

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"hash/adler32"
)

// deflater makes zlib streams that a display with a history window of 512 bytes can
// inflate. The firmware checks the window that the header claims and every distance
// (lib/uzlib od_zlib_stream.c), and compress/zlib neither claims nor keeps less than
// 32 KiB. So the deflate data holds no distance at all (Huffman codes only, which
// already makes a mostly white picture six or seven times smaller) and the header
// is our own.
type deflater struct {
	out bytes.Buffer
	w   *flate.Writer
}

// zlibHeader says deflate with a window of 2^(1+8) = 512 bytes, no dictionary; the
// second byte makes the 16-bit value a multiple of 31 (RFC 1950 2.2).
var zlibHeader = []byte{0x18, 0x19}

// compress gives data as a zlib stream, valid until the next call.
func (d *deflater) compress(data []byte) ([]byte, error) {
	d.out.Reset()
	d.out.Write(zlibHeader)
	if d.w == nil {
		w, err := flate.NewWriter(&d.out, flate.HuffmanOnly)
		if err != nil {
			return nil, err
		}
		d.w = w
	} else {
		d.w.Reset(&d.out)
	}
	if _, err := d.w.Write(data); err != nil {
		return nil, err
	}
	if err := d.w.Close(); err != nil {
		return nil, err
	}
	var sum [4]byte
	binary.BigEndian.PutUint32(sum[:], adler32.Checksum(data))
	d.out.Write(sum[:])
	return d.out.Bytes(), nil
}
