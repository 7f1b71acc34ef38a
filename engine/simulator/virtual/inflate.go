package virtual

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/adler32"
)

// The device inflates with 512 bytes of history and refuses streams that need
// more, or say that they do (OpenDisplay/Firmware lib/uzlib od_zlib_stream.c).
// compress/zlib can't show that: it accepts any window. Hence this decoder of
// RFC 1950 and RFC 1951, which checks what the firmware checks.

const (
	windowBits = 9
	windowSize = 1 << windowBits
)

var errTruncated = errors.New("zlib stream ends too early")

// inflate unpacks a whole zlib stream of exactly want bytes.
func inflate(stream []byte, want int) ([]byte, error) {
	if err := checkZlibHeader(stream); err != nil {
		return nil, err
	}
	d := &inflater{in: stream, pos: 2, out: make([]byte, 0, want), want: want}
	for last := false; !last; {
		var err error
		if last, err = d.block(); err != nil {
			return nil, err
		}
	}
	switch rest := stream[d.pos:]; {
	case len(d.out) != want:
		return nil, fmt.Errorf("zlib stream holds %d bytes, want %d", len(d.out), want)
	case len(rest) < 4:
		return nil, errTruncated
	case len(rest) > 4:
		return nil, fmt.Errorf("%d bytes after the end of the zlib stream", len(rest)-4)
	case binary.BigEndian.Uint32(rest) != adler32.Checksum(d.out):
		return nil, errors.New("zlib checksum mismatch")
	}
	return d.out, nil
}

// checkZlibHeader looks at the first two bytes, as soon as they have arrived.
func checkZlibHeader(stream []byte) error {
	if len(stream) < 2 {
		return errTruncated
	}
	cmf, flags := stream[0], stream[1]
	if binary.BigEndian.Uint16(stream)%31 != 0 || cmf&0x0f != 8 || flags&0x20 != 0 {
		return fmt.Errorf("zlib header % x is invalid", stream[:2])
	}
	if bits := int(cmf>>4) + 8; bits > windowBits {
		return fmt.Errorf("zlib window of %d bytes, the device has %d", 1<<bits, windowSize)
	}
	return nil
}

type inflater struct {
	in   []byte
	pos  int
	held uint32 // bits read ahead, least significant first
	n    uint   // how many
	out  []byte
	want int
}

func (d *inflater) bits(count uint) (int, error) {
	for d.n < count {
		if d.pos == len(d.in) {
			return 0, errTruncated
		}
		d.held |= uint32(d.in[d.pos]) << d.n
		d.pos++
		d.n += 8
	}
	v := d.held & (1<<count - 1)
	d.held >>= count
	d.n -= count
	return int(v), nil
}

func (d *inflater) block() (last bool, err error) {
	header, err := d.bits(3)
	if err != nil {
		return false, err
	}
	last = header&1 == 1
	switch header >> 1 {
	case 0:
		return last, d.stored()
	case 1:
		return last, d.compressed(fixedLiterals(), fixedDistances())
	case 2:
		literals, distances, err := d.trees()
		if err != nil {
			return false, err
		}
		return last, d.compressed(literals, distances)
	default:
		return false, errors.New("deflate block of unknown type")
	}
}

func (d *inflater) stored() error {
	d.held, d.n = 0, 0 // the rest of the byte is padding
	if len(d.in)-d.pos < 4 {
		return errTruncated
	}
	size := int(binary.LittleEndian.Uint16(d.in[d.pos:]))
	if size != int(^binary.LittleEndian.Uint16(d.in[d.pos+2:])) {
		return errors.New("stored deflate block with a wrong length")
	}
	d.pos += 4
	if len(d.in)-d.pos < size {
		return errTruncated
	}
	if len(d.out)+size > d.want {
		return d.tooMuch()
	}
	d.out = append(d.out, d.in[d.pos:d.pos+size]...)
	d.pos += size
	return nil
}

func (d *inflater) tooMuch() error {
	return fmt.Errorf("zlib stream holds more than the %d bytes announced", d.want)
}

// compressed decodes a block of literals and back-references.
func (d *inflater) compressed(literals, distances *huffman) error {
	for {
		symbol, err := d.symbol(literals)
		switch {
		case err != nil:
			return err
		case symbol < 256:
			if len(d.out) == d.want {
				return d.tooMuch()
			}
			d.out = append(d.out, byte(symbol))
		case symbol == 256:
			return nil
		default:
			if err := d.match(symbol-257, distances); err != nil {
				return err
			}
		}
	}
}

