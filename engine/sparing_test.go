package engine

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/sign"
)

// inks is an office whose panels have colours.
type inks struct {
	*life
	scheme display.Scheme
}

func (i inks) Probe(ctx context.Context, address string) (display.Display, error) {
	d, err := i.life.Probe(ctx, address)
	d.Panel.Scheme = i.scheme
	return d, err
}

// inked opens an office of one room with one display of a scheme.
func inked(t *testing.T, scheme display.Scheme) (*life, *Engine) {
	t.Helper()
	return inkedAt(t, scheme, 10*time.Second)
}

// inkedAt is inked, with calendars that are read at an interval.
func inkedAt(t *testing.T, scheme display.Scheme, interval time.Duration) (*life, *Engine) {
	t.Helper()
	l := newLife(1, 1)
	cfg := l.config(t, t.TempDir())
	cfg.Drivers = []display.Driver{inks{l, scheme}}
	cfg.Interval, cfg.Quiet = interval, interval
	e, _ := run(t, cfg)
	settle(time.Minute)
	if _, err := e.AddDisplay(t.Context(), "0000"); err != nil {
		t.Fatal(err)
	}
	if err := e.Assign(t.Context(), displayID(0), roomID(0)); err != nil {
		t.Fatal(err)
	}
	settle(10 * time.Minute)
	l.set(func() { l.pushes = nil })
	return l, e
}

// book puts a meeting into the room, or moves it.
func (l *life) book(id string, start time.Time) {
	l.set(func() {
		l.events[roomID(0)][id] = calendar.Event{ID: id, Subject: "Meeting " + id, Availability: calendar.Busy,
			Start: start.UTC(), End: start.UTC().Add(30 * time.Minute)}
		l.changed[roomID(0)] = time.Now()
	})
}

// A colour panel rests between two refreshes, the app says until when, and neither rest nor
// anything else delays the start of a meeting by more than that.
func TestColourPanelRests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, e := inked(t, display.Spectra6)
		far := time.Now().Add(5 * time.Hour)
		l.book("a", far)
		settle(12 * time.Second)
		if l.count() != 1 {
			t.Fatalf("%d pushes; want the first change at once", l.count())
		}
		first := e.Snapshot().Displays[0].DeliveredAt
		for i := range 4 {
			l.book("b", far.Add(time.Duration(1+i)*time.Hour))
			settle(12 * time.Second)
		}
		d := e.Snapshot().Displays[0]
		if l.count() != 1 || d.Delivery != Pending || d.HeldUntil.Sub(first) != display.Spectra6.Rest() {
			t.Errorf("%d pushes, %s, held until %v after the first; want one, pending, a minute", l.count(), d.Delivery, d.HeldUntil.Sub(first))
		}
		settle(time.Minute)
		if d := e.Snapshot().Displays[0]; l.count() != 2 || d.Delivery != Delivered || !d.HeldUntil.IsZero() {
			t.Errorf("%d pushes, %s, held until %v; want both changes shown by one more", l.count(), d.Delivery, d.HeldUntil)
		}

		// A change of what follows, half a minute before a meeting, waits for that: the
		// meeting is on the glass in time.
		start := time.Now().Add(20 * time.Minute).Truncate(time.Minute)
		l.book("soon", start)
		settle(time.Until(start) - 35*time.Second)
		before := l.count()
		l.book("b", far.Add(3*time.Hour))
		settle(25 * time.Second)
		if l.count() != before {
			t.Error("refreshed for what follows, just before a meeting")
		}
		settle(time.Until(start) + time.Second)
		if d := e.Snapshot().Displays[0]; d.Sign.State != sign.Busy || d.Delivery != Delivered || l.count() != before+1 {
			t.Errorf("%s, %s after %d pushes; want the meeting shown a second after its start", d.Sign.State, d.Delivery, l.count()-before)
		}
	})
}

