package setup

import (
	"context"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/roomink/roomink/app/command"
	"github.com/roomink/roomink/app/xwidget"
	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/display"
)

// listed is how many displays a step lists; the page Displays has them all.
const listed = 6

// adoptList is the body of the fourth step: displays in sight, a click each.
type adoptList struct {
	page   *Page
	items  []Item
	rows   *fyne.Container
	text   *xwidget.Paragraph
	all    *widget.Button
	area   *command.Area
	object fyne.CanvasObject
}

func newAdoptList(p *Page) *adoptList {
	l := &adoptList{page: p, rows: xwidget.Stack(6), text: xwidget.NewParagraph(""), area: p.cfg.Hub.NewArea()}
	l.all = widget.NewButtonWithIcon(lang.L("Adopt all"), theme.ConfirmIcon(), l.AdoptAll)
	l.all.Importance = widget.HighImportance
	more := widget.NewButtonWithIcon(lang.L("Go to Displays"), theme.NavigateNextIcon(), func() { p.cfg.Open("displays") })
	l.object = xwidget.Stack(10, l.text, l.rows, l.area, container.NewHBox(l.all, more))
	l.show(nil)
	return l
}

func (l *adoptList) show(items []Item) {
	if slices.Equal(l.items, items) && l.text.Text() != "" {
		return
	}
	l.items = items
	l.rows.RemoveAll()
	for _, item := range items[:min(len(items), listed)] {
		adopt := widget.NewButton(lang.L("Adopt"), func() { l.Adopt(item) })
		l.rows.Add(line(item, adopt))
	}
	l.all.Hidden = len(items) < 2
	switch hidden := len(items) - listed; {
	case len(items) == 0:
		l.text.SetText(lang.L("Switch a display on in this network and it appears here by itself, within a minute. One in another network is added by its address on the page Displays."))
	case hidden > 0:
		l.text.SetText(lang.L("These displays are in sight, and {{.N}} more. Adopt those that are yours.", map[string]any{"N": hidden}))
	default:
		l.text.SetText(lang.L("These displays are in sight. Adopt those that are yours."))
	}
}

// line is a display with something to do about it.
func line(item Item, do ...fyne.CanvasObject) fyne.CanvasObject {
	small := xwidget.NewMuted(item.Sub)
	small.TextSize = theme.SizeNameCaptionText
	return container.NewBorder(nil, nil, nil, container.NewHBox(do...),
		xwidget.Stack(2, xwidget.NewHeading(item.Name, theme.SizeNameText), small))
}

// Adopt adopts one display.
func (l *adoptList) Adopt(item Item) {
	l.area.Run(command.Task{
		Key: string(item.ID), Label: lang.L("Adopting {{.Name}}…", map[string]any{"Name": item.Name}), Cancellable: true,
		Work: func(ctx context.Context) error { return l.page.cfg.Engine.Adopt(ctx, item.ID) },
	})
}

// AdoptAll adopts every display in sight.
func (l *adoptList) AdoptAll() {
	for _, item := range l.items {
		l.Adopt(item)
	}
}

// assignList is the body of the fifth step: adopted displays, a room each.
type assignList struct {
	page   *Page
	items  []Item
	rooms  []Choice
	chosen map[display.ID]calendar.RoomID
	rows   *fyne.Container
	text   *xwidget.Paragraph
	area   *command.Area
	object fyne.CanvasObject
}

func newAssignList(p *Page) *assignList {
	l := &assignList{
		page: p, rows: xwidget.Stack(6), text: xwidget.NewParagraph(""), area: p.cfg.Hub.NewArea(),
		chosen: make(map[display.ID]calendar.RoomID),
	}
	more := widget.NewButtonWithIcon(lang.L("Go to Displays"), theme.NavigateNextIcon(), func() { p.cfg.Open("displays") })
	l.object = xwidget.Stack(10, l.text, l.rows, l.area, container.NewHBox(more))
	l.show(nil, nil)
	return l
}

func (l *assignList) show(items []Item, rooms []Choice) {
	if slices.Equal(l.items, items) && slices.Equal(l.rooms, rooms) && l.text.Text() != "" {
		return
	}
	l.items, l.rooms = items, rooms
	l.rows.RemoveAll()
	switch {
	case len(rooms) == 0:
		l.text.SetText(lang.L("Rooms appear here once Microsoft 365 is connected. One that is missing is added by its address on the page Rooms."))
		return
	case len(items) == 0:
		l.text.SetText(lang.L("Every adopted display has its room."))
		return
	}
	l.text.SetText(lang.L("Choose the room at whose door each display hangs. Its sign appears at once."))
	for _, item := range items[:min(len(items), listed)] {
		l.rows.Add(l.row(item))
	}
}

func (l *assignList) row(item Item) fyne.CanvasObject {
	assign := widget.NewButton(lang.L("Assign"), func() { l.Assign(item, l.chosen[item.ID]) })
	assign.Disable()
	var labels []string
	current := ""
	for _, c := range l.rooms {
		labels = append(labels, c.Label)
		if c.ID == l.chosen[item.ID] {
			current = c.Label
		}
	}
	room := widget.NewSelect(labels, func(label string) {
		for _, c := range l.rooms {
			if c.Label == label {
				l.chosen[item.ID] = c.ID
				assign.Enable()
			}
		}
	})
	room.PlaceHolder = lang.L("Choose a room")
	if current != "" {
		room.SetSelected(current)
	}
	return line(item, xwidget.Fixed(room, 230, 0), assign)
}

// Assign gives a display a room.
func (l *assignList) Assign(item Item, room calendar.RoomID) {
	if room == "" {
		return
	}
	l.area.Run(command.Task{
		Key: string(item.ID), Label: lang.L("Giving {{.Name}} its room…", map[string]any{"Name": item.Name}), Cancellable: true,
		Work: func(ctx context.Context) error { return l.page.cfg.Engine.Assign(ctx, item.ID, room) },
	})
}
