package rooms

import (
	"context"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/roomink/roomink/app/command"
	"github.com/roomink/roomink/app/xwidget"
	"github.com/roomink/roomink/engine/calendar"
)

// picker is the dialog that lists the calendars of the signed-in account, to choose
// those that signs may show.
type picker struct {
	page   *Page
	all    []calendar.Room
	read   bool // all has been asked for
	lines  []line
	chosen map[calendar.RoomID]bool

	area     *command.Area
	intro    *xwidget.Paragraph
	search   *widget.Entry
	none     *xwidget.Paragraph
	list     *widget.List
	again    *widget.Button // shown after a failure
	add      *widget.Button
	dialog   *dialog.CustomDialog
	contents *fyne.Container
}

const pickerWidth, pickerHeight = 480, 420

// line is a line of the dialog: the head of a group, or a calendar.
type line struct {
	group    string
	calendar calendar.Room
}

func newPicker(p *Page) *picker {
	k := &picker{page: p, area: p.cfg.Hub.NewArea(), chosen: make(map[calendar.RoomID]bool)}
	k.intro = xwidget.NewMutedParagraph("")
	k.search = widget.NewEntry()
	k.search.SetPlaceHolder(lang.L("Search calendars"))
	k.search.OnChanged = func(string) { k.show() }
	k.none = xwidget.NewMutedParagraph("")
	k.none.SetAlign(fyne.TextAlignCenter)
	k.list = widget.NewList(func() int { return len(k.lines) }, newLine, k.bind)
	k.list.HideSeparators = true
	k.list.OnSelected = func(i widget.ListItemID) {
		k.list.UnselectAll()
		k.toggle(k.lines[i].calendar.ID)
	}
	top := xwidget.Stack(10, k.intro, k.search, k.area)
	card := xwidget.NewPaddedCard(container.NewStack(k.list, container.New(xwidget.Middle{}, xwidget.Pad(k.none, 0, 20, 0, 20))), 4)
	k.add = widget.NewButtonWithIcon(lang.L("Add"), theme.ContentAddIcon(), k.Add)
	k.add.Importance = widget.HighImportance
	k.again = widget.NewButtonWithIcon(lang.L("Try again"), theme.ViewRefreshIcon(), k.load)
	// Not the dialog's own buttons, among which none can come and go.
	buttons := container.NewCenter(container.NewHBox(widget.NewButton(lang.L("Cancel"), func() { k.dialog.Hide() }), k.again, k.add))
	k.contents = container.NewBorder(xwidget.Pad(top, 0, 0, 10, 0), xwidget.Pad(buttons, 12, 0, 0, 0), nil, nil, card)
	return k
}

// Open shows the dialog and reads the calendars.
func (k *picker) Open() {
	if k.dialog == nil {
		// Of one size, whatever wrapped text asks for before it has its width.
		rigid := xwidget.Fixed(xwidget.Slim(k.contents, pickerHeight), pickerWidth, 0)
		k.dialog = dialog.NewCustomWithoutButtons(lang.L("Add a calendar"), rigid, k.page.cfg.Window)
	}
	k.intro.SetText(lang.L("Calendars of {{.Account}}, and those shared with it. A sign can show any of them as if it were a room.",
		map[string]any{"Account": k.page.view.Account}))
	k.dialog.Show()
	k.load()
}

func (k *picker) load() {
	k.area.Clear()
	k.again.Hide()
	var all []calendar.Room
	k.area.Run(command.Task{
		Key: "calendars", Label: lang.L("Reading the list of calendars…"), Cancellable: true,
		Work: func(ctx context.Context) (err error) {
			all, err = k.page.cfg.Engine.Calendars(ctx)
			return err
		},
		Done: func(err error) {
			k.again.Hidden = err == nil
			if err == nil {
				k.all, k.read = all, true
			}
			k.show()
		},
	})
	k.show()
}

