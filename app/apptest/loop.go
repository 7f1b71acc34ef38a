package apptest

import (
	"sync"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
)

// Loop is Fyne's test app with a UI goroutine of its own, as a real window system
// has: fyne.Do queues, and Run works the queue off until Quit. Fyne's test driver
// runs such functions on whichever goroutine calls, which hides errors of threading
// from the race detector.
type Loop struct {
	fyne.App
	driver *loopDriver

	mu   sync.Mutex
	quit bool
}

// NewLoop makes the app and makes it Fyne's current one for the test.
func NewLoop(t *testing.T) *Loop {
	a := test.NewTempApp(t)
	l := &Loop{App: a, driver: &loopDriver{Driver: a.Driver(), wake: make(chan struct{}, 1)}}
	fyne.SetCurrentApp(l)
	return l
}

// Driver implements fyne.App.
func (l *Loop) Driver() fyne.Driver { return l.driver }

// Run implements fyne.App: it is the UI goroutine until Quit.
func (l *Loop) Run() {
	for {
		for _, f := range l.driver.take() {
			f()
		}
		if l.Over() {
			return
		}
		<-l.driver.wake
	}
}

// Quit implements fyne.App. Functions still queued never run, as in the real one.
func (l *Loop) Quit() {
	l.mu.Lock()
	l.quit = true
	l.mu.Unlock()
	l.driver.nudge()
}

// Over reports whether Quit was called.
func (l *Loop) Over() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.quit
}

type loopDriver struct {
	fyne.Driver
	wake chan struct{}

	mu    sync.Mutex
	queue []func()
}

func (d *loopDriver) DoFromGoroutine(f func(), wait bool) {
	done := make(chan struct{})
	d.mu.Lock()
	d.queue = append(d.queue, func() { f(); close(done) })
	d.mu.Unlock()
	d.nudge()
	if wait {
		<-done
	}
}

func (d *loopDriver) take() []func() {
	d.mu.Lock()
	defer d.mu.Unlock()
	list := d.queue
	d.queue = nil
	return list
}

func (d *loopDriver) nudge() {
	select {
	case d.wake <- struct{}{}:
	default:
	}
}
