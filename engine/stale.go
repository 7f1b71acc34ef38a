package engine

import (
	"fmt"
	"time"

	"github.com/roomink/roomink/engine/health"
	"github.com/roomink/roomink/engine/sign"
	"github.com/roomink/roomink/engine/syncer"
)

// ageOf is how old the last reading of a room may get at an interval while all is well:
// its turn may come a step late, and takes as long as Microsoft takes.
func ageOf(interval, perBatch time.Duration) time.Duration { return interval + interval/4 + 2*perBatch }

// keepable is a policy that a person chose, but for a limit that signs would exceed
// between two readings. e.mu is held.
func (e *Engine) keepable(p sign.Policy) sign.Policy {
	pace := e.state.sync.Pace
	p.StaleAfter = max(p.StaleAfter, ageOf(max(pace.Interval, e.state.paced), pace.PerBatch))
	return p
}

// staleAfter is the shortest limit that a person chose, for the syncer to keep to: it
// reads all rooms as often.
func (e *Engine) staleAfter() time.Duration {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.shortestLimit()
}

// shortestLimit is the shortest limit that a person chose. e.mu is held.
func (e *Engine) shortestLimit() time.Duration {
	limit := e.state.policy.StaleAfter
	e.policies(func(p sign.Policy) { limit = min(limit, p.StaleAfter) })
	return limit
}

// noteLimit tells of a limit that can't be kept because the site is too large, or
// Microsoft too slow, for it.
func (e *Engine) noteLimit() {
	e.mu.Lock()
	p, limit, connected := e.state.sync.Pace, e.shortestLimit(), e.state.conn != nil
	e.mu.Unlock()
	interval := max(e.cfg.Interval, syncer.Stretch(p.Rooms, p.PerBatch))
	if !connected || p.Interval == 0 || ageOf(interval, p.PerBatch) <= limit {
		e.health.Clear(codeLimit, "")
		return
	}
	e.health.Set(health.Problem{Code: codeLimit, Severity: health.Notice,
		Title: "Signs say later than chosen that they are out of date",
		Text: fmt.Sprintf("The settings let a sign say so %s after the last reading of its calendar. To read those of all %d rooms takes longer "+
			"at the moment, so a sign waits until its reading is overdue.", minutes(limit), p.Rooms),
		Remedy: "Choose a longer time in the settings."})
}

// minutes words a time that a person chose.
func minutes(d time.Duration) string {
	if d%time.Minute != 0 {
		return d.String()
	}
	return fmt.Sprintf("%d min", d/time.Minute)
}
