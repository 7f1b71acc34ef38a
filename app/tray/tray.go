// Package tray keeps Roomink's icon in the system tray: the state at a glance, and
// the few commands that need no window.
package tray

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/lang"

	"github.com/roomink/roomink/app/art"
	"github.com/roomink/roomink/app/words"
	"github.com/roomink/roomink/engine"
)

// Commands are what the menu does; all are called on the UI goroutine.
type Commands struct {
	Open      func()
	SyncNow   func()
	SetPaused func(bool)
	Quit      func()
}

// Tray is the icon with its menu. Its methods are for the UI goroutine.
type Tray struct {
	desk  desktop.App
	do    Commands
	shown View
	drawn bool
}

// New makes a tray that appears with the first Show.
func New(desk desktop.App, do Commands) *Tray { return &Tray{desk: desk, do: do} }

// View is all that the tray shows. It is comparable: the menu is rebuilt only when
// it changes, because Fyne starts a goroutine an item at every rebuild.
type View struct {
	State    engine.State
	Problems int
	Titles   [listed]string // of the gravest problems
	Paused   bool
}

// listed is how many problems the menu names.
const listed = 3

// ViewOf is what the tray shows of a snapshot.
func ViewOf(s engine.Snapshot) View {
	v := View{State: s.State, Problems: len(s.Problems), Paused: s.Paused}
	for i := range min(len(s.Problems), listed) {
		v.Titles[i] = cut(s.Problems[i].Title)
	}
	return v
}

// longest is how many characters of a problem's title a menu shows: a menu is as wide as
// its longest line, and Windows does not wrap it.
const longest = 70

func cut(title string) string {
	if r := []rune(title); len(r) > longest {
		return strings.TrimSpace(string(r[:longest-1])) + "…"
	}
	return title
}

// Line is the state in words, the first line of the menu.
func (v View) Line() string {
	_, text := words.State(v.State)
	if v.Paused && v.State != engine.Paused {
		text += " – " + lang.L("updates are paused")
	}
	switch v.Problems {
	case 0:
		return text
	case 1:
		return text + " – " + lang.L("1 problem")
	default:
		return text + " – " + lang.L("{{.N}} problems", map[string]any{"N": v.Problems})
	}
}

// Show brings icon and menu up to date.
func (t *Tray) Show(v View) {
	if t.drawn && v == t.shown {
		return
	}
	if !t.drawn || v.State != t.shown.State {
		t.desk.SetSystemTrayIcon(art.Tray(v.State))
	}
	t.desk.SetSystemTrayMenu(t.Menu(v))
	t.shown, t.drawn = v, true
}

// Menu is the tray's menu for a view.
func (t *Tray) Menu(v View) *fyne.Menu {
	line := fyne.NewMenuItem(v.Line(), t.do.Open)
	pause := fyne.NewMenuItem(lang.L("Pause updates"), func() { t.do.SetPaused(true) })
	if v.Paused {
		pause = fyne.NewMenuItem(lang.L("Resume updates"), func() { t.do.SetPaused(false) })
	}
	quit := fyne.NewMenuItem(lang.L("Quit"), t.do.Quit)
	quit.IsQuit = true
	menu := fyne.NewMenu("Roomink", line)
	for _, title := range v.Titles {
		if title != "" {
			menu.Items = append(menu.Items, fyne.NewMenuItem("• "+title, t.do.Open))
		}
	}
	menu.Items = append(menu.Items,
		fyne.NewMenuItemSeparator(),
		fyne.NewMenuItem(lang.L("Open Roomink"), t.do.Open),
		fyne.NewMenuItem(lang.L("Sync now"), t.do.SyncNow),
		pause,
		fyne.NewMenuItemSeparator(),
		quit,
	)
	return menu
}
