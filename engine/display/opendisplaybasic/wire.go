package opendisplaybasic

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/roomink/roomink/engine/display"
)

// The packets.
const (
	opAnnounce = 0x01
	opRequest  = 0x02
	opNothing  = 0x81
	opPicture  = 0x82
	opWho      = 0x83
)

const version = 1

// payloads are the lengths of what displays send.
var payloads = map[byte]int{opAnnounce: 16, opRequest: 2}

// maxFrame bounds a frame from a display; both packets together take 23 bytes.
const maxFrame = 256

// wide says that lengths have four bytes, as in all programs that exist.
type wide bool

func (w wide) size() int {
	if w {
		return 4
	}
	return 2
}

var (
	errFrame   = errors.New("what was sent is no frame of this protocol")
	errCRC     = errors.New("the checksum of a frame is wrong")
	errTooLong = errors.New("the picture is too long for this display's form of the protocol")
)

// readFrame reads the next frame and gives what is between length and checksum without the
// version. Of the first one, form is nil, and which form it has comes with it.
func readFrame(r io.Reader, form *wide) (packets []byte, is wide, err error) {
	var head [5]byte
	if _, err := io.ReadFull(r, head[:3]); err != nil {
		return nil, false, err
	}
	length, read := int(binary.LittleEndian.Uint16(head[:])), 3
	if form == nil {
		// The version follows a length of two bytes; after one of four, which is small, a zero does.
		is = head[2] != version
	} else {
		is = *form
	}
	if is {
		if _, err := io.ReadFull(r, head[3:5]); err != nil {
			return nil, is, noEOF(err)
		}
		length, read = int(binary.LittleEndian.Uint32(head[:])), 5
	}
	if head[read-1] != version || length < read+2 || length > maxFrame {
		return nil, is, errFrame
	}
	rest := make([]byte, length-read)
	if _, err := io.ReadFull(r, rest); err != nil {
		return nil, is, noEOF(err)
	}
	packets = rest[:len(rest)-2]
	if crc16(crc16(0xffff, []byte{version}), packets) != binary.LittleEndian.Uint16(rest[len(packets):]) {
		return nil, is, errCRC
	}
	return packets, is, nil
}

// noEOF: an end in the middle is none.
func noEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// frame writes a frame of one packet.
func (w wide) frame(id byte, payload []byte) ([]byte, error) {
	n := w.size() + 1 + 2 + len(payload) + 2
	out := make([]byte, 0, n)
	if w {
		out = binary.LittleEndian.AppendUint32(out, uint32(n))
	} else {
		if n > 0xffff {
			return nil, errTooLong
		}
		out = binary.LittleEndian.AppendUint16(out, uint16(n))
	}
	out = append(out, version, 0, id)
	out = append(out, payload...)
	return binary.LittleEndian.AppendUint16(out, crc16(0xffff, out[w.size():])), nil
}

// picture writes the frame of a picture. poll is in seconds.
func (w wide) picture(pixels []byte, poll uint32) ([]byte, error) {
	var payload []byte
	if w {
		payload = binary.LittleEndian.AppendUint32(payload, uint32(len(pixels)))
	} else {
		if len(pixels) > 0xffff {
			return nil, errTooLong
		}
		payload = binary.LittleEndian.AppendUint16(payload, uint16(len(pixels)))
	}
	payload = binary.LittleEndian.AppendUint32(payload, poll)
	const full = 0 // refresh
	payload = append(payload, full)
	return w.frame(opPicture, append(payload, pixels...))
}

// nothing writes the frame that says to come again.
func (w wide) nothing(poll uint32) ([]byte, error) {
	return w.frame(opNothing, binary.LittleEndian.AppendUint32(nil, poll))
}

func crc16(crc uint16, data []byte) uint16 {
	for _, b := range data {
		crc ^= uint16(b) << 8
		for range 8 {
			if crc&0x8000 != 0 {
				crc = crc<<1 ^ 0x1021
			} else {
				crc <<= 1
			}
		}
	}
	return crc
}

// said is what a frame of a display says.
type said struct {
	announced bool
	panel     display.Panel // zero if it is none that can be drawn for
	firmware  string
	asks      bool
	telemetry display.Telemetry // without At
}

// parse takes the packets of a frame apart.
func parse(packets []byte) (s said, err error) {
	for len(packets) > 0 {
		if len(packets) < 2 {
			return s, errFrame
		}
		id := packets[1]
		n, known := payloads[id]
		if !known {
			return s, fmt.Errorf("%w: packet %#02x", errFrame, id)
		}
		if len(packets) < 2+n {
			return s, errFrame
		}
		payload := packets[2 : 2+n]
		packets = packets[2+n:]
		switch id {
		case opAnnounce:
			s.announced = true
			s.panel, s.firmware = announcement(payload)
		case opRequest:
			s.asks = true
			if p := int(payload[0]); p >= 1 && p <= 100 {
				s.telemetry.Percent = p
			}
			if rssi := int(int8(payload[1])); rssi < 0 {
				s.telemetry.Signal = rssi
			}
		}
	}
	return s, nil
}

// schemes are the colours by their number.
var schemes = [...]display.Scheme{display.Mono, display.BWR, display.BWY, display.BWRY, display.Spectra6, display.Gray4, display.Gray16, display.ACeP7}

// announcement reads width, height, colours, five numbers of the maker and the rotation.
func announcement(b []byte) (p display.Panel, firmware string) {
	p.Width, p.Height = int(binary.LittleEndian.Uint16(b)), int(binary.LittleEndian.Uint16(b[2:]))
	if int(b[4]) < len(schemes) {
		p.Scheme = schemes[b[4]]
	}
	switch r := int(b[15]); { // in quarter turns; somebody may send degrees
	case r < 4:
		p.Rotation = 90 * r
	default:
		p.Rotation = r
	}
	if p.Validate() != nil {
		p = display.Panel{}
	}
	return p, fmt.Sprint(binary.LittleEndian.Uint16(b[7:]))
}
