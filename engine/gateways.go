package engine

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/cenkalti/backoff/v5"
	"github.com/thejerf/suture/v4"

	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/health"
	"github.com/roomink/roomink/engine/store"
)

// Gateway is an access point or hub with displays behind it.
type Gateway struct {
	display.Hub
	InUse    bool // an admin uses it; otherwise it was found on the network, and its displays are not listed
	Keyed    bool // it demands a key
	HasKey   bool // a key for it is kept in the vault
	Displays int  // behind it, found or adopted
	LastSeen time.Time
	Problem  *Explanation // why it can't be reached; nil when it can
}

// ID identifies a gateway in commands.
func (g Gateway) ID() string { return gatewayID(g.Protocol, g.Address) }

func gatewayID(protocol, address string) string { return protocol + " " + address }

// GatewayRequest is what an admin says of a gateway.
type GatewayRequest struct {
	Protocol string // of the driver
	Address  string // "host" or "host:port"
	Key      string // where the protocol has one; "" keeps the saved one
}

// gateway is what the engine knows of one gateway. Engine.mu guards it.
type gateway struct {
	store.Gateway
	inUse   bool
	hasKey  bool
	problem *Explanation
	service suture.ServiceToken
	running bool
}

// UseGateway asks a gateway for its displays, lists them as found, and keeps an eye on it
// from now on. Used again, it changes the key.
func (e *Engine) UseGateway(ctx context.Context, r GatewayRequest) (Gateway, error) {
	if _, ok := e.drivers[r.Protocol].(display.Gateway); !ok {
		return Gateway{}, fmt.Errorf("%s is no kind of access point or hub that Roomink knows", r.Protocol)
	}
	driver, err := e.gatewayDriver(ctx, r.Protocol, r.Address, r.Key)
	if err != nil {
		return Gateway{}, err
	}
	hub, list, err := driver.Displays(ctx, r.Address)
	if err != nil {
		return Gateway{}, err
	}
	hub.Protocol = r.Protocol
	return e.takeGateway(ctx, hub, list, r.Key)
}

// takeGateway keeps a gateway that answered, and starts to watch it.
func (e *Engine) takeGateway(ctx context.Context, hub display.Hub, list []display.Display, key string) (Gateway, error) {
	id, now := gatewayID(hub.Protocol, hub.Address), e.cfg.Now()
	if key != "" {
		if err := e.saveSecret(ctx, store.GatewaySecret(hub.Protocol, hub.Address), []byte(key)); err != nil {
			return Gateway{}, fmt.Errorf("keep the key of %s: %w", hub.Name, err)
		}
	}
	saved := store.Gateway{Hub: hub, AddedAt: now, LastSeen: now}
	if err := e.db.SaveGateway(ctx, saved); err != nil {
		return Gateway{}, err
	}
	e.mu.Lock()
	g, known := e.state.gateways[id]
	if !known {
		g = &gateway{}
		e.state.gateways[id] = g
	}
	fresh := !g.inUse
	g.Gateway, g.inUse, g.hasKey, g.problem = saved, true, g.hasKey || key != "", nil
	if e.state.ready {
		e.watchGateway(g)
	}
	e.mu.Unlock()
	e.health.Clear(codeGateway, id)
	e.takeBehind(ctx, g, list)
	if fresh {
		e.record(ctx, ActDisplay, cmp.Or(hub.Name, hub.Address)+" is used to reach displays", false)
	}
	e.changed()
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.gatewaySnapshot(g, e.behindGateways()), nil
}

// DropGateway gives a gateway up. Displays of it that are adopted stay, and can't be
// reached; the others are forgotten.
func (e *Engine) DropGateway(ctx context.Context, id string) error {
	e.mu.Lock()
	g, ok := e.state.gateways[id]
	e.mu.Unlock()
	if !ok {
		return fmt.Errorf("access point %s: %w: it may have been given up meanwhile", id, store.ErrNotFound)
	}
	if err := e.db.DeleteGateway(ctx, g.Protocol, g.Address); err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	e.mu.Lock()
	delete(e.state.gateways, id)
	for key, dev := range e.state.displays {
		if dev.stage == Found && dev.Protocol == g.Protocol && dev.Gateway() == g.Address {
			delete(e.state.displays, key)
		}
	}
	running, token := g.running, g.service
	g.running = false
	e.mu.Unlock()
	if running {
		_ = e.tree.Remove(token) // the engine is ending: it stops everything anyway
	}
	e.health.Clear(codeGateway, id)
	e.record(ctx, ActDisplay, cmp.Or(g.Name, g.Address)+" is no longer used to reach displays", false)
	e.changed()
	return nil
}

