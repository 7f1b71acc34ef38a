package calendar

import "time"

// DayBounds gives the first instant of the calendar day that t falls on in loc,
// and the first instant of the day after it.
func DayBounds(t time.Time, loc *time.Location) (from, to time.Time) {
	y, m, d := t.In(loc).Date()
	from = startOfDay(y, m, d, loc)
	// Not d+1 of a day that a zone skipped (Samoa, 30 December 2011): whatever day
	// comes next must begin after t.
	for i := 1; !to.After(t); i++ {
		to = startOfDay(y, m, d+i, loc)
	}
	return from, to
}

// startOfDay is the first instant in loc whose date is y-m-d or, where a zone has
// skipped that day, a later one. It is not always midnight: clocks that go forward
// at 00:00 (Santiago, Cairo, Beirut) make the day begin at 01:00, and time.Date
// then answers with 23:00 of the day before.
func startOfDay(y int, m time.Month, d int, loc *time.Location) time.Time {
	t := time.Date(y, m, d, 0, 0, 0, 0, loc)
	want := time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	begin, end := t.ZoneBounds()
	if dateOf(t).Before(want) { // midnight falls into a gap
		return end
	}
	// Where midnight comes twice (Havana), the first one counts.
	if last := begin.Add(-1); !begin.IsZero() && !dateOf(last).Before(want) {
		_, now := t.Zone()
		_, before := last.Zone()
		return t.Add(time.Duration(now-before) * time.Second)
	}
	return t
}

// dateOf is the local date of t as midnight UTC, to compare dates with.
func dateOf(t time.Time) time.Time {
	y, m, d := t.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}
