package frame_test

import (
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/sign"
)

// sample is a sign as the rest of Roomink makes them.
type sample struct {
	name string
	sign sign.Sign
}

// office composes the samples for one room on Monday, 23 November 2026, 10:10.
type office struct {
	room     calendar.Room
	loc      *time.Location
	policy   sign.Policy
	account  sign.Account
	syncedAt time.Time
}

func newOffice(t testing.TB) office {
	t.Helper()
	loc, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	o := office{
		room:   calendar.Room{ID: "lovelace@example.com", Name: "Ada Lovelace", Building: "Building 3", Floor: "2"},
		loc:    loc,
		policy: sign.DefaultPolicy(), account: sign.AccountOK,
	}
	o.syncedAt = o.at(10, 9)
	return o
}

func (o office) at(hour, minute int) time.Time {
	return time.Date(2026, 11, 23, hour, minute, 0, 0, o.loc)
}

func (o office) compose(events ...calendar.Event) sign.Sign {
	s, _ := sign.Compose(calendar.NewAgenda(o.room, o.loc, events, o.syncedAt), o.account, o.policy, o.at(10, 10))
	return s
}

// meeting is an event from hh:mm to hh:mm, given as 930 for 9:30.
func (o office) meeting(from, to int, subject, organizer string) calendar.Event {
	return calendar.Event{
		ID: subject, Subject: subject, Organizer: organizer, Availability: calendar.Busy,
		Start: o.at(from/100, from%100), End: o.at(to/100, to%100),
	}
}

// rest are the meetings of an ordinary day after ten.
func (o office) rest() []calendar.Event {
	return []calendar.Event{
		o.meeting(830, 930, "Stand-up", "Grace Hopper"),
		o.meeting(1130, 1230, "Design review: onboarding", "Zoë Müller"),
		o.meeting(1330, 1415, "Interview", "Human Resources"),
		o.meeting(1500, 1600, "Budget 2027", "Katherine Johnson"),
		o.meeting(1615, 1700, "1:1", "Radia Perlman"),
	}
}

func samples(t testing.TB) []sample {
	o := newOffice(t)
	with := func(change func(*office)) office {
		c := o
		change(&c)
		return c
	}
	now := o.meeting(1000, 1100, "Quarterly business review", "Annie Easley")
	private := now
	private.Private = true
	allDay := now
	allDay.AllDay, allDay.Subject = true, "Hackathon"
	allDay.Start = time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	allDay.End = allDay.Start.AddDate(0, 0, 1)
	long := now
	long.Subject = strings.TrimSpace(strings.Repeat("Discussion of the extraordinarily comprehensive cross-departmental roadmap ", 4)[:255])
	rtl := now
	rtl.Subject, rtl.Organizer = "مراجعة ميزانية 2027 مع فريق Roomink", "ليلى حداد"
	german := with(func(c *office) {
		c.policy.Language = "de"
		c.room = calendar.Room{Name: "Konferenzraum Größenwahn", Building: "Haus B", Floor: "2"}
	})
	signedOut := with(func(c *office) { c.account = sign.AccountSignedOut })
	return []sample{
		{"free-all-day", o.compose()},
		{"free-until", o.compose(o.rest()...)},
		{"busy", o.compose(append(o.rest(), now)...)},
		{"back-to-back", o.compose(append(o.rest(), now, o.meeting(1100, 1130, "Sprint planning", "Mary Jackson"))...)},
		{"all-day", o.compose(allDay)},
		{"private", o.compose(append(o.rest(), private)...)},
		{"long", o.compose(append(o.rest(), long)...)},
		{"stale", with(func(c *office) { c.syncedAt = c.at(8, 55) }).compose(append(o.rest(), now)...)},
		{"signed-out", signedOut.compose(o.rest()...)},
		{"never-synced", with(func(c *office) { c.syncedAt = time.Time{} }).compose()},
		{"german", german.compose(
			o.meeting(1000, 1130, "Lenkungsausschuss Straßenbau", "Jürgen Weiß"),
			o.meeting(1130, 1200, "Rücksprache", "Änne Österreicher"),
			o.meeting(1400, 1500, "Geschäftsführung: Überblick viertes Quartal", "Jürgen Weiß"))},
		{"german-stale", with(func(c *office) { c.policy.Language, c.syncedAt = "de", c.at(-3, 5) }).compose(o.rest()...)},
		{"rtl", o.compose(append(o.rest(), rtl)...)},
		{"no-room-name", with(func(c *office) { c.room = calendar.Room{} }).compose(o.rest()...)},
		{"scripts", o.compose(
			o.meeting(1000, 1100, "Αναθεώρηση – Совещание", "Łukasz Žižka"),
			o.meeting(1200, 1300, "四半期レビュー", "山田 太郎"),
			o.meeting(1300, 1330, "פגישה", "👩‍💻"))},
		{"hours-12", with(func(c *office) { c.policy.Hours12 = true }).compose(append(o.rest(), now)...)},
	}
}
