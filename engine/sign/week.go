package sign

import (
	"strconv"
	"time"
)

// eighths is how finely a week tells how much of a day is booked.
const eighths = 8

// week is the calendar week of today.
func (c *composer) week() []WeekDay {
	week := make([]WeekDay, 7)
	year, month, date := c.now.Date()
	date -= int(c.now.Weekday()-c.policy.WeekStart+14) % 7
	for i := range week {
		// Noon is on the day that is meant, however clocks change.
		noon := time.Date(year, month, date+i, 12, 0, 0, 0, c.agenda.Location)
		today := noon.YearDay() == c.now.YearDay()
		week[i] = WeekDay{
			Name: c.words.shortWeekday(noon), Day: strconv.Itoa(noon.Day()), Today: today,
			Booked: c.booked(dayOf(noon, c.agenda.Location)),
		}
	}
	return week
}

// booked is how many eighths of a day's working hours are occupied, -1 where that is
// unknown.
func (c *composer) booked(d day) int {
	from, to := c.workingHours(d)
	if !c.covered(from) || !from.Before(to) {
		return -1
	}
	var occupied time.Duration
	free := from // the earliest instant that is not counted yet
	for i := range c.agenda.Meetings {
		m := &c.agenda.Meetings[i]
		if !m.Start.Before(to) {
			break // they are sorted by their starts
		}
		if begin, end := later(m.Start, free), earlier(m.End, to); end.After(begin) {
			occupied += end.Sub(begin)
			free = end
		}
	}
	whole := to.Sub(from)
	return int((occupied*eighths + whole - 1) / whole)
}
