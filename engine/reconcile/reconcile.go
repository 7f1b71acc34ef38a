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
	"errors"
	"fmt"
	"runtime/debug"
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
	paused  bool
}

// entry is what is known of one display. Reconciler.mu guards it.
type entry struct {
	Status
	due      time.Time // when to ask the world again; zero = nothing to ask
	pushing  bool
	gone     bool // forgotten; removed once no push is going on
	lastPush time.Time
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
	return &Reconciler{cfg: cfg, wake: make(chan struct{}, 1), entries: make(map[display.ID]*entry)}
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

// Forget drops all that is known of a display, such as when its owner gives it up.
func (r *Reconciler) Forget(id display.ID) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if e, ok := r.entries[id]; ok && e.pushing {
		e.gone = true
		return
	}
	delete(r.entries, id)
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
			r.TouchAll() // the clock was set, or the computer slept: all instants are in doubt
		}
		wall, started = r.now(), time.Now()
		timer.Reset(r.round(ctx, &pushes, slots))
	}
}

// clockTolerance is how far the wall clock may stray from elapsed time between two
// rounds without notice: more than the clock discipline of any system corrects.
const clockTolerance = 2 * time.Second

// round looks once at every display and starts the pushes that are due. It gives
// the time until the next round.
func (r *Reconciler) round(ctx context.Context, pushes *sync.WaitGroup, slots chan struct{}) time.Duration {
	now := r.now()
	next := now.Add(r.cfg.Heartbeat)
	for _, id := range r.ids() {
		if ctx.Err() != nil {
			break
		}
		want, push := r.decide(id, now, &next, slots)
		if !push {
			continue
		}
		pushes.Go(func() {
			defer func() { <-slots; r.nudge() }()
			r.push(ctx, id, want)
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
func (r *Reconciler) decide(id display.ID, now time.Time, next *time.Time, slots chan struct{}) (Want, bool) {
	r.mu.Lock()
	e, ok := r.entries[id]
	if !ok || e.pushing {
		r.mu.Unlock()
		return Want{}, false
	}
	attend := func(t time.Time) {
		if !t.IsZero() && t.Before(*next) {
			*next = t
		}
	}
	asked := !e.due.IsZero() && !e.due.After(now)
	retry := e.State == Retrying && !e.NextTry.After(now)
	held := e.State == Pending && e.Want != "" && !r.paused
	if !asked && !retry && !held {
		attend(e.due)
		if e.State == Retrying {
			attend(e.NextTry)
		}
		r.mu.Unlock()
		return Want{}, false
	}
	if len(slots) == cap(slots) {
		r.mu.Unlock()
		return Want{}, false // the end of a push wakes us; drawing now would be drawing twice
	}
	e.due = time.Time{} // whoever touches the display from here on sets it again
	r.mu.Unlock()

	// Only this goroutine asks the world, so the entry can't be decided on twice.
	want, wanted, err := r.cfg.World.Wanted(id, now)

	r.mu.Lock()
	push, changed := false, false
	switch {
	case err != nil:
		r.failed(e, now, fmt.Errorf("draw the sign: %w", err))
		changed = true
		attend(e.NextTry)
	case !wanted:
		// What it confirmed stays known, for the day it is assigned again.
		e.State, e.Want, e.Err, e.Failures, e.NextTry = Idle, "", nil, 0, time.Time{}
		changed = true
	default:
		push, changed = r.settle(e, want, now, retry, slots)
		attend(e.due)
		if e.State == Retrying {
			attend(e.NextTry)
		}
	}
	status := e.Status
	r.mu.Unlock()
	if changed {
		r.report(id, status)
	}
	return want, push
}

// settle records what e should show and says whether to push it now. r.mu is held.
func (r *Reconciler) settle(e *entry, want Want, now time.Time, retry bool, slots chan struct{}) (push, changed bool) {
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
		e.State, e.pushing, e.lastPush = Pushing, true, now
		push = true
	}
	changed = e.State != before.State || e.Want != before.Want || !e.NextTry.Equal(before.NextTry)
	return push, changed
}

// push delivers one frame and records the outcome.
func (r *Reconciler) push(ctx context.Context, id display.ID, want Want) {
	r.mu.Lock()
	before := r.entries[id].Status
	r.mu.Unlock()
	receipt, err := r.deliver(ctx, id, want, before)
	now := r.now()
	r.mu.Lock()
	e := r.entries[id]
	e.pushing = false
	if e.gone {
		delete(r.entries, id)
		r.mu.Unlock()
		return
	}
	// What it should show may have changed meanwhile: ask again at once.
	if e.due.IsZero() || e.due.After(now) {
		e.due = now
	}
	if err == nil {
		e.Delivered, e.DeliveredAt = want.Frame.Hash, receipt.At
		e.Err, e.Failures, e.NextTry, e.State = nil, 0, time.Time{}, Pending
		if e.Want == e.Delivered {
			e.State = Delivered
		}
		if !receipt.Telemetry.At.IsZero() {
			e.Telemetry = receipt.Telemetry
		}
		e.retry.Reset()
	} else {
		if !untouched(err) {
			e.Delivered = "" // the glass may hold anything now
		}
		r.failed(e, now, err)
	}
	status := e.Status
	r.mu.Unlock()
	if ctx.Err() == nil {
		r.report(id, status)
	}
}

// untouched reports whether a push failed before the display took anything, so that
// its glass still shows what it did.
func untouched(err error) bool {
	kind := display.KindOf(err)
	return kind == display.Unreachable || kind == display.Occupied
}

func (r *Reconciler) deliver(ctx context.Context, id display.ID, want Want, before Status) (display.Receipt, error) {
	if err := r.cfg.Ledger.ForgetDelivered(ctx, id); err != nil {
		return display.Receipt{}, err
	}
	pushCtx, cancel := context.WithTimeoutCause(ctx, r.cfg.PushTimeout,
		fmt.Errorf("no confirmation within %v", r.cfg.PushTimeout))
	defer cancel()
	receipt, err := r.attempt(pushCtx, want)
	if untouched(err) && before.Delivered != "" {
		err = errors.Join(err, r.cfg.Ledger.SaveDelivered(ctx, id, before.Delivered, before.DeliveredAt))
	}
	if err != nil {
		if cause := context.Cause(pushCtx); cause != nil && !errors.Is(err, cause) {
			err = fmt.Errorf("%w (%w)", err, cause)
		}
		return display.Receipt{}, err
	}
	if receipt.At.IsZero() {
		receipt.At = r.now()
	}
	// What the display confirmed must be recorded even if the program ends now.
	if err := r.cfg.Ledger.SaveDelivered(context.WithoutCancel(ctx), id, want.Frame.Hash, receipt.At); err != nil {
		return display.Receipt{}, err
	}
	return receipt, nil
}

// attempt pushes once. A driver that panics on what a device sent must not take all
// other signs down with it.
func (r *Reconciler) attempt(ctx context.Context, want Want) (receipt display.Receipt, err error) {
	defer func() {
		if p := recover(); p != nil {
			r.cfg.Logger.Error("A driver panicked", "display", want.Display.ID, "panic", p, "stack", string(debug.Stack()))
			err = fmt.Errorf("the driver for %s displays failed: %v", want.Display.Protocol, p)
		}
	}()
	return r.cfg.Pusher.Push(ctx, want.Display, want.Frame)
}

// failed schedules a retry. r.mu is held.
func (r *Reconciler) failed(e *entry, now time.Time, err error) {
	e.State, e.Err = Retrying, err
	e.Failures++
	e.NextTry = now.Add(e.retry.NextBackOff())
}

func (r *Reconciler) report(id display.ID, s Status) {
	if r.cfg.OnStatus != nil {
		r.cfg.OnStatus(id, s)
	}
}
