package sign

import (
	"strconv"
	"time"
)

// bar fills in the day's occupied time and the hours that frame it.
func (c *composer) bar(s *Sign) {
	if n := len(c.events); n > 0 {
		s.Day = make([]Span, 0, n)
	}
	for _, m := range c.events {
		span := c.hours.clip(m)
		if !span.To.After(span.From) {
			continue
		}
		if n := len(s.Day); n > 0 && span.From.Before(s.Day[n-1].To) {
			s.Day[n-1].To = later(s.Day[n-1].To, span.To)
			continue
		}
		s.Day = append(s.Day, span)
	}
	s.Hours = [2]time.Time{c.hours.From.UTC(), c.hours.To.UTC()}
	s.Ticks = c.ticks()
}

// barHours is the stretch of the day that the bar shows: the working hours, and what
// meetings take of the day outside them where they begin or end today; all in full
// hours.
func (c *composer) barHours() Span {
	from, to := c.open, c.shut
	for _, m := range c.events {
		switch {
		case m.Start.After(c.today.from):
			from = earlier(from, m.Start)
		case !m.End.After(from): // the rest of the night's
			from = m.End.Add(-1)
		}
		switch {
		case m.End.Before(c.today.to):
			to = later(to, m.End)
		case !m.Start.Before(to): // the first of the night's
			to = m.Start.Add(1)
		}
	}
	from = from.In(c.agenda.Location)
	to = to.In(c.agenda.Location)
	from = later(from.Add(-intoHour(from)), c.today.from)
	if into := intoHour(to); into > 0 {
		to = to.Add(time.Hour - into)
	}
	return Span{From: from, To: earlier(to, c.today.to)}
}

// intoHour is how much of its hour a local time has used.
func intoHour(t time.Time) time.Duration {
	return time.Duration(t.Minute())*time.Minute + time.Duration(t.Second())*time.Second + time.Duration(t.Nanosecond())
}

// ticks are the full hours of the room's clock on the bar, by walking real time: an
// hour that comes twice is labelled twice, one that is skipped not at all.
func (c *composer) ticks() []Tick {
	ticks := make([]Tick, 0, int(c.hours.To.Sub(c.hours.From)/time.Hour)+1)
	// From a half hour: where the day begins with one (Lord Howe), so do the steps.
	first := c.hours.From.In(c.agenda.Location)
	first = first.Add(-intoHour(first) % (30 * time.Minute))
	for at := first; !at.After(c.hours.To); at = at.Add(30 * time.Minute) {
		t := at.In(c.agenda.Location)
		if t.Minute() != 0 || at.Before(c.hours.From) {
			continue
		}
		hour := t.Hour()
		if at.Equal(c.today.to) {
			hour = 24
		}
		if c.policy.Hours12 {
			hour = hour12(hour)
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
