package sign_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/sign"
)

// What privacy hides is in no part of a sign, whatever else the policy says.
func TestPrivacyLeaksNowhere(t *testing.T) {
	loc := zone(t, "Europe/Berlin")
	start := time.Date(2026, 11, 23, 3, 0, 0, 0, time.UTC)
	seen := make(map[string]int) // that the test sees what it looks for at all
	for seed := range uint64(300) {
		rng := rand.New(rand.NewPCG(seed, 7))
		a, account, p := randomInput(rng, loc, start)
		for i := range a.Meetings {
			m := &a.Meetings[i]
			m.Subject, m.Organizer = "open-subject", "open-organizer"
			if m.Private {
				m.Subject, m.Organizer = "secret-subject", "secret-organizer"
			}
		}
		for hour := range 24 {
			s, _ := sign.Compose(a, account, p, start.Add(time.Duration(hour)*time.Hour))
			text := fmt.Sprintf("%+v %+v", s, s.Current)
			hidden := []string{"secret-"}
			if p.Privacy != sign.Full {
				hidden = append(hidden, "open-subject")
			}
			if p.Privacy == sign.Masked {
				hidden = append(hidden, "open-organizer")
			}
			if account == sign.RoomRemoved {
				hidden = append(hidden, "open-")
			}
			for _, h := range hidden {
				if strings.Contains(text, h) {
					t.Fatalf("seed %d, privacy %s: %q is in %s", seed, p.Privacy, h, text)
				}
			}
			for _, what := range []string{"open-subject", "open-organizer"} {
				if strings.Contains(text, what) {
					seen[string(p.Privacy)+" "+what]++
				}
			}
		}
	}
	for _, what := range []string{"full open-subject", "full open-organizer", "organizer open-organizer"} {
		if seen[what] == 0 {
			t.Errorf("%s was never seen", what)
		}
	}
}

func TestTemplateValues(t *testing.T) {
	o := newOffice(t)
	events := []calendar.Event{o.meeting(o.at(9, 0), o.at(10, 0)), o.private(o.at(11, 0), o.at(12, 0)), o.meeting(o.at(13, 0), o.at(14, 0))}
	p := sign.DefaultPolicy()
	p.Design, p.Template, p.Outside = sign.Custom, "Ours", sign.SayShut
	values := func(now, syncedAt time.Time) map[string]string {
		s, _ := sign.Compose(calendar.NewAgenda(calendar.Room{ID: "r@example.com", Name: "Lovelace"}, o.loc, events, syncedAt), sign.AccountOK, p, now)
		if s.Design != sign.Custom || s.Template != "Ours" {
			t.Errorf("design %s, template %q", s.Design, s.Template)
		}
		return s.Values
	}
	for _, c := range []struct {
		name          string
		now, syncedAt time.Time
		want          map[string]string
	}{
		{"busy", o.at(9, 0), o.at(9, 0), map[string]string{
			"ROOM_NAME": "Lovelace", "NOTE_AVAILABLE": "In use", "NOTE_UNTIL": "until 10:00", "NOTE_UNTIL_WITH_YEAR": "until 10:00",
			"ONGOING_EVENT_SUMMARY": "Planning", "ONGOING_CREATOR": "Ada Lovelace", "ONGOING_TIME": "09:00 – 10:00",
			"ONGOING_TIME_WITH_YEAR": "23 Nov 2026, 09:00 – 10:00",
			"UPCOMING":               "11:00 – 12:00  Private meeting\n13:00 – 14:00  Planning",
			"UPCOMING_1_SUMMARY":     "Private meeting", "UPCOMING_1_CREATOR": "", "UPCOMING_1_TIME": "11:00 – 12:00",
			"UPCOMING_2_SUMMARY": "Planning", "UPCOMING_2_CREATOR": "Ada Lovelace", "UPCOMING_2_TIME": "13:00 – 14:00",
			"UPCOMING_3_SUMMARY": "", "UPCOMING_12_TIME": "", "NOTICE": "", "BOTTOM_BUTTONS": "",
		}},
		{"free", o.at(15, 0), o.at(15, 0), map[string]string{
			"NOTE_AVAILABLE": "Free", "NOTE_UNTIL": "for the rest of the day", "ONGOING_EVENT_SUMMARY": "", "ONGOING_TIME_WITH_YEAR": "", "UPCOMING": "",
		}},
		{"closed: tomorrow's meetings are not today's", o.at(-5, 0), o.at(-5, 0), map[string]string{
			"NOTE_AVAILABLE": "Closed", "NOTE_UNTIL": "until tomorrow, 08:00", "UPCOMING": "", "UPCOMING_1_SUMMARY": "",
		}},
		{"stale", o.at(9, 0), o.at(8, 0), map[string]string{
			"NOTE_AVAILABLE": "Not up to date", "NOTE_UNTIL": "the room may be taken", "NOTICE": "Not updated since 23 Nov, 08:00",
			"ONGOING_EVENT_SUMMARY": "", "UPCOMING": "", "UPCOMING_1_SUMMARY": "",
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := values(c.now, c.syncedAt)
			for name, want := range c.want {
				if value, ok := got[name]; !ok || value != want {
					t.Errorf("%s = %q, %v; want %q", name, value, ok, want)
				}
			}
			for _, unknown := range []string{"ONGOING_CREATOR_EMAIL", "ONGOING_ATTENDEES", "ONGOING_ATTENDEES_LIST", "UPCOMING_1_CREATOR_EMAIL", "UPCOMING_1_ATTENDEES", "SN", "NODE_ID"} {
				if _, ok := got[unknown]; ok {
					t.Errorf("%s is there although nobody knows it", unknown)
				}
			}
		})
	}
}

