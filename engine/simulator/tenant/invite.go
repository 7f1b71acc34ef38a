package tenant

import "strings"

// inviteRooms puts the meeting of a person into the calendars of the rooms that
// are its attendees. The real room answers after some delay; here at once.
// Call with mu held.
func (t *Tenant) inviteRooms(from *mailbox, it *item, attendees []attendeeInput) {
	m := it.m
	m.Organizer = Person{from.name, from.address}
	for _, a := range attendees {
		room, err := t.box(a.EmailAddress.Address)
		if err != nil || room == from || room.room == nil {
			continue
		}
		accepted := m
		room.process(&accepted)
		if copied, err := room.add(accepted, t.now()); err == nil { // it was valid in the organizer's calendar
			copied.uid = it.uid
		}
	}
}

// eachCopy runs do on the rooms' copies of an organizer's event: what the
// organizer updates or cancels reaches the rooms. What a room's own calendar
// changes stays there, and a copy that the room deleted is gone for good.
// Call with mu held.
func (t *Tenant) eachCopy(from *mailbox, r ref, do func(*mailbox, ref) error) {
	if from.room != nil || !strings.EqualFold(from.get(r).organizer().Address, from.address) {
		return
	}
	for _, room := range t.order {
		for _, it := range room.items {
			if it.uid != r.it.uid || r.day != "" && (it.series == nil || !it.series.occursOn(r.day)) {
				continue
			}
			if err := do(room, ref{it, r.day}); err != nil {
				// The room moved its copy so that the update no longer fits.
				t.log.Debug("simulated room refused an update", "room", room.address, "error", err)
			}
		}
	}
}
