package sign

import (
	"strings"
	"time"

	"github.com/roomink/roomink/engine/calendar"
)

// day is a calendar day in the room's zone: its first instant and that of the day
// after it.
type day struct{ from, to time.Time }

func dayOf(t time.Time, loc *time.Location) day {
	from, to := calendar.DayBounds(t, loc)
	return day{from, to}
}

// on gives the meetings that touch a day, soonest first.
func (c *composer) on(d day) []*calendar.Event {
	events := make([]*calendar.Event, 0, 8) // more is a busy day
	for i := range c.agenda.Meetings {
		if m := &c.agenda.Meetings[i]; m.Start.Before(d.to) && m.End.After(d.from) {
			events = append(events, m)
		}
	}
	return events
}

// meetings fills in the lists of today's meetings; current is the one to name as going
// on, nil if none.
func (c *composer) meetings(s *Sign, current *calendar.Event) {
	if n := len(c.events); n > 0 {
		s.Meetings = make([]Meeting, 0, n)
	}
	for i, m := range c.events {
		meeting := Meeting{Line: c.line(m, c.today), Span: c.hours.clip(m), Phase: Past}
		switch {
		case m == current:
			s.Current = &Line{Time: meeting.Time, Title: meeting.Title, Who: meeting.Who}
			meeting.Phase = Now
		case m.Start.After(c.now):
			if !c.policy.Show.Next {
				continue
			}
			if s.Next == nil { // what is left, by their starts
				s.Next = make([]Line, 0, len(c.events)-i)
			}
			s.Next = append(s.Next, meeting.Line)
			meeting.Phase = Ahead
		case m.End.After(c.now):
			meeting.Phase = Now
		}
		s.Meetings = append(s.Meetings, meeting)
	}
	if current != nil && s.Current == nil { // begins with tomorrow, after a pause of seconds
		line := c.line(current, c.today)
		s.Current = &line
	}
	if c.policy.Show.Next {
		s.NextHead, s.NextNone = c.words.next, c.words.nothingMore
		if len(c.events) == 0 {
			s.NextNone = c.words.nothingToday
		}
	}
}

// clip is the part of a meeting that lies within s, in UTC; of one outside, the
// nearest instant.
func (s Span) clip(m *calendar.Event) Span {
	inside := func(t time.Time) time.Time { return earlier(later(t, s.From), s.To).UTC() }
	return Span{From: inside(m.Start), To: inside(m.End)}
}

// line makes a meeting ready to draw on day d, as much of it as privacy allows.
func (c *composer) line(m *calendar.Event, d day) Line {
	l := Line{Time: c.span(m, d)}
	privacy := c.policy.Privacy
	if m.Private && privacy != Masked {
		l.Title = c.words.private
	} else if !m.Private { // else "Booked": not even that it is private
		subject, organizer := clean(m.Subject), clean(m.Organizer)
		switch {
		case privacy == Full && subject != "" && !strings.EqualFold(subject, organizer):
			l.Title = subject
			if c.policy.Show.Organizer {
				l.Who = organizer
			}
		case privacy == Full, privacy == Organizer:
			// Exchange's default for rooms puts the organiser in place of the subject.
			l.Title = organizer
		}
	}
	if l.Title == "" {
		l.Title = c.words.booked
	}
	return l
}

// span says when a meeting takes place, as seen from day d.
func (c *composer) span(m *calendar.Event, d day) string {
	start, end := m.Start.In(c.agenda.Location), m.End.In(c.agenda.Location)
	switch {
	case !start.After(d.from) && !end.Before(d.to):
		return capital(c.words.allDay)
	case start.Before(d.from):
		return c.timed(c.words.until, end)
	case end.After(d.to):
		return c.timed(c.words.from, start)
	case end.Equal(d.to):
		return c.words.span.with(c.clock(start), c.words.midnight(c.policy.Hours12))
	case c.policy.Hours12 && c.words.half(start) == c.words.half(end):
		return c.words.span12.with(c.words.bare(start), c.words.bare(end), c.words.half(end))
	}
	return c.words.span.with(c.clock(start), c.clock(end))
}
