// Package command runs the engine's commands for the pages: off the UI goroutine,
// with progress, with a way to cancel, and with the outcome told in place.
//
// A page holds an [Area] where outcomes appear, and starts a [Task] in it from the
// callback of a button. The [Hub] owns every goroutine that results.
package command

import (
	"context"
	"errors"
	"sync"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/roomink/roomink/app/words"
	"github.com/roomink/roomink/app/xwidget"
	"github.com/roomink/roomink/engine"
)

// Config is what a hub needs.
type Config struct {
	// Explain puts an error into words for a person.
	Explain func(error) engine.Explanation
	// Do runs a function on the UI goroutine, as fyne.Do does.
	Do func(func())
	// Go starts work; nil means a goroutine. Tests run it inline.
	Go func(func())
}

// Hub starts work and waits for it at the end. Its methods are for the UI goroutine
// unless they say otherwise.
type Hub struct {
	cfg Config
	// ctx is stored, against the house's rule, because callbacks of widgets carry
	// none: it is the life of the window.
	ctx    context.Context
	cancel context.CancelFunc
	wg     sync.WaitGroup
	areas  []*Area
}

// NewHub makes a hub that can work once it is open.
func NewHub(cfg Config) *Hub {
	h := &Hub{cfg: cfg}
	if cfg.Go == nil {
		h.cfg.Go = func(f func()) { h.wg.Go(f) }
	}
	return h
}

// Inline makes an open hub for tests: work and outcome happen before Run returns.
func Inline(ctx context.Context, explain func(error) engine.Explanation) *Hub {
	now := func(f func()) { f() }
	h := NewHub(Config{Explain: explain, Do: now, Go: now})
	h.Open(ctx)
	return h
}

// Open lets work begin; it ends with ctx or Close. Call it before any widget can be
// used.
func (h *Hub) Open(ctx context.Context) { h.ctx, h.cancel = context.WithCancel(ctx) }

// Close cancels all work and waits for it. It must not run on the UI goroutine
// while that goroutine is still needed by the work's end; after Fyne's Run it may.
func (h *Hub) Close() {
	h.cancel()
	h.wg.Wait()
}

// Background runs work without telling of its progress; done, which may be nil,
// then runs on the UI goroutine.
func (h *Hub) Background(work func(context.Context) error, done func(error)) {
	h.cfg.Go(func() {
		err := work(h.ctx)
		if done != nil && h.ctx.Err() == nil {
			h.cfg.Do(func() { done(err) })
		}
	})
}

// OnUI runs a function on the UI goroutine, unless the window is gone. It is safe
// from any goroutine.
func (h *Hub) OnUI(f func()) {
	if h.ctx.Err() == nil {
		h.cfg.Do(f)
	}
}

// Explain puts an error into words, for outcomes that a page words itself.
func (h *Hub) Explain(err error) engine.Explanation { return h.cfg.Explain(err) }

// SetVisible stops every animation while the window is hidden.
func (h *Hub) SetVisible(visible bool) {
	for _, a := range h.areas {
		for _, r := range a.rows {
			r.animate(visible)
		}
	}
}

// Task is one command.
type Task struct {
	// Key tells tasks apart: one at a time runs under a key, and its outcome
	// replaces the last one's.
	Key string
	// Label says what is being done, while it is.
	Label string
	// Work is the command; it runs off the UI goroutine.
	Work func(context.Context) error
	// Success says that it is done; "" says nothing.
	Success string
	// Cancellable offers a Cancel button.
	Cancellable bool
	// Done, if not nil, runs on the UI goroutine after Work, with its error.
	Done func(error)
}

// Area is the place on a page where the progress and the outcomes of commands show.
type Area struct {
	widget.BaseWidget
	hub  *Hub
	box  *fyne.Container
	rows map[string]*row
}

// NewArea makes an area, which takes no room while there is nothing to tell.
func (h *Hub) NewArea() *Area {
	a := &Area{hub: h, box: xwidget.Stack(8), rows: make(map[string]*row)}
	a.Hide()
	a.ExtendBaseWidget(a)
	h.areas = append(h.areas, a)
	return a
}

// CreateRenderer implements fyne.Widget.
func (a *Area) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(a.box) }

// Running reports whether the task with the key is at work.
func (a *Area) Running(key string) bool {
	r, ok := a.rows[key]
	return ok && r.running
}

// Clear removes outcomes, and leaves what is running.
func (a *Area) Clear() {
	for key, r := range a.rows {
		if !r.running {
			a.remove(key)
		}
	}
}

// Run starts a task, unless one with its key is at work.
func (a *Area) Run(t Task) {
	if a.Running(t.Key) {
		return
	}
	a.Clear()
	ctx, cancel := context.WithCancel(a.hub.ctx)
	r := newRow(t, cancel)
	a.put(t.Key, r)
	a.hub.cfg.Go(func() {
		err := t.Work(ctx)
		cancel()
		if a.hub.ctx.Err() != nil {
			return // the window is gone
		}
		a.hub.cfg.Do(func() { a.finish(t, r, err) })
	})
}

// Tell puts a failure that did not come from a task into the area.
func (a *Area) Tell(key string, e engine.Explanation) {
	a.remove(key)
	a.put(key, &row{object: xwidget.NewExplanation(xwidget.Bad, words.Explanation(e), func() { a.remove(key) })})
}

// Fail explains an error in the area.
func (a *Area) Fail(key string, err error) { a.Tell(key, a.hub.cfg.Explain(err)) }

func (a *Area) finish(t Task, r *row, err error) {
	r.animate(false)
	a.remove(t.Key)
	switch {
	case errors.Is(err, context.Canceled):
		a.put(t.Key, &row{object: xwidget.NewStatus(xwidget.Neutral, lang.L("Cancelled"))})
	case err != nil:
		a.Fail(t.Key, err)
	case t.Success != "":
		a.put(t.Key, &row{object: xwidget.NewStatus(xwidget.Good, t.Success)})
	}
	if t.Done != nil {
		t.Done(err)
	}
}

func (a *Area) put(key string, r *row) {
	a.rows[key] = r
	a.box.Add(r.object)
	a.Show()
	a.Refresh()
}

func (a *Area) remove(key string) {
	if r, ok := a.rows[key]; ok {
		a.box.Remove(r.object)
		delete(a.rows, key)
		a.Hidden = len(a.rows) == 0
		a.Refresh()
	}
}

// row is one task at work, or its outcome.
type row struct {
	object  fyne.CanvasObject
	running bool
	bar     *widget.ProgressBarInfinite
}

func newRow(t Task, cancel func()) *row {
	r := &row{running: true, bar: widget.NewProgressBarInfinite()}
	var right fyne.CanvasObject
	if t.Cancellable {
		right = widget.NewButtonWithIcon(lang.L("Cancel"), theme.CancelIcon(), cancel)
	}
	progress := xwidget.Stack(8, xwidget.NewText(t.Label), xwidget.Slim(r.bar, 5))
	r.object = xwidget.NewPaddedCard(container.NewBorder(nil, nil, nil, right, xwidget.Pad(progress, 2, 12, 4, 2)), 10)
	return r
}

func (r *row) animate(on bool) {
	switch {
	case r.bar == nil || !r.running:
	case on:
		r.bar.Start()
	default:
		r.bar.Stop()
	}
}
