package command_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"

	"github.com/roomink/roomink/app/apptest"
	"github.com/roomink/roomink/app/command"
	"github.com/roomink/roomink/engine"
)

// queue stands for the UI goroutine: what is given to it runs when a test says so.
type queue struct{ list chan func() }

func newQueue() *queue              { return &queue{make(chan func(), 16)} }
func (q *queue) do(f func())        { q.list <- f }
func (q *queue) runOne()            { (<-q.list)() }
func (q *queue) empty() bool        { return len(q.list) == 0 }
func ok(context.Context) error      { return nil }
func block(c context.Context) error { <-c.Done(); return c.Err() }

func windowOf(t *testing.T, o fyne.CanvasObject) fyne.Window {
	t.Helper()
	w := test.NewTempWindow(t, o)
	w.Resize(fyne.NewSize(500, 300))
	return w
}

func TestOutcomesAreToldInPlace(t *testing.T) {
	test.NewTempApp(t)
	h := command.Inline(t.Context(), apptest.Explain)
	a := h.NewArea()
	w := windowOf(t, a)
	if a.Visible() {
		t.Error("an area with nothing to tell takes room")
	}
	var done []error
	run := func(key string, err error) {
		a.Run(command.Task{Key: key, Label: "at work", Success: "it worked", Work: func(context.Context) error { return err },
			Done: func(err error) { done = append(done, err) }})
	}
	run("a", nil)
	if !apptest.Shows(w, "it worked") || apptest.Shows(w, "at work") {
		t.Errorf("after success the area shows %q", apptest.Texts(w))
	}
	failure := &apptest.Failure{Title: "It broke", Text: "because", Remedy: "mend it", Details: "code 7"}
	run("a", failure)
	for _, part := range []string{"It broke", "because", "mend it", "Copy details"} {
		if !apptest.Shows(w, part) {
			t.Errorf("a failure does not show %q: %q", part, apptest.Texts(w))
		}
	}
	if apptest.Shows(w, "code 7") || apptest.Shows(w, "it worked") {
		t.Errorf("the area shows too much: %q", apptest.Texts(w))
	}
	test.Tap(apptest.Find[*widget.Button](w, "Copy details"))
	if got := fyne.CurrentApp().Clipboard().Content(); got != "It broke\nbecause\nmend it\ncode 7" {
		t.Errorf("copied %q", got)
	}
	run("b", context.Canceled)
	if apptest.Shows(w, "It broke") || !apptest.Shows(w, "Cancelled") {
		t.Errorf("after cancelling the area shows %q", apptest.Texts(w))
	}
	if len(done) != 3 || done[0] != nil || !errors.Is(done[1], failure) {
		t.Errorf("Done got %v", done)
	}
}

func TestOneTaskAtATimeUnderAKey(t *testing.T) {
	test.NewTempApp(t)
	synctest.Test(t, func(t *testing.T) {
		q := newQueue()
		h := command.NewHub(command.Config{Explain: apptest.Explain, Do: q.do})
		h.Open(t.Context())
		a := h.NewArea()
		w := windowOf(t, a)
		runs := 0
		task := command.Task{Key: "k", Label: "at work", Cancellable: true, Work: func(c context.Context) error { runs++; return block(c) }}
		a.Run(task)
		a.Run(task)
		synctest.Wait()
		if runs != 1 || !a.Running("k") || !apptest.Shows(w, "at work") {
			t.Errorf("%d runs, running %v, shows %q", runs, a.Running("k"), apptest.Texts(w))
		}
		h.SetVisible(false)
		h.SetVisible(true)
		a.Clear() // leaves what is running
		a.Run(command.Task{Key: "other", Label: "beside it", Work: ok, Success: "other done"})
		q.runOne()
		if !a.Running("k") || !apptest.Shows(w, "other done") {
			t.Errorf("shows %q", apptest.Texts(w))
		}
		test.Tap(apptest.Find[*widget.Button](w, "Cancel"))
		q.runOne()
		if a.Running("k") || !apptest.Shows(w, "Cancelled") {
			t.Errorf("after Cancel: running %v, shows %q", a.Running("k"), apptest.Texts(w))
		}
		h.Close()
	})
}

func TestNothingReachesAWindowThatIsGone(t *testing.T) {
	test.NewTempApp(t)
	synctest.Test(t, func(t *testing.T) {
		q := newQueue()
		h := command.NewHub(command.Config{Explain: apptest.Explain, Do: q.do})
		h.Open(t.Context())
		a := h.NewArea()
		called := func(error) { t.Error("told of an outcome after the end") }
		a.Run(command.Task{Key: "k", Work: block, Done: called})
		h.Background(block, called)
		synctest.Wait()
		h.Close() // cancels both and waits for them
		h.OnUI(func() { t.Error("ran after the end") })
		if !q.empty() {
			t.Error("something is queued for a window that is gone")
		}
	})
}

func TestBackgroundTellsItsError(t *testing.T) {
	h := command.Inline(t.Context(), apptest.Explain)
	want := errors.New("x")
	var got error
	h.Background(func(context.Context) error { return want }, func(err error) { got = err })
	if got != want {
		t.Errorf("got %v", got)
	}
	h.Background(ok, nil)
	test.NewTempApp(t)
	a := h.NewArea()
	w := windowOf(t, a)
	a.Tell("k", engine.Explanation{Title: "First"})
	a.Tell("k", engine.Explanation{Title: "Second"})
	if apptest.Shows(w, "First") || !apptest.Shows(w, "Second") {
		t.Errorf("shows %q", apptest.Texts(w))
	}
}
