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

func TestWholeFaultsBackOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var asked journal
		fault := &syncer.Error{Kind: syncer.Offline, Op: "read calendars", Err: errors.New("no route to host")}
		broken := true
		r := start(t, syncer.Config{Store: newMemory("a"), Source: recording(&asked, func(r []syncer.Request) ([]syncer.Change, error) {
			if broken {
				return nil, fault
			}
			return nothing(r), nil
		})})
		time.Sleep(time.Hour)
		synctest.Wait()
		calls := asked.list()
		if len(calls) < 12 || len(calls) > 25 {
			t.Errorf("%d tries in an hour of outage", len(calls))
		}
		if gap := calls[1].at.Sub(calls[0].at); gap < 4*time.Second || gap > 6*time.Second {
			t.Errorf("first retry after %v", gap)
		}
		if res := r.last(); !errors.Is(res.Err, error(fault)) || res.Next.Sub(res.Ended) > 6*time.Minute {
			t.Errorf("%+v", res)
		}
		broken = false
		r.Kick()
		synctest.Wait()
		if res := r.last(); res.Err != nil || res.Next.Sub(res.Started) != syncer.DefaultInterval {
			t.Errorf("after the outage: %+v", res)
		}
	})
}

func TestRetryAfterIsObeyedEvenWhenKicked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var asked journal
		throttled := true
		r := start(t, syncer.Config{Store: newMemory("a"), Source: recording(&asked, func(r []syncer.Request) ([]syncer.Change, error) {
			if throttled {
				throttled = false
				return nil, &syncer.Error{Kind: syncer.Throttled, Op: "read calendars", RetryAfter: 2 * time.Minute}
			}
			return nothing(r), nil
		})})
		time.Sleep(time.Minute)
		r.Kick()
		time.Sleep(59 * time.Second)
		synctest.Wait()
		calls := asked.list()
		if len(calls) != 1 {
			t.Fatalf("asked again after %v", calls[1].at.Sub(calls[0].at))
		}
		time.Sleep(2 * time.Second)
		synctest.Wait()
		calls = asked.list()
		if len(calls) != 2 || calls[1].at.Sub(calls[0].at) != 2*time.Minute {
			t.Errorf("%d calls", len(calls))
		}
	})
}

func TestOneBadRoomSlowsNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var asked journal
		denied := &syncer.Error{Kind: syncer.Denied, Op: "read the calendar of bad"}
		broken := true
		answer := func(requests []syncer.Request) ([]syncer.Change, error) {
			out := nothing(requests)
			for i, r := range requests {
				if r.Room == "bad" && broken {
					out[i] = syncer.Change{Room: r.Room, Err: denied}
				}
			}
			return out, nil
		}
		r := start(t, syncer.Config{Store: newMemory("good", "bad"), Source: recording(&asked, answer)})
		time.Sleep(time.Hour)
		synctest.Wait()
		calls := asked.list()
		good, bad := 0, 0
		for _, c := range calls {
			for _, req := range c.requests {
				if req.Room == "good" {
					good++
				} else {
					bad++
				}
			}
		}
		if good != 121 || bad < 6 || bad > 15 {
			t.Errorf("good room read %d times, bad room tried %d times", good, bad)
		}
		if res := r.last(); res.Err != nil || !errors.Is(res.Failed["bad"], error(denied)) || len(res.Failed) != 1 {
			t.Errorf("%+v", res)
		}
		broken = false
		r.Kick() // a person mended it
		synctest.Wait()
		if res := r.last(); res.Read != 2 || len(res.Failed) != 0 {
			t.Errorf("after the kick: %+v", res)
		}
	})
}

func TestAThrottledRoomWaitsEvenWhenKicked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var asked journal
		first := true
		r := start(t, syncer.Config{Store: newMemory("a", "b"), Source: recording(&asked, func(requests []syncer.Request) ([]syncer.Change, error) {
			out := nothing(requests)
			if first {
				first = false
				out[0] = syncer.Change{Room: "a", Err: &syncer.Error{Kind: syncer.Throttled, RetryAfter: 100 * time.Second}}
			}
			return out, nil
		})})
		time.Sleep(10 * time.Second)
		r.Kick()
		time.Sleep(105 * time.Second)
		synctest.Wait()
		calls := asked.list()
		var when []time.Duration
		for _, c := range calls {
			if slices.ContainsFunc(c.requests, func(r syncer.Request) bool { return r.Room == "a" }) {
				when = append(when, c.at.Sub(calls[0].at))
			}
		}
		if len(when) != 2 || when[1] < 100*time.Second {
			t.Errorf("room a was asked at %v", when)
		}
	})
}

