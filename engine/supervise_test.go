package engine

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/health"
)

// A mistake in one part is reported, the part is started again, slower when it fails again
// and again, and all else goes on meanwhile.
func TestPanicInAPart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLife(1, 1)
		cfg := l.config(t, t.TempDir())
		e, _ := run(t, cfg)
		settle(time.Minute)
		hang(t, e, 0)
		settle(bound)

		l.set(func() { l.panics = true })
		settle(5 * time.Minute)
		s := e.Snapshot()
		if !has(s, codePanicked) || !has(s, codeCrashLoop) || s.State != Attention || s.Problems[0].Severity != health.Error {
			t.Fatalf("state %s, problems %+v; want both the error and the loop told", s.State, s.Problems)
		}
		reports, err := filepath.Glob(filepath.Join(cfg.Dir, reportsDir, "panic-*-read-calendars.txt"))
		if err != nil || len(reports) < 3 || len(reports) > reportsMost {
			t.Fatalf("%d reports, %v", len(reports), err)
		}
		text, err := os.ReadFile(reports[0])
		if err != nil || !strings.Contains(string(text), "index out of range [7]") || !strings.Contains(string(text), "Changes") {
			t.Errorf("report %q, %v; want the message and the place", text, err)
		}
		before, err := filepath.Glob(filepath.Join(cfg.Dir, reportsDir, "*"))
		if err != nil {
			t.Fatal(err)
		}
		settle(10 * time.Minute)
		after, err := filepath.Glob(filepath.Join(cfg.Dir, reportsDir, "*"))
		if err != nil || len(before) > reportsMost || len(after) > reportsMost {
			t.Errorf("%d, then %d reports, %v; want at most %d kept", len(before), len(after), err, reportsMost)
		}
		// The pushing goes on: the sign owned up by itself that its calendar is not read.
		settle(15 * time.Minute)
		if d := e.Snapshot().Displays[0]; d.Delivery != Delivered || d.Sign.Notice == "" {
			t.Errorf("%+v, %s; want the sign to own up while the reading fails", d.Sign, d.Delivery)
		}

		l.set(func() { l.panics = false })
		settle(10 * time.Minute)
		if s := e.Snapshot(); has(s, codeCrashLoop) || s.Displays[0].Sign.Notice != "" || s.Displays[0].Delivery != Delivered {
			t.Errorf("problems %+v, sign %+v; want all well again", s.Problems, s.Displays[0].Sign)
		}
	})
}

// What could not be reached is tried at once when the computer is in another network, and
// nothing is tried while it is in none.
func TestNetworkChange(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLife(1, 1)
		e, _ := run(t, l.config(t, t.TempDir()))
		settle(time.Minute)
		hang(t, e, 0)
		settle(bound)
		l.set(func() {
			l.network, l.offline, l.power[displayID(0)] = "none", true, false
		})
		l.book("a", time.Now().Add(time.Hour))
		settle(50 * time.Minute)
		l.set(func() { l.network, l.offline, l.power[displayID(0)] = "198.51.100.4/24", false, true })
		settle(networkEvery + 15*time.Second)
		d := e.Snapshot().Displays[0]
		if d.Delivery != Delivered || d.Sign.Notice != "" || l.shows(displayID(0)) != d.Frame.Hash {
			t.Errorf("%+v, %s; want all read and shown some seconds after the network is back", d.Sign, d.Delivery)
		}
	})
}

// Once a working day, a summary says which signs are late; not at night, not twice after a
// restart, and later on a day that began while the computer slept.
func TestDailyDigest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // from Saturday
		l := newLife(2, 2)
		cfg := l.config(t, t.TempDir())
		cfg.Interval, cfg.Quiet = 10*time.Minute, 10*time.Minute // days pass
		e, stop := run(t, cfg)
		settle(time.Minute)
		hang(t, e, 0)
		hang(t, e, 1)
		settle(bound)
		count := func() (n int) {
			for _, a := range e.Snapshot().Activity {
				if strings.HasPrefix(a.Text, "Daily summary") {
					n++
				}
			}
			return n
		}
		monday := time.Date(2000, 1, 3, 8, 0, 0, 0, time.UTC)
		settle(time.Until(monday) - time.Minute)
		if n := count(); n != 0 {
			t.Errorf("%d summaries at the weekend", n)
		}
		settle(3 * time.Minute)
		if d := e.Snapshot().Digest; count() != 1 || d.Signs != 2 || len(d.Late) != 0 {
			t.Errorf("%d summaries, %+v; want one, of two signs that are right", count(), d)
		}
		stop()
		e, stop = run(t, cfg)
		settle(time.Hour)
		l.set(func() { l.power[displayID(1)] = false })
		l.set(func() {
			from := time.Now().UTC().Add(time.Hour)
			l.events[roomID(1)]["x"] = calendar.Event{ID: "x", Availability: calendar.Busy, Start: from, End: from.AddDate(0, 0, 7)}
			l.changed[roomID(1)] = time.Now()
		})
		settle(20 * time.Hour)
		if n := count(); n != 1 {
			t.Errorf("%d summaries on Monday", n)
		}
		stop() // at 5 on Tuesday, until 10
		time.Sleep(5 * time.Hour)
		e, _ = run(t, cfg)
		settle(10 * time.Minute)
		if d := e.Snapshot().Digest; count() != 2 || len(d.Late) > 1 || d.At.Before(monday.Add(24*time.Hour)) {
			t.Errorf("%d summaries, %+v; want Tuesday's", count(), d)
		}
		settle(24 * time.Hour)
		if d := e.Snapshot().Digest; count() != 3 || len(d.Late) != 1 || d.Late[0] != "Room 1" {
			t.Errorf("%d summaries, %+v; want Wednesday's to name the room", count(), d)
		}
	})
}
