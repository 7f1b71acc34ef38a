package tenant_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/roomink/roomink/engine/simulator/tenant"
)

// moments are hours of working days, weekends, a DST change and a year's end.
func moments() []time.Time {
	var out []time.Time
	for _, day := range []time.Time{
		time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC), // Monday
		time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC), // Tuesday, the fortnightly one
		time.Date(2026, 11, 27, 0, 0, 0, 0, time.UTC), // Friday
		time.Date(2026, 11, 28, 0, 0, 0, 0, time.UTC), // Saturday
		time.Date(2026, 11, 29, 0, 0, 0, 0, time.UTC), // Sunday
		time.Date(2026, 10, 24, 0, 0, 0, 0, time.UTC), // the night before Europe's change
		time.Date(2026, 3, 8, 0, 0, 0, 0, time.UTC),   // America's change
		time.Date(2026, 12, 31, 0, 0, 0, 0, time.UTC),
	} {
		for m := 0; m < 24*60; m += 95 {
			out = append(out, day.Add(time.Duration(m)*time.Minute))
		}
	}
	return out
}

func busyAt(list []tenant.Booking, at time.Time) bool {
	return slices.ContainsFunc(list, func(b tenant.Booking) bool { return !b.Start.After(at) && b.End.After(at) && b.ShowAs != "free" })
}

// TestSeedAtAnyHour: whenever the demo starts, one room is busy, one is free and
// booked later today, one is free for the rest of the day.
func TestSeedAtAnyHour(t *testing.T) {
	for _, now := range moments() {
		tn, err := tenant.New(tenant.Options{Now: func() time.Time { return now }})
		if err != nil {
			t.Fatalf("%s: %v", now, err)
		}
		var busy, later, free int
		for _, r := range tn.Rooms() {
			loc, err := time.LoadLocation(r.Zone)
			if err != nil {
				t.Fatal(err)
			}
			y, m, d := now.In(loc).Date()
			list, err := tn.Meetings(r.Address, now, time.Date(y, m, d+1, 0, 0, 0, 0, loc))
			if err != nil {
				t.Fatal(err)
			}
			switch {
			case busyAt(list, now) && !list[0].AllDay:
				busy++
			case len(list) == 0:
				free++
			case !busyAt(list, now):
				later++
			}
		}
		if busy == 0 || later == 0 || free == 0 {
			t.Errorf("%s: %d busy, %d free and booked later, %d free for the day", now.Format(time.RFC1123), busy, later, free)
		}
	}
}

// TestSeedVariety: each week from any day on holds one of every kind.
func TestSeedVariety(t *testing.T) {
	for _, now := range moments() {
		if now.Hour()%8 != 0 {
			continue
		}
		tn, err := tenant.New(tenant.Options{Now: func() time.Time { return now }})
		if err != nil {
			t.Fatal(err)
		}
		kinds := map[string]bool{}
		zones := map[string]bool{}
		for _, r := range tn.Rooms() {
			zones[r.Zone] = true
			list, err := tn.Meetings(r.Address, now.Add(-26*time.Hour), now.AddDate(0, 0, 8))
			if err != nil {
				t.Fatal(err)
			}
			var end time.Time
			for _, b := range list {
				kinds[b.Type] = true
				kinds[b.Sensitivity], kinds[b.ShowAs] = true, true
				kinds["allday"] = kinds["allday"] || b.AllDay
				kinds["cancelled"] = kinds["cancelled"] || b.Cancelled
				kinds["no subject"] = kinds["no subject"] || b.Subject == ""
				kinds["255"] = kinds["255"] || utf8.RuneCountInString(b.Subject) == 255
				kinds["organizer as subject"] = kinds["organizer as subject"] || b.Subject == b.Organizer.Name+" "
				for _, s := range []string{"ß", "é", "ą", "照", "التصميم", "🎉", "&lt;"} {
					kinds[s] = kinds[s] || strings.Contains(b.Subject, s)
				}
				if !b.AllDay {
					kinds["back to back"] = kinds["back to back"] || b.Start.Equal(end)
					kinds["overlap"] = kinds["overlap"] || b.Start.Before(end)
					end = b.End
				}
			}
		}
		for _, k := range []string{"singleInstance", "occurrence", "exception", "private", "confidential", "tentative", "allday", "cancelled", "no subject",
			"255", "organizer as subject", "ß", "é", "ą", "照", "التصميم", "🎉", "&lt;", "back to back", "overlap"} {
			if !kinds[k] {
				t.Errorf("%s: no meeting of kind %q", now, k)
			}
		}
		if len(tn.Rooms()) != 8 || len(zones) != 2 {
			t.Errorf("%d rooms in %v", len(tn.Rooms()), zones)
		}
	}
}

func TestSeedIsDeterministic(t *testing.T) {
	if a, b := tenant.DefaultOffice(monday), tenant.DefaultOffice(monday); !reflect.DeepEqual(a, b) {
		t.Error("two offices of one moment differ")
	}
	ids := func() (out []string) {
		tn, err := tenant.New(tenant.Options{Now: func() time.Time { return monday }})
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range tn.Rooms() {
			list, err := tn.Meetings(r.Address, monday, monday.AddDate(0, 0, 7))
			if err != nil {
				t.Fatal(err)
			}
			for _, b := range list {
				out = append(out, b.ID)
			}
		}
		return out
	}
	a := ids()
	if !slices.Equal(a, ids()) {
		t.Error("ids differ from run to run")
	}
	slices.Sort(a)
	if len(slices.Compact(a)) != len(a) {
		t.Error("an id is used twice")
	}
}
