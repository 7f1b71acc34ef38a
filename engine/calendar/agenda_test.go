package calendar_test

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"github.com/roomink/roomink/engine/calendar"
)

// The day of most tests, in UTC.
func clock(hour, minute int) time.Time { return time.Date(2026, 11, 23, hour, minute, 0, 0, time.UTC) }

func meeting(id string, start, end time.Time) calendar.Event {
	return calendar.Event{ID: id, Subject: id, Start: start, End: end, Availability: calendar.Busy}
}

func allDay(id string, y int, m time.Month, d, days int) calendar.Event {
	e := meeting(id, time.Date(y, m, d, 0, 0, 0, 0, time.UTC), time.Date(y, m, d+days, 0, 0, 0, 0, time.UTC))
	e.AllDay = true
	return e
}

func agenda(loc *time.Location, events ...calendar.Event) calendar.Agenda {
	return calendar.NewAgenda(calendar.Room{ID: "room@example.com"}, loc, events, clock(0, 0))
}

// want is a Status with meetings named by their IDs; "" is none.
type want struct {
	busy          bool
	current, next string
	freeAt        time.Time
	change        time.Time
}

func check(t *testing.T, a calendar.Agenda, at time.Time, w want) {
	t.Helper()
	s := a.At(at)
	got := want{busy: s.Busy, freeAt: s.FreeAt, change: s.Change}
	if s.Current != nil {
		got.current = s.Current.ID
	}
	if s.Next != nil {
		got.next = s.Next.ID
	}
	if got.busy != w.busy || got.current != w.current || got.next != w.next ||
		!got.freeAt.Equal(w.freeAt) || !got.change.Equal(w.change) {
		t.Errorf("at %s:\n got %+v\nwant %+v", at, got, w)
	}
}

