package calendar

import (
	"cmp"
	"slices"
	"time"
)

// MinGap is the shortest pause between two meetings that counts as free time.
// Meetings closer than this are back-to-back: nobody can use a room for seconds,
// and a sign that flips to "free" and back would only wear the panel.
const MinGap = time.Minute

// Agenda is what is known of one room's calendar. It is immutable: share it freely.
type Agenda struct {
	Room     Room
	Location *time.Location // never nil
	// Meetings are the entries that occupy the room, by start then end, all-day
	// ones resolved in Location. Cancelled and free ones are left out.
	Meetings []Event
	// SyncedAt is when the calendar was last read in full; zero = never.
	SyncedAt time.Time
}

// NewAgenda builds the agenda of room from its raw events, in any order.
// loc is where the room stands; nil means UTC. events is not kept or changed.
func NewAgenda(room Room, loc *time.Location, events []Event, syncedAt time.Time) Agenda {
	if loc == nil {
		loc = time.UTC
	}
	a := Agenda{Room: room, Location: loc, SyncedAt: syncedAt, Meetings: make([]Event, 0, len(events))}
	for _, e := range events {
		if e = e.In(loc); e.occupies() {
			a.Meetings = append(a.Meetings, e)
		}
	}
	slices.SortStableFunc(a.Meetings, func(x, y Event) int {
		return cmp.Or(x.Start.Compare(y.Start), x.End.Compare(y.End), cmp.Compare(x.ID, y.ID))
	})
	return a
}

// Status is the answer of an agenda at one instant.
type Status struct {
	// Busy reports that a meeting is going on, or that the pause to the next one
	// is shorter than MinGap.
	Busy bool
	// Current is the meeting going on; nil when free or inside a short pause. Of
	// several it is the one that started last, and of those the one that ends
	// first: the people who arrive now look for theirs.
	Current *Event
	// FreeAt is when the room becomes free for at least MinGap; zero when free now.
	FreeAt time.Time
	// Next is the first meeting that starts after the instant; nil if none is known.
	Next *Event
	// Change is the next instant at which anything above changes; zero if never.
	Change time.Time
}

// At answers for instant t, for any t, exactly:
//   - A meeting includes its start and excludes its end: at 10:00 the one until 10:00 is
//     over and the one from 10:00 goes on. So back-to-back meetings leave no instant
//     free, and only Current changes where they meet.
//   - Of overlapping meetings, one that ends first gives Current back to the other, and
//     the room is busy until the last of them ends.
//   - A pause shorter than [MinGap] does not make the room free: Busy, without a Current,
//     until FreeAt, which is the end of the first meeting with a pause of MinGap or more
//     after it. It counts from the end of all meetings before it, not just of the last.
//   - A meeting without length, or with an end before its start, occupies nothing: it is
//     neither Current nor Next. Neither is a cancelled or a free one.
//   - An all-day event lasts from the first instant of its first day in the room's zone
//     to the first instant of the day after its last, be that 23, 24 or 25 hours later.
//     Others are instants: a change of clocks during a meeting does not touch it.
//   - Between two Changes the answer is the same but for the instant it was asked at.
func (a Agenda) At(t time.Time) Status {
	var s Status
	var block struct{ start, end time.Time } // occupied time without a usable pause
	for i := range a.Meetings {
		m := &a.Meetings[i]
		if i == 0 || m.Start.Sub(block.end) >= MinGap {
			block.start, block.end = m.Start, m.End
		} else if m.End.After(block.end) {
			block.end = m.End
		}
		if !t.Before(block.start) && t.Before(block.end) {
			s.Busy, s.FreeAt = true, block.end
		}
		s.Change = earliestAfter(t, s.Change, m.Start, m.End)
		switch {
		case m.Start.After(t):
			if s.Next == nil {
				s.Next = m
			}
		case m.End.After(t) && startsLaterOrEndsSooner(m, s.Current):
			s.Current = m
		}
	}
	return s
}

// earliestAfter is the first of the candidates and best that lies after t; best
// may be zero.
func earliestAfter(t, best time.Time, candidates ...time.Time) time.Time {
	for _, c := range candidates {
		if c.After(t) && (best.IsZero() || c.Before(best)) {
			best = c
		}
	}
	return best
}

func startsLaterOrEndsSooner(m, than *Event) bool {
	return than == nil || m.Start.After(than.Start) ||
		m.Start.Equal(than.Start) && m.End.Before(than.End)
}

// On gives the meetings that touch the calendar day of t in the room's zone.
func (a Agenda) On(t time.Time) []Event {
	from, to := DayBounds(t, a.Location)
	var day []Event
	for _, e := range a.Meetings {
		if e.Start.Before(to) && e.End.After(from) {
			day = append(day, e)
		}
	}
	return day
}
