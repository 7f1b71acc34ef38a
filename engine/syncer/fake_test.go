package syncer_test

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/syncer"
)

// source is a syncer.Source of functions.
type source struct {
	rooms   func(ctx context.Context) ([]calendar.Room, error)
	changes func(ctx context.Context, requests []syncer.Request) ([]syncer.Change, error)
}

func (s source) Rooms(ctx context.Context) ([]calendar.Room, error) { return s.rooms(ctx) }

func (s source) Changes(ctx context.Context, r []syncer.Request) ([]syncer.Change, error) {
	return s.changes(ctx, r)
}

// nothing answers every request with no change.
func nothing(requests []syncer.Request) []syncer.Change {
	out := make([]syncer.Change, len(requests))
	for i, r := range requests {
		out[i] = syncer.Change{Room: r.Room, Full: r.Cursor == "", Cursor: "c"}
	}
	return out
}

// memory is a syncer.Store in memory; it counts what is healed as the real one does. fail, if set, fails every Apply.
type memory struct {
	mu      sync.Mutex
	order   []calendar.RoomID
	cursors map[calendar.RoomID]syncer.Request
	events  map[calendar.RoomID]map[string]calendar.Event
	readAt  map[calendar.RoomID]time.Time
	fail    error
}

func newMemory(rooms ...calendar.RoomID) *memory {
	m := &memory{cursors: map[calendar.RoomID]syncer.Request{}, events: map[calendar.RoomID]map[string]calendar.Event{}, readAt: map[calendar.RoomID]time.Time{}}
	for _, r := range rooms {
		m.add(r)
	}
	return m
}

func (m *memory) add(r calendar.RoomID) {
	if _, ok := m.cursors[r]; !ok {
		m.order = append(m.order, r)
		m.cursors[r] = syncer.Request{Room: r}
		m.events[r] = map[string]calendar.Event{}
	}
}

func (m *memory) Cursors(ctx context.Context) ([]syncer.Request, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []syncer.Request
	for _, r := range m.order {
		out = append(out, m.cursors[r])
	}
	return out, ctx.Err()
}

func (m *memory) Apply(ctx context.Context, c syncer.Change, w syncer.Window, at time.Time) (syncer.Applied, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fail != nil || ctx.Err() != nil {
		return syncer.Applied{}, max2(m.fail, ctx.Err())
	}
	if !slices.Contains(m.order, c.Room) {
		return syncer.Applied{}, errors.New("not found")
	}
	if !c.Full && m.cursors[c.Room].Cursor == "" {
		return syncer.Applied{}, &syncer.Error{Kind: syncer.Resync, Op: "continue the calendar of " + string(c.Room)}
	}
	before, continued := maps.Clone(m.events[c.Room]), m.cursors[c.Room].Cursor != ""
	events := m.events[c.Room]
	if c.Full {
		clear(events)
	}
	maps.DeleteFunc(events, func(_ string, e calendar.Event) bool {
		return e.SeriesID != "" && slices.Contains(c.Series, e.SeriesID)
	})
	for _, id := range c.Removed {
		delete(events, id)
	}
	for _, e := range c.Events {
		events[e.ID] = e
	}
	m.cursors[c.Room] = syncer.Request{Room: c.Room, Cursor: c.Cursor, Window: w}
	m.readAt[c.Room] = at
	did := syncer.Applied{Changed: !maps.Equal(before, events)}
	if c.Full && continued { // its events have no times: all are in any window
		for id, e := range events {
			if before[id] != e {
				did.Healed++
			}
			delete(before, id)
		}
		did.Healed += len(before)
	}
	return did, nil
}

// remove forgets a room, as when a person deletes it.
func (m *memory) remove(r calendar.RoomID) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.order = slices.DeleteFunc(m.order, func(id calendar.RoomID) bool { return id == r })
	delete(m.cursors, r)
	delete(m.events, r)
}

// count is how many events of a room are stored.
func (m *memory) count(room calendar.RoomID) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.events[room])
}

func max2(a, b error) error {
	if a != nil {
		return a
	}
	return b
}

func (m *memory) SaveRooms(_ context.Context, rooms []calendar.Room, _ time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, r := range rooms {
		m.add(r.ID)
	}
	return nil
}

// running starts a service and gives its results; stop ends and waits for it.
type running struct {
	*syncer.Service
	mu      sync.Mutex
	results []syncer.Result
	changed [][]calendar.RoomID
	stop    func() error
}

func start(t *testing.T, cfg syncer.Config) *running {
	t.Helper()
	r := &running{}
	cfg.OnResult = func(res syncer.Result) {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.results = append(r.results, res)
	}
	cfg.OnChange = func(rooms []calendar.RoomID) {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.changed = append(r.changed, rooms)
	}
	r.Service = syncer.New(cfg)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- r.Serve(ctx) }()
	r.stop = sync.OnceValue(func() error { cancel(); return <-done })
	t.Cleanup(func() { _ = r.stop() })
	return r
}

func (r *running) last() syncer.Result {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.results) == 0 {
		return syncer.Result{}
	}
	return r.results[len(r.results)-1]
}

func (r *running) rounds() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.results)
}

// told is what OnChange heard, call by call.
func (r *running) told() [][]calendar.RoomID {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.changed)
}
