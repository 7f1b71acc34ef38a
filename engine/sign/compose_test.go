package sign_test

import (
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/google/go-cmp/cmp"

	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/sign"
)

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

// office makes agendas of one room in Berlin on Monday, 23 November 2026.
type office struct {
	t   testing.TB
	loc *time.Location
}

func newOffice(t testing.TB) office { return office{t, zone(t, "Europe/Berlin")} }

// at is a time of day; hours beyond 24 reach into the days after.
func (o office) at(hour, minute int) time.Time {
	return time.Date(2026, 11, 23, hour, minute, 0, 0, o.loc)
}

func (o office) meeting(from, to time.Time) calendar.Event {
	return calendar.Event{ID: from.String(), Subject: "Planning", Organizer: "Ada Lovelace", Start: from, End: to, Availability: calendar.Busy}
}

func (o office) allDay(day, days int) calendar.Event {
	e := o.meeting(time.Date(2026, 11, day, 0, 0, 0, 0, time.UTC), time.Date(2026, 11, day+days, 0, 0, 0, 0, time.UTC))
	e.AllDay = true
	return e
}

// compose is Compose at now for an agenda that was read a minute before.
func (o office) compose(p sign.Policy, now time.Time, events ...calendar.Event) sign.Sign {
	o.t.Helper()
	a := calendar.NewAgenda(calendar.Room{ID: "r@example.com", Name: "Lovelace"}, o.loc, events, now.Add(-time.Minute))
	s, next := sign.Compose(a, sign.AccountOK, p, now)
	if !next.After(now) {
		o.t.Errorf("next %s is not after %s", next, now)
	}
	return s
}

func TestStates(t *testing.T) {
	o := newOffice(t)
	at, meet := o.at, o.meeting
	for _, c := range []struct {
		name         string
		now          time.Time
		events       []calendar.Event
		state        sign.State
		en, de, en12 string // Detail
		next         int
	}{
		{name: "nothing at all", now: at(9, 0), state: sign.Free, en: "all day", de: "ganztägig", en12: "all day"},
		{name: "something tomorrow", now: at(9, 0), events: []calendar.Event{meet(at(33, 0), at(34, 0))},
			state: sign.Free, en: "all day", de: "ganztägig", en12: "all day"},
		{name: "all meetings over", now: at(17, 0), events: []calendar.Event{meet(at(9, 0), at(10, 0))},
			state: sign.Free, en: "for the rest of the day", de: "für den Rest des Tages", en12: "for the rest of the day"},
		{name: "free until", now: at(9, 0), events: []calendar.Event{meet(at(14, 30), at(15, 0)), meet(at(16, 0), at(17, 0))},
			state: sign.Free, en: "until 14:30", de: "bis 14:30", en12: "until 2:30 PM", next: 2},
		{name: "busy", now: at(9, 0), events: []calendar.Event{meet(at(9, 0), at(9, 45)), meet(at(16, 0), at(17, 0))},
			state: sign.Busy, en: "until 09:45", de: "bis 09:45", en12: "until 9:45 AM", next: 1},
		{name: "back to back", now: at(9, 0), events: []calendar.Event{meet(at(9, 0), at(10, 0)), meet(at(10, 0), at(12, 0))},
			state: sign.Busy, en: "until 12:00", de: "bis 12:00", en12: "until 12:00 PM", next: 1},
		{name: "short pause: the next is current", now: at(10, 0).Add(-10 * time.Second),
			events: []calendar.Event{meet(at(9, 0), at(10, 0).Add(-20*time.Second)), meet(at(10, 0), at(12, 0))},
			state:  sign.Busy, en: "until 12:00", de: "bis 12:00", en12: "until 12:00 PM"},
		{name: "to midnight", now: at(22, 0), events: []calendar.Event{meet(at(20, 0), at(24, 0))},
			state: sign.Busy, en: "for the rest of the day", de: "für den Rest des Tages", en12: "for the rest of the day"},
		{name: "past midnight", now: at(22, 0), events: []calendar.Event{meet(at(20, 0), at(26, 30))},
			state: sign.Busy, en: "until tomorrow, 02:30", de: "bis morgen, 02:30", en12: "until tomorrow, 2:30 AM"},
		{name: "all day", now: at(9, 0), events: []calendar.Event{o.allDay(23, 1)},
			state: sign.Busy, en: "all day", de: "ganztägig", en12: "all day"},
		{name: "today and tomorrow", now: at(9, 0), events: []calendar.Event{o.allDay(23, 2)},
			state: sign.Busy, en: "until the end of tomorrow", de: "bis einschließlich morgen", en12: "until the end of tomorrow"},
		{name: "this week", now: at(9, 0), events: []calendar.Event{o.allDay(23, 5)},
			state: sign.Busy, en: "until the end of Friday", de: "bis einschließlich Freitag", en12: "until the end of Friday"},
		{name: "a week is the last that weekdays tell apart", now: at(9, 0), events: []calendar.Event{o.allDay(23, 7)},
			state: sign.Busy, en: "until the end of Sunday", de: "bis einschließlich Sonntag", en12: "until the end of Sunday"},
		{name: "longer", now: at(9, 0), events: []calendar.Event{o.allDay(23, 8)},
			state: sign.Busy, en: "until the end of 30 Nov", de: "bis einschließlich 30. Nov.", en12: "until the end of 30 Nov"},
		{name: "several days, ends inside one", now: at(9, 0), events: []calendar.Event{meet(at(-10, 0), at(24*3+10, 0))},
			state: sign.Busy, en: "until Thursday, 10:00", de: "bis Donnerstag, 10:00", en12: "until Thursday, 10:00 AM"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := sign.DefaultPolicy()
			en := o.compose(p, c.now, c.events...)
			p.Hours12 = true
			en12 := o.compose(p, c.now, c.events...)
			p.Hours12, p.Language = false, "de-AT"
			de := o.compose(p, c.now, c.events...)

			got := []string{string(en.State), en.Detail, de.Detail, en12.Detail}
			if diff := cmp.Diff([]string{string(c.state), c.en, c.de, c.en12}, got); diff != "" {
				t.Error(diff)
			}
			if (en.Current != nil) != (c.state == sign.Busy) {
				t.Errorf("current = %v in state %s", en.Current, en.State)
			}
			if len(en.Next) != c.next {
				t.Errorf("next = %v, want %d", en.Next, c.next)
			}
			if en.Notice != "" {
				t.Errorf("notice %q although all is well", en.Notice)
			}
		})
	}
}

