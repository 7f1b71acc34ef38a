package syncer

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/roomink/roomink/engine/calendar"
)

// read asks for changes, once more without cursor for rooms that need it, and
// applies them. err is a fault of the whole system.
func (s *Service) read(ctx context.Context, r *Result, asked bool) (changed []calendar.RoomID, err error) {
	known, err := s.cfg.Store.Cursors(ctx)
	if err != nil {
		return nil, fmt.Errorf("list rooms to read: %w", err)
	}
	s.forgetOthers(known)
	requests := s.due(known, r.Started, asked)
	r.Asked = len(requests)
	t := taking{Result: r}
	for t.again = false; len(requests) > 0 && err == nil; t.again = true {
		var changes []Change
		changes, err = s.ask(ctx, requests)
		s.look() // before any back-off begins
		t.stale = nil
		for i, c := range changes {
			if err != nil && errors.Is(c.Err, err) {
				continue // not this room's fault: it stays due
			}
			s.take(ctx, &t, requests[i], c)
			if ctx.Err() != nil {
				return t.changed, ctx.Err()
			}
		}
		requests = t.stale
	}
	return t.changed, s.blame(&t, err)
}

// ask checks what a source must keep to. There are as many changes as requests,
// or none and an error.
func (s *Service) ask(ctx context.Context, requests []Request) ([]Change, error) {
	changes, err := s.cfg.Source.Changes(ctx, requests)
	switch {
	case len(changes) == len(requests):
		return changes, err
	case err == nil:
		err = fmt.Errorf("read calendars: %d answers to %d requests", len(changes), len(requests))
	}
	return nil, err
}

// taking is a round while its answers are taken in.
type taking struct {
	*Result
	again    bool // these are second answers
	answered bool // some room could be read
	changed  []calendar.RoomID
	stale    []Request // to ask again without cursor
	// suspects failed in a way that may be the whole system's.
	suspects []Change
}

// take works the answer for one room in.
func (s *Service) take(ctx context.Context, t *taking, req Request, c Change) {
	switch kindOf(c.Err) {
	case Resync:
		if t.again {
			break
		}
		s.state(req.Room).resync = true
		t.stale = append(t.stale, Request{Room: req.Room, Window: s.cfg.Window(t.Started)})
		return
	case Offline, Throttled, SignIn:
		t.suspects = append(t.suspects, Change{Room: req.Room, Err: c.Err})
		return
	}
	t.answered = t.answered || c.Err == nil
	did, err := s.apply(ctx, req, c, t.Started)
	t.Healed += did.Healed
	if ctx.Err() != nil {
		return
	}
	s.settle(req.Room, err)
	if err == nil {
		t.Read++
	}
	if did.Changed {
		t.changed = append(t.changed, req.Room)
	}
}

// blame decides whose the suspects' faults are: each room's own if any other room
// could be read, or else the whole system's, which the one with the longest
// Retry-After then stands for. err is what is known of the whole system already.
func (s *Service) blame(t *taking, err error) error {
	for _, c := range t.suspects {
		if t.answered {
			s.settle(c.Room, c.Err)
			continue
		}
		if e, ok := errors.AsType[*Error](c.Err); ok && (err == nil || e.RetryAfter > retryAfter(err)) {
			whole := *e
			whole.Op = fmt.Sprintf("read %d calendars", t.Asked)
			err = &whole
		}
	}
	return err
}

func (s *Service) apply(ctx context.Context, req Request, c Change, at time.Time) (Applied, error) {
	switch {
	case c.Err != nil:
		return Applied{}, c.Err
	case c.Cursor == "":
		return Applied{}, fmt.Errorf("read the calendar of %s: the answer has no cursor", req.Room)
	}
	c.Room = req.Room
	did, err := s.cfg.Store.Apply(ctx, c, req.Window, at)
	if err != nil {
		return Applied{}, fmt.Errorf("keep the calendar of %s: %w", req.Room, err)
	}
	return did, nil
}

// settle notes how the reading of a room went.
func (s *Service) settle(room calendar.RoomID, err error) {
	st := s.state(room)
	st.err = err
	if err == nil {
		st.resync = false
		st.succeeded()
		return
	}
	st.failed(s.clock.now(), err)
}

func kindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return ""
}
