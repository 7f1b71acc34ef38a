// Package reconcile keeps every sign true: it compares what each display should
// show with what it is known to show, and pushes the difference.
//
// It is level-triggered, like a Kubernetes controller: what to do follows from the
// state alone, never from the history of events. A lost wake-up costs a delay, a
// crash costs nothing, and a restart computes everything anew. It wakes when
// somebody touches a display, when a sign is due to change by itself, when a retry
// falls due, and every [Config.Heartbeat] to notice that the clock was set or the
// computer slept.
package reconcile

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/cenkalti/backoff/v5"

	"github.com/roomink/roomink/engine/display"
)

// Reconciler does the work; make one with [New] and run it with Serve. Its methods
// are safe for concurrent use.
type Reconciler struct {
	cfg  Config
	wake chan struct{} // capacity 1

	mu      sync.Mutex
	entries map[display.ID]*entry
	pushing map[display.ID]bool // outlives a forgotten entry: one push at a time
	paused  bool
}

// entry is what is known of one display. Reconciler.mu guards it.
type entry struct {
	Status
	due      time.Time // when to ask the world again; zero = nothing to ask
	lastPush time.Time
	doubts   int // grows when what it confirmed is called into question
	retry    backoff.BackOff
}

// New makes a reconciler that knows no displays yet.
func New(cfg Config) *Reconciler {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Parallel == 0 {
		cfg.Parallel = 64
	}
	if cfg.Settle == 0 {
		cfg.Settle = 150 * time.Millisecond
	}
	if cfg.Heartbeat == 0 {
		cfg.Heartbeat = 15 * time.Second
	}
	if cfg.PushTimeout == 0 {
		cfg.PushTimeout = 3 * time.Minute
	}
	if cfg.Backoff == nil {
		cfg.Backoff = defaultBackoff
	}
	return &Reconciler{cfg: cfg, wake: make(chan struct{}, 1), entries: make(map[display.ID]*entry), pushing: make(map[display.ID]bool)}
}

func defaultBackoff() backoff.BackOff {
	return &backoff.ExponentialBackOff{
		InitialInterval: 2 * time.Second, Multiplier: 2,
		RandomizationFactor: 0.3, MaxInterval: 5 * time.Minute,
	}
}

// now is the wall clock without its monotonic part, which stands still while the
// computer sleeps and knows nothing of a clock that was set.
func (r *Reconciler) now() time.Time { return r.cfg.Now().Round(0) }

// Remember tells what a display confirmed before this process began. Call it
// before Serve.
func (r *Reconciler) Remember(id display.ID, hash string, at time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	e := r.entry(id)
	e.Delivered, e.DeliveredAt = hash, at
}

// Touch says that what these displays should show may have changed. Several
// touches within the settling time become one push.
func (r *Reconciler) Touch(ids ...display.ID) {
	r.mu.Lock()
	at := r.now().Add(r.cfg.Settle)
	for _, id := range ids {
		if e := r.entry(id); e.due.IsZero() || e.due.After(at) {
			e.due = at
		}
	}
	r.mu.Unlock()
	r.nudge()
}

// Forget drops all that is known of a display, such as when its owner gives it up. A
// push that is going on ends unheard.
func (r *Reconciler) Forget(id display.ID) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.entries, id)
}

// Doubt says that what the display confirmed may have come from another device: its
// glass is unknown until it confirms again.
func (r *Reconciler) Doubt(ctx context.Context, id display.ID) {
	r.mu.Lock()
	e := r.entry(id)
	e.Delivered = ""
	e.doubts++
	r.mu.Unlock()
	r.ledger(r.cfg.Ledger.ForgetDelivered(ctx, id))
	r.Touch(id)
}

// TouchAll says that everything may have changed.
func (r *Reconciler) TouchAll() { r.Touch(r.ids()...) }

// seenAgainPause keeps a display that announces itself but can't be reached from
// being tried at every announcement.
const seenAgainPause = 10 * time.Second

