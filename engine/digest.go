package engine

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Digest is how the signs stood at the last begin of a working day.
type Digest struct {
	At    time.Time // zero = there was none yet
	Signs int       // displays with a room
	// Late are the names of the rooms whose signs could not be updated then, by name.
	Late []string
}

const settingDigest = "digest"

// dueDigest makes the day's digest when working hours begin; it is one that was missed if
// the computer was off or asleep then.
func (e *Engine) dueDigest(ctx context.Context) {
	now := e.cfg.Now().Round(0)
	e.mu.Lock()
	last, p := e.state.digest, e.state.policy
	e.mu.Unlock()
	local := now.In(e.here())
	year, month, day := local.Date()
	begin := time.Date(year, month, day, 0, int(p.WorkFrom), 0, 0, e.here())
	end := time.Date(year, month, day, 0, int(p.WorkTo), 0, 0, e.here())
	if now.Before(begin) || !now.Before(end) || !p.WorkDays.Has(local.Weekday()) {
		return
	}
	if !last.At.Before(begin) && !last.At.After(now) { // after now: the clock was set back
		return
	}
	d := e.digestAt(now)
	if d.Signs == 0 {
		return
	}
	if err := e.db.SaveSetting(ctx, settingDigest, d); err != nil {
		if ctx.Err() == nil {
			e.storeFailed(err)
		}
		return
	}
	e.mu.Lock()
	e.state.digest = d
	e.mu.Unlock()
	e.record(ctx, ActSign, d.text(), len(d.Late) > 0)
	e.log.Info("Daily summary", "signs", d.Signs, "late", len(d.Late))
}

func (e *Engine) digestAt(now time.Time) Digest {
	d := Digest{At: now}
	late := make(map[string]bool)
	for _, p := range e.health.Problems() {
		if p.Code == CodeNotUpdated || p.Code == codeOverdue {
			late[p.Subject] = true
		}
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	for id, dev := range e.state.displays {
		if dev.Room == "" {
			continue
		}
		d.Signs++
		if late[string(id)] {
			d.Late = append(d.Late, e.roomName(dev.Room))
		}
	}
	slices.Sort(d.Late)
	return d
}

// namesMost is how many rooms a digest names.
const namesMost = 5

// text is the digest in a line.
func (d Digest) text() string {
	if len(d.Late) == 0 {
		return fmt.Sprintf("Daily summary: none of %d signs is late", d.Signs)
	}
	names := strings.Join(d.Late[:min(len(d.Late), namesMost)], ", ")
	if more := len(d.Late) - namesMost; more > 0 {
		names += fmt.Sprintf(" and %d more", more)
	}
	return fmt.Sprintf("Daily summary: %d of %d signs can't be updated: %s", len(d.Late), d.Signs, names)
}
