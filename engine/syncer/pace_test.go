package syncer_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/syncer"
)

func rooms(n int) []calendar.RoomID {
	list := make([]calendar.RoomID, n)
	for i := range list {
		list[i] = calendar.RoomID(fmt.Sprintf("room%04d@contoso.com", i))
	}
	return list
}

// outlook is a calendar system that takes its time over each part of a batch, four of
// them at once, and checks that it gets one batch at a time, of 20 at most.
func outlook(t *testing.T, asked *journal, part time.Duration) source {
	var busy atomic.Bool
	return source{changes: func(_ context.Context, requests []syncer.Request) ([]syncer.Change, error) {
		if busy.Swap(true) {
			t.Error("two batches at once")
		}
		if len(requests) == 0 || len(requests) > 20 {
			t.Errorf("a batch of %d", len(requests))
		}
		asked.add(requests)
		time.Sleep(time.Duration((len(requests)+3)/4) * part)
		busy.Store(false)
		return nothing(requests), nil
	}}
}

// TestPaceBySize measures what a site of each size gets at 250 ms a part: each room is
// read once in an interval, never twice, and never later than an interval and one
// step's share of it; in ⌈R/20⌉ requests a round, which are evenly spread once the
// burst at the start has spread by a step a round.
func TestPaceBySize(t *testing.T) {
	for _, c := range []struct {
		rooms    int
		interval time.Duration
		settle   int // rounds after the start
	}{{0, 30 * time.Second, 1}, {1, 30 * time.Second, 1}, {20, 30 * time.Second, 1}, {21, 30 * time.Second, 3}, {50, 30 * time.Second, 4},
		{100, 30 * time.Second, 6}, {390, 35 * time.Second, 21}, {500, 40 * time.Second, 26}, {2000, 160 * time.Second, 1}} {
		t.Run(fmt.Sprint(c.rooms), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var asked journal
				r := start(t, syncer.Config{Store: newMemory(rooms(c.rooms)...), Source: outlook(t, &asked, 250*time.Millisecond)})
				n := (c.rooms + 19) / 20
				time.Sleep(time.Duration(c.settle)*(c.interval+5*time.Second) + 100*time.Millisecond)
				synctest.Wait()
				settled := len(asked.list())
				time.Sleep(5*c.interval - time.Nanosecond)
				synctest.Wait()
				_ = r.stop()
				calls := asked.list()
				if got := len(calls) - settled; got > 5*n || got < 5*n && c.settle > n {
					t.Errorf("%d requests in 5 rounds; want %d", got, 5*n)
				}
				checkGaps(t, calls, c.interval, max(n, 1))
				for i := settled + 1; i < len(calls) && c.settle > n; i++ {
					if gap := calls[i].at.Sub(calls[i-1].at); gap < c.interval/time.Duration(n)*9/10 {
						t.Errorf("%v between two steps; want them an even share of %v apart", gap, c.interval)
					}
				}
				res := r.last()
				want := syncer.Pace{Interval: c.interval, Wanted: 30 * time.Second, PerBatch: res.Pace.PerBatch, Rooms: c.rooms, Office: true}
				if res.Pace != want || c.rooms >= 20 && res.Pace.PerBatch.Round(time.Millisecond) != 1250*time.Millisecond {
					t.Errorf("pace %+v; want %+v", res.Pace, want)
				}
				if res.Asked != c.rooms || res.Read != c.rooms || res.Err != nil {
					t.Errorf("a round is not a turn of all: %+v", res)
				}
				checkResults(t, r.results, c.interval)
			})
		})
	}
}

// checkGaps checks the time between two readings of each room.
func checkGaps(t *testing.T, calls []call, interval time.Duration, steps int) {
	t.Helper()
	last := map[calendar.RoomID]time.Time{}
	for _, c := range calls {
		for _, req := range c.requests {
			before, known := last[req.Room]
			last[req.Room] = c.at
			if gap := c.at.Sub(before); known && (gap < interval || gap > interval+interval/time.Duration(steps)+5*time.Second/4) {
				t.Fatalf("%s was read after %v; want %v and at most a step more", req.Room, gap, interval)
			}
		}
	}
}

