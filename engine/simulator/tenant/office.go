package tenant

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
)

// Office is what a tenant starts with.
type Office struct {
	Company string
	Domain  string // also accepted as the tenant's name in URLs
	Admin   Person // the administrator; signs in, and has a mailbox
	// People are ordinary users: they too sign in and have mailboxes.
	People    []Person
	Buildings []Building
	Rooms     []Room
	// Meetings by the address of their mailbox, which is a room's or a person's.
	Meetings map[string][]Meeting
	// Shares are calendars in the lists of accounts. Those of mailboxes that the
	// office doesn't have are left out, so that a test may edit a DefaultOffice.
	Shares []Share
}

// Person is a name with an SMTP address.
type Person struct{ Name, Address string }

// Building is a room list in Graph's words.
type Building struct {
	Name, Address                          string // Address is the list's SMTP address
	Street, City, State, Country, Postcode string
	Latitude, Longitude                    float64
	Zone                                   string // IANA
	Phone                                  string
}

// Room is a room mailbox and its place.
type Room struct {
	ID       string // made from Address when empty
	Address  string // SMTP
	Name     string
	Building string // name of its Building
	Floor    int
	Capacity int
	Zone     string // IANA; its building's when empty
	// CustomZone gives the room's working hours a zone without a useful name, as
	// mailboxes have whose zone was set by an old client.
	CustomZone bool
	// Audio, Video and Display are models of devices; may be empty.
	Audio, Video, Display string
	Accessible            bool // by wheelchair
	Tags                  []string
	Processing            Processing
}

// maxSubject is how many characters Outlook takes.
const maxSubject = 255

// Meeting is an event of a room's calendar.
type Meeting struct {
	Subject   string
	Organizer Person // the mailbox itself when zero
	Start     time.Time
	End       time.Time // exclusive
	// AllDay wants Start and End at midnights of the room's zone.
	AllDay      bool
	Sensitivity string // normal (also when empty), personal, private or confidential
	ShowAs      string // free, tentative, busy (also when empty), oof or workingElsewhere
	Body        string // plain text
	Attendees   []Person
	Online      bool // has a Teams link
	Cancelled   bool
	// Response is the room's own answer: accepted (also when empty; for what is
	// shown as tentative it is tentativelyAccepted), notResponded or declined.
	Response string

	// RRule is an RFC 5545 recurrence such as "FREQ=WEEKLY;BYDAY=MO" on the
	// room's wall clock, beginning at Start. Skip (any instant on the day) and
	// Changed are its exceptions.
	RRule   string
	Skip    []time.Time
	Changed []Change
}

// Change moves one occurrence of a series.
type Change struct {
	Day        time.Time // any instant on the occurrence's original day
	Start, End time.Time
	Subject    string // the series' when empty
}

func (m Meeting) check(loc *time.Location) error {
	switch {
	case m.Start.IsZero() || m.End.IsZero():
		return errors.New("a meeting needs a start and an end")
	case m.Start.Year() < 1980 || m.End.Year() > 2200:
		// Nothing real is out there, and a daily series would expand from it for ever.
		return errors.New("a meeting lies between the years 1980 and 2200")
	case m.End.Before(m.Start):
		return errors.New("a meeting can't end before it starts")
	case m.AllDay && !(isMidnight(m.Start, loc) && isMidnight(m.End, loc) && m.End.After(m.Start)):
		return errors.New("an all-day meeting runs from midnight to midnight, one day at least")
	case utf8.RuneCountInString(m.Subject) > maxSubject:
		return fmt.Errorf("a subject has at most %d characters", maxSubject)
	}
	return nil
}

func isMidnight(t time.Time, loc *time.Location) bool {
	h, m, s := t.In(loc).Clock()
	return h == 0 && m == 0 && s == 0
}

// fill makes the mailboxes of an office.
func (t *Tenant) fill(o *Office) error {
	now := t.now()
	adminZone := time.UTC
	if len(o.Buildings) > 0 {
		loc, err := loadZone(o.Buildings[0].Zone)
		if err != nil {
			return fmt.Errorf("building %s: %w", o.Buildings[0].Name, err)
		}
		adminZone = loc
	}
	zone, _ := windowsName(adminZone.String())
	for _, a := range t.accounts() {
		if a.Role == Outsider {
			continue
		}
		b := newMailbox(a.ID, a.Name, a.Username, nil, adminZone, zone)
		b.rights = AvailabilityOnly
		if err := t.register(b); err != nil {
			return err
		}
	}
	for i := range o.Rooms {
		if err := t.addRoom(o.Rooms[i]); err != nil {
			return err
		}
	}
	for _, s := range o.Shares {
		if t.boxes[strings.ToLower(s.Mailbox)] == nil {
			continue
		}
		if _, err := t.share(s); err != nil {
			return fmt.Errorf("share the calendar of %s: %w", s.Mailbox, err)
		}
	}
	for address, meetings := range o.Meetings {
		b := t.boxes[strings.ToLower(address)]
		if b == nil {
			return fmt.Errorf("meetings for %s: no such mailbox", address)
		}
		for _, m := range meetings {
			// An item is older than its meeting; its creation is not news.
			if _, err := b.add(m, minTime(now, m.Start).Add(-26*time.Hour).Truncate(time.Minute)); err != nil {
				return fmt.Errorf("meeting %q in %s: %w", m.Subject, address, err)
			}
		}
	}
	return nil
}

func minTime(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

func (t *Tenant) register(b *mailbox) error {
	for _, key := range []string{strings.ToLower(b.address), b.id} {
		if t.boxes[key] != nil {
			return fmt.Errorf("two mailboxes named %s", key)
		}
		t.boxes[key] = b
	}
	return nil
}

func roomMailbox(o *Office, r Room) (*mailbox, error) {
	if r.Zone == "" {
		i := slices.IndexFunc(o.Buildings, func(b Building) bool { return b.Name == r.Building })
		if i < 0 {
			return nil, fmt.Errorf("no building named %q to take the time zone from", r.Building)
		}
		r.Zone = o.Buildings[i].Zone
	}
	loc, err := loadZone(r.Zone)
	if err != nil {
		return nil, err
	}
	zone, ok := windowsName(r.Zone)
	if !ok {
		return nil, fmt.Errorf("no Windows name known for time zone %s", r.Zone)
	}
	if r.ID == "" {
		r.ID = stableGUID("room " + r.Address)
	}
	b := newMailbox(r.ID, r.Name, r.Address, &r, loc, zone)
	b.rights = Editor
	return b, nil
}

// stableGUID is the same for the same name in every run.
func stableGUID(name string) string {
	sum := sha256.Sum256([]byte(name))
	id, _ := uuid.FromBytes(sum[:16])
	id[6], id[8] = id[6]&0x0f|0x40, id[8]&0x3f|0x80 // version 4, variant 1
	return id.String()
}