// match copies a back-reference. RFC 1951, section 3.2.5.
func (d *inflater) match(code int, distances *huffman) error {
	if code > 28 {
		return errors.New("deflate length out of range")
	}
	length, err := d.ranged(lengthBase[code], lengthExtra[code])
	if err != nil {
		return err
	}
	far, err := d.symbol(distances)
	if err != nil {
		return err
	}
	if far > 29 {
		return errors.New("deflate distance out of range")
	}
	distance, err := d.ranged(distanceBase[far], distanceExtra[far])
	switch {
	case err != nil:
		return err
	case distance > windowSize:
		return fmt.Errorf("zlib stream looks back %d bytes, the device keeps %d", distance, windowSize)
	case distance > len(d.out):
		return errors.New("zlib stream looks back beyond its start")
	case len(d.out)+length > d.want:
		return d.tooMuch()
	}
	for range length { // byte by byte: source and target may overlap
		d.out = append(d.out, d.out[len(d.out)-distance])
	}
	return nil
}

func (d *inflater) ranged(base uint16, extra uint8) (int, error) {
	more, err := d.bits(uint(extra))
	return int(base) + more, err
}

// trees reads the code lengths of a dynamic block. RFC 1951, section 3.2.7.
func (d *inflater) trees() (literals, distances *huffman, err error) {
	counts, err := d.bits(14)
	if err != nil {
		return nil, nil, err
	}
	nLiterals, nDistances, nLengths := counts&31+257, counts>>5&31+1, counts>>10+4
	if nLiterals > 286 || nDistances > 30 {
		return nil, nil, errors.New("deflate tree too large")
	}
	var lengthLengths [19]uint8
	for i := range nLengths {
		n, err := d.bits(3)
		if err != nil {
			return nil, nil, err
		}
		lengthLengths[lengthOrder[i]] = uint8(n)
	}
	lengths, err := d.codeLengths(newHuffman(lengthLengths[:]), nLiterals+nDistances)
	if err != nil {
		return nil, nil, err
	}
	return newHuffman(lengths[:nLiterals]), newHuffman(lengths[nLiterals:]), nil
}

func (d *inflater) codeLengths(code *huffman, total int) ([]uint8, error) {
	lengths := make([]uint8, 0, total)
	for len(lengths) < total {
		symbol, err := d.symbol(code)
		if err != nil {
			return nil, err
		}
		var value uint8
		repeat, extra := 1, uint(0)
		switch symbol {
		case 16:
			if len(lengths) == 0 {
				return nil, errors.New("deflate tree repeats nothing")
			}
			value, repeat, extra = lengths[len(lengths)-1], 3, 2
		case 17:
			repeat, extra = 3, 3
		case 18:
			repeat, extra = 11, 7
		default:
			value = uint8(symbol)
		}
		more, err := d.bits(extra)
		if err != nil {
			return nil, err
		}
		if repeat += more; len(lengths)+repeat > total {
			return nil, errors.New("deflate tree repeats beyond its end")
		}
		for range repeat {
			lengths = append(lengths, value)
		}
	}
	return lengths, nil
}

// huffman is a canonical code: how many symbols each length has, and the symbols
// in the order of their codes.
type huffman struct {
	counts  [16]int
	symbols []int
}

func newHuffman(lengths []uint8) *huffman {
	h := &huffman{}
	for _, n := range lengths {
		h.counts[n]++
	}
	h.counts[0] = 0
	var next [16]int
	for n := 1; n < len(next); n++ {
		next[n] = next[n-1] + h.counts[n-1]
	}
	h.symbols = make([]int, next[15]+h.counts[15])
	for symbol, n := range lengths {
		if n > 0 {
			h.symbols[next[n]] = symbol
			next[n]++
		}
	}
	return h
}

func (d *inflater) symbol(h *huffman) (int, error) {
	code, first, index := 0, 0, 0
	for n := 1; n < len(h.counts); n++ {
		bit, err := d.bits(1)
		if err != nil {
			return 0, err
		}
		code |= bit
		if code-first < h.counts[n] {
			return h.symbols[index+code-first], nil
		}
		index += h.counts[n]
		first = (first + h.counts[n]) << 1
		code <<= 1
	}
	return 0, errors.New("deflate code without a symbol")
}

func fixedLiterals() *huffman {
	var lengths [288]uint8
	for i := range lengths {
		switch {
		case i < 144:
			lengths[i] = 8
		case i < 256:
			lengths[i] = 9
		case i < 280:
			lengths[i] = 7
		default:
			lengths[i] = 8
		}
	}
	return newHuffman(lengths[:])
}

func fixedDistances() *huffman {
	var lengths [30]uint8
	for i := range lengths {
		lengths[i] = 5
	}
	return newHuffman(lengths[:])
}

var (
	lengthBase = [29]uint16{3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31,
		35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258}
	lengthExtra = [29]uint8{0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2,
		3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0}
	distanceBase = [30]uint16{1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193,
		257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577}
	distanceExtra = [30]uint8{0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6,
		7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13}
	// lengthOrder is the order in which a dynamic block lists its code lengths.
	lengthOrder = [19]uint8{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15}
)
