package sign

import (
	"strconv"
	"time"

	"github.com/roomink/roomink/engine/calendar"
)

// The hours that the day bar shows at least. Meetings outside stretch it.
const (
	barFrom = 8
	barTo   = 18
)

// bar fills in the day's occupied time and the hours that frame it.
func (c *composer) bar(s *Sign) {
	day := c.agenda.On(c.now)
	from, to := c.hours(day)
	for _, m := range day {
		span := Span{From: later(m.Start, from).UTC(), To: earlier(m.End, to).UTC()}
		if !span.To.After(span.From) {
			continue
		}
		if n := len(s.Day); n > 0 && span.From.Before(s.Day[n-1].To) {
			s.Day[n-1].To = later(s.Day[n-1].To, span.To)
			continue
		}
		s.Day = append(s.Day, span)
	}
	s.Hours = [2]time.Time{from.UTC(), to.UTC()}
	s.Ticks = c.ticks(from, to)
}

// hours is the stretch of the day that the bar shows: office hours, and the full
// hours around every meeting that begins or ends today outside them.
func (c *composer) hours(day []calendar.Event) (from, to time.Time) {
	y, m, d := c.now.Date()
	loc := c.agenda.Location
	from = later(time.Date(y, m, d, barFrom, 0, 0, 0, loc), c.dayStart)
	to = earlier(time.Date(y, m, d, barTo, 0, 0, 0, loc), c.dayEnd)
	for _, e := range day {
		if e.Start.Before(from) && e.Start.After(c.dayStart) {
			from = later(e.Start.Add(-intoHour(e.Start.In(loc))), c.dayStart)
		}
		if e.End.After(to) && e.End.Before(c.dayEnd) {
			to = e.End
			if into := intoHour(e.End.In(loc)); into > 0 {
				to = earlier(e.End.Add(time.Hour-into), c.dayEnd)
			}
		}
	}
	return from, to
}

// intoHour is how much of its hour a local time has used.
func intoHour(t time.Time) time.Duration {
	return time.Duration(t.Minute())*time.Minute + time.Duration(t.Second())*time.Second + time.Duration(t.Nanosecond())
}

// ticks are the full hours of the room's clock from…to, by walking real time: an
// hour that comes twice is labelled twice, one that is skipped not at all.
func (c *composer) ticks(from, to time.Time) []Tick {
	var ticks []Tick
	for at := from; !at.After(to); at = at.Add(30 * time.Minute) {
		t := at.In(c.agenda.Location)
		if t.Minute() != 0 {
			continue
		}
		hour := t.Hour()
		if at.Equal(c.dayEnd) {
			hour = 24
		}
		if c.hours12 {
			hour = (hour+11)%12 + 1
		}
		ticks = append(ticks, Tick{At: at.UTC(), Label: strconv.Itoa(hour)})
	}
	return ticks
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
