package opendisplay

import (
	"encoding/binary"
	"fmt"
	"time"

	"github.com/roomink/roomink/engine/display"
)

const (
	msdLen    = 14     // telemetry as announced over mDNS
	inputsLen = 11     // of buttons and sensors in front of it
	companyID = 0x2446 // in front of it in the reply to 0x0044, little-endian
)

// parseMSD reads telemetry, said at the given time, from the 14 bytes of the TXT
// key "msd" or the 16 bytes of the reply to 0x0044, which start with the company id.
//
// Byte 11 is the chip's temperature as (°C+40)·2, byte 12 and bit 0 of byte 13 the
// battery in units of 10 mV, 0 without a battery (py-opendisplay
// models/advertisement.py). Bytes 0 to 10 are buttons and sensors.
func parseMSD(b []byte, at time.Time) (display.Telemetry, error) {
	if len(b) == msdLen+2 {
		if id := binary.LittleEndian.Uint16(b); id != companyID {
			return display.Telemetry{}, fmt.Errorf("telemetry has company id 0x%04x, want 0x%04x", id, companyID)
		}
		b = b[2:]
	}
	if len(b) != msdLen {
		return display.Telemetry{}, fmt.Errorf("telemetry has %d bytes, want %d", len(b), msdLen)
	}
	return display.Telemetry{
		Battery:     10 * (int(b[12]) | int(b[13]&1)<<8),
		Temperature: float64(b[11])/2 - 40,
		At:          at,
	}, nil
}
