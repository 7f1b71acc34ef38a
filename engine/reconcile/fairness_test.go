package reconcile_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/reconcile"
)

// A thousand dead displays, each of which takes its time to be found dead, never delay one
// that answers; and all of them are tried in turn.
func TestFairness(t *testing.T) {
	const door, dead = display.ID("door"), 1000
	for name, unsure := range map[string]bool{"that were not heard of for long": true, "that died": false} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				o := newOffice(t)
				o.refresh = 5 * time.Second // until a dead one is given up, too
				o.unsure = map[display.ID]bool{}
				o.fault = func(id display.ID) error {
					if id == door {
						return nil
					}
					return &display.Error{Kind: display.Unreachable, Op: "connect"}
				}
				r := serve(t, o.config())
				for i := range dead {
					id := display.ID(fmt.Sprintf("dead%04d", i))
					o.unsure[id] = unsure
					o.show(id, "a")
					r.Touch(id)
				}
				if !unsure {
					after(time.Minute) // in which they are found dead
				}
				for i := range 120 {
					o.show(door, fmt.Sprint(i))
					touched := time.Now()
					r.Touch(door)
					after(7 * time.Second)
					last := time.Time{}
					o.mu.Lock()
					for _, p := range o.pushes {
						if p.id == door {
							last = p.at
						}
					}
					o.mu.Unlock()
					if wait := last.Sub(touched); wait < 0 || wait > time.Second {
						t.Fatalf("change %d: the push began %v after it", i, wait)
					}
				}
				o.mu.Lock()
				defer o.mu.Unlock()
				tries := map[display.ID]int{}
				for _, p := range o.pushes {
					tries[p.id]++
				}
				if len(tries) != dead+1 {
					t.Errorf("%d displays were tried; want all %d", len(tries), dead+1)
				}
				if !unsure {
					return
				}
				if o.maxRun > 129 {
					t.Errorf("%d pushes at once; want at most half of all for the dead ones, and one", o.maxRun)
				}
			})
		})
	}
}

// What spares a panel or a battery holds a push back, and says until when; it does not hold
// back what mends a glass that may be torn.
func TestHeldBack(t *testing.T) {
	const door = display.ID("door")
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		o.show(door, "a")
		r := serve(t, o.config())
		r.Touch(door)
		after(time.Minute)

		until := time.Now().Add(3 * time.Minute).Round(0)
		o.mu.Lock()
		o.hold = until
		o.mu.Unlock()
		o.show(door, "b")
		r.Touch(door)
		after(time.Minute)
		if s, _ := r.Status(door); s.State != reconcile.Pending || !s.HeldUntil.Equal(until) || o.count() != 1 {
			t.Errorf("%+v after %d pushes; want it held until %v", s, o.count(), until)
		}
		o.show(door, "c")
		r.Touch(door)
		after(5 * time.Minute)
		if s, _ := r.Status(door); s.State != reconcile.Delivered || !s.HeldUntil.IsZero() || o.count() != 2 || !o.pushes[1].at.Equal(until) {
			t.Errorf("%+v, pushes %v; want one of c at %v", s, o.pushes, until)
		}

		o.setFault(func(display.ID) error { return &display.Error{Kind: display.Timeout, Op: "send the picture"} })
		o.show(door, "d")
		r.Touch(door)
		after(1500 * time.Millisecond)
		o.setFault(nil)
		o.mu.Lock()
		o.hold = time.Now().Add(time.Hour)
		o.mu.Unlock()
		after(time.Minute)
		if s, _ := r.Status(door); s.State != reconcile.Delivered || o.glass[door] != "d" {
			t.Errorf("%+v; want a torn glass mended at once", s)
		}
	})
}

// A sign of life counts also while a try goes on that began too early, or just after one.
func TestSeenInTheMidst(t *testing.T) {
	const door = display.ID("door")
	for name, when := range map[string]time.Duration{"during the try": time.Second, "just after it": 4 * time.Second} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				o := newOffice(t)
				o.refresh = 3 * time.Second
				o.like[door] = display.Display{Sleeps: true}
				o.setFault(func(display.ID) error { return &display.Error{Kind: display.Unreachable} })
				o.show(door, "a")
				r := serve(t, o.config())
				r.Touch(door)
				after(200*time.Millisecond + when)
				o.setFault(nil)
				r.Seen(door)
				after(15 * time.Second)
				if s, _ := r.Status(door); s.State != reconcile.Delivered || o.count() != 2 {
					t.Errorf("%s after %d pushes; want it tried again while it is awake", s.State, o.count())
				}
			})
		})
	}
}