// Black and white panels need no rest; what a person asks for never waits.
func TestNothingWaitsWithoutNeed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, _ := inked(t, display.Mono)
		for i := range 5 {
			l.book("a", time.Now().Add(time.Duration(3+i)*time.Hour))
			settle(12 * time.Second)
		}
		if l.count() != 5 {
			t.Errorf("%d pushes; want one of each change", l.count())
		}
	})
	synctest.Test(t, func(t *testing.T) {
		l, e := inked(t, display.ACeP7)
		l.book("a", time.Now().Add(5*time.Hour))
		settle(12 * time.Second)
		for range 3 {
			for _, room := range []calendar.RoomID{"", roomID(0)} {
				if err := e.Assign(t.Context(), displayID(0), room); err != nil {
					t.Fatal(err)
				}
				settle(time.Second)
			}
		}
		if l.count() != 7 {
			t.Errorf("%d pushes; want each assignment shown at once", l.count())
		}
	})
}

// A display with a low battery does without refreshes that change nothing of whether the
// room is free, but for one in half an hour, and shows those that do at once.
func TestLowBatteryThrift(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, e := inked(t, display.Mono)
		p := e.Snapshot().Policy
		p.Soon = 10 * time.Minute
		if err := e.SetPolicy(t.Context(), p); err != nil {
			t.Fatal(err)
		}
		l.set(func() { l.battery = 3400 })
		far := time.Now().Add(8 * time.Hour)
		l.book("z", far)
		settle(20 * time.Minute) // it tells, and gets its mark
		if s := e.Snapshot().Displays[0].Sign; s.LowBattery == "" {
			t.Fatal("not marked as low")
		}
		settle(31 * time.Minute)
		l.set(func() { l.pushes = nil })
		for i := range 60 { // an hour of edits of what follows
			l.book("y", far.Add(time.Duration(1+i)*time.Minute))
			settle(time.Minute)
		}
		if n := l.count(); n < 1 || n > 3 {
			t.Errorf("%d pushes in an hour of small changes; want one each half an hour", n)
		}
		l.set(func() { l.pushes = nil })
		start := time.Now().Add(20 * time.Minute).Truncate(time.Minute)
		l.book("now", start)
		settle(time.Minute)
		if n := l.count(); n != 1 {
			t.Errorf("%d pushes; want it to say at once until when the room is free", n)
		}
		settle(time.Until(start) - time.Second)
		if d := e.Snapshot().Displays[0]; l.count() != 1 || d.Sign.Soon {
			t.Errorf("%d pushes; want no announcement", l.count()-1)
		}
		settle(2 * time.Second)
		if d := e.Snapshot().Displays[0]; d.Sign.State != sign.Busy || d.Delivery != Delivered {
			t.Errorf("%s, %s; want the meeting to be shown as it starts", d.Sign.State, d.Delivery)
		}
	})
}

// Signs at rest are not refreshed from the end of the working hours to their next begin,
// whatever happens meanwhile, and are right when people come.
func TestRest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, e := inkedAt(t, display.Mono, 5*time.Minute) // Saturday, in Berlin
		p := e.Snapshot().Policy
		p.Outside = sign.Rest
		if err := e.SetPolicy(t.Context(), p); err != nil {
			t.Fatal(err)
		}
		settle(bound)
		if d := e.Snapshot().Displays[0]; d.Sign.State != sign.Closed || d.Sign.Date != "" || d.Delivery != Delivered {
			t.Fatalf("%+v, %s; want it at rest", d.Sign, d.Delivery)
		}
		l.set(func() { l.pushes = nil })
		monday := time.Date(2000, 1, 3, 8, 0, 0, 0, e.location(l.room(0)))
		for i := 0; time.Until(monday) > time.Hour; i++ {
			l.book("a", time.Now().Add(time.Duration(i%3)*time.Hour))
			settle(time.Hour - time.Minute)
		}
		if n := l.count(); n != 0 {
			t.Errorf("%d pushes while at rest", n)
		}
		l.book("a", monday.Add(-time.Minute))
		settle(time.Until(monday) + time.Second)
		if d := e.Snapshot().Displays[0]; l.count() != 1 || d.Sign.State != sign.Busy || d.Delivery != Delivered {
			t.Errorf("%d pushes, %s, %s; want the meeting shown as the working hours begin", l.count(), d.Sign.State, d.Delivery)
		}
	})
}
