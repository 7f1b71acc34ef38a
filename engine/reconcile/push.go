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
func (r *Reconciler) push(ctx context.Context, id display.ID, e *entry, want Want) {
	r.mu.Lock()
	before, doubts := e.Status, e.doubts
	r.mu.Unlock()
	receipt, err := r.deliver(ctx, id, want, before)
	now := r.now()
	r.mu.Lock()
	delete(r.pushing, id)
	if r.entries[id] != e { // forgotten meanwhile
		r.mu.Unlock()
		return
	}
	doubted := e.doubts != doubts
	// What it should show may have changed meanwhile: ask again at once.
	if e.due.IsZero() || e.due.After(now) {
		e.due = now
	}
	if err == nil {
		e.Delivered, e.DeliveredAt = want.Frame.Hash, receipt.At
		if doubted {
			e.Delivered = "" // another device may have confirmed it
		}
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
	if doubted {
		r.ledger(r.cfg.Ledger.ForgetDelivered(context.WithoutCancel(ctx), id))
	}
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
	if err := ctx.Err(); err != nil {
		return display.Receipt{}, err // nothing was begun
	}
	r.ledger(r.cfg.Ledger.ForgetDelivered(context.WithoutCancel(ctx), id))
	pushCtx, cancel := context.WithTimeoutCause(ctx, r.cfg.PushTimeout,
		fmt.Errorf("no confirmation within %v", r.cfg.PushTimeout))
	defer cancel()
	receipt, err := r.attempt(pushCtx, want)
	if untouched(err) && before.Delivered != "" {
		r.ledger(r.cfg.Ledger.SaveDelivered(context.WithoutCancel(ctx), id, before.Delivered, before.DeliveredAt))
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
	r.ledger(r.cfg.Ledger.SaveDelivered(context.WithoutCancel(ctx), id, want.Frame.Hash, receipt.At))
	return receipt, nil
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
		r.cfg.Logger.Error("A part of the engine panicked", "what", what, "display", id, "panic", p, "stack", string(debug.Stack()))
		*err = fmt.Errorf("internal error in %s: %v", what, p)
	}
}
