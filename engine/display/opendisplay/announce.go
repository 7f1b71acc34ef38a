package opendisplay

import (
	"errors"
	"math/bits"
	"strings"

	"github.com/roomink/roomink/engine/display"
)

var _ display.Presser = (*Driver)(nil)

// Services is [Service].
func (*Driver) Services() []string { return []string{Service} }

// serverName starts the instance name of the servers of the other profile
// (py-opendisplay wifi/mdns.py), which may leave the TXT record empty.
const serverName = "OpenDisplay Server"

// Read gives what a display announces. A server of the other OpenDisplay profile, our own
// included, gives display.ErrNotOurs. With any other error the candidate holds what can
// be said all the same: name, address, and whether it is encrypted.
func (*Driver) Read(a display.Announcement) (display.Candidate, error) {
	if a.Service != Service {
		return display.Candidate{}, display.ErrNotOurs
	}
	ad, err := ParseTXT(a.TXT, a.At)
	if errors.Is(err, ErrServer) || err != nil && strings.HasPrefix(a.Instance, serverName) {
		return display.Candidate{}, display.ErrNotOurs
	}
	c := display.Candidate{Protocol: Name, Name: a.Instance, Address: a.Address, Secured: ad.Secured}
	if err != nil {
		return c, err
	}
	if a.Address == "" {
		return c, errors.New("announcement has no address that can be dialled")
	}
	c.ID, c.Firmware, c.Telemetry, c.Inputs = ad.ID, ad.Firmware, ad.Telemetry, ad.Inputs
	if c.ID == "" { // firmware that does not announce "mac"
		c.ID = display.AddressID(Name, a.Address)
	}
	return c, nil
}

// Pressed compares the buttons of two announcements. A display announces at most every
// 400 ms, so that of several presses in a row one is told.
func (*Driver) Pressed(d display.Display, before, now display.Candidate) []display.Button {
	if len(before.Inputs) != inputsLen || len(now.Inputs) != inputsLen {
		return nil
	}
	var pressed []display.Button
	for at := range inputsLen {
		if d.Buttons>>at&1 == 0 {
			continue // of a sensor, or of nothing
		}
		was, is := keypad(before.Inputs[at]), keypad(now.Inputs[at])
		if is.pressedSince(was) {
			// Each byte has its eight numbers, in the order of the bytes.
			earlier := bits.OnesCount16(d.Buttons & (1<<at - 1))
			pressed = append(pressed, display.Button{Number: 8*earlier + is.number() + 1, At: now.SeenAt})
		}
	}
	return pressed
}

// keypad is the state of up to eight buttons in one byte: that of the one which moved
// last. Bits 0 to 2 are its number, 3 to 6 the count of its presses, bit 7 whether it is
// down (OpenDisplay/Firmware src/device_control.cpp, processButtons).
type keypad byte

func (k keypad) number() int { return int(k & 7) }
func (k keypad) count() byte { return byte(k >> 3 & 0x0f) }
func (k keypad) down() bool  { return k&0x80 != 0 }

// pressedSince says whether a button was pressed since an earlier state. The count wraps
// after 15, and some firmware counts anew after five quiet seconds, so that the same
// number and count may be another press: then the button must be seen down.
func (k keypad) pressedSince(was keypad) bool {
	switch {
	case k == was, k == 0: // nothing new, or all cleared by a restart
		return false
	case k.number() != was.number() || k.count() != was.count():
		return true
	default:
		return k.down()
	}
}
