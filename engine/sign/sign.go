// Package sign decides what a room's sign says: an agenda, a policy and an instant
// become words and a state, without a pixel.
//
// It is pure: the same input gives the same [Sign], and [Compose] also tells when
// the sign will next change by itself, so that nobody needs to look every minute.
// No sign shows the current time: it would wear the panel and be wrong at once.
package sign

import "time"

// State is what a passer-by must see from five metres.
type State string

// The states.
const (
	Free       State = "free"       // the room is free now
	Busy       State = "busy"       // the room is taken now
	Unknown    State = "unknown"    // Roomink does not know: never synced, stale or signed out
	Closed     State = "closed"     // outside working hours: nothing goes on, or the sign rests
	Unassigned State = "unassigned" // the display belongs to no room
)

// Account says whether the calendars can be read at all.
type Account string

// The conditions of the account, and of the room in it, that a sign must own up to.
const (
	AccountOK        Account = "ok"
	AccountSignedOut Account = "signedOut" // nobody is signed in
	// AccountInTrouble is one that a person must mend. The last reading is as good as any
	// other until it is too old; from then on the sign tells the cause.
	AccountInTrouble Account = "inTrouble"
	RoomRemoved      Account = "removed" // the organisation has given the room up: its mailbox is gone
)

// Line is one meeting, ready to draw.
type Line struct {
	Time  string // "13:00 – 14:00", "All day"
	Title string // subject, "Private meeting", "Booked" …; never empty
	Who   string // organiser; empty where privacy or repetition hides it
}

// Sign is what one sign says. It is comparable by reflect.DeepEqual, and equal
// signs give equal frames.
type Sign struct {
	Design   Design
	Template string // name of the template where Design is Custom
	Room     string // display name; of the display where it is Unassigned
	Place    string // building and floor; may be empty
	Date     string // the room's day, in words: "Monday, 23 November"; empty where Unassigned or at rest
	State    State
	Soon     bool   // Free: a meeting starts soon. Busy: the room becomes free soon
	Headline string // the state in one or two words: "Free", "In use", "Not up to date"
	Detail   string // until when: "until 14:30", "for the rest of the day"; may be empty
	Current  *Line  // the meeting going on; nil if none
	Next     []Line // what follows today, soonest first; may be empty
	// NextHead is the heading of Next: "Next", "Last known", or the day that Next is of
	// where the room is Closed and today holds no more. Empty where nothing is known, and
	// where the policy hides what follows.
	NextHead string
	NextNone string // in place of an empty Next: "Nothing else booked today"; may be empty
	// Notice owns up to a problem: "Last updated 23 Nov, 14:05". Empty when all is
	// well. Where it is set because of age, Next holds what was known then.
	Notice string
	// Day is the day's occupied time from Hours[0] to Hours[1], for a bar, soonest
	// first and without overlaps. All instants are in UTC, so that equal signs are
	// deeply equal. Hours is zero where nothing is known to draw.
	Day   []Span
	Hours [2]time.Time
	// Ticks are the full hours from Hours[0] to Hours[1], both included where full.
	Ticks []Tick
	// Meetings are all of the day's, the past ones too, by their start; they may
	// overlap. Empty where nothing is known or all of it may be wrong; without those
	// ahead where the policy hides what follows.
	Meetings []Meeting
	// Week is the room's calendar week, seven days from the policy's first weekday;
	// empty where nothing is known.
	Week []WeekDay

	Seats      string // "12 seats"; may be empty
	Equipment  string // may be empty
	Text       string // the administrator's own; may be empty
	Code       string // what a QR code says, such as an address; empty for none
	CodeLabel  string // what it is for: "Book this room"
	Logo       bool   // the organisation's logo is wanted
	LowBattery string // "Battery low"; empty while it is not

	// Values are the texts of a template's placeholders by their names in SyncSign's
	// templates (syncsign.md), such as "ONGOING_TIME", and "NOTICE" for Notice. Those
	// that Roomink does not know are not in it. Nil unless Design is Custom.
	Values map[string]string

	// Language is the BCP 47 tag that texts are in; it matters for shaping.
	Language string
	// RightToLeft says that the language is written from right to left, so that the
	// whole sign is laid out mirrored.
	RightToLeft bool
}

// Phase is where a meeting lies as seen from now.
type Phase string

// The phases.
const (
	Past  Phase = "past"
	Now   Phase = "now"
	Ahead Phase = "ahead"
)

// Meeting is one meeting of the day with the time it takes of it.
type Meeting struct {
	Span // within Sign.Hours, or where those are hidden, within what they would be
	Line
	Phase Phase
}

// WeekDay is one day of a week.
type WeekDay struct {
	Name   string // "Mo"
	Day    string // of the month: "23"
	Today  bool
	Booked int // eighths of the working hours that are occupied, rounded up, 0…8; -1 = unknown
}

// Span is a stretch of occupied time.
type Span struct{ From, To time.Time }

// Tick is a full hour of the day bar.
type Tick struct {
	At    time.Time
	Label string // "8", "13"; "1" for 13:00 on the 12-hour clock
}
