package display

import (
	"context"
	"errors"
	"fmt"
)

// Driver speaks one protocol. A driver holds no state about single displays, makes
// no retries and is safe for concurrent use; retrying, limiting and ordering are
// the reconciler's work, which never calls Push twice at once for one display.
type Driver interface {
	// Protocol is the driver's name, as in Display.Protocol: lower case, stable.
	Protocol() string

	// Probe connects to address ("host:port", or "host" for the protocol's default
	// port) and asks the device what it is. It blocks until the device has
	// answered, ctx ends, or the driver's own limits run out. The error is an
	// *[Error] unless ctx ended.
	Probe(ctx context.Context, address string) (Display, error)

	// Push puts f on the glass of d and returns once the device has reported the
	// refresh as done, which can take half a minute. On an error the glass must be
	// taken as unknown, unless its kind is Unreachable or Occupied: then nothing was
	// sent. It does not keep or change f. Pushing the same frame again
	// is harmless. The error is an *[Error] unless ctx ended.
	Push(ctx context.Context, d Display, f Frame) (Receipt, error)
}

// What a driver can do beyond [Driver] it shows by implementing one of the interfaces
// below; the engine asks for them by type assertion.

// Announcer is a [Driver] whose devices announce themselves by mDNS.
type Announcer interface {
	Driver
	// Services are the service types to browse for, such as "_opendisplay._tcp".
	Services() []string
	// Read gives what an announcement says, without its SeenAt and Interface. It returns
	// [ErrNotOurs] for one of something else; any other error becomes the candidate's
	// Problem. The announcement is whatever anybody on the network chose to send.
	Read(Announcement) (Candidate, error)
}

// Presser is an [Announcer] whose devices announce their buttons.
type Presser interface {
	Announcer
	// Pressed gives the buttons of d that were pressed between two announcements of it,
	// of which before is the older one. d is as Probe gave it.
	Pressed(d Display, before, now Candidate) []Button
}

// Gateway is a [Driver] for displays behind an access point or hub. In Probe and Push
// their address is "host:port/node".
type Gateway interface {
	Driver
	// Displays asks the gateway at address, "host:port" or "host", for all its displays.
	// The first of the two results describes the gateway itself. Errors are as of Probe.
	Displays(ctx context.Context, address string) (Hub, []Display, error)
	// Watch tells of every sign of life of the displays behind the gateway, and of every
	// frame that arrived on a glass, until ctx ends or the connection is lost, which is an
	// error. It first reports how all of them stand now, so that nothing is missed between
	// two calls. report must not block.
	Watch(ctx context.Context, address string, report func(Report)) error
}

// Hub is an access point or hub as it describes itself.
type Hub struct {
	Protocol string
	Name     string
	Model    string
	Firmware string
	Address  string // host:port
}

// Keyed is a [Driver] whose devices demand a key. WithKey gives the driver that presents
// it; it is cheap, and what it returns implements all that the original does.
type Keyed interface {
	Driver
	WithKey(key string) Driver
}

// Drawer is a [Driver] that sends some displays a drawing in place of a picture. The
// engine gives their frames Items.
type Drawer interface {
	Driver
	Draws(Display) bool
}

// Kind says what can be done about an [Error].
type Kind string

// The kinds of failure.
const (
	Unreachable Kind = "unreachable" // nothing answers at the address: off, asleep, moved
	Occupied    Kind = "occupied"    // the device serves another client now: try again soon
	Timeout     Kind = "timeout"     // it answered, then fell silent
	Protocol    Kind = "protocol"    // it answered something that the protocol does not allow
	Refused     Kind = "refused"     // it understood and said no
	Unsupported Kind = "unsupported" // it needs something that Roomink cannot do yet
	WrongDevice Kind = "wrongDevice" // another device answers at the address
	KeyRefused  Kind = "keyRefused"  // the device wants a key, or another one
)

// Error is a failure at one display, with words for the person in charge.
type Error struct {
	Kind    Kind
	Op      string // what was attempted, such as "read configuration"
	Address string // host:port
	Remedy  string // what to do next; may be empty
	Err     error  // the cause; may be nil
}

// Error gives operation, address and cause; the remedy is apart.
func (e *Error) Error() string {
	s := fmt.Sprintf("%s at %s: %s", e.Op, e.Address, e.Kind)
	if e.Err != nil {
		s = fmt.Sprintf("%s at %s: %v", e.Op, e.Address, e.Err)
	}
	return s
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// KindOf gives the kind of the first [*Error] in err's chain, "" if there is none.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return ""
}
