package app

import (
	"context"
	"sync"
	"time"

	"github.com/roomink/roomink/engine"
)

// pump brings snapshots from the engine to the window: it is the one goroutine that
// does so, and the only place that hands widgets new data.
//
// It prepares what is to be shown off the UI goroutine, hands over one small
// function, and waits for that to run, so a slow window makes it skip snapshots
// and never lets a queue grow. While the window is hidden it feeds the tray alone.
type pump struct {
	// prepare works out, off the UI goroutine, what the window and the tray shall
	// show, and gives the function that shows it.
	prepare func(s engine.Snapshot, visible bool) (show func())
	// do queues a function for the UI goroutine.
	do func(func())
	// tick is how often relative times ("5 min ago") are brought up to date.
	tick time.Duration

	wake chan struct{} // holds one: there is something to do

	mu      sync.Mutex
	visible bool
	waiting []chan struct{} // closed once the window shows the newest snapshot
}

func newPump(prepare func(engine.Snapshot, bool) func(), do func(func())) *pump {
	return &pump{prepare: prepare, do: do, tick: 20 * time.Second, wake: make(chan struct{}, 1)}
}

// run works until ctx ends or snapshots closes.
func (p *pump) run(ctx context.Context, snapshots <-chan engine.Snapshot) {
	ticker := time.NewTicker(p.tick)
	defer ticker.Stop()
	var last *engine.Snapshot
	for {
		ticked := false
		select {
		case <-ctx.Done():
			return
		case s, ok := <-snapshots:
			if !ok {
				return
			}
			last = &s
		case <-p.wake:
		case <-ticker.C:
			ticked = true
		}
		if last == nil {
			continue // whoever waits goes on waiting: the first snapshot comes at once
		}
		visible, waiting := p.take()
		if ticked && !visible {
			continue // the tray shows no times
		}
		p.deliver(ctx, p.prepare(*last, visible))
		for _, done := range waiting {
			close(done)
		}
	}
}

// take gives what was asked for since the last time.
func (p *pump) take() (visible bool, waiting []chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	waiting, p.waiting = p.waiting, nil
	return p.visible, waiting
}

// deliver runs show on the UI goroutine and waits for it. Functions still queued
// when Fyne quits never run, so the end of ctx releases it too.
func (p *pump) deliver(ctx context.Context, show func()) {
	shown := make(chan struct{})
	p.do(func() {
		defer close(shown)
		show()
	})
	select {
	case <-shown:
	case <-ctx.Done():
	}
}

// setVisible tells the pump that the window was shown or hidden. It never blocks.
func (p *pump) setVisible(visible bool) {
	p.mu.Lock()
	p.visible = visible
	p.mu.Unlock()
	p.nudge()
}

// refresh asks the pump to show the newest snapshot again, such as on another page.
// The channel closes when that is done, or never if the pump has ended. It never blocks.
func (p *pump) refresh() <-chan struct{} {
	done := make(chan struct{})
	p.mu.Lock()
	p.waiting = append(p.waiting, done)
	p.mu.Unlock()
	p.nudge()
	return done
}

func (p *pump) nudge() {
	select {
	case p.wake <- struct{}{}:
	default: // it is awake already and will take this too
	}
}
