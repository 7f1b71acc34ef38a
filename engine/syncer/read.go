package syncer

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/roomink/roomink/engine/calendar"
)

// read asks for changes of the rooms and applies them. Rooms that need it are asked for
// once more without cursor: because that was worthless, or because their window moved
// on. err is a fault of the whole system.
func (s *Service) read(ctx context.Context, rooms []*roomState) (changed []calendar.RoomID, err error) {
	t := taking{Result: s.round, at: s.last.began}
	for _, st := range rooms {
		t.todo = append(t.todo, s.question(st, t.at))
	}
	t.asked = len(t.todo)
	t.Asked += t.asked
	for t.again = false; len(t.todo) > 0 && err == nil; t.again = true {
		todo := t.todo
		t.todo = nil
		var changes []Change
		changes, err = s.ask(ctx, todo)
		s.look() // before any back-off begins
		for i, c := range changes {
			if err != nil && errors.Is(c.Err, err) {
				continue // not this room's fault: it stays due
			}
			s.take(ctx, &t, todo[i], c)
			if ctx.Err() != nil {
				return t.changed, ctx.Err()
			}
		}
	}
	return t.changed, s.blame(&t, err)
}

// question is what to ask for a room.
type question struct {
	Request
	st *roomState
	// heal marks both questions at the turn of a window. News come first: what the full
	// reading after it then sets right is what no news ever told.
	heal bool
}

// question words the first request for a room.
func (s *Service) question(st *roomState, now time.Time) question {
	if st.req.Cursor == "" || st.resync {
		return s.inFull(st, now)
	}
	return question{Request: st.req, st: st, heal: !s.windowHolds(st.req, now)}
}

func (s *Service) inFull(st *roomState, now time.Time) question {
	return question{Request: Request{Room: st.req.Room, Window: s.cfg.Window(now)}, st: st}
}

// ask checks what a source must keep to: there are as many changes as requests, or
// none and an error. It measures the pace of the source by steps that are as full as
// they get and where each room is asked for its news only.
func (s *Service) ask(ctx context.Context, todo []question) ([]Change, error) {
	requests := make([]Request, len(todo))
	typical := len(todo) >= min(stepRooms, len(s.rooms))
	for i, q := range todo {
		requests[i] = q.Request
		typical = typical && q.Cursor != ""
	}
	began := time.Now()
	changes, err := s.cfg.Source.Changes(ctx, requests)
	switch {
	case len(changes) == len(requests):
		if typical && err == nil {
			s.measure(time.Since(began))
		}
		return changes, err
	case err == nil:
		err = fmt.Errorf("read calendars: %d answers to %d requests", len(changes), len(requests))
	}
	return nil, err
}

// taking is a step while its answers are taken in.
type taking struct {
	*Result             // of the round, to add to
	at       time.Time  // when the step began
	asked    int        // for how many rooms
	again    bool       // these are second answers
	answered bool       // some room could be read
	todo     []question // to ask again, in full
	changed  []calendar.RoomID
	// suspects failed in a way that may be the whole system's.
	suspects []suspect
}

type suspect struct {
	st  *roomState
	err error
}

// take works the answer for one room in.
func (s *Service) take(ctx context.Context, t *taking, q question, c Change) {
	switch kindOf(c.Err) {
	case Resync:
		if t.again {
			break
		}
		q.st.resync = true
		t.todo = append(t.todo, s.inFull(q.st, t.at))
		return
	case Offline, Throttled, SignIn:
		t.suspects = append(t.suspects, suspect{q.st, c.Err})
		return
	}
	t.answered = t.answered || c.Err == nil
	did, err := s.apply(ctx, q, c, t.at)
	if kindOf(err) == Resync && !t.again { // the store has nothing that the news could continue
		q.st.resync = true
		t.todo = append(t.todo, s.inFull(q.st, t.at))
		return
	}
	if ctx.Err() != nil || err != nil && c.Err == nil && s.isGone(ctx, q.Room) {
		return
	}
	if did.Changed && !slices.Contains(t.changed, q.Room) {
		t.changed = append(t.changed, q.Room)
	}
	switch {
	case err != nil || !q.heal:
	case t.again:
		t.Healed += did.Healed
	default:
		full := s.inFull(q.st, t.at)
		full.heal = true
		t.todo = append(t.todo, full)
		return
	}
	s.settle(q.st, err)
	if err == nil {
		t.Read++
	}
}

// blame decides whose the suspects' faults are: each room's own if any other room of
// the step could be read, or else the whole system's, which the one with the longest
// Retry-After then stands for. A few rooms of a larger site don't speak for the whole,
// or else a broken mailbox that has its turn alone would hold up all others. err is
// what is known of the whole system already.
func (s *Service) blame(t *taking, err error) error {
	own := t.answered || t.asked < stepRooms/2 && s.othersWork(t)
	for _, c := range t.suspects {
		if own {
			s.settle(c.st, c.err)
			continue
		}
		if e, ok := errors.AsType[*Error](c.err); ok && (err == nil || e.RetryAfter > retryAfter(err)) {
			whole := *e
			whole.Op = fmt.Sprintf("read %d calendars", t.asked)
			err = &whole
		}
	}
	return err
}

// othersWork reports whether more rooms than were suspected could be read when they
// last had their turn, and the system is not known to fail.
func (s *Service) othersWork(t *taking) bool {
	work := 0
	for _, st := range s.rooms {
		if st.err == nil && st.round > 0 {
			work++
		}
	}
	for _, c := range t.suspects {
		if c.st.err == nil && c.st.round > 0 {
			work--
		}
	}
	return work > len(t.suspects) && !s.whole.failing()
}

// apply keeps a change.
func (s *Service) apply(ctx context.Context, q question, c Change, at time.Time) (Applied, error) {
	switch {
	case c.Err != nil:
		return Applied{}, c.Err
	case c.Cursor == "":
		return Applied{}, fmt.Errorf("read the calendar of %s: the answer has no cursor", q.Room)
	}
	c.Room = q.Room
	did, err := s.cfg.Store.Apply(ctx, c, q.Window, at)
	if err != nil {
		return Applied{}, fmt.Errorf("keep the calendar of %s: %w", q.Room, err)
	}
	q.st.req = Request{Room: q.Room, Cursor: c.Cursor, Window: q.Window} // it may be asked for again in this round
	return did, nil
}

// isGone reports whether a room is no longer to be read, and forgets it then: a person
// may do away with it while its answer is on the way.
func (s *Service) isGone(ctx context.Context, room calendar.RoomID) bool {
	known, err := s.cfg.Store.Cursors(ctx)
	if err != nil || slices.ContainsFunc(known, func(r Request) bool { return r.Room == room }) {
		return false
	}
	delete(s.rooms, room)
	return true
}
