package syncer

import "time"

const (
	// heartbeat is how often the wall clock is looked at: timers follow the monotonic
	// clock, which on Linux and macOS stands still while the computer sleeps.
	heartbeat = 15 * time.Second
	// clockTolerance is how far the wall clock may stray from elapsed time between
	// two looks without notice: more than any clock discipline corrects.
	clockTolerance = 2 * time.Second
)

// clock is a wall clock that notices when it was set or the computer slept.
type clock struct {
	read func() time.Time
	// The latest look: the same moment by the wall clock and with monotonic reading.
	wall, at time.Time
}

// now is the wall clock without a monotonic reading. It is safe for concurrent use.
func (c *clock) now() time.Time { return c.read().Round(0) }

// jump is how far the wall clock strayed from elapsed time since the look before;
// 0 within the tolerance.
func (c *clock) jump() time.Duration {
	wall, at := c.now(), time.Now()
	by, first := wall.Sub(c.wall)-at.Sub(c.at), c.at.IsZero()
	c.wall, c.at = wall, at
	if first || by.Abs() <= clockTolerance {
		return 0
	}
	return by
}
