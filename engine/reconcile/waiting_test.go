package reconcile_test

import (
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/reconcile"
)

const door = display.ID("door")

func status(t *testing.T, r *reconcile.Reconciler, id display.ID) reconcile.Status {
	t.Helper()
	s, known := r.Status(id)
	if !known {
		t.Fatalf("%s is not known", id)
	}
	return s
}

func TestWaiting(t *testing.T) {
	pull := func(o *office) { o.like[door] = display.Display{Pull: true} }
	tag := func(o *office) { o.like[door] = display.Display{Address: "192.0.2.9:80/door", Sleeps: true} }
	asleep := func(o *office) {
		o.like[door] = display.Display{Sleeps: true}
		o.setFault(func(display.ID) error { return &display.Error{Kind: display.Unreachable} })
	}
	tests := map[string]struct {
		like func(o *office)
		test func(t *testing.T, o *office, r *reconcile.Reconciler)
	}{
		"should wait for a display that fetches, and never push to it": {pull, func(t *testing.T, o *office, r *reconcile.Reconciler) {
			if s := status(t, r, door); s.State != reconcile.Waiting || s.Delivered != "" || o.count() != 0 {
				t.Fatalf("status %+v, pushes %v; want it waited for", s, o.pushes)
			}
			at := time.Now().Round(0)
			r.Confirm(t.Context(), door, "a", at, display.Telemetry{Battery: 3900, At: at})
			if s := status(t, r, door); s.State != reconcile.Delivered || !s.DeliveredAt.Equal(at) || o.ledger[door] != "a" || s.Telemetry.Battery != 3900 {
				t.Errorf("status %+v, ledger %v; want delivered", s, o.ledger)
			}
			o.show(door, "b")
			r.Touch(door)
			after(time.Second)
			if s := status(t, r, door); s.State != reconcile.Waiting {
				t.Errorf("status %+v; want it waited for again", s)
			}
			r.Confirm(t.Context(), door, "old", time.Now(), display.Telemetry{}) // fetched before the change
			after(time.Second)
			if s := status(t, r, door); s.State != reconcile.Waiting || s.Delivered != "old" {
				t.Errorf("status %+v; want it waited for, with what it has", s)
			}
			r.Confirm(t.Context(), door, "b", time.Now(), display.Telemetry{})
			r.Confirm(t.Context(), "nobody", "b", time.Now(), display.Telemetry{})
			after(24 * time.Hour)
			if s := status(t, r, door); s.State != reconcile.Delivered || o.count() != 0 {
				t.Errorf("status %+v, pushes %v; want delivered", s, o.pushes)
			}
		}},
		"should go over to pushing, and back": {pull, func(t *testing.T, o *office, r *reconcile.Reconciler) {
			delete(o.like, door)
			r.Touch(door)
			after(time.Minute)
			if o.count() != 1 || o.glass[door] != "a" {
				t.Errorf("pushes %v; want one", o.pushes)
			}
			pull(o)
			o.show(door, "b")
			r.Touch(door)
			after(time.Hour)
			if s := status(t, r, door); s.State != reconcile.Waiting || o.count() != 1 {
				t.Errorf("status %+v, pushes %v; want it waited for", s, o.pushes)
			}
		}},
		"should wait until what a gateway took is on the glass": {tag, func(t *testing.T, o *office, r *reconcile.Reconciler) {
			after(20 * time.Minute)
			if s := status(t, r, door); s.State != reconcile.Waiting || s.Offered != "a" || o.count() != 1 || o.offers[door] != [2]string{"a", "ticket 1"} || o.ledger[door] != "" {
				t.Fatalf("status %+v, pushes %v, offers %v; want one, waited for", s, o.pushes, o.offers)
			}
			r.Settle(t.Context(), door, "of the old picture", time.Now())
			r.Settle(t.Context(), "nobody", "ticket 1", time.Now())
			after(time.Minute)
			if s := status(t, r, door); s.State != reconcile.Waiting || o.count() != 1 {
				t.Fatalf("status %+v, pushes %v; want it still waited for", s, o.pushes)
			}
			r.Settle(t.Context(), door, "ticket 1", time.Now())
			after(time.Hour)
			if s := status(t, r, door); s.State != reconcile.Delivered || s.Delivered != "a" || o.ledger[door] != "a" || o.count() != 1 {
				t.Errorf("status %+v, ledger %v; want delivered", s, o.ledger)
			}
			r.Settle(t.Context(), door, "ticket 1", time.Now()) // it is told again and again
			after(time.Hour)
			if o.count() != 1 {
				t.Errorf("pushes %v; want one", o.pushes)
			}
		}},
		"should take word of a frame that comes before the gateway's answer": {func(o *office) {
			tag(o)
		}, func(t *testing.T, o *office, r *reconcile.Reconciler) {
			o.begun = func(id display.ID) { r.Settle(t.Context(), id, "ticket 2", time.Now()) }
			o.show(door, "b")
			r.Touch(door)
			after(time.Minute)
			if s := status(t, r, door); s.State != reconcile.Delivered || o.ledger[door] != "b" {
				t.Errorf("status %+v, ledger %v; want delivered", s, o.ledger)
			}
		}},
		"should push again, once, where somebody else drew": {tag, func(t *testing.T, o *office, r *reconcile.Reconciler) {
			r.Settle(t.Context(), door, "ticket 1", time.Now())
			after(time.Minute)
			for range 5 {
				r.Settle(t.Context(), door, "somebody's", time.Now())
			}
			after(time.Minute)
			if s := status(t, r, door); s.State != reconcile.Waiting || o.count() != 2 {
				t.Fatalf("status %+v, pushes %v; want a second one", s, o.pushes)
			}
			r.Settle(t.Context(), door, "somebody's", time.Now())
			r.Settle(t.Context(), door, "ticket 2", time.Now())
			after(time.Hour)
			if s := status(t, r, door); s.State != reconcile.Delivered || o.count() != 2 {
				t.Errorf("status %+v, pushes %v; want delivered", s, o.pushes)
			}
		}},
		"should push what changed while the gateway had the last": {tag, func(t *testing.T, o *office, r *reconcile.Reconciler) {
			o.show(door, "b")
			r.Touch(door)
			after(time.Minute)
			r.Settle(t.Context(), door, "ticket 1", time.Now()) // void
			after(time.Minute)
			if s := status(t, r, door); s.State != reconcile.Waiting || o.count() != 2 || s.Offered != "b" {
				t.Errorf("status %+v, pushes %v; want b waited for", s, o.pushes)
			}
		}},
		"should keep what the gateway has if the next can't be sent": {tag, func(t *testing.T, o *office, r *reconcile.Reconciler) {
			o.setFault(func(display.ID) error { return &display.Error{Kind: display.Unreachable} })
			o.show(door, "b")
			r.Touch(door)
			after(time.Minute)
			if s := status(t, r, door); s.State != reconcile.Retrying || o.offers[door] != [2]string{"a", "ticket 1"} {
				t.Fatalf("status %+v, offers %v; want it tried again, and the old one known", s, o.offers)
			}
			tries := o.count()
			o.show(door, "a")
			r.Touch(door)
			after(time.Second)
			r.Settle(t.Context(), door, "ticket 1", time.Now())
			after(10 * time.Minute)
			if s := status(t, r, door); s.State != reconcile.Delivered || o.count() != tries {
				t.Errorf("status %+v, %d tries; want delivered after %d", s, o.count(), tries)
			}
		}},
		"should not wait for a display for ever": {tag, func(t *testing.T, o *office, r *reconcile.Reconciler) {
			after(31 * time.Minute)
			if s := status(t, r, door); s.State != reconcile.Waiting || !errors.Is(s.Err, reconcile.ErrNotShown) || s.Failures != 1 || o.count() != 2 {
				t.Fatalf("status %+v, pushes %v; want a second one, and words", s, o.pushes)
			}
			after(24 * time.Hour)
			if n := o.count(); n < 5 || n > 8 {
				t.Errorf("%d pushes in a day; want five to eight", n)
			}
			r.Settle(t.Context(), door, fmt.Sprint("ticket ", o.count()), time.Now())
			after(time.Minute)
			if s := status(t, r, door); s.State != reconcile.Delivered || s.Err != nil || s.Failures != 0 {
				t.Errorf("status %+v; want delivered", s)
			}
		}},
		"should wait longer for a display that sleeps longer": {func(o *office) {
			tag(o)
			o.due = time.Now().Add(4 * time.Hour)
		}, func(t *testing.T, o *office, r *reconcile.Reconciler) {
			after(4 * time.Hour)
			if o.count() != 1 {
				t.Fatalf("pushes %v; want one", o.pushes)
			}
			after(time.Hour)
			if o.count() != 2 {
				t.Errorf("pushes %v; want two", o.pushes)
			}
		}},
		"should wait for what the gateway took before a restart": {tag, func(t *testing.T, o *office, r *reconcile.Reconciler) {
			again := reconcile.New(o.config())
			again.RememberOffered("other", "a", "ticket 1", time.Now())
			again.RememberOffered("settled", "", "ticket 2", time.Now())
			again.Remember("settled", "a", time.Now())
			for _, id := range []display.ID{"other", "settled"} {
				o.like[id] = o.like[door]
				o.show(id, "a")
			}
			start(t, again)
			again.Touch("other", "settled")
			after(time.Minute)
			again.Settle(t.Context(), "settled", "ticket 2", time.Now())
			after(time.Minute)
			if s := status(t, again, "other"); s.State != reconcile.Waiting || o.count() != 1 || status(t, again, "settled").State != reconcile.Delivered {
				t.Fatalf("status %+v, pushes %v; want no further one", s, o.pushes)
			}
			again.Settle(t.Context(), "other", "ticket 1", time.Now())
			if s := status(t, again, "other"); s.State != reconcile.Delivered {
				t.Errorf("status %+v; want delivered", s)
			}
		}},
		"should try a display that sleeps now and then, and at once when it wakes": {asleep, func(t *testing.T, o *office, r *reconcile.Reconciler) {
			after(time.Hour)
			if s := status(t, r, door); s.State != reconcile.Waiting || s.Err != nil || s.Failures != 0 || o.count() < 10 || o.count() > 14 {
				t.Fatalf("status %+v, %d tries in an hour; want a dozen, and no fault", s, o.count())
			}
			o.show(door, "b")
			r.Touch(door)
			after(time.Second)
			tries := o.count()
			o.setFault(nil)
			r.Seen(door)
			after(5 * time.Second)
			if s := status(t, r, door); s.State != reconcile.Delivered || o.count() != tries+1 || o.glass[door] != "b" {
				t.Errorf("status %+v, %d tries; want delivered at once", s, o.count()-tries)
			}
		}},
		"should call it a fault when a gateway can't be reached": {func(o *office) {
			asleep(o)
			tag(o)
		}, func(t *testing.T, o *office, r *reconcile.Reconciler) {
			if s := status(t, r, door); s.State != reconcile.Retrying || s.Err == nil {
				t.Errorf("status %+v; want it tried again", s)
			}
		}},
	}
	for name, c := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				o := newOffice(t)
				c.like(o)
				o.show(door, "a")
				r := serve(t, o.config())
				r.Touch(door)
				after(5 * time.Second)
				c.test(t, o, r)
			})
		})
	}
}

