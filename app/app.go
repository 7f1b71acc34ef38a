// Package app is Roomink's desktop: a window with a page for each task, a tray
// icon, and the one pump that brings the engine's snapshots to the widgets.
//
// The window never reaches past package engine's door: it shows [engine.Snapshot]
// and sends commands. A page is a package of its own below this one; it declares
// the few commands that it needs, turns a snapshot into a view off the UI
// goroutine, and shows the view on it. See [pump] for how the two meet.
//
// Only main.go imports fyne.io/fyne/v2/app, so that everything here builds and is
// tested without a screen and without C.
package app

import (
	"context"
	"fmt"
	"image"
	"log/slog"
	"net/url"
	"runtime"
	"sync"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/lang"

	"github.com/roomink/roomink/app/art"
	"github.com/roomink/roomink/app/command"
	"github.com/roomink/roomink/app/demo"
	"github.com/roomink/roomink/app/designs"
	"github.com/roomink/roomink/app/displays"
	"github.com/roomink/roomink/app/notify"
	"github.com/roomink/roomink/app/rooms"
	"github.com/roomink/roomink/app/settings"
	"github.com/roomink/roomink/app/setup"
	"github.com/roomink/roomink/app/theme"
	"github.com/roomink/roomink/app/tray"
	"github.com/roomink/roomink/app/xwidget"
	"github.com/roomink/roomink/engine"
)

// Engine is what the desktop asks of the engine: what its pages ask, and the watch.
type Engine interface {
	setup.Engine
	displays.Engine
	rooms.Engine
	designs.Engine
	settings.Engine

	// Watch gives snapshots, the whole state first and then whenever something
	// changed; a reader that is slow misses the ones between. The channel closes
	// when ctx ends.
	Watch(context.Context) <-chan engine.Snapshot
	// SyncNow reads all calendars soon. It does not block.
	SyncNow()
}

// Config is what the desktop needs.
type Config struct {
	Fyne    fyne.App
	Engine  Engine
	Explain func(error) engine.Explanation // engine.Explain

	// optional

	Demo        *demo.Office                   // nil in normal use
	Logger      *slog.Logger                   // nil = slog.Default
	StartHidden bool                           // only the tray at first, where there is one
	OpenURL     func(address string) error     // nil = the system's browser
	Now         func() time.Time               // the clock of relative times; nil = time.Now
	TrayThere   func(ctx context.Context) bool // nil = ask the system; may block for a second
	// Photograph takes the pictures of Capture, on the UI goroutine; nil = Canvas().Capture,
	// which is black with Mesa's software renderer: it can't read its front buffer.
	Photograph func(fyne.Window) (image.Image, error)
	Version    string
}

// App is the desktop. Make it with [New] on the goroutine that will call [App.Run].
type App struct {
	cfg    Config
	hub    *command.Hub
	pump   *pump
	window *mainWindow
	tray   *tray.Tray   // nil where the driver knows no tray
	glass  *demo.Window // nil outside the demo
	notify *notify.Notifier

	started, ended chan struct{} // closed when the UI goroutine runs, and when Run is over

	// Of the UI goroutine:
	hides bool // closing the window hides it: there is a tray
}

// New makes the window and everything in it. Nothing shows and nothing runs before
// Run.
func New(cfg Config) *App {
	cfg = withDefaults(cfg)
	loadTranslations(cfg.Logger)
	cfg.Fyne.Settings().SetTheme(theme.New())
	cfg.Fyne.SetIcon(art.App())
	a := &App{cfg: cfg, started: make(chan struct{}), ended: make(chan struct{})}
	a.hub = command.NewHub(command.Config{Explain: cfg.Explain, Do: a.do})
	a.pump = newPump(a.prepare, a.do)
	a.window = newMainWindow(a)
	a.notify = notify.New(cfg.Fyne.Preferences(), func(n notify.Notification) {
		cfg.Fyne.SendNotification(fyne.NewNotification(n.Title, n.Text))
	})
	if cfg.Demo != nil {
		a.glass = demo.NewWindow(cfg.Fyne, *cfg.Demo, a.openURL)
	}
	if desk, ok := cfg.Fyne.(desktop.App); ok {
		a.tray = tray.New(desk, tray.Commands{
			Open: a.show, SyncNow: cfg.Engine.SyncNow, SetPaused: a.setPaused, Quit: cfg.Fyne.Quit,
		})
	}
	return a
}

// do runs f on the UI goroutine and has the window painted afterwards. Fyne does not
// paint for an object that was hidden ever since the window was made and shows now:
// it does not know its canvas yet.
func (a *App) do(f func()) {
	fyne.Do(func() {
		f()
		canvas.Refresh(a.window.title) // the smallest thing that is always there
	})
}

