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

// turnSpread is over how long the rooms of an office turn to a new window.
const turnSpread = 10 * time.Minute

// turnLag is a room's own place in turnSpread, the same on every run.
func turnLag(room calendar.RoomID) time.Duration {
	h := fnv.New32a()
	_, _ = h.Write([]byte(room)) // a hash never fails
	return turnSpread * time.Duration(h.Sum32()%1024) / 1024
}
