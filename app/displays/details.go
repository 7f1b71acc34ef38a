package displays

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/roomink/roomink/app/command"
	"github.com/roomink/roomink/app/xwidget"
	"github.com/roomink/roomink/engine"
	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/display"
)

// details is the side of the page that shows one display, and what can be done
// with it.
type details struct {
	page  *Page
	row   Row
	rooms []Choice

	// The room chosen and not yet given, with the picture that the display would
	// show for it.
	chosen  calendar.RoomID
	preview *display.Frame
	asked   int // grows with every preview asked for: only the newest answer counts

	bezel   *xwidget.Bezel
	caption *xwidget.Text
	name    *xwidget.Text
	state   *xwidget.Status
	trouble *xwidget.Explanation
	facts   *fyne.Container
	values  []*xwidget.Text

	adopt, assign, unassign, identify, forget *widget.Button
	approve, setUp, rename                    *widget.Button
	pull                                      *widget.Check
	pullText, inClear                         *xwidget.Paragraph
	more                                      *fyne.Container // buttons of which not all are always there
	filling                                   bool

	room     *widget.Select
	roomHead *xwidget.Text
	roomBox  *fyne.Container
	noRooms  *xwidget.Paragraph
	body     *fyne.Container
	object   fyne.CanvasObject
}

func newDetails(p *Page) *details {
	d := &details{
		page:    p,
		bezel:   xwidget.NewBezel(fyne.NewSize(280, 184)),
		caption: xwidget.NewMuted(""),
		name:    xwidget.NewHeading("", theme.SizeNameSubHeadingText),
		state:   xwidget.NewStatus(xwidget.Neutral, ""),
		trouble: xwidget.NewExplanation(xwidget.Bad, xwidget.Words{}, nil),
	}
	d.caption.TextSize = theme.SizeNameCaptionText
	d.caption.Align = fyne.TextAlignCenter
	d.facts = container.New(&factsLayout{})
	d.adopt = widget.NewButtonWithIcon(lang.L("Adopt"), theme.ConfirmIcon(), d.Adopt)
	d.adopt.Importance = widget.HighImportance
	d.assign = widget.NewButtonWithIcon(lang.L("Assign"), theme.ConfirmIcon(), d.Assign)
	d.assign.Importance = widget.HighImportance
	d.unassign = widget.NewButton(lang.L("Take the room away"), d.Unassign)
	d.identify = widget.NewButtonWithIcon(lang.L("Identify"), theme.VisibilityIcon(), d.Identify)
	d.forget = widget.NewButtonWithIcon(lang.L("Forget…"), theme.DeleteIcon(), d.Forget)
	d.approve = widget.NewButtonWithIcon(lang.L("Approve"), theme.ConfirmIcon(), d.Approve)
	d.approve.Importance = widget.WarningImportance
	d.setUp = widget.NewButton(lang.L("How to set it up…"), func() { p.ShowInstructions(d.row.ID, d.row.Name) })
	d.rename = widget.NewButton(lang.L("Rename…"), d.Rename)
	d.pull = widget.NewCheck(lang.L("It sleeps, and fetches its pictures"), d.SetPull)
	d.pullText = xwidget.NewCaption(lang.L("Otherwise pictures are sent to it as soon as its sign changes, while it is awake."))
	d.inClear = xwidget.NewCaption("")
	d.room = widget.NewSelect(nil, func(label string) { d.chooseLabel(label) })
	d.room.PlaceHolder = lang.L("Choose a room")
	d.roomHead = xwidget.NewHeading(lang.L("Room"), theme.SizeNameText)
	d.noRooms = xwidget.NewMutedParagraph(lang.L("Rooms to choose from appear once Microsoft 365 is connected."))
	d.roomBox = xwidget.Stack(6, d.roomHead, d.noRooms, container.NewBorder(nil, nil, nil, d.assign, d.room))
	d.more = container.NewGridWithColumns(2, d.rename, d.unassign)
	d.body = xwidget.Stack(10,
		d.bezel, d.caption, d.name, d.state, d.adopt, d.trouble, d.approve, d.roomBox,
		container.NewGridWithColumns(2, d.identify, d.forget), d.more,
		d.pull, d.pullText, d.setUp,
		xwidget.Pad(d.facts, 4, 0, 0, 0), d.inClear,
	)
	d.body.Hide()
	d.object = xwidget.NewPaddedCard(container.NewVScroll(xwidget.Pad(d.body, 6, 10, 6, 6)), 6)
	return d
}

func (d *details) clear() {
	d.row = Row{}
	d.body.Hide()
}

