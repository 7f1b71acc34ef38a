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
	"github.com/roomink/roomink/engine/syncer"
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
	want, s, ok := e.wantedSign(id, now)
	if !ok || want.Frame.Image != nil {
		return want, ok, nil
	}
	f, err := e.renderer.Frame(s, want.Display.Panel, nil)
	if err != nil {
		return reconcile.Want{}, true, fmt.Errorf("for %s: %w", want.Display.Panel, err)
	}
	want.Frame = f
	e.keepShown(id, shown{sign: &s, panel: want.Display.Panel, frame: f})
	return want, true, nil
}

// wantedSign gives what the display should show: with its frame, where that is at
// hand, or as a sign to be drawn.
func (e *Engine) wantedSign(id display.ID, now time.Time) (reconcile.Want, sign.Sign, bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	dev, ok := e.state.displays[id]
	if !ok {
		return reconcile.Want{}, sign.Sign{}, false
	}
	want := reconcile.Want{Display: dev.Display.Display}
	if dev.pattern != nil {
		if now.Before(dev.patternUntil) {
			want.Frame, want.Next = *dev.pattern, dev.patternUntil
			return want, sign.Sign{}, true
		}
		dev.pattern = nil
	}
	if dev.Room == "" {
		return reconcile.Want{}, sign.Sign{}, false
	}
	s, next := e.compose(dev.Room, now)
	want.Next = next
	if last := dev.shown; last.sign != nil && last.panel == dev.Panel && reflect.DeepEqual(*last.sign, s) {
		want.Frame = last.frame
	}
	return want, s, true
}

func (e *Engine) keepShown(id display.ID, s shown) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if dev, ok := e.state.displays[id]; ok {
		dev.shown = s
		if len(e.state.displays) > framesKept {
			dev.shown.frame.Image = nil
		}
	}
}

// compose says what the sign at a room shows. e.mu is held.
func (e *Engine) compose(id calendar.RoomID, now time.Time) (sign.Sign, time.Time) {
	account := sign.AccountOK
	// While only the keychain is locked, as after a restart that nobody attends to, the
	// sign goes on with what is known, and says so once that is too old.
	if e.state.conn == nil && !e.state.locked || e.state.refused != accepted {
		account = sign.AccountSignedOut
	}
	r, ok := e.state.rooms[id]
	if !ok {
		// The store keeps an assignment and its room together, so this is a room
		// that was just deleted: its sign owns up to knowing nothing.
		return sign.Compose(calendar.NewAgenda(calendar.Room{ID: id}, e.cfg.Location, nil, time.Time{}), account, e.policy(), now)
	}
	if r.kind == syncer.NotFound && !r.RemovedAt.IsZero() {
		account = sign.RoomRemoved
	}
	return sign.Compose(r.agenda, account, e.policy(), now)
}

// Preview draws what a display would show for a room now. It changes nothing.
func (e *Engine) Preview(id display.ID, room calendar.RoomID) (display.Frame, error) {
	s, panel, err := e.previewSign(id, room)
	if err != nil {
		return display.Frame{}, err
	}
	if err := panel.Validate(); err != nil {
		return display.Frame{}, fmt.Errorf("preview on %s: %w", id, err)
	}
	return e.renderer.Frame(s, panel, nil)
}

func (e *Engine) previewSign(id display.ID, room calendar.RoomID) (sign.Sign, display.Panel, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	dev, ok := e.state.displays[id]
	if !ok {
		return sign.Sign{}, display.Panel{}, errUnknownDisplay(id)
	}
	s, _ := e.compose(room, e.cfg.Now().Round(0))
	return s, dev.Panel, nil
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
