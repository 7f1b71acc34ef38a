package reconcile_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/reconcile"
)

// office is a world, a ledger and a wall of panels in one, all in memory.
type office struct {
	t *testing.T

	mu       sync.Mutex
	want     map[display.ID]string // hash that each display should show
	next     map[display.ID]time.Time
	glass    map[display.ID]string
	ledger   map[display.ID]string
	offers   map[display.ID][2]string // hash and ticket of what gateways took
	pushes   []push
	busy     map[display.ID]bool
	running  int
	maxRun   int
	fault    func(display.ID) error // nil error = works
	refresh  time.Duration
	drawErr  error
	onWanted func()
	confirm  func() // runs beside the end of a push
	like     map[display.ID]display.Display
	due      time.Time
	hold     time.Time // Want.NotBefore of all
	unsure   map[display.ID]bool
	tickets  int                      // given so far
	gateway  map[display.ID][2]string // hash and ticket of what it holds for a display
	begun    func(display.ID)         // runs while a push goes on
	lanes    map[string]int           // pushes that go on, by gateway
}

type push struct {
	id   display.ID
	hash string
	at   time.Time
}

func newOffice(t *testing.T) *office {
	return &office{t: t, want: map[display.ID]string{}, next: map[display.ID]time.Time{},
		glass: map[display.ID]string{}, ledger: map[display.ID]string{}, offers: map[display.ID][2]string{}, busy: map[display.ID]bool{},
		refresh: time.Second, like: map[display.ID]display.Display{}, lanes: map[string]int{},
		gateway: map[display.ID][2]string{}}
}

func (o *office) Wanted(id display.ID, now time.Time) (reconcile.Want, bool, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.onWanted != nil {
		o.onWanted()
	}
	hash, ok := o.want[id]
	next := o.next[id]
	if !next.IsZero() && !next.After(now) {
		next = time.Time{}
	}
	d := o.like[id]
	d.ID = id
	return reconcile.Want{Display: d, Frame: display.Frame{Hash: hash}, Next: next, Due: o.due,
		NotBefore: o.hold, Unsure: o.unsure[id]}, ok, o.drawErr
}

func (o *office) ForgetDelivered(_ context.Context, id display.ID) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	delete(o.ledger, id)
	delete(o.offers, id)
	return nil
}

func (o *office) SaveDelivered(_ context.Context, id display.ID, hash string, _ time.Time) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.ledger[id] = hash
	return nil
}

func (o *office) SaveOffered(_ context.Context, id display.ID, hash, ticket string, _ time.Time) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.offers[id] = [2]string{hash, ticket}
	return nil
}

func (o *office) Push(ctx context.Context, d display.Display, f display.Frame) (display.Receipt, error) {
	o.mu.Lock()
	if o.busy[d.ID] {
		o.t.Errorf("%s: two pushes at once", d.ID)
	}
	o.busy[d.ID] = true
	o.running++
	o.maxRun = max(o.maxRun, o.running)
	o.pushes = append(o.pushes, push{d.ID, f.Hash, time.Now()})
	fault := o.fault
	if o.lanes[d.Gateway()]++; d.Gateway() != "" && o.lanes[d.Gateway()] > 1 {
		o.t.Errorf("%s: two pushes at once through %s", d.ID, d.Gateway())
	}
	o.mu.Unlock()
	defer func() {
		o.mu.Lock()
		o.busy[d.ID] = false
		o.running--
		o.lanes[d.Gateway()]--
		o.mu.Unlock()
	}()
	var err error
	if fault != nil {
		err = fault(d.ID)
	}
	select {
	case <-ctx.Done():
		return display.Receipt{}, ctx.Err()
	case <-time.After(o.refresh):
	}
	if err != nil {
		return display.Receipt{}, err
	}
	o.mu.Lock()
	ticket := ""
	if d.Gateway() != "" {
		o.tickets++
		ticket = fmt.Sprint("ticket ", o.tickets)
		o.gateway[d.ID] = [2]string{f.Hash, ticket}
	} else {
		o.glass[d.ID] = f.Hash
	}
	o.mu.Unlock()
	if o.begun != nil {
		o.begun(d.ID)
	}
	if ticket != "" {
		return display.Receipt{Ticket: ticket}, nil
	}
	if o.confirm != nil {
		go o.confirm()
		<-ctx.Done()
	}
	return display.Receipt{}, nil
}

