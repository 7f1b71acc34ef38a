package virtual

import (
	"encoding/binary"
	"time"
	"unicode/utf8"
)

// Configuration packets: number and size. Source: opendisplay_structs.h, section 4.
const (
	packetSystem, sizeSystem             = 0x01, 22
	packetManufacturer, sizeManufacturer = 0x02, 22
	packetPower, sizePower               = 0x04, 30
	packetDisplay, sizeDisplay           = 0x20, 46
	packetInputs, sizeInputs             = 0x25, 30
	packetExtended, sizeExtended         = 0x2c, 288
)

// Values in those packets.
const (
	chipESP32S3     = 2
	commBLE         = 1 << 0
	commWiFi        = 1 << 2
	flagPowerLatch  = 1 << 4 // the D flip-flop latch, which 0x0052 releases
	estimatorLiIon  = 1
	technologyPaper = 1
	inputButton     = 1

	transmitStreaming = 1 << 0 // zlib with a 512-byte window
	transmitZip       = 1 << 1
	transmitDirect    = 1 << 3

	noPin = 0xff
)

// communicationModes is what this board can do, also sent as TXT key cm.
const communicationModes = commBLE | commWiFi

// config is the blob that opcode 0x0040 reads: [length:2 LE][version 1], packets
// of [number][id][fixed-size body], CRC16 [2 LE].
func (d *OpenDisplay) config() []byte {
	blob := []byte{0, 0, 1}
	type packet struct {
		id   byte
		body []byte
	}
	packets := []packet{
		{packetSystem, d.systemPacket()},
		{packetManufacturer, make([]byte, sizeManufacturer)}, // id 0: self-built
		{packetPower, d.powerPacket()},
		{packetDisplay, d.displayPacket()},
	}
	if d.opts.Buttons > 0 {
		packets = append(packets, packet{packetInputs, d.inputsPacket()})
	}
	packets = append(packets, packet{packetExtended, d.extendedPacket()})
	for number, packet := range packets {
		blob = append(blob, byte(number), packet.id)
		blob = append(blob, packet.body...)
	}
	// The checksum is taken while the length is still 0: encoders in the field
	// disagree about the length, and all compute it so.
	crc := crc16(blob)
	binary.LittleEndian.PutUint16(blob, uint16(len(blob)+2))
	return binary.LittleEndian.AppendUint16(blob, crc)
}

func (d *OpenDisplay) systemPacket() []byte {
	b := make([]byte, sizeSystem)
	binary.LittleEndian.PutUint16(b, chipESP32S3)
	b[2] = communicationModes
	if d.opts.Power.Latch {
		b[3] = flagPowerLatch
	}
	b[4] = noPin
	return b
}

func (d *OpenDisplay) powerPacket() []byte {
	p := d.opts.Power
	b := make([]byte, sizePower)
	b[0] = byte(p.Source)
	b[1], b[2], b[3] = byte(p.CapacityMAh), byte(p.CapacityMAh>>8), byte(p.CapacityMAh>>16)
	b[8], b[9] = noPin, noPin
	b[11] = estimatorLiIon
	binary.LittleEndian.PutUint16(b[18:], uint16(p.DeepSleep/time.Second))
	b[20], b[21] = noPin, noPin
	return b
}

func (d *OpenDisplay) displayPacket() []byte {
	m := d.opts.Model
	b := make([]byte, sizeDisplay)
	le := binary.LittleEndian
	b[1] = technologyPaper
	le.PutUint16(b[2:], m.PanelIC)
	le.PutUint16(b[4:], uint16(m.Width))
	le.PutUint16(b[6:], uint16(m.Height))
	le.PutUint16(b[8:], uint16(m.ActiveWidth))
	le.PutUint16(b[10:], uint16(m.ActiveHeight))
	// b[12:14] legacy tag type: 0
	b[14] = byte(m.Rotation / 90)
	for pin := 15; pin <= 19; pin++ { // reset, busy, data/command, select, data
		b[pin] = noPin
	}
	switch {
	case m.PartialFullFrame:
		b[20] = 2
	case m.Partial:
		b[20] = 1
	}
	b[21] = byte(m.Scheme)
	b[22] = transmitDirect
	if m.Zlib {
		b[22] |= transmitStreaming | transmitZip
	}
	b[23], b[24] = noPin, noPin // clock, second select
	le.PutUint16(b[31:], uint16(m.FullRefreshCharge))
	return b
}

// inputsPacket tells of the buttons: pins from 1 on, state in the first dynamic byte.
func (d *OpenDisplay) inputsPacket() []byte {
	b := make([]byte, sizeInputs)
	b[1], b[2] = inputButton, inputButton // type, and how to show it
	for i := range 8 {
		b[3+i] = noPin
		if i < d.opts.Buttons {
			b[3+i] = byte(1 + i)
			b[11] |= 1 << i
		}
	}
	b[15] = buttonByte
	return b
}

func (d *OpenDisplay) extendedPacket() []byte {
	b := make([]byte, 0, sizeExtended)
	for _, text := range []string{
		d.opts.Model.Manufacturer, d.opts.Model.Name, d.Name(), d.opts.FriendlyName, d.opts.Location, d.deviceID(),
	} {
		var field [32]byte // zero-terminated
		copy(field[:31], clip(text, 31))
		b = append(b, field[:]...)
	}
	return b[:sizeExtended] // the three custom strings are empty
}

// clip cuts text to at most n bytes without splitting a character.
func clip(text string, n int) string {
	if len(text) <= n {
		return text
	}
	for n > 0 && !utf8.RuneStart(text[n]) {
		n--
	}
	return text[:n]
}

// crc16 is CRC16-CCITT: polynomial 0x1021, start 0xffff.
func crc16(data []byte) uint16 {
	crc := uint16(0xffff)
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
