package app

import (
	"context"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/roomink/roomink/engine"
)

// shown records what a pump showed, as "page 3" or "tray 3".
type shown struct {
	mu   sync.Mutex
	list []string
}

func (s *shown) add(what string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.list = append(s.list, what)
}

func (s *shown) take() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := s.list
	s.list = nil
	return list
}

func startPump(t *testing.T, do func(func())) (*pump, chan<- engine.Snapshot, *shown, func()) {
	t.Helper()
	log := &shown{}
	p := newPump(func(s engine.Snapshot, visible bool) func() {
		return func() {
			what := "tray "
			if visible {
				what = "page "
			}
			log.add(what + string(rune('0'+s.Seq)))
		}
	}, do)
	ctx, cancel := context.WithCancel(t.Context())
	snapshots := make(chan engine.Snapshot)
	ended := make(chan struct{})
	go func() { defer close(ended); p.run(ctx, snapshots) }()
	return p, snapshots, log, func() { cancel(); <-ended }
}

func inline(f func()) { f() }

func expect(t *testing.T, log *shown, want ...string) {
	t.Helper()
	synctest.Wait()
	if got := log.take(); !slices.Equal(got, want) {
		t.Errorf("shown %q, want %q", got, want)
	}
}

func TestPumpFeedsOnlyTheTrayWhileHiddenAndCatchesUpWhenShown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, snapshots, log, stop := startPump(t, inline)
		defer stop()
		p.setVisible(true)
		expect(t, log) // nothing known yet
		snapshots <- engine.Snapshot{Seq: 1}
		expect(t, log, "page 1")
		p.setVisible(false)
		synctest.Wait()
		log.take()
		snapshots <- engine.Snapshot{Seq: 2}
		snapshots <- engine.Snapshot{Seq: 3}
		expect(t, log, "tray 2", "tray 3")
		time.Sleep(10 * p.tick)
		expect(t, log) // relative times of a hidden window cost nothing
		p.setVisible(true)
		expect(t, log, "page 3")
	})
}

func TestPumpKeepsRelativeTimesUpToDate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, snapshots, log, stop := startPump(t, inline)
		defer stop()
		p.setVisible(true)
		synctest.Wait()
		snapshots <- engine.Snapshot{Seq: 1}
		expect(t, log, "page 1")
		time.Sleep(p.tick + time.Second)
		expect(t, log, "page 1")
	})
}

func TestPumpTellsWhenThePageShowsTheNewestState(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, snapshots, log, stop := startPump(t, inline)
		defer stop()
		p.setVisible(true)
		early := p.refresh() // before anything is known
		expect(t, log)
		snapshots <- engine.Snapshot{Seq: 1}
		<-early
		expect(t, log, "page 1")
		<-p.refresh()
		if got := log.take(); !slices.Equal(got, []string{"page 1"}) {
			t.Errorf("shown %q after a refresh", got)
		}
	})
}

// A busy window must neither pile functions up nor stop the program from ending.
func TestPumpWaitsForTheWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var queue []func()
		queued := func() []func() { mu.Lock(); defer mu.Unlock(); return queue }
		p, snapshots, log, stop := startPump(t, func(f func()) { mu.Lock(); defer mu.Unlock(); queue = append(queue, f) })
		p.setVisible(true)
		synctest.Wait()
		snapshots <- engine.Snapshot{Seq: 1}
		synctest.Wait()
		select {
		case snapshots <- engine.Snapshot{Seq: 2}:
			t.Error("the pump took a second snapshot before the first was shown")
		default:
		}
		if n := len(queued()); n != 1 {
			t.Fatalf("%d functions are queued, want 1", n)
		}
		queued()[0]()
		expect(t, log, "page 1")
		snapshots <- engine.Snapshot{Seq: 2} // never shown: the window has quit
		synctest.Wait()
		stop()
	})
}
