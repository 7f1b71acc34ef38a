// Package syncer decides when to read which room's calendar, and carries what a
// [Source] tells into a [Store], one transaction a room.
//
// A [Service] reads rooms in steps of 20, which is a batch, one after the other and
// evenly spread, so that each has its turn once in an interval (pace.go); the turns of
// all rooms are a round, and one [Result] (round.go). A room's news continue from its
// cursor; when its [Window] moves on, at night, it is read in full as well, which heals
// what the news left out (window.go). What fails is tried again later, and whose fault
// it is decides what waits: that room, or all (read.go, retry.go).
package syncer

import (
	"context"
	"time"

	"github.com/roomink/roomink/engine/calendar"
)

// Window is the stretch of time whose events Roomink keeps.
type Window struct{ From, To time.Time }

// Pace is how often each room is read, and why: what a person may be told.
type Pace struct {
	// Interval is the time between two readings of a room: Wanted, or as long as a site
	// of this size takes without crowding the calendar system.
	Interval time.Duration
	Wanted   time.Duration // what was configured for this time of day
	PerBatch time.Duration // how long the source takes for one step of rooms, measured
	Rooms    int
	Office   bool // these are office hours
}

// Request asks a source for one room's changes.
type Request struct {
	Room calendar.RoomID
	// Cursor continues from an earlier reading; "" asks for everything in Window.
	// It is opaque, and bound to the window of the reading that began it.
	Cursor string
	Window Window
}

// Change is what a source tells of one room.
type Change struct {
	Room calendar.RoomID
	// Full says that Events is all there is: what is not in it is gone.
	Full   bool
	Events []calendar.Event // new or changed, each with all its fields
	// Removed are the identities of deleted events; unknown ones are harmless.
	Removed []string
	// Series are the series that were told in full: every stored occurrence of them
	// that is not in Events is gone (graph.md 3.3: deleting one occurrence is never
	// announced as such).
	Series []string
	Cursor string // for the next request; never empty
	// Err is why this room could not be read; everything else is then meaningless.
	// It is a *[Error] where the source knows more than "it did not work".
	Err error
}

// Source is a calendar system.
type Source interface {
	// Rooms lists the rooms that the account may see. Errors as in Changes.
	Rooms(ctx context.Context) ([]calendar.Room, error)

	// Changes reads many rooms at once and answers for each request, in order. The
	// failure of one room is in its Change. err is a fault of the whole system that
	// ended the reading; changes is then empty, or holds the answers that came before
	// it and, for each room that it kept from being read, that same err in its Change.
	// It blocks until all is answered or ctx ends.
	Changes(ctx context.Context, requests []Request) (changes []Change, err error)
}

// Kind says what can be done about an [Error].
type Kind string

// The kinds of failure.
const (
	Offline   Kind = "offline"   // the calendar system can't be reached: try again
	Throttled Kind = "throttled" // asked too often: wait Error.RetryAfter
	SignIn    Kind = "signIn"    // a person must sign in again
	Denied    Kind = "denied"    // the account may not read this room
	NotFound  Kind = "notFound"  // there is no such mailbox
	Resync    Kind = "resync"    // the cursor is too old: ask again without it
	Failed    Kind = "failed"    // anything else; the text says what
)

// Error is a failure of a source, with words for the person in charge.
type Error struct {
	Kind       Kind
	Op         string // what was attempted, such as "read the calendar of oslo@contoso.com"
	Remedy     string // what to do next; may be empty
	RetryAfter time.Duration
	Err        error
}

// Error gives operation and cause.
func (e *Error) Error() string {
	if e.Err == nil {
		return e.Op + ": " + string(e.Kind)
	}
	return e.Op + ": " + e.Err.Error()
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// Applied is what a change did to the stored events of its room.
type Applied struct {
	// Changed says whether any stored event differs afterwards.
	Changed bool
	// Healed counts the events that a full change added, altered or took away although
	// the cursor before it had covered them: edits that the calendar system never
	// announced. Events outside the overlap of the old and the new window are not
	// among them.
	Healed int
}

// Store keeps what was read. Its methods are whole transactions.
type Store interface {
	// Cursors gives, for every room that is to be read, its cursor and the window
	// that the cursor is bound to; both zero for a room that was never read.
	Cursors(ctx context.Context) ([]Request, error)
	// Apply keeps a change, its cursor and window, and the time of the reading, in
	// one transaction.
	Apply(ctx context.Context, c Change, w Window, at time.Time) (Applied, error)
	// SaveRooms keeps what the directory tells of rooms. A room that is no longer
	// listed stays known and read, with its assignment, and is marked as removed.
	SaveRooms(ctx context.Context, rooms []calendar.Room, at time.Time) error
}
