package rooms

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/roomink/roomink/app/command"
	"github.com/roomink/roomink/app/policy"
	"github.com/roomink/roomink/app/preview"
	"github.com/roomink/roomink/app/xwidget"
	"github.com/roomink/roomink/engine"
	"github.com/roomink/roomink/engine/sign"
)

// signPart is the part of the details that says what the room's sign does otherwise
// than those of the organisation.
type signPart struct {
	none   *xwidget.Paragraph
	facts  *xwidget.Facts
	object *fyne.Container
}

func newSignPart(change func()) *signPart {
	s := &signPart{none: xwidget.NewCaption(lang.L("It follows the organisation in everything.")), facts: xwidget.NewFacts()}
	button := widget.NewButtonWithIcon(lang.L("Change…"), theme.DocumentCreateIcon(), change)
	s.object = xwidget.Stack(8, xwidget.NewHeading(lang.L("The sign of this room"), theme.SizeNameText), s.none, s.facts, container.NewHBox(button))
	return s
}

func (s *signPart) show(o sign.Override, p sign.Policy, languages []engine.Language) {
	list := policy.Differences(o, p, languages)
	s.facts.Set(list...)
	s.none.Hidden, s.facts.Hidden = len(list) > 0, len(list) == 0
}

// signDialog lets a person decide what the sign of one room does otherwise.
type signDialog struct {
	page  *Page
	row   Row
	saved sign.Override

	form  *policy.Form
	stage *preview.Stage
	state *xwidget.Status
	apply *widget.Button
	reset *widget.Button
	area  *command.Area
	box   *dialog.CustomDialog
	whole *fyne.Container
}

func newSignDialog(p *Page) *signDialog {
	d := &signDialog{page: p, state: xwidget.NewStatus(xwidget.Neutral, ""), area: p.cfg.Hub.NewArea()}
	d.form = policy.NewForm(policy.Config{Languages: p.languages, Changed: d.changed, Room: true})
	d.stage = preview.NewStage(preview.StageConfig{Engine: p.cfg.Engine, Hub: p.cfg.Hub, Height: 180,
		Request: func(s preview.Scene) engine.PreviewRequest {
			s.Room = d.row.ID
			return s.Request(d.form.Policy())
		}})
	d.apply = widget.NewButtonWithIcon(lang.L("Apply to this room"), theme.ConfirmIcon(), d.Apply)
	d.apply.Importance = widget.HighImportance
	d.reset = widget.NewButton(lang.L("Follow the organisation in everything"), d.Reset)
	cancel := widget.NewButton(lang.L("Cancel"), func() { d.box.Hide() })
	side := xwidget.Stack(12, d.stage.Object(), widget.NewSeparator(), d.state,
		xwidget.Stack(6, d.apply, d.reset, cancel), d.area)
	d.whole = container.NewBorder(nil, nil, nil, xwidget.Pad(xwidget.Fixed(side, 300, 0), 0, 0, 0, 14),
		container.NewVScroll(xwidget.Pad(d.form.Object(), 0, 12, 0, 0)))
	return d
}

// Open shows the dialog for a room.
func (d *signDialog) Open(r Row) {
	d.row, d.saved = r, r.Override
	view := d.page.view.Scenes()
	view.Rooms = []preview.Room{view.Room(r.ID)}
	d.form.SetTemplates(d.page.view.Templates)
	d.form.SetOverride(view.Policy, r.Override)
	d.area.Clear()
	d.stage.Chooser().Alone()
	d.stage.Show(view)
	d.stage.Chooser().SelectRoom(r.ID)
	d.offer()
	size := d.page.cfg.Window.Canvas().Size()
	rigid := xwidget.Fixed(xwidget.Slim(d.whole, min(640, max(360, size.Height-150))), min(860, max(640, size.Width-90)), 0)
	d.box = dialog.NewCustomWithoutButtons(lang.L("The sign of {{.Room}}", map[string]any{"Room": r.Name}), rigid, d.page.cfg.Window)
	d.box.Show()
}

func (d *signDialog) changed() {
	d.offer()
	d.stage.Draw()
}

func (d *signDialog) offer() {
	o, problem := d.form.Override(), d.form.Problem()
	n := len(policy.Differences(o, d.form.Policy(), d.page.languages))
	switch {
	case problem != nil:
		d.state.Set(xwidget.Bad, lang.L("Something is not right yet"))
	case n == 0:
		d.state.Set(xwidget.Neutral, lang.L("As everywhere"))
	case n == 1:
		d.state.Set(xwidget.Info, lang.L("Differs in 1 thing"))
	default:
		d.state.Set(xwidget.Info, lang.L("Differs in {{.N}} things", map[string]any{"N": n}))
	}
	xwidget.SetAble(d.apply, problem == nil && !policy.Same(o, d.saved))
	xwidget.SetAble(d.reset, n > 0)
}

// Reset has the room follow the organisation in everything, once it is applied.
func (d *signDialog) Reset() {
	d.form.SetOverride(d.page.view.Policy, sign.Override{})
	d.changed()
}

// Apply has the room do otherwise from now on.
func (d *signDialog) Apply() {
	id, o, box := d.row.ID, d.form.Override(), d.box
	d.area.Run(command.Task{
		Key: "override", Label: lang.L("Applying…"),
		Work: func(ctx context.Context) error { return d.page.cfg.Engine.SetOverride(ctx, id, o) },
		Done: func(err error) {
			if err == nil {
				box.Hide()
			}
		},
	})
}