func (o *office) show(id display.ID, hash string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.want[id] = hash
}

func (o *office) setFault(f func(display.ID) error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.fault = f
}

func (o *office) count() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return len(o.pushes)
}

func (o *office) config() reconcile.Config {
	return reconcile.Config{World: o, Ledger: o, Pusher: o, Logger: slog.New(slog.DiscardHandler)}
}

// serve runs a reconciler in the background until the test's bubble ends.
func serve(t *testing.T, cfg reconcile.Config) *reconcile.Reconciler {
	t.Helper()
	r := reconcile.New(cfg)
	start(t, r)
	return r
}

func start(t *testing.T, r *reconcile.Reconciler) (stop func()) {
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- r.Serve(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Errorf("Serve: %v", err)
		}
	})
	t.Cleanup(stop)
	return stop
}

// after lets the given time pass and everything settle.
func after(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

func TestReconciler(t *testing.T) {
	const door = display.ID("door")
	unreachable := &display.Error{Kind: display.Unreachable, Op: "connect", Address: "192.0.2.1:2446"}

	tests := map[string]func(t *testing.T, o *office){
		"should push what differs, once": func(t *testing.T, o *office) {
			o.show(door, "a")
			r := serve(t, o.config())
			r.Touch(door)
			after(time.Hour)
			r.Touch(door)
			after(time.Hour)
			if o.count() != 1 || o.glass[door] != "a" || o.ledger[door] != "a" {
				t.Errorf("pushes %v, glass %v, ledger %v; want one push of a", o.pushes, o.glass, o.ledger)
			}
		},
		"should stay silent after a restart": func(t *testing.T, o *office) {
			o.show(door, "a")
			r := reconcile.New(o.config())
			r.Remember(door, "a", time.Now())
			start(t, r)
			r.Touch(door)
			after(time.Hour)
			if s, _ := r.Status(door); o.count() != 0 || s.State != reconcile.Delivered {
				t.Errorf("pushes %v, status %+v; want none and delivered", o.pushes, s)
			}
		},
		"should make one push of changes that come together": func(t *testing.T, o *office) {
			r := serve(t, o.config())
			for i := range 5 {
				o.show(door, fmt.Sprint(i))
				r.Touch(door)
				after(20 * time.Millisecond)
			}
			after(time.Minute)
			if o.count() != 1 || o.glass[door] != "4" {
				t.Errorf("pushes %v; want one, of 4", o.pushes)
			}
		},
		"should wake when a sign is due to change": func(t *testing.T, o *office) {
			o.show(door, "before")
			boundary := time.Now().Add(47 * time.Minute)
			o.next[door] = boundary
			r := serve(t, o.config())
			r.Touch(door)
			after(46 * time.Minute)
			o.show(door, "meeting")
			after(2 * time.Minute)
			if got := o.pushes[len(o.pushes)-1]; got.hash != "meeting" || !got.at.Equal(boundary) {
				t.Errorf("last push %+v; want the meeting at %v", got, boundary)
			}
		},
		"should push again what changed during a push": func(t *testing.T, o *office) {
			o.refresh = 20 * time.Second
			o.show(door, "a")
			r := serve(t, o.config())
			r.Touch(door)
			after(5 * time.Second)
			o.show(door, "b")
			r.Touch(door)
			after(time.Minute)
			if o.count() != 2 || o.glass[door] != "b" {
				t.Errorf("pushes %v; want a then b", o.pushes)
			}
		},
		"should retry with growing delays and recover": func(t *testing.T, o *office) {
			o.setFault(func(display.ID) error { return unreachable })
			o.show(door, "a")
			r := serve(t, o.config())
			r.Touch(door)
			after(time.Hour)
			if n := o.count(); n < 10 || n > 30 {
				t.Errorf("%d tries in an hour; want 10 to 30", n)
			}
			s, _ := r.Status(door)
			if s.State != reconcile.Retrying || !errors.Is(s.Err, unreachable) || !s.NextTry.After(time.Now()) {
				t.Errorf("status %+v; want retrying with the cause", s)
			}
			o.setFault(nil)
			after(10 * time.Minute)
			if o.glass[door] != "a" {
				t.Errorf("glass %q; want a", o.glass[door])
			}
		},
		"should try at once a display that is seen again": func(t *testing.T, o *office) {
			o.setFault(func(display.ID) error { return unreachable })
			o.show(door, "a")
			r := serve(t, o.config())
			r.Touch(door)
			after(time.Hour)
			for time.Since(o.pushes[len(o.pushes)-1].at) < 11*time.Second {
				after(time.Second) // so soon after a try it would not be tried again
			}
			o.setFault(nil)
			back := time.Now()
			r.Seen(door)
			after(5 * time.Second)
			if o.glass[door] != "a" || !o.pushes[len(o.pushes)-1].at.Equal(back) {
				t.Errorf("last push %+v; want one at %v", o.pushes[len(o.pushes)-1], back)
			}
		},
		"should not count a failed push as delivered": func(t *testing.T, o *office) {
			o.show(door, "a")
			r := serve(t, o.config())
			r.Touch(door)
			after(time.Minute)
			o.setFault(func(display.ID) error { return errors.New("torn") })
			o.show(door, "b")
			r.Touch(door)
			after(1500 * time.Millisecond)
			o.setFault(nil)
			o.show(door, "a") // what it confirmed before, but the glass may be torn
			after(time.Hour)
			if got := o.pushes[len(o.pushes)-1]; got.hash != "a" || o.glass[door] != "a" || o.count() < 3 {
				t.Errorf("pushes %v; want a last one of a", o.pushes)
			}
		},
		"should not push again what still hangs there after failing to connect": func(t *testing.T, o *office) {
			o.show(door, "a")
			r := serve(t, o.config())
			r.Touch(door)
			after(time.Minute)
			o.setFault(func(display.ID) error { return unreachable })
			o.show(door, "b")
			r.Touch(door)
			after(time.Hour)
			o.show(door, "a")
			o.setFault(nil)
			tries := o.count()
			r.Touch(door)
			after(time.Hour)
			if s, _ := r.Status(door); s.State != reconcile.Delivered || o.count() != tries || o.ledger[door] != "a" {
				t.Errorf("status %+v, %d more pushes; want delivered without one", s, o.count()-tries)
			}
		},
		"should hold pushes while paused": func(t *testing.T, o *office) {
			o.show(door, "a")
			r := serve(t, o.config())
			r.SetPaused(true)
			r.Touch(door)
			after(time.Hour)
			if s, _ := r.Status(door); o.count() != 0 || s.State != reconcile.Pending {
				t.Errorf("pushes %v, status %+v; want none, pending", o.pushes, s)
			}
			r.SetPaused(false)
			after(2 * time.Second)
			if o.glass[door] != "a" {
				t.Errorf("glass %q; want a", o.glass[door])
			}
		},
		"should give up a push that never ends": func(t *testing.T, o *office) {
			o.refresh = 24 * time.Hour
			o.show(door, "a")
			r := serve(t, o.config())
			r.Touch(door)
			after(4 * time.Minute)
			if s, _ := r.Status(door); s.Err == nil {
				t.Errorf("status %+v; want an error", s)
			}
		},
		"should say why a sign can't be drawn and try again": func(t *testing.T, o *office) {
			o.show(door, "a")
			o.drawErr = errors.New("no font")
			r := serve(t, o.config())
			r.Touch(door)
			after(time.Second)
			if s, _ := r.Status(door); s.State != reconcile.Retrying || !errors.Is(s.Err, o.drawErr) {
				t.Errorf("status %+v; want the cause", s)
			}
			o.mu.Lock()
			o.drawErr = nil
			o.mu.Unlock()
			after(10 * time.Minute)
			if o.glass[door] != "a" {
				t.Errorf("glass %q; want a", o.glass[door])
			}
		},
		"should leave alone a display that is not wanted": func(t *testing.T, o *office) {
			o.show(door, "a")
			r := serve(t, o.config())
			r.Touch(door)
			after(time.Minute)
			delete(o.want, door)
			r.Touch(door)
			after(time.Minute)
			o.show(door, "a")
			r.Touch(door)
			after(time.Minute)
			if o.count() != 1 {
				t.Errorf("pushes %v; want one: it still shows a", o.pushes)
			}
		},
		"should survive a driver that panics": func(t *testing.T, o *office) {
			o.setFault(func(display.ID) error { panic("index out of range") })
			o.show(door, "a")
			r := serve(t, o.config())
			r.Touch(door)
			after(time.Second)
			if s, _ := r.Status(door); s.State != reconcile.Retrying || s.Err == nil {
				t.Errorf("status %+v; want retrying with an error", s)
			}
			o.setFault(nil)
			after(time.Hour)
			if o.glass[door] != "a" {
				t.Errorf("glass %q; want a", o.glass[door])
			}
		},
		"should record at the end what a display confirmed": func(t *testing.T, o *office) {
			o.refresh = 10 * time.Second
			o.show(door, "a")
			r := reconcile.New(o.config())
			stop := start(t, r)
			o.confirm = stop // the program ends in the very moment of the confirmation
			r.Touch(door)
			after(time.Minute)
			if o.glass[door] != o.ledger[door] {
				t.Errorf("glass %q, ledger %q", o.glass[door], o.ledger[door])
			}
		},
		"should forget a display, even in the middle of a push": func(t *testing.T, o *office) {
			o.refresh = time.Minute
			o.show(door, "a")
			r := serve(t, o.config())
			r.Touch(door)
			after(time.Second)
			r.Forget(door)
			after(time.Hour)
			if _, known := r.Status(door); known || o.count() != 1 {
				t.Errorf("known %v, pushes %v; want forgotten", known, o.pushes)
			}
		},
		"should update a display that was forgotten during a push and adopted again": func(t *testing.T, o *office) {
			o.refresh = time.Minute
			o.show(door, "a")
			r := serve(t, o.config())
			r.Touch(door)
			after(time.Second)
			r.Forget(door)
			o.show(door, "b")
			r.Touch(door)
			after(5 * time.Minute)
			if o.glass[door] != "b" {
				t.Errorf("glass %q; want b", o.glass[door])
			}
		},
		"should bear a display being forgotten while its sign is drawn": func(t *testing.T, o *office) {
			o.show(door, "a")
			var r *reconcile.Reconciler
			o.onWanted = func() {
				o.onWanted = nil
				r.Forget(door)
			}
			r = serve(t, o.config())
			r.Touch(door)
			after(time.Minute)
			if _, known := r.Status(door); known || o.count() != 0 {
				t.Errorf("known %v, pushes %v; want forgotten", known, o.pushes)
			}
		},
		"should go on, and report it, while the ledger can't be written": func(t *testing.T, o *office) {
			o.show(door, "a")
			cfg := o.config()
			cfg.Ledger = fullDisk{}
			var reported atomic.Int32
			cfg.OnLedgerError = func(error) { reported.Add(1) }
			r := serve(t, cfg)
			r.Touch(door)
			after(time.Hour)
			if o.glass[door] != "a" || o.count() != 1 || reported.Load() == 0 {
				t.Errorf("glass %q, pushes %v, %d reports; want one push of a, reported", o.glass[door], o.pushes, reported.Load())
			}
		},
		"should push again what another device may have confirmed": func(t *testing.T, o *office) {
			o.show(door, "a")
			r := serve(t, o.config())
			r.Touch(door)
			after(time.Minute)
			r.Doubt(t.Context(), door)
			after(time.Minute)
			if o.count() != 2 || o.ledger[door] != "a" {
				t.Errorf("pushes %v, ledger %v; want a second push", o.pushes, o.ledger)
			}
			o.refresh = time.Minute
			o.show(door, "b")
			r.Touch(door)
			after(time.Second)
			r.Doubt(t.Context(), door) // in the middle of a push
			after(time.Hour)
			if o.count() != 4 || o.glass[door] != "b" {
				t.Errorf("pushes %v; want b twice", o.pushes)
			}
		},
		"should survive a world that panics": func(t *testing.T, o *office) {
			o.show(door, "a")
			var r *reconcile.Reconciler
			o.onWanted = func() {
				o.onWanted = nil
				panic("no font")
			}
			r = serve(t, o.config())
			r.Touch(door)
			after(time.Hour)
			if o.glass[door] != "a" {
				t.Errorf("glass %q; want a after a retry", o.glass[door])
			}
		},
		"should not lose a touch that comes while it asks": func(t *testing.T, o *office) {
			o.show(door, "a")
			var r *reconcile.Reconciler
			o.onWanted = func() {
				o.onWanted = nil
				r.Touch(door)
				go o.show(door, "b")
			}
			r = serve(t, o.config())
			r.Touch(door)
			after(time.Minute)
			if o.glass[door] != "b" {
				t.Errorf("glass %q; want b", o.glass[door])
			}
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { test(t, newOffice(t)) })
		})
	}
}

