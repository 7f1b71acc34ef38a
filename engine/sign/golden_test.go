package sign_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/sign"
)

var update = flag.Bool("update", false, "write testdata/signs.txt anew")

// What a sign says in each state and language, to be read by whoever speaks it. After
// a deliberate change: go test ./engine/sign -update
func TestGoldenSigns(t *testing.T) {
	var b strings.Builder
	for _, l := range sign.Languages() {
		fmt.Fprintf(&b, "%s (%s)%s\n", l.Name, l.Tag, map[bool]string{true: ", right to left"}[l.RightToLeft])
		for _, c := range goldenCases(t) {
			fmt.Fprintf(&b, "    %s:\n", c.name)
			for _, line := range c.say(l.Tag) {
				fmt.Fprintf(&b, "        %s\n", line)
			}
		}
	}
	path := filepath.Join("testdata", "signs.txt")
	if *update {
		if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(b.String(), "\n")); diff != "" {
		t.Error(diff)
	}
}

// goldenCase is a state of a sign.
type goldenCase struct {
	name string
	say  func(language string) []string
}

func goldenCases(t *testing.T) []goldenCase {
	o := newOffice(t)
	at, meet := o.at, o.meeting
	room := calendar.Room{ID: "lovelace@example.com", Name: "Lovelace", Floor: "2", Capacity: 12}
	policy := func(language string) sign.Policy {
		p := sign.DefaultPolicy()
		p.Language, p.Soon, p.StaleAfter = language, 10*time.Minute, time.Hour
		return p
	}
	state := func(name string, now time.Time, change func(p *sign.Policy, a *calendar.Agenda, account *sign.Account), events ...calendar.Event) goldenCase {
		return goldenCase{name, func(language string) []string {
			p, a, account := policy(language), calendar.NewAgenda(room, o.loc, events, now.Add(-time.Minute)), sign.AccountOK
			if change != nil {
				change(&p, &a, &account)
			}
			s, _ := sign.Compose(a, account, p, now)
			return said(s)
		}}
	}
	shut := func(p *sign.Policy, _ *calendar.Agenda, _ *sign.Account) { p.Outside = sign.SayShut }
	rest := func(p *sign.Policy, _ *calendar.Agenda, _ *sign.Account) { p.Outside = sign.Rest }
	stale := func(_ *sign.Policy, a *calendar.Agenda, _ *sign.Account) { a.SyncedAt = at(7, 5) }
	half := func(p *sign.Policy, _ *calendar.Agenda, _ *sign.Account) { p.Hours12 = true }
	return []goldenCase{
		state("free all day", at(9, 0), nil),
		state("free for the rest of the day", at(17, 0), nil, meet(at(9, 0), at(10, 0))),
		state("free until", at(9, 0), nil, meet(at(13, 0), at(14, 30)), o.private(at(16, 0), at(17, 0))),
		state("starting soon", at(12, 55), nil, meet(at(13, 0), at(14, 30))),
		state("busy until", at(13, 0), nil, meet(at(13, 0), at(14, 30))),
		state("ending soon", at(14, 25), nil, meet(at(13, 0), at(14, 30))),
		state("busy all day", at(9, 0), nil, o.allDay(23, 1)),
		state("busy for the rest of the day", at(22, 0), nil, meet(at(20, 0), at(24, 0))),
		state("busy until tomorrow", at(22, 0), nil, meet(at(20, 0), at(26, 30))),
		state("busy through tomorrow", at(9, 0), nil, o.allDay(23, 2)),
		state("busy until a weekday", at(9, 0), nil, meet(at(8, 0), at(24*3+10, 0))),
		state("busy through a weekday", at(9, 0), nil, o.allDay(23, 5)),
		state("busy until a date", at(9, 0), nil, meet(at(8, 0), at(24*8+10, 0))),
		state("busy through a date", at(9, 0), nil, o.allDay(23, 8)),
		state("closed, before it opens", at(6, 0), shut, meet(at(9, 0), at(10, 0))),
		state("closed until tomorrow", at(19, 0), shut),
		state("closed over the weekend", at(24*5+12, 0), shut, meet(at(24*7+9, 0), at(24*7+10, 0))),
		state("at rest over the weekend", at(24*5+12, 0), rest, meet(at(24*7+9, 0), at(24*7+10, 0))),
		state("stale", at(14, 0), stale, meet(at(13, 0), at(14, 30))),
		state("stale, nothing booked", at(14, 0), stale),
		state("never read", at(14, 0), func(_ *sign.Policy, a *calendar.Agenda, _ *sign.Account) { a.SyncedAt = time.Time{} }),
		state("signed out", at(14, 0), func(_ *sign.Policy, _ *calendar.Agenda, account *sign.Account) { *account = sign.AccountSignedOut }),
		state("signed out, never read", at(14, 0), func(_ *sign.Policy, a *calendar.Agenda, account *sign.Account) {
			a.SyncedAt, *account = time.Time{}, sign.AccountSignedOut
		}),
		state("account in trouble, within the grace", at(14, 0), func(_ *sign.Policy, _ *calendar.Agenda, account *sign.Account) { *account = sign.AccountInTrouble }),
		state("account in trouble, after it", at(14, 0), func(p *sign.Policy, a *calendar.Agenda, account *sign.Account) {
			stale(p, a, account)
			*account = sign.AccountInTrouble
		}),
		state("removed", at(14, 0), func(_ *sign.Policy, _ *calendar.Agenda, account *sign.Account) { *account = sign.RoomRemoved }),
		{"not assigned", func(language string) []string { return said(sign.ComposeUnassigned("Lobby", policy(language))) }},

		state("12-hour clock, from noon", at(9, 0), half, meet(at(12, 0), at(13, 0)), meet(at(13, 0), at(14, 0))),
		state("12-hour clock, across noon, to midnight", at(11, 59), half, meet(at(11, 30), at(13, 0)), meet(at(21, 0), at(24, 0))),
		state("from yesterday, into tomorrow", at(0, 30), nil, meet(at(-2, 0), at(1, 0)), meet(at(23, 0), at(30, 0))),
		state("masked, first of the month", time.Date(2026, 3, 1, 9, 0, 0, 0, o.loc), func(p *sign.Policy, _ *calendar.Agenda, _ *sign.Account) { p.Privacy = sign.Masked },
			meet(time.Date(2026, 3, 1, 9, 0, 0, 0, o.loc), time.Date(2026, 3, 1, 10, 0, 0, 0, o.loc))),
		{"the room", func(language string) []string {
			var lines []string
			for _, seats := range []int{1, 2, 3, 12, 100} {
				r, p := room, policy(language)
				r.Capacity, p.Code = seats, sign.OutlookCode
				s, _ := sign.Compose(calendar.NewAgenda(r, o.loc, nil, at(9, 0)), sign.AccountOK, p, at(9, 0))
				lines = append(lines, s.Seats)
				if seats == 100 {
					p.Code, p.CodeAddress = sign.AddressCode, "https://example.com/"
					address, _ := sign.Compose(calendar.NewAgenda(r, o.loc, nil, at(9, 0)), sign.AccountOK, p, at(9, 0))
					lines = append(lines, s.Place, s.CodeLabel, address.CodeLabel, s.WithLowBattery().LowBattery)
				}
			}
			return []string{strings.Join(lines, " | ")}
		}},
		{"dates", func(language string) []string {
			var days, months []string
			for i := range 12 {
				now := time.Date(2026, time.Month(i+1), i+1, 12, 0, 0, 0, o.loc)
				p := policy(language)
				p.Design = sign.Custom
				e := meet(now, now.Add(time.Hour))
				s, _ := sign.Compose(calendar.NewAgenda(room, o.loc, []calendar.Event{e}, now), sign.AccountOK, p, now)
				months = append(months, s.Date+" | "+s.Values["ONGOING_TIME_WITH_YEAR"])
				if i == 0 {
					for _, d := range s.Week {
						days = append(days, d.Name+" "+d.Day)
					}
				}
			}
			return append([]string{strings.Join(days, " | ")}, months...)
		}},
	}
}

// private is a private meeting.
func (o office) private(from, to time.Time) calendar.Event {
	e := o.meeting(from, to)
	e.Private = true
	return e
}

// said is what a sign says, a line for each part that says something.
func said(s sign.Sign) []string {
	headline := s.Headline
	if s.Soon {
		headline += "*"
	}
	lines := []string{strings.Join(nonEmpty(headline, s.Detail, s.Notice), " | ")}
	if s.Current != nil {
		lines = append(lines, "> "+strings.Join(nonEmpty(s.Current.Time, s.Current.Title, s.Current.Who), " | "))
	}
	if s.NextHead != "" && len(s.Next) == 0 {
		lines = append(lines, s.NextHead+": "+s.NextNone)
	}
	for _, l := range s.Next {
		lines = append(lines, s.NextHead+": "+strings.Join(nonEmpty(l.Time, l.Title, l.Who), " | "))
	}
	return lines
}

func nonEmpty(texts ...string) []string {
	var out []string
	for _, s := range texts {
		if s != "" {
			out = append(out, s)
		}
	}
	return out
}
