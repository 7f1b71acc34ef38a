package syncer

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"time"

	"github.com/cenkalti/backoff/v5"

	"github.com/roomink/roomink/engine/calendar"
)

// DefaultInterval is how often calendars are read: a booking is seen after
// fifteen seconds on average, at a thousandth of what Graph allows a mailbox.
const DefaultInterval = 30 * time.Second

// Config is what a Service is made of. Source and Store are required.
type Config struct {
	Source Source
	Store  Store
	// Interval is the time from the start of one round to the start of the next;
	// DefaultInterval when 0.
	Interval time.Duration
	// Window is the stretch of time to keep at an instant; DefaultWindow when nil.
	// When it moves on, each room is read anew.
	Window func(now time.Time) Window
	// OnChange hears which rooms' stored events changed in a round, if any did.
	// OnResult hears how each round went. Both are called by Serve's goroutine,
	// which waits for them; nil is ignored.
	OnChange func(rooms []calendar.RoomID)
	OnResult func(Result)
	// Now is the clock; time.Now when nil.
	Now func() time.Time
	// Logger gets a debug line a round; discarded when nil. Failures are not
	// logged: OnResult has them.
	Logger *slog.Logger
}

// Result is the outcome of one round.
type Result struct {
	Started, Ended time.Time
	// Err is why nothing could be read; nil when at least the calendar system
	// answered. It is a *[Error] where the source knows more.
	Err error
	// Read is how many rooms were read, Changed how many of them differ now.
	Read, Changed int
	// Failed tells of every room whose latest reading failed, including those that
	// were left out this time because their next try is not due.
	Failed map[calendar.RoomID]error
	// Next is when the next round is due.
	Next time.Time
}

// Service reads calendars in rounds, all rooms in one go. A fault of the whole
// system delays the next round, a fault of one room only that room.
type Service struct {
	cfg  Config
	kick chan struct{}

	// What follows belongs to Serve's goroutine.
	whole retry
	rooms map[calendar.RoomID]*roomState
}

// roomState is what is remembered of a room between rounds; gone after a restart,
// which costs one try each.
type roomState struct {
	retry
	resync bool // the cursor is worthless: read in full
	err    error
}

