package engine

import (
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/sign"
)

// A computer that is set to another time zone takes the rooms along that have none of their
// own, all-day meetings included, and no others.
func TestTimeZoneOfTheComputer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // from midnight UTC on
		l := newLife(2, 2)
		l.nowhere = roomID(0)
		cfg := l.config(t, t.TempDir())
		cfg.Location = nil
		var zone atomic.Pointer[time.Location]
		zone.Store(time.UTC)
		cfg.Zone = func() *time.Location { return zone.Load() }
		e, _ := run(t, cfg)
		settle(time.Minute)
		hang(t, e, 0)
		hang(t, e, 1)
		day := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
		l.set(func() {
			for i := range 2 {
				l.events[roomID(i)]["d"] = calendar.Event{ID: "d", Subject: "Fair", Availability: calendar.Busy, AllDay: true, Start: day, End: day.AddDate(0, 0, 1)}
				l.changed[roomID(i)] = time.Now()
			}
		})
		settle(bound)
		states := func() (list []sign.State) {
			for _, d := range e.Snapshot().Displays {
				list = append(list, d.Sign.State)
			}
			return list
		}
		if s := states(); s[0] != sign.Busy || s[1] != sign.Free { // it is the day before in New York
			t.Fatalf("states %v; want the fair in the room without a zone", s)
		}
		lima, err := time.LoadLocation("America/Lima")
		must(t, err)
		zone.Store(lima)
		settle(2 * time.Minute)
		s := e.Snapshot()
		if got := states(); got[0] != sign.Free || got[1] != sign.Free || s.Displays[0].Delivery != Delivered {
			t.Errorf("states %v; want the fair to begin in five hours", got)
		}
		if !strings.Contains(s.Activity[0].Text+s.Activity[1].Text+s.Activity[2].Text, "The time zone of this computer is America/Lima now; it was UTC") {
			t.Errorf("activity %+v", s.Activity[:3])
		}
		settle(5 * time.Hour)
		if got := states(); got[0] != sign.Busy || got[1] != sign.Busy {
			t.Errorf("states %v; want the fair in both", got)
		}
	})
}
