package syncer_test

import (
	"cmp"
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/roomink/roomink/engine/syncer"
)

// clock is a wall clock that a test can set, as a person or a sleeping computer does.
type clock struct{ offset atomic.Int64 }

func (c *clock) Now() time.Time { return time.Now().Add(time.Duration(c.offset.Load())) }

func (c *clock) jump(by time.Duration) { c.offset.Add(int64(by)) }

func TestTheClockJumps(t *testing.T) {
	denied := &syncer.Error{Kind: syncer.Denied, Op: "read the calendar of bad"}
	tests := map[string]struct {
		interval time.Duration
		whole    error         // what the source answers until the jump
		before   time.Duration // from the start to the jump
		by       time.Duration
		from, to time.Duration // how long after the jump the next round begins
	}{
		"the computer slept":                     {interval: 10 * time.Minute, before: 10 * time.Second, by: 9 * time.Hour, to: 15 * time.Second},
		"for a moment":                           {interval: 10 * time.Minute, before: 10 * time.Second, by: 3 * time.Second, to: 15 * time.Second},
		"the clock was set back":                 {interval: 10 * time.Minute, before: 10 * time.Second, by: -9 * time.Hour, to: 15 * time.Second},
		"the clock is disciplined":               {interval: 30 * time.Second, before: 10 * time.Second, by: -time.Second, from: 19 * time.Second, to: 21 * time.Second},
		"sleep in a long back-off":               {whole: &syncer.Error{Kind: syncer.Offline}, before: time.Hour, by: 9 * time.Hour, to: 15 * time.Second},
		"set back in a long back-off":            {whole: &syncer.Error{Kind: syncer.Offline}, before: time.Hour, by: -9 * time.Hour, to: 15 * time.Second},
		"a Retry-After passes in the sleep":      {whole: &syncer.Error{Kind: syncer.Throttled, RetryAfter: time.Hour}, before: time.Minute, by: 9 * time.Hour, to: 15 * time.Second},
		"a Retry-After is not over yet":          {whole: &syncer.Error{Kind: syncer.Throttled, RetryAfter: time.Hour}, before: time.Minute, by: 9 * time.Minute, from: 50 * time.Minute, to: 50*time.Minute + 15*time.Second},
		"a Retry-After goes with a clock":        {whole: &syncer.Error{Kind: syncer.Throttled, RetryAfter: time.Hour}, before: time.Minute, by: -9 * time.Hour, from: 59 * time.Minute, to: 59*time.Minute + 15*time.Second},
		"set back by less than to the next look": {interval: 10 * time.Minute, before: 10 * time.Second, by: -5 * time.Second, to: 15 * time.Second},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var asked journal
				var c clock
				var mended atomic.Bool
				r := start(t, syncer.Config{Store: newMemory("good", "bad"), Interval: tt.interval, Now: c.Now,
					Source: recording(&asked, func(requests []syncer.Request) ([]syncer.Change, error) {
						out := nothing(requests)
						for i, req := range requests {
							if req.Room == "bad" {
								out[i] = syncer.Change{Err: denied}
							}
						}
						if !mended.Load() {
							return out, tt.whole
						}
						return out, nil
					})})
				time.Sleep(tt.before)
				synctest.Wait()
				n, jumped := len(asked.list()), time.Now()
				mended.Store(true)
				c.jump(tt.by)
				time.Sleep(tt.to)
				synctest.Wait()
				calls := asked.list()
				if len(calls) <= n {
					t.Fatalf("no round %v after the jump; next at %v, it is %v", tt.to, r.last().Next, c.Now())
				}
				if late := calls[n].at.Sub(jumped); late < tt.from {
					t.Errorf("the next round began after %v, want %v or more", late, tt.from)
				}
				interval := cmp.Or(tt.interval, syncer.DefaultInterval)
				if next := r.last().Next.Sub(c.Now()); r.last().Err != nil || next <= 0 || next > interval {
					t.Errorf("the round after it in %v: %+v", next, r.last())
				}
				time.Sleep(20 * time.Minute) // a room's own wait must not have grown either
				synctest.Wait()
				tries := 0
				for _, c := range asked.list()[n:] {
					if len(c.requests) == 2 {
						tries++
					}
				}
				if tries == 0 {
					t.Error("the room with a fault of its own was not tried again")
				}
			})
		})
	}
}

