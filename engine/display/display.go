// Package display is the vocabulary of e-paper displays: what one is ([Display],
// [Panel]), how to talk to one ([Driver]), and what it answered ([Receipt], [Error]).
//
// It does no I/O. Each sub-package speaks one protocol: as a [Driver], which pushes, or
// as a pull.Protocol, whose displays fetch. displaytest holds the conformance suites that
// they must pass, and docs/drivers.md tells how to add one.
package display

import (
	"fmt"
	"image"
	"strings"
	"time"
)

// ID identifies a display for life: protocol and hardware address, such as
// "opendisplay:a4:cf:12:00:00:01". A network address is only a locator; where it is
// all that is known, see [AddressID].
type ID string

// Scheme is the set of inks of a panel, and with it the palette of its frames.
type Scheme string

// The schemes that drivers can report.
const (
	Mono     Scheme = "bw"       // black and white, 1 bit a pixel
	BWR      Scheme = "bwr"      // black, white, red
	BWY      Scheme = "bwy"      // black, white, yellow
	BWRY     Scheme = "bwry"     // black, white, red, yellow
	Gray4    Scheme = "gray4"    // 4 levels of grey
	Gray16   Scheme = "gray16"   // 16 levels of grey
	Spectra6 Scheme = "spectra6" // black, white, yellow, red, blue, green
	ACeP7    Scheme = "acep7"    // black, white, yellow, red, blue, green, orange
)

// Schemes lists all schemes.
func Schemes() []Scheme {
	return []Scheme{Mono, BWR, BWY, BWRY, Gray4, Gray16, Spectra6, ACeP7}
}

// Rest is how long a panel of the scheme should rest between two refreshes: about twice as
// long as one takes (panels.md), so that its inks come to rest and it does not flash all the
// time. No maker's figure for it could be verified. 0 = it needs none.
func (s Scheme) Rest() time.Duration {
	switch s {
	case BWR, BWY, BWRY:
		return 30 * time.Second
	case Spectra6, ACeP7:
		return time.Minute
	default:
		return 0
	}
}

// Panel is the glass: its size in pixels as it hangs, and its inks.
type Panel struct {
	Width, Height int // pixels, as the controller addresses them
	Scheme        Scheme
	// Rotation is how far, in degrees clockwise, the driver must turn a frame that
	// was drawn upright: 0, 90, 180 or 270.
	Rotation int
}

// Bounds is the rectangle that a frame for the panel must fill: the panel's size
// as a person sees it, so width and height are swapped at 90 and 270 degrees.
func (p Panel) Bounds() image.Rectangle {
	if p.Rotation == 90 || p.Rotation == 270 {
		return image.Rect(0, 0, p.Height, p.Width)
	}
	return image.Rect(0, 0, p.Width, p.Height)
}

// String reads like "800×480 bw".
func (p Panel) String() string { return fmt.Sprintf("%d×%d %s", p.Width, p.Height, p.Scheme) }

// MaxSide is the largest width or height, in pixels, that Roomink accepts from a
// device; a larger claim is an error or an attack on our memory.
const MaxSide = 4096

// Validate says what is wrong with the panel, nil if frames can be drawn for it.
func (p Panel) Validate() error {
	switch {
	case p.Width < 1 || p.Height < 1 || p.Width > MaxSide || p.Height > MaxSide:
		return fmt.Errorf("panel size %d×%d is outside 1…%d pixels a side", p.Width, p.Height, MaxSide)
	case p.Rotation%90 != 0 || p.Rotation < 0 || p.Rotation >= 360:
		return fmt.Errorf("panel rotation %d° is not 0, 90, 180 or 270", p.Rotation)
	case p.Scheme.Palette() == nil:
		return fmt.Errorf("panel colour scheme %q is not supported yet", p.Scheme)
	}
	return nil
}

// Display is a device as it describes itself.
type Display struct {
	ID       ID
	Protocol string // name of the driver that speaks to it, such as "opendisplay"
	Name     string // what the device calls itself; for people
	Model    string // maker and model; may be empty
	Firmware string // version; may be empty
	// Address is host:port where it was last seen; for one behind a [Gateway]
	// "host:port/node", the gateway's address and its name there; for one that fetches
	// its pictures, the host that it last asked from.
	Address string
	Panel   Panel // zero until the device has been asked
	// Pull says that it fetches its pictures: nothing can be pushed to it. See package pull.
	Pull bool
	// Sleeps says that it is off the network most of the time to save its battery, so that
	// not reaching it is no fault.
	Sleeps bool
	// Secured says that it demanded an encrypted connection at some time. It is never
	// driven in the clear again: anybody can forge an announcement that says otherwise.
	Secured bool
	// Buttons says which parts of its announcements are buttons, for a [Presser]: one bit
	// for each, as the driver counts them. 0 = none, or not asked yet.
	Buttons uint16
	Telemetry
}

// Gateway gives the address of the access point or hub that the display hangs behind,
// "" if it is reached directly.
func (d Display) Gateway() string {
	if address, _, ok := strings.Cut(d.Address, "/"); ok {
		return address
	}
	return ""
}

// Frame is one finished picture for one panel. Its image must not be changed.
type Frame struct {
	Image  *image.Paletted // fills Panel.Bounds, in Panel.Scheme.Palette
	Hash   string          // identity of size, inks and pixels; equal hash = equal glass
	Scheme Scheme          // that it was drawn for; "" = not told
	// Before is what the glass is known to show, so that the driver may refresh only
	// what differs; nil asks for a full refresh of the panel, which clears ghosts.
	Before *Before
	// Items say the same as Image in words and boxes, for a [Drawer]; nil otherwise.
	Items []Item
}

// Before is the frame that a glass shows before a push.
type Before struct {
	Image *image.Paletted
	Hash  string
}

// Receipt is a device's confirmation that a frame is on its glass or, with a ticket, a
// gateway's that it will be.
type Receipt struct {
	At        time.Time // when the device reported the refresh as done, or the gateway took the frame
	Telemetry Telemetry // zero if the device said nothing new
	// Ticket, if not empty, says that a gateway took the frame for a display that sleeps.
	// A [Report] with the same ticket says when it is on the glass.
	Ticket  string
	Partial bool // only what differed from Frame.Before was refreshed
}