// clock is a wall clock that a test can set, as a person or a sleeping computer does.
type clock struct{ offset atomic.Int64 }

func (c *clock) Now() time.Time { return time.Now().Round(0).Add(time.Duration(c.offset.Load())) }

// fullDisk is a ledger that can't be written.
type fullDisk struct{}

func (fullDisk) ForgetDelivered(context.Context, display.ID) error { return errors.New("disk full") }
func (fullDisk) SaveOffered(context.Context, display.ID, string, string, time.Time) error {
	return errors.New("disk full")
}
func (fullDisk) SaveDelivered(context.Context, display.ID, string, time.Time) error {
	return errors.New("disk full")
}

// A retry that was planned on a clock that ran ahead must not wait for that hour.
func TestClockSetBackWhileRetrying(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		o.show("door", "a")
		o.setFault(func(display.ID) error { return &display.Error{Kind: display.Unreachable} })
		c := &clock{}
		c.offset.Store(int64(2 * time.Hour))
		cfg := o.config()
		cfg.Now = c.Now
		var jumps atomic.Int32
		cfg.OnClockJump = func() { jumps.Add(1) }
		r := serve(t, cfg)
		r.Touch("door")
		after(time.Minute)
		o.setFault(nil)
		c.offset.Store(0)
		after(time.Minute)
		if o.glass["door"] != "a" || jumps.Load() != 1 {
			t.Errorf("glass %q a minute later, %d jumps noticed; want a, 1", o.glass["door"], jumps.Load())
		}
	})
}

