package engine

import (
	"context"
	"slices"
	"time"

	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/health"
	"github.com/roomink/roomink/engine/store"
)

// heard takes in what a display let us know of itself: through its access point, or as it
// fetched a picture. It is quick: what is not worth a write of its own is written once a
// minute.
func (e *Engine) heard(ctx context.Context, r display.Report) {
	adopted, ok := e.takeReport(&r)
	if !ok {
		return
	}
	defer e.changed()
	if !adopted {
		return
	}
	if r.Ticket != "" {
		e.rec.Settle(ctx, r.ID, r.Ticket, r.At)
	}
	if r.Shown != "" {
		e.rec.Confirm(ctx, r.ID, r.Shown, r.At, r.Telemetry)
	}
	e.rec.Seen(r.ID)
	e.pressed(r.ID, r.Buttons)
	e.noteBattery(r.ID)
	e.health.Clear(codeOverdue, string(r.ID))
}

// takeReport records what a report says of the display itself. ok is false if it is of no
// display that could have made it.
func (e *Engine) takeReport(r *display.Report) (adopted, ok bool) {
	now := e.cfg.Now()
	if r.At.IsZero() || r.At.After(now) {
		r.At = now // its clock is not ours
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	dev, ok := e.state.displays[r.ID]
	if !ok {
		return false, false
	}
	if at := dev.Gateway(); at != "" && at != (display.Display{Address: r.Address + "/"}).Gateway() {
		return false, false // another access point says that it is its; the lists of both decide
	}
	adopted = dev.stage != Found
	if r.At.After(dev.LastSeen) {
		dev.LastSeen = r.At
	}
	if r.Telemetry.At.After(dev.Telemetry.At) {
		dev.Telemetry = r.Telemetry
	}
	if r.Firmware != "" {
		dev.Firmware = r.Firmware
	}
	if dev.Pull && r.Address != "" {
		dev.Address = r.Address
	}
	if !r.Due.IsZero() {
		dev.Due = r.Due
	}
	if r.Shown != "" {
		dev.Written = true
	}
	dev.silent, dev.unsaved = false, adopted
	return adopted, true
}

// saveHeard writes what displays told of themselves since it last did.
func (e *Engine) saveHeard(ctx context.Context) error {
	now := e.cfg.Now()
	e.mu.Lock()
	var heard []store.Display
	var readings []store.Reading
	for _, dev := range e.state.displays {
		if !dev.unsaved || dev.stage == Found {
			continue
		}
		dev.unsaved = false
		heard = append(heard, dev.Display)
		if r, ok := dev.read(now); ok {
			readings = append(readings, r)
		}
	}
	e.mu.Unlock()
	if len(heard) == 0 {
		return nil
	}
	if err := e.db.SaveHeard(ctx, heard); err != nil {
		return err
	}
	if len(readings) == 0 {
		return nil
	}
	return e.db.SaveReadings(ctx, readings)
}

// Press is a press of a button at a door.
type Press struct {
	Display display.ID
	display.Button
}

// pressesKept is how many presses wait for a slow reader of [Engine.Presses], and shown
// is how many a snapshot tells of a display.
const pressesKept, pressesShown = 64, 10

// Presses gives each press of a button of an adopted display until ctx ends, when the
// channel is closed. A reader that falls behind loses the oldest ones. How soon a press is
// known depends on the display: those that sleep tell when they wake.
func (e *Engine) Presses(ctx context.Context) <-chan Press {
	ch := make(chan Press, pressesKept)
	e.mu.Lock()
	e.state.presses[ch] = struct{}{}
	e.mu.Unlock()
	context.AfterFunc(ctx, func() {
		e.mu.Lock()
		defer e.mu.Unlock()
		delete(e.state.presses, ch)
		close(ch)
	})
	return ch
}

// pressed takes in presses of the buttons of a display, the oldest first.
func (e *Engine) pressed(id display.ID, buttons []display.Button) {
	if len(buttons) == 0 {
		return
	}
	buttons = buttons[max(0, len(buttons)-pressesShown):]
	e.mu.Lock()
	defer e.mu.Unlock()
	dev, ok := e.state.displays[id]
	if !ok || dev.stage == Found {
		return
	}
	newest := slices.Clone(buttons)
	slices.Reverse(newest)
	all := append(newest, dev.pressed...) // a new slice: snapshots hold the old one
	dev.pressed = all[:min(len(all), pressesShown):min(len(all), pressesShown)]
	for _, b := range buttons {
		for ch := range e.state.presses {
			select {
			case ch <- Press{Display: id, Button: b}:
				continue
			default:
			}
			select {
			case <-ch:
			default:
			}
			ch <- Press{Display: id, Button: b} // only the holder of e.mu sends
		}
	}
}

// overdueLeast is how late a display that sleeps may be before a person is told, and
// overdueUnknown how long one may be silent that never said when it is heard next.
const (
	overdueLeast   = 30 * time.Minute
	overdueUnknown = 24 * time.Hour
)

// noteOverdue tells of displays that should have been heard of long ago: nothing can be
// pushed to them, so nothing else would notice that their signs are old.
func (e *Engine) noteOverdue() {
	now := e.cfg.Now()
	type late struct {
		id           display.ID
		label, where string
		since        time.Time
	}
	var lates []late
	e.mu.Lock()
	for id, dev := range e.state.displays {
		if dev.stage != Assigned || !dev.Pull && !dev.Sleeps {
			continue
		}
		heard := later(dev.LastSeen, dev.AdoptedAt)
		limit := heard.Add(overdueUnknown)
		if dev.Due.After(dev.LastSeen) {
			limit = dev.Due.Add(max(overdueLeast, 2*dev.Due.Sub(dev.LastSeen)))
		}
		if now.After(limit) {
			lates = append(lates, late{id, labelOf(dev.Display), e.roomName(dev.Room), dev.LastSeen})
		}
	}
	e.mu.Unlock()
	for _, l := range lates {
		since := "It was never heard of since it was adopted."
		if !l.since.IsZero() {
			since = "It was last heard of on " + l.since.In(e.here()).Format("2 January, 15:04") + "."
		}
		e.health.Set(health.Problem{Code: codeOverdue, Subject: string(l.id), Severity: health.Warning,
			Title: "The sign at " + l.where + " may be old", Text: l.label + " does not come for its pictures. " + since,
			Remedy: "Check its battery and its Wi-Fi, and wake it with its button."})
	}
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
