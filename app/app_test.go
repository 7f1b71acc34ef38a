package app_test

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/png"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"

	"github.com/roomink/roomink/app"
	"github.com/roomink/roomink/app/apptest"
	"github.com/roomink/roomink/app/demo"
	"github.com/roomink/roomink/app/xwidget"
	"github.com/roomink/roomink/engine"
)

// drive runs the desktop over eng on this goroutine, as main does, and visit on
// another, and ends when visit has returned.
func drive(t *testing.T, eng *apptest.Engine, change func(*app.Config), visit func(*apptest.Loop, *app.App)) {
	t.Helper()
	loop := apptest.NewLoop(t)
	cfg := app.Config{
		Fyne: loop, Engine: eng, Explain: apptest.Explain, Logger: slog.New(slog.DiscardHandler),
		Now: func() time.Time { return apptest.Noon }, TrayThere: func(context.Context) bool { return false },
		OpenURL: func(string) error { return nil },
	}
	if change != nil {
		change(&cfg)
	}
	a := app.New(cfg)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	go func() {
		defer cancel()
		visit(loop, a)
	}()
	a.Run(ctx)
	if ctx.Err() == context.DeadlineExceeded {
		t.Fatal("the window did not end in time")
	}
}

// ask runs f on the UI goroutine and gives its answer.
func ask[T any](f func() T) T {
	answer := make(chan T, 1)
	fyne.Do(func() { answer <- f() })
	return <-answer
}

func window(l *apptest.Loop) fyne.Window {
	for _, w := range l.Driver().AllWindows() {
		if w.Title() == "Roomink" {
			return w
		}
	}
	return nil
}

// eventually waits until the window shows the words; the deadline is the test's.
func eventually(t *testing.T, l *apptest.Loop, words string) {
	t.Helper()
	deadline := time.After(20 * time.Second)
	for !ask(func() bool { return apptest.Shows(window(l), words) }) {
		select {
		case <-deadline:
			t.Errorf("the window never shows %q, but\n%q", words, ask(func() []string { return apptest.Texts(window(l)) }))
			return
		case <-time.After(5 * time.Millisecond):
		}
	}
}

func TestEveryPageShowsTheOffice(t *testing.T) {
	full := apptest.Snapshot(apptest.Noon)
	drive(t, apptest.NewEngine(full, full), nil, func(l *apptest.Loop, a *app.App) {
		want := map[string][]string{
			"setup":    {"Everything is set up", "5 adopted"},
			"overview": {"Aurora", "4 signs · 1 with a problem", "Updating…"},
			"displays": {"Door 5", "On the glass", "192.168.20.31:2446"},
			"rooms":    {"Free until 13:00", "Can't be read", "In use until tomorrow"},
			"designs":  {"Name plate", "In use for all signs", "Pictures from the web"},
			"activity": {"Door 5 was adopted", "yesterday, 15:42"},
			"settings": {"What the signs say", "Connected as admin@contoso.com"},
		}
		for _, page := range a.Pages() {
			if err := a.ShowPage(page); err != nil {
				t.Error(err)
			}
			texts := ask(func() []string { return apptest.Texts(window(l)) })
			all := strings.Join(texts, "\n")
			for _, words := range append(want[page], "Oslo: the sign at the door can't be reached", "Needs attention") {
				if !strings.Contains(all, words) {
					t.Errorf("page %s does not show %q:\n%s", page, words, all)
				}
			}
		}
		if len(want) != len(a.Pages()) {
			t.Errorf("pages are %q", a.Pages())
		}
		if err := a.ShowPage("nowhere"); err == nil {
			t.Error("an unknown page opened")
		}
	})
}

func TestBeginsWithSetupOnlyWhereThereIsSomethingToSetUp(t *testing.T) {
	full, fresh := apptest.Snapshot(apptest.Noon), apptest.Fresh(apptest.Noon)
	drive(t, apptest.NewEngine(full, full), nil, func(l *apptest.Loop, a *app.App) { eventually(t, l, "4 signs") })
	drive(t, apptest.NewEngine(fresh, full), nil, func(l *apptest.Loop, a *app.App) {
		eventually(t, l, "Not connected")
		eventually(t, l, "How should Roomink reach your calendars?")
	})
}

