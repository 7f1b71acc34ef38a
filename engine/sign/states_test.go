package sign_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/sign"
)

func TestSoon(t *testing.T) {
	o := newOffice(t)
	at, meet := o.at, o.meeting
	events := []calendar.Event{
		meet(at(9, 0), at(10, 0)), meet(at(10, 0), at(11, 0)), // back to back
		meet(at(11, 5), at(12, 0)), // a pause shorter than Soon
		meet(at(17, 0), at(18, 0)), // ends when working hours do
		meet(at(24, 5), at(25, 0)), // tomorrow
	}
	for _, c := range []struct {
		now     time.Time
		state   sign.State
		soon    bool
		detail  string
		next    time.Time
		outside sign.Outside
	}{
		{at(8, 0), sign.Free, false, "until 09:00", at(8, 50), sign.AsUsual},
		{at(8, 50), sign.Free, true, "only until 09:00", at(9, 0), sign.AsUsual},
		{at(9, 55), sign.Busy, false, "until 11:00", at(10, 0), sign.AsUsual},
		{at(10, 0), sign.Busy, false, "until 11:00", at(10, 50), sign.AsUsual},
		{at(10, 50), sign.Busy, true, "free soon, at 11:00", at(11, 0), sign.AsUsual},
		{at(11, 0), sign.Free, true, "only until 11:05", at(11, 5), sign.AsUsual},
		{at(17, 55), sign.Busy, true, "free soon, at 18:00", at(18, 0), sign.AsUsual},
		{at(17, 55), sign.Busy, false, "until 18:00", at(18, 0), sign.SayShut},
		{at(18, 0), sign.Free, false, "for the rest of the day", at(23, 55), sign.AsUsual},
		{at(16, 55), sign.Free, true, "only until 17:00", at(17, 0), sign.SayShut},
		{at(23, 55), sign.Free, true, "only until 00:05", at(24, 0), sign.AsUsual},
	} {
		t.Run(c.now.Format("15:04 ")+string(c.outside), func(t *testing.T) {
			p := sign.DefaultPolicy()
			p.Soon, p.Outside, p.StaleAfter = 10*time.Minute, c.outside, 24*time.Hour
			s, next := sign.Compose(calendar.NewAgenda(calendar.Room{}, o.loc, events, c.now), sign.AccountOK, p, c.now)
			if s.State != c.state || s.Soon != c.soon || s.Detail != c.detail {
				t.Errorf("%s, soon %v, %q; want %s, %v, %q", s.State, s.Soon, s.Detail, c.state, c.soon, c.detail)
			}
			if !next.Equal(c.next) {
				t.Errorf("next = %s, want %s", next, c.next)
			}
		})
	}
}

func TestClosed(t *testing.T) {
	o := newOffice(t) // Monday, 23 November
	at, meet := o.at, o.meeting
	day := func(n int) int { return 24 * n }
	events := []calendar.Event{
		meet(at(-2, 0), at(2, 0)), meet(at(20, 0), at(21, 0)), // a night, an evening
		meet(at(day(1)+9, 0), at(day(1)+10, 0)),
		o.allDay(30, 1),
	}
	for _, c := range []struct {
		name   string
		now    time.Time
		days   sign.Days
		state  sign.State
		detail string
		head   string
		next   []string // times
		until  time.Time
	}{
		{"a meeting goes on at night", at(1, 0), sign.MondayToFriday, sign.Busy, "until 02:00", "Next", []string{"20:00 – 21:00"}, at(2, 0)},
		{"before it opens", at(3, 0), sign.MondayToFriday, sign.Closed, "until 08:00", "Next", []string{"20:00 – 21:00"}, at(8, 0)},
		{"the moment it opens", at(8, 0), sign.MondayToFriday, sign.Free, "until 18:00", "Next", []string{"20:00 – 21:00"}, at(18, 0)},
		{"after it closed, a meeting to come", at(18, 0), sign.MondayToFriday, sign.Closed, "until tomorrow, 08:00", "Next", []string{"20:00 – 21:00"}, at(20, 0)},
		{"after it closed, none to come", at(21, 0), sign.MondayToFriday, sign.Closed, "until tomorrow, 08:00", "Tomorrow", []string{"09:00 – 10:00"}, at(24, 0)},
		{"over the weekend", at(day(4)+19, 0), sign.MondayToFriday, sign.Closed, "until Monday, 08:00", "Monday", []string{"All day"}, at(day(5), 0)},
		{"Saturday", at(day(5)+12, 0), sign.MondayToFriday, sign.Closed, "until Monday, 08:00", "Monday", []string{"All day"}, at(day(6), 0)},
		{"Sunday", at(day(6)+12, 0), sign.MondayToFriday, sign.Closed, "until tomorrow, 08:00", "Tomorrow", []string{"All day"}, at(day(7), 0)},
		{"Wednesdays only", at(12, 0), sign.Days(0).With(time.Wednesday, true), sign.Closed, "until Wednesday, 08:00", "Next", []string{"20:00 – 21:00"}, at(20, 0)},
		{"Mondays only, a week to go", at(21, 30), sign.Days(0).With(time.Monday, true), sign.Closed, "until 30 Nov, 08:00", "Monday, 30 November", []string{"All day"}, at(24, 0)},
		{"no working day: never closed", at(3, 0), 0, sign.Free, "until 20:00", "Next", []string{"20:00 – 21:00"}, at(20, 0)},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := sign.DefaultPolicy()
			p.Outside, p.WorkDays, p.StaleAfter = sign.SayShut, c.days, 24*time.Hour
			s, next := sign.Compose(calendar.NewAgenda(calendar.Room{}, o.loc, events, c.now), sign.AccountOK, p, c.now)
			var times []string
			for _, l := range s.Next {
				times = append(times, l.Time)
			}
			got := []any{s.State, s.Detail, s.NextHead, times, next.UTC()}
			if diff := cmp.Diff([]any{c.state, c.detail, c.head, c.next, c.until.UTC()}, got); diff != "" {
				t.Error(diff)
			}

			stale, _ := sign.Compose(calendar.NewAgenda(calendar.Room{}, o.loc, events, c.now.Add(-25*time.Hour)), sign.AccountOK, p, c.now)
			if stale.State != sign.Unknown || stale.Notice == "" {
				t.Errorf("after the limit the sign still says %s", stale.State)
			}
		})
	}
}

