package engine

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/roomink/roomink/engine/display"
)

// deaf panels hang in every push for a minute, and their driver heeds no context.
type deaf struct{ *life }

func (d deaf) Push(ctx context.Context, to display.Display, f display.Frame) (display.Receipt, error) {
	time.Sleep(time.Minute)
	return d.life.Push(ctx, to, f)
}

// patient panels hang until their context ends.
type patient struct{ *life }

func (p patient) Push(ctx context.Context, to display.Display, _ display.Frame) (display.Receipt, error) {
	<-ctx.Done()
	p.set(func() { p.glass[to.ID] = "torn" })
	return display.Receipt{}, ctx.Err()
}

// Whoever shuts the computer down waits for nobody: the engine ends within two seconds
// whatever its pushes do, with everything saved, and takes those glasses for unknown.
func TestShutdown(t *testing.T) {
	tests := map[string]func(l *life) display.Driver{
		"pushes that end when told to":   func(l *life) display.Driver { return patient{l} },
		"pushes that can't be told":      func(l *life) display.Driver { return deaf{l} },
		"no pushes going on at all, too": func(l *life) display.Driver { return l },
	}
	for name, driver := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				const n = 3
				l := newLife(n, n)
				cfg := l.config(t, t.TempDir())
				cfg.Drivers = []display.Driver{driver(l)}
				e, err := Open(t.Context(), cfg)
				must(t, err)
				ctx, cancel := context.WithCancel(t.Context())
				ended := make(chan error, 1)
				go func() { ended <- e.Run(ctx) }()
				settle(time.Minute)
				for i := range n {
					_, err := e.AddDisplay(t.Context(), string(displayID(i))[len("memory:"):])
					must(t, err)
					must(t, e.Assign(t.Context(), displayID(i), roomID(i)))
				}
				settle(time.Second)
				l.set(func() { l.changed[roomID(0)] = time.Now().Add(-time.Hour) }) // no news, but a cursor
				settle(30 * time.Second)
				read := e.Snapshot().Rooms[0].SyncedAt
				began := time.Now()
				cancel()
				must(t, <-ended)
				must(t, e.Close())
				if took := time.Since(began); took > 2*time.Second {
					t.Errorf("it took %v to end", took)
				}
				db := openStore(t, cfg.Dir) // which is free by now
				rooms, err := db.Rooms(t.Context())
				must(t, err)
				if !rooms[0].SyncedAt.Equal(read.Truncate(time.Millisecond)) {
					t.Errorf("the last reading is stored as of %v; it was at %v", rooms[0].SyncedAt, read)
				}
				displays, err := db.Displays(t.Context())
				must(t, err)
				for _, d := range displays {
					if d.Delivered != l.shows(d.ID) && d.Delivered != "" {
						t.Errorf("%s shows %q by the store; it shows %q", d.ID, d.Delivered, l.shows(d.ID))
					}
				}
				must(t, db.Close())
				cfg.Drivers = []display.Driver{l}
				settle(time.Minute) // until the deaf ones are done
				e, _ = run(t, cfg)
				settle(bound)
				for _, d := range e.Snapshot().Displays {
					if d.Delivery != Delivered || l.shows(d.ID) != d.Frame.Hash {
						t.Errorf("after the next start: %+v", d)
					}
				}
			})
		})
	}
}