func TestClockSet(t *testing.T) {
	for name, by := range map[string]time.Duration{
		"should notice that the computer slept":     9 * time.Hour,
		"should notice that the clock was set back": -9 * time.Hour,
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				o := newOffice(t)
				o.show("door", "a")
				c := &clock{}
				cfg := o.config()
				cfg.Now = c.Now
				r := serve(t, cfg)
				r.Touch("door")
				after(time.Minute)
				o.show("door", "b")
				c.offset.Store(int64(by))
				after(30 * time.Second)
				if o.glass["door"] != "b" {
					t.Errorf("glass %q half a minute later; want b", o.glass["door"])
				}
			})
		})
	}
}

// TestTruth lets an office live for days under random edits and faults, and then
// checks what must hold whatever happened.
func TestTruth(t *testing.T) {
	for seed := range uint64(20) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { liveOn(t, seed) })
		})
	}
}

func liveOn(t *testing.T, seed uint64) {
	rnd := rand.New(rand.NewPCG(seed, 1))
	o := newOffice(t)
	ids := make([]display.ID, 12)
	for i := range ids {
		ids[i] = display.ID(fmt.Sprint("door ", i))
		o.like[ids[i]] = []display.Display{{}, {Pull: true}, {Sleeps: true}, {Address: "192.0.2.9:80/tag"}}[i%4]
	}
	var faulty atomic.Bool
	faulty.Store(true)
	faultRnd := rand.New(rand.NewPCG(seed, 2))
	var dice sync.Mutex
	o.fault = func(display.ID) error {
		dice.Lock()
		defer dice.Unlock()
		if faulty.Load() && faultRnd.IntN(3) == 0 {
			return &display.Error{Kind: []display.Kind{display.Unreachable, display.Timeout, display.Protocol}[faultRnd.IntN(3)]}
		}
		return nil
	}
	cfg := o.config()
	cfg.Parallel = 3
	r := reconcile.New(cfg)
	stop := start(t, r)
	for range 300 {
		id := ids[rnd.IntN(len(ids))]
		switch rnd.IntN(12) {
		case 0:
			r.SetPaused(rnd.IntN(3) == 0)
		case 1:
			r.Seen(id)
		case 3, 4:
			o.awake(t, r, id)
		case 5:
			r.Doubt(t.Context(), id)
		case 2: // the process ends, and starts again with what the ledger holds
			stop()
			r = reconcile.New(cfg)
			for id, hash := range o.ledger {
				r.Remember(id, hash, time.Now())
			}
			for id, offer := range o.offers {
				hash := offer[0]
				if o.ledger[id] != "" {
					hash = ""
				}
				r.RememberOffered(id, hash, offer[1], time.Now())
			}
			stop = start(t, r)
			r.Touch(ids...)
		default:
			o.show(id, fmt.Sprint("version ", rnd.IntN(4)))
			r.Touch(id)
		}
		after(time.Duration(rnd.IntN(600)) * time.Second)
	}
	faulty.Store(false)
	r.SetPaused(false)
	for range 3 {
		after(time.Hour)
		for _, id := range ids {
			o.awake(t, r, id)
		}
	}
	after(time.Hour)
	for id, want := range o.want {
		if s, _ := r.Status(id); o.glass[id] != want || s.State != reconcile.Delivered {
			t.Errorf("%s shows %q, status %+v; want %q delivered", id, o.glass[id], s, want)
		}
	}
	if o.maxRun > cfg.Parallel {
		t.Errorf("%d pushes at once; want at most %d", o.maxRun, cfg.Parallel)
	}
	before := o.count()
	r.TouchAll()
	after(24 * time.Hour)
	if o.count() != before {
		t.Errorf("%d pushes though nothing changed", o.count()-before)
	}
}

