package sign_test

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/sign"
)

// A sign may be trusted until next, and next always comes: whoever waits for it
// neither misses a change nor spins.
func TestSignIsConstantUntilNext(t *testing.T) {
	zones := []*time.Location{
		time.UTC, zone(t, "Europe/Berlin"), zone(t, "America/New_York"), zone(t, "America/Santiago"),
		zone(t, "America/Havana"), zone(t, "Australia/Lord_Howe"), zone(t, "Asia/Kathmandu"),
	}
	days := []time.Time{ // changes of clocks in the zones above, and a plain day
		time.Date(2026, 3, 28, 12, 0, 0, 0, time.UTC), time.Date(2026, 10, 24, 12, 0, 0, 0, time.UTC),
		time.Date(2025, 9, 6, 12, 0, 0, 0, time.UTC), time.Date(2025, 11, 1, 12, 0, 0, 0, time.UTC),
		time.Date(2026, 4, 4, 6, 0, 0, 0, time.UTC), time.Date(2026, 11, 23, 3, 0, 0, 0, time.UTC),
	}
	seen := make(map[string]bool)
	defer func() {
		for _, state := range []string{"free false", "free true", "busy false", "busy true", "closed false", "unknown false"} {
			if !seen[state] && !t.Failed() {
				t.Errorf("nothing is proven for %s: it never came", state)
			}
		}
	}()
	for seed := range uint64(400) {
		rng := rand.New(rand.NewPCG(seed, 2))
		start := days[rng.IntN(len(days))]
		a, account, p := randomInput(rng, zones[rng.IntN(len(zones))], start)
		end := start.Add(36 * time.Hour)
		for now, steps := start, 0; now.Before(end); steps++ {
			s, next := sign.Compose(a, account, p, now)
			if !next.After(now) || steps > 200 {
				t.Fatalf("seed %d: next of %s is %s after %d steps", seed, now, next, steps)
			}
			checkSign(t, s, p)
			seen[fmt.Sprint(s.State, " ", s.Soon)] = true
			instants := []time.Time{next.Add(-1)}
			for range 3 {
				instants = append(instants, now.Add(time.Duration(rng.Int64N(int64(next.Sub(now))))))
			}
			for _, at := range instants {
				other, otherNext := sign.Compose(a, account, p, at)
				if !reflect.DeepEqual(s, other) || !otherNext.Equal(next) {
					t.Fatalf("seed %d: %s and %s differ before %s:\n%+v\n%+v", seed, now, at, next, s, other)
				}
			}
			now = next
		}
	}
}

func randomInput(rng *rand.Rand, loc *time.Location, start time.Time) (calendar.Agenda, sign.Account, sign.Policy) {
	events := make([]calendar.Event, rng.IntN(14))
	for i := range events {
		from := start.Add(time.Duration(rng.IntN(60*60*40)-60*60*4) * time.Second).Truncate(30 * time.Second)
		e := calendar.Event{
			ID: fmt.Sprint(i), Subject: []string{"", "Planning", "Ada"}[rng.IntN(3)], Organizer: []string{"", "Ada"}[rng.IntN(2)],
			Start: from, End: from.Add(time.Duration(rng.IntN(20)) * 15 * time.Minute),
			Availability: calendar.Busy, Private: rng.IntN(4) == 0,
		}
		if rng.IntN(8) == 0 {
			e.AllDay = true
			e.Start = time.Date(start.Year(), start.Month(), start.Day()+rng.IntN(2), 0, 0, 0, 0, time.UTC)
			e.End = e.Start.AddDate(0, 0, rng.IntN(4))
		}
		events[i] = e
	}
	var syncedAt time.Time
	if rng.IntN(6) > 0 {
		syncedAt = start.Add(time.Duration(rng.IntN(48)-6) * time.Hour)
	}
	account := sign.AccountOK
	if rng.IntN(8) == 0 {
		account = []sign.Account{sign.AccountSignedOut, sign.AccountInTrouble}[rng.IntN(2)]
	}
	room := calendar.Room{ID: "room@example.com", Name: "Lovelace", Building: "B", Floor: "2", Capacity: rng.IntN(120), Equipment: "Display"}
	return calendar.NewAgenda(room, loc, events, syncedAt), account, randomPolicy(rng)
}