func TestAt(t *testing.T) {
	var never time.Time
	type question struct {
		at time.Time
		want
	}
	for _, c := range []struct {
		name   string
		events []calendar.Event
		ask    []question
	}{
		{"empty calendar", nil, []question{
			{clock(9, 0), want{}},
		}},
		{"one meeting", []calendar.Event{meeting("a", clock(9, 0), clock(10, 0))}, []question{
			{clock(8, 0), want{next: "a", change: clock(9, 0)}},
			{clock(9, 0), want{busy: true, current: "a", freeAt: clock(10, 0), change: clock(10, 0)}},
			{clock(10, 0).Add(-1), want{busy: true, current: "a", freeAt: clock(10, 0), change: clock(10, 0)}},
			{clock(10, 0), want{}},
		}},
		{"back to back", []calendar.Event{
			meeting("b", clock(10, 0), clock(11, 0)), meeting("a", clock(9, 0), clock(10, 0)),
		}, []question{
			{clock(9, 30), want{busy: true, current: "a", next: "b", freeAt: clock(11, 0), change: clock(10, 0)}},
			{clock(10, 0), want{busy: true, current: "b", freeAt: clock(11, 0), change: clock(11, 0)}},
		}},
		{"pause too short to use", []calendar.Event{
			meeting("a", clock(9, 0), clock(10, 0).Add(-30*time.Second)), meeting("b", clock(10, 0), clock(11, 0)),
		}, []question{
			{clock(9, 0), want{busy: true, current: "a", next: "b", freeAt: clock(11, 0), change: clock(10, 0).Add(-30 * time.Second)}},
			{clock(10, 0).Add(-time.Second), want{busy: true, next: "b", freeAt: clock(11, 0), change: clock(10, 0)}},
		}},
		{"pause of exactly MinGap", []calendar.Event{
			meeting("a", clock(9, 0), clock(9, 59)), meeting("b", clock(10, 0), clock(11, 0)),
		}, []question{
			{clock(9, 0), want{busy: true, current: "a", next: "b", freeAt: clock(9, 59), change: clock(9, 59)}},
			{clock(9, 59), want{next: "b", change: clock(10, 0)}},
		}},
		{"one inside another", []calendar.Event{
			meeting("long", clock(9, 0), clock(12, 0)), meeting("short", clock(10, 0), clock(11, 0)),
		}, []question{
			{clock(9, 0), want{busy: true, current: "long", next: "short", freeAt: clock(12, 0), change: clock(10, 0)}},
			{clock(10, 0), want{busy: true, current: "short", freeAt: clock(12, 0), change: clock(11, 0)}},
			{clock(11, 0), want{busy: true, current: "long", freeAt: clock(12, 0), change: clock(12, 0)}},
		}},
		{"overlapping", []calendar.Event{
			meeting("a", clock(9, 0), clock(10, 30)), meeting("b", clock(10, 0), clock(11, 0)),
		}, []question{
			{clock(10, 15), want{busy: true, current: "b", freeAt: clock(11, 0), change: clock(10, 30)}},
			{clock(10, 45), want{busy: true, current: "b", freeAt: clock(11, 0), change: clock(11, 0)}},
		}},
		{"same start: the one that ends first", []calendar.Event{
			meeting("long", clock(9, 0), clock(11, 0)), meeting("short", clock(9, 0), clock(10, 0)),
		}, []question{
			{clock(9, 0), want{busy: true, current: "short", freeAt: clock(11, 0), change: clock(10, 0)}},
			{clock(10, 0), want{busy: true, current: "long", freeAt: clock(11, 0), change: clock(11, 0)}},
		}},
		{"no time at all, or less", []calendar.Event{
			meeting("zero", clock(9, 0), clock(9, 0)), meeting("negative", clock(9, 0), clock(8, 0)),
		}, []question{
			{clock(8, 30), want{}},
			{clock(9, 0), want{}},
		}},
		{"a short one beside a long one opens no pause", []calendar.Event{
			meeting("long", clock(9, 0), clock(12, 0)), meeting("short", clock(9, 0), clock(9, 30)), meeting("late", clock(11, 0), clock(13, 0)),
		}, []question{
			{clock(9, 45), want{busy: true, current: "long", next: "late", freeAt: clock(13, 0), change: clock(11, 0)}},
		}},
		{"no length between two meetings", []calendar.Event{
			meeting("a", clock(9, 0), clock(9, 59)), meeting("dot", clock(9, 59).Add(30*time.Second), clock(9, 59).Add(30*time.Second)), meeting("b", clock(10, 0), clock(11, 0)),
		}, []question{
			{clock(9, 58), want{busy: true, current: "a", next: "b", freeAt: clock(9, 59), change: clock(9, 59)}},
			{clock(9, 59), want{next: "b", change: clock(10, 0)}},
			{clock(9, 59).Add(30 * time.Second), want{next: "b", change: clock(10, 0)}},
		}},
		{"the shortest meeting there is", []calendar.Event{meeting("a", clock(9, 0), clock(9, 0).Add(1))}, []question{
			{clock(9, 0).Add(-1), want{next: "a", change: clock(9, 0)}},
			{clock(9, 0), want{busy: true, current: "a", freeAt: clock(9, 0).Add(1), change: clock(9, 0).Add(1)}},
			{clock(9, 0).Add(1), want{}},
		}},
		{"the same meeting twice", []calendar.Event{
			meeting("b", clock(9, 0), clock(10, 0)), meeting("a", clock(9, 0), clock(10, 0)),
		}, []question{
			{clock(8, 0), want{next: "a", change: clock(9, 0)}},
			{clock(9, 0), want{busy: true, current: "a", freeAt: clock(10, 0), change: clock(10, 0)}},
		}},
		{"many short pauses are one occupied time", []calendar.Event{
			meeting("a", clock(9, 0), clock(9, 30).Add(-1)), meeting("b", clock(9, 30), clock(10, 0).Add(-59*time.Second)), meeting("c", clock(10, 0), clock(10, 30)), meeting("d", clock(10, 31), clock(11, 0)),
		}, []question{
			{clock(9, 0), want{busy: true, current: "a", next: "b", freeAt: clock(10, 30), change: clock(9, 30).Add(-1)}},
			{clock(9, 30).Add(-1), want{busy: true, next: "b", freeAt: clock(10, 30), change: clock(9, 30)}},
			{clock(9, 59).Add(30 * time.Second), want{busy: true, next: "c", freeAt: clock(10, 30), change: clock(10, 0)}},
			{clock(10, 30), want{next: "d", change: clock(10, 31)}},
		}},
		{"a short pause counts from the end of all before it", []calendar.Event{
			meeting("long", clock(9, 0), clock(11, 0)), meeting("short", clock(9, 30), clock(10, 0)), meeting("late", clock(11, 0).Add(30*time.Second), clock(12, 0)),
		}, []question{
			{clock(10, 30), want{busy: true, current: "long", next: "late", freeAt: clock(12, 0), change: clock(11, 0)}},
			{clock(11, 0), want{busy: true, next: "late", freeAt: clock(12, 0), change: clock(11, 0).Add(30 * time.Second)}},
		}},
		{"overnight and over several days", []calendar.Event{
			meeting("retreat", clock(20, 0), clock(20, 0).AddDate(0, 0, 3)), meeting("talk", clock(9, 0).AddDate(0, 0, 1), clock(10, 0).AddDate(0, 0, 1)),
		}, []question{
			{clock(23, 59), want{busy: true, current: "retreat", next: "talk", freeAt: clock(20, 0).AddDate(0, 0, 3), change: clock(9, 0).AddDate(0, 0, 1)}},
			{clock(9, 0).AddDate(0, 0, 1), want{busy: true, current: "talk", freeAt: clock(20, 0).AddDate(0, 0, 3), change: clock(10, 0).AddDate(0, 0, 1)}},
			{clock(20, 0).AddDate(0, 0, 3), want{}},
		}},
		{"zero times", []calendar.Event{meeting("zero", never, never)}, []question{{clock(9, 0), want{}}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := agenda(nil, c.events...)
			for _, q := range c.ask {
				check(t, a, q.at, q.want)
			}
		})
	}
}

