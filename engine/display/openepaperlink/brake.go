package openepaperlink

import (
	"context"
	"time"

	"golang.org/x/time/rate"
)

// brake slows down who reads from a peer that says too much. While the reader waits, the
// peer's own connection fills up.
type brake struct{ limiter *rate.Limiter }

// Three hundred tags that come every 40 s make some 20 messages a second.
const (
	mostPerSecond = 200
	mostAtOnce    = 1000
)

func newBrake() brake { return brake{rate.NewLimiter(mostPerSecond, mostAtOnce)} }

// pass waits if it must, and reports false if ctx ended.
func (b brake) pass(ctx context.Context) bool {
	return wait(ctx, b.limiter.ReserveN(time.Now(), 1).Delay())
}
