package tenant

import (
	"cmp"
	"time"
)

// Event is all that a client may keep of an event, for tests to compare with
// what it did keep. It is comparable, and equal where the words are; compare
// instants with [time.Time.Equal] where they may differ in their Location.
type Event struct {
	ID       string // immutable
	SeriesID string // of the series master; empty for a single meeting
	Subject  string
	// Organizer is the organiser's name, or the address where there is no name.
	Organizer string
	// Start and End are in UTC. All-day events float: here they are midnight UTC
	// of the room's first day and of the day after its last.
	Start, End   time.Time
	AllDay       bool
	Private      bool // personal, private or confidential
	Cancelled    bool
	Availability string // showAs
}

// Truth lists what a client should know of [from, to) in a room's calendar, once
// it is up to date: ordered by start, cancelled events included, series masters
// excluded. The room is named by its address or object id, a calendar by its id.
func (t *Tenant) Truth(room string, from, to time.Time) ([]Event, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	b, err := t.box(room)
	if err != nil {
		return nil, err
	}
	all := b.view(window{from, to})
	out := make([]Event, len(all))
	for i, in := range all {
		out[i] = in.truth()
	}
	return out, nil
}

func (in instance) truth() Event {
	m, who := in.m, in.organizer()
	e := Event{ID: immutable(in.id), SeriesID: immutable(in.masterID), Subject: m.Subject, Organizer: cmp.Or(who.Name, who.Address),
		Start: m.Start.UTC(), End: m.End.UTC(), AllDay: m.AllDay, Cancelled: m.Cancelled,
		Private: m.Sensitivity != "" && m.Sensitivity != "normal", Availability: cmp.Or(m.ShowAs, "busy")}
	if m.AllDay {
		e.Start, e.End = floating(m.Start.In(in.box.loc)), floating(m.End.In(in.box.loc))
	}
	return e
}

func floating(t time.Time) time.Time {
	y, m, d := t.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}
