package xwidget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// TableColumn is one column of a [Table].
type TableColumn struct {
	Title    string
	Width    Column
	Sortable bool
}

// TableConfig says what a table shows. All functions run on the UI goroutine.
type TableConfig struct {
	Columns []TableColumn
	Length  func() int
	NewCell func(col int) fyne.CanvasObject
	Bind    func(row, col int, cell fyne.CanvasObject)
	// OnSelect, if not nil, is called when a person chooses a row.
	OnSelect func(row int)
	// OnSort is called when a person chooses another order; needed only where a
	// column is sortable.
	OnSort func(col int, descending bool)
}

// Table is a list of rows in columns that share out the width, under a header
// whose titles sort. It makes widgets only for the rows on screen.
type Table struct {
	widget.BaseWidget
	cfg     TableConfig
	list    *widget.List
	header  *fyne.Container
	titles  []*sortTitle
	sorted  int // column; -1 = none
	reverse bool
	quiet   bool // selecting by program
}

const columnGap = 14

// NewTable makes a table that is sorted by no column.
func NewTable(cfg TableConfig) *Table {
	t := &Table{cfg: cfg, sorted: -1}
	cols := Columns{Gap: columnGap}
	for _, c := range cfg.Columns {
		cols.Cols = append(cols.Cols, c.Width)
	}
	t.header = container.New(cols)
	for i, c := range cfg.Columns {
		title := newSortTitle(c.Title)
		if c.Sortable {
			title.onTapped = func() { t.sortBy(i) }
		}
		t.titles = append(t.titles, title)
		t.header.Add(title)
	}
	t.list = widget.NewList(cfg.Length, func() fyne.CanvasObject {
		row := container.New(cols)
		for i := range cfg.Columns {
			row.Add(cfg.NewCell(i))
		}
		return Pad(row, 7, 12, 7, 12)
	}, func(i widget.ListItemID, o fyne.CanvasObject) {
		for c, cell := range o.(*fyne.Container).Objects[0].(*fyne.Container).Objects {
			cfg.Bind(i, c, cell)
		}
	})
	t.list.OnSelected = func(i widget.ListItemID) {
		switch {
		case t.quiet:
		case cfg.OnSelect == nil:
			t.list.UnselectAll()
		default:
			cfg.OnSelect(i)
		}
	}
	t.ExtendBaseWidget(t)
	return t
}

// Select marks a row without calling OnSelect; -1 marks none.
func (t *Table) Select(row int) {
	t.quiet = true
	defer func() { t.quiet = false }()
	if row < 0 {
		t.list.UnselectAll()
		return
	}
	t.list.Select(row)
}

// Tap chooses a row as a person would.
func (t *Table) Tap(row int) { t.list.Select(row) }

// SortBy chooses a column as a person would.
func (t *Table) SortBy(col int) { t.sortBy(col) }

func (t *Table) sortBy(col int) {
	t.reverse = t.sorted == col && !t.reverse
	t.sorted = col
	for i, title := range t.titles {
		title.set(i == col, t.reverse)
	}
	t.cfg.OnSort(col, t.reverse)
}

// Refresh shows the rows again.
func (t *Table) Refresh() { t.list.Refresh() }

// CreateRenderer implements fyne.Widget.
func (t *Table) CreateRenderer() fyne.WidgetRenderer {
	head := container.NewVBox(Pad(t.header, 6, 12, 6, 12), widget.NewSeparator())
	body := container.NewBorder(head, nil, nil, nil, t.list)
	return widget.NewSimpleRenderer(NewPaddedCard(body, 4))
}

// sortTitle is a column's title; a tap sorts by the column.
type sortTitle struct {
	widget.BaseWidget
	text     *Text
	arrow    *widget.Icon
	onTapped func()
}

func newSortTitle(title string) *sortTitle {
	s := &sortTitle{text: NewMuted(title), arrow: widget.NewIcon(theme.MenuDropDownIcon())}
	s.text.TextSize = theme.SizeNameCaptionText
	s.text.Style.Bold = true
	s.arrow.Hide()
	s.ExtendBaseWidget(s)
	return s
}

func (s *sortTitle) set(on, descending bool) {
	s.arrow.Hidden = !on
	s.arrow.SetResource(theme.MenuDropDownIcon())
	if !descending {
		s.arrow.SetResource(theme.MenuDropUpIcon())
	}
	s.arrow.Refresh()
}

func (s *sortTitle) Tapped(*fyne.PointEvent) {
	if s.onTapped != nil {
		s.onTapped()
	}
}

func (s *sortTitle) Cursor() desktop.Cursor {
	if s.onTapped != nil {
		return desktop.PointerCursor
	}
	return desktop.DefaultCursor
}

func (s *sortTitle) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(container.NewBorder(nil, nil, nil, Fixed(s.arrow, 16, 16), s.text))
}
