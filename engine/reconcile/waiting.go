package reconcile

import (
	"context"
	"time"

	"github.com/roomink/roomink/engine/display"
)

// Confirm says that a display which fetches its pictures has the frame with this hash, and
// what it told of itself; see display.Report.
func (r *Reconciler) Confirm(ctx context.Context, id display.ID, hash string, at time.Time, t display.Telemetry) {
	r.mu.Lock()
	e, known := r.entries[id]
	if !known || r.pushing[id] { // forgotten, or it was pushed to until a moment ago
		r.mu.Unlock()
		return
	}
	if !t.At.IsZero() {
		e.Telemetry = t
	}
	if hash == e.Delivered {
		r.mu.Unlock()
		return
	}
	e.Delivered, e.DeliveredAt, e.Offered = hash, at.Round(0), ""
	r.arrived(ctx, e)
}

// Settle says that a display behind a gateway shows the frame of a ticket. If it is none
// of ours, somebody else drew there, and it is pushed to again.
func (r *Reconciler) Settle(ctx context.Context, id display.ID, ticket string, at time.Time) {
	r.mu.Lock()
	e, known := r.entries[id]
	stranger := false
	switch {
	case !known:
	case r.pushing[id]:
		e.heard = ticket // the gateway may be quicker to tell than to answer
	case e.Offered != "" && ticket == e.Ticket:
		e.Delivered, e.DeliveredAt, e.Offered = e.Offered, at.Round(0), ""
		r.arrived(ctx, e)
		return
	default:
		// While a frame waits in the gateway, the glass shows an older one, of any ticket.
		stranger = e.Offered == "" && ticket != e.Ticket && e.Delivered != ""
	}
	r.mu.Unlock()
	if stranger {
		r.Doubt(ctx, id)
	}
}

// arrived records what a display has on its glass now, and unlocks r.mu.
func (r *Reconciler) arrived(ctx context.Context, e *entry) {
	if e.Delivered == e.Want {
		e.rest(Delivered)
	} else {
		e.due = r.now() // whether it is late follows from what it should show now
	}
	r.schedule(e)
	status := e.Status
	r.mu.Unlock()
	r.ledger(r.cfg.Ledger.SaveDelivered(context.WithoutCancel(ctx), e.id, status.Delivered, status.DeliveredAt))
	r.report(e.id, status)
	r.nudge()
}

// gatewayHas reports whether the wanted frame lies in the gateway and may still be waited
// for. r.mu is held.
func (r *Reconciler) gatewayHas(e *entry, want Want, now time.Time) bool {
	if e.Offered == "" || e.Offered != e.Want {
		return false
	}
	if e.deadline.IsZero() {
		patience := r.cfg.Patience << min(e.Failures, 4)
		e.deadline = later(e.OfferedAt.Add(patience), want.Due.Round(0).Add(patience/3))
	}
	return now.Before(e.deadline)
}
