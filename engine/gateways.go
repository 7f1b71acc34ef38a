package engine

import (
	"context"
	"errors"
	"time"

	"github.com/roomink/roomink/engine/display"
)

// Gateway is an access point or hub with displays behind it.
type Gateway struct {
	display.Hub
	InUse    bool // an admin uses it; otherwise it was found on the network, and its displays are not listed
	Keyed    bool // it demands a key
	HasKey   bool // a key for it is kept in the vault
	Displays int  // behind it, found or adopted
	LastSeen time.Time
	Problem  *Explanation // why it can't be reached; nil when it can
}

// ID identifies a gateway in commands.
func (g Gateway) ID() string { return g.Protocol + " " + g.Address }

// GatewayRequest is what an admin says of a gateway.
type GatewayRequest struct {
	Protocol string // of the driver
	Address  string // "host" or "host:port"
	Key      string // where the protocol has one; "" keeps the saved one
}

var errNotYet = errors.New("not built yet")

// UseGateway asks a gateway for its displays, lists them as found, and keeps an eye on it
// from now on. Used again, it changes the key.
func (e *Engine) UseGateway(ctx context.Context, r GatewayRequest) (Gateway, error) {
	return Gateway{}, errNotYet
}

// DropGateway gives a gateway up. Displays of it that are adopted stay, and can't be
// reached; the others are forgotten.
func (e *Engine) DropGateway(ctx context.Context, id string) error { return errNotYet }

// DriverInfo is a kind of display, for a form that adds one.
type DriverInfo struct {
	Protocol string
	Gateway  bool // UseGateway adds it; otherwise AddDisplay does
	Keyed    bool
	Pull     bool // its devices come to us: see [Engine.LetIn] and [Engine.NewPullDisplay]
	Address  bool // its devices get an address of their own to fetch from: NewPullDisplay
}

// Kinds lists all kinds of displays that can be added.
func (e *Engine) Kinds() []DriverInfo { return nil }
