package engine

import (
	"context"
	"fmt"
	"reflect"
	"time"

	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/reconcile"
	"github.com/roomink/roomink/engine/sign"
)

var (
	_ reconcile.World  = (*Engine)(nil)
	_ reconcile.Pusher = (*Engine)(nil)
)

// framesKept is up to how many assigned displays their pictures stay in memory for
// the app, at about 0.4 MB each; beyond it the app asks for a [Engine.Preview].
const framesKept = 100

// patternTime is how long a test pattern stays before the sign comes back.
const patternTime = 30 * time.Second

// Wanted implements [reconcile.World]: it is the pure function from agenda, policy
// and now to a frame, with a memory of the last result.
func (e *Engine) Wanted(id display.ID, now time.Time) (reconcile.Want, bool, error) {
	e.mu.Lock()
	dev, ok := e.state.displays[id]
	if !ok {
		e.mu.Unlock()
		return reconcile.Want{}, false, nil
	}
	if dev.pattern != nil {
		if now.Before(dev.patternUntil) {
			defer e.mu.Unlock()
			return reconcile.Want{Display: dev.Display.Display, Frame: *dev.pattern, Next: dev.patternUntil}, true, nil
		}
		dev.pattern = nil
	}
	if dev.Room == "" {
		e.mu.Unlock()
		return reconcile.Want{}, false, nil
	}
	d, before := dev.Display.Display, dev.shown
	s, next := e.compose(dev.Room, now)
	e.mu.Unlock()

	want := reconcile.Want{Display: d, Frame: before.frame, Next: next}
	if before.sign != nil && before.panel == d.Panel && before.frame.Image != nil && reflect.DeepEqual(*before.sign, s) {
		return want, true, nil
	}
	f, err := e.renderer.Frame(s, d.Panel)
	if err != nil {
		return reconcile.Want{}, true, fmt.Errorf("for %s: %w", d.Panel, err)
	}
	want.Frame = f

	e.mu.Lock()
	defer e.mu.Unlock()
	if dev, ok := e.state.displays[id]; ok {
		dev.shown = shown{sign: &s, panel: d.Panel, frame: f}
		if len(e.state.displays) > framesKept {
			dev.shown.frame.Image = nil
		}
	}
	return want, true, nil
}

// compose says what the sign at a room shows. e.mu is held.
func (e *Engine) compose(id calendar.RoomID, now time.Time) (sign.Sign, time.Time) {
	account := sign.AccountOK
	if e.state.session == nil || e.state.account.State == NeedsSignIn {
		account = sign.AccountSignedOut
	}
	r, ok := e.state.rooms[id]
	if !ok {
		// The store keeps an assignment and its room together, so this is a room
		// that was just deleted: its sign owns up to knowing nothing.
		return sign.Compose(calendar.NewAgenda(calendar.Room{ID: id}, e.cfg.Location, nil, time.Time{}), account, e.state.policy, now)
	}
	return sign.Compose(r.agenda, account, e.state.policy, now)
}

// Preview draws what a display would show for a room now. It changes nothing.
func (e *Engine) Preview(id display.ID, room calendar.RoomID) (display.Frame, error) {
	e.mu.Lock()
	dev, ok := e.state.displays[id]
	if !ok {
		e.mu.Unlock()
		return display.Frame{}, errUnknownDisplay(id)
	}
	panel := dev.Panel
	s, _ := e.compose(room, e.cfg.Now())
	e.mu.Unlock()
	if err := panel.Validate(); err != nil {
		return display.Frame{}, fmt.Errorf("preview on %s: %w", id, err)
	}
	return e.renderer.Frame(s, panel)
}

// Push implements [reconcile.Pusher] by the driver of the display's protocol.
func (e *Engine) Push(ctx context.Context, d display.Display, f display.Frame) (display.Receipt, error) {
	driver, err := e.driver(d.Protocol)
	if err != nil {
		return display.Receipt{}, err
	}
	return driver.Push(ctx, d, f)
}

func (e *Engine) driver(protocol string) (display.Driver, error) {
	driver, ok := e.drivers[protocol]
	if !ok {
		return nil, &display.Error{Kind: display.Unsupported, Op: "speak " + protocol,
			Remedy: "Install a version of Roomink that supports this kind of display."}
	}
	return driver, nil
}
