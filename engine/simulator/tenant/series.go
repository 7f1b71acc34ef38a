package tenant

import (
	"fmt"
	"slices"
	"time"

	"github.com/teambition/rrule-go"
)

// series is the recurrence of an item. Days are dates in the room's zone, as a
// series has at most one occurrence a day.
type series struct {
	rule    *rrule.RRule
	option  rrule.ROption
	loc     *time.Location
	skipped map[string]bool
	changed map[string]*changed
}

type changed struct {
	m        Meeting
	modified time.Time
}

// newSeries parses a meeting's RRULE. The rule runs on the room's wall clock:
// 9 o'clock stays 9 o'clock when the clocks change.
func newSeries(m Meeting, loc *time.Location, now time.Time) (*series, error) {
	opt, err := rrule.StrToROptionInLocation(m.RRule, loc)
	if err != nil {
		return nil, fmt.Errorf("recurrence %q: %w", m.RRule, err)
	}
	opt.Dtstart = m.Start.In(loc)
	rule, err := rrule.NewRRule(*opt)
	if err != nil {
		return nil, fmt.Errorf("recurrence %q: %w", m.RRule, err)
	}
	s := &series{rule: rule, option: *opt, loc: loc, skipped: map[string]bool{}, changed: map[string]*changed{}}
	for _, d := range m.Skip {
		s.skipped[d.In(loc).Format(time.DateOnly)] = true
	}
	for _, c := range m.Changed {
		day := c.Day.In(loc).Format(time.DateOnly)
		if !s.occursOn(day) {
			return nil, fmt.Errorf("recurrence %q has no occurrence on %s to change", m.RRule, day)
		}
		ex := s.at(m, s.startOn(day))
		ex.Start, ex.End = c.Start, c.End
		if c.Subject != "" {
			ex.Subject = c.Subject
		}
		s.changed[day] = &changed{ex, now}
	}
	return s, nil
}

// starts lists the rule's starts whose occurrence may touch the window, but for
// deleted ones.
func (s *series) starts(w window, length time.Duration) []time.Time {
	all := s.rule.Between(w.from.Add(-length-2*time.Hour).In(s.loc), w.to.In(s.loc), true)
	return slices.DeleteFunc(all, func(t time.Time) bool { return s.skipped[t.Format(time.DateOnly)] })
}

// touches reports whether the rule, deleted days included, reaches the window.
func (s *series) touches(w window) bool {
	return len(s.rule.Between(w.from.In(s.loc), w.to.In(s.loc), true)) > 0
}

// startOn is the rule's start on a day; the zero time where there is none.
func (s *series) startOn(day string) time.Time {
	d, err := time.ParseInLocation(time.DateOnly, day, s.loc)
	if err != nil {
		return time.Time{}
	}
	got := s.rule.Between(d, d.AddDate(0, 0, 1).Add(-time.Second), true)
	if len(got) == 0 {
		return time.Time{}
	}
	return got[0]
}

func (s *series) occursOn(day string) bool { return !s.skipped[day] && !s.startOn(day).IsZero() }

// at is the series' meeting on the occurrence that starts then.
func (s *series) at(m Meeting, start time.Time) Meeting {
	length := m.End.Sub(m.Start)
	days := int((length + 12*time.Hour) / (24 * time.Hour))
	m.Start, m.End, m.RRule = start, start.Add(length), ""
	if m.AllDay {
		m.End = start.AddDate(0, 0, days) // midnight to midnight over a clock change
	}
	return m
}

// change makes or alters an exception. As in Outlook, it may neither reach nor
// pass the occurrences before and after it.
func (s *series) change(it *item, day string, now time.Time, loc *time.Location, edit func(*Meeting)) error {
	start := s.startOn(day)
	m := s.at(it.m, start)
	if ch := s.changed[day]; ch != nil {
		m = ch.m
	}
	edit(&m)
	if err := m.check(loc); err != nil {
		return err
	}
	if before := s.rule.Before(start, false); !before.IsZero() && s.placed(it.m, before).End.After(m.Start) {
		return errCrossing
	}
	if after := s.rule.After(start, false); !after.IsZero() && s.placed(it.m, after).Start.Before(m.End) {
		return errCrossing
	}
	s.changed[day] = &changed{m, now}
	return nil
}

// placed is where the occurrence of that start stands now.
func (s *series) placed(m Meeting, start time.Time) Meeting {
	if ch := s.changed[start.Format(time.DateOnly)]; ch != nil {
		return ch.m
	}
	return s.at(m, start)
}
