package pull

import "time"

// MinSleep is the shortest time between two requests that a display is asked to make.
const MinSleep = 5 * time.Second

// Margin is how long after a change of its sign a display should wake: its clock is not
// ours, and one that wakes too early has to wake twice.
const Margin = 2 * time.Second

// Sleep is how long a display should sleep from now on: until just after next, the moment
// at which its sign changes by itself (zero = not known), but no longer than most.
func Sleep(now, next time.Time, most time.Duration) time.Duration {
	sleep := most
	if !next.IsZero() {
		sleep = min(sleep, next.Sub(now)+Margin)
	}
	// Devices count whole seconds, and must not wake before the moment.
	return max(MinSleep, (sleep + time.Second - 1).Truncate(time.Second))
}
