package engine

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/discovery"
	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/health"
	"github.com/roomink/roomink/engine/reconcile"
	"github.com/roomink/roomink/engine/sign"
	"github.com/roomink/roomink/engine/store"
)

func errUnknownDisplay(id display.ID) error {
	return fmt.Errorf("display %s: %w: it may have been forgotten meanwhile", id, store.ErrNotFound)
}

// onCandidate takes in what discovery found. It must not block.
func (e *Engine) onCandidate(c discovery.Candidate) {
	if c.ID == "" {
		e.health.Set(health.Problem{Code: codeStranger, Severity: health.Notice,
			Title: "A device announces itself in a way Roomink does not understand",
			Text:  strings.TrimSpace(c.Name+" "+c.Address) + ": " + c.Problem})
		return
	}
	e.mu.Lock()
	dev, known := e.state.displays[c.ID]
	if !known {
		dev = &device{stage: Found}
		dev.Display.Display = display.Display{ID: c.ID, Protocol: c.Protocol, Name: c.Name}
		e.state.displays[c.ID] = dev
	}
	moved := dev.Address != c.Address
	dev.Address, dev.LastSeen = c.Address, c.SeenAt
	if c.Firmware != "" {
		dev.Firmware = c.Firmware
	}
	if !c.Telemetry.At.IsZero() {
		dev.Telemetry = c.Telemetry
	}
	// The strongest mode ever seen counts: tls=0 can be forged by anyone.
	dev.secured = dev.secured || c.Secured
	dev.problem = e.candidateProblem(c, dev)
	ask := dev.stage == Found && dev.Panel == (display.Panel{}) && !dev.secured && !dev.probing
	if ask {
		dev.probing = true
	}
	adopted := dev.stage != Found
	saved := dev.Display
	e.mu.Unlock()

	if ask {
		e.askLater(c.ID)
	}
	if adopted {
		e.rec.Seen(c.ID)
		if moved {
			e.rec.Touch(c.ID)
			e.saveSoon(saved)
		}
	}
	e.changed()
}

// isAdopted tells discovery which displays no flood of strangers may hide.
func (e *Engine) isAdopted(id display.ID) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	dev, ok := e.state.displays[id]
	return ok && dev.stage != Found
}

func (e *Engine) onDiscoveryNotice(n discovery.Notice) {
	if n.Text == "" {
		e.health.Clear(codeDiscovery, string(n.Kind))
		return
	}
	e.health.Set(health.Problem{Code: codeDiscovery, Subject: string(n.Kind), Severity: health.Notice,
		Title: "The search for displays is hindered", Text: n.Text})
}

// strangerTime is how long a display that nobody adopted is remembered after it was
// last seen.
const strangerTime = time.Hour

// dropStrangers forgets found displays that are long gone.
func (e *Engine) dropStrangers() {
	now := e.cfg.Now()
	e.mu.Lock()
	for id, dev := range e.state.displays {
		if dev.stage == Found && !dev.probing && now.Sub(dev.LastSeen) > strangerTime {
			delete(e.state.displays, id)
		}
	}
	e.mu.Unlock()
	e.changed()
}

func (e *Engine) candidateProblem(c discovery.Candidate, dev *device) *Explanation {
	switch {
	case dev.secured:
		return &Explanation{Title: "This display demands an encrypted connection",
			Text:   "Roomink can't speak TLS-PSK to displays yet.",
			Remedy: "Switch encryption off in the display's configuration, if the network is trusted."}
	case c.Problem != "":
		return &Explanation{Title: "The display's announcement is not in order", Text: c.Problem}
	case dev.Panel == (display.Panel{}):
		return dev.problem // what probing found stays until it is asked again
	}
	return nil
}

// askLater queues a display to be asked what it is.
func (e *Engine) askLater(id display.ID) {
	select {
	case e.probes <- id:
	default: // so many wait already; its next announcement brings it back
		e.mu.Lock()
		if dev, ok := e.state.displays[id]; ok {
			dev.probing = false
		}
		e.mu.Unlock()
	}
}

