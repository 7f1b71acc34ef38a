// Package rooms is the page of all rooms with what their calendars say.
package rooms

import "context"

// Engine is what the page asks of the engine. Every method may block and is called
// off the UI goroutine.
type Engine interface {
	RefreshRooms(context.Context) error
	AddRoom(ctx context.Context, address string) error
}
