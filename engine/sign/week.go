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
	covered := c.covered()
	begin, end := c.workingTimes()
	year, month, date := c.now.Date()
	first := date - int(c.now.Weekday()-c.policy.WeekStart+14)%7
	for i := range week {
		at := func(m Minutes) time.Time {
			return time.Date(year, month, first+i, 0, int(m), 0, 0, c.agenda.Location)
		}
		hours := Span{From: at(begin), To: at(end)} // an hour that a change of clocks skips is no matter here
		noon := at(12 * 60)
		week[i] = WeekDay{Name: c.words.shortWeekday(noon), Day: strconv.Itoa(noon.Day()), Today: first+i == date, Booked: -1}
		if covered.covers(hours.From) {
			week[i].Booked = c.booked(hours)
		}
	}
	return week
}

// booked is how many eighths of some hours are occupied.
func (c *composer) booked(hours Span) int {
	whole := hours.To.Sub(hours.From)
	if whole <= 0 { // all of them are skipped by a change of clocks
		return 0
	}
	var occupied time.Duration
	free := hours.From // the earliest instant that is not counted yet
	for i := range c.agenda.Meetings {
		m := &c.agenda.Meetings[i]
		if !m.Start.Before(hours.To) {
			break // they are sorted by their starts
		}
		if begin, end := later(m.Start, free), earlier(m.End, hours.To); end.After(begin) {
			occupied += end.Sub(begin)
			free = end
		}
	}
	return int((occupied*eighths + whole - 1) / whole)
}