// checkResults checks that nobody is told more often than once an interval.
func checkResults(t *testing.T, results []syncer.Result, interval time.Duration) {
	t.Helper()
	for i := 2; i < len(results); i++ { // the first comes at the end of the burst
		if gap := results[i].Started.Sub(results[i-1].Started); gap < interval {
			t.Errorf("two results within %v", gap)
		}
	}
}

func TestStretch(t *testing.T) {
	for rooms, want := range map[int]time.Duration{0: 0, 1: 1562500 * time.Microsecond, 20: 1562500 * time.Microsecond,
		100: 7812500 * time.Microsecond, 500: 39062500 * time.Microsecond, 2000: 156250 * time.Millisecond} {
		if got := syncer.Stretch(rooms, 1250*time.Millisecond); got != want {
			t.Errorf("%d rooms: %v, want %v", rooms, got, want)
		}
	}
}

// TestTheStartIsQuick has all rooms read one step after the other, without a pause.
func TestTheStartIsQuick(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var asked journal
		began := time.Now()
		r := start(t, syncer.Config{Store: newMemory(rooms(500)...), Source: outlook(t, &asked, 250*time.Millisecond)})
		time.Sleep(25*1250*time.Millisecond + time.Millisecond)
		synctest.Wait()
		res := r.last()
		if r.rounds() != 1 || res.Read != 500 || res.Ended.Sub(began) != 25*1250*time.Millisecond || len(asked.list()) != 25 {
			t.Errorf("%d rounds, %d requests, %+v", r.rounds(), len(asked.list()), res)
		}
	})
}

// TestTheSourceGetsSlow: the interval follows, one slow answer is not taken seriously.
func TestTheSourceGetsSlow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var asked journal
		var part atomic.Int64
		part.Store(int64(250 * time.Millisecond))
		r := start(t, syncer.Config{Store: newMemory(rooms(500)...), Source: source{changes: func(ctx context.Context, req []syncer.Request) ([]syncer.Change, error) {
			return outlook(t, &asked, time.Duration(part.Load())).changes(ctx, req)
		}}})
		pace := func(after time.Duration) syncer.Pace {
			time.Sleep(after)
			synctest.Wait()
			return r.last().Pace
		}
		if p := pace(5 * time.Minute); p.Interval != 40*time.Second {
			t.Errorf("%+v", p)
		}
		n := len(asked.list())
		part.Store(int64(time.Minute))
		for len(asked.list()) == n {
			time.Sleep(100 * time.Millisecond)
		}
		part.Store(int64(250 * time.Millisecond))
		if p := pace(7 * time.Minute); p.Interval > 55*time.Second {
			t.Errorf("after one slow answer: %+v", p)
		}
		part.Store(int64(time.Second))
		if p := pace(20 * time.Minute); p.Interval < 150*time.Second || p.Interval > 160*time.Second {
			t.Errorf("at a second a part: %+v; want 160 s", p)
		}
		part.Store(int64(250 * time.Millisecond))
		if p := pace(20 * time.Minute); p.Interval != 40*time.Second {
			t.Errorf("quick again: %+v", p)
		}
	})
}