func TestCode(t *testing.T) {
	long := strings.Repeat("会議室", 10)
	for _, c := range []struct {
		name, room, display string
		code                sign.Code
		address             string
		want, label         string
	}{
		{"none", "lovelace@example.com", "Lovelace", sign.NoCode, "https://example.com", "", ""},
		{"Outlook", "lovelace@example.com", "Lovelace", sign.OutlookCode, "",
			"https://outlook.office.com/calendar/deeplink/compose?to=lovelace%40example.com&location=Lovelace", "Book this room"},
		{"odd characters", "a+b&c@example.com", "R&D 1", sign.OutlookCode, "",
			"https://outlook.office.com/calendar/deeplink/compose?to=a%2Bb%26c%40example.com&location=R%26D%201", "Book this room"},
		{"a name too long for a code", "room@example.com", long, sign.OutlookCode, "",
			"https://outlook.office.com/calendar/deeplink/compose?to=room%40example.com", "Book this room"},
		{"a calendar can't be invited", "calendar:AAMk=", "Team", sign.OutlookCode, "", "", ""},
		{"an address", "lovelace@example.com", "Lovelace", sign.AddressCode, "https://example.com/help", "https://example.com/help", "Scan here"},
		{"an address with the room", "a+b@example.com", "Lovelace", sign.AddressCode, "https://example.com/{room}?r={room}",
			"https://example.com/a%2Bb%40example.com?r=a%2Bb%40example.com", "Scan here"},
		{"an address with a room that has none", "calendar:AAMk=", "Team", sign.AddressCode, "https://example.com/{room}", "", ""},
		{"an address, a calendar", "calendar:AAMk=", "Team", sign.AddressCode, "https://example.com/", "https://example.com/", "Scan here"},
		{"no address yet", "lovelace@example.com", "Lovelace", sign.AddressCode, "", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := newOffice(t)
			p := sign.DefaultPolicy()
			p.Code, p.CodeAddress = c.code, c.address
			a := calendar.NewAgenda(calendar.Room{ID: calendar.RoomID(c.room), Name: c.display}, o.loc, nil, o.at(9, 0))
			s, _ := sign.Compose(a, sign.AccountOK, p, o.at(9, 0))
			if s.Code != c.want || s.CodeLabel != c.label {
				t.Errorf("%q, %q; want %q, %q", s.Code, s.CodeLabel, c.want, c.label)
			}
			if s, _ := sign.Compose(a, sign.RoomRemoved, p, o.at(9, 0)); s.Code != "" || s.CodeLabel != "" {
				t.Errorf("a room that is gone still asks to be booked: %q", s.Code)
			}
		})
	}
}

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
