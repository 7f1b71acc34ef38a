package tenant

import (
	"fmt"
	"slices"
	"strings"
)

// Processing is what a room's mailbox does to bookings that it accepts
// (Set-CalendarProcessing with AutomateProcessing AutoAccept; graph.md 3.6).
// Exchange's own default is all true. It acts on new bookings and on updates by
// their organisers only; what the calendar holds already stays as it is, and so
// does what the room books itself.
type Processing struct {
	DeleteSubject         bool
	AddOrganizerToSubject bool // "Ada Lovelace " before the subject or in place of it
	RemovePrivateProperty bool
}

// process does to a booking what the room's mailbox does.
func (b *mailbox) process(m *Meeting) {
	if b.room == nil || m.Organizer == (Person{}) || strings.EqualFold(m.Organizer.Address, b.address) {
		return
	}
	p := b.room.Processing
	if p.DeleteSubject {
		m.Subject = ""
	}
	if p.AddOrganizerToSubject {
		r := []rune(m.Organizer.Name + " " + m.Subject)
		m.Subject = string(r[:min(len(r), maxSubject)])
	}
	if p.RemovePrivateProperty {
		m.Sensitivity = ""
	}
}

// AddRoom adds a room with an empty calendar; it is listed last.
func (t *Tenant) AddRoom(r Room) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.addRoom(r)
}

func (t *Tenant) addRoom(r Room) error {
	b, err := roomMailbox(t.office, r)
	if err != nil {
		return fmt.Errorf("room %s: %w", r.Address, err)
	}
	if err := t.register(b); err != nil {
		return err
	}
	t.order = append(t.order, b)
	return nil
}

// EditRoom changes a room, as an administrator does: its name, its building (and
// with it its room list and time zone, unless Zone is set), its equipment, how
// its mailbox processes bookings. Address and ID stay. The real directory may
// take up to 48 hours to tell (graph.md 3.1); this one tells at once.
func (t *Tenant) EditRoom(address string, edit func(*Room)) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	b, err := t.box(address)
	if err != nil || b.room == nil {
		return fmt.Errorf("no room %q in the simulated tenant", address)
	}
	r := *b.room
	r.Tags = slices.Clone(r.Tags)
	before := r.Building
	edit(&r)
	r.ID, r.Address = b.id, b.address
	if r.Building != before && r.Zone == b.room.Zone {
		r.Zone = "" // the new building's
	}
	moved, err := roomMailbox(t.office, r)
	if err != nil {
		return fmt.Errorf("room %s: %w", address, err)
	}
	b.name, b.room, b.loc, b.zone = moved.name, moved.room, moved.loc, moved.zone
	return nil
}

// RemoveRoom deletes a room: it leaves the directory, and its mailbox answers
// 404 ErrorInvalidUser.
func (t *Tenant) RemoveRoom(address string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	b, err := t.box(address)
	if err != nil || b.room == nil {
		return fmt.Errorf("no room %q in the simulated tenant", address)
	}
	t.removeRoom(b)
	return nil
}

func (t *Tenant) removeRoom(b *mailbox) {
	delete(t.boxes, strings.ToLower(b.address))
	delete(t.boxes, b.id)
	t.order = slices.DeleteFunc(t.order, func(o *mailbox) bool { return o == b })
	for _, token := range b.cursors {
		delete(t.delta.cursors, token)
	}
}

// ListRoom hides a room from the directory (false) or shows it again (true). Its
// mailbox works in either case, as that of a room too new to be listed does.
func (t *Tenant) ListRoom(address string, listed bool) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	b, err := t.box(address)
	if err != nil || b.room == nil {
		return fmt.Errorf("no room %q in the simulated tenant", address)
	}
	b.unlisted = !listed
	return nil
}

// listed are the rooms that the directory shows. Call with mu held.
func (t *Tenant) listed() []*mailbox {
	return slices.DeleteFunc(slices.Clone(t.order), func(b *mailbox) bool { return b.unlisted })
}