// A meeting that is announced while the room is about to close does not keep it open.
func TestSoonAfterItCloses(t *testing.T) {
	o := newOffice(t)
	p := sign.DefaultPolicy()
	p.Outside, p.Soon = sign.SayShut, 15*time.Minute
	now := o.at(17, 55)
	s, next := sign.Compose(calendar.NewAgenda(calendar.Room{}, o.loc, []calendar.Event{o.meeting(o.at(18, 5), o.at(19, 0))}, now), sign.AccountOK, p, now)
	if s.State != sign.Free || !s.Soon || s.Detail != "only until 18:00" || !next.Equal(o.at(18, 0)) {
		t.Errorf("%s, soon %v, %q until %s", s.State, s.Soon, s.Detail, next)
	}
}

// A day far ahead may not have been read: nothing is said about it.
func TestClosedDoesNotGuess(t *testing.T) {
	o := newOffice(t)
	p := sign.DefaultPolicy()
	p.Outside, p.WorkDays, p.StaleAfter = sign.SayShut, sign.Days(0).With(time.Monday, true), 48*time.Hour
	now := o.at(19, 0)
	s, _ := sign.Compose(calendar.NewAgenda(calendar.Room{}, o.loc, nil, now.Add(-36*time.Hour)), sign.AccountOK, p, now)
	if s.State != sign.Closed || s.NextHead != "Next" || s.NextNone != "No bookings today" {
		t.Errorf("%s, %q, %q", s.State, s.NextHead, s.NextNone)
	}
}

// Working hours follow the room's clock on the days on which it changes, whatever it
// shows then.
func TestWorkingHoursOnDSTDays(t *testing.T) {
	for _, c := range []struct {
		zone       string
		day        time.Time // noon
		from, to   sign.Minutes
		open, shut string // UTC
	}{
		{"Europe/Berlin", time.Date(2026, 3, 29, 10, 0, 0, 0, time.UTC), 8 * 60, 18 * 60, "29 06:00", "29 16:00"},
		{"Europe/Berlin", time.Date(2026, 10, 25, 11, 0, 0, 0, time.UTC), 8 * 60, 18 * 60, "25 07:00", "25 17:00"},
		{"Europe/Berlin", time.Date(2026, 3, 29, 10, 0, 0, 0, time.UTC), 2*60 + 30, 18 * 60, "29 01:30", "29 16:00"}, // skipped
		{"America/Santiago", time.Date(2025, 9, 7, 15, 0, 0, 0, time.UTC), 0, 24 * 60, "7 04:00", "8 03:00"},         // begins at 01:00
		{"America/Havana", time.Date(2025, 11, 2, 17, 0, 0, 0, time.UTC), 0, 24 * 60, "2 04:00", "3 05:00"},          // midnight comes twice
	} {
		t.Run(c.zone+c.day.Format(" 2 Jan"), func(t *testing.T) {
			p := sign.DefaultPolicy()
			p.Outside, p.WorkDays, p.WorkFrom, p.WorkTo, p.StaleAfter = sign.SayShut, 0x7f, c.from, c.to, 100*time.Hour
			a := calendar.NewAgenda(calendar.Room{}, zone(t, c.zone), nil, c.day)
			var changes []string
			last := sign.State("")
			for now := c.day.Add(-20 * time.Hour); now.Before(c.day.Add(20 * time.Hour)); {
				s, next := sign.Compose(a, sign.AccountOK, p, now)
				if last != "" && s.State != last {
					changes = append(changes, now.UTC().Format("2 15:04 ")+string(s.State))
				}
				last, now = s.State, next
			}
			want := []string{c.open + " free", c.shut + " closed"}
			if c.from == 0 { // around the clock: never closed
				want = nil
			}
			var got []string
			for _, change := range changes {
				if want != nil && (change == want[0] || change == want[1]) {
					got = append(got, change)
				}
				if want == nil {
					got = append(got, change)
				}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s in %v", diff, changes)
			}
		})
	}
}
