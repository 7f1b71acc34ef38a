package sign

import "time"

// Privacy is how much of a meeting a sign tells.
type Privacy string

// The levels of privacy. Private events show [Full] details at no level.
const (
	Full      Privacy = "full"      // subject and organiser
	Organizer Privacy = "organizer" // the organiser alone
	Masked    Privacy = "masked"    // "Booked", nothing else
)

// Design is a way to arrange what a sign says.
type Design string

// The designs.
const (
	Status    Design = "status"    // a huge state, what comes next beside it
	Agenda    Design = "agenda"    // the day as a list
	Timeline  Design = "timeline"  // the day as a bar of free and occupied time
	NamePlate Design = "nameplate" // the room's name first, the state as a mark
	Custom    Design = "custom"    // the template named by Policy.Template
)

// Designs lists the built-in designs, the usual one first.
func Designs() []Design { return []Design{Status, Agenda, Timeline, NamePlate} }

// Outside is what a sign shows outside working hours, with [SayShut] while no meeting goes on.
type Outside string

// The choices for the time outside working hours.
const (
	AsUsual Outside = "usual"  // as at any time
	SayShut Outside = "closed" // [Closed], until the next working hours
	// Rest is one picture from the end of the working hours to their next begin, whatever is
	// booked meanwhile: no panel is refreshed and no battery spent while nobody looks.
	Rest Outside = "rest"
)

// Code is what a QR code on a sign leads to.
type Code string

// The kinds of QR code.
const (
	NoCode      Code = ""
	OutlookCode Code = "outlook" // Outlook's page for a new meeting with the room
	AddressCode Code = "address" // the address in Policy.CodeAddress
)

// Days is a set of weekdays: bit n stands for time.Weekday(n).
type Days uint8

// MondayToFriday is the usual working week.
const MondayToFriday Days = 0b0111110

// Has reports whether the set holds d.
func (s Days) Has(d time.Weekday) bool { return s>>d&1 != 0 }

// With gives the set with d in it, or without.
func (s Days) With(d time.Weekday, in bool) Days {
	if in {
		return s | 1<<d
	}
	return s &^ (1 << d)
}

// Minutes is a time of day in minutes after midnight, 0…1440.
type Minutes int

// Fields says which parts of a sign are shown where the design has room for them.
type Fields struct {
	Place     bool // building and floor
	Seats     bool
	Equipment bool
	Organizer bool // beside the title, where Privacy allows it
	Next      bool // the meetings that follow
	Timeline  bool // the day as a bar
}

// Policy is what the organisation decides about its signs. It is comparable.
type Policy struct {
	Language string // BCP 47, such as "en" or "de"; anything unknown reads as "en"
	Hours12  bool   // 2:30 PM in place of 14:30
	Privacy  Privacy
	// StaleAfter is how old the last reading of the calendar may be before the sign
	// says so; at least a minute.
	StaleAfter time.Duration

	Design   Design
	Template string // name of the template where Design is Custom
	Show     Fields

	WeekStart        time.Weekday
	WorkDays         Days
	WorkFrom, WorkTo Minutes // the working day, in the room's zone; WorkFrom < WorkTo
	Outside          Outside

	// Soon is how long before a meeting starts or ends the sign announces it; 0 = not
	// at all. It costs the panel two more refreshes a meeting.
	Soon time.Duration

	Code        Code
	CodeAddress string // where Code is AddressCode; "{room}" stands for the room's address
	Logo        bool   // show the organisation's logo
	Text        string // a free text, such as "Please leave the room tidy"; may be empty
}

// DefaultPolicy is the policy of a new installation.
func DefaultPolicy() Policy {
	return Policy{
		Language: "en", Privacy: Full, StaleAfter: 15 * time.Minute,
		Design: Status, Show: Fields{Place: true, Seats: true, Organizer: true, Next: true, Timeline: true},
		WeekStart: time.Monday, WorkDays: MondayToFriday, WorkFrom: 8 * 60, WorkTo: 18 * 60, Outside: AsUsual,
		Logo: true,
	}
}

// Override is what one room does otherwise than the organisation; a nil field follows
// it.
type Override struct {
	Language    *string        `json:",omitempty"`
	Hours12     *bool          `json:",omitempty"`
	Privacy     *Privacy       `json:",omitempty"`
	StaleAfter  *time.Duration `json:",omitempty"`
	Design      *Design        `json:",omitempty"`
	Template    *string        `json:",omitempty"`
	Show        *Fields        `json:",omitempty"`
	WeekStart   *time.Weekday  `json:",omitempty"`
	WorkDays    *Days          `json:",omitempty"`
	WorkFrom    *Minutes       `json:",omitempty"`
	WorkTo      *Minutes       `json:",omitempty"`
	Outside     *Outside       `json:",omitempty"`
	Soon        *time.Duration `json:",omitempty"`
	Code        *Code          `json:",omitempty"`
	CodeAddress *string        `json:",omitempty"`
	Logo        *bool          `json:",omitempty"`
	Text        *string        `json:",omitempty"`
}

// Empty reports whether the room follows the organisation in everything.
func (o Override) Empty() bool { return o == Override{} }

// Apply gives p with what the room does otherwise.
func (o Override) Apply(p Policy) Policy {
	set(&p.Language, o.Language)
	set(&p.Hours12, o.Hours12)
	set(&p.Privacy, o.Privacy)
	set(&p.StaleAfter, o.StaleAfter)
	set(&p.Design, o.Design)
	set(&p.Template, o.Template)
	set(&p.Show, o.Show)
	set(&p.WeekStart, o.WeekStart)
	set(&p.WorkDays, o.WorkDays)
	set(&p.WorkFrom, o.WorkFrom)
	set(&p.WorkTo, o.WorkTo)
	set(&p.Outside, o.Outside)
	set(&p.Soon, o.Soon)
	set(&p.Code, o.Code)
	set(&p.CodeAddress, o.CodeAddress)
	set(&p.Logo, o.Logo)
	set(&p.Text, o.Text)
	return p
}

func set[T any](field *T, value *T) {
	if value != nil {
		*field = *value
	}
}
