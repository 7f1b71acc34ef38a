package syncer

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"time"

	"github.com/roomink/roomink/engine/calendar"
)

// step reads up to 20 of the rooms that are due, and ends the round if it was the last.
func (s *Service) step(ctx context.Context) {
	s.look()
	s.answerJump()
	began := time.Now()
	s.last = step{began: s.clock.now()}
	whole := s.whole.failing()
	err := s.begin(ctx)
	if err == nil {
		err = s.readDue(ctx)
	}
	s.last.ended, s.last.took = s.clock.now(), time.Since(began)
	if ctx.Err() != nil {
		return
	}
	if err != nil {
		s.whole.failed(s.last.ended, err)
	} else {
		s.whole.succeeded()
	}
	// That a fault of the whole system is over is news as well.
	if err != nil || whole || s.complete() {
		s.report(err)
	}
}

// begin begins a round if none is under way: with the rooms that there are now.
func (s *Service) begin(ctx context.Context) error {
	if s.round != nil {
		return nil
	}
	s.round = &Result{Started: s.last.began}
	s.rounds++
	known, err := s.cfg.Store.Cursors(ctx)
	if err != nil {
		return fmt.Errorf("list rooms to read: %w", err)
	}
	s.know(known)
	return nil
}

// relist looks for rooms that are new between the beginnings of two rounds. Where that
// fails, the next round finds them.
func (s *Service) relist(ctx context.Context) {
	if known, err := s.cfg.Store.Cursors(ctx); err == nil {
		s.know(known)
	}
}

// know makes the rooms of the service those that are known to the store.
func (s *Service) know(known []Request) {
	keep := make(map[calendar.RoomID]bool, len(known))
	for _, req := range known {
		keep[req.Room] = true
		st := s.rooms[req.Room]
		if st == nil {
			// Half an interval, so that the first retry is in the next round for sure.
			st = &roomState{retry: newRetry(s.cfg.Interval/2, 15*time.Minute), soon: true}
			s.rooms[req.Room] = st
		}
		st.req = req
	}
	maps.DeleteFunc(s.rooms, func(id calendar.RoomID, _ *roomState) bool { return !keep[id] })
}

// readDue gives up to 20 rooms their turn. Those that wait after a failure of their own
// are passed over. In a fault of the whole system all that were asked for stay due.
func (s *Service) readDue(ctx context.Context) error {
	now := s.last.began
	var asked []*roomState
	for _, st := range s.due(now) {
		if st.waits(now) {
			s.had(st)
		} else if asked = append(asked, st); len(asked) == stepRooms {
			break
		}
	}
	if len(asked) == 0 {
		return nil
	}
	changed, err := s.read(ctx, asked)
	if len(changed) > 0 && ctx.Err() == nil {
		s.round.Changed += len(changed)
		s.cfg.OnChange(changed)
	}
	if err == nil {
		for _, st := range asked {
			s.had(st)
		}
	}
	return err
}

// waits reports whether a room's next try is not due yet.
func (st *roomState) waits(now time.Time) bool {
	return st.err != nil && (now.Before(st.notBefore) || !st.asked && now.Before(st.retry.due()))
}

// had notes that a room had its turn.
func (s *Service) had(st *roomState) {
	st.turn, st.round, st.soon, st.asked = s.last.began, s.rounds, false, false
}

// complete reports whether every room had its turn in this round.
func (s *Service) complete() bool {
	for _, st := range s.rooms {
		if st.round != s.rounds {
			return false
		}
	}
	return true
}

// report ends the round, if one is under way, and tells how it went.
func (s *Service) report(err error) {
	if s.round == nil {
		return
	}
	r := s.round
	s.round = nil
	r.Err, r.Ended = err, s.clock.now()
	r.Failed = map[calendar.RoomID]error{}
	for id, st := range s.rooms {
		if st.err != nil {
			r.Failed[id] = st.err
		}
	}
	r.Pace = s.pace(r.Ended)
	r.Next = s.next()
	s.cfg.Logger.Debug("calendars read", "asked", r.Asked, "read", r.Read, "changed", r.Changed, "healed", r.Healed,
		"failed", len(r.Failed), "took", r.Ended.Sub(r.Started), "interval", r.Pace.Interval, "whole", err == nil)
	s.cfg.OnResult(*r)
}

// settle notes how the reading of a room went.
func (s *Service) settle(st *roomState, err error) {
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
