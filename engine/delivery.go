package engine

import (
	"context"
	"time"

	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/health"
	"github.com/roomink/roomink/engine/reconcile"
)

// failuresTold is after how many pushes that did not work in a row a person is told:
// a single one mends itself.
const failuresTold = 2

// onStatus takes in how a display stands. The reconciler calls it.
func (e *Engine) onStatus(id display.ID, s reconcile.Status) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	e.mu.Lock()
	dev, ok := e.state.displays[id]
	if !ok {
		e.mu.Unlock()
		return
	}
	label, where := labelOf(dev.Display), ""
	if dev.Room != "" {
		where = e.roomName(dev.Room)
	}
	updated := s.State == reconcile.Delivered && s.DeliveredAt.After(dev.DeliveredAt)
	if updated {
		dev.DeliveredAt, dev.LastSeen = s.DeliveredAt, s.DeliveredAt
	}
	if !s.Telemetry.At.IsZero() {
		dev.Telemetry = s.Telemetry
	}
	e.mu.Unlock()
	switch {
	case s.State == reconcile.Idle: // its room was forgotten, say: nothing is late any more
		e.health.Clear(codeDisplay, string(id))
	case s.State == reconcile.Delivered:
		e.health.Clear(codeDisplay, string(id))
		if updated && where != "" {
			e.record(ctx, ActSign, where+": the sign was updated", false)
		}
	case s.State == reconcile.Retrying && s.Failures == failuresTold:
		x := Explain(s.Err)
		if where == "" {
			where = label
		}
		e.health.Set(health.Problem{Code: codeDisplay, Subject: string(id), Severity: health.Warning,
			Title: "The sign at " + where + " can't be updated", Text: label + ": " + x.Title + ". " + x.Text, Remedy: x.Remedy})
		e.record(ctx, ActSign, where+": the sign can't be updated: "+x.Title, true)
	}
	e.changed()
}
