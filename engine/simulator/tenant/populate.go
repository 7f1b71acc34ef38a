package tenant

import (
	"fmt"
	"time"
)

// roomsPerBuilding is how many rooms of a big office share a building, and so a
// room list; more than a page of places holds.
const roomsPerBuilding = 120

// Populate replaces all rooms by a big office's: room-0001@…, room-0002@… and so
// on, in buildings of 120 rooms that take turns between two time zones. Each
// calendar holds exactly that many events between yesterday's midnight UTC and
// the eighth one after it: singles, and from 16 events on a daily series, its
// eight occurrences counted.
func (t *Tenant) Populate(rooms, events int) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	for len(t.order) > 0 {
		t.removeRoom(t.order[0])
	}
	t.office.Buildings = nil
	for i := range rooms {
		if i%roomsPerBuilding == 0 {
			t.office.Buildings = append(t.office.Buildings, bigBuilding(len(t.office.Buildings)+1, t.office.Domain))
		}
		house := t.office.Buildings[len(t.office.Buildings)-1]
		r := Room{Address: fmt.Sprintf("room-%04d@%s", i+1, t.office.Domain), Name: fmt.Sprintf("Room %d", i+1),
			Building: house.Name, Floor: 1 + i%roomsPerBuilding/20, Capacity: 4 + i%5*4}
		if err := t.addRoom(r); err != nil {
			return err
		}
		if err := t.populate(t.order[i], i, events); err != nil {
			return fmt.Errorf("meetings of %s: %w", r.Address, err)
		}
	}
	return nil
}

func bigBuilding(n int, domain string) Building {
	b := Building{Name: fmt.Sprintf("Building %d", n), Address: fmt.Sprintf("building-%d@%s", n, domain), Street: fmt.Sprintf("Campus %d", n),
		City: "Berlin", Country: "Germany", Postcode: "10997", Zone: "Europe/Berlin"}
	if n%2 == 0 {
		b.City, b.Country, b.Postcode, b.Zone = "New York", "United States", "10013", "America/New_York"
	}
	return b
}

// populate spreads events over the eight days.
func (t *Tenant) populate(b *mailbox, nth, events int) error {
	const days = 8
	now := t.now()
	first := now.UTC().Truncate(24*time.Hour).AddDate(0, 0, -1)
	at := func(day, quarter int) time.Time {
		return first.AddDate(0, 0, day).Add(time.Duration(quarter) * 15 * time.Minute)
	}
	if events >= 2*days {
		events -= days
		m := Meeting{Subject: "Daily stand-up", Organizer: demoPeople[nth%len(demoPeople)], Start: at(0, 28), End: at(0, 29), RRule: fmt.Sprintf("FREQ=DAILY;COUNT=%d", days)}
		if _, err := b.add(m, first); err != nil {
			return err
		}
	}
	for i := range events {
		day, slot := i%days, i/days
		quarter := (32 + slot*3 + nth%3) % 94 // from eight o'clock on, overlapping once the day is full
		m := Meeting{Subject: fmt.Sprintf("Planning %d–%d: Räume & Licht", nth+1, i+1), Organizer: demoPeople[(nth+i)%len(demoPeople)],
			Start: at(day, quarter), End: at(day, quarter+2), Body: "Agenda: numbers, people, next steps.", Attendees: demoPeople[:2]}
		if i%13 == 5 {
			m.Sensitivity = "private"
		}
		if _, err := b.add(m, first); err != nil {
			return err
		}
	}
	return nil
}
