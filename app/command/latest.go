package command

import "context"

// Latest runs work of which only the newest matters, such as the pictures of a slider
// that is being dragged: one piece at a time, and after it the newest that was asked
// for meanwhile. Those between never run, so nothing queues up, and what ends last is
// what was asked for last. Its methods are for the UI goroutine.
type Latest struct {
	hub  *Hub
	busy bool
	next *job
}

type job struct {
	work func(context.Context) error
	done func(error)
}

// NewLatest makes one that has nothing to do.
func (h *Hub) NewLatest() *Latest { return &Latest{hub: h} }

// Run does work off the UI goroutine, now or when the one before it has ended, unless
// a newer one takes its place; done then runs on the UI goroutine.
func (l *Latest) Run(work func(context.Context) error, done func(error)) {
	if l.busy {
		l.next = &job{work, done}
		return
	}
	l.busy = true
	l.hub.Background(work, func(err error) {
		done(err)
		l.busy = false
		if next := l.next; next != nil {
			l.next = nil
			l.Run(next.work, next.done)
		}
	})
}
