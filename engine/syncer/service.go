package syncer

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"math/rand/v2"
	"time"

	"github.com/roomink/roomink/engine/calendar"
)

// DefaultInterval is how often calendars are read: a booking is seen after
// fifteen seconds on average, at a thousandth of what Graph allows a mailbox.
const DefaultInterval = 30 * time.Second

// DefaultQuiet is how often calendars are read outside office hours.
const DefaultQuiet = 5 * time.Minute

// Config is what a Service is made of. Source and Store are required.
type Config struct {
	Source Source
	Store  Store
	// Interval is the time from the start of one round to the start of the next;
	// DefaultInterval when 0.
	Interval time.Duration
	// Quiet is Interval's counterpart outside office hours; DefaultQuiet when 0, and
	// never less than Interval.
	Quiet time.Duration
	// Office tells whether an instant is within office hours; nil means always.
	Office func(now time.Time) bool
	// Window is the stretch of time to keep at an instant; DefaultWindow when nil.
	// When it moves on, each room is read anew.
	Window func(now time.Time) Window
	// OnChange hears which rooms' stored events changed in a round, if any did.
	// OnResult hears how each round went. Both are called by Serve's goroutine,
	// which waits for them; nil is ignored.
	OnChange func(rooms []calendar.RoomID)
	OnResult func(Result)
	// Now is the wall clock; time.Now when nil. It must be safe for concurrent use.
	// Instants that the service hands out carry no monotonic reading, which stands
	// still while the computer sleeps.
	Now func() time.Time
	// Logger gets a debug line a round; discarded when nil. Failures are not
	// logged: OnResult has them.
	Logger *slog.Logger
}

// Result is the outcome of one round.
type Result struct {
	Started, Ended time.Time
	// Err is a fault of the whole system, such as being offline, throttled or signed
	// out; rooms that were read before it struck are kept all the same. It is a
	// *[Error] where the source knows more. Nil says that all is well with the
	// system, or if Asked is 0, nothing.
	Err error
	// Asked is how many rooms the source was asked for: those whose next try is due.
	// 0 is a round without news, neither good nor bad.
	Asked int
	// Read is how many rooms were read, Changed how many of them differ now.
	Read, Changed int
	// Healed is how many events full readings set right that no change had announced.
	Healed int
	// Pace is how often rooms are read from now on.
	Pace Pace
	// Failed tells of every room whose latest reading failed by a fault of its own,
	// including those that were left out this time because their next try is not due.
	// A room that a fault of the whole system kept from being read is not in it.
	Failed map[calendar.RoomID]error
	// Next is when the next round is due.
	Next time.Time
}

// Service reads calendars in rounds, all rooms in one go. A fault of the whole
// system delays the next round, a fault of one room only that room.
type Service struct {
	cfg  Config
	kick chan struct{}

	clock clock // now is for all, the rest is for Serve's goroutine

	// What follows belongs to Serve's goroutine.
	jumped bool // the wall clock jumped since the round began
	whole  retry
	rooms  map[calendar.RoomID]*roomState
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
	return &Service{cfg: cfg, kick: make(chan struct{}, 1), clock: clock{read: cfg.Now}, rooms: map[calendar.RoomID]*roomState{},
		// A PC that wakes up has no network for some seconds: try again soon.
		whole: newRetry(min(cfg.Interval, 5*time.Second), 5*time.Minute)}
}

// Serve reads all rooms at once and then every Interval until ctx ends, whose
// error it returns. When the computer slept or the clock was set, it reads within
// fifteen seconds. It must not run twice at a time.
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
	at := s.clock.now()
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

// wait blocks until due, a kick, or a jump of the wall clock, the latter two no
// earlier than a Retry-After of the calendar system allows; asked reports a kick.
func (s *Service) wait(ctx context.Context, due time.Time) (asked bool, err error) {
	for {
		if s.look(); s.jumped {
			due = s.whole.notBefore
		}
		left := due.Sub(s.clock.now())
		if left <= 0 {
			return asked, nil
		}
		timer := time.NewTimer(min(left, heartbeat))
		select {
		case <-ctx.Done():
			timer.Stop()
			return asked, ctx.Err()
		case <-timer.C:
		case <-s.kick:
			timer.Stop()
			asked, due = true, s.whole.notBefore
		}
	}
}

// look notices a jump of the wall clock. Back-offs end by the wall clock, so that
// the time the computer slept counts; if the clock was set back, they go with it.
func (s *Service) look() {
	by := s.clock.jump()
	if by == 0 {
		return
	}
	s.jumped = true
	s.whole.pace.Reset() // after a sleep the network may be another one
	if by > 0 {
		return
	}
	s.whole.shift(by)
	for _, st := range s.rooms {
		st.shift(by)
	}
}

// round reads all rooms that are due. asked ends the waiting of rooms that failed.
func (s *Service) round(ctx context.Context, asked bool) Result {
	s.look()
	s.jumped = false // this round is the answer to it
	r := Result{Started: s.clock.now()}
	changed, err := s.read(ctx, &r, asked)
	if len(changed) > 0 {
		r.Changed = len(changed)
		s.cfg.OnChange(changed)
	}
	r.Err, r.Ended = err, s.clock.now()
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
		r.Next = s.next(r)
	}
	s.cfg.Logger.Debug("calendars read", "asked", r.Asked, "read", r.Read, "changed", r.Changed, "failed", len(r.Failed),
		"took", r.Ended.Sub(r.Started), "whole", err == nil)
	return r
}

// next is when to read again after a good round.
func (s *Service) next(r Result) time.Time {
	next := r.Started.Add(s.cfg.Interval)
	// A round that took longer than the interval leaves a breath.
	if earliest := r.Ended.Add(s.cfg.Interval / 4); next.Before(earliest) {
		return earliest
	}
	// The clock may have been set back during the round.
	if latest := r.Ended.Add(s.cfg.Interval); next.After(latest) {
		return latest
	}
	return next
}

// due picks the rooms to read now, and renews the request of those whose window
// has moved on. While rounds break off, the order is by chance, so that no room is
// always behind the point where they do.
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
	if s.whole.failing() {
		rand.Shuffle(len(requests), func(i, j int) { requests[i], requests[j] = requests[j], requests[i] })
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
