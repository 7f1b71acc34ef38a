package opendisplay

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"unicode"

	"github.com/roomink/roomink/engine/display"
)

// The packets of a configuration blob and their fixed sizes in bytes
// (OpenDisplay/Firmware include/opendisplay_structs.h). A packet says no length, so
// an id that is not listed ends the parse.
const (
	packetSystem       = 0x01
	packetManufacturer = 0x02
	packetPower        = 0x04
	packetDisplay      = 0x20
	packetInputs       = 0x25
	packetWiFi         = 0x26
	packetExtended     = 0x2c
)

// packetSize gives the size of a packet's body, 0 for an unknown id.
func packetSize(id byte) int {
	switch id {
	case packetSystem, packetManufacturer, 0x21: // LED
		return 22
	case packetPower, 0x23, 0x24, packetInputs: // sensor, bus
		return 30
	case packetDisplay:
		return 46
	case packetWiFi:
		return 160
	case 0x27: // security
		return 64
	case 0x28, 0x29, 0x2a, 0x2b: // touch, buzzer, NFC, flash
		return 32
	case packetExtended:
		return 288
	default:
		return 0
	}
}

const (
	// wifiLegacySize is the Wi-Fi packet of early firmware, always the last one
	// (py-opendisplay config_parser.py).
	wifiLegacySize = 65
	// maxConfig bounds what we assemble; the firmware stores at most 4,096 bytes.
	maxConfig = 8192
	// configHeader is length and version in front of the packets.
	configHeader = 3
	configCRC    = 2
)

// Transmission modes of a display, from opendisplay_structs.h.
const (
	modeStream = 0x01 // inflates while receiving, with a window of 512 bytes
	modeZip    = 0x02 // accepts a zlib stream
)

// Support for the update of a part, from opendisplay_structs.h.
const (
	partialNone  = 0
	partialRect  = 1 // of a rectangle
	partialWhole = 2 // but all of the panel must be sent
)

// config is what Roomink needs of a device's configuration. The blob also holds the
// Wi-Fi password and the master key: they are never kept.
type config struct {
	panel    display.Panel
	split    bool   // each half of the panel has a controller of its own
	panelIC  uint16 // the firmware's number for the glass and its controller
	modes    byte   // transmission modes
	name     string // friendly name; may be empty
	model    string // maker and model; may be empty
	mains    bool   // powered by USB: battery figures mean nothing
	displays int    // number of panels; only the first is driven
	partial  byte   // support for the update of a part
	sleeps   bool   // it runs on a battery and is set up to sleep for a while
	buttons  uint16 // which bytes of the telemetry are buttons, from bit 0
}

// The power sources of a device, from opendisplay_structs.h; 3 is solar.
const (
	powerBattery = 1
	powerUSB     = 2
)

// inflates says whether the device takes a zlib stream. Both bits are demanded:
// either alone has meant different things over the years (py-opendisplay config.py).
func (c *config) inflates() bool { return c.modes&(modeStream|modeZip) == modeStream|modeZip }

// parseConfig reads a whole blob: length, version 1, packets, CRC. The panel has
// been validated when the error is nil. A scheme that Roomink cannot pack gives an
// errScheme.
func parseConfig(blob []byte) (config, error) {
	var c config
	if len(blob) < configHeader+configCRC {
		return c, fmt.Errorf("configuration of %d bytes is too short", len(blob))
	}
	if !checkCRC(blob) {
		return c, errors.New("configuration has a wrong checksum")
	}
	if v := blob[2]; v != 1 {
		return c, fmt.Errorf("configuration has version %d, want 1", v)
	}
	body := blob[configHeader : len(blob)-configCRC]
	for len(body) >= 2 {
		id := body[1] // body[0] numbers the packets
		body = body[2:]
		size := packetSize(id)
		if size == 0 {
			break
		}
		if id == packetWiFi && len(body) == wifiLegacySize {
			size = wifiLegacySize
		}
		if len(body) < size {
			return c, fmt.Errorf("configuration packet 0x%02x needs %d bytes, has %d", id, size, len(body))
		}
		c.take(id, body[:size])
		body = body[size:]
	}
	if c.displays == 0 {
		return c, errors.New("configuration describes no display")
	}
	if !c.packs() {
		return c, errScheme{c.panel.Scheme, c.panelIC}
	}
	if err := c.panel.Validate(); err != nil {
		return c, err
	}
	return c, nil
}

// errScheme says that there is no packing for the inks of a panel.
type errScheme struct {
	scheme  display.Scheme
	panelIC uint16
}

func (e errScheme) Error() string {
	return fmt.Sprintf("colour scheme %q of panel type %d is not supported", e.scheme, e.panelIC)
}

func (c *config) take(id byte, b []byte) {
	switch id {
	case packetManufacturer:
		if c.model == "" {
			c.model = boardName(binary.LittleEndian.Uint16(b), b[2])
		}
	case packetPower:
		c.mains = b[0] == powerUSB
		// The firmware sleeps by the clock on a battery alone (handleDeepSleepCommand).
		c.sleeps = b[0] == powerBattery && binary.LittleEndian.Uint16(b[18:]) > 0
	case packetInputs:
		// Digital buttons and, numbered 2 or 3 by firmware, resistor ladders of them
		// (device_control.cpp); a byte index above 10 means that they are not told.
		if kind, at := b[1], b[15]; kind >= 1 && kind <= 3 && int(at) < inputsLen {
			c.buttons |= 1 << at
		}
	case packetDisplay:
		c.displays++
		if c.displays > 1 {
			return
		}
		c.panelIC = binary.LittleEndian.Uint16(b[2:])
		c.modes = b[22]
		c.partial = b[20]
		c.panel = display.Panel{
			Width:    int(binary.LittleEndian.Uint16(b[4:])),
			Height:   int(binary.LittleEndian.Uint16(b[6:])),
			Rotation: degrees(b[14]),
			Scheme:   schemeOf(b[21]),
		}
		c.split = b[21] == schemeSplit
	case packetExtended:
		maker, model := text(b[0:32]), text(b[32:64])
		if full := strings.TrimSpace(maker + " " + model); full != "" {
			c.model = full
		}
		c.name = text(b[96:128])
	}
}