func TestChangesOfTheEngineReachTheWindow(t *testing.T) {
	full := apptest.Snapshot(apptest.Noon)
	eng := apptest.NewEngine(full, full)
	drive(t, eng, nil, func(l *apptest.Loop, a *app.App) {
		eventually(t, l, "Needs attention")
		eng.Change(func(s *engine.Snapshot) { s.State, s.Problems = engine.InOrder, nil })
		eventually(t, l, "All in order")
		if ask(func() bool { return apptest.Shows(window(l), "can't be reached") }) {
			t.Error("the banner shows a problem that is gone")
		}
	})
}

func TestBannerListsAllProblemsOnDemand(t *testing.T) {
	full := apptest.Snapshot(apptest.Noon)
	drive(t, apptest.NewEngine(full, full), nil, func(l *apptest.Loop, a *app.App) {
		eventually(t, l, "1 more")
		const second = "Give admin@contoso.com at least reviewer rights"
		if ask(func() bool { return apptest.Shows(window(l), second) }) {
			t.Error("a closed banner shows more than the gravest problem")
		}
		tap(t, l, "1 more")
		eventually(t, l, second)
		tap(t, l, "Show fewer")
		eventually(t, l, "1 more")
	})
}

// tap presses the button with the label once it is there and enabled.
func tap(t *testing.T, l *apptest.Loop, label string) {
	t.Helper()
	deadline := time.After(20 * time.Second)
	for !ask(func() bool {
		b := apptest.Find[*widget.Button](window(l), label)
		if b == nil || b.Disabled() {
			return false
		}
		test.Tap(b)
		return true
	}) {
		select {
		case <-deadline:
			t.Errorf("there is no button %q to press", label)
			return
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// The whole first run of the demo by its one button, as a person would.
func TestDemoSetsEverythingUp(t *testing.T) {
	full, fresh := apptest.Snapshot(apptest.Noon), apptest.Fresh(apptest.Noon)
	eng := apptest.NewEngine(fresh, full)
	office := &demo.Office{
		Glasses: func() []demo.Glass { return nil },
		Watch: func(ctx context.Context) <-chan []demo.Glass {
			c := make(chan []demo.Glass)
			context.AfterFunc(ctx, func() { close(c) })
			return c
		},
		Credentials: engine.Credentials{Tenant: "contoso.com", ClientID: "3f9c2a10-7d4e-4b1a-9e55-0c8f6d2b7a41", Secret: "a-secret-of-the-demo"},
		SetUp: func(ctx context.Context, progress func(string)) error {
			progress("Signing in")
			eng.Change(func(s *engine.Snapshot) { *s = full })
			return nil
		},
		Note: "Added by address.",
	}
	drive(t, eng, func(c *app.Config) {
		c.Demo = office
		c.Photograph = func(fyne.Window) (image.Image, error) { // real ones take long
			return image.NewGray(image.Rect(0, 0, 1, 1)), nil
		}
	}, func(l *apptest.Loop, a *app.App) {
		eventually(t, l, "This is a demonstration")
		eventually(t, l, "Added by address.")
		tap(t, l, "Set up everything for me")
		eventually(t, l, "Everything is set up: see the signs on the Overview.")
		tap(t, l, "See the signs")
		eventually(t, l, "4 signs")
		dir := t.TempDir()
		if err := demo.Tour(t.Context(), a, dir); err != nil {
			t.Error(err)
		}
		steps, err := a.Steps()
		if err != nil {
			t.Error(err)
		}
		files, err := os.ReadDir(dir)
		const rest = 4 // of the pages that are scrolled: Designs and Settings
		if err != nil || len(files) != 2*(len(a.Pages())+rest+len(steps)+1) {
			t.Errorf("the tour left %d pictures, %v", len(files), err)
		}
	})
}

func TestCaptureIsAPictureOfTheWindow(t *testing.T) {
	full := apptest.Snapshot(apptest.Noon)
	drive(t, apptest.NewEngine(full, full), nil, func(l *apptest.Loop, a *app.App) {
		if err := a.SetTheme(true); err != nil {
			t.Error(err)
		}
		path := filepath.Join(t.TempDir(), "x.png")
		if err := a.Capture(path); err != nil {
			t.Error(err)
			return
		}
		data, err := os.ReadFile(path)
		if err != nil {
			t.Error(err)
			return
		}
		p, err := png.Decode(bytes.NewReader(data))
		if err != nil {
			t.Error(err)
			return
		}
		if r, _, _, _ := p.At(2, 300).RGBA(); r>>8 > 0x40 {
			t.Errorf("the corner of the dark window is %#x", r>>8)
		}
		if err := a.CaptureGlass("x.png"); err == nil {
			t.Error("there are virtual displays outside the demo")
		}
	})
}

func TestCaptureTellsWhatWentWrong(t *testing.T) {
	full := apptest.Snapshot(apptest.Noon)
	broken := errors.New("no screen")
	drive(t, apptest.NewEngine(full, full), func(c *app.Config) {
		c.Photograph = func(fyne.Window) (image.Image, error) { return image.NewGray(image.Rect(0, 0, 1, 1)), broken }
	}, func(_ *apptest.Loop, a *app.App) {
		if err := a.Capture(filepath.Join(t.TempDir(), "x.png")); !errors.Is(err, broken) {
			t.Errorf("err %v, want %v", err, broken)
		}
		broken = nil
		if err := a.Capture(filepath.Join(t.TempDir(), "no", "such", "folder.png")); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("err %v, want one of the folder", err)
		}
	})
}

func TestMethodsFailOnceTheWindowIsGone(t *testing.T) {
	full := apptest.Snapshot(apptest.Noon)
	var gone *app.App
	drive(t, apptest.NewEngine(full, full), nil, func(_ *apptest.Loop, a *app.App) {
		gone = a
		if err := a.Raise(); err != nil {
			t.Error(err)
		}
	})
	if err := gone.ShowPage("rooms"); err != app.ErrEnded {
		t.Errorf("err %v, want %v", err, app.ErrEnded)
	}
	if err := gone.Capture(filepath.Join(t.TempDir(), "x.png")); err != app.ErrEnded {
		t.Errorf("err %v, want %v", err, app.ErrEnded)
	}
}

// Quitting while a command is at work must cancel it, not wait for it.
func TestQuitCancelsWhatIsAtWork(t *testing.T) {
	full, fresh := apptest.Snapshot(apptest.Noon), apptest.Fresh(apptest.Noon)
	fresh.Account.Credentials, fresh.Account.HasSecret = full.Account.Credentials, true
	eng := apptest.NewEngine(fresh, full)
	eng.Delay = time.Hour
	drive(t, eng, nil, func(l *apptest.Loop, a *app.App) {
		tap(t, l, "Sign in")
		eventually(t, l, "Waiting for you to sign in, in the browser…")
	})
	if s := eng.Snapshot().Account.State; s != engine.SignedOut {
		t.Errorf("account is %s", s)
	}
}

func TestABrowserThatDoesNotOpenIsTold(t *testing.T) {
	full, fresh := apptest.Snapshot(apptest.Noon), apptest.Fresh(apptest.Noon)
	drive(t, apptest.NewEngine(fresh, full), func(c *app.Config) {
		c.OpenURL = func(string) error { return os.ErrPermission }
	}, func(l *apptest.Loop, a *app.App) {
		if err := a.ShowStep("portal"); err != nil {
			t.Error(err)
		}
		tap(t, l, "Open the admin centre")
		eventually(t, l, "Open this page by hand: https://entra.microsoft.com")
	})
}

func TestPagesAreInTheNavigation(t *testing.T) {
	full := apptest.Snapshot(apptest.Noon)
	drive(t, apptest.NewEngine(full, full), nil, func(l *apptest.Loop, a *app.App) {
		want := []string{"setup", "overview", "displays", "rooms", "designs", "activity", "settings"}
		if !slices.Equal(a.Pages(), want) {
			t.Errorf("pages %q, want %q", a.Pages(), want)
		}
		navs := ask(func() int {
			n := 0
			apptest.Walk(window(l), func(o fyne.CanvasObject) {
				if _, ok := o.(*xwidget.Nav); ok {
					n++
				}
			})
			return n
		})
		if navs != 1 {
			t.Errorf("%d navigations", navs)
		}
	})
}
