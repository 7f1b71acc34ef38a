// Package displays is the page of all displays: those found on the network, those
// adopted, and those with a room; and what can be done with each.
package displays

import (
	"context"

	"github.com/roomink/roomink/engine"
	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/display"
)

// Engine is what the page asks of the engine. Every method but Kinds may block and is
// called off the UI goroutine.
type Engine interface {
	AddDisplay(ctx context.Context, address string) (display.ID, error)
	Adopt(context.Context, display.ID) error
	Forget(context.Context, display.ID) error
	Assign(context.Context, display.ID, calendar.RoomID) error
	Unassign(context.Context, display.ID) error
	Identify(context.Context, display.ID) error
	Preview(display.ID, calendar.RoomID) (display.Frame, error)
	Rename(ctx context.Context, id display.ID, name string) error
	ImportDisplays(ctx context.Context, list []byte, progress func(done, of int)) (engine.Imported, error)

	Kinds() []engine.DriverInfo
	UseGateway(context.Context, engine.GatewayRequest) (engine.Gateway, error)
	DropGateway(ctx context.Context, id string) error

	LetIn(ctx context.Context, on bool) error
	NewPullDisplay(context.Context, engine.PullDisplay) (display.ID, error)
	PullInstructions(context.Context, display.ID) (display.Instructions, error)
	RenewPullAddress(context.Context, display.ID) error
	SetPull(ctx context.Context, id display.ID, on bool) error
	Approve(context.Context, display.ID) error
	Describe(context.Context, display.ID, display.Panel) error
}
