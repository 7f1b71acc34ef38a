package syncer

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
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
	// Interval is how often each room is read in office hours, at most: a large site
	// stretches it, see Stretch. DefaultInterval when 0.
	Interval time.Duration
	// Quiet is Interval's counterpart outside office hours; DefaultQuiet when 0, and
	// never less than Interval.
	Quiet time.Duration
	// Limit is how old a reading may be before it counts for nothing, 0 if that does not
	// matter. Quiet hours then read three times as often, so that one reading may fail,
	// but no more often than every Interval. nil means 0. It must not block.
	Limit func() time.Duration
	// Office tells whether an instant is within office hours; nil means always.
	Office func(now time.Time) bool
	// Window is the stretch of time to keep at an instant; DefaultWindow when nil.
	// When it moves on, each room is read anew, some time within two hours: by its
	// cursor, and then in full. What the second reading finds that the first did not
	// tell is healed.
	Window func(now time.Time) Window
	// OnChange hears which rooms' stored events changed in a step, if any did.
	// OnResult hears how each round went: at its end, which is an interval after the
	// one before or, where nothing waits for anything, at once. Both are called by Serve's goroutine,
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

// Result is the outcome of one round: of one turn of every room, in as many steps as it
// takes. A fault of the whole system ends a round early, and so do a Kick and a jump of
// the clock, which begin another one.
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
	// Next is when the next step is due.
	Next time.Time
}

// Service reads calendars in steps of 20 rooms, never two at a time, spread evenly
// over an interval that grows with their number (see [Stretch]). R rooms cost ⌈R/20⌉
// steps a round. A fault of the whole system delays the next step, a fault of one room
// only that room.
type Service struct {
	cfg  Config
	kick chan struct{}
	list chan struct{} // the store may know other rooms than before

	clock clock // now is for all, the rest is for Serve's goroutine

	// What follows belongs to Serve's goroutine.
	jumped   bool // the wall clock jumped since rooms were last made due by that
	whole    retry
	rooms    map[calendar.RoomID]*roomState
	round    *Result   // the round under way; nil between two
	rounds   int       // how many began
	last     step      // the latest one
	awake    time.Time // since when, without a sleep
	perBatch time.Duration
	measured int // how many steps perBatch is the average of, at most smoothing
}

// step is when a step was.
type step struct {
	began, ended time.Time
	took         time.Duration
}

// roomState is what is remembered of a room between rounds; gone after a restart,
// which costs one try each.
type roomState struct {
	retry
	req    Request   // its cursor, or "" and no window
	turn   time.Time // when it last had its turn, even if it was left out to wait
	round  int       // the last round in which it had its turn
	soon   bool      // its turn is now, whatever the interval
	asked  bool      // a person asked: it does not wait for its next try
	resync bool      // the cursor is worthless: read in full
	err    error
}

// New makes a service; it does nothing before Serve.
func New(cfg Config) *Service {
	cfg.Interval = cmp.Or(cfg.Interval, DefaultInterval)
	cfg.Quiet = max(cmp.Or(cfg.Quiet, DefaultQuiet), cfg.Interval)
	if cfg.Office == nil {
		cfg.Office = func(time.Time) bool { return true }
	}
	if cfg.Limit == nil {
		cfg.Limit = func() time.Duration { return 0 }
	}
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
	return &Service{cfg: cfg, kick: make(chan struct{}, 1), list: make(chan struct{}, 1), clock: clock{read: cfg.Now}, rooms: map[calendar.RoomID]*roomState{},
		perBatch: firstGuess,
		// A PC that wakes up has no network for some seconds: try again soon.
		whole: newRetry(min(cfg.Interval, 5*time.Second), 5*time.Minute)}
}

// Serve reads all rooms at once and then, step by step, each of them every interval
// until ctx ends, whose error it returns. When the computer slept or the clock was set,
// it reads all within fifteen seconds. It must not run twice at a time.
func (s *Service) Serve(ctx context.Context) error {
	if s.cfg.Source == nil || s.cfg.Store == nil {
		return errors.New("read calendars: no source or no store is given")
	}
	s.look()
	s.jumped, s.awake, s.round = false, s.clock.now(), nil
	for _, st := range s.rooms { // of an earlier Serve
		st.soon = true
	}
	for {
		select { // this step serves whoever asked before it began
		case <-s.kick:
			s.allDue(true)
		default:
		}
		select {
		case <-s.list:
			s.relist(ctx)
		default:
		}
		s.step(ctx)
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := s.wait(ctx); err != nil {
			return err
		}
	}
}

// Kick makes all rooms due now, or as soon as a Retry-After of the calendar system
// allows, also those that wait after a failure. It never blocks; kicks that come before
// the next step begins count as one.
func (s *Service) Kick() {
	select {
	case s.kick <- struct{}{}:
	default:
	}
}

// RefreshRooms reads the directory of rooms into the store. Those that are new are then
// read at once, all others when it is their turn: a large site is listed several times a
// day. It is safe beside Serve.
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
	select {
	case s.list <- struct{}{}:
	default:
	}
	return nil
}

// wait blocks until the next step is due, which is looked at anew from time to time
// because office hours begin; after a fault of the whole system until the next try. A
// kick or a jump of the wall clock ends it, no earlier than a Retry-After of the
// calendar system allows.
func (s *Service) wait(ctx context.Context) error {
	impatient := false
	for {
		s.look()
		impatient = s.answerJump() || impatient
		due := s.next()
		if impatient {
			due = s.whole.notBefore
		}
		left := due.Sub(s.clock.now())
		if left <= 0 {
			return nil
		}
		timer := time.NewTimer(min(left, heartbeat))
		select {
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		case <-timer.C:
		case <-s.kick:
			timer.Stop()
			s.allDue(true)
			impatient = true
		case <-s.list:
			timer.Stop()
			s.relist(ctx)
		}
	}
}

// next is when the next step is due.
func (s *Service) next() time.Time {
	if s.whole.failing() {
		return s.whole.due()
	}
	return s.nextStep(s.clock.now())
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
		s.awake = s.clock.now()
		return
	}
	s.awake = s.awake.Add(by)
	s.whole.shift(by)
	s.last.began, s.last.ended = s.last.began.Add(by), s.last.ended.Add(by)
	for _, st := range s.rooms {
		st.shift(by)
		st.turn = st.turn.Add(by)
	}
}

// answerJump makes all rooms due if the wall clock has jumped.
func (s *Service) answerJump() bool {
	if !s.jumped {
		return false
	}
	s.jumped = false
	s.allDue(false)
	return true
}

// allDue gives all rooms their turn now; asked ends the waiting of those that failed.
// It begins a new round.
func (s *Service) allDue(asked bool) {
	s.report(nil)
	for _, st := range s.rooms {
		st.soon = true
		st.asked = st.asked || asked
	}
}