// TestOfficeHours: 30 s inside, 5 minutes outside; the morning is noticed at once.
func TestOfficeHours(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		office := func(now time.Time) bool { h := now.UTC().Hour(); return h >= 7 && h < 19 }
		var asked journal
		r := start(t, syncer.Config{Store: newMemory(rooms(30)...), Source: recording(&asked, nil), Office: office})
		count := func(span time.Duration) int {
			before := len(asked.list())
			time.Sleep(span)
			synctest.Wait()
			return len(asked.list()) - before
		}
		count(time.Hour)
		if got, p := count(time.Hour), r.last().Pace; got != 24 || p.Office || p.Wanted != syncer.DefaultQuiet || p.Interval != syncer.DefaultQuiet {
			t.Errorf("%d requests in an hour of the night, pace %+v", got, p)
		}
		count(5*time.Hour - time.Nanosecond)
		seven := time.Now()
		if got := count(16 * time.Second); got != 2 {
			t.Errorf("%d requests sixteen seconds into office hours; want 2", got)
		}
		count(time.Hour)
		if got, p := count(time.Hour), r.last().Pace; got != 240 || !p.Office || p.Interval != syncer.DefaultInterval {
			t.Errorf("%d requests in an hour of the day, pace %+v, %v after seven", got, p, time.Since(seven))
		}
		before := len(asked.list())
		time.Sleep(12 * time.Hour)
		r.Kick() // somebody works late
		synctest.Wait()
		if last := asked.list()[before:]; len(last) < 2 || !last[len(last)-1].at.Equal(time.Now()) {
			t.Error("a kick in the night was not served at once")
		}
	})
}

func TestQuietIsNeverQuicker(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var asked journal
		start(t, syncer.Config{Store: newMemory("a"), Source: recording(&asked, nil), Interval: 12 * time.Hour, Quiet: time.Minute,
			Office: func(time.Time) bool { return false }})
		time.Sleep(24*time.Hour - time.Second)
		synctest.Wait()
		if got := len(asked.list()); got != 2 {
			t.Errorf("%d requests; want 2", got)
		}
	})
}

// TestKickOfALargeSite reads every room again, those that had their turn just before
// last, and nothing twice.
func TestKickOfALargeSite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var asked journal
		r := start(t, syncer.Config{Store: newMemory(rooms(100)...), Source: outlook(t, &asked, 250*time.Millisecond)})
		time.Sleep(10*time.Minute + time.Second)
		for range 3 { // while the rounds that it causes are under way, too
			before := len(asked.list())
			r.Kick()
			time.Sleep(3 * time.Second)
			r.Kick()
			kicked := time.Now()
			time.Sleep(10 * time.Second)
			synctest.Wait()
			calls := asked.list()[before:]
			seen, after := map[calendar.RoomID]int{}, map[calendar.RoomID]int{}
			for _, c := range calls {
				for _, req := range c.requests {
					seen[req.Room]++
					if !c.at.Before(kicked) {
						after[req.Room]++
					}
				}
			}
			if len(after) != 100 || len(calls) > 9 {
				t.Errorf("%d rooms were read after the second kick, in %d requests", len(after), len(calls))
			}
			for room, n := range seen {
				if n > 2 {
					t.Errorf("%s was read %d times after two kicks", room, n)
				}
			}
			if res := r.last(); res.Err != nil || time.Since(res.Ended) > 10*time.Second || res.Read != 100 {
				t.Errorf("%+v", res)
			}
			time.Sleep(time.Hour)
		}
	})
}

// TestRestartResumes: a new run goes on from the cursors, in one turn of all rooms.
func TestRestartResumes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var asked journal
		cfg := syncer.Config{Store: newMemory(rooms(500)...), Source: outlook(t, &asked, 250*time.Millisecond)}
		first := start(t, cfg)
		time.Sleep(3*time.Minute + 100*time.Millisecond)
		_ = first.stop()
		before := len(asked.list())
		r := start(t, cfg)
		time.Sleep(32 * time.Second)
		synctest.Wait()
		calls := asked.list()[before:]
		if len(calls) != 25 || r.rounds() != 1 || r.last().Read != 500 {
			t.Errorf("%d requests, %d rounds, %+v", len(calls), r.rounds(), r.last())
		}
		for _, c := range calls {
			for _, req := range c.requests {
				if req.Cursor == "" {
					t.Fatalf("%s was read in full", req.Room)
				}
			}
		}
	})
}