// Seen says that the display showed a sign of life: one that could not be reached
// is tried at once.
func (r *Reconciler) Seen(id display.ID) {
	r.mu.Lock()
	now := r.now()
	e, known := r.entries[id]
	again := known && e.State == Retrying && display.KindOf(e.Err) == display.Unreachable &&
		now.Sub(e.lastPush) > seenAgainPause
	if again {
		e.NextTry = now
	}
	r.mu.Unlock()
	if again {
		r.nudge()
	}
}

// SetPaused holds back all pushes, or lets them go on. One that is going on is
// not interrupted: a torn refresh helps nobody.
func (r *Reconciler) SetPaused(paused bool) {
	r.mu.Lock()
	r.paused = paused
	r.mu.Unlock()
	r.nudge()
}

// Status gives how a display stands, false if the reconciler does not know it.
func (r *Reconciler) Status(id display.ID) (Status, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	e, ok := r.entries[id]
	if !ok {
		return Status{}, false
	}
	return e.Status, true
}

// entry gives the entry of id, made if there is none. r.mu is held.
func (r *Reconciler) entry(id display.ID) *entry {
	e, ok := r.entries[id]
	if !ok {
		e = &entry{Status: Status{State: Pending}, retry: r.cfg.Backoff()}
		r.entries[id] = e
	}
	return e
}

func (r *Reconciler) nudge() {
	select {
	case r.wake <- struct{}{}:
	default: // a wake-up is already on its way
	}
}

// Serve reconciles until ctx ends, then waits for the pushes that are going on,
// which ctx ends too.
func (r *Reconciler) Serve(ctx context.Context) error {
	var pushes sync.WaitGroup
	defer pushes.Wait()
	slots := make(chan struct{}, r.cfg.Parallel)
	timer := time.NewTimer(0)
	defer timer.Stop()
	wall, started := r.now(), time.Now()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-r.wake:
		case <-timer.C:
		}
		if now := r.now(); (now.Sub(wall) - time.Since(started)).Abs() > clockTolerance {
			r.clockJumped(now)
		}
		wall, started = r.now(), time.Now()
		timer.Reset(r.round(ctx, &pushes, slots))
	}
}

// clockTolerance is how far the wall clock may stray from elapsed time between two
// rounds without notice: more than the clock discipline of any system corrects.
const clockTolerance = 2 * time.Second

// resumeGrace is how long signs stay as they are after the computer slept, so that
// the calendars can be read before any sign says that it is not up to date.
const resumeGrace = 10 * time.Second

// clockJumped puts every instant right after the clock was set or the computer slept.
func (r *Reconciler) clockJumped(now time.Time) {
	r.mu.Lock()
	for _, e := range r.entries {
		e.due, e.lastPush = now.Add(resumeGrace), time.Time{}
		if e.State == Retrying {
			e.NextTry = e.due
			e.retry.Reset()
		}
	}
	r.mu.Unlock()
	if r.cfg.OnClockJump != nil {
		r.cfg.OnClockJump()
	}
}

// round looks once at every display and starts the pushes that are due. It gives
// the time until the next round.
func (r *Reconciler) round(ctx context.Context, pushes *sync.WaitGroup, slots chan struct{}) time.Duration {
	now := r.now()
	next := now.Add(r.cfg.Heartbeat)
	for _, id := range r.ids() {
		if ctx.Err() != nil {
			break
		}
		e, want, push := r.decide(id, now, &next, slots)
		if !push {
			continue
		}
		pushes.Go(func() {
			defer func() { <-slots; r.nudge() }()
			r.push(ctx, id, e, want)
		})
	}
	return max(0, next.Sub(r.now()))
}

func (r *Reconciler) ids() []display.ID {
	r.mu.Lock()
	defer r.mu.Unlock()
	ids := make([]display.ID, 0, len(r.entries))
	for id := range r.entries {
		ids = append(ids, id)
	}
	return ids
}

