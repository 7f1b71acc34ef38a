package sign

import "time"

// freeUntil says how long the room stays free, and whether a meeting starts soon.
func (c *composer) freeUntil() (detail string, soon bool) {
	next := c.status.Next
	switch {
	case next != nil && c.soon(next.Start):
		return c.words.onlyUntil.with(c.clock(next.Start)), true
	case next != nil && next.Start.Before(c.today.to):
		return c.words.until.with(c.clock(next.Start)), false
	case len(c.events) == 0:
		return c.words.allDay, false
	}
	return c.words.restOfDay, false
}

// soon reports whether the policy wants what happens at t to be announced already.
func (c *composer) soon(t time.Time) bool {
	return c.policy.Soon > 0 && !c.now.Before(t.Add(-c.policy.Soon))
}

// announced is when the sign begins to say what happens next; zero if it doesn't.
func (c *composer) announced() time.Time {
	switch {
	case c.policy.Soon <= 0:
	case c.status.Busy:
		return c.status.FreeAt.Add(-c.policy.Soon)
	case c.status.Next != nil:
		return c.status.Next.Start.Add(-c.policy.Soon)
	}
	return time.Time{}
}

// busyUntil says when the room becomes free, and whether that is soon.
func (c *composer) busyUntil() (detail string, soon bool) {
	end := c.status.FreeAt.In(c.agenda.Location)
	switch {
	case c.soon(end) && !c.closed(end):
		return c.words.freeSoon.with(c.clock(end)), true
	case end.Before(c.today.to):
		return c.words.until.with(c.clock(end)), false
	case end.Equal(c.today.to) && c.busyAllDay():
		return c.words.allDay, false
	case end.Equal(c.today.to):
		return c.words.restOfDay, false
	}
	return c.laterThanToday(end), false
}

// busyAllDay reports whether a single meeting fills the whole day.
func (c *composer) busyAllDay() bool {
	cur := c.status.Current
	return cur != nil && !cur.Start.After(c.today.from) && !cur.End.Before(c.today.to)
}

// laterThanToday says "until" a time of a later day.
func (c *composer) laterThanToday(end time.Time) string {
	// A block that ends with a day is named by that day, not by the midnight after.
	wholeDay := end.Equal(dayOf(end, c.agenda.Location).from)
	if wholeDay {
		end = end.Add(-1)
	}
	tomorrow := dayOf(c.today.to, c.agenda.Location)
	switch {
	case wholeDay && end.Before(tomorrow.to):
		return c.words.throughTomorrow
	case wholeDay:
		return c.words.through.with(c.dayName(end))
	case end.Before(tomorrow.to):
		return c.words.untilTomorrow.with(c.clock(end))
	}
	return c.words.untilDay.with(c.dayName(end), c.clock(end))
}

// dayName names the day of a later instant: by weekday while that is unmistakable.
func (c *composer) dayName(t time.Time) string {
	if t.Before(c.today.from.AddDate(0, 0, 7)) {
		return c.words.weekday(t)
	}
	return c.words.dayAndMonth(t)
}

// closedUntil says when the room opens and, if today holds no more meetings, what is
// booked on the day when it does.
func (c *composer) closedUntil(s *Sign) {
	open, ok := c.opening()
	if !ok {
		return
	}
	tomorrow := dayOf(c.today.to, c.agenda.Location)
	heading := ""
	switch {
	case open.Before(c.today.to):
		s.Detail = c.words.until.with(c.clock(open))
		return
	case open.Before(tomorrow.to):
		s.Detail, heading = c.words.untilTomorrow.with(c.clock(open)), c.words.tomorrow
	default:
		s.Detail, heading = c.words.untilDay.with(c.dayName(open), c.clock(open)), capital(c.dayName(open))
	}
	if len(s.Next) > 0 || !c.policy.Show.Next || !c.covered(open) {
		return
	}
	c.otherDay = true
	that := dayOf(open, c.agenda.Location)
	for _, m := range c.on(that) {
		s.Next = append(s.Next, c.line(m, that))
	}
	s.NextHead, s.NextNone = heading, c.words.nothingThatDay
}
