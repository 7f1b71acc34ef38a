package engine

import (
	"time"

	"github.com/roomink/roomink/engine/sign"
)

// thrift is how long a display with a low battery goes without a refresh that changes
// nothing of whether the room is free: most of a battery goes into refreshes.
const thrift = 30 * time.Minute

// longUnheard is after how long without a sign of life a display may be gone, so that a
// push to it waits behind those that will be answered. It is longer than any weekend at
// which signs rest.
const longUnheard = 7 * 24 * time.Hour

// gist is what a passer-by reads first. A glass that shows another gist is wrong; one that
// differs in the rest, such as in what follows later today, is only not up to date.
type gist struct {
	state    sign.State
	headline string
	detail   string
	current  sign.Line
	battery  string
}

func gistOf(s sign.Sign) gist {
	g := gist{state: s.State, headline: s.Headline, detail: s.Detail, battery: s.LowBattery}
	if s.Current != nil {
		g.current = *s.Current
	}
	return g
}

// notBefore is until when a push of s should wait to spare the panel or the battery, zero
// if it need not. next is when s will change by itself. Only what a person just asked for,
// what mends a wrong glass on a panel that is rested, and what a display must take while it
// is awake is never kept waiting. e.mu is held.
func (dev *device) notBefore(s sign.Sign, next, now time.Time) time.Time {
	if dev.told == nil || dev.Pull || dev.Sleeps || dev.DeliveredAt.IsZero() || dev.DeliveredAt.After(now) {
		return time.Time{}
	}
	gap := dev.Panel.Scheme.Rest()
	until := dev.DeliveredAt.Add(gap)
	if *dev.told == gistOf(s) {
		if dev.cell.low {
			until = dev.DeliveredAt.Add(max(gap, thrift))
		}
		// Another refresh so short before the next meeting would delay that one.
		if gap > 0 && next.After(now) && next.Before(now.Add(gap)) && next.After(until) {
			until = next
		}
	}
	if !until.After(now) {
		return time.Time{}
	}
	return until
}

// unsure reports whether the display may be gone. e.mu is held.
func (dev *device) unsure(now time.Time) bool {
	return now.Sub(dev.LastSeen) > longUnheard && now.Sub(dev.AdoptedAt) > longUnheard
}

// hurry has the next push to a display not wait. e.mu is held.
func (dev *device) hurry() { dev.told = nil }

// spared is what a display with a low battery does without: the announcements of a start
// or an end cost two more refreshes a meeting.
func spared(p sign.Policy, low bool) sign.Policy {
	if low {
		p.Soon = 0
	}
	return p
}