// randomPolicy is a policy with nothing wrong in it but, perhaps, no hours at all.
func randomPolicy(rng *rand.Rand) sign.Policy {
	yes := func() bool { return rng.IntN(2) == 0 }
	from := sign.Minutes(rng.IntN(24 * 60))
	p := sign.Policy{
		Language: []string{"en", "de", "fr", "es", "ja", "ar", "xx"}[rng.IntN(7)], Hours12: yes(),
		Privacy:    []sign.Privacy{sign.Full, sign.Organizer, sign.Masked}[rng.IntN(3)],
		StaleAfter: time.Duration(rng.IntN(40)) * time.Hour,
		Design:     append(sign.Designs(), sign.Custom)[rng.IntN(5)], Template: "Ours",
		Show:      sign.Fields{Place: yes(), Seats: yes(), Equipment: yes(), Organizer: yes(), Next: yes(), Timeline: yes()},
		WeekStart: time.Weekday(rng.IntN(7)), WorkDays: sign.Days(rng.IntN(128)),
		WorkFrom: from, WorkTo: from + 1 + sign.Minutes(rng.IntN(24*60-int(from))),
		Outside: []sign.Outside{sign.AsUsual, sign.SayShut, sign.Rest}[rng.IntN(3)],
		Soon:    time.Duration(rng.IntN(61)) * time.Minute * time.Duration(rng.IntN(2)),
		Code:    []sign.Code{sign.NoCode, sign.OutlookCode, sign.AddressCode}[rng.IntN(3)], CodeAddress: "https://example.com/{room}",
		Logo: yes(), Text: []string{"", "Please leave the room tidy"}[rng.IntN(2)],
	}
	if rng.IntN(8) == 0 {
		p.WorkFrom, p.WorkTo = 0, 0
	}
	return p
}

// checkSign holds what every sign promises to those who draw it.
func checkSign(t *testing.T, s sign.Sign, p sign.Policy) {
	t.Helper()
	if s.Headline == "" || s.Date == "" && p.Outside != sign.Rest || s.Language == "" || s.Room == "" {
		t.Fatalf("words are missing: %+v", s)
	}
	if (s.State == sign.Unknown) != (s.Notice != "") {
		t.Fatalf("state %s with notice %q", s.State, s.Notice)
	}
	if (s.State == sign.Busy) != (s.Current != nil) {
		t.Fatalf("state %s with current %v", s.State, s.Current)
	}
	if s.State == sign.Closed && p.Outside == sign.AsUsual || s.Soon && s.State != sign.Free && s.State != sign.Busy {
		t.Fatalf("state %s, soon %v under %+v", s.State, s.Soon, p)
	}
	if s.State == sign.Unknown {
		checkUnknown(t, s)
	}
	lines := s.Next
	if s.Current != nil {
		lines = append([]sign.Line{*s.Current}, lines...)
	}
	for _, m := range s.Meetings {
		lines = append(lines, m.Line)
	}
	for _, l := range lines {
		if l.Title == "" || l.Time == "" || l.Title == l.Who || l.Who != "" && !p.Show.Organizer {
			t.Fatalf("bad line %+v", l)
		}
	}
	checkHidden(t, s, p)
	checkBar(t, s)
	if s.State != sign.Unknown {
		checkWeek(t, s)
	}
	if (s.Values != nil) != (s.Design == sign.Custom) {
		t.Fatalf("design %s with values %v", s.Design, s.Values)
	}
}

// A sign that doesn't know claims nothing about the room.
func checkUnknown(t *testing.T, s sign.Sign) {
	t.Helper()
	if s.Soon || s.Current != nil || s.Meetings != nil || s.Week != nil {
		t.Fatalf("an unknown state claims too much: %+v", s)
	}
	for name, value := range s.Values {
		if (strings.HasPrefix(name, "ONGOING") || strings.HasPrefix(name, "UPCOMING")) && value != "" {
			t.Fatalf("an unknown state claims %s = %q", name, value)
		}
	}
	if s.Values != nil && s.Values["NOTICE"] != s.Notice {
		t.Fatalf("a template is not told %q", s.Notice)
	}
}

// What the policy hides is not there.
func checkHidden(t *testing.T, s sign.Sign, p sign.Policy) {
	t.Helper()
	ahead := slices.ContainsFunc(s.Meetings, func(m sign.Meeting) bool { return m.Phase == sign.Ahead })
	switch {
	case !p.Show.Place && s.Place != "", !p.Show.Seats && s.Seats != "", !p.Show.Equipment && s.Equipment != "",
		!p.Show.Next && (s.Next != nil || s.NextHead != "" || s.NextNone != "" || ahead),
		!p.Show.Timeline && (s.Day != nil || s.Hours != [2]time.Time{} || s.Ticks != nil),
		!p.Logo && s.Logo, p.Text != s.Text, p.Code == sign.NoCode && s.Code != "", (s.Code == "") != (s.CodeLabel == ""):
		t.Fatalf("%+v shows %+v", p, s)
	}
}

