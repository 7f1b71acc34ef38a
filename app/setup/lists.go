package setup

import (
	"context"
	"errors"
	"fmt"
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

// adoptList is the screen of displays in sight, a click each.
type adoptList struct {
	basic
	items []Item
	rows  *fyne.Container
	text  *xwidget.Paragraph
	all   *widget.Button
	area  *command.Area
}

func newAdoptList(p *Page) *adoptList {
	l := &adoptList{rows: xwidget.Stack(6), text: xwidget.NewParagraph(""), area: p.cfg.Hub.NewArea()}
	l.all = widget.NewButtonWithIcon(lang.L("Adopt all"), theme.ConfirmIcon(), l.AdoptAll)
	l.all.Importance = widget.HighImportance
	more := widget.NewButtonWithIcon(lang.L("Go to Displays"), theme.NavigateNextIcon(), func() { p.cfg.Open("displays") })
	l.basic = newBasic(p, l.text, l.rows, l.area, container.NewHBox(l.all, more))
	l.list(nil)
	return l
}

func (l *adoptList) show() { l.list(l.page.view.Found) }

func (l *adoptList) list(items []Item) {
	if slices.Equal(l.items, items) && l.text.Text() != "" {
		return
	}
	l.items = items
	l.rows.RemoveAll()
	for _, item := range items[:min(len(items), listed)] {
		adopt := widget.NewButton(lang.L("Adopt"), func() { l.Adopt(item) })
		_, _, object := line(item, adopt)
		l.rows.Add(object)
	}
	xwidget.SetVisible(l.all, len(items) > 1)
	switch hidden := len(items) - listed; {
	case len(items) == 0:
		l.text.SetText(lang.L("Switch a display on in this network and it appears here by itself, within a minute. One in another network is added by its address on the page Displays."))
	case hidden > 0:
		l.text.SetText(lang.L("These displays are in sight, and {{.N}} more. Adopt those that are yours.", map[string]any{"N": hidden}))
	default:
		l.text.SetText(lang.L("These displays are in sight. Adopt those that are yours."))
	}
}

// line is a display with something to do about it, and the two texts on it.
func line(item Item, do ...fyne.CanvasObject) (name, sub *xwidget.Text, object fyne.CanvasObject) {
	name, sub = xwidget.NewHeading(item.Name, theme.SizeNameText), xwidget.NewMuted(item.Sub)
	sub.TextSize = theme.SizeNameCaptionText
	return name, sub, container.NewBorder(nil, nil, nil, container.NewHBox(do...), xwidget.Stack(2, name, sub))
}

// Adopt adopts one display.
func (l *adoptList) Adopt(item Item) {
	l.page.chosen = true
	l.area.Run(command.Task{
		Key: string(item.ID), Label: lang.L("Adopting {{.Name}}…", map[string]any{"Name": item.Name}), Cancellable: true,
		Work: func(ctx context.Context) error { return l.page.cfg.Engine.Adopt(ctx, item.ID) },
	})
}

// AdoptAll adopts every display in sight, one after the other.
func (l *adoptList) AdoptAll() {
	const key = "adopt all"
	l.page.chosen = true
	items := l.items
	var failed []error
	l.area.Run(command.Task{
		Key: key, Label: lang.L("Adopting {{.N}} displays…", map[string]any{"N": len(items)}), Cancellable: true,
		Work: func(ctx context.Context) error {
			for _, item := range items {
				err := l.page.cfg.Engine.Adopt(ctx, item.ID)
				if ctx.Err() != nil {
					return ctx.Err()
				}
				if err != nil {
					failed = append(failed, fmt.Errorf("adopt %s: %w", item.Name, err))
				}
			}
			return errors.Join(failed...)
		},
		Done: func(error) {
			if len(failed) == 0 {
				return
			}
			x := l.page.cfg.Hub.Explain(failed[0])
			x.Title = lang.L("{{.N}} of {{.All}} displays could not be adopted. The first: {{.Title}}",
				map[string]any{"N": len(failed), "All": len(items), "Title": x.Title})
			l.area.Tell(key, x)
		},
	})
}

// assignList is the screen of adopted displays, a room each.
type assignList struct {
	basic
	items []Item
	rooms []Choice
	kept  map[display.ID]*assignRow
	rows  *fyne.Container
	text  *xwidget.Paragraph
	area  *command.Area
}

func newAssignList(p *Page) *assignList {
	l := &assignList{
		rows: xwidget.Stack(6), text: xwidget.NewParagraph(""), area: p.cfg.Hub.NewArea(),
		kept: make(map[display.ID]*assignRow),
	}
	more := widget.NewButtonWithIcon(lang.L("Go to Displays"), theme.NavigateNextIcon(), func() { p.cfg.Open("displays") })
	l.basic = newBasic(p, l.text, l.rows, l.area, container.NewHBox(more))
	l.take(nil, nil)
	return l
}

func (l *assignList) show() { l.take(l.page.view.Adopted, l.page.view.Rooms) }

func (l *assignList) take(items []Item, rooms []Choice) {
	if slices.Equal(l.items, items) && slices.Equal(l.rooms, rooms) && l.text.Text() != "" {
		return
	}
	l.items, l.rooms = items, rooms
	switch {
	case len(rooms) == 0:
		l.text.SetText(lang.L("Rooms appear here once Microsoft 365 is connected. One that is missing is added by its address on the page Rooms."))
		l.list(nil)
	case len(items) == 0:
		l.text.SetText(lang.L("Every adopted display has its room."))
		l.list(nil)
	default:
		l.text.SetText(lang.L("Choose the room at whose door each display hangs. Its sign appears at once."))
		l.list(items[:min(len(items), listed)])
	}
}

// list shows a row for each item. A display keeps its row, so that a dropdown that
// is open, and a room that is chosen, outlive a snapshot.
func (l *assignList) list(items []Item) {
	old := l.kept
	l.kept = make(map[display.ID]*assignRow, len(items))
	l.rows.Objects = nil
	for _, item := range items {
		r, ok := old[item.ID]
		if !ok {
			r = newAssignRow(l)
		}
		delete(old, item.ID)
		l.kept[item.ID] = r
		r.show(item)
		l.rows.Objects = append(l.rows.Objects, r.object)
	}
	for _, r := range old {
		r.room.Hide() // with its dropdown, which would choose for nobody
	}
	l.rows.Refresh()
}

// assignRow is a display with the rooms to choose from.
type assignRow struct {
	list      *assignList
	item      Item
	chosen    calendar.RoomID // "" = none yet
	name, sub *xwidget.Text
	room      *widget.Select
	assign    *widget.Button
	object    fyne.CanvasObject
}

func newAssignRow(l *assignList) *assignRow {
	r := &assignRow{list: l}
	r.assign = widget.NewButton(lang.L("Assign"), func() { l.Assign(r.item, r.chosen) })
	r.room = widget.NewSelect(nil, func(string) { r.choose(r.room.SelectedIndex()) })
	r.room.PlaceHolder = lang.L("Choose a room")
	r.name, r.sub, r.object = line(Item{}, xwidget.Fixed(r.room, 230, 0), r.assign)
	return r
}

// choose takes the room at an index of the list; -1 is one that left the list while
// the dropdown was open.
func (r *assignRow) choose(at int) {
	if at >= 0 {
		r.chosen = r.list.rooms[at].ID
	}
	r.show(r.item)
}

func (r *assignRow) show(item Item) {
	r.item = item
	r.name.SetText(item.Name)
	r.sub.SetText(item.Sub)
	labels := make([]string, len(r.list.rooms))
	current := ""
	for i, c := range r.list.rooms {
		labels[i] = c.Label
		if c.ID == r.chosen {
			current = c.Label
		}
	}
	r.room.Selected = current
	r.room.SetOptions(labels)
	if current == "" {
		r.assign.Disable()
	} else {
		r.assign.Enable()
	}
}

// Assign gives a display a room.
func (l *assignList) Assign(item Item, room calendar.RoomID) {
	if room == "" {
		return
	}
	l.page.chosen = true
	l.area.Run(command.Task{
		Key: string(item.ID), Label: lang.L("Giving {{.Name}} its room…", map[string]any{"Name": item.Name}), Cancellable: true,
		Work: func(ctx context.Context) error { return l.page.cfg.Engine.Assign(ctx, item.ID, room) },
	})
}
