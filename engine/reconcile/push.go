package reconcile

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/roomink/roomink/engine/display"
)

// push delivers one frame and records the outcome.
func (r *Reconciler) push(ctx context.Context, e *entry, want Want) {
	r.mu.Lock()
	before, doubts := e.Status, e.doubts
	r.mu.Unlock()
	receipt, err := r.deliver(ctx, e.id, want, before)
	now := r.now()
	r.mu.Lock()
	delete(r.pushing, e.id)
	r.leave(want.Display.Gateway())
	if e.counted {
		e.counted = false
		r.doubtful.running--
	}
	if other := r.entries[e.id]; other != e { // forgotten meanwhile, and perhaps adopted again
		if other != nil {
			r.schedule(other)
		}
		r.mu.Unlock()
		if other != nil { // which knows nothing of this push
			r.ledger(r.cfg.Ledger.ForgetDelivered(context.WithoutCancel(ctx), e.id))
		}
		return
	}
	doubted := e.doubts != doubts
	// What it should show may have changed meanwhile: ask again at once.
	if e.due.IsZero() || e.due.After(now) {
		e.due = now
	}
	arrived := false
	switch {
	case err != nil:
		r.missed(e, want, now, err)
	case receipt.Ticket != "" && !doubted:
		arrived = r.taken(e, want, receipt)
	default:
		e.Delivered, e.DeliveredAt = want.Frame.Hash, receipt.At
		e.Offered, e.Ticket = "", ""
		if doubted {
			e.Delivered = "" // another device may have confirmed it
		}
		state := Pending
		if e.Want == e.Delivered {
			state = Delivered
		}
		e.rest(state)
	}
	if err == nil && !receipt.Telemetry.At.IsZero() {
		e.Telemetry = receipt.Telemetry
	}
	r.schedule(e)
	status := e.Status
	r.mu.Unlock()
	switch {
	case doubted:
		r.ledger(r.cfg.Ledger.ForgetDelivered(context.WithoutCancel(ctx), e.id))
	case arrived:
		r.ledger(r.cfg.Ledger.SaveDelivered(context.WithoutCancel(ctx), e.id, status.Delivered, status.DeliveredAt))
	}
	if ctx.Err() == nil {
		r.report(e.id, status)
	}
}

// missed records a push that did not work. r.mu is held.
func (r *Reconciler) missed(e *entry, want Want, now time.Time, err error) {
	if !untouched(err) {
		e.Delivered, e.Offered = "", "" // the glass may hold anything now
	}
	absent := display.KindOf(err) == display.Unreachable
	if asleep := want.Display.Sleeps && want.Display.Gateway() == ""; asleep && absent {
		e.rest(Waiting) // which is no fault, other than of a gateway
		e.NextTry = now.Add(r.cfg.SleepRetry)
	} else {
		r.failed(e, now, err)
	}
	if absent && e.seen { // it came while we had given it up
		e.NextTry = earlier(e.NextTry, later(now.Add(minRetry), e.lastPush.Add(seenAgainPause)))
	}
}

// minRetry is the least pause after a push that did not work.
const minRetry = 2 * time.Second

// taken records that a gateway took the frame, and reports whether that is on the glass
// already. r.mu is held.
func (r *Reconciler) taken(e *entry, want Want, receipt display.Receipt) (arrived bool) {
	e.Ticket, e.Offered, e.OfferedAt, e.deadline = receipt.Ticket, want.Frame.Hash, receipt.At, time.Time{}
	e.Delivered = ""
	if e.heard == receipt.Ticket {
		e.Delivered, e.DeliveredAt, e.Offered = e.Offered, receipt.At, ""
		e.rest(Delivered)
		return true
	}
	e.State, e.NextTry = Waiting, time.Time{}
	if !errors.Is(e.Err, ErrNotShown) { // that ends only when one is shown
		e.rest(Waiting)
	}
	return false
}

// untouched reports whether a push failed before the display took anything, so that
// its glass still shows what it did.
func untouched(err error) bool {
	kind := display.KindOf(err)
	return kind == display.Unreachable || kind == display.Occupied
}

func (r *Reconciler) deliver(ctx context.Context, id display.ID, want Want, before Status) (display.Receipt, error) {
	if err := ctx.Err(); err != nil {
		return display.Receipt{}, err // nothing was begun
	}
	r.ledger(r.cfg.Ledger.ForgetDelivered(context.WithoutCancel(ctx), id))
	pushCtx, cancel := context.WithTimeoutCause(ctx, r.cfg.PushTimeout,
		fmt.Errorf("no confirmation within %v", r.cfg.PushTimeout))
	defer cancel()
	receipt, err := r.attempt(pushCtx, want)
	if untouched(err) {
		r.restore(context.WithoutCancel(ctx), id, before)
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
	if receipt.Ticket != "" {
		r.ledger(r.cfg.Ledger.SaveOffered(context.WithoutCancel(ctx), id, want.Frame.Hash, receipt.Ticket, receipt.At))
		return receipt, nil
	}
	r.ledger(r.cfg.Ledger.SaveDelivered(context.WithoutCancel(ctx), id, want.Frame.Hash, receipt.At))
	return receipt, nil
}

// restore records that a push changed nothing.
func (r *Reconciler) restore(ctx context.Context, id display.ID, before Status) {
	if before.Ticket != "" {
		hash, at := before.Offered, before.OfferedAt
		if hash == "" {
			hash, at = before.Delivered, before.DeliveredAt
		}
		r.ledger(r.cfg.Ledger.SaveOffered(ctx, id, hash, before.Ticket, at))
	}
	if before.Delivered != "" {
		r.ledger(r.cfg.Ledger.SaveDelivered(ctx, id, before.Delivered, before.DeliveredAt))
	}
}

// attempt pushes once. A driver that panics on what a device sent must not take all
// other signs down with it.
func (r *Reconciler) attempt(ctx context.Context, want Want) (receipt display.Receipt, err error) {
	defer r.recovered("the driver for "+want.Display.Protocol+" displays", want.Display.ID, &err)
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

// ledger reports that the ledger could not be written. Signs go on all the same: a
// full disk must not freeze them. What is known in memory holds; only after a crash
// may the ledger then be wrong.
func (r *Reconciler) ledger(err error) {
	if err != nil && r.cfg.OnLedgerError != nil {
		r.cfg.OnLedgerError(err)
	}
}

// recovered, deferred, turns a panic into an error.
func (r *Reconciler) recovered(what string, id display.ID, err *error) {
	if p := recover(); p != nil {
		stack := string(debug.Stack())
		r.cfg.Logger.Error("A part of the engine panicked", "what", what, "display", id, "panic", p, "stack", stack)
		if r.cfg.OnPanic != nil {
			r.cfg.OnPanic(what, fmt.Sprint(p), stack)
		}
		*err = fmt.Errorf("internal error in %s: %v", what, p)
	}
}
