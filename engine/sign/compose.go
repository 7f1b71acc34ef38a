package sign

import (
	"cmp"
	"strconv"
	"time"

	"github.com/roomink/roomink/engine/calendar"
)

// Compose is [Catalogue.Compose] with the built-in languages.
func Compose(a calendar.Agenda, account Account, p Policy, now time.Time) (s Sign, next time.Time) {
	return builtIn().Compose(a, account, p, now)
}

// Compose says what the sign of agenda a shows at now, and when that will next
// change if the agenda and the account do not: the start or end of a meeting or the
// moment at which it is announced, the begin or end of working hours, midnight in the
// room's zone, or the moment at which the reading grows stale. A sign at rest does not
// change before its working hours begin.
// next is always after now, and the sign stays the same until then.
func (cat *Catalogue) Compose(a calendar.Agenda, account Account, p Policy, now time.Time) (s Sign, next time.Time) {
	c := composer{words: cat.wordsFor(p.Language), policy: p, agenda: a, now: now.In(a.Location), today: dayOf(now, a.Location)}
	c.status = a.At(now)
	c.events = c.on(c.today)
	c.open, c.shut = c.workingHours(c.today)
	c.hours = c.barHours()

	s = c.frame(clean(a.Room.DisplayName()))
	s.Date = c.words.longDate(c.now)
	reading := read(a.SyncedAt, p.StaleAfter)
	switch {
	case c.rests():
		c.resting(&s)
	case account == RoomRemoved: // whatever was booked there is over, so no meeting is named
		s.State, s.Headline, s.Detail, s.Notice = Unknown, c.words.removed, c.words.removedDetail, c.words.removedNotice
	case account == AccountSignedOut, account == AccountInTrouble && !reading.covers(now):
		c.unknown(&s, c.words.signedOut)
	case a.SyncedAt.IsZero(), !reading.covers(now):
		c.unknown(&s, c.words.stale)
	default:
		c.known(&s)
	}
	c.room(&s, account)
	if s.Design == Custom {
		s.Values = c.values(&s)
	}
	return s, soonest(now, c.today.to, c.status.Change, reading.From, reading.To, c.opens(), c.shuts(), c.announced())
}

// ComposeUnassigned is [Catalogue.Unassigned] with the built-in languages.
func ComposeUnassigned(device string, p Policy) Sign { return builtIn().Unassigned(device, p) }

// Unassigned is the sign of a display that belongs to no room; device is what people
// call it. Templates know no such state, so it has the usual design in place of one.
func (cat *Catalogue) Unassigned(device string, p Policy) Sign {
	c := composer{words: cat.wordsFor(p.Language), policy: p}
	s := c.frame(clean(device))
	if s.Design == Custom {
		s.Design, s.Template = Status, ""
	}
	s.State, s.Headline, s.Detail = Unassigned, c.words.noRoom, c.words.noRoomDetail
	return s
}

// WithLowBattery is the sign with the mark of a battery that is low. It knows the
// built-in languages; for others see [Catalogue.WithLowBattery].
func (s Sign) WithLowBattery() Sign { return builtIn().WithLowBattery(s) }

// WithLowBattery is s with the mark of a battery that is low, in the sign's language.
func (cat *Catalogue) WithLowBattery(s Sign) Sign {
	s.LowBattery = cat.wordsFor(s.Language).lowBattery
	return s
}

// read is the time for which a reading at syncedAt may be shown as the truth. It
// begins before the reading: after a clock was set back, an old reading must not
// look fresh for as long as the clock was wrong.
func read(syncedAt time.Time, staleAfter time.Duration) Span {
	if syncedAt.IsZero() {
		return Span{}
	}
	staleAfter = max(staleAfter, time.Minute)
	return Span{From: syncedAt.Add(-staleAfter), To: syncedAt.Add(staleAfter)}
}

func (s Span) covers(t time.Time) bool { return !t.Before(s.From) && t.Before(s.To) }

// soonest is the first of the instants that lies after now.
func soonest(now, sure time.Time, others ...time.Time) time.Time {
	for _, t := range others {
		if t.After(now) && t.Before(sure) {
			sure = t
		}
	}
	return sure
}

