package engine

import (
	"context"
	"fmt"
	"strings"

	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/store"
)

func errUnknownDisplay(id display.ID) error {
	return fmt.Errorf("display %s: %w: it may have been forgotten meanwhile", id, store.ErrNotFound)
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
	known := dev.Panel != display.Panel{} || dev.Pull // which can't be asked
	e.mu.Unlock()
	if !known {
		asked, err := e.ask(ctx, id)
		if err != nil {
			return err
		}
		if asked.ID != id {
			return fmt.Errorf("the display has only now told who it is: choose %s in the list", labelOf(asked.Display))
		}
	}
	e.mu.Lock()
	saved := dev.Display
	saved.AdoptedAt = e.cfg.Now()
	if saved.Pull {
		saved.Host = hostOf(saved.Address) // the one that the admin saw
	}
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
		dev.stage, dev.AdoptedAt, dev.Host, dev.asking = Adopted, saved.AdoptedAt, saved.Host, asking{}
	}
	e.mu.Unlock()
	e.reserve()
	e.noteBattery(id)
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
	if ok {
		delete(e.state.tokens, dev.TokenHash)
	}
	e.mu.Unlock()
	if !ok {
		return errUnknownDisplay(id)
	}
	e.reserve()
	e.rec.Forget(id)
	e.health.Clear(codeOverdue, string(id))
	e.health.Clear(codeElsewhere, string(id))
	e.health.Clear(CodeNotUpdated, string(id))
	e.health.Clear(codeBattery, string(id))
	e.record(ctx, ActDisplay, "Display "+labelOf(dev.Display)+" was forgotten", false)
	return nil
}

// Assign makes a display show a room. One that is only found is adopted first.
func (e *Engine) Assign(ctx context.Context, id display.ID, room calendar.RoomID) error {
	if err := e.Adopt(ctx, id); err != nil {
		return err
	}
	e.agendas.Lock() // or the room could be forgotten half-way
	defer e.agendas.Unlock()
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
		before := dev.Room
		dev.Room, dev.stage, dev.pattern = room, Assigned, nil
		dev.hurry()
		text = "Display " + labelOf(dev.Display) + " was assigned to " + e.roomName(room)
		if before != "" && before != room {
			text += ", before to " + e.roomName(before)
		}
		if room == "" {
			dev.stage, dev.shown = Adopted, shown{}
			text = "Display " + labelOf(dev.Display) + " is no longer assigned to a room"
			if before != "" {
				text = "Display " + labelOf(dev.Display) + " is no longer assigned to " + e.roomName(before)
			}
		}
	}
	e.mu.Unlock()
	e.health.Clear(CodeNotUpdated, string(id))
	e.record(ctx, ActDisplay, text, false)
	e.rec.Touch(id)
	e.changed()
	return nil
}

// Unassign takes the room away from a display. Its sign says so, unless nothing of
// Roomink was ever on its glass.
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

// SetPaused holds back all pushes, or lets them go on; it outlasts a restart. Displays that
// fetch their pictures are not held back: they would show that there is none.
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

// Describe says what panel a display has that can't tell by itself. It is for one that is
// not adopted yet.
func (e *Engine) Describe(ctx context.Context, id display.ID, p display.Panel) error {
	if err := p.Validate(); err != nil {
		return fmt.Errorf("describe the display: %w", err)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	dev, ok := e.state.displays[id]
	switch {
	case !ok:
		return errUnknownDisplay(id)
	case dev.Panel != (display.Panel{}):
		return fmt.Errorf("%s has told what panel it has", labelOf(dev.Display))
	}
	dev.Panel = p
	e.changed()
	return ctx.Err()
}

// maxName bounds the names that people give to displays, in bytes.
const maxName = 100

// Rename calls a display by the name that a person gives it.
func (e *Engine) Rename(ctx context.Context, id display.ID, name string) error {
	name = strings.TrimSpace(name)
	if len(name) > maxName {
		return fmt.Errorf("the name is longer than %d characters", maxName)
	}
	e.mu.Lock()
	dev, ok := e.state.displays[id]
	if !ok {
		e.mu.Unlock()
		return errUnknownDisplay(id)
	}
	saved := dev.Display
	saved.Name = name
	e.mu.Unlock()
	if err := e.db.SaveDisplay(ctx, saved); err != nil {
		return err
	}
	e.mu.Lock()
	dev.Name = name
	e.mu.Unlock()
	e.changed()
	return nil
}
