// Package samples invents an office day, so that galleries and benchmarks draw the
// signs of a real-looking room: Monday, 23 November 2026, in Berlin.
package samples

import (
	"slices"
	"time"

	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/sign"
)

// Office is what a sample sign is composed from. Change a copy's fields for another.
type Office struct {
	Room     calendar.Room
	Location *time.Location
	Policy   sign.Policy
	Account  sign.Account
	Now      time.Time
	SyncedAt time.Time
	Meetings []calendar.Event
}

// New is the office at ten past ten on an ordinary day, in a meeting.
func New(loc *time.Location) Office {
	o := Office{
		Room: calendar.Room{ID: "lovelace@contoso.com", Name: "Ada Lovelace", Building: "Building 3", Floor: "2",
			Capacity: 12, Equipment: "Screen, Whiteboard"},
		Location: loc, Policy: sign.DefaultPolicy(), Account: sign.AccountOK,
	}
	o.Now = o.At(10, 10)
	o.SyncedAt = o.Now.Add(-time.Minute)
	o.Meetings = append(o.Later(), o.Meeting(10, 0, 60, "Quarterly business review", "Annie Easley"))
	return o
}

// At is a time of the sample's day.
func (o Office) At(hour, minute int) time.Time {
	return time.Date(2026, 11, 23, hour, minute, 0, 0, o.Location)
}

// Meeting is one of the sample's day; minutes is its length.
func (o Office) Meeting(hour, minute, minutes int, subject, organizer string) calendar.Event {
	start := o.At(hour, minute)
	return calendar.Event{
		ID: subject, Subject: subject, Organizer: organizer, Availability: calendar.Busy,
		Start: start, End: start.Add(time.Duration(minutes) * time.Minute),
	}
}

// Later are the meetings of an ordinary day around the one at ten.
func (o Office) Later() []calendar.Event {
	return []calendar.Event{
		o.Meeting(8, 30, 60, "Stand-up", "Grace Hopper"),
		o.Meeting(11, 30, 60, "Design review: onboarding", "Zoë Müller"),
		o.Meeting(13, 30, 45, "Interview", "Human Resources"),
		o.Meeting(15, 0, 60, "Budget 2027", "Katherine Johnson"),
		o.Meeting(16, 15, 45, "1:1", "Radia Perlman"),
	}
}

// With gives a copy that was changed.
func (o Office) With(change func(*Office)) Office {
	o.Meetings = slices.Clone(o.Meetings)
	change(&o)
	return o
}

// Sign composes the sign.
func (o Office) Sign() sign.Sign {
	s, _ := sign.Compose(calendar.NewAgenda(o.Room, o.Location, o.Meetings, o.SyncedAt), o.Account, o.Policy, o.Now)
	return s
}
