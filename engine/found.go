package engine

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/roomink/roomink/engine/discovery"
	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/health"
	"github.com/roomink/roomink/engine/reconcile"
	"github.com/roomink/roomink/engine/store"
	"github.com/roomink/roomink/engine/vault"
)

// onCandidate takes in what discovery found. It must not block.
func (e *Engine) onCandidate(c display.Candidate) {
	if e.isOwn(c.Address) {
		return
	}
	if c.Gateway && c.Problem == "" {
		e.onGateway(c)
		return
	}
	if c.ID == "" {
		e.health.Set(health.Problem{Code: codeStranger, Severity: health.Notice,
			Title: "A device announces itself in a way Roomink does not understand",
			Text:  strings.TrimSpace(c.Name+" "+c.Address) + ": " + c.Problem})
		return
	}
	c.ID = e.identityAt(c)
	e.recognise(c)
	n := e.takeIn(c)
	if n.ask {
		e.askLater(c.ID)
	}
	if n.adopted {
		e.rec.Seen(c.ID)
	}
	e.pressed(c.ID, n.pressed)
	e.noteBattery(c.ID)
	if n.moved {
		ctx, cancel := context.WithTimeout(byItself(context.Background()), 5*time.Second)
		defer cancel()
		if err := e.db.SaveDisplay(ctx, n.saved); err != nil {
			e.storeFailed(err) // the next announcement brings the address again
		}
		if n.doubt {
			e.rec.Doubt(ctx, c.ID)
		}
		e.rec.Touch(c.ID)
	}
	e.noteRival(c, n)
	e.changed()
}