// degrees reads the rotation byte. The firmware multiplies an index by 90, tools
// have written degrees as well (py-opendisplay accepts both); 270 does not fit a
// byte, so every other value is passed on for Panel.Validate to refuse.
func degrees(b byte) int {
	if b <= 3 {
		return int(b) * 90
	}
	return int(b)
}

// schemeSplit is Spectra 6 in two halves (OD_COLOR_SCHEME_BWGBRY_SPLIT).
const schemeSplit = 8

// schemeOf names a colour scheme, with a name that no packing has for one that is
// unknown.
func schemeOf(b byte) display.Scheme {
	switch b {
	case 0:
		return display.Mono
	case 1:
		return display.BWR
	case 2:
		return display.BWY
	case 3:
		return display.BWRY
	case 4, schemeSplit:
		return display.Spectra6
	case 5:
		return display.Gray4
	case 6:
		return display.Gray16
	case 7:
		return display.ACeP7
	default:
		return display.Scheme(fmt.Sprintf("opendisplay %d", b))
	}
}

// text reads a fixed field of UTF-8, cut at the first zero, without what does not
// print: it is shown to people and comes from a stranger.
func text(b []byte) string {
	s := string(b)
	if i := strings.IndexByte(s, 0); i >= 0 {
		s = s[:i]
	}
	return printable(s)
}

func printable(s string) string {
	s = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	return strings.TrimSpace(s)
}

// checkCRC compares the blob's last two bytes with the CRC-16/CCITT (0x1021, start
// 0xffff) of what is before. The header file computes it as if the length were
// zero; homeplate leaves the length out; some tools take it as it stands. All three
// are accepted, since the firmware itself does no more than log a difference.
func checkCRC(blob []byte) bool {
	n := len(blob) - configCRC
	want := binary.LittleEndian.Uint16(blob[n:])
	return crc16(crc16(0xffff, []byte{0, 0}), blob[2:n]) == want ||
		crc16(0xffff, blob[2:n]) == want ||
		crc16(0xffff, blob[:n]) == want
}

func crc16(crc uint16, b []byte) uint16 {
	for _, v := range b {
		crc ^= uint16(v) << 8
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

// boardName names the boards that have Wi-Fi and are sold, for people
// (py-opendisplay models/enums.py).
func boardName(maker uint16, board byte) string {
	switch maker {
	case 1:
		switch board {
		case 8:
			return "Seeed reTerminal E1003"
		case 9:
			return "Seeed reTerminal Sticky"
		case 10:
			return "Seeed OpenDisplay 4.26″ kit"
		case 11:
			return "Seeed OpenDisplay 7.3″ colour kit"
		case 12:
			return "Seeed reTerminal E1001"
		case 13:
			return "Seeed reTerminal E1002"
		case 14:
			return "Seeed reTerminal E1004"
		}
		return "Seeed Studio"
	case 2:
		if board == 0 {
			return "Waveshare PhotoPainter"
		}
		return "Waveshare"
	case 3:
		return "Solum"
	case 4:
		return "OpenDisplay"
	default:
		return ""
	}
}

// assembler puts the chunks of a configuration together.
type assembler struct {
	blob  []byte
	total int
	next  int // number of the chunk to come
}

// add takes one reply to 0x0040 and says whether the blob is complete.
//
// The reference firmware sends chunk:2 and, with chunk 0 alone, total:2 in front
// of at most 96 bytes. homeplate sends the whole blob without either.
func (a *assembler) add(r reply) (done bool, err error) {
	d := r.data
	if a.next == 0 && (r.single || len(d) >= 2 && binary.LittleEndian.Uint16(d) != 0) {
		a.blob = append(a.blob, d...)
		return true, nil
	}
	if len(d) < 2 {
		return false, fmt.Errorf("configuration chunk of %d bytes has no number", len(d))
	}
	if n := int(binary.LittleEndian.Uint16(d)); n != a.next {
		return false, fmt.Errorf("configuration chunk %d came where %d was due", n, a.next)
	}
	d = d[2:]
	if a.next == 0 {
		if len(d) < 2 {
			return false, errors.New("first configuration chunk has no total length")
		}
		a.total, d = int(binary.LittleEndian.Uint16(d)), d[2:]
		if a.total == 0 {
			return false, errNoConfig
		}
		if a.total > maxConfig {
			return false, fmt.Errorf("configuration of %d bytes is larger than %d", a.total, maxConfig)
		}
	}
	a.next++
	if len(d) == 0 || len(a.blob)+len(d) > a.total {
		return false, fmt.Errorf("configuration chunks do not add up to %d bytes", a.total)
	}
	a.blob = append(a.blob, d...)
	return len(a.blob) == a.total, nil
}

// errNoConfig says that the device was never set up.
var errNoConfig = errors.New("the display has no configuration")
