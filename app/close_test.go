package app

import (
	"context"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"github.com/roomink/roomink/app/apptest"
)

// made gives a desktop whose functions run on the test's goroutine.
func made(t *testing.T, hides bool) (*App, *apptest.Loop) {
	t.Helper()
	full := apptest.Snapshot(apptest.Noon)
	loop := apptest.NewLoop(t)
	a := New(Config{Fyne: loop, Engine: apptest.NewEngine(full, full), Explain: apptest.Explain,
		Now: func() time.Time { return apptest.Noon }, TrayThere: func(context.Context) bool { return hides }})
	a.hub.Open(t.Context())
	a.hides = hides
	a.show()
	return a, loop
}

func tapIn(t *testing.T, a *App, label string) {
	t.Helper()
	b := apptest.Find[*widget.Button](a.window.win, label)
	if b == nil {
		t.Fatalf("there is no button %q in %q", label, apptest.Texts(a.window.win))
	}
	b.OnTapped()
}

func visible(a *App) bool {
	v, _ := a.pump.take()
	return v
}

func TestClosingHidesWhereThereIsATrayAndSaysSoOnce(t *testing.T) {
	a, _ := made(t, true)
	const words = "Your signs stay up to date."
	a.closed()
	if !apptest.Shows(a.window.win, words) || !visible(a) {
		t.Fatalf("the first time is not told: %q", apptest.Texts(a.window.win))
	}
	tapIn(t, a, "Hide the window")
	if visible(a) {
		t.Fatal("the window did not hide")
	}
	a.show()
	a.closed()
	if apptest.Shows(a.window.win, words) || visible(a) {
		t.Error("the second time is told again, or does not hide")
	}
}

func TestClosingAsksWhereThereIsNoTray(t *testing.T) {
	a, loop := made(t, false)
	a.closed()
	if !apptest.Shows(a.window.win, "Signs are kept up to date only while Roomink runs.") {
		t.Fatalf("shows %q", apptest.Texts(a.window.win))
	}
	tapIn(t, a, "Stay")
	if loop.Over() || !visible(a) {
		t.Fatal("Stay quits, or hides a window that nothing can bring back")
	}
	a.closed()
	tapIn(t, a, "Quit")
	if !loop.Over() {
		t.Error("Quit does not quit")
	}
}

// A key that a dialog has no use for must not press Next behind it.
func TestEnterStaysInTheDialog(t *testing.T) {
	a, _ := made(t, false)
	a.window.open("setup")
	enter := func() { a.window.win.Canvas().OnTypedKey()(&fyne.KeyEvent{Name: fyne.KeyReturn}) }
	a.closed()
	enter()
	const second = "Begin a registration in the admin centre"
	if apptest.Shows(a.window.win, second) {
		t.Error("Enter went on behind the dialog")
	}
	tapIn(t, a, "Stay")
	enter()
	if !apptest.Shows(a.window.win, second) {
		t.Errorf("Enter does not go on: %q", apptest.Texts(a.window.win))
	}
}
