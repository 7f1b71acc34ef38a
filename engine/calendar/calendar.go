// Package calendar holds the vocabulary of rooms and their meetings, and the
// pure questions that the rest of Roomink asks of them: is the room occupied at
// an instant, until when, what comes next, and when does the answer change.
//
// It does no I/O and never reads the clock; start with [Agenda].
package calendar

import (
	"strings"
	"time"
)

// RoomID identifies what a sign shows the calendar of. It has two forms: the SMTP
// address of a room's mailbox in lower case (see [NewRoomID]), and a calendar of the
// signed-in account (see [NewCalendarID]). No address holds a colon unquoted
// (RFC 5321, section 4.1.2), so neither can be taken for the other.
type RoomID string

// ofCalendar begins the identity of a calendar of the signed-in account.
const ofCalendar = "calendar:"

// NewRoomID makes the identity of the mailbox with the given SMTP address.
func NewRoomID(address string) RoomID {
	return RoomID(strings.ToLower(strings.TrimSpace(address)))
}

// NewCalendarID makes the identity of a calendar of the signed-in account, such as one
// that is shared with it, from the id that Microsoft Graph gives it. Those ids are
// opaque and differ by case (graph.md 3.7).
func NewCalendarID(graphID string) RoomID { return RoomID(ofCalendar + graphID) }

// Calendar gives the Graph id of a calendar of the signed-in account; ok is false
// where the identity is a mailbox's.
func (id RoomID) Calendar() (graphID string, ok bool) {
	return strings.CutPrefix(string(id), ofCalendar)
}

// Room is a bookable room as the directory describes it. Only ID is always set. It is
// comparable: two that are equal have the same words.
type Room struct {
	ID       RoomID
	Name     string // display name; the address where the directory has none
	Building string
	Floor    string
	Capacity int    // seats; 0 = unknown
	TimeZone string // IANA name, such as "Europe/Berlin"; "" = unknown, use the office's
	// List is the name of the room list that it is in, such as a building's; may be
	// empty. Of a calendar of the account it is the name of the calendar group.
	List string
	// Equipment is what it has, joined by ", "; may be empty.
	Equipment string
}

// DisplayName is the room's name, or its address where it has none.
func (r Room) DisplayName() string {
	if r.Name != "" {
		return r.Name
	}
	return string(r.ID)
}

// Availability is what a calendar entry does to its owner's time
// (Graph's showAs, resource type event).
type Availability string

// The availabilities of Microsoft Graph v1.0, freeBusyStatus.
const (
	Free             Availability = "free"
	Tentative        Availability = "tentative"
	Busy             Availability = "busy"
	OutOfOffice      Availability = "oof"
	WorkingElsewhere Availability = "workingElsewhere"
	Unknown          Availability = "unknown"
)

// Occupies reports whether an entry with this availability takes the room.
// A tentative entry is a booking that waits for approval, so it does; an unknown
// one does as well, because a sign that wrongly says "free" does more harm.
func (a Availability) Occupies() bool { return a != Free && a != WorkingElsewhere }

// Event is one entry of a room's calendar: a single meeting or one occurrence of
// a series. Series masters are not events.
type Event struct {
	ID        string // opaque, case-sensitive
	SeriesID  string // ID of the series master; "" for a single meeting
	Subject   string // may be empty; room mailboxes often replace it with the organiser
	Organizer string // display name; may be empty
	// Start and End are instants. For an AllDay event they are dates instead:
	// midnight UTC of the first day and of the day after the last, to be read in
	// the room's own zone (graph.md 3.7: all-day entries float).
	Start, End   time.Time
	AllDay       bool
	Availability Availability
	Private      bool // sensitivity private, personal or confidential
	Cancelled    bool
}

// In gives the event with its all-day dates resolved to instants in loc.
func (e Event) In(loc *time.Location) Event {
	if e.AllDay {
		e.Start = dateIn(e.Start, loc)
		e.End = dateIn(e.End, loc)
	}
	return e
}

// occupies reports whether the event takes its room for any time at all.
func (e Event) occupies() bool {
	return !e.Cancelled && e.Availability.Occupies() && e.End.After(e.Start)
}

func dateIn(t time.Time, loc *time.Location) time.Time {
	y, m, d := t.UTC().Date()
	return startOfDay(y, m, d, loc)
}
