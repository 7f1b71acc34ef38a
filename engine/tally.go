package engine

import "time"

// onRequest counts a request to the calendar system.
func (e *Engine) onRequest(t Traffic) {
	e.mu.Lock()
	defer e.mu.Unlock()
	today := e.today()
	today.Requests++
	today.Throttled += t.Throttled
	today.Failed += t.Failed
}

// today is the tally of the office's present day, which begins a new one at midnight.
// e.mu is held.
func (e *Engine) today() *Tally {
	t := &e.state.sync.Today
	now := e.cfg.Now().In(e.here()).Round(0)
	y, m, d := now.Date()
	midnight := time.Date(y, m, d, 0, 0, 0, 0, e.here())
	switch {
	case t.Since.IsZero():
		*t = Tally{Since: now}
	case t.Since.Before(midnight), t.Since.After(now): // or the clock was set back
		*t = Tally{Since: midnight}
	}
	return t
}

// syncSnapshot is how the reading of calendars stands. e.mu is held.
func (e *Engine) syncSnapshot() Sync {
	s := e.state.sync
	if !s.Today.Since.IsZero() {
		s.Today = *e.today()
	}
	return s
}
