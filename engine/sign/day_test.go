package sign_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/sign"
)

func TestWeek(t *testing.T) {
	o := newOffice(t) // Monday, 23 November
	hour := func(day, hour int) time.Time { return o.at(24*day+hour, 0) }
	events := []calendar.Event{
		o.meeting(hour(-1, 8), hour(-1, 18)),                                   // Sunday: full
		o.meeting(hour(0, 6), hour(0, 9)),                                      // an hour of it counts
		o.meeting(hour(1, 8), hour(1, 10)), o.meeting(hour(1, 9), hour(1, 11)), // overlap: three hours
		o.meeting(hour(2, 17), hour(4, 9)),                 // an hour, a day, an hour
		o.meeting(hour(5, 18), hour(5, 23)),                // after hours
		o.meeting(hour(6, 8), hour(6, 8).Add(time.Minute)), // rounded up
	}
	for _, c := range []struct {
		name   string
		now    time.Time
		start  time.Weekday
		days   string
		booked string
	}{
		{"Monday first", hour(0, 12), time.Monday, "Mo 23* Tu 24 We 25 Th 26 Fr 27 Sa 28 Su 29", "[1 3 1 8 1 0 1]"},
		{"Sunday first", hour(0, 12), time.Sunday, "Su 22 Mo 23* Tu 24 We 25 Th 26 Fr 27 Sa 28", "[8 1 3 1 8 1 0]"},
		{"what lies before yesterday was not read", hour(4, 12), time.Monday, "Mo 23 Tu 24 We 25 Th 26 Fr 27* Sa 28 Su 29", "[-1 -1 -1 8 1 0 1]"},
		{"across a month", hour(6, 12), time.Saturday, "Sa 28 Su 29* Mo 30 Tu 1 We 2 Th 3 Fr 4", "[0 1 0 0 0 0 0]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := sign.DefaultPolicy()
			p.WeekStart = c.start
			s := o.compose(p, c.now, events...)
			var days []string
			var booked []int
			for _, d := range s.Week {
				days = append(days, d.Name+" "+d.Day+map[bool]string{true: "*"}[d.Today])
				booked = append(booked, d.Booked)
			}
			if got := strings.Join(days, " "); got != c.days || fmt.Sprint(booked) != c.booked {
				t.Errorf("%s, %v; want %s, %s", got, booked, c.days, c.booked)
			}
		})
	}
}

// A reading that is not today's reaches less far ahead.
func TestWeekOfAnOldReading(t *testing.T) {
	o := newOffice(t)
	p := sign.DefaultPolicy()
	p.StaleAfter = 100 * time.Hour
	s, _ := sign.Compose(calendar.NewAgenda(calendar.Room{}, o.loc, nil, o.at(-60, 0)), sign.AccountOK, p, o.at(9, 0))
	if s.Week[4].Booked != 0 || s.Week[5].Booked != -1 || s.Week[6].Booked != -1 {
		t.Errorf("week %+v", s.Week)
	}
}

func TestMeetings(t *testing.T) {
	o := newOffice(t)
	events := []calendar.Event{
		o.meeting(o.at(-4, 0), o.at(3, 0)), o.meeting(o.at(9, 0), o.at(11, 0)), o.meeting(o.at(10, 0), o.at(10, 30)),
		o.private(o.at(12, 0), o.at(13, 0)), o.meeting(o.at(22, 30), o.at(26, 0)), o.meeting(o.at(33, 0), o.at(34, 0)),
	}
	s := o.compose(sign.DefaultPolicy(), o.at(10, 15), events...)
	var got []string
	for _, m := range s.Meetings {
		got = append(got, fmt.Sprintf("%s %s %s, %s–%s", m.Phase, m.Time, m.Title, m.From.In(o.loc).Format("15:04"), m.To.In(o.loc).Format("15:04")))
	}
	want := []string{
		"past until 03:00 Planning, 02:00–03:00", "now 09:00 – 11:00 Planning, 09:00–11:00", "now 10:00 – 10:30 Planning, 10:00–10:30",
		"ahead 12:00 – 13:00 Private meeting, 12:00–13:00", "ahead from 22:30 Planning, 22:30–23:00",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// The bar follows the working hours, in full hours.
func TestBarHours(t *testing.T) {
	o := newOffice(t)
	for _, c := range []struct {
		from, to sign.Minutes
		want     string
	}{{9 * 60, 17 * 60, "09:00 17:00"}, {8*60 + 30, 17*60 + 15, "08:00 18:00"}, {0, 24 * 60, "00:00 00:00"}, {0, 0, "08:00 18:00"}} {
		p := sign.DefaultPolicy()
		p.WorkFrom, p.WorkTo = c.from, c.to
		s := o.compose(p, o.at(9, 0))
		if got := s.Hours[0].In(o.loc).Format("15:04 ") + s.Hours[1].In(o.loc).Format("15:04"); got != c.want {
			t.Errorf("%d to %d: %s, want %s", c.from, c.to, got, c.want)
		}
	}
}

func TestUnassignedAndLowBattery(t *testing.T) {
	p := sign.DefaultPolicy()
	p.Language, p.Design, p.Template = "de", sign.Custom, "Ours"
	s := sign.ComposeUnassigned(" Display 7\n", p)
	if s.State != sign.Unassigned || s.Room != "Display 7" || s.Headline != "Nicht zugewiesen" || s.Detail == "" || s.Language != "de" ||
		s.Design != sign.Status || s.Template != "" || s.Values != nil || s.LowBattery != "" {
		t.Errorf("%+v", s)
	}
	if low := s.WithLowBattery(); low.LowBattery != "Batterie schwach" || s.LowBattery != "" {
		t.Errorf("low battery: %q", low.LowBattery)
	}
	if s := sign.ComposeUnassigned("x", sign.Policy{Language: "ar"}); !s.RightToLeft || s.Design != sign.Status {
		t.Errorf("%+v", s)
	}
}
