// Package rooms is the page of all rooms with what their calendars say, and of one in
// detail: its day, what is wrong with it, and what lets it show what it hides.
package rooms

import (
	"slices"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/roomink/roomink/app/command"
	"github.com/roomink/roomink/app/xwidget"
	"github.com/roomink/roomink/engine"
	"github.com/roomink/roomink/engine/calendar"
)

// Config is what the page needs.
type Config struct {
	Engine Engine
	Hub    *command.Hub
	Now    func() time.Time
	Open   func(page string) // shows another page
	Window fyne.Window       // for dialogs
}

// Page is the page.
type Page struct {
	cfg      Config
	view     View
	shown    []Row
	selected calendar.RoomID // "" = none
	column   int
	reverse  bool
	typed    string // an address that could not be added

	search      *widget.Entry
	filter      *widget.Select
	addCalendar *widget.Button
	table       *xwidget.Table
	area        *command.Area
	pace        *paceLine
	pane        *pane
	picker      *picker
	sign        *signDialog // nil until somebody wants one
	languages   []engine.Language
	side        *fyne.Container
	empty       *xwidget.EmptyState
	none        *xwidget.EmptyState // nothing matches
	content     *fyne.Container
}

// New makes the page.
func New(cfg Config) *Page {
	p := &Page{cfg: cfg, column: -1, area: cfg.Hub.NewArea(), languages: cfg.Engine.Languages()}
	p.search = widget.NewEntry()
	p.search.SetPlaceHolder(lang.L("Search name, place or address"))
	p.search.OnChanged = func(string) { p.choose() }
	p.filter = widget.NewSelect(Filters(), func(string) { p.choose() })
	p.filter.Selected = Filters()[Every]
	p.table = p.newTable()
	p.pane = newPane(p)
	p.picker = newPicker(p)
	p.empty = xwidget.NewEmptyState(theme.CalendarIcon(), "", "", "", nil)
	p.none = xwidget.NewEmptyState(theme.SearchIcon(), lang.L("Nothing matches"), "", "", nil)
	p.none.Hide()
	// The details keep their width; the list takes what is left.
	p.side = xwidget.Pad(xwidget.Fixed(p.pane.object, 348, 0), 0, 0, 0, 12)
	p.side.Hide()
	p.content = container.NewBorder(xwidget.Pad(p.head(), 0, 0, 10, 0), nil, nil, p.side,
		container.NewStack(p.table, p.none, p.empty))
	return p
}

func (p *Page) head() fyne.CanvasObject {
	add := widget.NewButtonWithIcon(lang.L("Add by address…"), theme.ContentAddIcon(), p.AddByAddress)
	p.addCalendar = widget.NewButtonWithIcon(lang.L("Add a calendar…"), theme.ContentAddIcon(), p.picker.Open)
	p.addCalendar.Hide()
	refresh := widget.NewButtonWithIcon(lang.L("Read room list"), theme.ViewRefreshIcon(), p.Refresh)
	refresh.Importance = widget.LowImportance
	p.pace = newPaceLine(refresh, p.resized)
	bar := container.NewBorder(nil, nil, xwidget.Fixed(p.filter, 150, 0), container.NewHBox(add, p.addCalendar), p.search)
	return xwidget.Stack(8, bar, p.pace.object, p.area)
}

// resized gives everything its place anew: twice, because wrapped text knows its height
// only once it has its width.
func (p *Page) resized() {
	for range 2 {
		p.content.Refresh()
	}
}

// Content is what the page consists of.
func (p *Page) Content() fyne.CanvasObject { return p.content }

// Prepare works out the page of s.
func (p *Page) Prepare(s engine.Snapshot) func() {
	v := ViewOf(s, p.cfg.Now())
	return func() { p.show(v) }
}

func (p *Page) show(v View) {
	p.view = v
	p.pace.show(v.Pace)
	if p.addCalendar.Hidden == v.Calendars {
		p.addCalendar.Hidden = !v.Calendars
		p.content.Refresh()
	}
	if bare := len(v.Rows) == 0; p.table.Visible() == bare || p.empty.Visible() != bare {
		p.table.Hidden, p.empty.Hidden = bare, !bare
		p.content.Refresh()
	}
	if e := v.Empty; p.table.Hidden {
		p.empty.Set(e.Title, e.Text, e.Action, func() { p.cfg.Open(e.Page) })
	}
	p.choose()
}

// choose lists the rows that filter and search keep, in the chosen order.
func (p *Page) choose() {
	if p.table == nil || p.pane == nil {
		return // still being made
	}
	p.shown = Choose(p.view.Rows, Filter(max(0, p.filter.SelectedIndex())), p.search.Text, p.column, p.reverse)
	p.none.Hidden = len(p.shown) > 0 || len(p.view.Rows) == 0
	p.table.Refresh()
	p.mark()
}

// mark keeps the chosen room marked and its details up to date, wherever it is listed
// now, or not listed by the filter.
func (p *Page) mark() {
	is := func(r Row) bool { return r.ID == p.selected }
	p.table.Select(slices.IndexFunc(p.shown, is))
	at := slices.IndexFunc(p.view.Rows, is)
	if p.side.Visible() != (at >= 0) {
		p.side.Hidden = at < 0
		p.content.Refresh()
	}
	if at >= 0 {
		p.pane.show(p.view.Rows[at])
	}
}

// Select shows a room in detail, whatever the filter; one that is not there yet is
// shown once it is.
func (p *Page) Select(id calendar.RoomID) {
	p.selected = id
	p.search.SetText("")
	p.filter.SetSelectedIndex(int(Every))
	p.choose()
}

// Close puts the details away.
func (p *Page) Close() {
	p.selected = ""
	p.mark()
}
