package opendisplay

import (
	"errors"

	"github.com/roomink/roomink/engine/display"
)

var _ display.Announcer = (*Driver)(nil)

// Services is [Service] alone.
func (*Driver) Services() []string { return []string{Service} }

// Read implements display.Announcer. Firmware that announces no "mac" gives a
// display.AddressID.
func (*Driver) Read(a display.Announcement) (display.Candidate, error) {
	ad, err := ParseTXT(a.TXT, a.At)
	if errors.Is(err, ErrServer) {
		return display.Candidate{}, display.ErrNotOurs
	}
	c := display.Candidate{Name: a.Instance, Secured: ad.Secured}
	if err != nil {
		return c, err
	}
	c.ID, c.Firmware, c.Telemetry = ad.ID, ad.Firmware, ad.Telemetry
	if c.ID == "" && a.Address != "" {
		c.ID = display.AddressID(Name, a.Address)
	}
	return c, nil
}