// show brings the details up to date, and keeps a room that a person has chosen but
// not given yet.
func (d *details) show(r Row, rooms []Choice) {
	if r.ID != d.row.ID {
		d.chosen, d.preview = "", nil
		d.asked++
	}
	d.row, d.rooms = r, rooms
	d.name.SetText(r.Name)
	d.state.Set(r.Tone, r.State)
	d.trouble.Hidden = r.Trouble == nil
	if r.Trouble != nil {
		d.trouble.Set(r.Tone, *r.Trouble)
	}
	ours := r.Stage != engine.Found
	d.adopt.Hidden = ours
	d.roomBox.Hidden = !ours
	d.identify.Hidden, d.forget.Hidden = !ours, !ours
	d.unassign.Hidden = r.Stage != engine.Assigned
	d.rename.Hidden = !ours
	d.more.Refresh()
	d.approve.Hidden = !r.Asks || !ours
	d.setUp.Hidden = !r.Own || !r.Fetches
	d.pull.Hidden, d.pullText.Hidden = !r.Switch, !r.Switch
	d.filling = true
	d.pull.SetChecked(r.Fetches)
	d.filling = false
	d.inClear.Hidden = r.Clear == ""
	if text := lang.L("Unencrypted on its way: {{.What}}", map[string]any{"What": r.Clear}); d.inClear.Text() != text {
		d.inClear.SetText(text)
	}
	d.showRooms()
	d.showFacts()
	d.showGlass()
	d.body.Show()
	d.body.Refresh()
}

func (d *details) showRooms() {
	var labels []string
	current := ""
	want := d.chosen
	if want == "" {
		want = d.row.Room
	}
	for _, c := range d.rooms {
		labels = append(labels, c.Label)
		if c.ID == want {
			current = c.Label
		}
	}
	d.noRooms.Hidden = len(labels) > 0
	d.room.Options = labels
	d.room.Selected = current
	d.room.Refresh()
	if d.chosen == "" || d.chosen == d.row.Room || current == "" {
		d.assign.Disable()
	} else {
		d.assign.Enable()
	}
}

func (d *details) showFacts() {
	list := d.row.Facts()
	if len(d.values) != len(list) {
		d.facts.RemoveAll()
		d.values = nil
		for _, f := range list {
			name, value := xwidget.NewMuted(f.Name), xwidget.NewText("")
			name.TextSize, value.TextSize = theme.SizeNameCaptionText, theme.SizeNameCaptionText
			name.Whole = true
			d.values = append(d.values, value)
			d.facts.Add(name)
			d.facts.Add(value)
		}
	}
	for i, f := range list {
		d.values[i].SetText(f.Value)
	}
}

// showGlass shows the preview if there is one, or else what the sign shows.
func (d *details) showGlass() {
	frame, caption := d.row.Frame, lang.L("On the glass")
	switch {
	case d.preview != nil:
		frame, caption = d.preview, lang.L("Preview – not on the glass yet")
	case frame == nil:
		caption = ""
	case !d.row.OnGlass:
		caption = lang.L("What it should show")
	}
	d.caption.SetText(caption)
	if picture := d.page.pictures.Picture(frame); picture != nil {
		d.bezel.SetPicture(picture)
		return
	}
	size := d.row.Panel.Bounds().Size()
	d.bezel.SetEmpty(size.X, size.Y, lang.L("No sign yet"))
}

func (d *details) chooseLabel(label string) {
	for _, c := range d.rooms {
		if c.Label == label {
			d.Choose(c.ID)
		}
	}
}

// Choose previews a room, without giving it to the display yet.
func (d *details) Choose(room calendar.RoomID) {
	d.chosen, d.preview = room, nil
	d.asked++
	d.showRooms()
	if room == d.row.Room {
		d.chosen = ""
		d.showGlass()
		return
	}
	asked, id := d.asked, d.row.ID
	var frame display.Frame
	d.page.cfg.Hub.Background(func(context.Context) (err error) {
		frame, err = d.page.cfg.Engine.Preview(id, room)
		return err
	}, func(err error) {
		switch {
		case asked != d.asked: // another display or room was chosen meanwhile
		case err != nil:
			d.page.area.Fail("preview", err)
		default:
			d.preview = &frame
			d.showGlass()
		}
	})
}

// run starts a command for r, the display that was shown when the person decided.
func (d *details) run(r Row, verb, label, success string, work func(context.Context, display.ID) error) {
	d.page.area.Run(command.Task{
		Key: verb + " " + string(r.ID), Label: label, Success: success, Cancellable: true,
		Work: func(ctx context.Context) error { return work(ctx, r.ID) },
	})
}

func (r Row) named(text string) string {
	return lang.L(text, map[string]any{"Name": r.Name})
}

// Approve says that whoever asks in the display's name is the display.
func (d *details) Approve() {
	r := d.row
	xwidget.Ask(xwidget.Question{
		Title: r.named("Is it {{.Name}} who asks?"),
		Text:  lang.L("Say yes only if you have just set this display up anew, or know that it has a new address. Whoever asks gets its signs from now on."),
		Yes:   lang.L("Yes, approve it"), No: lang.L("Cancel"), Danger: true,
	}, d.page.cfg.Window, func() {
		d.run(r, "approve", r.named("Approving {{.Name}}…"), r.named("{{.Name}} gets its signs when it next asks."), d.page.cfg.Engine.Approve)
	})
}

