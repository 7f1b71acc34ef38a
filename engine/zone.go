package engine

import (
	"context"
	"time"

	"github.com/roomink/roomink/engine/store"
)

// here is the time zone of the office: its working hours, and that of rooms of which nobody
// told another.
func (e *Engine) here() *time.Location { return e.office.Load() }

// noteZone notices that somebody set this computer to another time zone, as on a laptop that
// travels, and puts the rooms right that have none of their own.
func (e *Engine) noteZone(ctx context.Context) {
	now, before := e.cfg.Zone(), e.here()
	if now.String() == before.String() {
		return
	}
	e.office.Store(now)
	e.mu.Lock()
	var rooms []store.Room
	for _, r := range e.state.rooms {
		if r.TimeZone == "" {
			rooms = append(rooms, r.Room)
		}
	}
	e.mu.Unlock()
	for _, r := range rooms {
		if err := e.rezone(ctx, r); err != nil && ctx.Err() == nil {
			e.log.Warn("The calendar of a room could not be put into another time zone", "room", r.ID, "err", err)
		}
	}
	e.record(ctx, ActCalendar, "The time zone of this computer is "+now.String()+" now; it was "+before.String(), false)
	e.touchAll()
	e.SyncNow()
}

// rezone makes the agenda of a room anew in the zone that it is in now.
func (e *Engine) rezone(ctx context.Context, r store.Room) error {
	e.agendas.Lock()
	defer e.agendas.Unlock()
	return e.loadRoom(ctx, r)
}
