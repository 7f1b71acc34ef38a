package engine

import (
	"cmp"
	"context"
	"strings"
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
	ctx, cancel := context.WithTimeout(byItself(context.Background()), 5*time.Second)
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
	e.noteBattery(id)
	switch {
	case s.State == reconcile.Idle: // its room was forgotten, say: nothing is late any more
		e.health.Clear(CodeNotUpdated, string(id))
	case s.State == reconcile.Waiting && s.Err == nil:
		e.health.Clear(CodeNotUpdated, string(id))
	case s.State == reconcile.Delivered:
		e.health.Clear(CodeNotUpdated, string(id))
		if updated && where != "" {
			e.record(ctx, ActSign, where+": the sign was updated", false)
		}
	case s.State == reconcile.Retrying && s.Failures >= failuresTold:
		e.health.Set(notUpdated(id, label, where, Explain(s.Err)))
		if s.Failures == failuresTold {
			e.record(ctx, ActSign, cmp.Or(where, label)+": the sign can't be updated: "+Explain(s.Err).Title, true)
		}
	}
	e.changed()
}

// notUpdated is the problem of a display that can't be reached. One without a room, where
// is empty, may go on showing its last one, but nobody may be waiting for it.
func notUpdated(id display.ID, label, where string, x Explanation) health.Problem {
	p := health.Problem{Code: CodeNotUpdated, Subject: string(id), Severity: health.Warning,
		Title: "The sign at " + where + " can't be updated", Text: label + ": " + x.Title + ". " + x.Text, Remedy: x.Remedy}
	if where == "" {
		p.Severity, p.Title = health.Notice, "Display "+label+" may still show its last room"
		p.Text = "It has no room any more, and can't be told so: " + x.Title + ". " + x.Text
		p.Remedy = strings.TrimSpace(x.Remedy + " If it is gone for good, forget it.")
	}
	return p
}
