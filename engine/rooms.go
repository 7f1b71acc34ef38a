package engine

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/health"
	"github.com/roomink/roomink/engine/syncer"
)

// Office hours, in any room's zone: calendars are then read as often as configured.
const (
	hoursFrom, hoursTo = 7, 19
	// turnHour is when the office's days turn for the window of what is read, and all
	// is read anew: at night.
	turnHour = 3
)

// inOffice reports whether it is within office hours at any of the rooms.
func (e *Engine) inOffice(now time.Time) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	seen := map[string]bool{} // zones by name: each is loaded anew for each room
	for _, r := range e.state.rooms {
		if zone := r.agenda.Location.String(); !seen[zone] {
			if seen[zone] = true; inHours(now.In(r.agenda.Location)) {
				return true
			}
		}
	}
	return len(seen) == 0 && inHours(now.In(e.here()))
}

func inHours(t time.Time) bool {
	return t.Weekday() != time.Saturday && t.Weekday() != time.Sunday && t.Hour() >= hoursFrom && t.Hour() < hoursTo
}

// window is what is read of each calendar: from yesterday to a week ahead, in days of
// the office that turn in the small hours. A room in another zone has its own day
// inside it.
func (e *Engine) window(now time.Time) syncer.Window {
	y, m, d := now.In(e.here()).Add(-turnHour * time.Hour).Date()
	day := func(n int) time.Time { return time.Date(y, m, d+n, 0, 0, 0, 0, e.here()).UTC() }
	return syncer.Window{From: day(-1), To: day(8)}
}

// AddRoom adds a room by the address of its mailbox, for accounts that may not list
// the directory. While an account is connected, an address that can't be read is
// refused; otherwise that shows with the first reading.
func (e *Engine) AddRoom(ctx context.Context, address string) error {
	id := calendar.NewRoomID(address)
	if err := checkAddress(string(id)); err != nil {
		return err
	}
	if err := e.tryMailbox(ctx, id); err != nil {
		return err
	}
	return e.addRoom(ctx, calendar.Room{ID: id, Name: roomNameOf(string(id))})
}

// tryMailbox looks whether a calendar can be read. Only an answer that it can't counts:
// being offline is no reason to refuse a room.
func (e *Engine) tryMailbox(ctx context.Context, id calendar.RoomID) error {
	e.mu.Lock()
	conn := e.state.conn
	e.mu.Unlock()
	if conn == nil {
		return nil
	}
	err := conn.source.Probe(ctx, string(id))
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if kind := kindOf(err); kind == syncer.Denied || kind == syncer.NotFound {
		return err
	}
	return nil
}

func (e *Engine) addRoom(ctx context.Context, r calendar.Room) error {
	if err := e.db.AddRoom(ctx, r); err != nil {
		return err
	}
	if err := e.reloadRooms(ctx); err != nil {
		return err
	}
	e.SyncNow()
	return nil
}

// Calendars lists the calendars of the account that is signed in, its own, those shared
// with it and those under "Other calendars", to be added as rooms.
func (e *Engine) Calendars(ctx context.Context) ([]calendar.Room, error) {
	e.mu.Lock()
	conn := e.state.conn
	e.mu.Unlock()
	if conn == nil {
		return nil, errNotConnected
	}
	return conn.source.Calendars(ctx)
}

// AddCalendar adds one of the [Engine.Calendars] as a room.
func (e *Engine) AddCalendar(ctx context.Context, r calendar.Room) error {
	if _, ok := r.ID.Calendar(); !ok {
		return fmt.Errorf("%q is not a calendar of the account", r.ID)
	}
	return e.addRoom(ctx, r)
}

// ForgetRoom deletes a room with all that is known of it and its own settings. Signs at
// its door become unassigned, and say so. A room that the directory lists comes back with
// its next listing.
func (e *Engine) ForgetRoom(ctx context.Context, id calendar.RoomID) error {
	e.designing.Lock() // or a look at the designs in use could be overtaken by an older one
	defer e.designing.Unlock()
	e.agendas.Lock()
	defer e.agendas.Unlock()
	room, err := e.db.Room(ctx, id)
	if err != nil {
		return err
	}
	if err := e.db.DeleteRoom(ctx, id); err != nil {
		return err
	}
	e.mu.Lock()
	delete(e.state.rooms, id)
	delete(e.state.overrides, id)
	for _, d := range e.state.displays {
		if d.Room == id {
			d.Room, d.stage, d.shown = "", Adopted, shown{}
		}
	}
	e.mu.Unlock()
	e.health.Clear(codeRoom, string(id))
	e.record(ctx, ActCalendar, room.DisplayName()+" was removed", false)
	e.noteLimit()
	e.designsInUse()
	e.touchAll()
	e.changed()
	return nil
}

// noteRooms records which rooms could not be read, and why the round failed.
func (e *Engine) noteRooms(r syncer.Result) *Explanation {
	for id, err := range r.Failed {
		e.noteRoom(id, err)
	}
	if r.Err == nil {
		return nil
	}
	x := Explain(r.Err)
	return &x
}

// noteRoom passes over a room that was forgotten while the round went on: nothing would
// ever take its problem away.
func (e *Engine) noteRoom(id calendar.RoomID, err error) {
	e.agendas.Lock()
	defer e.agendas.Unlock()
	x, kind := Explain(err), kindOf(err)
	e.mu.Lock()
	room, ok := e.state.rooms[id]
	if !ok {
		e.mu.Unlock()
		return
	}
	turned := (room.kind == syncer.NotFound) != (kind == syncer.NotFound)
	room.problem, room.kind = &x, kind
	name := room.Room.DisplayName()
	e.mu.Unlock()
	e.health.Set(health.Problem{Code: codeRoom, Subject: string(id), Severity: health.Warning,
		Title: "The calendar of " + name + " can't be read", Text: x.Text, Remedy: x.Remedy})
	if turned {
		e.touchRoom(id)
	}
}

// checkAddress refuses what can't be the address of a mailbox.
func checkAddress(address string) error {
	at := -1
	for i, c := range address {
		switch {
		case c <= ' ' || c == '"' || c == '<' || c == '>' || c == '/' || c == '\\' || c == 0x7f:
			return errBadAddress(address)
		case c == '@' && at >= 0:
			return errBadAddress(address)
		case c == '@':
			at = i
		}
	}
	if at < 1 || at == len(address)-1 || len(address) > 254 {
		return errBadAddress(address)
	}
	return nil
}

func errBadAddress(address string) error {
	return fmt.Errorf("%q is not the address of a mailbox: it should look like oslo@contoso.com", address)
}

// roomNameOf makes a first name of an address, until the directory tells a better one.
func roomNameOf(address string) string {
	name, _, _ := strings.Cut(address, "@")
	return name
}
