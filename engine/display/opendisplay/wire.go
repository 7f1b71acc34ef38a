package opendisplay

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// The opcodes in use, OpenDisplay/Firmware include/opendisplay_protocol.h section 1.
const (
	opReadConfig uint16 = 0x0040
	opFirmware   uint16 = 0x0043
	opReadMSD    uint16 = 0x0044
	// opDeepSleep was 0x0052 before protocol 2.1, where that now cuts the power for good.
	opDeepSleep   uint16 = 0x0053
	opWriteStart  uint16 = 0x0070
	opWriteData   uint16 = 0x0071
	opWriteEnd    uint16 = 0x0072
	opRefreshDone uint16 = 0x0073 // unasked, from the device: the panel shows the picture
	opRefreshLate uint16 = 0x0074 // unasked, from the device: the panel did not finish
	opPartial     uint16 = 0x0076
)

// The status bytes of a reply, section 2 of the same header.
const (
	statusAck  = 0x00
	statusNack = 0xff
	statusAuth = 0xfe
	// statusAckHigh is what homeplate sends for success: the echoed opcode with
	// its high bit set, 0x80 0x70 in place of 0x00 0x70.
	statusAckHigh = 0x80
)

// refreshFull is the refresh mode in 0x0072: clears ghosts, takes longest.
const refreshFull = 0

const (
	headerLen = 2 // the length in front of every payload
	opcodeLen = 2
	// maxSend is the largest payload that a device must accept (OD_LAN_MAX_PAYLOAD:
	// 4,096 bytes on the wire, header included); a longer one ends the connection.
	maxSend = 4094
	// maxReceive is the largest payload that we accept: older builds and homeplate
	// counted 4,096 bytes without the header.
	maxReceive = 4096
	// maxChunk is the most picture bytes in one 0x0071.
	maxChunk = maxSend - opcodeLen
)

// frameLenError is a frame whose length the protocol does not allow.
type frameLenError int

func (e frameLenError) Error() string {
	return fmt.Sprintf("frame of %d bytes is outside 1…%d", int(e), maxReceive)
}

// putFrame writes a frame for opcode op with the given data parts into buf, which
// must hold them, and gives the bytes to send.
func putFrame(buf []byte, op uint16, parts ...[]byte) []byte {
	n := headerLen
	binary.BigEndian.PutUint16(buf[n:], op)
	n += opcodeLen
	for _, p := range parts {
		n += copy(buf[n:], p)
	}
	binary.LittleEndian.PutUint16(buf, uint16(n-headerLen))
	return buf[:n]
}

// readFrame reads one frame into buf, of at least headerLen+maxReceive bytes, and
// gives its payload, which aliases buf. The error is io.EOF only between frames,
// io.ErrUnexpectedEOF inside one, a frameLenError, or what r returned.
func readFrame(r io.Reader, buf []byte) ([]byte, error) {
	if _, err := io.ReadFull(r, buf[:headerLen]); err != nil {
		return nil, err
	}
	n := int(binary.LittleEndian.Uint16(buf))
	if n == 0 || n > maxReceive {
		return nil, frameLenError(n)
	}
	payload := buf[headerLen : headerLen+n]
	if _, err := io.ReadFull(r, payload); err != nil {
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return nil, err
	}
	return payload, nil
}

// reply is a decoded payload from the device.
type reply struct {
	op   uint16 // the opcode that it answers, or opRefreshDone/opRefreshLate
	data []byte // aliases the payload
	// single marks a success with the high bit set, by which homeplate can be told
	// apart: it sends the configuration in one frame.
	single bool
}

// nackError is a refusal: the device understood and said no.
type nackError struct {
	op   uint16 // the command that was refused
	code int    // the command's own error code, -1 if the device gave none
}

func (e nackError) Error() string {
	if e.code < 0 {
		return fmt.Sprintf("the display refused command 0x%04x", e.op)
	}
	return fmt.Sprintf("the display refused command 0x%04x with code 0x%02x", e.op, e.code)
}

// errAuth says that the device wants an encrypted or authenticated session.
var errAuth = errors.New("the display demands authentication")

// parseReply decodes a payload that came after command sent. Errors: errAuth, a
// nackError, or a description of what the protocol does not allow.
func parseReply(payload []byte, sent uint16) (reply, error) {
	if len(payload) < 2 {
		return reply{}, fmt.Errorf("reply of %d byte has no opcode", len(payload))
	}
	status, op, data := payload[0], uint16(payload[1]), payload[2:]
	switch status {
	case statusNack:
		// The echo is not compared: the firmware answers 0xff 0xff where the
		// decompressor or the size check fails (display_service.cpp).
		code := -1
		if len(data) > 0 {
			code = int(data[0])
		}
		return reply{}, nackError{op: sent, code: code}
	case statusAuth:
		return reply{}, errAuth
	case statusAck, statusAckHigh:
		// The header says 0xfe comes first, the firmware sends it third
		// (communication.cpp); no success of ours is three bytes long.
		if len(data) == 1 && data[0] == statusAuth {
			return reply{}, errAuth
		}
		return reply{op: op, data: data, single: status == statusAckHigh}, nil
	default:
		return reply{}, fmt.Errorf("reply has the unknown status 0x%02x", status)
	}
}

// looksLikeTLS tells whether the start of an answer is a TLS alert or handshake
// record: the device serves its encrypted port, and the first "frame" is noise.
func looksLikeTLS(b []byte) bool {
	return len(b) >= 3 && (b[0] == 0x15 || b[0] == 0x16) && b[1] == 0x03 && b[2] <= 0x04
}

// parseFirmware reads the answer to 0x0043: major, minor, length and text of the
// build's hash, and from newer builds a patch number. It gives "" for homeplate's
// bare acknowledgement and for anything too short.
func parseFirmware(data []byte) string {
	if len(data) < 2 {
		return ""
	}
	v := fmt.Sprintf("%d.%d", data[0], data[1])
	if len(data) >= 3 {
		if at := 3 + int(data[2]); at < len(data) {
			v = fmt.Sprintf("%s.%d", v, data[at])
		}
	}
	return v
}
