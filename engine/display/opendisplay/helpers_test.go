package opendisplay

import (
	"encoding/binary"

	"github.com/roomink/roomink/engine/display"
)

// displayPacket is the body of a display packet, written from the offsets in
// opendisplay_structs.h.
func displayPacket(panelIC uint16, w, h int, rotation, scheme, modes byte) []byte {
	b := make([]byte, 46)
	binary.LittleEndian.PutUint16(b[2:], panelIC)
	binary.LittleEndian.PutUint16(b[4:], uint16(w))
	binary.LittleEndian.PutUint16(b[6:], uint16(h))
	b[14], b[21], b[22] = rotation, scheme, modes
	return b
}

func t800x480() []byte { return displayPacket(59, 800, 480, 0, 0, 0x08) }

// sampleConfig is a blob of the four packets that every device has.
func sampleConfig(disp []byte, more ...[]byte) []byte {
	blob := []byte{0, 0, 1}
	add := func(id byte, body []byte) { blob = append(append(blob, 0, id), body...) }
	add(packetSystem, make([]byte, 22))
	add(packetManufacturer, append([]byte{1, 0, 12}, make([]byte, 19)...))
	add(packetPower, append([]byte{1}, make([]byte, 29)...))
	add(packetDisplay, disp)
	for _, m := range more {
		blob = append(blob, m...)
	}
	return seal(append(blob, 0, 0))
}

// seal writes a right version and checksum into a blob of any bytes.
func seal(blob []byte) []byte {
	for len(blob) < configHeader+configCRC {
		blob = append(blob, 0)
	}
	blob[2] = 1
	n := len(blob) - 2
	zeroed := append([]byte{0, 0}, blob[2:n]...)
	binary.LittleEndian.PutUint16(blob[n:], crc16(0xffff, zeroed))
	return blob
}

// updating adds support for the update of a part to a display packet.
func updating(disp []byte, support byte) []byte {
	disp[20] = support
	return disp
}

// power is a second power packet, which replaces the first.
func power(source byte, deepSleepSeconds uint16) []byte {
	b := make([]byte, 2+30)
	b[1], b[2] = packetPower, source
	binary.LittleEndian.PutUint16(b[2+18:], deepSleepSeconds)
	return b
}

// inputs is a packet of buttons that show in byte at of the telemetry.
func inputs(kind, at byte) []byte {
	b := make([]byte, 2+30)
	b[1], b[2+1], b[2+15] = packetInputs, kind, at
	return b
}

func extended(fields ...string) []byte {
	b := make([]byte, 2+288)
	b[1] = packetExtended
	for i, f := range fields {
		copy(b[2+32*i:2+32*i+32], f)
	}
	return b
}

func panel(w, h, rotation int, s display.Scheme) display.Panel {
	return display.Panel{Width: w, Height: h, Rotation: rotation, Scheme: s}
}