// TestBrokenRoomsKeepTheirPlace: rooms that wait after a failure, come and go neither
// delay the others nor cost requests of their own.
func TestBrokenRoomsKeepTheirPlace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const n = 60 // three full steps
		all := rooms(n)
		rnd := rand.New(rand.NewPCG(3, 3))
		var mu sync.Mutex
		broken := map[calendar.RoomID]bool{}
		var asked journal
		src := outlook(t, &asked, 250*time.Millisecond)
		answer := src.changes
		src.changes = func(ctx context.Context, requests []syncer.Request) ([]syncer.Change, error) {
			out, err := answer(ctx, requests)
			mu.Lock()
			defer mu.Unlock()
			for i, req := range requests {
				if broken[req.Room] {
					out[i] = syncer.Change{Err: &syncer.Error{Kind: syncer.NotFound}}
				}
			}
			return out, err
		}
		start(t, syncer.Config{Store: newMemory(all...), Source: src})
		began := time.Now()
		for time.Since(began) < 6*time.Hour {
			mu.Lock()
			broken[all[20+rnd.IntN(15)]] = rnd.IntN(2) == 0 // rooms of the second step
			mu.Unlock()
			time.Sleep(time.Duration(1+rnd.IntN(300)) * time.Second)
		}
		synctest.Wait()
		calls := asked.list()
		if most := 3*int(time.Since(began)/syncer.DefaultInterval) + 6; len(calls) > most {
			t.Errorf("%d requests; want at most %d", len(calls), most)
		}
		for i := range calls {
			calls[i].requests = slices.DeleteFunc(calls[i].requests, func(r syncer.Request) bool {
				return slices.Contains(all[20:35], r.Room)
			})
		}
		checkGaps(t, calls, syncer.DefaultInterval, 3)
	})
}

// TestALargeSiteWakesUp reads all rooms one step after the other, by their cursors: the
// turn of the window that it slept through is spread over the hours after.
func TestALargeSiteWakesUp(t *testing.T) {
	for name, by := range map[string]time.Duration{"after a night": 14 * time.Hour, "set back": -5 * time.Hour} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var asked journal
				var c clock
				time.Sleep(18 * time.Hour)
				start(t, syncer.Config{Store: newMemory(rooms(100)...), Source: outlook(t, &asked, 250*time.Millisecond), Now: c.Now, Window: officeWindow})
				time.Sleep(10*time.Minute + 3*time.Second)
				before := len(asked.list())
				c.jump(by)
				time.Sleep(15*time.Second + 5*1250*time.Millisecond)
				synctest.Wait()
				seen, fulls := map[calendar.RoomID]bool{}, 0
				for _, c := range asked.list()[before:] {
					for _, req := range c.requests {
						seen[req.Room] = true
						if req.Cursor == "" {
							fulls++
						}
					}
				}
				if len(seen) != 100 || fulls > 0 {
					t.Errorf("%d rooms were read after the jump, %d of them in full", len(seen), fulls)
				}
				before = len(asked.list())
				time.Sleep(10 * time.Minute)
				synctest.Wait()
				if got := len(asked.list()) - before; got < 95 || got > 115 {
					t.Errorf("%d requests in the ten minutes after; want 100 and some full readings", got)
				}
			})
		})
	}
}

// TestQuietHoursKeepToTheLimit reads as often at night as it takes to stay within the
// age that a reading may have, even if one of them fails.
func TestQuietHoursKeepToTheLimit(t *testing.T) {
	for limit, want := range map[time.Duration]time.Duration{0: 5 * time.Minute, time.Hour: 5 * time.Minute,
		6 * time.Minute: 2 * time.Minute, time.Minute: 30 * time.Second} {
		synctest.Test(t, func(t *testing.T) {
			r := start(t, syncer.Config{Store: newMemory("a"), Source: recording(&journal{}, nil),
				Office: func(time.Time) bool { return false }, Limit: func() time.Duration { return limit }})
			synctest.Wait()
			if p := r.last().Pace; p.Interval != want || p.Wanted != want {
				t.Errorf("%v: pace %+v; want %v", limit, p, want)
			}
		})
	}
}
