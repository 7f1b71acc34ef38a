package sign

import (
	"strconv"
	"strings"
	"time"

	"github.com/roomink/roomink/engine/calendar"
)

// Compose says what the sign of agenda a shows at now, and when that will next
// change if the agenda and the account do not: the start or end of a meeting,
// midnight in the room's zone, or the moment at which the reading grows stale.
// next is always after now, and the sign stays the same until then.
func Compose(a calendar.Agenda, account Account, p Policy, now time.Time) (s Sign, next time.Time) {
	c := composer{words: wordsFor(p.Language), hours12: p.Hours12, privacy: p.Privacy, agenda: a, now: now.In(a.Location)}
	c.dayStart, c.dayEnd = calendar.DayBounds(now, a.Location)
	c.status = a.At(now)

	s = Sign{
		Room:     clean(a.Room.DisplayName()),
		Place:    c.place(),
		Date:     c.words.date(c.now),
		Language: c.words.tag,
	}
	reading := read(a.SyncedAt, p.StaleAfter)
	switch {
	case account == RoomRemoved: // whatever was booked there is over, so no meeting is named
		s.State, s.Headline, s.Detail, s.Notice = Unknown, c.words.removed, c.words.removedDetail, c.words.removedNotice
	case account == AccountSignedOut:
		c.unknown(&s, c.words.signedOut)
	case a.SyncedAt.IsZero(), !reading.covers(now):
		c.unknown(&s, c.words.stale)
	default:
		c.known(&s)
	}
	return s, soonest(now, c.dayEnd, c.status.Change, reading.From, reading.To)
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
	words            words
	hours12          bool
	privacy          Privacy
	agenda           calendar.Agenda
	status           calendar.Status
	now              time.Time // in the room's zone
	dayStart, dayEnd time.Time
}

// known fills in a sign whose agenda can be trusted.
func (c *composer) known(s *Sign) {
	current := c.status.Current
	if c.status.Busy && current == nil {
		// In a pause too short to use, the sign already names the meeting that people
		// are arriving for; that also saves a refresh.
		current = c.status.Next
	}
	if c.status.Busy {
		s.State, s.Headline, s.Detail = Busy, c.words.busy, c.busyUntil()
	} else {
		s.State, s.Headline, s.Detail = Free, c.words.free, c.freeUntil()
	}
	if current != nil {
		line := c.line(*current)
		s.Current = &line
	}
	for i := range c.agenda.Meetings {
		m := &c.agenda.Meetings[i]
		if m != current && m.Start.After(c.now) && m.Start.Before(c.dayEnd) {
			s.Next = append(s.Next, c.line(*m))
		}
	}
	s.NextHead, s.NextNone = c.words.next, c.words.nothingMore
	if len(c.agenda.On(c.now)) == 0 {
		s.NextNone = c.words.nothingToday
	}
	c.bar(s)
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
	when := c.words.shortDate(at) + ", " + c.clock(at)
	if s.Notice = c.words.updatedNotice(when); signedOut {
		s.Notice = c.words.signedOutSince(when)
	}
	for _, m := range c.agenda.Meetings {
		if m.End.After(c.now) && m.Start.Before(c.dayEnd) {
			s.Next = append(s.Next, c.line(m))
		}
	}
	s.NextHead, s.NextNone = c.words.lastKnown, c.words.nothingKnown
	c.bar(s)
}

// freeUntil says how long the room stays free.
func (c *composer) freeUntil() string {
	switch next := c.status.Next; {
	case next != nil && next.Start.Before(c.dayEnd):
		return c.words.until(c.clock(next.Start))
	case len(c.agenda.On(c.now)) == 0:
		return c.words.allDay
	default:
		return c.words.restOfDay
	}
}

// busyUntil says when the room becomes free.
func (c *composer) busyUntil() string {
	end := c.status.FreeAt.In(c.agenda.Location)
	if end.Before(c.dayEnd) {
		return c.words.until(c.clock(end))
	}
	if end.Equal(c.dayEnd) {
		if c.busyAllDay() {
			return c.words.allDay
		}
		return c.words.restOfDay
	}
	// A block that ends with a day is named by that day, not by the midnight after.
	start, _ := calendar.DayBounds(end, c.agenda.Location)
	wholeDay := end.Equal(start)
	if wholeDay {
		end = end.Add(-1)
	}
	_, tomorrowEnd := calendar.DayBounds(c.dayEnd, c.agenda.Location)
	switch day := c.day(end); {
	case wholeDay && end.Before(tomorrowEnd):
		return c.words.throughTomorrow
	case wholeDay:
		return c.words.through(day)
	case end.Before(tomorrowEnd):
		return c.words.untilTomorrow(c.clock(end))
	default:
		return c.words.untilDay(day, c.clock(end))
	}
}

// busyAllDay reports whether a single meeting fills the whole day.
func (c *composer) busyAllDay() bool {
	cur := c.status.Current
	return cur != nil && !cur.Start.After(c.dayStart) && !cur.End.Before(c.dayEnd)
}

// day names the day of a later instant: by weekday while that is unmistakable.
func (c *composer) day(t time.Time) string {
	if t.Before(c.dayStart.AddDate(0, 0, 7)) {
		return c.words.weekday(t.Weekday())
	}
	return c.words.shortDate(t)
}

// line makes a meeting ready to draw, as much of it as privacy allows.
func (c *composer) line(m calendar.Event) Line {
	l := Line{Time: c.span(m)}
	subject, organizer := clean(m.Subject), clean(m.Organizer)
	switch {
	case m.Private && c.privacy != Masked:
		l.Title = c.words.private
	case m.Private:
		// "Booked" below: not even that it is private.
	case c.privacy == Full && subject != "" && !strings.EqualFold(subject, organizer):
		l.Title, l.Who = subject, organizer
	case c.privacy == Full, c.privacy == Organizer:
		// Exchange's default for rooms puts the organiser in place of the subject.
		l.Title = organizer
	}
	if l.Title == "" {
		l.Title = c.words.booked
	}
	return l
}

// span says when a meeting takes place, as seen from today.
func (c *composer) span(m calendar.Event) string {
	start, end := m.Start.In(c.agenda.Location), m.End.In(c.agenda.Location)
	before, after := start.Before(c.dayStart), end.After(c.dayEnd)
	switch {
	case !start.After(c.dayStart) && !end.Before(c.dayEnd):
		return capital(c.words.allDay)
	case before:
		return c.words.until(c.clock(end))
	case after:
		return c.words.from(c.clock(start))
	}
	from, to := c.clock(start), c.clock(end)
	if end.Equal(c.dayEnd) && !c.hours12 {
		to = "24:00"
	}
	if c.hours12 && c.half(start) == c.half(end) && end.Before(c.dayEnd) {
		from = strings.TrimSuffix(from, " "+c.half(start))
	}
	return from + " – " + to
}

// clock is the time of day of t in the room's zone.
func (c *composer) clock(t time.Time) string {
	t = t.In(c.agenda.Location)
	if c.hours12 {
		return t.Format("3:04 ") + c.half(t)
	}
	return t.Format("15:04")
}

// half is the half of the day on the 12-hour clock.
func (c *composer) half(t time.Time) string {
	if t.Hour() < 12 {
		return c.words.morning
	}
	return c.words.afternoon
}

// place says where the room is.
func (c *composer) place() string {
	building, floor := clean(c.agenda.Room.Building), clean(c.agenda.Room.Floor)
	if _, err := strconv.Atoi(floor); err == nil {
		floor = c.words.floor(floor)
	}
	if building != "" && floor != "" {
		return building + " · " + floor
	}
	return building + floor
}