// Rename asks what the display is called from now on.
func (d *details) Rename() {
	r := d.row
	entry := widget.NewEntry()
	entry.SetText(r.Name)
	form := dialog.NewForm(r.named("Rename {{.Name}}"), lang.L("Rename"), lang.L("Cancel"), []*widget.FormItem{widget.NewFormItem(lang.L("Name"), entry)}, func(ok bool) {
		if ok {
			d.run(r, "rename", lang.L("One moment…"), "", func(ctx context.Context, id display.ID) error {
				return d.page.cfg.Engine.Rename(ctx, id, entry.Text)
			})
		}
	}, d.page.cfg.Window)
	form.Resize(fyne.NewSize(420, 0))
	form.Show()
	d.page.cfg.Window.Canvas().Focus(entry)
}

// SetPull decides whether the display fetches its pictures. One that does needs to be told
// where.
func (d *details) SetPull(on bool) {
	if d.filling {
		return
	}
	r := d.row
	d.page.area.Run(command.Task{
		Key: "pull " + string(r.ID), Label: lang.L("One moment…"),
		Work: func(ctx context.Context) error { return d.page.cfg.Engine.SetPull(ctx, r.ID, on) },
		Done: func(err error) {
			if err == nil && on {
				d.page.ShowInstructions(r.ID, r.Name)
			}
		},
	})
}

// describe asks what panel a display has that can't tell, and then adopts it.
func (d *details) describe(r Row) {
	f := newPanelForm()
	form := dialog.NewForm(r.named("What panel has {{.Name}}?"), lang.L("Adopt"), lang.L("Cancel"), f.items, func(ok bool) {
		if !ok {
			return
		}
		panel, err := f.panel()
		if err != nil {
			d.page.area.Fail("describe", err)
			return
		}
		d.run(r, "adopt", r.named("Adopting {{.Name}}…"), r.named("{{.Name}} is yours now. Give it a room."), func(ctx context.Context, id display.ID) error {
			if err := d.page.cfg.Engine.Describe(ctx, id, panel); err != nil {
				return err
			}
			return d.page.cfg.Engine.Adopt(ctx, id)
		})
	}, d.page.cfg.Window)
	form.Resize(fyne.NewSize(460, 0))
	form.Show()
}

// Adopt makes the display ours.
func (d *details) Adopt() {
	if d.row.Blank {
		d.describe(d.row)
		return
	}
	d.run(d.row, "adopt", d.row.named("Adopting {{.Name}}…"), d.row.named("{{.Name}} is yours now. Give it a room."), d.page.cfg.Engine.Adopt)
}

// Assign gives the display the room that was chosen.
func (d *details) Assign() {
	room := d.chosen
	if room == "" {
		return
	}
	id := d.row.ID
	d.page.area.Run(command.Task{
		Key: "assign " + string(id), Label: d.row.named("Giving {{.Name}} its room…"), Cancellable: true,
		Work: func(ctx context.Context) error { return d.page.cfg.Engine.Assign(ctx, id, room) },
		Done: func(err error) {
			if err == nil && d.row.ID == id && d.chosen == room {
				d.chosen, d.preview = "", nil
				d.assign.Disable()
			}
		},
	})
}

// Unassign takes the room away.
func (d *details) Unassign() {
	d.run(d.row, "unassign", d.row.named("Taking the room from {{.Name}}…"), "", d.page.cfg.Engine.Unassign)
}

// Identify shows a test pattern on the display.
func (d *details) Identify() {
	d.run(d.row, "identify", d.row.named("Showing a test pattern on {{.Name}}…"),
		d.row.named("{{.Name}} shows a test pattern. Its sign comes back by itself."), d.page.cfg.Engine.Identify)
}

// Forget asks first, then forgets the display that the question named: another may
// be shown by the time of the answer.
func (d *details) Forget() {
	r := d.row
	xwidget.Ask(xwidget.Question{
		Title: r.named("Forget {{.Name}}?"),
		Text:  lang.L("Roomink stops updating it. What is on its glass stays there until something else is shown. It can be adopted again."),
		Yes:   lang.L("Forget"), No: lang.L("Cancel"), Danger: true,
	}, d.page.cfg.Window, func() {
		d.run(r, "forget", r.named("Forgetting {{.Name}}…"), "", d.page.cfg.Engine.Forget)
	})
}

// factsLayout puts names and values in two columns, the names as wide as the
// longest.
type factsLayout struct{}

func (*factsLayout) columns(objects []fyne.CanvasObject) (name, line float32) {
	for i, o := range objects {
		m := o.MinSize()
		if i%2 == 0 {
			name = max(name, m.Width)
		}
		line = max(line, m.Height)
	}
	return name, line + 4
}

func (l *factsLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	name, line := l.columns(objects)
	for i, o := range objects {
		y := float32(i/2) * line
		if i%2 == 0 {
			o.Move(fyne.NewPos(0, y))
			o.Resize(fyne.NewSize(name, line))
			continue
		}
		o.Move(fyne.NewPos(name+12, y))
		o.Resize(fyne.NewSize(max(0, size.Width-name-12), line))
	}
}

func (l *factsLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	name, line := l.columns(objects)
	return fyne.NewSize(name+60, float32(len(objects)/2)*line)
}