// identityAt gives who announces itself. Where the announcement tells no more than an
// address, it is the display of that protocol which was last known there.
func (e *Engine) identityAt(c display.Candidate) display.ID {
	if c.ID.Address() == "" {
		return c.ID
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if _, known := e.state.displays[c.ID]; known {
		return c.ID
	}
	for id, dev := range e.state.displays {
		if dev.Address == c.Address && dev.Protocol == c.Protocol && !dev.Pull {
			return id
		}
	}
	return c.ID
}

// unmask gives a found display that was known by its address alone the identity that it
// told when it was asked: that of a new display, or of one that has moved.
func (e *Engine) unmask(id display.ID, d display.Display) bool {
	e.mu.Lock()
	dev, ok := e.state.displays[id]
	if !ok || dev.stage != Found {
		e.mu.Unlock()
		return false
	}
	delete(e.state.displays, id)
	e.mu.Unlock()
	e.onCandidate(display.Candidate{ID: d.ID, Protocol: d.Protocol, Name: d.Name, Model: d.Model, Firmware: d.Firmware,
		Address: d.Address, Panel: d.Panel, Telemetry: d.Telemetry, SeenAt: e.cfg.Now()})
	return true
}

// news is what an announcement means for the display that it is of.
type news struct {
	ask     bool // nobody knows yet what it is
	adopted bool
	moved   bool   // an adopted display has a new address, or now demands encryption; see saved
	doubt   bool   // its last confirmation may have come from whoever has the old address now
	rival   string // address at which the same display announced itself a moment ago
	pressed []display.Button
	saved   store.Display
}

// takeIn records an announcement.
func (e *Engine) takeIn(c display.Candidate) news {
	e.mu.Lock()
	defer e.mu.Unlock()
	dev, known := e.state.displays[c.ID]
	if !known {
		dev = &device{stage: Found}
		dev.Display.Display = display.Display{ID: c.ID, Protocol: c.Protocol, Name: c.Name, Model: c.Model, Address: c.Address, Panel: c.Panel}
		e.state.displays[c.ID] = dev
	}
	n := news{adopted: dev.stage != Found}
	switch {
	case dev.Address == c.Address:
		dev.announced = c.SeenAt
	case n.adopted && c.SeenAt.Sub(dev.announced) < 2*e.cfg.Rescan:
		// Two devices claim to be this one, or somebody poses as it. The one that was
		// there first keeps the sign until it falls silent.
		n.rival = dev.Address
		return n
	default:
		n.moved = n.adopted
		n.doubt = n.adopted && dev.DeliveredAt.After(dev.announced)
		dev.Address, dev.announced = c.Address, c.SeenAt
	}
	if presser, ok := e.drivers[dev.Protocol].(display.Presser); ok && n.adopted && dev.said.ID == c.ID {
		n.pressed = presser.Pressed(dev.Display.Display, dev.said, c)
	}
	dev.said = c
	dev.LastSeen, dev.silent, dev.unsaved = c.SeenAt, false, n.adopted
	if c.Firmware != "" {
		dev.Firmware = c.Firmware
	}
	if !c.Telemetry.At.IsZero() {
		dev.Telemetry = c.Telemetry
	}
	// The strongest mode ever seen counts: tls=0 can be forged by anyone.
	n.moved = n.moved || n.adopted && c.Secured && !dev.Secured // it must be saved
	dev.Secured = dev.Secured || c.Secured
	dev.problem = e.candidateProblem(c, dev)
	if n.ask = !n.adopted && dev.Panel == (display.Panel{}) && !dev.Secured && !dev.probing; n.ask {
		dev.probing = true
	}
	n.saved = dev.Display
	return n
}

// noteRival tells of two devices that claim to be the same adopted display.
func (e *Engine) noteRival(c display.Candidate, n news) {
	if n.rival == "" {
		if n.moved {
			e.health.Clear(codeRival, string(c.ID))
		}
		return
	}
	e.health.Set(health.Problem{Code: codeRival, Subject: string(c.ID), Severity: health.Warning,
		Title:  "Two devices claim to be the same display",
		Text:   c.Name + " announces itself at " + n.rival + " and at " + c.Address + ". Its sign stays at " + n.rival + ".",
		Remedy: "Find out what answers at the other address: a copied configuration, or somebody who poses as the display."})
}

// recognise gives a display that was added by its address the lasting identity under
// which it announces itself now, so that it is not listed twice and may move.
func (e *Engine) recognise(c display.Candidate) {
	if c.ID.Address() != "" {
		return
	}
	e.mu.Lock()
	_, known := e.state.displays[c.ID]
	old := display.ID("")
	for id := range e.state.displays {
		if at := id.Address(); at != "" && at == c.Address {
			old = id
		}
	}
	e.mu.Unlock()
	if known || old == "" {
		return
	}
	status, _ := e.rec.Status(old)
	if status.State == reconcile.Pushing {
		return // its next announcement will do
	}
	ctx, cancel := context.WithTimeout(byItself(context.Background()), 5*time.Second)
	defer cancel()
	e.granting.Lock() // no new token may come between reading the old one and moving it
	defer e.granting.Unlock()
	if err := e.rename(ctx, old, c.ID); errors.Is(err, errLocked) {
		return // its next announcement will do
	} else if err != nil && !errors.Is(err, store.ErrNotFound) {
		e.storeFailed(err)
		return
	}
	e.mu.Lock()
	if dev, ok := e.state.displays[old]; ok {
		delete(e.state.displays, old)
		dev.ID = c.ID
		e.state.displays[c.ID] = dev
		if dev.TokenHash != "" {
			e.state.tokens[dev.TokenHash] = c.ID
		}
	}
	e.mu.Unlock()
	e.rec.Remember(c.ID, status.Delivered, status.DeliveredAt)
	e.rec.Forget(old)
	e.health.Clear(CodeNotUpdated, string(old))
	e.health.Clear(codeBattery, string(old)) // its announcement brings it back
	e.rec.Touch(c.ID)
}

// rename gives a display its lasting identity in the store. Its token is sealed anew for
// it, so that the window can show its address again. e.granting is held.
func (e *Engine) rename(ctx context.Context, old, id display.ID) error {
	token, err := e.secret(ctx, store.DisplaySecret(old))
	switch {
	case errors.Is(err, store.ErrNotFound), errors.Is(err, vault.ErrWrongKey):
		return e.db.RenameDisplay(ctx, old, id, nil)
	case err != nil:
		return err
	}
	return e.keep(func(seal func(string, []byte) []byte) error {
		return e.db.RenameDisplay(ctx, old, id, seal(store.DisplaySecret(id), token))
	})
}

// onSilent takes in that a display no longer announces itself. A sleeping one does that
// all the time, so it is worth a word in the list and no more: whether its sign is true,
// pushing to it tells.
func (e *Engine) onSilent(id display.ID) {
	e.mu.Lock()
	if dev, ok := e.state.displays[id]; ok {
		dev.silent = true
	}
	e.mu.Unlock()
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
	// What is still so is set again by the next announcement.
	e.health.Clear(codeStranger, "")
	e.health.ClearAll(codeRival)
	e.mu.Lock()
	for id, dev := range e.state.displays {
		if dev.stage == Found && !dev.probing && now.Sub(dev.LastSeen) > strangerTime {
			delete(e.state.displays, id)
		}
	}
	for id, g := range e.state.gateways {
		if !g.inUse && now.Sub(g.LastSeen) > strangerTime {
			delete(e.state.gateways, id)
		}
	}
	e.mu.Unlock()
	e.changed()
}

func (e *Engine) candidateProblem(c display.Candidate, dev *device) *Explanation {
	switch {
	case dev.Secured:
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
	asked, err := e.ask(ctx, id)
	e.mu.Lock()
	if asked != nil {
		id = asked.ID
	}
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
	d, err := e.askAt(ctx, driver, address)
	if err != nil {
		return nil, err
	}
	if id.Address() != "" && d.ID.Address() == "" && e.unmask(id, d) {
		id = d.ID
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if dev, ok = e.state.displays[id]; !ok {
		return nil, errUnknownDisplay(id)
	}
	d.ID, d.Address, d.Secured = id, dev.Address, dev.Secured // the announcement identifies it, and may have moved on
	if d.Name == "" || dev.stage != Found && dev.Name != "" { // a person may have named it
		d.Name = dev.Name
	}
	if dev.stage != Found {
		d.Pull = dev.Pull // which a person decides
	}
	dev.Display.Display, dev.LastSeen, dev.problem = d, e.cfg.Now(), nil
	return dev, nil
}

// askAt asks whoever answers at an address. A display serves one client at a time, so
// whoever asks meanwhile shares the answer.
func (e *Engine) askAt(ctx context.Context, driver display.Driver, address string) (display.Display, error) {
	d, err, _ := e.asking.Do(driver.Protocol()+" "+address, func() (any, error) { return driver.Probe(ctx, address) })
	if err != nil {
		return display.Display{}, err
	}
	return d.(display.Display), nil
}
