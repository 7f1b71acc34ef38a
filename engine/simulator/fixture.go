package simulator

import (
	"strings"

	"github.com/roomink/roomink/engine/simulator/virtual"
)

// Fixture is one virtual display with what the person knows who hung it up.
type Fixture struct {
	virtual.Device
	// Label is what its owner called it.
	Label string
	// Protocol is the language that it speaks, by its common name, such as "trmnl".
	Protocol string
	// Identity is what it is known by for life, as [Plain] writes it; "" if its protocol
	// knows no such thing.
	Identity string
	// Address is where it answers, "host:port", or the access point or hub that it hangs
	// behind; nil for one that asks for its pictures by itself.
	Address func() string
	// Gateway says that Address is an access point's or hub's, and Key what that demands.
	Gateway bool
	Key     string
	// SetServer types into it where to fetch its pictures; nil for one that answers at its
	// Address. Port is the TCP port of servers for such displays where they speak no HTTP.
	SetServer func(server string)
	Port      int
	// Own says that the address typed in must be one of its own, with a secret in it.
	Own bool
	// Wake presses its button, so that it asks at once; nil for one that has none.
	Wake func()
}

// Plain writes an identity, such as a hardware address, in one way: lower case, letters
// and digits only.
func Plain(identity string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r >= 'a' && r <= 'z' {
			return r
		}
		return -1
	}, strings.ToLower(identity))
}

// Fixtures are all virtual displays, in a lasting order.
func (o *Office) Fixtures() []Fixture {
	list := make([]Fixture, 0, len(o.Displays)+len(o.others))
	for i, d := range o.Displays {
		options := o.options.Displays[i]
		list = append(list, Fixture{Device: d, Label: options.FriendlyName, Protocol: "opendisplay", Identity: Plain(options.MAC), Address: d.Addr})
	}
	return append(list, o.others...)
}