func TestOnlyOccupyingEventsCount(t *testing.T) {
	for availability, busy := range map[calendar.Availability]bool{
		calendar.Free: false, calendar.WorkingElsewhere: false,
		calendar.Tentative: true, calendar.Busy: true, calendar.OutOfOffice: true, calendar.Unknown: true,
		"somethingNew": true, "": true,
	} {
		e := meeting("a", clock(9, 0), clock(10, 0))
		e.Availability = availability
		if got := agenda(nil, e).At(clock(9, 0)).Busy; got != busy {
			t.Errorf("%q: busy = %v, want %v", availability, got, busy)
		}
		e.Cancelled = true
		if agenda(nil, e).At(clock(9, 0)).Busy {
			t.Errorf("%q, cancelled: still busy", availability)
		}
	}
}

// All-day entries float: they fill the room's own day, however long it is.
func TestAllDay(t *testing.T) {
	for _, c := range []struct {
		name, zone string
		y          int
		m          time.Month
		d, days    int
		from, to   string
	}{
		{"Berlin", "Europe/Berlin", 2026, 11, 23, 1, "2026-11-23T00:00:00+01:00", "2026-11-24T00:00:00+01:00"},
		{"New York", "America/New_York", 2026, 11, 23, 1, "2026-11-23T00:00:00-05:00", "2026-11-24T00:00:00-05:00"},
		{"Kathmandu", "Asia/Kathmandu", 2026, 11, 23, 1, "2026-11-23T00:00:00+05:45", "2026-11-24T00:00:00+05:45"},
		{"spring forward", "Europe/Berlin", 2026, 3, 29, 1, "2026-03-29T00:00:00+01:00", "2026-03-30T00:00:00+02:00"},
		{"fall back", "Europe/Berlin", 2026, 10, 25, 1, "2026-10-25T00:00:00+02:00", "2026-10-26T00:00:00+01:00"},
		{"three days across a change", "America/New_York", 2026, 10, 31, 3, "2026-10-31T00:00:00-04:00", "2026-11-03T00:00:00-05:00"},
		{"a day without midnight", "America/Santiago", 2025, 9, 7, 1, "2025-09-07T01:00:00-03:00", "2025-09-08T00:00:00-03:00"},
		{"ends where midnight is missing", "America/Santiago", 2025, 9, 6, 1, "2025-09-06T00:00:00-04:00", "2025-09-07T01:00:00-03:00"},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := agenda(zone(t, c.zone), allDay("a", c.y, c.m, c.d, c.days))
			from, to := instant(t, c.from), instant(t, c.to)
			check(t, a, from.Add(-1), want{next: "a", change: from})
			check(t, a, from, want{busy: true, current: "a", freeAt: to, change: to})
			check(t, a, to.Add(-1), want{busy: true, current: "a", freeAt: to, change: to})
			check(t, a, to, want{})
		})
	}
}

