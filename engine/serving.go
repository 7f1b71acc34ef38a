package engine

import (
	"context"
	"errors"
	"time"

	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/display"
)

var errNotYet = errors.New("not built yet")

// Serving is how displays that fetch their pictures reach Roomink.
type Serving struct {
	On        bool   // it listens now
	URL       string // "http://192.168.20.5:8480", to type into displays; known before it listens
	Interface string // name of the chosen network adapter; "" = Roomink chooses
	Port      int    // of HTTP
	// Open is until when devices that nobody adopted may ask to be let in; zero = they
	// may not.
	Open    time.Time
	Problem *Explanation // why it can't listen; nil when it can or need not
	// Wake is how long a battery display may sleep before it must ask again, in office hours.
	Wake time.Duration
}

// ServingSettings are what an admin decides about the server for displays that fetch.
type ServingSettings struct {
	Interface string        // "" = Roomink chooses
	Port      int           // 0 = DefaultPullPort
	Wake      time.Duration // 0 = DefaultWake
}

// Defaults of [ServingSettings].
const (
	DefaultPullPort = 8480
	DefaultWake     = 15 * time.Minute
)

// LetInTime is how long new devices may ask after [Engine.LetIn].
const LetInTime = 30 * time.Minute

// SaveServing changes the settings of the server; displays that have its address must be
// told the new one by hand.
func (e *Engine) SaveServing(ctx context.Context, s ServingSettings) error { return errNotYet }

// LetIn lets devices that nobody adopted ask for pictures for the next [LetInTime], or
// no more if on is false. They show up as found displays with Asks set.
func (e *Engine) LetIn(ctx context.Context, on bool) error { return errNotYet }

// PullDisplay is a display that a person describes, because it can't describe itself.
type PullDisplay struct {
	Protocol string // one whose DriverInfo has Address
	Name     string
	Panel    display.Panel
	Room     calendar.RoomID // to assign it to; "" = none yet
}

// NewPullDisplay adopts a display that fetches from an address of its own.
func (e *Engine) NewPullDisplay(ctx context.Context, d PullDisplay) (display.ID, error) {
	return "", errNotYet
}

// PullInstructions say how to set such a display up. They hold its secret.
func (e *Engine) PullInstructions(ctx context.Context, id display.ID) (display.Instructions, error) {
	return display.Instructions{}, errNotYet
}

// RenewPullAddress gives such a display a new address; the old one stops working.
func (e *Engine) RenewPullAddress(ctx context.Context, id display.ID) error { return errNotYet }

// SetPull decides whether a display that can do both is pushed to, or fetches.
func (e *Engine) SetPull(ctx context.Context, id display.ID, on bool) error { return errNotYet }

// Approve says that a device which claims to be an adopted display really is that one:
// it gets a new key, or may fetch from its new address.
func (e *Engine) Approve(ctx context.Context, id display.ID) error { return errNotYet }
