package rooms

import (
	"context"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/roomink/roomink/app/command"
	"github.com/roomink/roomink/app/xwidget"
	"github.com/roomink/roomink/engine"
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
	cfg     Config
	view    View
	shown   []Row
	column  int
	reverse bool

	search  *widget.Entry
	table   *xwidget.Table
	area    *command.Area
	trouble *xwidget.Explanation // of the room that was chosen
	chosen  Row
	empty   *xwidget.EmptyState
	content *fyne.Container
}

// New makes the page.
func New(cfg Config) *Page {
	p := &Page{cfg: cfg, column: -1, area: cfg.Hub.NewArea()}
	p.search = widget.NewEntry()
	p.search.SetPlaceHolder(lang.L("Search name, place or address"))
	p.search.OnChanged = func(string) { p.choose() }
	p.table = p.newTable()
	p.trouble = xwidget.NewExplanation(xwidget.Bad, xwidget.Words{}, func() { p.choseRow(Row{}) })
	p.trouble.Hide()
	p.empty = xwidget.NewEmptyState(theme.CalendarIcon(), "", "", "", nil)
	add := widget.NewButtonWithIcon(lang.L("Add by address…"), theme.ContentAddIcon(), p.AddByAddress)
	refresh := widget.NewButtonWithIcon(lang.L("Read room list"), theme.ViewRefreshIcon(), p.Refresh)
	bar := container.NewBorder(nil, nil, nil, container.NewHBox(add, refresh), p.search)
	top := xwidget.Stack(10, bar, p.area, p.trouble)
	p.content = container.NewBorder(xwidget.Pad(top, 0, 0, 10, 0), nil, nil, nil, container.NewStack(p.table, p.empty))
	return p
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
	if bare := len(v.Rows) == 0; p.table.Visible() == bare || p.empty.Visible() != bare {
		p.table.Hidden, p.empty.Hidden = bare, !bare
		p.content.Refresh()
	}
	if e := v.Empty; p.table.Hidden {
		p.empty.Set(e.Title, e.Text, e.Action, func() { p.cfg.Open(e.Page) })
	}
	p.choose()
	for _, r := range v.Rows {
		if r.ID == p.chosen.ID {
			p.choseRow(r)
		}
	}
}

func (p *Page) choose() {
	p.shown = Choose(p.view.Rows, p.search.Text, p.column, p.reverse)
	p.table.Refresh()
}

// choseRow explains what is wrong with the room that a person chose.
func (p *Page) choseRow(r Row) {
	p.chosen = r
	p.trouble.Hidden = r.Trouble == nil
	if r.Trouble != nil {
		p.trouble.Set(r.Tone, *r.Trouble)
	}
	p.content.Refresh()
}

func (p *Page) newTable() *xwidget.Table {
	return xwidget.NewTable(xwidget.TableConfig{
		Columns: []xwidget.TableColumn{
			{Title: lang.L("Room"), Width: xwidget.Column{Min: 130, Share: 2}, Sortable: true},
			{Title: lang.L("Place"), Width: xwidget.Column{Min: 140, Share: 2}, Sortable: true},
			{Title: lang.L("Seats"), Width: xwidget.Column{Min: 62}, Sortable: true},
			{Title: lang.L("Now"), Width: xwidget.Column{Min: 150, Share: 3}, Sortable: true},
			{Title: lang.L("Next meeting"), Width: xwidget.Column{Min: 112}},
			{Title: lang.L("Last read"), Width: xwidget.Column{Min: 80}, Sortable: true},
		},
		Length: func() int { return len(p.shown) },
		NewCell: func(col int) fyne.CanvasObject {
			switch col {
			case byName:
				return xwidget.NewHeading("", theme.SizeNameText)
			case byNow:
				return xwidget.NewStatus(xwidget.Neutral, "")
			default:
				return xwidget.NewText("")
			}
		},
		Bind: func(row, col int, cell fyne.CanvasObject) { p.shown[row].bind(col, cell) },
		OnSelect: func(row int) {
			p.choseRow(p.shown[row])
			p.table.Select(-1)
		},
		OnSort: func(col int, descending bool) {
			p.column, p.reverse = col, descending
			p.choose()
		},
	})
}

func (r Row) bind(col int, cell fyne.CanvasObject) {
	switch col {
	case byName:
		cell.(*xwidget.Text).SetText(r.Name)
	case byPlace:
		cell.(*xwidget.Text).Set(r.Place, theme.ColorNamePlaceHolder)
	case bySeats:
		cell.(*xwidget.Text).SetText(r.Seats)
	case byNow:
		cell.(*xwidget.Status).Set(r.Tone, r.Now)
	case byNext:
		cell.(*xwidget.Text).SetText(r.Next)
	case byRead:
		cell.(*xwidget.Text).Set(r.Read, theme.ColorNamePlaceHolder)
	}
}

// Refresh reads the list of rooms again.
func (p *Page) Refresh() {
	p.area.Run(command.Task{
		Key: "refresh", Label: lang.L("Reading the list of rooms…"), Success: lang.L("The list of rooms was read."),
		Cancellable: true, Work: p.cfg.Engine.RefreshRooms,
	})
}

// AddByAddress asks for the e-mail address of a room and adds it.
func (p *Page) AddByAddress() {
	entry := widget.NewEntry()
	entry.SetPlaceHolder("oslo@contoso.com")
	entry.Validator = CheckAddress
	item := widget.NewFormItem(lang.L("Address"), entry)
	item.HintText = lang.L("The e-mail address of the room's mailbox.")
	d := dialog.NewForm(lang.L("Add a room"), lang.L("Add"), lang.L("Cancel"), []*widget.FormItem{item}, func(ok bool) {
		if ok {
			p.Add(strings.TrimSpace(entry.Text))
		}
	}, p.cfg.Window)
	d.Resize(fyne.NewSize(460, 0))
	d.Show()
	p.cfg.Window.Canvas().Focus(entry)
}

// Add adds the room with the address.
func (p *Page) Add(address string) {
	named := map[string]any{"Address": address}
	p.area.Run(command.Task{
		Key: "add " + address, Cancellable: true,
		Label:   lang.L("Reading the calendar of {{.Address}}…", named),
		Success: lang.L("{{.Address}} was added.", named),
		Work:    func(ctx context.Context) error { return p.cfg.Engine.AddRoom(ctx, address) },
	})
}
