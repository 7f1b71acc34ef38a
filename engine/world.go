package engine

import (
	"context"
	"fmt"
	"reflect"
	"time"

	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/frame"
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
	want, due, ok := e.wantedSign(id, now)
	if !ok || want.Frame.Image != nil {
		return want, ok, nil
	}
	f, err := e.renderer.Frame(*due.sign, due.panel, due.look)
	if err == nil && e.draws(want.Display) {
		f.Items, err = e.renderer.Items(*due.sign, due.panel, due.look)
	}
	if err != nil {
		return reconcile.Want{}, true, fmt.Errorf("for %s: %w", due.panel, err)
	}
	want.Frame, due.frame = f, f
	e.keepShown(id, due)
	return want, true, nil
}

// wantedSign gives what the display should show: with its frame, where that is at
// hand, or as a sign to be drawn.
func (e *Engine) wantedSign(id display.ID, now time.Time) (want reconcile.Want, due shown, ok bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	dev, ok := e.state.displays[id]
	if !ok {
		return reconcile.Want{}, shown{}, false
	}
	want.Display, want.Due = dev.Display.Display, dev.Due
	if dev.pattern != nil {
		if now.Before(dev.patternUntil) {
			want.Frame, want.Next = *dev.pattern, dev.patternUntil
			return want, shown{}, true
		}
		dev.pattern = nil
	}
	s, next, look := sign.Sign{}, time.Time{}, (*frame.Look)(nil)
	switch {
	case dev.Room != "":
		s, next, look = e.compose(dev.Room, dev.cell.low, now)
	case dev.Written:
		s, look = e.composeUnassigned(dev)
	default: // nothing of ours hangs there, and whoever adopts it will assign it
		return reconcile.Want{}, shown{}, false
	}
	if dev.cell.low {
		s = e.catalogue.WithLowBattery(s)
	}
	want.Next, want.NotBefore, want.Unsure = next, dev.notBefore(s, next, now), dev.unsure(now)
	last := dev.shown
	if last.sign != nil && last.panel == dev.Panel && last.look == look && reflect.DeepEqual(*last.sign, s) {
		want.Frame = last.frame
	}
	return want, shown{sign: &s, look: look, panel: dev.Panel}, true
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

// compose says what the sign at a room shows, until when, and what it is drawn with; low
// says that its battery is. e.mu is held.
func (e *Engine) compose(id calendar.RoomID, low bool, now time.Time) (sign.Sign, time.Time, *frame.Look) {
	p := spared(e.policyOf(id), low)
	a, account := e.agendaOf(id)
	s, next := e.catalogue.Compose(a, account, p, now)
	return s, next, e.lookOf(p)
}

// composeUnassigned says what a display shows that has no room any more: its glass would
// go on naming the meetings of the last one. e.mu is held.
func (e *Engine) composeUnassigned(dev *device) (sign.Sign, *frame.Look) {
	p := e.state.policy
	s := e.catalogue.Unassigned(labelOf(dev.Display), p)
	p.Design, p.Template = s.Design, s.Template
	return s, e.lookOf(p)
}

// agendaOf gives what is known of a room, and whether that can still be read. e.mu is
// held.
func (e *Engine) agendaOf(id calendar.RoomID) (calendar.Agenda, sign.Account) {
	account := sign.AccountOK
	// While only the keychain is locked, as after a restart that nobody attends to, the
	// sign goes on with what is known, and says so once that is too old.
	switch {
	case e.state.conn == nil && !e.state.locked:
		account = sign.AccountSignedOut
	case e.state.refused != accepted:
		account = sign.AccountInTrouble
	}
	r, ok := e.state.rooms[id]
	if !ok {
		// The store keeps an assignment and its room together, so this is a room
		// that was just deleted: its sign owns up to knowing nothing.
		return calendar.NewAgenda(calendar.Room{ID: id}, e.here(), nil, time.Time{}), account
	}
	if r.kind == syncer.NotFound && !r.RemovedAt.IsZero() {
		account = sign.RoomRemoved
	}
	return r.agenda, account
}

// draws reports whether a display is sent drawings.
func (e *Engine) draws(d display.Display) bool {
	drawer, ok := e.drivers[d.Protocol].(display.Drawer)
	return ok && drawer.Draws(d)
}

// Push implements [reconcile.Pusher] by the driver of the display's protocol.
func (e *Engine) Push(ctx context.Context, d display.Display, f display.Frame) (display.Receipt, error) {
	driver, err := e.driverFor(ctx, d)
	if err != nil {
		return display.Receipt{}, err
	}
	f.Before = e.beginPush(d.ID)
	receipt, err := driver.Push(ctx, d, f)
	e.endPush(d.ID, f, receipt, err)
	return receipt, err
}