func TestResyncHappensInTheSameRound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var asked journal
		store := newMemory("a", "b")
		r := start(t, syncer.Config{Store: store, Source: recording(&asked, func(requests []syncer.Request) ([]syncer.Change, error) {
			out := nothing(requests)
			for i, req := range requests {
				switch {
				case req.Cursor == "":
					out[i].Events = []calendar.Event{{ID: "fresh"}}
				case req.Room == "a":
					out[i] = syncer.Change{Room: "a", Err: &syncer.Error{Kind: syncer.Resync}}
				}
			}
			return out, nil
		})})
		synctest.Wait()
		store.mu.Lock()
		store.events["a"]["stale"] = calendar.Event{ID: "stale"}
		store.mu.Unlock()
		time.Sleep(30 * time.Second)
		synctest.Wait()
		calls := asked.list()
		if len(calls) != 3 || len(calls[2].requests) != 1 || calls[2].requests[0].Cursor != "" {
			t.Fatalf("%+v", calls)
		}
		if res := r.last(); res.Read != 2 || len(res.Failed) != 0 || res.Changed != 1 {
			t.Errorf("%+v", res)
		}
		if _, there := store.events["a"]["stale"]; there {
			t.Error("a full reading did not replace what was stored")
		}
	})
}

func TestEndlessResyncIsAFailureOfTheRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var asked journal
		r := start(t, syncer.Config{Store: newMemory("a"), Source: recording(&asked, func(requests []syncer.Request) ([]syncer.Change, error) {
			return []syncer.Change{{Err: &syncer.Error{Kind: syncer.Resync}}}, nil
		})})
		time.Sleep(time.Minute)
		synctest.Wait()
		calls := asked.list()
		if len(calls) > 8 || r.last().Failed["a"] == nil {
			t.Errorf("%d calls, %+v", len(calls), r.last())
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

func TestShutdownMidRound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := start(t, syncer.Config{Store: newMemory("a"), Source: source{changes: func(ctx context.Context, _ []syncer.Request) ([]syncer.Change, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		}}})
		synctest.Wait()
		if err := r.stop(); !errors.Is(err, context.Canceled) {
			t.Errorf("%v", err)
		}
		if r.rounds() != 0 {
			t.Errorf("a round that was broken off was reported: %+v", r.last())
		}
	})
}

func TestStoreFailures(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var asked journal
		full := errors.New("disk full")
		store := newMemory("a")
		store.fail = full
		r := start(t, syncer.Config{Store: store, Source: recording(&asked, nil)})
		synctest.Wait()
		if res := r.last(); !errors.Is(res.Failed["a"], full) || res.Read != 0 {
			t.Errorf("%+v", res)
		}
		store.mu.Lock()
		store.fail = nil
		store.mu.Unlock()
		time.Sleep(31 * time.Second)
		synctest.Wait()
		calls := asked.list()
		if res := r.last(); len(res.Failed) != 0 || res.Read != 1 || calls[1].requests[0].Cursor != "" {
			t.Errorf("%+v", res)
		}
	})
}

func TestSourcesThatBreakTheContract(t *testing.T) {
	for name, answer := range map[string]func([]syncer.Request) ([]syncer.Change, error){
		"too few":   func([]syncer.Request) ([]syncer.Change, error) { return nil, nil },
		"too many":  func(r []syncer.Request) ([]syncer.Change, error) { return append(nothing(r), syncer.Change{}), nil },
		"no cursor": func([]syncer.Request) ([]syncer.Change, error) { return make([]syncer.Change, 1), nil },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var asked journal
				store := newMemory("a")
				r := start(t, syncer.Config{Store: store, Source: recording(&asked, answer)})
				synctest.Wait()
				if res := r.last(); res.Err == nil && len(res.Failed) == 0 {
					t.Errorf("%+v", res)
				}
				if store.cursors["a"].Cursor != "" {
					t.Error("it was applied")
				}
			})
		})
	}
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