// saveSoon writes a display's new address; a failure is told and harmless, since
// the next announcement brings the address again.
func (e *Engine) saveSoon(d store.Display) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if err := e.db.SaveDisplay(ctx, d); err != nil {
		e.storeFailed(err)
	}
}

// probeTime bounds the questions to a display that was found.
const probeTime = 30 * time.Second

// probe asks found displays what they are, one after the other: each has a single
// slot for clients, and nobody waits for this.
func (e *Engine) probe(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case id := <-e.probes:
			e.probeOne(ctx, id)
		}
	}
}

func (e *Engine) probeOne(ctx context.Context, id display.ID) {
	ctx, cancel := context.WithTimeout(ctx, probeTime)
	defer cancel()
	_, err := e.ask(ctx, id)
	e.mu.Lock()
	if dev, ok := e.state.displays[id]; ok {
		dev.probing = false
		if err != nil && dev.problem == nil {
			x := Explain(err)
			dev.problem = &x
		}
	}
	e.mu.Unlock()
	e.changed()
}

// ask learns from a display itself what it is, and keeps the answer.
func (e *Engine) ask(ctx context.Context, id display.ID) (*device, error) {
	e.mu.Lock()
	dev, ok := e.state.displays[id]
	if !ok {
		e.mu.Unlock()
		return nil, errUnknownDisplay(id)
	}
	protocol, address := dev.Protocol, dev.Address
	e.mu.Unlock()
	driver, err := e.driver(protocol)
	if err != nil {
		return nil, err
	}
	d, err := driver.Probe(ctx, address)
	if err != nil {
		return nil, err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if dev, ok = e.state.displays[id]; !ok {
		return nil, errUnknownDisplay(id)
	}
	d.ID, d.Address = id, dev.Address // the announcement identifies it, and may have moved on
	if d.Name == "" {
		d.Name = dev.Name
	}
	dev.Display.Display, dev.LastSeen, dev.problem = d, e.cfg.Now(), nil
	return dev, nil
}

// AddDisplay adds a display by its address, "host" or "host:port", and adopts it.
// It blocks until the display has answered, which proves that there is one.
func (e *Engine) AddDisplay(ctx context.Context, address string) (display.ID, error) {
	var errs []error
	for _, driver := range e.cfg.Drivers {
		d, err := driver.Probe(ctx, address)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		e.mu.Lock()
		dev, known := e.state.displays[d.ID]
		if !known {
			dev = &device{stage: Found}
			e.state.displays[d.ID] = dev
		}
		dev.Display.Display, dev.LastSeen, dev.problem = d, e.cfg.Now(), nil
		e.mu.Unlock()
		return d.ID, e.Adopt(ctx, d.ID)
	}
	return "", errors.Join(errs...)
}

// Adopt makes a found display ours. It asks the display what it is if that is not
// known yet, and so can block for some seconds.
func (e *Engine) Adopt(ctx context.Context, id display.ID) error {
	e.mu.Lock()
	dev, ok := e.state.displays[id]
	if !ok {
		e.mu.Unlock()
		return errUnknownDisplay(id)
	}
	if dev.stage != Found {
		e.mu.Unlock()
		return nil
	}
	known := dev.Panel != display.Panel{}
	e.mu.Unlock()
	if !known {
		if _, err := e.ask(ctx, id); err != nil {
			return err
		}
	}
	e.mu.Lock()
	saved := dev.Display
	saved.AdoptedAt = e.cfg.Now()
	e.mu.Unlock()
	if err := saved.Panel.Validate(); err != nil {
		return &display.Error{Kind: display.Unsupported, Op: "adopt the display", Address: saved.Address, Err: err,
			Remedy: "Roomink can't draw for this panel yet."}
	}
	if err := e.db.SaveDisplay(ctx, saved); err != nil {
		return err
	}
	e.mu.Lock()
	if dev.stage == Found {
		dev.stage, dev.AdoptedAt = Adopted, saved.AdoptedAt
	}
	e.mu.Unlock()
	e.record(ctx, ActDisplay, "Display "+labelOf(saved)+" was adopted", false)
	e.changed()
	return nil
}

func labelOf(d store.Display) string { return Display{Display: d.Display}.Label() }

// Forget gives a display up. Its glass keeps its last picture; it is found again if
// it still announces itself.
func (e *Engine) Forget(ctx context.Context, id display.ID) error {
	if err := e.db.DeleteDisplay(ctx, id); err != nil {
		return err
	}
	e.mu.Lock()
	dev, ok := e.state.displays[id]
	delete(e.state.displays, id)
	e.mu.Unlock()
	if !ok {
		return errUnknownDisplay(id)
	}
	e.rec.Forget(id)
	e.health.Clear(codeDisplay, string(id))
	e.record(ctx, ActDisplay, "Display "+labelOf(dev.Display)+" was forgotten", false)
	return nil
}

// Assign makes a display show a room. One that is only found is adopted first.
func (e *Engine) Assign(ctx context.Context, id display.ID, room calendar.RoomID) error {
	if err := e.Adopt(ctx, id); err != nil {
		return err
	}
	e.mu.Lock()
	_, known := e.state.rooms[room]
	e.mu.Unlock()
	if !known && room != "" {
		return fmt.Errorf("room %s: %w: refresh the list of rooms", room, store.ErrNotFound)
	}
	if err := e.db.Assign(ctx, id, room); err != nil {
		return err
	}
	e.mu.Lock()
	text := ""
	if dev, ok := e.state.displays[id]; ok {
		dev.Room, dev.stage, dev.pattern = room, Assigned, nil
		text = "Display " + labelOf(dev.Display) + " was assigned to " + e.roomName(room)
		if room == "" {
			dev.stage, dev.shown = Adopted, shown{}
			text = "Display " + labelOf(dev.Display) + " is no longer assigned to a room"
		}
	}
	e.mu.Unlock()
	e.health.Clear(codeDisplay, string(id))
	e.record(ctx, ActDisplay, text, false)
	e.rec.Touch(id)
	e.changed()
	return nil
}

// Unassign takes the room away from a display. Its glass keeps its last picture.
func (e *Engine) Unassign(ctx context.Context, id display.ID) error { return e.Assign(ctx, id, "") }

// roomName is a room's name for a person. e.mu is held.
func (e *Engine) roomName(id calendar.RoomID) string {
	if r, ok := e.state.rooms[id]; ok {
		return r.Room.DisplayName()
	}
	return string(id)
}

// Identify shows a test pattern with the display's name for half a minute, so that
// a person can tell which one hangs where. It adopts the display if need be.
func (e *Engine) Identify(ctx context.Context, id display.ID) error {
	if err := e.Adopt(ctx, id); err != nil {
		return err
	}
	e.mu.Lock()
	dev, ok := e.state.displays[id]
	if !ok {
		e.mu.Unlock()
		return errUnknownDisplay(id)
	}
	label, panel := labelOf(dev.Display), dev.Panel
	e.mu.Unlock()
	pattern, err := e.renderer.TestPattern(label, panel)
	if err != nil {
		return fmt.Errorf("draw the test pattern: %w", err)
	}
	e.mu.Lock()
	dev.pattern, dev.patternUntil = &pattern, e.cfg.Now().Add(patternTime)
	e.mu.Unlock()
	e.rec.Touch(id)
	return nil
}

// SetPaused holds back all pushes, or lets them go on; it outlasts a restart.
func (e *Engine) SetPaused(ctx context.Context, paused bool) error {
	if err := e.db.SaveSetting(ctx, settingPaused, paused); err != nil {
		return err
	}
	e.mu.Lock()
	e.state.paused = paused
	e.mu.Unlock()
	e.rec.SetPaused(paused)
	text := "Updates of the signs go on"
	if paused {
		text = "Updates of the signs are paused"
	}
	e.record(ctx, ActSign, text, false)
	return nil
}

// SetPolicy changes what all signs say and how.
func (e *Engine) SetPolicy(ctx context.Context, p sign.Policy) error {
	if p.StaleAfter < time.Minute {
		return errors.New("a calendar can't grow stale in less than a minute: choose a longer time")
	}
	if err := e.db.SaveSetting(ctx, settingPolicy, p); err != nil {
		return err
	}
	e.mu.Lock()
	e.state.policy = p
	e.mu.Unlock()
	e.rec.TouchAll()
	e.changed()
	return nil
}

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