// show lists the calendars that the search keeps, under the names of their groups.
func (k *picker) show() {
	query := strings.ToLower(strings.TrimSpace(k.search.Text))
	k.lines = nil
	group := ""
	for _, c := range k.all {
		if !strings.Contains(strings.ToLower(c.Name+" "+c.List), query) {
			continue
		}
		if c.List != group {
			group = c.List
			k.lines = append(k.lines, line{group: group})
		}
		k.lines = append(k.lines, line{calendar: c})
	}
	k.none.SetText("")
	switch {
	case len(k.lines) > 0 || !k.read:
	case query != "":
		k.none.SetText(lang.L("Nothing matches"))
	default:
		k.none.SetText(lang.L("The account sees no calendars."))
	}
	n := len(k.picked())
	k.add.SetText(lang.L("Add"))
	if n > 1 {
		k.add.SetText(lang.L("Add {{.N}}", map[string]any{"N": n}))
	}
	if n == 0 {
		k.add.Disable()
	} else {
		k.add.Enable()
	}
	k.list.Refresh()
	k.contents.Refresh()
}

// there reports whether the calendar is a room already.
func (k *picker) there(id calendar.RoomID) bool {
	return slices.ContainsFunc(k.page.view.Rows, func(r Row) bool { return r.ID == id })
}

func (k *picker) toggle(id calendar.RoomID) {
	if id == "" || k.there(id) {
		return
	}
	k.chosen[id] = !k.chosen[id]
	k.show()
}

// picked are the calendars that were chosen and are no rooms yet, in their order.
func (k *picker) picked() []calendar.Room {
	var list []calendar.Room
	for _, c := range k.all {
		if k.chosen[c.ID] && !k.there(c.ID) {
			list = append(list, c)
		}
	}
	return list
}

// Add makes the chosen calendars rooms, one after the other. What could not be added
// stays chosen.
func (k *picker) Add() {
	list := k.picked()
	if len(list) == 0 {
		return
	}
	k.dialog.Hide()
	p, added := k.page, 0
	named := map[string]any{"Name": list[0].DisplayName(), "N": len(list)}
	label, success := lang.L("Reading the calendar of {{.Name}}…", named), lang.L("{{.Name}} was added.", named)
	if len(list) > 1 {
		label, success = lang.L("Reading {{.N}} calendars…", named), lang.L("{{.N}} calendars were added.", named)
	}
	p.area.Run(command.Task{
		Key: "addCalendars", Label: label, Success: success, Cancellable: true,
		Work: func(ctx context.Context) error {
			for _, c := range list {
				if err := p.cfg.Engine.AddCalendar(ctx, c); err != nil {
					return err
				}
				added++
			}
			return nil
		},
		Done: func(error) {
			for _, c := range list[:added] {
				delete(k.chosen, c.ID)
			}
			if added > 0 {
				p.Select(list[0].ID)
			}
		},
	})
}

func newLine() fyne.CanvasObject {
	head := xwidget.NewHeading("", theme.SizeNameCaptionText)
	head.Color = theme.ColorNamePlaceHolder
	note := xwidget.NewMuted(lang.L("added already"))
	note.TextSize, note.Whole = theme.SizeNameCaptionText, true
	box := xwidget.Fixed(widget.NewIcon(nil), 22, 22)
	item := container.NewBorder(nil, nil, xwidget.Pad(box, 0, 6, 0, 6), note, xwidget.NewText(""))
	return xwidget.Pad(container.NewStack(head, item), 2, 10, 2, 6)
}

func (k *picker) bind(i widget.ListItemID, o fyne.CanvasObject) {
	parts := o.(*fyne.Container).Objects[0].(*fyne.Container).Objects
	head, item := parts[0].(*xwidget.Text), parts[1].(*fyne.Container)
	l := k.lines[i]
	head.SetText(l.group)
	head.Hidden, item.Hidden = l.group == "", l.group != ""
	name, box, note := item.Objects[0].(*xwidget.Text), item.Objects[1], item.Objects[2]
	there := k.there(l.calendar.ID)
	color, icon := theme.ColorNameForeground, theme.CheckButtonIcon()
	switch {
	case there:
		color, icon = theme.ColorNamePlaceHolder, theme.NewDisabledResource(theme.CheckButtonCheckedIcon())
	case k.chosen[l.calendar.ID]:
		icon = theme.NewPrimaryThemedResource(theme.CheckButtonCheckedIcon())
	}
	name.Set(l.calendar.DisplayName(), color)
	icons(box).SetResource(icon)
	if note.Visible() != there {
		note.(*xwidget.Text).Hidden = !there
		item.Refresh()
	}
}

// icons finds the icon in its padding.
func icons(o fyne.CanvasObject) *widget.Icon {
	for {
		switch x := o.(type) {
		case *widget.Icon:
			return x
		case *fyne.Container:
			o = x.Objects[len(x.Objects)-1]
		}
	}
}