// A gateway takes one frame at a time, each display gets its turn, and none behind a slow
// one keeps another display waiting.
func TestLanes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		o.refresh = 10 * time.Second
		cfg := o.config()
		cfg.Parallel = 3
		r := serve(t, cfg)
		var ids []display.ID
		for i := range 10 {
			for _, gateway := range []string{"192.0.2.9:80", "192.0.2.10:80"} {
				id := display.ID(fmt.Sprint(gateway, "/", i))
				o.like[id] = display.Display{Address: string(id)}
				ids = append(ids, id)
			}
		}
		for _, id := range ids {
			o.show(id, "a")
		}
		r.Touch(ids...)
		o.show(door, "a")
		r.Touch(door)
		after(25 * time.Second)
		if o.glass[door] != "a" {
			t.Error("gateways keep a display waiting that hangs behind none")
		}
		late := ids[0]
		o.show(late, "b")
		r.Touch(late)
		after(5 * time.Second)
		waiting := 0
		for _, id := range ids {
			if status(t, r, id).State == reconcile.Pending {
				waiting++
			}
		}
		if waiting < 10 {
			t.Errorf("%d displays are pending; want all that wait for their turn", waiting)
		}
		after(2 * time.Minute)
		if n := o.count(); n != len(ids)+2 {
			t.Errorf("%d pushes; want one each, and one of the change", n)
		}
		if last := o.pushes[len(o.pushes)-1]; time.Since(last.at) < 20*time.Second {
			t.Errorf("the last push began %v ago; want both gateways to work at once", time.Since(last.at))
		}
	})
}
