package sign

import "time"

// freeUntil says how long the room stays free, and whether a meeting starts soon.
func (c *composer) freeUntil() (detail string, soon bool) {
	next := c.status.Next
	until := time.Time{}
	if next != nil {
		if until = next.Start; c.closes() { // before that, the room may close
			until = earlier(until, c.shut)
		}
	}
	switch {
	case next != nil && c.soon(next.Start):
		return c.timed(c.words.onlyUntil, until), true
	case next != nil && next.Start.Before(c.today.to):
		return c.timed(c.words.until, until), false
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
		return c.timed(c.words.freeSoon, end), true
	case end.Before(c.today.to):
		return c.timed(c.words.until, end), false
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
		return c.through(end)
	case end.Before(tomorrow.to):
		return c.words.untilTomorrow.with(c.clock(end))
	}
	return c.untilLater(end)
}

// withinWeek reports whether the weekday alone says which later day is meant.
func (c *composer) withinWeek(t time.Time) bool { return t.Before(c.today.from.AddDate(0, 0, 7)) }

// through says "to the end of" a day after tomorrow.
func (c *composer) through(t time.Time) string {
	if c.withinWeek(t) {
		return c.words.throughDay.with(c.words.weekday(t))
	}
	return c.words.throughDate.with(c.words.dayAndMonth(t))
}

// untilLater says "until" a time of a day after tomorrow.
func (c *composer) untilLater(t time.Time) string {
	if c.withinWeek(t) {
		return c.words.untilDay.with(c.words.weekday(t), c.clock(t))
	}
	return c.words.untilDate.with(c.words.dayAndMonth(t), c.clock(t))
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
		s.Detail = c.timed(c.words.until, open)
		return
	case open.Before(tomorrow.to):
		s.Detail, heading = c.words.untilTomorrow.with(c.clock(open)), c.words.tomorrow
	case c.withinWeek(open):
		s.Detail, heading = c.untilLater(open), capital(c.words.weekday(open))
	default:
		s.Detail, heading = c.untilLater(open), c.words.longDate(open)
	}
	if len(s.Next) > 0 || !c.policy.Show.Next || !c.covered().covers(open) {
		return
	}
	c.otherDay = true
	that := dayOf(open, c.agenda.Location)
	for _, m := range c.on(that) {
		s.Next = append(s.Next, c.line(m, that))
	}
	s.NextHead, s.NextNone = heading, c.words.nothingThatDay
}