// On days when clocks change, meetings are instants: what overlaps or leaves a pause by
// the clock on the wall need not.
func TestChangeOfClocks(t *testing.T) {
	berlin := zone(t, "Europe/Berlin")
	at := func(s string) time.Time { return instant(t, s) }
	for _, c := range []struct {
		name   string
		events []calendar.Event
		at     string
		want
	}{
		{"half past two comes twice: the first", []calendar.Event{
			meeting("first", at("2026-10-25T02:00:00+02:00"), at("2026-10-25T02:30:00+02:00")),
			meeting("second", at("2026-10-25T02:00:00+01:00"), at("2026-10-25T02:30:00+01:00")),
		}, "2026-10-25T02:15:00+02:00", want{busy: true, current: "first", next: "second", freeAt: at("2026-10-25T02:30:00+02:00"), change: at("2026-10-25T02:30:00+02:00")}},
		{"half past two comes twice: the second", []calendar.Event{
			meeting("first", at("2026-10-25T02:00:00+02:00"), at("2026-10-25T02:30:00+02:00")),
			meeting("second", at("2026-10-25T02:00:00+01:00"), at("2026-10-25T02:30:00+01:00")),
		}, "2026-10-25T02:15:00+01:00", want{busy: true, current: "second", freeAt: at("2026-10-25T02:30:00+01:00"), change: at("2026-10-25T02:30:00+01:00")}},
		{"from one to four lasts two hours in spring", []calendar.Event{
			meeting("night", at("2026-03-29T01:00:00+01:00"), at("2026-03-29T04:00:00+02:00")),
		}, "2026-03-29T03:00:00+02:00", want{busy: true, current: "night", freeAt: at("2026-03-29T02:00:00Z"), change: at("2026-03-29T02:00:00Z")}},
		{"back to back over the gap", []calendar.Event{
			meeting("a", at("2026-03-29T01:00:00+01:00"), at("2026-03-29T02:00:00+01:00")), // which nobody's clock shows
			meeting("b", at("2026-03-29T03:00:00+02:00"), at("2026-03-29T04:00:00+02:00")),
		}, "2026-03-29T01:30:00+01:00", want{busy: true, current: "a", next: "b", freeAt: at("2026-03-29T04:00:00+02:00"), change: at("2026-03-29T03:00:00+02:00")}},
		{"an all-day event and a meeting after its 25 hours", []calendar.Event{
			allDay("day", 2026, 10, 25, 1), meeting("next", at("2026-10-26T00:00:30+01:00"), at("2026-10-26T01:00:00+01:00")),
		}, "2026-10-25T23:59:59+01:00", want{busy: true, current: "day", next: "next", freeAt: at("2026-10-26T01:00:00+01:00"), change: at("2026-10-26T00:00:00+01:00")}},
		{"all-day events of two days in a row leave no pause", []calendar.Event{
			allDay("saturday", 2026, 3, 28, 1), allDay("sunday", 2026, 3, 29, 1),
		}, "2026-03-28T12:00:00+01:00", want{busy: true, current: "saturday", next: "sunday", freeAt: at("2026-03-30T00:00:00+02:00"), change: at("2026-03-29T00:00:00+01:00")}},
		{"a whole week with its changes inside", []calendar.Event{allDay("week", 2026, 10, 20, 7)},
			"2026-10-26T23:59:59+01:00", want{busy: true, current: "week", freeAt: at("2026-10-27T00:00:00+01:00"), change: at("2026-10-27T00:00:00+01:00")}},
		{"an all-day event without a day", []calendar.Event{allDay("none", 2026, 10, 25, 0)}, "2026-10-25T00:00:00+02:00", want{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			check(t, agenda(berlin, c.events...), at(c.at), c.want)
		})
	}
}

func TestOn(t *testing.T) {
	berlin := zone(t, "Europe/Berlin")
	at := func(d, h int) time.Time { return time.Date(2026, 11, d, h, 0, 0, 0, berlin) }
	a := agenda(berlin,
		meeting("yesterday", at(22, 9), at(22, 24)),
		meeting("overnight", at(22, 22), at(23, 2)),
		meeting("morning", at(23, 0), at(23, 1)),
		meeting("late", at(23, 23), at(24, 3)),
		meeting("tomorrow", at(24, 0), at(24, 1)),
		allDay("day", 2026, 11, 23, 1),
	)
	var got []string
	for _, e := range a.On(at(23, 15).UTC()) {
		got = append(got, e.ID)
	}
	if want := []string{"overnight", "morning", "day", "late"}; !reflect.DeepEqual(got, want) {
		t.Errorf("On = %q, want %q", got, want)
	}
}

