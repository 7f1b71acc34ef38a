package displays

import (
	"context"
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/roomink/roomink/app/art"
	"github.com/roomink/roomink/app/command"
	"github.com/roomink/roomink/app/paper"
	"github.com/roomink/roomink/app/words"
	"github.com/roomink/roomink/app/xwidget"
	"github.com/roomink/roomink/engine"
	"github.com/roomink/roomink/engine/display"
)

// Config is what the page needs.
type Config struct {
	Engine Engine
	Hub    *command.Hub
	Now    func() time.Time
	Open   func(page string) // shows another page
	Window fyne.Window       // for dialogs
	// ChooseFile asks for a file with one of the extensions and reads it; the error is
	// context.Canceled if a person chose none.
	ChooseFile func(extensions []string, done func(name string, data []byte, err error))
}

// Page is the page.
type Page struct {
	cfg  Config
	view View

	shown    []Row
	selected display.ID
	column   int
	reverse  bool

	gateways *widget.Button
	letIn    *xwidget.Status
	letInEnd *widget.Button
	letInBar *fyne.Container
	bars     []*fyne.Container // what has to make room for these, from within
	search   *widget.Entry
	filter   *widget.Select
	table    *xwidget.Table
	area     *command.Area
	details  *details
	pictures *paper.Cache // of the details: one display at a time, and its previews
	empty    *xwidget.EmptyState
	none     *xwidget.EmptyState // nothing matches
	full     *fyne.Container
	content  *fyne.Container
}

// New makes the page.
func New(cfg Config) *Page {
	p := &Page{cfg: cfg, column: -1, pictures: paper.NewCache(600, 8), area: cfg.Hub.NewArea()}
	p.search = widget.NewEntry()
	p.search.SetPlaceHolder(lang.L("Search name, room or address"))
	p.search.OnChanged = func(string) { p.choose() }
	p.filter = widget.NewSelect(Filters(), func(string) { p.choose() })
	p.filter.Selected = Filters()[Every]
	p.table = p.newTable()
	p.details = newDetails(p)
	p.empty = xwidget.NewEmptyState(art.Sign(), lang.L("No displays yet"),
		lang.L("Switch a display on in this network: it appears here by itself. Others can be added."),
		lang.L("Add a display…"), p.AddDisplay)
	p.none = xwidget.NewEmptyState(theme.SearchIcon(), lang.L("Nothing matches"), "", "", nil)

	add := widget.NewButtonWithIcon(lang.L("Add a display…"), theme.ContentAddIcon(), p.AddDisplay)
	p.gateways = widget.NewButton("", p.ShowGateways)
	p.letIn = xwidget.NewStatus(xwidget.Info, "")
	p.letInEnd = widget.NewButton(lang.L("Let no more in"), func() { p.SetLetIn(false) })
	p.letInEnd.Importance = widget.LowImportance
	p.letInBar = xwidget.Pad(container.NewBorder(nil, nil, nil, p.letInEnd, p.letIn), 0, 0, 8, 0)
	p.letInBar.Hide()
	tools := container.NewHBox(p.gateways, add)
	row := container.NewBorder(nil, nil, xwidget.Fixed(p.filter, 170, 0), tools, p.search)
	bar := xwidget.Stack(0, p.letInBar, row)
	head := xwidget.Pad(bar, 0, 0, 10, 0)
	// The details keep their width; the list takes what is left.
	side := xwidget.Pad(xwidget.Fixed(p.details.object, 330, 0), 0, 0, 0, 12)
	p.full = container.NewBorder(head, nil, nil, side, container.NewStack(p.table, p.none))
	p.bars = []*fyne.Container{tools, row, bar, head, p.full}
	p.none.Hide()
	p.full.Hide()
	p.content = container.NewBorder(p.area, nil, nil, nil, container.NewStack(p.full, p.empty))
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
	p.showNetwork()
	if bare := len(v.Rows) == 0; p.full.Visible() == bare {
		p.full.Hidden, p.empty.Hidden = bare, !bare
		p.content.Refresh()
	}
	p.choose()
}

// showNetwork brings up to date what is said of access points, and of displays that may ask.
func (p *Page) showNetwork() {
	open, label := p.view.Serving.Open, lang.L("Access points ({{.N}})", map[string]any{"N": len(p.view.Gateways)})
	moved := p.gateways.Text != label || p.gateways.Visible() != (len(p.view.Gateways) > 0) || p.letInBar.Visible() == open.IsZero()
	p.gateways.SetText(label)
	xwidget.SetVisible(p.gateways, len(p.view.Gateways) > 0)
	xwidget.SetVisible(p.letInBar, !open.IsZero())
	if moved {
		for _, c := range p.bars {
			c.Refresh()
		}
	}
	p.letIn.Set(xwidget.Info, lang.L("New displays may ask at {{.URL}} until {{.When}}", map[string]any{
		"URL": p.view.Serving.URL, "When": words.When(open, p.cfg.Now(), p.view.Hours12)}))
}