// New makes a service; it does nothing before Serve.
func New(cfg Config) *Service {
	cfg.Interval = cmp.Or(cfg.Interval, DefaultInterval)
	if cfg.Window == nil {
		cfg.Window = DefaultWindow
	}
	if cfg.OnChange == nil {
		cfg.OnChange = func([]calendar.RoomID) {}
	}
	if cfg.OnResult == nil {
		cfg.OnResult = func(Result) {}
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	return &Service{cfg: cfg, kick: make(chan struct{}, 1), rooms: map[calendar.RoomID]*roomState{},
		// A PC that wakes up has no network for some seconds: try again soon.
		whole: newRetry(min(cfg.Interval, 5*time.Second), 5*time.Minute)}
}

// Serve reads all rooms at once and then every Interval until ctx ends, whose
// error it returns. It must not run twice at a time.
func (s *Service) Serve(ctx context.Context) error {
	if s.cfg.Source == nil || s.cfg.Store == nil {
		return errors.New("read calendars: no source or no store is given")
	}
	asked := false
	for {
		select { // this round serves whoever asked before it began
		case <-s.kick:
			asked = true
		default:
		}
		r := s.round(ctx, asked)
		if err := ctx.Err(); err != nil {
			return err
		}
		s.cfg.OnResult(r)
		var err error
		if asked, err = s.wait(ctx, r.Next); err != nil {
			return err
		}
	}
}

// Kick makes the next round begin now, or as soon as a Retry-After of the
// calendar system allows, with all rooms in it. It never blocks; kicks that come
// before that round begins count as one.
func (s *Service) Kick() {
	select {
	case s.kick <- struct{}{}:
	default:
	}
}

// RefreshRooms reads the directory of rooms into the store and then has their
// calendars read. It is safe beside Serve.
func (s *Service) RefreshRooms(ctx context.Context) error {
	if s.cfg.Source == nil || s.cfg.Store == nil {
		return errors.New("list rooms: no source or no store is given")
	}
	at := s.cfg.Now()
	rooms, err := s.cfg.Source.Rooms(ctx)
	if err != nil {
		return fmt.Errorf("list rooms: %w", err)
	}
	if err := s.cfg.Store.SaveRooms(ctx, rooms, at); err != nil {
		return fmt.Errorf("keep list of %d rooms: %w", len(rooms), err)
	}
	s.Kick()
	return nil
}

// wait blocks until due or a kick; asked says which.
func (s *Service) wait(ctx context.Context, due time.Time) (asked bool, err error) {
	for {
		timer := time.NewTimer(due.Sub(s.cfg.Now()))
		select {
		case <-ctx.Done():
			timer.Stop()
			return asked, ctx.Err()
		case <-timer.C:
			return asked, nil
		case <-s.kick:
			timer.Stop()
			asked = true
			if due = s.whole.notBefore; !due.After(s.cfg.Now()) {
				return asked, nil
			}
		}
	}
}

// round reads all rooms that are due. asked ends the waiting of rooms that failed.
func (s *Service) round(ctx context.Context, asked bool) Result {
	r := Result{Started: s.cfg.Now()}
	changed, err := s.read(ctx, &r, asked)
	if len(changed) > 0 {
		r.Changed = len(changed)
		s.cfg.OnChange(changed)
	}
	r.Err, r.Ended = err, s.cfg.Now()
	r.Failed = map[calendar.RoomID]error{}
	for id, st := range s.rooms {
		if st.err != nil {
			r.Failed[id] = st.err
		}
	}
	if err != nil {
		s.whole.failed(r.Ended, err)
		r.Next = s.whole.due()
	} else {
		s.whole.succeeded()
		// A round that took longer than the interval leaves a breath.
		r.Next = r.Started.Add(s.cfg.Interval)
		if earliest := r.Ended.Add(s.cfg.Interval / 4); r.Next.Before(earliest) {
			r.Next = earliest
		}
	}
	s.cfg.Logger.Debug("calendars read", "read", r.Read, "changed", r.Changed, "failed", len(r.Failed),
		"took", r.Ended.Sub(r.Started), "whole", err == nil)
	return r
}

// read asks for changes, once more without cursor for rooms that need it, and
// applies them.
func (s *Service) read(ctx context.Context, r *Result, asked bool) (changed []calendar.RoomID, err error) {
	known, err := s.cfg.Store.Cursors(ctx)
	if err != nil {
		return nil, fmt.Errorf("list rooms to read: %w", err)
	}
	s.forgetOthers(known)
	requests := s.due(known, r.Started, asked)
	for again := false; len(requests) > 0; again = true {
		changes, err := s.ask(ctx, requests)
		if err != nil {
			return changed, err
		}
		var stale []Request
		for i, c := range changes {
			req := requests[i]
			if kindOf(c.Err) == Resync && !again {
				s.state(req.Room).resync = true
				stale = append(stale, Request{Room: req.Room, Window: s.cfg.Window(r.Started)})
				continue
			}
			did, err := s.apply(ctx, req, c, r.Started)
			if ctx.Err() != nil {
				return changed, ctx.Err()
			}
			s.settle(req.Room, err)
			if err == nil {
				r.Read++
			}
			if did {
				changed = append(changed, req.Room)
			}
		}
		requests = stale
	}
	return changed, nil
}

// ask checks what a source must keep to.
func (s *Service) ask(ctx context.Context, requests []Request) ([]Change, error) {
	changes, err := s.cfg.Source.Changes(ctx, requests)
	if err != nil {
		return nil, err
	}
	if len(changes) != len(requests) {
		return nil, fmt.Errorf("read calendars: %d answers to %d requests", len(changes), len(requests))
	}
	return changes, nil
}

func (s *Service) apply(ctx context.Context, req Request, c Change, at time.Time) (changed bool, err error) {
	switch {
	case c.Err != nil:
		return false, c.Err
	case c.Cursor == "":
		return false, fmt.Errorf("read the calendar of %s: the answer has no cursor", req.Room)
	}
	c.Room = req.Room
	changed, err = s.cfg.Store.Apply(ctx, c, req.Window, at)
	if err != nil {
		return false, fmt.Errorf("keep the calendar of %s: %w", req.Room, err)
	}
	return changed, nil
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
	st.failed(s.cfg.Now(), err)
}

// due picks the rooms to read now, and renews the request of those whose window
// has moved on.
func (s *Service) due(known []Request, now time.Time, asked bool) []Request {
	requests := make([]Request, 0, len(known))
	for _, req := range known {
		if st := s.rooms[req.Room]; st != nil && st.err != nil {
			if now.Before(st.notBefore) || !asked && now.Before(st.due()) {
				continue
			}
		}
		if req.Cursor == "" || s.resyncs(req.Room) || !s.windowHolds(req, now) {
			req = Request{Room: req.Room, Window: s.cfg.Window(now)}
		}
		requests = append(requests, req)
	}
	return requests
}

// windowHolds reports whether a cursor's window still is the one to keep. Each
// room's day turns at its own moment, so that not all rooms are read in full in
// the same round.
func (s *Service) windowHolds(req Request, now time.Time) bool {
	return req.Window.equal(s.cfg.Window(now)) || req.Window.equal(s.cfg.Window(now.Add(-turnLag(req.Room))))
}

func (s *Service) resyncs(room calendar.RoomID) bool {
	st := s.rooms[room]
	return st != nil && st.resync
}

func (s *Service) state(room calendar.RoomID) *roomState {
	st := s.rooms[room]
	if st == nil {
		// Half an interval, so that the first retry is in the next round for sure.
		st = &roomState{retry: newRetry(s.cfg.Interval/2, 15*time.Minute)}
		s.rooms[room] = st
	}
	return st
}

// forgetOthers drops the memory of rooms that are no longer read.
func (s *Service) forgetOthers(known []Request) {
	keep := make(map[calendar.RoomID]bool, len(known))
	for _, req := range known {
		keep[req.Room] = true
	}
	maps.DeleteFunc(s.rooms, func(id calendar.RoomID, _ *roomState) bool { return !keep[id] })
}

// retry is when to try again after failures.
type retry struct {
	pace      *backoff.ExponentialBackOff
	at        time.Time // by our own pace
	notBefore time.Time // by the calendar system's Retry-After, which a person can't overrule
}

func newRetry(first, most time.Duration) retry {
	pace := backoff.NewExponentialBackOff()
	pace.InitialInterval, pace.MaxInterval = first, max(first, most)
	pace.Multiplier, pace.RandomizationFactor = 2, 0.2
	pace.Reset()
	return retry{pace: pace}
}

func (r *retry) failed(now time.Time, err error) {
	r.at = now.Add(r.pace.NextBackOff())
	r.notBefore = time.Time{}
	if e, ok := errors.AsType[*Error](err); ok && e.RetryAfter > 0 {
		r.notBefore = now.Add(e.RetryAfter)
	}
}

func (r *retry) succeeded() {
	r.pace.Reset()
	r.at, r.notBefore = time.Time{}, time.Time{}
}

// due is when the next try may be made.
func (r *retry) due() time.Time {
	if r.at.Before(r.notBefore) {
		return r.notBefore
	}
	return r.at
}

func kindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return ""
}
