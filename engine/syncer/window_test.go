package syncer_test

import (
	"context"
	"maps"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/syncer"
)

// officeWindow turns at 03:00, as the engine's does.
func officeWindow(now time.Time) syncer.Window { return syncer.DefaultWindow(now.Add(-3 * time.Hour)) }

// TestTheWindowTurns follows 40 rooms over a night: each is read by its cursor and then,
// at once, in full in the new window, at its own moment of two hours.
func TestTheWindowTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var asked journal
		store := newMemory(rooms(40)...)
		start(t, syncer.Config{Store: store, Window: officeWindow, Source: recording(&asked, nil)})
		time.Sleep(2 * time.Hour) // the fake clock starts at midnight UTC, so a day's window began 21 hours ago
		synctest.Wait()
		before := len(asked.list())
		turn := time.Now().UTC().Truncate(24 * time.Hour).Add(3 * time.Hour)
		time.Sleep(6 * time.Hour)
		synctest.Wait()
		fulls, most := map[calendar.RoomID]int{}, 0
		calls := asked.list()[before:]
		for i, c := range calls {
			n := 0
			for _, req := range c.requests {
				if req.Cursor != "" {
					continue
				}
				n++
				fulls[req.Room]++
				if req.Window != officeWindow(turn) {
					t.Errorf("window %+v", req.Window)
				}
				if late := c.at.Sub(turn); late < 0 || late > 2*time.Hour+31*time.Second {
					t.Errorf("%s turned at %v", req.Room, c.at)
				}
				if i == 0 || !has(calls[i-1], req.Room) || !calls[i-1].at.Equal(c.at) {
					t.Errorf("%s was not read by its cursor first", req.Room)
				}
			}
			most = max(most, n)
		}
		for _, r := range rooms(40) {
			if fulls[r] != 1 {
				t.Errorf("%s was read in full %d times, want once", r, fulls[r])
			}
		}
		if most > 5 {
			t.Errorf("%d of 40 rooms turned in the same step", most)
		}
		if kept, err := store.Cursors(t.Context()); err != nil || kept[7].Window != officeWindow(turn) {
			t.Errorf("kept %+v, %v", kept[7], err)
		}
	})
}

func has(c call, room calendar.RoomID) bool {
	for _, req := range c.requests {
		if req.Room == room {
			return true
		}
	}
	return false
}

// TestAComputerThatWasOffOverNight begins with the news of all rooms, and has them turn
// later; after a week it has no choice.
func TestAComputerThatWasOffOverNight(t *testing.T) {
	for name, c := range map[string]struct {
		off  time.Duration
		fuls int // rooms read in full in the first step
	}{"a night": {15 * time.Hour, 0}, "a weekend": {63 * time.Hour, 0}, "a week": {7 * 24 * time.Hour, 20}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				time.Sleep(18 * time.Hour)
				var asked journal
				store := newMemory(rooms(20)...)
				cfg := syncer.Config{Store: store, Window: officeWindow, Source: recording(&asked, nil)}
				first := start(t, cfg)
				time.Sleep(time.Minute)
				_ = first.stop()
				time.Sleep(c.off)
				before := len(asked.list())
				start(t, cfg)
				synctest.Wait()
				fulls := func() int {
					n := 0
					for _, c := range asked.list()[before:] {
						for _, req := range c.requests {
							if req.Cursor == "" {
								n++
							}
						}
					}
					return n
				}
				if got := fulls(); got != c.fuls {
					t.Errorf("%d rooms were read in full at once; want %d", got, c.fuls)
				}
				time.Sleep(turnSpread + time.Minute)
				synctest.Wait()
				if got := fulls(); got != 20 {
					t.Errorf("%d rooms were read in full after two hours; want 20", got)
				}
			})
		})
	}
}

const turnSpread = 2 * time.Hour

// TestHealing has a calendar system that keeps an edit to itself: the news never tell
// of it, only a full reading does.
func TestHealing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		truth := map[string]calendar.Event{"a": {ID: "a", Subject: "told"}}
		src := source{changes: func(_ context.Context, requests []syncer.Request) ([]syncer.Change, error) {
			mu.Lock()
			defer mu.Unlock()
			out := nothing(requests)
			for i, req := range requests {
				if req.Cursor == "" {
					for _, e := range truth {
						out[i].Events = append(out[i].Events, e)
					}
				}
			}
			return out, nil
		}}
		store := newMemory("room")
		r := start(t, syncer.Config{Store: store, Source: src, Window: officeWindow})
		synctest.Wait()
		if res := r.last(); res.Healed != 0 || res.Changed != 1 {
			t.Errorf("the first reading has nothing to heal: %+v", res)
		}
		time.Sleep(time.Hour)
		mu.Lock()
		truth["a"], truth["b"] = calendar.Event{ID: "a", Subject: "not told"}, calendar.Event{ID: "b"}
		mu.Unlock()
		time.Sleep(time.Hour)
		synctest.Wait()
		if n := store.count("room"); n != 1 {
			t.Fatalf("the news told: %d events are stored", n)
		}
		time.Sleep(4 * time.Hour) // the night
		synctest.Wait()
		_ = r.stop()
		healed, read := 0, 0
		for _, res := range r.results {
			healed += res.Healed
			read = max(read, res.Read)
		}
		if healed != 2 || read != 1 || !maps.Equal(store.events["room"], truth) {
			t.Errorf("healed %d events, at most %d rooms in a round; the store holds %+v", healed, read, store.events)
		}
	})
}

// TestAnExpiredCursorHealsNothing: what a full reading finds after a resync may well
// have been announced.
func TestAnExpiredCursorHealsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := 0
		r := start(t, syncer.Config{Store: newMemory("room"), Source: source{changes: func(_ context.Context, requests []syncer.Request) ([]syncer.Change, error) {
			if n++; requests[0].Cursor != "" {
				return []syncer.Change{{Err: &syncer.Error{Kind: syncer.Resync}}}, nil
			}
			out := nothing(requests)
			out[0].Events = []calendar.Event{{ID: "a", Subject: time.Duration(n).String()}}
			return out, nil
		}}})
		time.Sleep(10 * time.Minute)
		_ = r.stop()
		for _, res := range r.results {
			if res.Healed != 0 || res.Changed != 1 {
				t.Errorf("%+v", res)
			}
		}
	})
}
