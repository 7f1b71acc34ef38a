package reconcile

import (
	"context"
	"errors"
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
	// Due is when the display said that it will be heard next; zero = not told.
	Due time.Time
	// NotBefore is until when a push should wait, such as to spare a panel or a battery;
	// zero = it need not. A glass that may be torn does not wait.
	NotBefore time.Time
	// Unsure says that the display has not been heard of for so long that it may be gone.
	Unsure bool
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
	// SaveOffered is called after a gateway took the frame and gave a ticket for it. The
	// ticket stays until ForgetDelivered.
	SaveOffered(ctx context.Context, id display.ID, hash, ticket string, at time.Time) error
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
	// Waiting says that nothing can be done but wait for the display: it fetches its
	// pictures and has not come for this one, or a gateway has it, or the display sleeps.
	Waiting State = "waiting"
)

// ErrNotShown says that a gateway took a frame which never came to the display's glass.
var ErrNotShown = errors.New("the gateway took the picture, but the display did not fetch it from there")

// Status is how one display stands.
type Status struct {
	State       State
	Want        string    // hash of the frame that it should show
	Delivered   string    // hash of the frame that it confirmed last; "" = unknown
	DeliveredAt time.Time // when it confirmed that; zero = not known
	Err         error     // why the last push did not work; nil after one that did
	Failures    int       // pushes that did not work since the last one that did
	NextTry     time.Time // when Retrying, or Waiting for a display that sleeps
	HeldUntil   time.Time // when Pending: Want.NotBefore, if that holds it back
	Telemetry   display.Telemetry

	// Ticket is the last that a gateway gave for a frame, and Offered the hash of that frame
	// while it is not known to be on the glass, since OfferedAt.
	Ticket    string
	Offered   string
	OfferedAt time.Time
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
	// OnPanic is called after a part panicked, which was caught; may be nil.
	OnPanic     func(part, message, stack string)
	Parallel    int                    // pushes at once over all displays; default 256
	Doubtful    int                    // of these, to displays that may not answer; default half
	Settle      time.Duration          // how long a touched display waits for more; default 150 ms
	Heartbeat   time.Duration          // how often the wall clock is looked at; default 15 s
	PushTimeout time.Duration          // bound on one push; default 3 min
	Backoff     func() backoff.BackOff // delays between retries; default 2 s doubling to 5 min, ±30 %
	SleepRetry  time.Duration          // between tries to reach a display that sleeps; default 5 min
	// Patience is how long a frame may wait in a gateway for its display before it is
	// pushed again; it doubles each time. Default 30 min.
	Patience time.Duration
}