func TestNewAgendaLeavesItsInputAlone(t *testing.T) {
	events := []calendar.Event{meeting("b", clock(10, 0), clock(11, 0)), allDay("a", 2026, 11, 23, 1)}
	before := append([]calendar.Event(nil), events...)
	agenda(zone(t, "Asia/Tokyo"), events...)
	if !reflect.DeepEqual(events, before) {
		t.Errorf("events changed: %+v", events)
	}
}

// Between one Change and the next nothing may change, and the answer must agree
// with a plain look at every meeting.
func TestAtIsConstantBetweenChanges(t *testing.T) {
	zones := []*time.Location{time.UTC, zone(t, "Europe/Berlin"), zone(t, "America/Santiago"), zone(t, "Asia/Kathmandu")}
	for seed := range uint64(300) {
		rng := rand.New(rand.NewPCG(seed, 1))
		// Days around the change of clocks in Berlin and Santiago.
		origin := []time.Time{
			time.Date(2026, 3, 28, 0, 0, 0, 0, time.UTC), time.Date(2025, 9, 6, 0, 0, 0, 0, time.UTC),
		}[rng.IntN(2)]
		a := agenda(zones[rng.IntN(len(zones))], randomEvents(rng, origin)...)
		at := origin.Add(-time.Hour)
		for steps := 0; ; steps++ {
			s := a.At(at)
			checkAgainstMeetings(t, a, at, s)
			if s.Change.IsZero() {
				break
			}
			if !s.Change.After(at) || steps > 100 {
				t.Fatalf("seed %d: change of %s is %s", seed, at, s.Change)
			}
			for range 4 {
				between := at.Add(time.Duration(rng.Int64N(int64(s.Change.Sub(at)))))
				if other := a.At(between); !reflect.DeepEqual(s, other) {
					t.Fatalf("seed %d: between %s and %s:\n%+v\n%+v", seed, at, s.Change, s, other)
				}
			}
			at = s.Change
		}
	}
}

// randomEvents are on a grid of half minutes, so that ends meet starts and pauses
// are just below and at MinGap.
func randomEvents(rng *rand.Rand, origin time.Time) []calendar.Event {
	events := make([]calendar.Event, rng.IntN(12))
	for i := range events {
		if rng.IntN(6) == 0 {
			events[i] = allDay(fmt.Sprint(i), origin.Year(), origin.Month(), origin.Day()+rng.IntN(3), rng.IntN(3))
			continue
		}
		start := origin.Add(time.Duration(rng.IntN(48)) * time.Hour).Add(time.Duration(rng.IntN(4)) * 30 * time.Second)
		events[i] = meeting(fmt.Sprint(i), start, start.Add(time.Duration(rng.IntN(8))*30*time.Minute))
	}
	return events
}

func checkAgainstMeetings(t *testing.T, a calendar.Agenda, at time.Time, s calendar.Status) {
	t.Helper()
	inside, insideAtFree := false, false
	for _, m := range a.Meetings {
		inside = inside || !at.Before(m.Start) && at.Before(m.End)
		insideAtFree = insideAtFree || !s.FreeAt.Before(m.Start) && s.FreeAt.Before(m.End)
		if s.Next != nil && m.Start.After(at) && m.Start.Before(s.Next.Start) {
			t.Fatalf("at %s: %s starts before Next %s", at, m.ID, s.Next.ID)
		}
	}
	if inside != (s.Current != nil) || inside && !s.Busy {
		t.Fatalf("at %s: inside a meeting = %v, but %+v", at, inside, s)
	}
	if s.Busy != !s.FreeAt.IsZero() || s.Busy && (insideAtFree || !s.FreeAt.After(at)) {
		t.Fatalf("at %s: FreeAt %s is not the end of occupied time", at, s.FreeAt)
	}
	if s.Busy && !inside && (s.Next == nil || s.Next.Start.Sub(at) >= calendar.MinGap) {
		t.Fatalf("at %s: busy without a meeting and without a short pause", at)
	}
}
