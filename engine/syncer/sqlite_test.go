package syncer_test

import (
	"context"
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
	"github.com/roomink/roomink/engine/store"
	"github.com/roomink/roomink/engine/syncer"
)

// exchange is an office like the one of truth_test.go, whose events have times and whose
// cursors are bound to a window; it keeps some edits to itself for ever.
type exchange struct {
	office
	silent int // edits of which a cursor never learns
}

// book edits some room.
func (x *exchange) book() {
	x.mu.Lock()
	defer x.mu.Unlock()
	rooms := len(x.rooms)
	r := x.rooms[calendar.RoomID(fmt.Sprint("room", x.roll(rooms)))]
	id, series := fmt.Sprint("e", x.roll(12)), ""
	if x.roll(2) == 0 {
		series = fmt.Sprint("s", x.roll(3))
		id = fmt.Sprint(series, "-", x.roll(5))
	}
	if x.roll(3) == 0 {
		delete(r.events, id)
	} else {
		start := time.Now().UTC().Truncate(time.Minute).Add(time.Duration(x.roll(14*24)-3*24) * time.Hour)
		r.events[id] = calendar.Event{ID: id, SeriesID: series, Subject: fmt.Sprint(x.roll(1 << 30)), Start: start, End: start.Add(time.Duration(x.roll(300)) * time.Minute)}
	}
	if x.roll(8) == 0 {
		x.silent++
		return
	}
	if series != "" {
		id = "series:" + series
	}
	r.log = append(r.log, id)
}

func inside(w syncer.Window, e calendar.Event) bool {
	return e.Start.Before(w.To) && e.End.After(w.From)
}

func (x *exchange) changes(ctx context.Context, requests []syncer.Request) ([]syncer.Change, error) {
	within := make([]syncer.Request, len(requests))
	for i, req := range requests {
		within[i] = req
		if at, _, ok := strings.Cut(req.Cursor, "|"); ok {
			within[i].Cursor = at
		}
	}
	out, err := x.office.changes(ctx, within)
	for i := range out {
		c, w := &out[i], requests[i].Window
		if c.Err != nil {
			continue
		}
		if _, bound, ok := strings.Cut(requests[i].Cursor, "|"); ok && bound != words(w) {
			c.Err = &syncer.Error{Kind: syncer.Failed, Op: "a cursor of another window"}
			continue
		}
		c.Cursor += "|" + words(w)
		all := c.Events
		c.Events = nil
		for _, e := range all {
			if inside(w, e) {
				c.Events = append(c.Events, e)
			} else {
				c.Removed = append(c.Removed, e.ID) // announced, though never shown (graph.md 3.3)
			}
		}
	}
	return out, err
}

func words(w syncer.Window) string {
	return strconv.FormatInt(w.From.Unix(), 10) + "-" + strconv.FormatInt(w.To.Unix(), 10)
}

// healing counts what the full readings set right.
type healing struct {
	mu    sync.Mutex
	total int
}

func (h *healing) add(r syncer.Result) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.total += r.Healed
}

// TestTheRealStoreEqualsTheTruth lets people edit for three days while everything fails
// now and then, the engine restarts, and some edits are never announced. A night after
// the last fault the database holds just what is true, in every room's window.
func TestTheRealStoreEqualsTheTruth(t *testing.T) {
	for seed := range uint64(2) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { liveOnSQLite(t, seed) })
		})
	}
}

func liveOnSQLite(t *testing.T, seed uint64) {
	const n = 23 // two steps
	x := &exchange{office: office{rnd: rand.New(rand.NewPCG(seed, 2)), rooms: map[calendar.RoomID]*room{}, chaos: true}}
	var list []calendar.Room
	for i := range n {
		id := calendar.RoomID(fmt.Sprint("room", i))
		x.rooms[id] = &room{events: map[string]calendar.Event{}}
		list = append(list, calendar.Room{ID: id})
	}
	dir := t.TempDir()
	var healed healing
	run := func() (*store.DB, func()) {
		db, err := store.Open(t.Context(), dir, nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := db.SaveRooms(t.Context(), list, time.Now()); err != nil {
			t.Fatal(err)
		}
		s := syncer.New(syncer.Config{Source: source{changes: x.changes}, Store: db, Window: officeWindow, OnResult: healed.add})
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- s.Serve(ctx) }()
		return db, func() {
			cancel()
			<-done
			if err := db.Close(); err != nil {
				t.Error(err)
			}
		}
	}
	db, stop := run()
	for end := time.Now().Add(72 * time.Hour); time.Now().Before(end); {
		time.Sleep(time.Duration(1+x.roll(1200)) * time.Second)
		x.book()
		if x.roll(60) == 0 {
			stop()
			time.Sleep(time.Duration(x.roll(14)) * time.Hour)
			db, stop = run()
		}
	}
	x.mu.Lock()
	x.chaos = false
	x.mu.Unlock()
	calm := time.Now().UTC()
	time.Sleep(calm.Truncate(24 * time.Hour).Add(30 * time.Hour).Sub(calm)) // six in the morning: all windows have turned
	synctest.Wait()
	cursors, err := db.Cursors(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range cursors {
		if w := officeWindow(time.Now()); c.Window != w {
			t.Errorf("%s holds the window %v; want %v", c.Room, c.Window, w)
		}
		want := maps.Clone(x.rooms[c.Room].events)
		maps.DeleteFunc(want, func(_ string, e calendar.Event) bool { return !inside(c.Window, e) })
		got := map[string]calendar.Event{}
		events, err := db.Events(t.Context(), c.Room)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range events {
			got[e.ID] = e
		}
		if !maps.Equal(got, want) {
			t.Errorf("%s: stored %v, true %v", c.Room, got, want)
		}
	}
	stop()
	if x.silent == 0 || healed.total == 0 {
		t.Errorf("%d edits were silent, %d events healed; want some", x.silent, healed.total)
	}
	t.Logf("%d edits were silent, %d events healed", x.silent, healed.total)
}
