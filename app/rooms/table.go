package rooms

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"

	"github.com/roomink/roomink/app/xwidget"
)

// Widths of the table under which columns step aside: beside the details there is room
// for what tells rooms apart and how they do; the details have the rest.
const (
	withPlace = 460
	withRest  = 690
	withAll   = 842
)

func (p *Page) newTable() *xwidget.Table {
	return xwidget.NewTable(xwidget.TableConfig{
		Columns: []xwidget.TableColumn{
			byName:   {Title: lang.L("Room"), Width: xwidget.Column{Min: 125, Share: 2}, Sortable: true},
			byPlace:  {Title: lang.L("Place"), Width: xwidget.Column{Min: 135, Share: 2, Below: withPlace}, Sortable: true},
			bySeats:  {Title: lang.L("Seats"), Width: xwidget.Column{Min: 62, Below: withRest}, Sortable: true},
			byNow:    {Title: lang.L("Now"), Width: xwidget.Column{Min: 168, Share: 1}, Sortable: true},
			byNext:   {Title: lang.L("Next meeting"), Width: xwidget.Column{Min: 110, Below: withAll}},
			byEvents: {Title: lang.L("Entries"), Width: xwidget.Column{Min: 74, Below: withRest}, Sortable: true},
			byRead:   {Title: lang.L("Last read"), Width: xwidget.Column{Min: 84, Below: withRest}, Sortable: true},
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
			p.selected = p.shown[row].ID
			p.mark()
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
	case byEvents:
		cell.(*xwidget.Text).Set(r.Events, theme.ColorNamePlaceHolder)
	case byRead:
		cell.(*xwidget.Text).Set(r.Read, theme.ColorNamePlaceHolder)
	}
}
