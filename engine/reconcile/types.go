package reconcile

import (
	"context"
	"log/slog"
	"time"

	"github.com/cenkalti/backoff/v5"

	"github.com/roomink/roomink/engine/display"
)

// Want is what one display should show.
type Want struct {
	Display display.Display
	Frame   display.Frame
	// Next is when Frame will change by itself; zero = never.
	Next time.Time
}

// World says what should be. Its methods must be quick and must not call back.
type World interface {
	// Wanted gives what the display should show at now; ok is false if it should
	// show nothing of ours.
	Wanted(id display.ID, now time.Time) (w Want, ok bool, err error)
}

// Ledger remembers what each display confirmed, across restarts.
type Ledger interface {
	// ForgetDelivered is called before a push begins: from here on the glass is
	// unknown, whatever happens to this process.
	ForgetDelivered(ctx context.Context, id display.ID) error
	// SaveDelivered is called after the display confirmed the frame.
	SaveDelivered(ctx context.Context, id display.ID, hash string, at time.Time) error
}

// Pusher puts a frame on a glass; see display.Driver for its contract.
type Pusher interface {
	Push(ctx context.Context, d display.Display, f display.Frame) (display.Receipt, error)
}

// State says how a glass compares with what it should show.
type State string

// The states.
const (
	Idle      State = "idle"      // it should show nothing of ours
	Pending   State = "pending"   // they differ, and a push is due or held back
	Pushing   State = "pushing"   // a push is going on
	Delivered State = "delivered" // the display confirmed what it should show
	Retrying  State = "retrying"  // the last push did not work; another is due at NextTry
	Waiting   State = "waiting"   // the frame is ready for a display that sleeps, or a gateway has it
)

// Status is how one display stands.
type Status struct {
	State       State
	Want        string    // hash of the frame that it should show
	Delivered   string    // hash of the frame that it confirmed last; "" = unknown
	DeliveredAt time.Time // when it confirmed that; zero = not known
	Err         error     // why the last push did not work; nil after one that did
	Failures    int       // pushes that did not work since the last one that did
	NextTry     time.Time // when Retrying
	Telemetry   display.Telemetry
}

// Config is what a [Reconciler] needs.
type Config struct {
	World  World
	Ledger Ledger
	Pusher Pusher
	Logger *slog.Logger

	// optional
	Now      func() time.Time         // the clock; default time.Now
	OnStatus func(display.ID, Status) // called after each change; must not block or call back
	// OnLedgerError is called when the ledger could not be written; the signs go on.
	OnLedgerError func(error)
	// OnClockJump is called when the clock was set or the computer slept: what was
	// read before may be old.
	OnClockJump func()
	Parallel    int                    // pushes at once over all displays; default 64
	Settle      time.Duration          // how long a touched display waits for more; default 150 ms
	Heartbeat   time.Duration          // how often the wall clock is looked at; default 15 s
	PushTimeout time.Duration          // bound on one push; default 3 min
	Backoff     func() backoff.BackOff // delays between retries; default 2 s doubling to 5 min, ±30 %
}
