package syncer_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/syncer"
)

// call is when a source was asked, and for what; a journal keeps them.
type call struct {
	at       time.Time
	requests []syncer.Request
}

type journal struct {
	mu  sync.Mutex
	all []call
}

func (j *journal) add(r []syncer.Request) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.all = append(j.all, call{time.Now(), slices.Clone(r)})
}

func (j *journal) list() []call {
	j.mu.Lock()
	defer j.mu.Unlock()
	return slices.Clone(j.all)
}

// recording answers with nothing new, or as answer says, and records each call.
func recording(j *journal, answer func([]syncer.Request) ([]syncer.Change, error)) source {
	return source{changes: func(_ context.Context, r []syncer.Request) ([]syncer.Change, error) {
		j.add(r)
		if answer == nil {
			return nothing(r), nil
		}
		return answer(r)
	}}
}

func TestCadence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var asked journal
		begin := time.Now()
		r := start(t, syncer.Config{Source: recording(&asked, nil), Store: newMemory("a", "b")})
		time.Sleep(95 * time.Second)
		synctest.Wait()
		calls := asked.list()
		if len(calls) != 4 {
			t.Fatalf("%d rounds in 95 s, want 4", len(calls))
		}
		for i, c := range calls {
			if want := begin.Add(time.Duration(i) * 30 * time.Second); !c.at.Equal(want) || len(c.requests) != 2 {
				t.Errorf("round %d at %v with %d rooms, want %v", i, c.at, len(c.requests), want)
			}
		}
		if calls[0].requests[0].Cursor != "" || calls[1].requests[0].Cursor != "c" {
			t.Errorf("cursors %+v %+v", calls[0].requests, calls[1].requests)
		}
		if res := r.last(); res.Err != nil || res.Read != 2 || res.Changed != 0 || len(res.Failed) != 0 || !res.Next.Equal(begin.Add(2*time.Minute)) {
			t.Errorf("%+v", res)
		}
		if err := r.stop(); !errors.Is(err, context.Canceled) {
			t.Errorf("Serve returned %v", err)
		}
	})
}

func TestASlowRoundLeavesABreath(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var asked journal
		start(t, syncer.Config{Store: newMemory("a"), Interval: 20 * time.Second, Source: recording(&asked, func(r []syncer.Request) ([]syncer.Change, error) {
			time.Sleep(40 * time.Second)
			return nothing(r), nil
		})})
		time.Sleep(55 * time.Second)
		synctest.Wait()
		calls := asked.list()
		if len(calls) != 2 || calls[1].at.Sub(calls[0].at) != 50*time.Second { // a fifth of the time is free
			t.Errorf("%+v", calls)
		}
	})
}

func TestKick(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var asked journal
		r := start(t, syncer.Config{Store: newMemory("a"), Source: recording(&asked, nil)})
		time.Sleep(10 * time.Second)
		for range 5 {
			r.Kick()
		}
		synctest.Wait()
		calls := asked.list()
		if len(calls) != 2 {
			t.Fatalf("%d rounds after 5 kicks at once, want 2", len(calls))
		}
		time.Sleep(29 * time.Second)
		synctest.Wait()
		calls = asked.list()
		if len(calls) != 2 {
			t.Error("the interval does not count from the kicked round")
		}
	})
}

func TestKickDuringARoundStartsAnother(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var asked journal
		r := start(t, syncer.Config{Store: newMemory("a"), Source: recording(&asked, func(r []syncer.Request) ([]syncer.Change, error) {
			time.Sleep(time.Second)
			return nothing(r), nil
		})})
		time.Sleep(500 * time.Millisecond)
		r.Kick()
		time.Sleep(time.Second)
		synctest.Wait()
		calls := asked.list()
		if len(calls) != 2 {
			t.Errorf("%d rounds, want 2", len(calls))
		}
	})
}

func TestANewRoomJustAfterMidnightIsReadInFullOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var asked journal
		time.Sleep(time.Minute)
		start(t, syncer.Config{Store: newMemory("x", "y", "z", "u", "v"), Source: recording(&asked, nil)})
		time.Sleep(time.Hour)
		synctest.Wait()
		calls := asked.list()
		for _, c := range calls[1:] {
			for _, req := range c.requests {
				if req.Cursor == "" {
					t.Fatalf("%s was read in full again at %v", req.Room, c.at)
				}
			}
		}
	})
}

func TestARoomThatIsNoLongerReadIsForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var asked journal
		store := newMemory("a")
		r := start(t, syncer.Config{Store: store, Source: recording(&asked, func([]syncer.Request) ([]syncer.Change, error) {
			return []syncer.Change{{Err: errors.New("broken")}}, nil
		})})
		synctest.Wait()
		store.mu.Lock()
		store.order = nil
		store.mu.Unlock()
		r.Kick()
		synctest.Wait()
		if res := r.last(); len(res.Failed) != 0 || res.Err != nil {
			t.Errorf("%+v", res)
		}
	})
}

func TestRefreshRooms(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var asked journal
		src := recording(&asked, nil)
		fault := &syncer.Error{Kind: syncer.Denied, Op: "list rooms"}
		src.rooms = func(context.Context) ([]calendar.Room, error) { return nil, fault }
		store := newMemory()
		r := start(t, syncer.Config{Store: store, Source: &src})
		synctest.Wait()
		if err := r.RefreshRooms(t.Context()); !errors.Is(err, error(fault)) {
			t.Errorf("%v", err)
		}
		src.rooms = func(context.Context) ([]calendar.Room, error) { return []calendar.Room{{ID: "new"}}, nil }
		if err := r.RefreshRooms(t.Context()); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		calls := asked.list()
		if len(calls) != 1 || calls[0].requests[0].Room != "new" {
			t.Errorf("%+v", calls)
		}
	})
}

// TestANewListingIsNoBurst reads a room that is new at once, and no other before its turn.
func TestANewListingIsNoBurst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var asked journal
		src := recording(&asked, nil)
		src.rooms = func(context.Context) ([]calendar.Room, error) { return []calendar.Room{{ID: "new"}}, nil }
		store := newMemory(rooms(100)...)
		r := start(t, syncer.Config{Store: store, Source: &src})
		time.Sleep(10*time.Minute + time.Second)
		synctest.Wait()
		before := len(asked.list())
		if err := r.RefreshRooms(t.Context()); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		calls := asked.list()
		if n := len(calls); n != before+1 || len(calls[n-1].requests) != 1 || calls[n-1].requests[0].Room != "new" {
			t.Errorf("%d requests at once, the last %+v; want one for the new room", n-before, calls[n-1])
		}
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		checkGaps(t, asked.list()[before-5:], syncer.DefaultInterval, 5)
		if res := r.last(); res.Asked != 101 || res.Pace.Rooms != 101 {
			t.Errorf("%+v", res)
		}
	})
}

func TestNothingGiven(t *testing.T) {
	s := syncer.New(syncer.Config{})
	s.Kick()
	if s.Serve(t.Context()) == nil || s.RefreshRooms(t.Context()) == nil {
		t.Error("it works without source and store")
	}
	synctest.Test(t, func(t *testing.T) { // no hooks: nothing to call
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		var asked journal
		if err := syncer.New(syncer.Config{Source: recording(&asked, nil), Store: newMemory("a")}).Serve(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
	})
}
