// Package pull is the contract for displays that fetch their pictures: they sleep, wake,
// ask Roomink over HTTP, and sleep again. Nothing can be pushed to them.
//
// A [Protocol] speaks one such language. It asks the engine through a [Desk] who is
// calling and what that display should show, and tells it what it heard. [Server] is the
// one door through which all of them are reached: it listens only while it is wanted, on
// the chosen address alone, checks the Host header, and bounds sizes, rates and the
// number of connections, so that a protocol need not.
//
// A device that no admin adopted learns nothing but that it has to wait.
//
// What a protocol's handlers keep to:
//
//   - a token that [Desk.Holder] does not know gets [http.NotFound], as every unknown page does;
//   - a picture goes out by [Send], and only if the display took it all is it reported as
//     shown;
//   - nothing that a display sent is believed, quoted in a log, or longer than it need be.
//
// [Shelf] is for drivers that push: some displays are pushed an address, not a picture.
package pull

import (
	"context"
	"net"
	"net/http"
	"time"

	"github.com/roomink/roomink/engine/display"
)

// Protocol is a language of displays that fetch their pictures over HTTP. It is safe for
// concurrent use and holds no state about single displays that a restart would miss.
type Protocol interface {
	// Protocol is its name, as in Display.Protocol: lower case, stable.
	Protocol() string
	// Routes adds its pages to mux, which all protocols share, so each pattern must be the
	// protocol's own, and is best written with its method: "GET /picture/{token}". Handlers ask and tell desk, whose methods are quick.
	Routes(mux *http.ServeMux, desk Desk)
}

// Addressed is a [Protocol] whose displays have an address of their own, with a secret
// in it, that a person types or pastes into the device.
type Addressed interface {
	Protocol
	// Instructions says how to set a device up. base is the server's, such as
	// "http://192.168.20.5:8480".
	Instructions(base, token string, d display.Display) display.Instructions
}

// Listener is a protocol whose displays dial a TCP port and speak something other than
// HTTP there.
type Listener interface {
	Protocol() string
	// Port is where its displays dial unless told otherwise.
	Port() int
	// Announce is the mDNS service under which displays look for the server, "" if they
	// do not, with the TXT record for a server at ip.
	Announce(ip net.IP) (service string, txt []string)
	// Serve answers the displays that come in on l until ctx ends or l fails. It closes l,
	// and waits for the connections, which ctx ends too. It bounds sizes and times by itself;
	// the caller bounds the number of connections.
	Serve(ctx context.Context, l net.Listener, desk Desk) error
}

// Desk is what a protocol asks and tells about its displays. The engine implements it;
// all methods are quick and safe for concurrent use. IDs that it does not know are no
// fault: a display may be forgotten at any time.
type Desk interface {
	// Holder finds the adopted display of the protocol that the token was given to. It
	// takes the same time whatever the token.
	Holder(protocol, token string) (display.Display, bool)
	// Display finds an adopted display of a protocol that knows no tokens. host is where
	// it asks from: a request from elsewhere than the display was last confirmed at is
	// answered with false, and a person is told.
	Display(id display.ID, host string) (display.Display, bool)
	// Knock tells of a device that asks without being adopted: for d.ID, which may be an
	// adopted display that lost its token. While a person lets new devices in, it is
	// shown to them. Once they have said yes, the next Knock of the device gives its
	// token, once; until then, admitted is false.
	Knock(d display.Display) (token string, admitted bool)
	// Offer gives what an adopted display should show now; ok is false while it has
	// nothing to show.
	Offer(id display.ID) (o Offer, ok bool)
	// Report tells what a display let us know; Report.Shown says that it has the frame.
	Report(display.Report)
}

// Offer is what a display should show, and when to ask again.
type Offer struct {
	Frame display.Frame
	// Shown is the hash of the frame that the display was last reported to show, "" if that
	// is not known. It outlasts a restart, so that a protocol need not remember it.
	Shown string
	// Sleep is how long the display should wait before it asks again: until just after
	// the next moment at which the sign changes by itself, and no longer than the admin
	// wants a booking to go unnoticed. At least [MinSleep].
	Sleep time.Duration
}
