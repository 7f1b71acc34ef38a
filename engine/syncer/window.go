package syncer

import (
	"hash/fnv"
	"time"

	"github.com/roomink/roomink/engine/calendar"
)

// DefaultWindow is from yesterday to a week from today, in days of UTC: whatever
// the room's zone, its own day and the seven after it are inside.
func DefaultWindow(now time.Time) Window {
	today := now.UTC().Truncate(24 * time.Hour)
	return Window{From: today.AddDate(0, 0, -1), To: today.AddDate(0, 0, 8)}
}

func (w Window) equal(v Window) bool { return w.From.Equal(v.From) && w.To.Equal(v.To) }

const (
	// turnSpread is over how long the rooms of an office turn to a new window: reading
	// in full costs more than a word on the news.
	turnSpread = 2 * time.Hour
	// reach is how much time ahead the window of an earlier day must hold still for its
	// cursor to be followed for a while.
	reach = 48 * time.Hour
)

// turnLag is a room's own place in turnSpread, the same on every run.
func turnLag(room calendar.RoomID) time.Duration {
	h := fnv.New32a()
	_, _ = h.Write([]byte(room)) // a hash never fails
	return turnSpread * time.Duration(h.Sum32()%1024) / 1024
}

// windowHolds reports whether a cursor's window still is the one to keep. Each room's
// day turns at its own moment, so that not all rooms are read in full in the same
// round. A computer that was off or asleep when that was begins with the news of all
// rooms, and has them turn over the next two hours.
func (s *Service) windowHolds(req Request, now time.Time) bool {
	today, lag := s.cfg.Window(now), turnLag(req.Room)
	if req.Window.equal(today) || req.Window.equal(s.cfg.Window(now.Add(-lag))) {
		return true
	}
	reaches := !req.Window.From.After(today.From) && !req.Window.To.Before(now.Add(reach))
	return reaches && now.Before(s.awake.Add(lag))
}