func withDefaults(cfg Config) Config {
	if cfg.Logger == nil {
		cfg.Logger = slog.Default()
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Photograph == nil {
		cfg.Photograph = func(w fyne.Window) (image.Image, error) { return w.Canvas().Capture(), nil }
	}
	if cfg.TrayThere == nil {
		cfg.TrayThere = tray.Available
	}
	if cfg.OpenURL == nil {
		cfg.OpenURL = func(address string) error {
			u, err := url.Parse(address)
			if err != nil {
				return fmt.Errorf("read the address of a page: %w", err)
			}
			return cfg.Fyne.OpenURL(u)
		}
	}
	return cfg
}

// Run shows the window and blocks until a person quits or ctx ends. It must be
// called on the main goroutine, once.
func (a *App) Run(ctx context.Context) {
	defer close(a.ended)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	a.hub.Open(ctx)

	var parts sync.WaitGroup
	parts.Go(func() { a.pump.run(ctx, a.cfg.Engine.Watch(ctx)) })
	parts.Go(func() { a.settleTray(ctx) })
	if a.glass != nil {
		parts.Go(func() { a.glass.Run(ctx) })
	}
	quit := context.AfterFunc(ctx, func() { fyne.Do(a.cfg.Fyne.Quit) })
	if !a.cfg.StartHidden {
		a.show()
	}
	if a.glass != nil {
		a.glass.Show()
	}
	fyne.Do(func() { close(a.started) })
	a.cfg.Fyne.Run()

	quit() // ctx may end now without quitting again
	cancel()
	a.hub.Close()
	parts.Wait()
	a.keepDraft(ctx)
}

// keepDraft has the engine keep what was typed in the last moment.
func (a *App) keepDraft(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	if err := a.window.setup.Flush(ctx); err != nil {
		a.cfg.Logger.Error("What was last typed into the setup could not be kept", "err", err)
	}
}

// settleTray finds out whether there is a tray, because only then may the window
// hide: a hidden window without a tray could never be opened again.
func (a *App) settleTray(ctx context.Context) {
	there := a.tray != nil && a.cfg.TrayThere(ctx)
	if !there {
		a.cfg.Logger.Info("no system tray: closing the window will quit", "platform", runtime.GOOS)
	}
	fyne.Do(func() {
		// Without a bus to talk to, Fyne's tray panics at quit, so it is not even begun.
		a.hides = there
		if !there && a.cfg.StartHidden {
			a.show()
		}
	})
	a.pump.refresh()
}

// prepare is the pump's: what the visible page and the tray show of s.
func (a *App) prepare(s engine.Snapshot, visible bool) func() {
	menu := tray.ViewOf(s)
	var page func()
	if visible {
		page = a.window.prepare(s)
	}
	return func() {
		if a.hides {
			a.tray.Show(menu)
		}
		a.notify.Watch(s)
		if page != nil {
			page()
		}
	}
}

// show brings the window to the front.
func (a *App) show() {
	a.window.win.Show()
	a.window.win.RequestFocus()
	a.hub.SetVisible(true)
	a.window.setup.SetVisible(true)
	a.pump.setVisible(true)
}

// hide puts the window away; the engine goes on.
func (a *App) hide() {
	a.window.win.Hide()
	a.hub.SetVisible(false)
	a.window.setup.SetVisible(false)
	a.pump.setVisible(false)
}

// closed answers a person's closing of the window.
func (a *App) closed() {
	if !a.hides {
		xwidget.Ask(xwidget.Question{
			Title: lang.L("Quit Roomink?"), Text: lang.L("Signs are kept up to date only while Roomink runs."),
			Yes: lang.L("Quit"), No: lang.L("Stay"),
		}, a.window.win, a.cfg.Fyne.Quit)
		return
	}
	const told = "toldAboutTray"
	if a.cfg.Fyne.Preferences().Bool(told) {
		a.hide()
		return
	}
	a.cfg.Fyne.Preferences().SetBool(told, true)
	xwidget.Tell(lang.L("Roomink goes on in the background"),
		lang.L("Your signs stay up to date. Open this window again from the icon in the system tray; Quit is in its menu."),
		lang.L("Hide the window"), a.window.win, a.hide)
}

func (a *App) setPaused(paused bool) {
	a.hub.Background(func(ctx context.Context) error { return a.cfg.Engine.SetPaused(ctx, paused) }, func(err error) {
		if err != nil {
			a.window.notes.Fail("pause", err)
		}
	})
}

func (a *App) openURL(address string) {
	a.hub.Background(func(context.Context) error { return a.cfg.OpenURL(address) }, func(err error) {
		if err != nil {
			a.window.tell("openURL", engine.Explanation{
				Title:   lang.L("The browser did not open"),
				Remedy:  lang.L("Open this page by hand: {{.URL}}", map[string]any{"URL": address}),
				Details: err.Error(),
			})
		}
	})
}
