package engine

import (
	"fmt"
	"math/rand/v2"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/display"
)

// A month of office life costs each panel exactly one refresh for each change that can be
// seen at its door: nothing is sent for what changes nothing, and nothing twice.
func TestPushesPerVisibleChange(t *testing.T) {
	days := 30
	if raced {
		days = 3 // of which one is a working day
	}
	synctest.Test(t, func(t *testing.T) {
		const rooms = 8
		rnd := rand.New(rand.NewPCG(1, 30))
		l := newLife(rooms, rooms)
		cfg := l.config(t, t.TempDir())
		cfg.Interval, cfg.Quiet = time.Minute, time.Minute
		e, _ := run(t, cfg)
		settle(time.Minute)
		for i := range rooms {
			hang(t, e, i)
		}
		panel := display.Panel{Width: 296, Height: 128, Scheme: display.Mono}
		seen := make([]string, rooms)
		for i := range rooms {
			seen[i] = l.truth(t, e.renderer, i, panel)
		}
		l.set(func() { l.pushes = nil })
		changes := 0
		look := func() {
			for i := range rooms {
				if now := l.truth(t, e.renderer, i, panel); now != seen[i] {
					seen[i] = now
					changes++
				}
			}
		}
		// Meetings begin and end at quarters; calendars are edited between them, on working
		// days, and each edit is read before the next quarter.
		for quarter := range days * 24 * 4 {
			settle(time.Until(time.Now().Truncate(15*time.Minute).Add(15*time.Minute)) + 10*time.Second)
			look()
			hour := quarter / 4 % 24
			if day := quarter / 96 % 7; day < 2 || hour < 7 || hour > 18 {
				continue
			}
			settle(4 * time.Minute)
			for range rnd.IntN(3) {
				l.touchUp(rnd, rooms)
			}
			settle(2 * time.Minute)
			look()
		}
		pushes := l.count()
		if changes < days*10 || pushes != changes {
			t.Errorf("%d pushes for %d visible changes; want one each", pushes, changes)
		}
		if os.Getenv("ROOMINK_BENCH") != "" { // a benchmark can't be in a bubble
			fmt.Printf("BenchmarkMonth 1 %.4f pushes_per_visible_change\n", float64(pushes)/float64(changes))
		}
	})
}

// touchUp edits a calendar as people do; many an edit changes nothing that a sign shows.
func (l *life) touchUp(rnd *rand.Rand, rooms int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	room, id := roomID(rnd.IntN(rooms)), fmt.Sprint(rnd.IntN(6))
	l.changed[room] = time.Now().Add(time.Duration(rnd.IntN(1000))) // two edits may come at once
	if _, there := l.events[room][id]; there && rnd.IntN(3) == 0 {
		delete(l.events[room], id)
		return
	}
	start := time.Now().Truncate(15 * time.Minute).Add(time.Duration(1+rnd.IntN(60)) * 15 * time.Minute).UTC()
	l.events[room][id] = calendar.Event{ID: id, Subject: fmt.Sprint("Meeting ", rnd.IntN(5)), Organizer: "Ada", Availability: calendar.Busy,
		Start: start, End: start.Add(time.Duration(1+rnd.IntN(6)) * 15 * time.Minute), Private: rnd.IntN(5) == 0}
}