// loadGateways takes up the gateways that the store holds.
func (e *Engine) loadGateways(ctx context.Context) error {
	list, err := e.db.Gateways(ctx)
	if err != nil {
		return err
	}
	for _, saved := range list {
		g := &gateway{Gateway: saved, inUse: true}
		_, err := e.db.Secret(ctx, store.GatewaySecret(saved.Protocol, saved.Address))
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
		g.hasKey = err == nil
		e.state.gateways[gatewayID(saved.Protocol, saved.Address)] = g
	}
	return nil
}

// watchGateway starts the service that keeps an eye on g. e.mu is held.
func (e *Engine) watchGateway(g *gateway) {
	if g.running {
		return
	}
	g.running = true
	g.service = e.tree.Add(service{"gateway " + g.Address, func(ctx context.Context) error { return e.attendGateway(ctx, g) }})
}

// relist is how often a gateway is asked for all its displays, to find new ones.
const relist = 10 * time.Minute

// gatewayPatience bounds the question for all displays: an access point with hundreds of
// tags answers in many pages.
const gatewayPatience = 2 * time.Minute

// attendGateway listens to a gateway until ctx ends.
func (e *Engine) attendGateway(ctx context.Context, g *gateway) error {
	retry := &backoff.ExponentialBackOff{InitialInterval: 5 * time.Second, Multiplier: 2, RandomizationFactor: 0.3, MaxInterval: 5 * time.Minute}
	for ctx.Err() == nil {
		began := time.Now()
		err := e.attendOnce(ctx, g)
		if ctx.Err() != nil {
			break
		}
		if err == nil {
			retry.Reset()
			continue
		}
		e.noteGateway(g, err)
		if time.Since(began) > time.Minute { // it worked for a while
			retry.Reset()
		}
		timer := time.NewTimer(retry.NextBackOff())
		select {
		case <-ctx.Done():
		case <-timer.C:
		}
		timer.Stop()
	}
	return ctx.Err()
}

// attendOnce lists the displays of a gateway and listens to it until they have to be
// listed again.
func (e *Engine) attendOnce(ctx context.Context, g *gateway) error {
	e.mu.Lock()
	protocol, address := g.Protocol, g.Address
	e.mu.Unlock()
	driver, err := e.gatewayDriver(ctx, protocol, address, "")
	if err != nil {
		return err
	}
	asking, cancel := context.WithTimeout(ctx, gatewayPatience)
	defer cancel()
	hub, list, err := driver.Displays(asking, address)
	if err != nil {
		return err
	}
	e.noteGateway(g, nil)
	e.heardGateway(ctx, g, hub)
	e.takeBehind(ctx, g, list)

	listening, cancel := context.WithTimeout(ctx, relist)
	defer cancel()
	err = driver.Watch(listening, address, func(r display.Report) {
		if !e.knows(r.ID) {
			cancel() // a new display: list them
			return
		}
		if r.Address == "" {
			r.Address = address
		}
		e.heard(ctx, r)
	})
	if listening.Err() != nil && ctx.Err() == nil {
		return nil
	}
	return err
}

func (e *Engine) knows(id display.ID) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	_, ok := e.state.displays[id]
	return ok
}

// heardGateway records what a gateway says of itself.
func (e *Engine) heardGateway(ctx context.Context, g *gateway, hub display.Hub) {
	e.mu.Lock()
	g.Name, g.Model, g.Firmware, g.LastSeen = hub.Name, hub.Model, hub.Firmware, e.cfg.Now()
	saved, inUse := g.Gateway, g.running
	e.mu.Unlock()
	if inUse {
		if err := e.db.SaveGateway(ctx, saved); err != nil && ctx.Err() == nil {
			e.storeFailed(err)
		}
	}
	e.changed()
}

// noteGateway records whether a gateway can be reached. One failure mends itself; from
// the second on a person is told, since all its signs are late.
func (e *Engine) noteGateway(g *gateway, err error) {
	e.mu.Lock()
	again := g.problem != nil
	g.problem = nil
	if err != nil {
		x := Explain(err)
		g.problem = &x
	}
	id, name, problem := gatewayID(g.Protocol, g.Address), cmp.Or(g.Name, g.Address), g.problem
	e.mu.Unlock()
	switch {
	case problem == nil:
		e.health.Clear(codeGateway, id)
	case again:
		e.health.Set(health.Problem{Code: codeGateway, Subject: id, Severity: health.Warning,
			Title: "The displays behind " + name + " can't be reached", Text: problem.Title + ". " + problem.Text, Remedy: problem.Remedy})
	}
	e.changed()
}

