// Package reconcile keeps every sign true: it compares what each display should
// show with what it is known to show, and pushes the difference.
//
// It is level-triggered, like a Kubernetes controller: what to do follows from the
// state alone, never from the history of events. A lost wake-up costs a delay, a
// crash costs nothing, and a restart computes everything anew. It wakes when
// somebody touches a display, when a sign is due to change by itself, when a retry
// falls due, and every [Config.Heartbeat] to notice that the clock was set or the
// computer slept.
//
// Not all displays can be pushed to. One that fetches its pictures is waited for until
// [Reconciler.Confirm] says that it has the wanted one; a frame that a gateway took is
// waited for until [Reconciler.Settle] says that it is on the glass; and one that sleeps is
// tried from time to time, and at once when it is [Reconciler.Seen].
package reconcile

import (
	"context"
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

	mu       sync.Mutex
	entries  map[display.ID]*entry
	pushing  map[display.ID]bool // outlives a forgotten entry: one push at a time
	lanes    map[string]*lane    // of gateways with a push going on, by address
	doubtful doubtful            // pushes to displays that may not answer
	queue    queue
	indexed  time.Time // when the queue was last made anew
	paused   bool
}

// entry is what is known of one display. Reconciler.mu guards it.
type entry struct {
	Status
	id       display.ID
	due      time.Time // when to ask the world again; zero = nothing to ask
	lastPush time.Time
	doubts   int // grows when what it confirmed is called into question
	retry    backoff.BackOff
	lane     string    // address of the gateway that it hangs behind, as last told; "" = none
	held     time.Time // since when it is Pending
	deadline time.Time // until when a gateway may hold Offered; zero = not reckoned yet
	heard    string    // ticket that was reported while a push went on
	unsure   bool      // Want.Unsure, as last told
	seen     bool      // it showed a sign of life while a push went on
	counted  bool      // the push that goes on is one of the doubtful
	spot     spot
}

// New makes a reconciler that knows no displays yet.
func New(cfg Config) *Reconciler {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Parallel == 0 {
		cfg.Parallel = 256
	}
	if cfg.Doubtful == 0 {
		cfg.Doubtful = max(1, cfg.Parallel/2)
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
	if cfg.SleepRetry == 0 {
		cfg.SleepRetry = 5 * time.Minute
	}
	if cfg.Patience == 0 {
		cfg.Patience = 30 * time.Minute
	}
	return &Reconciler{cfg: cfg, wake: make(chan struct{}, 1), entries: make(map[display.ID]*entry),
		pushing: make(map[display.ID]bool), lanes: make(map[string]*lane), doubtful: doubtful{most: cfg.Doubtful}}
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

// RememberOffered tells what a gateway took before this process began; offered is empty
// if that came to the glass. Call it before Serve.
func (r *Reconciler) RememberOffered(id display.ID, offered, ticket string, at time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	e := r.entry(id)
	e.Offered, e.Ticket, e.OfferedAt = offered, ticket, at
}

// Touch says that what these displays should show may have changed. Several
// touches within the settling time become one push.
func (r *Reconciler) Touch(ids ...display.ID) {
	r.mu.Lock()
	at := r.now().Add(r.cfg.Settle)
	for _, id := range ids {
		if e := r.entry(id); e.due.IsZero() || e.due.After(at) {
			e.due = at
			r.schedule(e)
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
	if e, ok := r.entries[id]; ok {
		r.queue.take(e)
		delete(r.entries, id)
	}
}

// Doubt says that what the display confirmed may have come from another device: its
// glass is unknown until it confirms again.
func (r *Reconciler) Doubt(ctx context.Context, id display.ID) {
	r.mu.Lock()
	e := r.entry(id)
	e.Delivered, e.Offered = "", ""
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
// is tried at once, or as soon as the last try is not a moment ago.
func (r *Reconciler) Seen(id display.ID) {
	r.mu.Lock()
	now := r.now()
	e, known := r.entries[id]
	again := false
	switch {
	case !known:
	case r.pushing[id]:
		e.seen = true // if it does not answer in time, it will the next
	case e.retries() && (e.State == Waiting || display.KindOf(e.Err) == display.Unreachable):
		if at := later(now, e.lastPush.Add(seenAgainPause)); at.Before(e.NextTry) {
			e.NextTry, again = at, true
			r.schedule(e)
		}
	}
	r.mu.Unlock()
	if again {
		r.nudge()
	}
}

// NetworkChanged says that this computer is in another network, or in one again: displays
// that could not be reached are tried at once.
func (r *Reconciler) NetworkChanged() {
	r.mu.Lock()
	now := r.now()
	for _, e := range r.entries {
		if e.retries() && (e.State == Waiting || display.KindOf(e.Err) == display.Unreachable) {
			e.NextTry = now
			e.retry.Reset()
			r.schedule(e)
		}
	}
	r.mu.Unlock()
	r.nudge()
}

// SetPaused holds back all pushes, or lets them go on. One that is going on is
// not interrupted: a torn refresh helps nobody.
func (r *Reconciler) SetPaused(paused bool) {
	r.mu.Lock()
	r.paused = paused
	r.index()
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
		e = &entry{Status: Status{State: Pending}, id: id, retry: r.cfg.Backoff(), spot: nowhere}
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
		e.due, e.lastPush, e.held, e.deadline = now.Add(resumeGrace), time.Time{}, time.Time{}, time.Time{}
		if e.Offered != "" { // the display had no time to fetch it, or did and nobody listened
			e.deadline = e.due.Add(r.cfg.Patience)
		}
		if !e.HeldUntil.IsZero() {
			e.held, e.HeldUntil = e.due, e.due
		}
		if e.retries() {
			e.NextTry = e.due
			e.retry.Reset()
		}
	}
	r.index()
	r.mu.Unlock()
	if r.cfg.OnClockJump != nil {
		r.cfg.OnClockJump()
	}
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
