package engine

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"

	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/display/pull"
	"github.com/roomink/roomink/engine/store"
	"github.com/roomink/roomink/engine/vault"
)

// PullDisplay is a display that a person describes, because it can't describe itself.
type PullDisplay struct {
	Protocol string // one whose DriverInfo has Address
	Name     string
	Panel    display.Panel
	Room     calendar.RoomID // to assign it to; "" = none yet
}

// addressed gives the protocol of displays that have an address of their own.
func (e *Engine) addressed(protocol string) (pull.Addressed, error) {
	p, ok := e.pullProtocol(protocol).(pull.Addressed)
	if !ok {
		return nil, fmt.Errorf("%s is no kind of display with an address of its own to fetch from", protocol)
	}
	return p, nil
}

// NewPullDisplay adopts a display that fetches from an address of its own.
func (e *Engine) NewPullDisplay(ctx context.Context, d PullDisplay) (display.ID, error) {
	if _, err := e.addressed(d.Protocol); err != nil {
		return "", err
	}
	name := strings.TrimSpace(d.Name)
	if len(name) > maxName {
		return "", fmt.Errorf("the name is longer than %d characters", maxName)
	}
	if err := d.Panel.Validate(); err != nil {
		return "", err
	}
	e.mu.Lock()
	_, known := e.state.rooms[d.Room]
	e.mu.Unlock()
	if d.Room != "" && !known {
		return "", fmt.Errorf("room %s: %w: refresh the list of rooms", d.Room, store.ErrNotFound)
	}
	if _, err := e.openedVault(); err != nil {
		return "", err
	}
	id := display.ID(d.Protocol + ":" + strings.ToLower(rand.Text()))
	saved := store.Display{AdoptedAt: e.cfg.Now(),
		Display: display.Display{ID: id, Protocol: d.Protocol, Name: name, Panel: d.Panel, Pull: true}}
	if err := e.db.SaveDisplay(ctx, saved); err != nil {
		return "", err
	}
	e.mu.Lock()
	e.state.displays[id] = &device{Display: saved, stage: Adopted}
	e.mu.Unlock()
	if err := e.renewToken(ctx, id); err != nil {
		return "", errors.Join(err, e.Forget(context.WithoutCancel(ctx), id))
	}
	e.record(ctx, ActDisplay, "Display "+labelOf(saved)+" was added", false)
	e.locate()
	if d.Room == "" {
		return id, nil
	}
	return id, e.Assign(ctx, id, d.Room)
}

func (e *Engine) renewToken(ctx context.Context, id display.ID) error {
	e.granting.Lock()
	defer e.granting.Unlock()
	_, err := e.giveToken(ctx, id)
	return err
}

// adopted gives a copy of what is kept of an adopted display.
func (e *Engine) adopted(id display.ID) (store.Display, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	dev, ok := e.state.displays[id]
	if !ok || dev.stage == Found {
		return store.Display{}, errUnknownDisplay(id)
	}
	return dev.Display, nil
}

// PullInstructions say how to set such a display up. They hold its secret.
func (e *Engine) PullInstructions(ctx context.Context, id display.ID) (display.Instructions, error) {
	d, err := e.adopted(id)
	if err != nil {
		return display.Instructions{}, err
	}
	p, err := e.addressed(d.Protocol)
	if err != nil {
		return display.Instructions{}, err
	}
	token, err := e.secret(ctx, store.DisplaySecret(id))
	if errors.Is(err, store.ErrNotFound) || errors.Is(err, vault.ErrWrongKey) {
		return display.Instructions{}, fmt.Errorf("the address of %s is lost: give it a new one: %w", labelOf(d), err)
	}
	if err != nil {
		return display.Instructions{}, err
	}
	e.mu.Lock()
	base := e.state.serving.at.url()
	e.mu.Unlock()
	if base == "" {
		return display.Instructions{}, errNoAdapter
	}
	return p.Instructions(base, string(token), d.Display), nil
}

// RenewPullAddress gives such a display a new address; the old one stops working.
func (e *Engine) RenewPullAddress(ctx context.Context, id display.ID) error {
	d, err := e.adopted(id)
	if err != nil {
		return err
	}
	if _, err := e.addressed(d.Protocol); err != nil {
		return err
	}
	if err := e.renewToken(ctx, id); err != nil {
		return err
	}
	e.record(ctx, ActDisplay, "Display "+labelOf(d)+" got a new address to fetch from", false)
	e.changed()
	return nil
}

// SetPull decides whether a display that can do both is pushed to, or fetches.
func (e *Engine) SetPull(ctx context.Context, id display.ID, on bool) error {
	d, err := e.adopted(id)
	if err != nil {
		return err
	}
	if !e.doesBoth(d.Protocol) {
		return fmt.Errorf("%s can't do both: be pushed to, and fetch", labelOf(d))
	}
	if _, err := e.addressed(d.Protocol); err == nil && on && d.TokenHash == "" {
		if err := e.renewToken(ctx, id); err != nil {
			return err
		}
	}
	if err := e.db.SetPull(ctx, id, on); err != nil {
		return err
	}
	text := " is pushed to from now on"
	if on {
		text = " fetches its pictures from now on"
	}
	e.mu.Lock()
	if dev, ok := e.state.displays[id]; ok {
		dev.Pull, dev.asking = on, asking{}
	}
	e.mu.Unlock()
	e.health.Clear(codeElsewhere, string(id))
	e.record(ctx, ActDisplay, "Display "+labelOf(d)+text, false)
	e.rec.Touch(id)
	e.locate()
	return nil
}

// doesBoth reports whether displays of a protocol can be pushed to, and fetch from an
// address of their own.
func (e *Engine) doesBoth(protocol string) bool {
	_, err := e.addressed(protocol)
	return err == nil && e.drivers[protocol] != nil
}

// Approve says that a device which claims to be an adopted display really is that one:
// it gets a new key, or may fetch from its new address. One that is only found is adopted.
func (e *Engine) Approve(ctx context.Context, id display.ID) error {
	e.mu.Lock()
	dev, ok := e.state.displays[id]
	if !ok {
		e.mu.Unlock()
		return errUnknownDisplay(id)
	}
	ask, stage, label := dev.asking, dev.stage, labelOf(dev.Display)
	e.mu.Unlock()
	if stage == Found {
		return e.Adopt(ctx, id)
	}
	if !ask.asks || ask.from == "" {
		return fmt.Errorf("%s does not ask for anything any more", label)
	}
	if err := e.db.SaveHost(ctx, id, ask.from); err != nil {
		return err
	}
	e.mu.Lock()
	if dev, ok := e.state.displays[id]; ok {
		dev.Host, dev.asking = ask.from, asking{}
		if ask.key {
			dev.granted = ask.from
		}
	}
	e.mu.Unlock()
	e.health.Clear(codeElsewhere, string(id))
	e.record(ctx, ActDisplay, "Display "+cmp.Or(label, string(id))+" was approved at "+ask.from, false)
	e.changed()
	return nil
}
