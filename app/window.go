package app

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/roomink/roomink/app/activity"
	"github.com/roomink/roomink/app/art"
	"github.com/roomink/roomink/app/command"
	"github.com/roomink/roomink/app/designs"
	"github.com/roomink/roomink/app/displays"
	"github.com/roomink/roomink/app/overview"
	"github.com/roomink/roomink/app/rooms"
	"github.com/roomink/roomink/app/settings"
	"github.com/roomink/roomink/app/setup"
	"github.com/roomink/roomink/app/words"
	"github.com/roomink/roomink/app/xwidget"
	"github.com/roomink/roomink/engine"
	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/health"
)

// page is one screen of the window.
type page interface {
	// Content is what the page consists of, always the same object.
	Content() fyne.CanvasObject
	// Prepare works out what the page shows of a snapshot, off the UI goroutine,
	// and gives the function that shows it on the UI goroutine.
	Prepare(engine.Snapshot) (show func())
}

// place is a page with its entry in the navigation.
type place struct {
	name  string // stable, for ShowPage
	title string
	icon  fyne.Resource
	page  page
}

// mainWindow is the window's frame around the pages: navigation, header, problems.
// All of it is the UI goroutine's but prepare.
type mainWindow struct {
	app     *App
	win     fyne.Window
	places  []place
	setup   *setup.Page
	nav     *xwidget.Nav
	title   *xwidget.Text
	state   *xwidget.Status
	sync    *xwidget.Status
	syncNow *widget.Button
	notes   *command.Area
	banner  *banner
	stack   *fyne.Container

	current atomicName
	chosen  bool // somebody opened a page: the window does not choose one by itself
}

func newMainWindow(a *App) *mainWindow {
	w := &mainWindow{
		app:   a,
		win:   a.cfg.Fyne.NewWindow("Roomink"),
		title: xwidget.NewHeading("", theme.SizeNameHeadingText),
		state: xwidget.NewWholeStatus(words.State(engine.Starting)),
		sync:  xwidget.NewWholeStatus(xwidget.Neutral, ""),
		notes: a.hub.NewArea(),
		stack: container.NewStack(),
	}
	w.banner = newBanner(w.wayOut)
	w.nav = xwidget.NewNav(func(i int) { w.open(w.places[i].name) })
	w.places = w.makePlaces()
	for _, p := range w.places {
		w.nav.Add(p.icon, p.title)
		// All pages stay in the window, hidden: a change of theme reaches only what
		// is in a window.
		p.page.Content().Hide()
		w.stack.Add(p.page.Content())
	}
	w.win.SetPadded(false)
	w.win.SetContent(w.layout())
	w.win.SetMainMenu(w.menu())
	w.win.Resize(fyne.NewSize(1120, 740))
	w.win.SetMaster()
	w.win.SetCloseIntercept(a.closed)
	w.win.Canvas().SetOnTypedKey(func(e *fyne.KeyEvent) {
		// A key that a dialog has no use for comes here too, and is not meant for the page.
		if w.current.get() == "setup" && w.win.Canvas().Overlays().Top() == nil {
			w.setup.TypedKey(e) // Enter goes on
		}
	})
	w.open("setup")
	w.chosen = false
	return w
}

func (w *mainWindow) makePlaces() []place {
	cfg := w.app.cfg
	shown := displays.New(displays.Config{
		Engine: cfg.Engine, Hub: w.app.hub, Now: cfg.Now, Open: w.open, Window: w.win, ChooseFile: w.app.chooseFile,
	})
	openDisplay := func(id display.ID) {
		shown.Select(id)
		w.open("displays")
	}
	w.setup = setup.New(setup.Config{
		Engine: cfg.Engine, Hub: w.app.hub, Now: cfg.Now, Open: w.open, OpenURL: w.app.openURL, Demo: cfg.Demo,
		Handout: w.app.makeHandout, SaveFile: w.app.saveFile, OpenFile: w.app.openFile,
	})
	return []place{
		{"setup", lang.L("Setup"), theme.LoginIcon(), w.setup},
		{"overview", lang.L("Overview"), theme.GridIcon(), overview.New(overview.Config{
			Now: cfg.Now, Open: w.open, OpenDisplay: openDisplay,
		})},
		{"displays", lang.L("Displays"), art.Sign(), shown},
		{"rooms", lang.L("Rooms"), theme.CalendarIcon(), rooms.New(rooms.Config{
			Engine: cfg.Engine, Hub: w.app.hub, Now: cfg.Now, Open: w.open, Window: w.win,
		})},
		{"designs", lang.L("Designs"), theme.ColorPaletteIcon(), designs.New(designs.Config{
			Engine: cfg.Engine, Hub: w.app.hub, Now: cfg.Now, Window: w.win,
			ChooseFile: w.app.chooseFile, SaveFile: w.app.saveFile,
		})},
		{"activity", lang.L("Activity"), theme.HistoryIcon(), activity.New(activity.Config{Now: cfg.Now})},
		{"settings", lang.L("Settings"), theme.SettingsIcon(), settings.New(settings.Config{
			Engine: cfg.Engine, Hub: w.app.hub, Now: cfg.Now, Window: w.win, Version: cfg.Version,
			ChooseFile: w.app.chooseFile, SaveFile: w.app.saveFile,
		})},
	}
}

