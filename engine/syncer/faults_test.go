package syncer_test

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
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

// TestABrokenMailboxThatHasItsTurnAlone is in a site whose last step is that one room:
// its trouble must not pass for the whole system's.
func TestABrokenMailboxThatHasItsTurnAlone(t *testing.T) {
	for _, kind := range []syncer.Kind{syncer.Offline, syncer.Throttled, syncer.SignIn} {
		t.Run(string(kind), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				all := rooms(21)
				bad := all[20]
				var asked journal
				r := start(t, syncer.Config{Store: newMemory(all...), Source: recording(&asked, func(requests []syncer.Request) ([]syncer.Change, error) {
					out := nothing(requests)
					for i, req := range requests {
						if req.Room == bad {
							out[i] = syncer.Change{Room: bad, Err: &syncer.Error{Kind: kind, RetryAfter: 90 * time.Second}}
						}
					}
					return out, nil
				})})
				time.Sleep(10*time.Minute + time.Second)
				_ = r.stop()
				good, tries := 0, 0
				for _, c := range asked.list() {
					if has(c, all[0]) {
						good++
					}
					if has(c, bad) {
						tries++
					}
				}
				if good != 21 || tries < 2 || tries > 7 {
					t.Errorf("a good room was read %d times, the bad one tried %d times", good, tries)
				}
				for _, res := range r.results {
					if res.Err != nil || len(res.Failed) != 1 {
						t.Errorf("%+v", res)
					}
				}
			})
		})
	}
}

// TestAFaultInAStepOfMany breaks off the round of a large site: what was read before is
// reported and kept, the rest is read when the fault is over, and the first step that
// works again is news at once.
func TestAFaultInAStepOfMany(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var asked journal
		var broken atomic.Bool
		fault := &syncer.Error{Kind: syncer.Throttled, RetryAfter: time.Minute}
		r := start(t, syncer.Config{Store: newMemory(rooms(200)...), Source: recording(&asked, func(requests []syncer.Request) ([]syncer.Change, error) {
			if broken.Load() {
				return nil, fault
			}
			return nothing(requests), nil
		})})
		time.Sleep(10*time.Minute + 100*time.Millisecond)
		synctest.Wait()
		before := r.rounds()
		broken.Store(true)
		began := time.Now()
		time.Sleep(5 * time.Second) // longer than the share of a step
		synctest.Wait()
		if res := r.last(); r.rounds() != before+1 || !errors.Is(res.Err, error(fault)) || res.Asked-res.Read != 20 || res.Next.Sub(res.Ended) != time.Minute {
			t.Errorf("%d rounds more, %+v", r.rounds()-before, res)
		}
		broken.Store(false)
		tries := len(asked.list())
		time.Sleep(time.Minute)
		synctest.Wait()
		calls := asked.list()[tries:]
		if len(calls) < 10 || len(calls) > 12 || calls[0].at.Sub(began) < time.Minute {
			t.Errorf("%d steps after the Retry-After, the first %v after the fault", len(calls), calls[0].at.Sub(began))
		}
		r.mu.Lock()
		first := r.results[before+1]
		r.mu.Unlock()
		if first.Err != nil || first.Read != 20 || !first.Ended.Equal(calls[0].at) {
			t.Errorf("the end of the fault: %+v", first)
		}
		seen := map[calendar.RoomID]bool{}
		for _, c := range calls {
			for _, req := range c.requests {
				seen[req.Room] = true
			}
		}
		if len(seen) != 200 {
			t.Errorf("%d rooms were read in the five seconds after", len(seen))
		}
	})
}

// TestARoomThatIsForgottenMidRound can't be kept any more; that is nobody's problem.
func TestARoomThatIsForgottenMidRound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newMemory("a", "b")
		r := start(t, syncer.Config{Store: store, Source: source{changes: func(_ context.Context, requests []syncer.Request) ([]syncer.Change, error) {
			store.remove("b")
			return nothing(requests), nil
		}}})
		synctest.Wait()
		if res := r.last(); res.Err != nil || len(res.Failed) != 0 || res.Read != 1 {
			t.Errorf("%+v", res)
		}
	})
}
