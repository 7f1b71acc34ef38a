// Package setup is the page of the guided first run: register the app with
// Microsoft, enter its credentials, connect, adopt displays, give them rooms.
package setup

import (
	"context"

	"github.com/roomink/roomink/engine"
	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/display"
)

// Engine is what the page asks of the engine. Every method with a context may
// block and is called off the UI goroutine.
type Engine interface {
	SaveCredentials(context.Context, engine.Credentials) error
	Clouds() []engine.Cloud // does not block
	Connect(context.Context) error
	Adopt(context.Context, display.ID) error
	Assign(context.Context, display.ID, calendar.RoomID) error
}
