package reconcile

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/roomink/roomink/engine/display"
)

// round looks at every display that is due and starts the pushes that are. It gives the
// time until the next round.
func (r *Reconciler) round(ctx context.Context, pushes *sync.WaitGroup, slots chan struct{}) time.Duration {
	now := r.now()
	for range r.ready(now) {
		e, retry := r.pick(now, slots)
		if e == nil || ctx.Err() != nil {
			break
		}
		want, push := r.decide(e, now, retry, slots)
		if !push {
			continue
		}
		pushes.Go(func() {
			defer func() { <-slots; r.nudge() }()
			r.push(ctx, e, want)
		})
	}
	return r.rest(slots)
}

// ready prepares a round, and bounds how many displays it looks at. The queue follows
// from what is known of the displays alone: it is made anew from time to time, so that
// nothing can stay wrong because of a mistake in keeping it.
func (r *Reconciler) ready(now time.Time) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	if now.Sub(r.indexed).Abs() >= r.cfg.Heartbeat {
		r.indexed = now
		r.index()
	}
	return len(r.entries)
}

// rest is the time until the next round.
func (r *Reconciler) rest(slots chan struct{}) time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.unpark()
	if len(r.queue) == 0 || len(slots) == cap(slots) {
		return r.cfg.Heartbeat // the end of a push wakes us earlier
	}
	return max(0, min(r.cfg.Heartbeat, r.queue[0].spot.at.Sub(r.now())))
}

// pick takes the entry that is due first out of the queue, nil if none is due. retry says
// that a push that did not work may be tried again.
func (r *Reconciler) pick(now time.Time, slots chan struct{}) (_ *entry, retry bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(slots) == cap(slots) {
		return nil, false // the end of a push wakes us; drawing now would be drawing twice
	}
	e := r.queue.due(now)
	if e == nil {
		return nil, false
	}
	r.queue.take(e)
	e.due = time.Time{} // whoever touches the display from here on sets it again
	return e, e.retries() && !e.NextTry.After(now)
}

// decide brings what a display should show up to date and says whether to push it now, in
// which case the display is marked as being pushed to and a slot is taken.
func (r *Reconciler) decide(e *entry, now time.Time, retry bool, slots chan struct{}) (Want, bool) {
	// Only this goroutine asks the world, so the entry can't be decided on twice.
	want, wanted, err := r.wanted(e.id, now)

	r.mu.Lock()
	if r.entries[e.id] != e { // forgotten meanwhile
		r.mu.Unlock()
		return Want{}, false
	}
	push, changed := false, true
	switch {
	case err != nil:
		r.failed(e, now, fmt.Errorf("draw the sign: %w", err))
	case !wanted:
		// What it confirmed stays known, for the day it is assigned again.
		e.rest(Idle)
		e.Want = ""
	default:
		push, changed = r.compare(e, want, now, retry, slots)
	}
	r.schedule(e)
	status := e.Status
	r.mu.Unlock()
	if changed {
		r.report(e.id, status)
	}
	return want, push
}

// wanted asks the world. A panic there must not take all signs down.
func (r *Reconciler) wanted(id display.ID, now time.Time) (want Want, ok bool, err error) {
	defer r.recovered("drawing a sign", id, &err)
	return r.cfg.World.Wanted(id, now)
}

// compare records what e should show and says whether to push it now. r.mu is held.
func (r *Reconciler) compare(e *entry, want Want, now time.Time, retry bool, slots chan struct{}) (push, changed bool) {
	before := e.Status
	if next := want.Next.Round(0); !next.IsZero() {
		// One that is over already would be asked about again and again.
		if next = later(next, now.Add(r.cfg.Settle)); e.due.IsZero() || next.Before(e.due) {
			e.due = next
		}
	}
	e.Want, e.lane, e.unsure, e.HeldUntil = want.Frame.Hash, want.Display.Gateway(), want.Unsure, time.Time{}
	notBefore := want.NotBefore.Round(0)
	switch {
	case e.Want == e.Delivered:
		e.rest(Delivered)
	case want.Display.Pull:
		e.Offered = ""
		e.rest(Waiting)
	case r.gatewayHas(e, want, now):
		e.State, e.NextTry = Waiting, time.Time{}
	case r.paused:
		e.hold(now)
	case e.Offered == e.Want && e.State == Waiting:
		r.failed(e, now, fmt.Errorf("%w since %s", ErrNotShown, e.OfferedAt.Format(time.RFC3339)))
	case e.retries() && !retry && e.NextTry.After(now):
		// A change does not shorten the wait for a display that does not answer.
	case e.Failures == 0 && notBefore.After(now):
		e.State, e.NextTry, e.held, e.HeldUntil = Pending, time.Time{}, notBefore, notBefore
	case r.lanes[e.lane] != nil, e.mayNotAnswer() && r.doubtful.full():
		e.hold(now)
	default:
		r.begin(e, now, slots)
		push = true
	}
	changed = e.State != before.State || e.Want != before.Want || !e.NextTry.Equal(before.NextTry) ||
		!e.HeldUntil.Equal(before.HeldUntil)
	return push, changed
}

// begin marks e as being pushed to. r.mu is held.
func (r *Reconciler) begin(e *entry, now time.Time, slots chan struct{}) {
	slots <- struct{}{} // never blocks: only the goroutine of Serve takes slots
	e.State, e.lastPush, e.heard, e.seen = Pushing, now, "", false
	r.pushing[e.id] = true
	if e.lane != "" {
		r.lanes[e.lane] = &lane{}
	}
	if e.counted = e.mayNotAnswer(); e.counted {
		r.doubtful.running++
	}
}

// rest ends all trying, in a state in which there is nothing to do.
func (e *entry) rest(s State) {
	e.State, e.Err, e.Failures, e.NextTry = s, nil, 0, time.Time{}
	e.retry.Reset()
}

// hold makes e wait for its turn.
func (e *entry) hold(now time.Time) {
	if e.State != Pending || e.held.After(now) {
		e.State, e.held = Pending, now
	}
}

// retries reports whether NextTry says when to try again.
func (e *entry) retries() bool {
	return e.State == Retrying || e.State == Waiting && !e.NextTry.IsZero()
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
