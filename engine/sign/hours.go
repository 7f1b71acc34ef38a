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
	begin, end := c.policy.WorkFrom, c.policy.WorkTo
	if begin < 0 || end > endOfDay || begin >= end {
		begin, end = usualFrom, usualTo
	}
	year, month, date := d.from.In(c.agenda.Location).Date()
	at := func(m Minutes) time.Time {
		t := time.Date(year, month, date, 0, int(m), 0, 0, c.agenda.Location)
		return earlier(later(t, d.from), d.to)
	}
	return at(begin), at(end)
}

// worksOn reports whether d is a working day.
func (c *composer) worksOn(d day) bool {
	return c.policy.WorkDays.Has(d.from.In(c.agenda.Location).Weekday())
}

// closes reports whether the policy closes rooms at all. Without any working day they
// would never open again, which nobody wants to say.
func (c *composer) closes() bool {
	const week Days = 1<<7 - 1
	return c.policy.Outside == SayShut && c.policy.WorkDays&week != 0
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

// The days around its own that a reading covers in full, in UTC (syncer.DefaultWindow).
const (
	daysBack  = 1
	daysAhead = 8 // from the begin of its own
)

// covered reports whether what happens at t was read. What has passed is judged by the
// end of today, so that the answer does not turn to no in the middle of a day.
func (c *composer) covered(t time.Time) bool {
	first := midnightUTC(c.today.to.Add(-1)).AddDate(0, 0, -daysBack)
	return !t.Before(first) && t.Before(midnightUTC(c.agenda.SyncedAt).AddDate(0, 0, daysAhead))
}

func midnightUTC(t time.Time) time.Time {
	year, month, day := t.UTC().Date()
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
}