// decide brings what id should show up to date and says whether to push it now, in
// which case the display is marked as being pushed to and a slot is taken. It
// lowers next to the instant at which id must be looked at again.
func (r *Reconciler) decide(id display.ID, now time.Time, next *time.Time, slots chan struct{}) (*entry, Want, bool) {
	e, retry := r.pick(id, now, next, slots)
	if e == nil {
		return nil, Want{}, false
	}
	// Only this goroutine asks the world, so the entry can't be decided on twice.
	want, wanted, err := r.wanted(id, now)

	r.mu.Lock()
	if r.entries[id] != e { // forgotten meanwhile
		r.mu.Unlock()
		return nil, Want{}, false
	}
	push, changed := false, true
	switch {
	case err != nil:
		r.failed(e, now, fmt.Errorf("draw the sign: %w", err))
	case !wanted:
		// What it confirmed stays known, for the day it is assigned again.
		e.State, e.Want, e.Err, e.Failures, e.NextTry = Idle, "", nil, 0, time.Time{}
	default:
		push, changed = r.settle(id, e, want, now, retry, slots)
	}
	e.attend(next)
	status := e.Status
	r.mu.Unlock()
	if changed {
		r.report(id, status)
	}
	return e, want, push
}

// pick gives the entry of id if the world must be asked about it now, nil otherwise.
// retry says that a failed push may be tried again.
func (r *Reconciler) pick(id display.ID, now time.Time, next *time.Time, slots chan struct{}) (_ *entry, retry bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	e, ok := r.entries[id]
	if !ok || r.pushing[id] {
		return nil, false // the end of a push wakes us
	}
	asked := !e.due.IsZero() && !e.due.After(now)
	retry = e.State == Retrying && !e.NextTry.After(now)
	held := e.State == Pending && e.Want != "" && !r.paused
	if !asked && !retry && !held {
		e.attend(next)
		return nil, false
	}
	if len(slots) == cap(slots) {
		return nil, false // the end of a push wakes us; drawing now would be drawing twice
	}
	e.due = time.Time{} // whoever touches the display from here on sets it again
	return e, retry
}

// attend lowers next to the instant at which e must be looked at again.
func (e *entry) attend(next *time.Time) {
	lower := func(t time.Time) {
		if !t.IsZero() && t.Before(*next) {
			*next = t
		}
	}
	lower(e.due)
	if e.State == Retrying {
		lower(e.NextTry)
	}
}

// wanted asks the world. A panic there must not take all signs down.
func (r *Reconciler) wanted(id display.ID, now time.Time) (want Want, ok bool, err error) {
	defer r.recovered("drawing a sign", id, &err)
	return r.cfg.World.Wanted(id, now)
}

// settle records what e should show and says whether to push it now. r.mu is held.
func (r *Reconciler) settle(id display.ID, e *entry, want Want, now time.Time, retry bool, slots chan struct{}) (push, changed bool) {
	before := e.Status
	if next := want.Next.Round(0); e.due.IsZero() || !next.IsZero() && next.Before(e.due) {
		e.due = next
	}
	e.Want = want.Frame.Hash
	switch {
	case e.Want == e.Delivered:
		e.State, e.Err, e.Failures, e.NextTry = Delivered, nil, 0, time.Time{}
		e.retry.Reset()
	case r.paused:
		e.State = Pending
	case e.State == Retrying && !retry && !e.NextTry.IsZero() && e.NextTry.After(now):
		// A change does not shorten the wait for a display that does not answer.
	default:
		slots <- struct{}{} // never blocks: only this goroutine takes slots
		e.State, e.lastPush = Pushing, now
		r.pushing[id] = true
		push = true
	}
	changed = e.State != before.State || e.Want != before.Want || !e.NextTry.Equal(before.NextTry)
	return push, changed
}
