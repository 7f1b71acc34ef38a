package syncer_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/syncer"
)

// office is the truth: calendars that people edit, with a change log for
// cursors. It tells changes the way Graph does: single events one by one, a
// touched series as a whole and without a word on its deleted occurrences.
type office struct {
	dice  sync.Mutex
	rnd   *rand.Rand
	mu    sync.Mutex
	rooms map[calendar.RoomID]*room
	chaos bool
}

type room struct {
	events  map[string]calendar.Event
	log     []string // the event or, with the prefix "series:", the series that changed
	expired int      // cursors below are too old
}

func (o *office) roll(n int) int {
	o.dice.Lock()
	defer o.dice.Unlock()
	return o.rnd.IntN(n)
}

func (o *office) edit() {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, r := range o.rooms {
		if o.roll(2) == 0 {
			continue
		}
		id, series := fmt.Sprint("e", o.roll(12)), ""
		if o.roll(2) == 0 {
			series = fmt.Sprint("s", o.roll(3))
			id = fmt.Sprint(series, "-", o.roll(5))
		}
		if o.roll(3) == 0 {
			delete(r.events, id)
		} else {
			r.events[id] = calendar.Event{ID: id, SeriesID: series, Subject: fmt.Sprint(o.roll(1 << 30))}
		}
		if series != "" {
			id = "series:" + series
		}
		r.log = append(r.log, id)
	}
}

func (o *office) changes(ctx context.Context, requests []syncer.Request) ([]syncer.Change, error) {
	time.Sleep(time.Duration(o.roll(2000)) * time.Millisecond)
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.chaos && o.roll(6) == 0 {
		return nil, &syncer.Error{Kind: syncer.Offline, RetryAfter: time.Duration(o.roll(60)) * time.Second}
	}
	out := make([]syncer.Change, len(requests))
	for i, req := range requests {
		out[i] = o.change(req)
	}
	if o.chaos && o.roll(6) == 0 { // the line goes dead after some answers
		err := &syncer.Error{Kind: syncer.Offline}
		for i := o.roll(len(out)); i < len(out); i++ {
			out[i] = syncer.Change{Err: err}
		}
		return out, err
	}
	return out, ctx.Err()
}

func (o *office) change(req syncer.Request) syncer.Change {
	r := o.rooms[req.Room]
	if o.chaos && o.roll(8) == 0 {
		return syncer.Change{Err: errors.New("this mailbox is having a bad day")}
	}
	if o.chaos && o.roll(20) == 0 {
		r.expired = len(r.log)
	}
	c := syncer.Change{Room: req.Room, Cursor: strconv.Itoa(len(r.log))}
	if req.Cursor == "" {
		c.Full = true
		for _, e := range r.events {
			c.Events = append(c.Events, e)
		}
		return c
	}
	from, err := strconv.Atoi(req.Cursor)
	if err != nil || from < r.expired {
		return syncer.Change{Err: &syncer.Error{Kind: syncer.Resync}}
	}
	for _, id := range r.log[from:] {
		if series, ok := strings.CutPrefix(id, "series:"); ok {
			c.Series = append(c.Series, series)
			for _, e := range r.events {
				if e.SeriesID == series {
					c.Events = append(c.Events, e)
				}
			}
		} else if e, ok := r.events[id]; ok {
			c.Events = append(c.Events, e)
		} else {
			c.Removed = append(c.Removed, id)
		}
	}
	return c
}

// TestTheStoreEqualsTheTruth lets people edit for days while everything fails
// now and then; when the faults end, the store is right after one interval more
// than the longest wait of a room.
func TestTheStoreEqualsTheTruth(t *testing.T) {
	for seed := range uint64(6) {
		synctest.Test(t, func(t *testing.T) {
			o := &office{rnd: rand.New(rand.NewPCG(seed, 1)), rooms: map[calendar.RoomID]*room{}, chaos: true}
			store := newMemory()
			for i := range 7 {
				id := calendar.RoomID(fmt.Sprint("room", i))
				o.rooms[id] = &room{events: map[string]calendar.Event{}}
				store.add(id)
			}
			r := start(t, syncer.Config{Store: store, Source: source{changes: o.changes}})
			for range 400 {
				time.Sleep(time.Duration(1+o.roll(400)) * time.Second)
				o.edit()
				if o.roll(10) == 0 {
					r.Kick()
				}
				if o.roll(100) == 0 { // the engine restarts
					_ = r.stop()
					r = start(t, syncer.Config{Store: store, Source: source{changes: o.changes}})
				}
			}
			o.mu.Lock()
			o.chaos = false
			o.mu.Unlock()
			time.Sleep(19 * time.Minute)
			synctest.Wait()
			for id, want := range o.rooms {
				if !maps.Equal(store.events[id], want.events) {
					t.Errorf("seed %d, %s: stored %v, true %v", seed, id, store.events[id], want.events)
				}
			}
			if res := r.last(); res.Err != nil || len(res.Failed) != 0 {
				t.Errorf("seed %d: %+v", seed, res)
			}
		})
	}
}
