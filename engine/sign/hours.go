package sign

import "time"

// Working hours where a policy has none that make sense.
const (
	usualFrom Minutes = 8 * 60
	usualTo   Minutes = 18 * 60
)

// endOfDay is the last time of day.
const endOfDay Minutes = 24 * 60

// workingHours is when day d's working hours begin and end, whether it is a working
// day or not. They follow the room's clock, so that they have an hour more or less
// where clocks change between them; a time that a change skips or repeats is one of
// the instants beside it, always the same.
func (c *composer) workingHours(d day) (from, to time.Time) {
	begin, end := c.workingTimes()
	year, month, date := d.from.In(c.agenda.Location).Date()
	at := func(m Minutes) time.Time {
		switch m { // which need not be at midnight
		case 0:
			return d.from
		case endOfDay:
			return d.to
		}
		t := time.Date(year, month, date, 0, int(m), 0, 0, c.agenda.Location)
		return earlier(later(t, d.from), d.to)
	}
	return at(begin), at(end)
}

// workingTimes are the policy's, or the usual ones where it has none.
func (c *composer) workingTimes() (from, to Minutes) {
	from, to = c.policy.WorkFrom, c.policy.WorkTo
	if from < 0 || to > endOfDay || from >= to {
		return usualFrom, usualTo
	}
	return from, to
}

// worksOn reports whether d is a working day.
func (c *composer) worksOn(d day) bool {
	return c.policy.WorkDays.Has(d.from.In(c.agenda.Location).Weekday())
}

// closes reports whether the policy closes rooms at all. Without any working day they
// would never open again, which nobody wants to say.
func (c *composer) closes() bool {
	const week Days = 1<<7 - 1
	return (c.policy.Outside == SayShut || c.policy.Outside == Rest) && c.policy.WorkDays&week != 0
}

// closed reports whether t is outside working hours, under a policy that cares.
func (c *composer) closed(t time.Time) bool {
	if !c.closes() {
		return false
	}
	d := dayOf(t, c.agenda.Location)
	from, to := c.workingHours(d)
	return !c.worksOn(d) || t.Before(from) || !t.Before(to)
}

// rests reports whether the sign is not refreshed now.
func (c *composer) rests() bool { return c.policy.Outside == Rest && c.closed(c.now) }

// resting fills in a sign that must hold until the next working hours: it claims nothing
// that may change meanwhile, not even which day it is.
func (c *composer) resting(s *Sign) {
	s.State, s.Headline, s.Date = Closed, c.words.resting, ""
	if c.policy.Show.Next {
		s.NextNone = c.words.restingNone
	}
	if s.Design == Custom { // templates know no such state
		s.Design, s.Template = Status, ""
	}
	if open, ok := c.opening(); ok {
		s.Detail = c.words.untilDay.with(c.words.weekday(open), c.clock(open))
	}
}

// opens and shuts are today's changes between closed and not; zero if there are none.
func (c *composer) opens() time.Time { return c.turn(c.open) }
func (c *composer) shuts() time.Time { return c.turn(c.shut) }

func (c *composer) turn(t time.Time) time.Time {
	if c.closes() && c.worksOn(c.today) {
		return t
	}
	return time.Time{}
}

// opening is the next instant at which working hours begin, of today and the seven
// days after it.
func (c *composer) opening() (at time.Time, ok bool) {
	d := c.today
	for range 8 {
		from, to := c.workingHours(d)
		if c.worksOn(d) && from.After(c.now) && from.Before(to) {
			return from.In(c.agenda.Location), true
		}
		d = dayOf(d.to, c.agenda.Location)
	}
	return time.Time{}, false
}

// What a reading covers: from yesterday to a week ahead, in days that turn at night
// (Engine.window, and the lag that syncer adds).
const (
	daysBack  = 1
	daysAhead = 8 // from the day of the reading on
	dayTurns  = 5 * time.Hour
)

// covered is the time that was read in full, in days of the room; where the office is in
// another zone than the room, it is some hours off.
func (c *composer) covered() Span {
	loc := c.agenda.Location
	midnight := func(t time.Time, days int) time.Time {
		year, month, date := t.In(loc).Date()
		return time.Date(year, month, date+days, 0, 0, 0, 0, loc)
	}
	return Span{From: midnight(c.now, -daysBack), To: midnight(c.agenda.SyncedAt.Add(-dayTurns), daysAhead)}
}
