package syncer_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/syncer"
)

// cut answers the first n requests with an event each; then fault ends the reading.
func cut(requests []syncer.Request, n int, fault error) ([]syncer.Change, error) {
	out := nothing(requests)
	for i := range out {
		if i >= n {
			out[i] = syncer.Change{Room: requests[i].Room, Err: fault}
		} else {
			out[i].Events = []calendar.Event{{ID: "e"}}
		}
	}
	return out, fault
}

func TestAFaultOfTheWholeSystemMidRound(t *testing.T) {
	for _, kind := range []syncer.Kind{syncer.Offline, syncer.Throttled, syncer.SignIn, syncer.Failed, syncer.Resync} {
		t.Run(string(kind), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var asked journal
				fault := &syncer.Error{Kind: kind, Op: "read 5 calendars"}
				denied := &syncer.Error{Kind: syncer.Denied, Op: "read the calendar of b"}
				var mended atomic.Bool
				store := newMemory("a", "b", "c", "d", "e")
				r := start(t, syncer.Config{Store: store, Source: recording(&asked, func(requests []syncer.Request) ([]syncer.Change, error) {
					if !mended.Load() {
						out, err := cut(requests, 3, fault)
						out[1] = syncer.Change{Room: "b", Err: denied}
						return out, err
					}
					return nothing(requests), nil
				})})
				synctest.Wait()
				res := r.last()
				if !errors.Is(res.Err, error(fault)) || res.Asked != 5 || res.Read != 2 || res.Changed != 2 || len(res.Failed) != 1 || !errors.Is(res.Failed["b"], error(denied)) {
					t.Errorf("%+v", res)
				}
				kept, err := store.Cursors(t.Context())
				if err != nil || kept[0].Cursor == "" || kept[2].Cursor == "" || kept[3].Cursor != "" {
					t.Errorf("kept %+v, %v", kept, err)
				}
				if told := r.told(); len(told) != 1 || !slices.Equal(told[0], []calendar.RoomID{"a", "c"}) {
					t.Errorf("told of %v", told)
				}
				mended.Store(true)
				time.Sleep(6 * time.Second)
				synctest.Wait()
				calls := asked.list()
				if len(calls) != 2 || len(calls[1].requests) != 4 {
					t.Fatalf("want one more round, with all rooms but the denied one: %+v", calls)
				}
				if res := r.last(); res.Err != nil || res.Asked != 4 || res.Read != 4 {
					t.Errorf("%+v", res)
				}
			})
		})
	}
}

func TestAFaultThatAllRoomsShare(t *testing.T) {
	for _, kind := range []syncer.Kind{syncer.Offline, syncer.Throttled, syncer.SignIn} {
		t.Run(string(kind), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var asked journal
				cause := errors.New("HTTP status in a part")
				first := true
				r := start(t, syncer.Config{Store: newMemory("a", "b", "c"), Source: recording(&asked, func(requests []syncer.Request) ([]syncer.Change, error) {
					if !first {
						return nothing(requests), nil
					}
					first = false
					return []syncer.Change{
						{Err: &syncer.Error{Kind: kind, Op: "read the calendar of a", Err: cause}},
						{Err: &syncer.Error{Kind: syncer.Denied, Op: "read the calendar of b"}},
						{Err: &syncer.Error{Kind: kind, Op: "read the calendar of c", Remedy: "do this", RetryAfter: time.Minute, Err: cause}},
					}, nil
				})})
				synctest.Wait()
				res := r.last()
				e, ok := errors.AsType[*syncer.Error](res.Err)
				if !ok || e.Kind != kind || e.RetryAfter != time.Minute || e.Remedy != "do this" || !errors.Is(e, cause) || !strings.HasPrefix(e.Error(), "read 3 calendars: ") {
					t.Errorf("%+v", res)
				}
				if res.Asked != 3 || res.Read != 0 || len(res.Failed) != 1 || res.Failed["b"] == nil {
					t.Errorf("%+v", res)
				}
				time.Sleep(59 * time.Second)
				synctest.Wait()
				if calls := asked.list(); len(calls) != 1 {
					t.Fatalf("asked again after %v in spite of Retry-After", calls[1].at.Sub(calls[0].at))
				}
				time.Sleep(2 * time.Second)
				synctest.Wait()
				if res := r.last(); res.Err != nil || res.Read != 3 {
					t.Errorf("after the Retry-After: %+v", res)
				}
			})
		})
	}
}

// TestARoundWithoutNews is one in which every room waits for its own next try.
func TestARoundWithoutNews(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var asked journal
		r := start(t, syncer.Config{Store: newMemory("a", "b"), Source: recording(&asked, func(requests []syncer.Request) ([]syncer.Change, error) {
			out := make([]syncer.Change, len(requests))
			for i := range out {
				out[i].Err = &syncer.Error{Kind: syncer.Denied}
			}
			return out, nil
		})})
		synctest.Wait()
		if res := r.last(); res.Asked != 2 || res.Read != 0 || len(res.Failed) != 2 || res.Err != nil {
			t.Errorf("%+v", res)
		}
		time.Sleep(time.Hour)
		synctest.Wait()
		quiet := 0
		if err := r.stop(); !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		for _, res := range r.results {
			if res.Asked == 0 {
				quiet++
			}
			if len(res.Failed) != 2 || res.Read != 0 {
				t.Errorf("%+v", res)
			}
		}
		if quiet < 90 || r.rounds()-quiet != len(asked.list()) {
			t.Errorf("%d of %d rounds asked for nothing, the source was asked %d times", quiet, r.rounds(), len(asked.list()))
		}
	})
}

// TestNoRoomIsAlwaysBehindTheBreak has a system that throttles every round after
// twenty rooms of a hundred.
func TestNoRoomIsAlwaysBehindTheBreak(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var asked journal
		store := newMemory()
		for i := range 100 {
			store.add(calendar.RoomID(fmt.Sprint("r", i)))
		}
		r := start(t, syncer.Config{Store: store, Source: recording(&asked, func(requests []syncer.Request) ([]syncer.Change, error) {
			return cut(requests, 20, &syncer.Error{Kind: syncer.Throttled, RetryAfter: 30 * time.Second})
		})})
		time.Sleep(24 * time.Hour) // about 280 rounds: a room is left out of all with a chance of 0.8^280
		synctest.Wait()
		if err := r.stop(); !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		if len(store.readAt) != 100 || len(r.last().Failed) != 0 {
			t.Errorf("%d rooms of 100 were read, %d failed", len(store.readAt), len(r.last().Failed))
		}
	})
}