// composer holds what the parts of one sign have in common.
type composer struct {
	words      *words
	policy     Policy
	agenda     calendar.Agenda
	status     calendar.Status
	now        time.Time // in the room's zone
	today      day
	events     []*calendar.Event // the meetings that touch today
	open, shut time.Time         // today's working hours, whether today is a working day or not
	hours      Span              // of the bar
	otherDay   bool              // the next meetings are those of a later day
}

// frame is what all signs have, whatever they say.
func (c *composer) frame(name string) Sign {
	return Sign{
		Design:      cmp.Or(c.policy.Design, Status),
		Template:    c.policy.Template,
		Room:        name,
		Logo:        c.policy.Logo,
		Text:        clean(c.policy.Text),
		Language:    c.words.tag,
		RightToLeft: c.words.rightToLeft,
	}
}

// room fills in what is known of the room itself.
func (c *composer) room(s *Sign, account Account) {
	show, room := c.policy.Show, c.agenda.Room
	if show.Place {
		s.Place = c.place()
	}
	if show.Seats && room.Capacity > 0 {
		s.Seats = c.words.seats(room.Capacity)
	}
	if show.Equipment {
		s.Equipment = clean(room.Equipment)
	}
	if account != RoomRemoved {
		s.Code, s.CodeLabel = c.code()
	}
}

// known fills in a sign whose agenda can be trusted.
func (c *composer) known(s *Sign) {
	current := c.status.Current
	if c.status.Busy && current == nil {
		// In a pause too short to use, the sign already names the meeting that people
		// are arriving for; that also saves a refresh.
		current = c.status.Next
	}
	c.meetings(s, current)
	switch {
	case c.status.Busy:
		s.State, s.Headline = Busy, c.words.busy
		s.Detail, s.Soon = c.busyUntil()
	case c.closed(c.now):
		s.State, s.Headline = Closed, c.words.closed
		c.closedUntil(s)
	default:
		s.State, s.Headline = Free, c.words.free
		s.Detail, s.Soon = c.freeUntil()
	}
	if c.policy.Show.Timeline {
		c.bar(s)
	}
	s.Week = c.week()
}

// unknown fills in a sign that must not claim anything about the room: a stale
// "free" sends people into a meeting, a stale "in use" keeps them from a free room.
// What was known is still worth showing, but only under a heading that says so.
func (c *composer) unknown(s *Sign, headline string) {
	s.State, s.Headline = Unknown, headline
	signedOut := headline == c.words.signedOut
	if c.agenda.SyncedAt.IsZero() {
		s.Notice = c.words.notReadNotice
		if signedOut {
			s.Notice = c.words.signedOutNotice
		} else {
			s.Headline = c.words.notRead
		}
		return
	}
	s.Detail = c.words.mayBeTaken
	at := c.agenda.SyncedAt.In(c.agenda.Location)
	when := c.words.moment.with(c.words.dayAndMonth(at), c.clock(at))
	if s.Notice = c.words.updatedNotice.with(when); signedOut {
		s.Notice = c.words.signedOutSince.with(when)
	}
	if c.policy.Show.Next {
		for _, m := range c.events {
			if m.End.After(c.now) {
				s.Next = append(s.Next, c.line(m, c.today))
			}
		}
		s.NextHead, s.NextNone = c.words.lastKnown, c.words.nothingKnown
	}
	if c.policy.Show.Timeline {
		c.bar(s)
	}
}

// clock is the time of day of t in the room's zone.
func (c *composer) clock(t time.Time) string {
	return c.words.clock(t.In(c.agenda.Location), c.policy.Hours12)
}

// timed fills the time of day of t into a phrase.
func (c *composer) timed(p phrase, t time.Time) string {
	t = t.In(c.agenda.Location)
	hour := t.Hour()
	if c.policy.Hours12 {
		hour = hour12(hour)
	}
	return p.at(hour, c.words.clock(t, c.policy.Hours12))
}

// place says where the room is.
func (c *composer) place() string {
	building, floor := clean(c.agenda.Room.Building), clean(c.agenda.Room.Floor)
	if _, err := strconv.Atoi(floor); err == nil {
		floor = c.words.floor.with(floor)
	}
	if building != "" && floor != "" {
		return building + " · " + floor
	}
	return building + floor
}