// TestTheClockJumpsDuringARound covers a computer that slept while a request was
// under way, after a long outage.
func TestTheClockJumpsDuringARound(t *testing.T) {
	for name, by := range map[string]time.Duration{"sleep": 9 * time.Hour, "set back": -9 * time.Hour} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var asked journal
				var c clock
				var jump atomic.Int64
				r := start(t, syncer.Config{Store: newMemory("a"), Now: c.Now, Source: recording(&asked, func([]syncer.Request) ([]syncer.Change, error) {
					c.jump(time.Duration(jump.Swap(0)))
					return nil, &syncer.Error{Kind: syncer.Offline}
				})})
				time.Sleep(time.Hour)
				synctest.Wait()
				jump.Store(int64(by))
				n := len(asked.list())
				r.Kick()
				synctest.Wait()
				if calls := asked.list(); len(calls) != n+2 {
					t.Errorf("%d tries, want the one that the jump spoilt and one more", len(calls)-n)
				}
				time.Sleep(15 * time.Second) // the pace begins anew: the network comes up late
				synctest.Wait()
				if calls := asked.list(); len(calls) < n+3 {
					t.Errorf("%d tries fifteen seconds later, want another", len(calls)-n)
				}
			})
		})
	}
}

func TestAGoodRoundWhileTheClockIsSetBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var c clock
		var once atomic.Bool
		r := start(t, syncer.Config{Store: newMemory("a"), Now: c.Now, Source: source{changes: func(_ context.Context, requests []syncer.Request) ([]syncer.Change, error) {
			if !once.Swap(true) {
				c.jump(-9 * time.Hour)
			}
			return nothing(requests), nil
		}}})
		synctest.Wait()
		r.mu.Lock()
		defer r.mu.Unlock()
		for _, res := range r.results {
			if res.Next.Sub(c.Now()) > syncer.DefaultInterval {
				t.Errorf("next round at %v, it is %v", res.Next, c.Now())
			}
		}
		if len(r.results) != 2 {
			t.Errorf("%d rounds, want another at once", len(r.results))
		}
	})
}

func TestARetryAfterThatComesWithAJump(t *testing.T) {
	for name, by := range map[string]time.Duration{"sleep": 9 * time.Hour, "set back": -9 * time.Hour} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var asked journal
				var c clock
				var once atomic.Bool
				start(t, syncer.Config{Store: newMemory("a"), Now: c.Now, Source: recording(&asked, func(requests []syncer.Request) ([]syncer.Change, error) {
					if once.Swap(true) {
						return nothing(requests), nil
					}
					c.jump(by)
					return nil, &syncer.Error{Kind: syncer.Throttled, RetryAfter: time.Minute}
				})})
				time.Sleep(61 * time.Second)
				synctest.Wait()
				if calls := asked.list(); len(calls) != 2 || calls[1].at.Sub(calls[0].at) != time.Minute {
					t.Errorf("asked at %+v", calls)
				}
			})
		})
	}
}

// TestInstantsAreOfTheWallClock checks that none has a monotonic reading, which
// would make a comparison blind to a sleep.
func TestInstantsAreOfTheWallClock(t *testing.T) {
	outside := time.Now() // the fake clock of synctest has no monotonic reading
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		now := func() time.Time { return outside.Add(time.Since(began)) }
		store := newMemory("a")
		var broken atomic.Bool
		var asked journal
		r := start(t, syncer.Config{Store: store, Now: now, Source: recording(&asked, func(requests []syncer.Request) ([]syncer.Change, error) {
			if broken.Load() {
				return nil, errors.New("broken")
			}
			return nothing(requests), nil
		})})
		check := func(name string, at time.Time) {
			t.Helper()
			if at.IsZero() || at != at.Round(0) { // not Equal: the monotonic reading counts
				t.Errorf("%s: %v", name, at)
			}
		}
		for range 2 {
			synctest.Wait()
			res := r.last()
			check("started", res.Started)
			check("ended", res.Ended)
			check("next", res.Next)
			broken.Store(true)
			r.Kick()
		}
		if r.last().Err == nil {
			t.Error("the fault did not show")
		}
		if err := r.stop(); !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		check("read at", store.readAt["a"])
	})
}
