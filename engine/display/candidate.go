package display

import (
	"errors"
	"time"
)

// Announcement is what a device said of itself by mDNS.
type Announcement struct {
	Service  string   // service type, such as "_opendisplay._tcp"
	Instance string   // instance name, fit to show
	Host     string   // host name, such as "od123456.local."
	Address  string   // host:port to dial; "" if there is none that can be dialled
	TXT      []string // "key=value", unescaped; anything at all may be in it
	At       time.Time
}

// ErrNotOurs says that an announcement is of no display of the protocol.
var ErrNotOurs = errors.New("the announcement is of no such display")

// Candidate is a device that was found on the network: a display, or a gateway.
type Candidate struct {
	ID        ID     // empty if the announcement can't be trusted, see Problem, and for a gateway
	Protocol  string // the driver that speaks to it
	Name      string // the announced name, such as "OD123456"; for people
	Model     string // may be empty
	Address   string // host:port; may be empty with a Problem
	Firmware  string // may be empty
	Panel     Panel  // zero if it was not told
	Telemetry Telemetry
	Inputs    string    // what it announced of its buttons and sensors, for a [Presser]; raw bytes
	Gateway   bool      // it is an access point or hub, whose displays must be asked for
	Secured   bool      // it demands an encrypted connection
	Problem   string    // what is wrong with the announcement, in words; empty if nothing is
	SeenAt    time.Time // when the announcement came
	Interface string    // where it came in, as far as the system tells them apart
}