func (w *mainWindow) layout() fyne.CanvasObject {
	logo := widget.NewIcon(art.Logo())
	brand := xwidget.Row(10, xwidget.Fixed(logo, 30, 30), wholeHeading("Roomink"))
	rail := container.NewBorder(xwidget.Pad(brand, 4, 0, 16, 8), xwidget.Pad(w.state, 0, 0, 4, 10), nil, nil, w.nav)
	side := xwidget.Fixed(xwidget.Pad(rail, 12, 10, 12, 10), 190, 0)

	w.syncNow = widget.NewButtonWithIcon(lang.L("Sync now"), theme.ViewRefreshIcon(), w.app.cfg.Engine.SyncNow)
	w.syncNow.Disable()
	header := container.NewBorder(nil, nil, nil, xwidget.Row(14, w.sync, w.syncNow), w.title)
	top := xwidget.Stack(10, header, w.banner, w.notes)
	body := container.NewBorder(xwidget.Pad(top, 16, 20, 10, 20), nil, nil, nil,
		xwidget.Pad(w.stack, 0, 20, 16, 20))
	return container.NewBorder(nil, nil, container.NewHBox(side, widget.NewSeparator()), nil, body)
}

func wholeHeading(text string) *xwidget.Text {
	t := xwidget.NewHeading(text, theme.SizeNameSubHeadingText)
	t.Whole = true
	return t
}

// menu gives every page and command a place on the keyboard.
func (w *mainWindow) menu() *fyne.MainMenu {
	cfg := w.app.cfg
	view := fyne.NewMenu(lang.L("View"))
	for i, p := range w.places {
		item := fyne.NewMenuItem(p.title, func() { w.open(p.name) })
		item.Shortcut = &desktop.CustomShortcut{KeyName: fyne.KeyName(rune('1' + i)), Modifier: fyne.KeyModifierShortcutDefault}
		view.Items = append(view.Items, item)
	}
	quit := fyne.NewMenuItem(lang.L("Quit"), cfg.Fyne.Quit)
	quit.IsQuit = true
	sync := fyne.NewMenuItem(lang.L("Sync now"), cfg.Engine.SyncNow)
	sync.Shortcut = &desktop.CustomShortcut{KeyName: fyne.KeyR, Modifier: fyne.KeyModifierShortcutDefault}
	menus := []*fyne.Menu{fyne.NewMenu(lang.L("File"), sync, fyne.NewMenuItemSeparator(), quit), view}
	if cfg.Demo != nil {
		menus = append(menus, fyne.NewMenu(lang.L("Demonstration"),
			fyne.NewMenuItem(lang.L("Virtual displays"), func() { w.app.glass.Show() }),
			fyne.NewMenuItem(lang.L("Open Simulated Outlook"), func() { w.app.openURL(cfg.Demo.OutlookURL) }),
		))
	}
	return fyne.NewMainMenu(menus...)
}

// open shows the page with the name; an unknown name changes nothing.
func (w *mainWindow) open(name string) {
	at := slices.IndexFunc(w.places, func(p place) bool { return p.name == name })
	if at < 0 {
		return
	}
	for i, p := range w.places {
		if i != at {
			p.page.Content().Hide()
		}
	}
	w.places[at].page.Content().Show()
	w.chosen = true
	w.current.set(name)
	w.nav.Select(at)
	w.title.SetText(w.places[at].title)
	w.app.pump.refresh()
}

// ofSetup are the problems that the guided set-up shows at its steps.
var ofSetup = []health.Code{engine.CodeSignIn, engine.CodeSecretEnds, engine.CodeExposed}

// wayOut is what can be done about a problem, beside reading; do is nil if nothing.
func (w *mainWindow) wayOut(code health.Code, state engine.AccountState) (label string, do func()) {
	at := func(step string) func() {
		return func() {
			w.open("setup")
			w.setup.GoTo(step)
		}
	}
	switch code {
	case engine.CodeLocked:
		return lang.L("Go to Settings"), func() { w.open("settings") }
	case engine.CodeSecretEnds:
		return lang.L("Enter a new secret"), at(setup.StepSecret)
	case engine.CodeExposed:
		return lang.L("Go to the proof"), at(setup.StepProof)
	case engine.CodeSignIn:
		if state == engine.NeedsSecret {
			return lang.L("Enter a new secret"), at(setup.StepSecret)
		}
		return lang.L("Sign in again"), at(setup.StepConnect)
	}
	return "", nil
}

// choose opens the page to begin with, once: the signs where nothing is to be set up.
func (w *mainWindow) choose(s engine.State) {
	if w.chosen || s == engine.Starting {
		return
	}
	w.chosen = true
	if s != engine.SetUp {
		w.open("overview")
	}
}

// tell shows a failure above the page.
func (w *mainWindow) tell(key string, e engine.Explanation) { w.notes.Tell(key, e) }

// prepare works out, off the UI goroutine, what the frame and the page on show say
// of s.
func (w *mainWindow) prepare(s engine.Snapshot) func() {
	name := w.current.get()
	stateTone, state := words.State(s.State)
	syncTone, sync := words.Sync(s, w.app.cfg.Now())
	problems := problemsOf(s)
	if name == "setup" { // it tells these itself, in place
		problems = slices.DeleteFunc(problems, func(p problem) bool { return slices.Contains(ofSetup, p.code) })
	}
	connected := s.Account.State == engine.Connected
	var show func()
	for _, p := range w.places {
		if p.name == name {
			show = p.page.Prepare(s)
		}
	}
	return func() {
		w.choose(s.State)
		w.state.Set(stateTone, state)
		w.sync.Set(syncTone, sync)
		if connected != !w.syncNow.Disabled() {
			if connected {
				w.syncNow.Enable()
			} else {
				w.syncNow.Disable()
			}
		}
		w.banner.show(problems)
		if show != nil {
			show()
		}
	}
}