func TestWholeSign(t *testing.T) {
	o := newOffice(t)
	events := []calendar.Event{o.meeting(o.at(9, 0), o.at(10, 0)), o.meeting(o.at(11, 30), o.at(13, 0)), o.meeting(o.at(18, 15), o.at(19, 15))}
	utc := func(hour, minute int) time.Time { return o.at(hour, minute).UTC() }
	p := sign.DefaultPolicy()
	p.Language = "de"
	room := calendar.Room{ID: "r@example.com", Name: "  Lovelace\n", Building: "Haus B", Floor: "2"}
	got, next := sign.Compose(calendar.NewAgenda(room, o.loc, events, o.at(9, 29)), sign.AccountOK, p, o.at(9, 30))
	if !next.Equal(o.at(9, 44)) {
		t.Errorf("next = %s, want the stale moment", next)
	}
	want := sign.Sign{
		Design: sign.Status, Logo: true,
		Room: "Lovelace", Place: "Haus B · Etage 2", Date: "Montag, 23. November", Language: "de",
		State: sign.Busy, Headline: "Belegt", Detail: "bis 10:00",
		Current:  &sign.Line{Time: "09:00 – 10:00", Title: "Planning", Who: "Ada Lovelace"},
		NextHead: "Als Nächstes", NextNone: "Heute nichts weiter gebucht",
		Next: []sign.Line{
			{Time: "11:30 – 13:00", Title: "Planning", Who: "Ada Lovelace"},
			{Time: "18:15 – 19:15", Title: "Planning", Who: "Ada Lovelace"},
		},
		Day:   []sign.Span{{From: utc(9, 0), To: utc(10, 0)}, {From: utc(11, 30), To: utc(13, 0)}, {From: utc(18, 15), To: utc(19, 15)}},
		Hours: [2]time.Time{utc(8, 0), utc(20, 0)},
		Week: []sign.WeekDay{
			{Name: "Mo", Day: "23", Today: true, Booked: 2}, {Name: "Di", Day: "24"}, {Name: "Mi", Day: "25"},
			{Name: "Do", Day: "26"}, {Name: "Fr", Day: "27"}, {Name: "Sa", Day: "28"}, {Name: "So", Day: "29"},
		},
	}
	want.Meetings = []sign.Meeting{
		{Line: *want.Current, Span: want.Day[0], Phase: sign.Now},
		{Line: want.Next[0], Span: want.Day[1], Phase: sign.Ahead},
		{Line: want.Next[1], Span: want.Day[2], Phase: sign.Ahead},
	}
	for hour, label := range []string{"8", "9", "10", "11", "12", "13", "14", "15", "16", "17", "18", "19", "20"} {
		want.Ticks = append(want.Ticks, sign.Tick{At: utc(8+hour, 0), Label: label})
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// A sign must never lie: what can't be known is not claimed.
func TestUnknown(t *testing.T) {
	o := newOffice(t)
	now := o.at(14, 0)
	events := []calendar.Event{o.meeting(o.at(9, 0), o.at(10, 0)), o.meeting(o.at(13, 30), o.at(14, 30)), o.meeting(o.at(16, 0), o.at(17, 0))}
	for _, c := range []struct {
		name     string
		syncedAt time.Time
		account  sign.Account
		language string

		headline, detail, notice, nextHead string
		next                               int
	}{
		{"stale", o.at(13, 45), sign.AccountOK, "en",
			"Not up to date", "the room may be taken", "Not updated since 23 Nov, 13:45", "Last known", 2},
		{"stale since yesterday", o.at(-3, 5), sign.AccountOK, "de",
			"Nicht aktuell", "der Raum kann belegt sein", "Nicht aktualisiert seit 22. Nov., 21:05", "Zuletzt bekannt", 2},
		{"read in the future: a clock was wrong", o.at(20, 0), sign.AccountOK, "en",
			"Not up to date", "the room may be taken", "Not updated since 23 Nov, 20:00", "Last known", 2},
		{"never read", time.Time{}, sign.AccountOK, "en", "Not ready yet", "", "Calendar not read yet", "", 0},
		{"never read", time.Time{}, sign.AccountOK, "de", "Noch nicht bereit", "", "Kalender noch nicht gelesen", "", 0},
		{"signed out", o.at(13, 59), sign.AccountSignedOut, "en",
			"Not connected", "the room may be taken", "Signed out. Not updated since 23 Nov, 13:59", "Last known", 2},
		{"signed out", o.at(13, 59), sign.AccountSignedOut, "de",
			"Nicht verbunden", "der Raum kann belegt sein", "Abgemeldet. Nicht aktualisiert seit 23. Nov., 13:59", "Zuletzt bekannt", 2},
		{"removed", o.at(13, 59), sign.RoomRemoved, "en", "Room removed", "can't be booked any more", "No longer in the directory", "", 0},
		{"signed out, never read", time.Time{}, sign.AccountSignedOut, "en", "Not connected", "", "Signed out of the calendar", "", 0},
	} {
		t.Run(c.name+" "+c.language, func(t *testing.T) {
			a := calendar.NewAgenda(calendar.Room{ID: "r@example.com"}, o.loc, events, c.syncedAt)
			if c.syncedAt.IsZero() {
				a = calendar.NewAgenda(calendar.Room{ID: "r@example.com"}, o.loc, nil, c.syncedAt)
			}
			p := sign.DefaultPolicy()
			p.Language = c.language
			s, _ := sign.Compose(a, c.account, p, now)
			got := []string{string(s.State), s.Headline, s.Detail, s.Notice, s.NextHead}
			if diff := cmp.Diff([]string{string(sign.Unknown), c.headline, c.detail, c.notice, c.nextHead}, got); diff != "" {
				t.Error(diff)
			}
			if s.Current != nil || len(s.Next) != c.next {
				t.Errorf("current %v, next %v; want none and %d", s.Current, s.Next, c.next)
			}
		})
	}
}

func TestStaleAfterIsAtLeastAMinute(t *testing.T) {
	o := newOffice(t)
	s := o.compose(sign.Policy{}, o.at(9, 0).Add(30*time.Second)) // read a minute before
	if s.State != sign.Unknown {
		t.Errorf("state = %s a minute after the reading", s.State)
	}
	a := calendar.NewAgenda(calendar.Room{}, nil, nil, o.at(9, 0))
	if s, _ := sign.Compose(a, sign.AccountOK, sign.Policy{}, o.at(9, 0).Add(59*time.Second)); s.State != sign.Free {
		t.Errorf("state = %s within a minute of the reading", s.State)
	}
}
