package tenant

import (
	"fmt"
	"strings"
	"time"
)

// Booking is an event as Meetings lists it.
type Booking struct {
	ID   string // immutable
	Type string // singleInstance, occurrence or exception
	Meeting
}

// Rooms lists the office's rooms.
func (t *Tenant) Rooms() []Room {
	t.mu.Lock()
	defer t.mu.Unlock()
	out := make([]Room, len(t.order))
	for i, b := range t.order {
		out[i] = *b.room
	}
	return out
}

// box finds a mailbox by address (any case) or object id, or a calendar that
// AddCalendar made by its id. Call with mu held.
func (t *Tenant) box(name string) (*mailbox, error) {
	if len(name) > 100 { // a calendar's
		if b := t.boxes[name]; b != nil {
			return b, nil
		}
	}
	if b := t.boxes[strings.ToLower(name)]; b != nil {
		return b, nil
	}
	return nil, fmt.Errorf("no mailbox %q in the simulated tenant", name)
}

// Meetings expands a room's calendar over [from, to), ordered by start.
func (t *Tenant) Meetings(room string, from, to time.Time) ([]Booking, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	b, err := t.box(room)
	if err != nil {
		return nil, err
	}
	var out []Booking
	for _, in := range b.view(window{from, to}) {
		out = append(out, Booking{ID: immutable(in.id), Type: in.kind, Meeting: in.m})
	}
	return out, nil
}

// Book puts a meeting into a room's calendar, as an accepted invitation does.
// The room is named by its address. Conflicts are allowed. The room processes the
// booking, see Processing.
func (t *Tenant) Book(room string, m Meeting) (id string, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	b, err := t.box(room)
	if err != nil {
		return "", err
	}
	b.process(&m)
	it, err := b.add(m, t.now())
	if err != nil {
		return "", fmt.Errorf("book %s: %w", room, err)
	}
	return immutable(it.id), nil
}

// Move gives an event new times; an occurrence of a series becomes an exception.
func (t *Tenant) Move(room, id string, start, end time.Time) error {
	return t.edit("move", room, id, func(b *mailbox, r ref) error {
		return b.change(r, t.now(), func(m *Meeting) { m.Start, m.End = start, end })
	})
}

// Cancel cancels as the organizer: the room keeps the event, marked as
// cancelled, with "Canceled: " before its subject and shown as free.
func (t *Tenant) Cancel(room, id string) error {
	return t.edit("cancel", room, id, func(b *mailbox, r ref) error { return b.cancel(r, t.now()) })
}

// Delete removes an event from the room's calendar without a trace.
func (t *Tenant) Delete(room, id string) error {
	return t.edit("delete", room, id, func(b *mailbox, r ref) error { b.remove(r, t.now()); return nil })
}

func (t *Tenant) edit(verb, room, id string, do func(*mailbox, ref) error) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	b, err := t.box(room)
	if err != nil {
		return err
	}
	r, err := b.find(id)
	if err == nil {
		err = do(b, r)
	}
	if err != nil {
		return fmt.Errorf("%s an event in %s: %w", verb, room, err)
	}
	return nil
}
