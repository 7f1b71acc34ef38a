package syncer_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/syncer"
)

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
