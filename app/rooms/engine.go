package rooms

import (
	"context"

	"github.com/roomink/roomink/app/preview"
	"github.com/roomink/roomink/engine"
	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/sign"
)

// Engine is what the page asks of the engine. Methods with a context may block and are
// called off the UI goroutine.
type Engine interface {
	preview.Engine
	// Languages lists the languages that signs can speak.
	Languages() []engine.Language
	// SetOverride changes what a room does otherwise than the organisation.
	SetOverride(context.Context, calendar.RoomID, sign.Override) error
	// RefreshRooms reads the directory's list of rooms again.
	RefreshRooms(context.Context) error
	// AddRoom reads the calendar of the mailbox with the address, and adds it as a
	// room if that was possible.
	AddRoom(ctx context.Context, address string) error
	// Calendars are those of the signed-in account, those that are shared with it
	// included, whether they are rooms already or not.
	Calendars(context.Context) ([]calendar.Room, error)
	// AddCalendar makes one of Calendars a room.
	AddCalendar(context.Context, calendar.Room) error
	// ForgetRoom takes a room off the list and its signs away from it.
	ForgetRoom(context.Context, calendar.RoomID) error
}
