package syncer_test

import (
	"context"
	"errors"
	"fmt"
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
		time.Sleep(50 * time.Second)
		synctest.Wait()
		calls := asked.list()
		if len(calls) != 2 || calls[1].at.Sub(calls[0].at) != 45*time.Second {
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

func TestWindowRolls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var asked journal
		var rooms []calendar.RoomID
		for i := range 40 {
			rooms = append(rooms, calendar.RoomID(fmt.Sprintf("room%d@contoso.com", i)))
		}
		start(t, syncer.Config{Store: newMemory(rooms...), Source: recording(&asked, nil)})
		time.Sleep(24*time.Hour + 30*time.Minute) // the fake clock starts at midnight UTC
		synctest.Wait()
		calls := asked.list()
		midnight := time.Now().UTC().Truncate(24 * time.Hour)
		fulls, biggest := map[calendar.RoomID]int{}, 0
		for _, c := range calls[1:] {
			n := 0
			for _, req := range c.requests {
				if req.Cursor != "" {
					continue
				}
				n++
				fulls[req.Room]++
				if req.Window != syncer.DefaultWindow(midnight) || !req.Window.From.Equal(midnight.AddDate(0, 0, -1)) || !req.Window.To.Equal(midnight.AddDate(0, 0, 8)) {
					t.Errorf("window %+v", req.Window)
				}
				if late := c.at.Sub(midnight); late < 0 || late > 11*time.Minute {
					t.Errorf("%s turned at %v", req.Room, c.at)
				}
			}
			biggest = max(biggest, n)
		}
		for _, r := range rooms {
			if fulls[r] != 1 {
				t.Errorf("%s was read in full %d times on the second day, want once", r, fulls[r])
			}
		}
		if biggest > len(rooms)/3 {
			t.Errorf("%d of %d rooms turned in the same round", biggest, len(rooms))
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