func checkBar(t *testing.T, s sign.Sign) {
	t.Helper()
	at := s.Hours[0]
	for _, d := range s.Day {
		if d.From.Before(at) || !d.To.After(d.From) || d.To.After(s.Hours[1]) {
			t.Fatalf("spans overlap or leave the bar: %v in %v", s.Day, s.Hours)
		}
		at = d.To
	}
	if n := len(s.Ticks); n > 0 && (s.Ticks[0].At.Before(s.Hours[0]) || s.Ticks[n-1].At.After(s.Hours[1])) {
		t.Fatalf("ticks leave the bar: %v in %v", s.Ticks, s.Hours)
	}
	if hours := s.Hours[1].Sub(s.Hours[0]); hours > 0 && len(s.Ticks) < int(hours/time.Hour) {
		t.Fatalf("only %d ticks in %v", len(s.Ticks), s.Hours)
	}
	for i, m := range s.Meetings {
		if !m.To.After(m.From) || s.Hours[1].After(s.Hours[0]) && (m.From.Before(s.Hours[0]) || m.To.After(s.Hours[1])) {
			t.Fatalf("meeting %v leaves the bar %v", m.Span, s.Hours)
		}
		if i > 0 && m.From.Before(s.Meetings[i-1].From) {
			t.Fatalf("meetings out of order: %v", s.Meetings)
		}
	}
}

func checkWeek(t *testing.T, s sign.Sign) {
	t.Helper()
	today := 0
	for _, d := range s.Week {
		if d.Today {
			today++
		}
		if d.Name == "" || d.Day == "" || d.Booked < -1 || d.Booked > 8 {
			t.Fatalf("bad day %+v", d)
		}
	}
	if atRest := s.State == sign.Closed && s.Date == ""; atRest {
		return // it holds for many a day
	}
	if len(s.Week) != 7 || today != 1 {
		t.Fatalf("bad week %+v", s.Week)
	}
}

// The bar on the days on which clocks change.
func TestBarOnDSTDays(t *testing.T) {
	berlin := zone(t, "Europe/Berlin")
	labels := func(now time.Time, from, to time.Time) (labels []string, hours time.Duration) {
		e := calendar.Event{ID: "night", Start: from, End: to, Availability: calendar.Busy}
		s, _ := sign.Compose(calendar.NewAgenda(calendar.Room{}, berlin, []calendar.Event{e}, now), sign.AccountOK, sign.DefaultPolicy(), now)
		for _, tick := range s.Ticks {
			labels = append(labels, tick.Label)
		}
		return labels, s.Hours[1].Sub(s.Hours[0])
	}
	got, hours := labels(time.Date(2026, 3, 29, 9, 0, 0, 0, berlin), time.Date(2026, 3, 29, 1, 30, 0, 0, berlin), time.Date(2026, 3, 29, 4, 0, 0, 0, berlin))
	if want := "[1 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18]"; fmt.Sprint(got) != want || hours != 16*time.Hour {
		t.Errorf("spring: %v over %s, want %s", got, hours, want)
	}
	got, hours = labels(time.Date(2026, 10, 25, 9, 0, 0, 0, berlin), time.Date(2026, 10, 25, 1, 30, 0, 0, berlin), time.Date(2026, 10, 25, 4, 0, 0, 0, berlin))
	if want := "[1 2 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18]"; fmt.Sprint(got) != want || hours != 18*time.Hour {
		t.Errorf("autumn: %v over %s, want %s", got, hours, want)
	}
}

func FuzzCleanTitle(f *testing.F) {
	for _, s := range []string{"", "Planning", "R&amp;D", "&#x202E;", "\u202Eabc", "a\nb", "\xff", "&#0;&#10;"} {
		f.Add(s, "Ada")
	}
	now := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, subject, organizer string) {
		e := calendar.Event{ID: "a", Subject: subject, Organizer: organizer, Start: now, End: now.Add(time.Hour), Availability: calendar.Busy}
		room := calendar.Room{ID: "room@example.com", Name: "r" + subject, Building: organizer}
		s, _ := sign.Compose(calendar.NewAgenda(room, nil, []calendar.Event{e}, now), sign.AccountOK, sign.DefaultPolicy(), now)
		checkSign(t, s, sign.DefaultPolicy())
		for _, text := range []string{s.Room, s.Place, s.Current.Title, s.Current.Who} {
			if len(text) > 1024+64 || !cleanText(text) {
				t.Errorf("%q is not fit to draw", text)
			}
		}
	})
}

func cleanText(s string) bool {
	for i, r := range s {
		if r < ' ' || r == 0x7f || r >= 0x80 && r < 0xA0 || r >= 0x202A && r <= 0x202E || r >= 0x2066 && r <= 0x2069 {
			return false
		}
		if r == ' ' && (i == 0 || i == len(s)-1) {
			return false
		}
	}
	return true
}
