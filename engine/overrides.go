package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/sign"
	"github.com/roomink/roomink/engine/store"
)

// SetPolicy changes what all signs say and how, but for what rooms do otherwise. It is
// refused if the settings of a room don't go with it.
func (e *Engine) SetPolicy(ctx context.Context, p sign.Policy) error {
	if err := p.Validate(); err != nil {
		return err
	}
	e.designing.Lock()
	defer e.designing.Unlock()
	if err := e.suitsRooms(p); err != nil {
		return err
	}
	if err := e.db.SaveSetting(ctx, settingPolicy, p); err != nil {
		return err
	}
	e.mu.Lock()
	changes := policyChanges(e.state.policy, p)
	e.state.policy = p
	e.mu.Unlock()
	if changes != "" {
		e.record(ctx, ActSign, "The settings of all signs were changed: "+changes, false)
	}
	e.noteLimit()
	e.designsInUse()
	e.touchAll()
	e.changed()
	return nil
}

// suitsRooms tells which rooms' own settings make a policy one that can't hold, such as
// by working hours that begin after its own have ended.
func (e *Engine) suitsRooms(p sign.Policy) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	var errs []error
	for _, id := range slices.Sorted(maps.Keys(e.state.overrides)) {
		if err := e.state.overrides[id].Apply(p).Validate(); err != nil {
			errs = append(errs, fmt.Errorf("the settings of %s don't go with this: %w", e.roomName(id), err))
		}
	}
	return errors.Join(errs...)
}

// SetOverride changes what a room does otherwise than the organisation. An empty one
// lets it follow the organisation in everything again.
func (e *Engine) SetOverride(ctx context.Context, id calendar.RoomID, o sign.Override) error {
	o, err := clone(o)
	if err != nil {
		return err
	}
	e.designing.Lock()
	defer e.designing.Unlock()
	e.agendas.Lock() // or the room could be forgotten half-way
	defer e.agendas.Unlock()
	e.mu.Lock()
	_, known := e.state.rooms[id]
	name, policy := e.roomName(id), o.Apply(e.state.policy)
	e.mu.Unlock()
	if !known {
		return fmt.Errorf("room %s: %w: it may have been removed meanwhile", id, store.ErrNotFound)
	}
	if err := policy.Validate(); err != nil {
		return err
	}
	if err := e.db.SaveOverride(ctx, id, o); err != nil {
		return err
	}
	e.mu.Lock()
	text := name + ": the sign has settings of its own now"
	changes := overrideChanges(e.state.overrides[id], o)
	if e.state.overrides[id] = o; o.Empty() {
		delete(e.state.overrides, id)
		text = name + ": the sign follows the organisation's settings again"
	}
	e.mu.Unlock()
	if changes != "" {
		text += ": " + changes
	}
	e.record(ctx, ActSign, text, false)
	e.noteLimit()
	e.designsInUse()
	e.touchRoom(id)
	e.changed()
	return nil
}

// clone gives an override that shares no memory with o.
func clone(o sign.Override) (c sign.Override, err error) {
	text, err := json.Marshal(o)
	if err == nil {
		err = json.Unmarshal(text, &c)
	}
	if err != nil {
		return sign.Override{}, fmt.Errorf("take over the room's settings: %w", err)
	}
	return c, nil
}

// policyOf is what holds for the sign at a room, whether Roomink knows the room or not.
// e.mu is held.
func (e *Engine) policyOf(id calendar.RoomID) sign.Policy {
	return e.keepable(e.state.overrides[id].Apply(e.state.policy))
}

// policies calls f with each policy that is in force for some sign, or would be. e.mu is
// held.
func (e *Engine) policies(f func(sign.Policy)) {
	f(e.state.policy)
	for _, o := range e.state.overrides {
		f(o.Apply(e.state.policy))
	}
}

// designsInUse looks after what depends on which designs the policies name: the warnings
// about templates, and the pictures that they need.
func (e *Engine) designsInUse() {
	e.noteTemplates()
	e.kickPictures()
}