// choose lists the rows that filter and search keep, in the chosen order.
func (p *Page) choose() {
	if p.table == nil || p.details == nil {
		return // still being made
	}
	f := Filter(max(0, p.filter.SelectedIndex()))
	p.shown = Choose(p.view.Rows, f, p.search.Text, p.column, p.reverse)
	p.none.Hidden = len(p.shown) > 0 || len(p.view.Rows) == 0
	p.table.Refresh()
	p.mark()
}

// mark keeps the chosen display chosen and its details up to date, wherever it is
// listed now, or not listed by the filter. Another takes its place only once it is
// gone.
func (p *Page) mark() {
	is := func(r Row) bool { return r.ID == p.selected }
	all := slices.IndexFunc(p.view.Rows, is)
	if all < 0 && len(p.shown) > 0 {
		p.selected = p.shown[0].ID
		all = slices.IndexFunc(p.view.Rows, is)
	}
	p.table.Select(slices.IndexFunc(p.shown, is))
	if all < 0 {
		p.details.clear()
		return
	}
	p.details.show(p.view.Rows[all], p.view.Rooms)
}

// Select shows one display, whatever the filter.
func (p *Page) Select(id display.ID) {
	p.selected = id
	p.search.SetText("")
	p.filter.SetSelectedIndex(int(Every))
	p.choose()
}

func (p *Page) newTable() *xwidget.Table {
	return xwidget.NewTable(xwidget.TableConfig{
		Columns: []xwidget.TableColumn{
			{Title: lang.L("Display"), Width: xwidget.Column{Min: 120, Share: 3}, Sortable: true},
			{Title: lang.L("Room"), Width: xwidget.Column{Min: 80, Share: 2}, Sortable: true},
			{Title: lang.L("State"), Width: xwidget.Column{Min: 120, Share: 2}, Sortable: true},
		},
		Length: func() int { return len(p.shown) },
		NewCell: func(col int) fyne.CanvasObject {
			switch col {
			case 0:
				small := xwidget.NewMuted("")
				small.TextSize = theme.SizeNameCaptionText
				return xwidget.Stack(2, xwidget.NewHeading("", theme.SizeNameText), small)
			case 1:
				return xwidget.NewText("")
			default:
				return xwidget.NewStatus(xwidget.Neutral, "")
			}
		},
		Bind: func(row, col int, cell fyne.CanvasObject) {
			r := p.shown[row]
			switch col {
			case 0:
				lines := cell.(*fyne.Container).Objects
				lines[0].(*xwidget.Text).SetText(r.Name)
				lines[1].(*xwidget.Text).SetText(r.Sub)
			case 1:
				color := theme.ColorNamePlaceHolder
				if r.Stage == engine.Assigned {
					color = theme.ColorNameForeground
				}
				cell.(*xwidget.Text).Set(r.RoomAs, color)
			default:
				cell.(*xwidget.Status).Set(r.Tone, r.State)
			}
		},
		OnSelect: func(row int) {
			p.selected = p.shown[row].ID
			p.mark()
		},
		OnSort: func(col int, descending bool) {
			p.column, p.reverse = col, descending
			p.choose()
		},
	})
}

// AddByAddress asks for the address of a display and adds it.
func (p *Page) AddByAddress() {
	entry := widget.NewEntry()
	entry.SetPlaceHolder("192.168.20.31")
	item := widget.NewFormItem(lang.L("Address"), entry)
	item.HintText = lang.L("Host or IP address; a port only if it is not the usual one.")
	entry.Validator = CheckAddress
	d := dialog.NewForm(lang.L("Add a display"), lang.L("Add"), lang.L("Cancel"), []*widget.FormItem{item}, func(ok bool) {
		if ok {
			p.Add(strings.TrimSpace(entry.Text))
		}
	}, p.cfg.Window)
	d.Resize(fyne.NewSize(460, 0))
	d.Show()
	p.cfg.Window.Canvas().Focus(entry)
}

// Add probes the address and adds the display that answers there.
func (p *Page) Add(address string) {
	var id display.ID
	p.area.Run(command.Task{
		Key: "add " + address, Cancellable: true,
		Label:   lang.L("Asking {{.Address}} what it is…", map[string]any{"Address": address}),
		Success: lang.L("{{.Address}} answered and is in the list.", map[string]any{"Address": address}),
		Work: func(ctx context.Context) (err error) {
			id, err = p.cfg.Engine.AddDisplay(ctx, address)
			return err
		},
		Done: func(err error) {
			if err == nil && id != "" { // "": an access point answered, and its displays are listed
				p.Select(id)
			}
		},
	})
}
