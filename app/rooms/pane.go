package rooms

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
)

// pane is the side of the page that shows the room that was chosen.
type pane struct {
	page *Page
	row  Row
	day  []Meeting

	name             *xwidget.Paragraph
	state            *xwidget.Status
	trouble, removed *xwidget.Explanation
	access, titles   *remedy
	dayNote          *xwidget.Paragraph
	meetings         *fyne.Container
	sign             *signPart
	facts            *xwidget.Facts
	forget           *widget.Button
	body             *fyne.Container
	scroll           *container.Scroll
	object           fyne.CanvasObject
}

func newPane(p *Page) *pane {
	d := &pane{
		page: p, name: xwidget.NewTitle("", theme.SizeNameSubHeadingText), state: xwidget.NewStatus(xwidget.Neutral, ""),
		trouble: xwidget.NewExplanation(xwidget.Bad, xwidget.Words{}, nil).Narrow(),
		removed: xwidget.NewExplanation(xwidget.Warn, xwidget.Words{}, nil).Narrow(),
		access:  newRemedy(), titles: newRemedy(),
		dayNote:  xwidget.NewCaption(""),
		meetings: container.New(xwidget.Pairs{Gap: 12, Line: 7}), facts: xwidget.NewFacts(),
	}
	d.sign = newSignPart(d.ChangeSign)
	d.removed.SetAction(lang.L("Forget this room…"), theme.DeleteIcon(), d.Forget)
	d.forget = widget.NewButtonWithIcon(lang.L("Forget this room…"), theme.DeleteIcon(), d.Forget)
	away := widget.NewButtonWithIcon("", theme.CancelIcon(), p.Close)
	away.Importance = widget.LowImportance
	head := container.NewBorder(nil, nil, nil, container.NewVBox(away), xwidget.Pad(d.name, 6, 0, 0, 0))
	d.body = xwidget.Stack(12,
		xwidget.Stack(6, head, d.state),
		d.removed, d.trouble, d.access.object,
		xwidget.Stack(8, xwidget.NewHeading(lang.L("Today"), theme.SizeNameText), d.dayNote, d.meetings),
		d.titles.object, widget.NewSeparator(), d.sign.object, widget.NewSeparator(), d.facts, container.NewHBox(d.forget),
	)
	d.scroll = container.NewVScroll(xwidget.Pad(d.body, 2, 12, 10, 8))
	d.object = xwidget.NewPaddedCard(d.scroll, 6)
	return d
}

// show brings the pane up to date.
func (d *pane) show(r Row) {
	if r.ID != d.row.ID {
		d.scroll.ScrollToTop()
	}
	d.row = r
	more := r.Details()
	d.name.SetText(r.Name)
	d.state.Set(r.Tone, r.Now)
	explain(d.trouble, xwidget.Bad, r.Trouble)
	explain(d.removed, xwidget.Warn, r.Removed)
	d.access.show(more.Access)
	d.titles.show(more.Titles)
	d.dayNote.SetText(more.DayNote)
	if more.More > 0 {
		d.dayNote.SetText(lang.L("{{.N}} more are not shown here.", map[string]any{"N": more.More}))
	}
	d.dayNote.Hidden = d.dayNote.Text() == ""
	d.showDay(more.Day)
	d.sign.show(r.Override, d.page.view.Policy, d.page.languages)
	d.facts.Set(more.Facts...)
	d.forget.Hidden = !more.Forgettable || r.Removed != nil
	d.body.Refresh()
}

// ChangeSign lets a person change what the sign of the room does otherwise.
func (d *pane) ChangeSign() {
	if d.page.sign == nil {
		d.page.sign = newSignDialog(d.page)
	}
	d.page.sign.Open(d.row)
}

func explain(e *xwidget.Explanation, tone xwidget.Tone, w *xwidget.Words) {
	e.Hidden = w == nil
	if w != nil {
		e.Set(tone, *w)
	}
}

// remedy shows a cure.
type remedy struct {
	title      *xwidget.Paragraph
	text, note *xwidget.Paragraph
	commands   *xwidget.Commands
	object     *fyne.Container
}

func newRemedy() *remedy {
	r := &remedy{title: xwidget.NewTitle("", theme.SizeNameText), text: xwidget.NewCaption(""), note: xwidget.NewCaption(""),
		commands: xwidget.NewCommands("").Narrow()}
	r.object = xwidget.Stack(6, r.title, r.text, r.commands, r.note)
	return r
}

func (r *remedy) show(c *Cure) {
	r.object.Hidden = c == nil
	if c == nil {
		return
	}
	r.title.SetText(c.Title)
	r.text.SetText(c.Text)
	r.commands.SetText(c.Commands)
	r.note.SetText(c.Note)
	r.note.Hidden = c.Note == ""
}

func (d *pane) showDay(list []Meeting) {
	d.meetings.Hidden = len(list) == 0
	if slices.Equal(d.day, list) {
		return
	}
	d.day = list
	d.meetings.RemoveAll()
	for _, m := range list {
		at, what := meetingLine(m)
		d.meetings.Add(at)
		d.meetings.Add(what)
	}
}

// meetingLine is a meeting of the day: what is over in grey, what goes on in bold.
func meetingLine(m Meeting) (when, what fyne.CanvasObject) {
	at, title, by := xwidget.NewMuted(m.Time), xwidget.NewText(m.Title), xwidget.NewMuted(m.Organizer)
	at.TextSize, by.TextSize = theme.SizeNameCaptionText, theme.SizeNameCaptionText
	at.Whole = true
	switch {
	case m.Over:
		title.Color = theme.ColorNamePlaceHolder
	case m.Now:
		title.Style.Bold, at.Style.Bold = true, true
		at.Color = theme.ColorNamePrimary
	}
	lines := xwidget.Stack(1, title)
	if m.Organizer != "" {
		lines.Add(by)
	}
	return xwidget.Pad(at, 2, 0, 0, 0), lines
}

// Forget asks first, then forgets the room that the question named: another may be
// shown by the time of the answer.
func (d *pane) Forget() {
	r := d.row
	named := map[string]any{"Name": r.Name}
	text := lang.L("Roomink stops reading its calendar. No sign hangs at its door.")
	if r.Signs > 0 {
		text = lang.L("Roomink stops reading its calendar. The signs at its door become unassigned: give them another room on the page Displays.")
	}
	xwidget.Ask(xwidget.Question{
		Title: lang.L("Forget {{.Name}}?", named), Text: text, Yes: lang.L("Forget"), No: lang.L("Cancel"), Danger: true,
	}, d.page.cfg.Window, func() {
		d.page.area.Run(command.Task{
			Key: "forget " + string(r.ID), Label: lang.L("Forgetting {{.Name}}…", named), Cancellable: true,
			Success: lang.L("{{.Name}} was forgotten.", named),
			Work:    func(ctx context.Context) error { return d.page.cfg.Engine.ForgetRoom(ctx, r.ID) },
		})
	})
}