// awake lets a display that fetches, or hangs behind a gateway, come for its picture.
func (o *office) awake(t *testing.T, r *reconcile.Reconciler, id display.ID) {
	o.mu.Lock()
	hash, ticket := o.want[id], ""
	pull := o.like[id].Pull
	if held, ok := o.gateway[id]; ok {
		hash, ticket = held[0], held[1]
	}
	if pull || ticket != "" {
		o.glass[id] = hash
	}
	o.mu.Unlock()
	switch {
	case pull && hash != "":
		r.Confirm(t.Context(), id, hash, time.Now(), display.Telemetry{})
	case ticket != "":
		r.Settle(t.Context(), id, ticket, time.Now())
	}
}

func BenchmarkAllChange2000(b *testing.B) {
	o := newOffice(nil)
	o.refresh = 0
	ids := make([]display.ID, 2000)
	for i := range ids {
		ids[i] = display.ID(fmt.Sprint("door ", i))
	}
	done := make(chan struct{}, len(ids))
	cfg := o.config()
	cfg.OnStatus = func(_ display.ID, s reconcile.Status) {
		if s.State == reconcile.Delivered {
			done <- struct{}{}
		}
	}
	r := reconcile.New(cfg)
	ctx, cancel := context.WithCancel(b.Context())
	defer cancel()
	go func() { _ = r.Serve(ctx) }()
	for i := 0; b.Loop(); i++ {
		for _, id := range ids {
			o.show(id, fmt.Sprint(i))
		}
		r.Touch(ids...)
		for range ids {
			<-done
		}
	}
}
