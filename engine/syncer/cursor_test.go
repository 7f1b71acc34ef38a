package syncer_test

import (
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/syncer"
)

// A room that has two turns in a round, because a slow step made it due again, continues
// from the first of them: a source that reads in full tells by the cursor that there is
// no news, which is wrong if the cursor is older than what is stored.
func TestTheLatestCursorIsContinued(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		given, calls, twice := map[calendar.RoomID]string{}, 0, map[calendar.RoomID]int{}
		r := start(t, syncer.Config{Store: newMemory(rooms(30)...), Source: recording(&journal{}, func(requests []syncer.Request) ([]syncer.Change, error) {
			if calls++; calls == 5 {
				time.Sleep(90 * time.Second)
			}
			changes := nothing(requests)
			for i, req := range requests {
				if req.Cursor != given[req.Room] {
					t.Errorf("call %d asked for %s from %q; the last was %q", calls, req.Room, req.Cursor, given[req.Room])
				}
				changes[i].Cursor = fmt.Sprint("c", calls)
				given[req.Room] = changes[i].Cursor
				twice[req.Room]++
			}
			return changes, nil
		})})
		time.Sleep(5 * time.Minute)
		synctest.Wait()
		if r.last().Err != nil || len(twice) != 30 || calls < 10 {
			t.Errorf("%+v after %d calls", r.last(), calls)
		}
	})
}

// A room that was forgotten and added again while its news were on the way is read in
// full at once.
func TestForgottenAndAddedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var asked journal
		store := newMemory("a")
		var again atomic.Bool
		r := start(t, syncer.Config{Store: store, Source: recording(&asked, func(requests []syncer.Request) ([]syncer.Change, error) {
			if again.Swap(false) {
				store.remove("a")
				store.mu.Lock()
				store.add("a")
				store.mu.Unlock()
			}
			return nothing(requests), nil
		})})
		time.Sleep(10 * time.Second)
		again.Store(true)
		r.Kick()
		synctest.Wait()
		calls := asked.list()
		if res := r.last(); len(calls) != 3 || calls[2].requests[0].Cursor != "" || len(res.Failed) != 0 || res.Read != 1 {
			t.Errorf("%+v, %+v", calls, res)
		}
	})
}