// takeBehind records what a gateway said of its displays.
func (e *Engine) takeBehind(ctx context.Context, g *gateway, list []display.Display) {
	for _, d := range list {
		n := e.takeOneBehind(g, d)
		if n.moved {
			if err := e.db.SaveDisplay(ctx, n.saved); err != nil && ctx.Err() == nil {
				e.storeFailed(err)
			}
			e.rec.Touch(d.ID)
		}
		if n.adopted {
			e.rec.Seen(d.ID)
		}
		e.noteRival(display.Candidate{ID: d.ID, Name: d.Name, Address: d.Address}, n)
		e.noteBattery(d.ID)
	}
	e.changed()
}

// takeOneBehind records one display of a gateway.
func (e *Engine) takeOneBehind(g *gateway, d display.Display) news {
	now := e.cfg.Now()
	e.mu.Lock()
	defer e.mu.Unlock()
	dev, known := e.state.displays[d.ID]
	if !known {
		dev = &device{stage: Found}
		dev.Display.Display = d
		e.state.displays[d.ID] = dev
	}
	n := news{adopted: dev.stage != Found}
	if dev.Address != d.Address {
		old := e.state.gateways[gatewayID(dev.Protocol, dev.Gateway())]
		if n.adopted && old != nil && old.inUse && old.problem == nil && now.Sub(dev.announced) < 2*relist {
			// Both gateways say that it is theirs. The one that was there first keeps it until
			// it falls silent.
			n.rival = dev.Address
			return n
		}
		n.moved = n.adopted
		dev.Address = d.Address
	}
	dev.announced, dev.problem, dev.unsaved = now, nil, n.adopted
	if d.Panel != (display.Panel{}) && dev.Panel != d.Panel {
		dev.Panel, n.moved = d.Panel, n.adopted
	}
	if !n.adopted || dev.Name == "" { // later a person may have named it
		dev.Name = d.Name
	}
	dev.Model, dev.Sleeps = cmp.Or(d.Model, dev.Model), d.Sleeps
	dev.Firmware = cmp.Or(d.Firmware, dev.Firmware)
	if !d.Telemetry.At.IsZero() {
		dev.Telemetry, dev.LastSeen = d.Telemetry, d.Telemetry.At
	}
	if err := dev.Panel.Validate(); err != nil {
		dev.problem = &Explanation{Title: "Roomink can't draw for this display", Text: sentence(err.Error()) + "."}
	}
	n.saved = dev.Display
	return n
}

// onGateway takes in an access point that was found on the network. It is asked nothing
// until an admin wants to use it.
func (e *Engine) onGateway(c display.Candidate) {
	id := gatewayID(c.Protocol, c.Address)
	e.mu.Lock()
	g, known := e.state.gateways[id]
	if !known {
		g = &gateway{}
		g.Hub = display.Hub{Protocol: c.Protocol, Name: c.Name, Model: c.Model, Firmware: c.Firmware, Address: c.Address}
		e.state.gateways[id] = g
	}
	g.LastSeen = c.SeenAt
	e.mu.Unlock()
	e.changed()
}

// gatewaySnapshot is what the app sees of a gateway, behind being behindGateways. e.mu is
// held.
func (e *Engine) gatewaySnapshot(g *gateway, behind map[string]int) Gateway {
	_, keyed := e.drivers[g.Protocol].(display.Keyed)
	s := Gateway{Hub: g.Hub, InUse: g.inUse, Keyed: keyed, HasKey: g.hasKey, LastSeen: g.LastSeen, Problem: g.problem}
	s.Displays = behind[gatewayID(g.Protocol, g.Address)]
	return s
}

// behindGateways counts the displays behind each gateway. e.mu is held.
func (e *Engine) behindGateways() map[string]int {
	if len(e.state.gateways) == 0 {
		return nil
	}
	behind := make(map[string]int, len(e.state.gateways))
	for _, dev := range e.state.displays {
		if at := dev.Gateway(); at != "" {
			behind[gatewayID(dev.Protocol, at)]++
		}
	}
	return behind
}

// gatewaysSnapshot lists the gateways, those in use first. e.mu is held.
func (e *Engine) gatewaysSnapshot() []Gateway {
	var list []Gateway
	behind := e.behindGateways()
	for _, g := range e.state.gateways {
		list = append(list, e.gatewaySnapshot(g, behind))
	}
	slices.SortFunc(list, func(a, b Gateway) int {
		if a.InUse != b.InUse {
			if a.InUse {
				return -1
			}
			return 1
		}
		return cmp.Or(strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)), strings.Compare(a.ID(), b.ID()))
	})
	return list
}
