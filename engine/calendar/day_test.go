package calendar_test

import (
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/roomink/roomink/engine/calendar"
)

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

func TestDayBounds(t *testing.T) {
	for _, c := range []struct {
		name, zone, at, from, to string // RFC 3339
	}{
		{"plain day", "Europe/Berlin", "2026-11-23T12:00:00+01:00", "2026-11-23T00:00:00+01:00", "2026-11-24T00:00:00+01:00"},
		{"first instant", "Europe/Berlin", "2026-11-23T00:00:00+01:00", "2026-11-23T00:00:00+01:00", "2026-11-24T00:00:00+01:00"},
		{"23 hours", "Europe/Berlin", "2026-03-29T12:00:00+02:00", "2026-03-29T00:00:00+01:00", "2026-03-30T00:00:00+02:00"},
		{"25 hours", "Europe/Berlin", "2026-10-25T12:00:00+01:00", "2026-10-25T00:00:00+02:00", "2026-10-26T00:00:00+01:00"},
		{"no midnight", "America/Santiago", "2025-09-07T12:00:00-03:00", "2025-09-07T01:00:00-03:00", "2025-09-08T00:00:00-03:00"},
		{"day before a missing midnight", "America/Santiago", "2025-09-06T23:30:00-04:00", "2025-09-06T00:00:00-04:00", "2025-09-07T01:00:00-03:00"},
		{"an hour comes twice before midnight", "America/Santiago", "2025-04-05T23:30:00-04:00", "2025-04-05T00:00:00-03:00", "2025-04-06T00:00:00-04:00"},
		{"midnight comes twice", "America/Havana", "2025-11-02T12:00:00-05:00", "2025-11-02T00:00:00-04:00", "2025-11-03T00:00:00-05:00"},
		{"day before a skipped one", "Pacific/Apia", "2011-12-29T12:00:00-10:00", "2011-12-29T00:00:00-10:00", "2011-12-31T00:00:00+14:00"},
	} {
		t.Run(c.name, func(t *testing.T) {
			from, to := calendar.DayBounds(instant(t, c.at), zone(t, c.zone))
			if !from.Equal(instant(t, c.from)) || !to.Equal(instant(t, c.to)) {
				t.Errorf("DayBounds = %s … %s, want %s … %s",
					from.Format(time.RFC3339), to.Format(time.RFC3339), c.from, c.to)
			}
		})
	}
}

// Every hour of years with odd transitions must lie in its own day,
// and the days must tile time.
func TestDayBoundsTileTime(t *testing.T) {
	for _, name := range []string{
		"UTC", "Europe/Berlin", "America/New_York", "America/Santiago", "America/Havana",
		"Africa/Cairo", "Asia/Beirut", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia",
	} {
		loc := zone(t, name)
		for _, year := range []int{2011, 2025, 2026} {
			start := time.Date(year, 1, 2, 0, 0, 0, 0, time.UTC)
			for at := start; at.Year() == year; at = at.Add(time.Hour) {
				from, to := calendar.DayBounds(at, loc)
				if at.Before(from) || !at.Before(to) {
					t.Fatalf("%s: %s is outside its day %s … %s", name, at.In(loc), from.In(loc), to.In(loc))
				}
				if last := from.Add(-time.Nanosecond).In(loc); last.YearDay() == from.In(loc).YearDay() {
					t.Fatalf("%s: day of %s begins before %s", name, at.In(loc), from.In(loc))
				}
				if _, prevTo := calendar.DayBounds(from.Add(-time.Nanosecond), loc); !prevTo.Equal(from) {
					t.Fatalf("%s: the day before %s ends at %s", name, from.In(loc), prevTo.In(loc))
				}
			}
		}
	}
}

func instant(t testing.TB, s string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return at
}
