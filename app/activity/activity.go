// Package activity is the page of what happened lately, newest first, under what went on
// between Roomink and Microsoft today.
package activity

import (
	"cmp"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/roomink/roomink/app/words"
	"github.com/roomink/roomink/app/xwidget"
	"github.com/roomink/roomink/engine"
)

// Row is one line of what happened, ready to show.
type Row struct {
	When    string
	Kind    engine.ActivityKind
	KindAs  string
	Text    string
	Problem bool
	Who     string // asked for it; "" = Roomink by itself
}

// Kinds are what the list can be narrowed to; "" is everything.
func Kinds() []engine.ActivityKind {
	return []engine.ActivityKind{"", engine.ActSign, engine.ActDisplay, engine.ActCalendar, engine.ActAccount}
}

// KindName is a kind in words.
func KindName(k engine.ActivityKind) string {
	switch k {
	case engine.ActSign:
		return lang.L("Signs")
	case engine.ActDisplay:
		return lang.L("Displays")
	case engine.ActCalendar:
		return lang.L("Calendars")
	case engine.ActAccount:
		return lang.L("Account")
	default:
		return lang.L("Everything")
	}
}

// ViewOf is the list of a snapshot.
func ViewOf(s engine.Snapshot, now time.Time) []Row {
	var rows []Row
	for _, a := range s.Activity {
		rows = append(rows, Row{
			When: words.When(a.At, now, s.Policy.Hours12), Kind: a.Kind, KindAs: KindName(a.Kind), Text: a.Text, Problem: a.Problem, Who: a.Actor,
		})
	}
	return rows
}

// Choose gives the rows of a kind, or of all kinds, and only problems if asked.
func Choose(rows []Row, kind engine.ActivityKind, problems bool) []Row {
	var list []Row
	for _, r := range rows {
		if (kind == "" || r.Kind == kind) && (r.Problem || !problems) {
			list = append(list, r)
		}
	}
	return list
}

// Config is what the page needs. It sends no commands.
type Config struct {
	Now func() time.Time
}

// Page is the page.
type Page struct {
	cfg      Config
	tally    *strip
	rows     []Row
	shown    []Row
	kind     *widget.Select
	problems *widget.Check
	table    *xwidget.Table
	empty    *xwidget.EmptyState
	content  *fyne.Container
}

// New makes the page.
func New(cfg Config) *Page {
	p := &Page{cfg: cfg, tally: newStrip(), empty: xwidget.NewEmptyState(theme.HistoryIcon(), "", "", "", nil)}
	var names []string
	for _, k := range Kinds() {
		names = append(names, KindName(k))
	}
	p.kind = widget.NewSelect(names, func(string) { p.choose() })
	p.kind.Selected = names[0]
	p.problems = widget.NewCheck(lang.L("Problems only"), func(bool) { p.choose() })
	p.table = xwidget.NewTable(xwidget.TableConfig{
		Columns: []xwidget.TableColumn{
			{Title: lang.L("When"), Width: xwidget.Column{Min: 130}},
			{Title: lang.L("What"), Width: xwidget.Column{Min: 100}},
			{Title: lang.L("Who"), Width: xwidget.Column{Min: 100}},
			{Title: lang.L("Event"), Width: xwidget.Column{Min: 200, Share: 1}},
		},
		Length: func() int { return len(p.shown) },
		NewCell: func(col int) fyne.CanvasObject {
			if col == 3 {
				return xwidget.NewStatus(xwidget.Neutral, "")
			}
			return xwidget.NewMuted("")
		},
		Bind: func(row, col int, cell fyne.CanvasObject) { p.shown[row].bind(col, cell) },
	})
	bar := container.NewHBox(xwidget.Fixed(p.kind, 170, 0), p.problems)
	p.content = container.NewBorder(container.NewVBox(p.tally.object, xwidget.Pad(bar, 0, 0, 10, 0)), nil, nil, nil, container.NewStack(p.table, p.empty))
	return p
}

func (r Row) bind(col int, cell fyne.CanvasObject) {
	switch col {
	case 0:
		cell.(*xwidget.Text).SetText(r.When)
	case 1:
		cell.(*xwidget.Text).SetText(r.KindAs)
	case 2:
		cell.(*xwidget.Text).SetText(cmp.Or(r.Who, "Roomink"))
	default:
		tone := xwidget.Good
		if r.Problem {
			tone = xwidget.Bad
		}
		cell.(*xwidget.Status).Set(tone, r.Text)
	}
}

// Content is what the page consists of.
func (p *Page) Content() fyne.CanvasObject { return p.content }

// Prepare works out the list of s.
func (p *Page) Prepare(s engine.Snapshot) func() {
	rows, tally := ViewOf(s, p.cfg.Now()), TallyOf(s, p.cfg.Now())
	return func() {
		p.tally.show(tally)
		p.rows = rows
		p.choose()
	}
}

func (p *Page) choose() {
	if p.table == nil {
		return // still being made
	}
	p.shown = Choose(p.rows, Kinds()[max(0, p.kind.SelectedIndex())], p.problems.Checked)
	p.table.Hidden = len(p.shown) == 0
	p.empty.Hidden = !p.table.Hidden
	switch {
	case len(p.rows) == 0:
		p.empty.Set(lang.L("Nothing has happened yet"), lang.L("What Roomink reads, finds and shows is listed here."), "", nil)
	case len(p.shown) == 0:
		p.empty.Set(lang.L("Nothing matches"), "", "", nil)
	}
	p.table.Refresh()
	p.content.Refresh()
}
