// Package displays is the page of all displays: those found on the network, those
// adopted, and those with a room; and what can be done with each.
package displays

import (
	"context"

	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/display"
)

// Engine is what the page asks of the engine. Every method may block and is called
// off the UI goroutine.
type Engine interface {
	AddDisplay(ctx context.Context, address string) (display.ID, error)
	Adopt(context.Context, display.ID) error
	Forget(context.Context, display.ID) error
	Assign(context.Context, display.ID, calendar.RoomID) error
	Unassign(context.Context, display.ID) error
	Identify(context.Context, display.ID) error
	Preview(display.ID, calendar.RoomID) (display.Frame, error)
}
