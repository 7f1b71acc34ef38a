package setup

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/roomink/roomink/app/words"
	"github.com/roomink/roomink/app/xwidget"
	"github.com/roomink/roomink/engine"
)

// doneScreen says where things stand once the guide has been gone through.
type doneScreen struct {
	basic
	all   *xwidget.Card
	goOn  *widget.Button // to what is left to do
	rows  [5]*standing
	parts *fyne.Container
}

// standing is one line of where things stand, and the step that is about it.
type standing struct {
	status *xwidget.Status
	object *fyne.Container
	step   string
}

func newDoneScreen(p *Page) *doneScreen {
	s := &doneScreen{parts: xwidget.Stack(2)}
	see := widget.NewButtonWithIcon(lang.L("See the signs"), theme.GridIcon(), func() { p.cfg.Open("overview") })
	see.Importance = widget.HighImportance
	s.all = xwidget.NewCard(xwidget.Stack(10,
		xwidget.NewStatus(xwidget.Good, lang.L("Everything is set up.")),
		say(lang.L("Your signs keep themselves up to date from now on.")), container.NewHBox(see)))
	s.all.Accent = xwidget.Good
	for i, step := range []string{StepConnect, StepSecret, StepProof, StepDisplays, StepRooms} {
		visit := widget.NewButton(lang.L("Show"), func() { p.GoTo(step) })
		visit.Importance = widget.LowImportance
		row := &standing{status: xwidget.NewStatus(xwidget.Neutral, ""), step: step}
		row.object = container.NewBorder(nil, nil, nil, visit, row.status)
		s.rows[i] = row
		s.parts.Add(row.object)
	}
	s.goOn = widget.NewButtonWithIcon("", theme.NavigateNextIcon(), func() { p.GoTo(p.left()) })
	s.goOn.Importance = widget.HighImportance
	s.basic = newBasic(p, s.all, xwidget.NewPaddedCard(xwidget.Pad(s.parts, 2, 0, 2, 6), 6), container.NewHBox(s.goOn))
	return s
}

func (s *doneScreen) show() {
	p := s.page
	c := p.keep.credentials()
	s.all.Hidden = !p.view.Finished()
	xwidget.SetVisible(s.goOn, !p.view.Finished())
	if label := lang.L("Go to “{{.Step}}”", map[string]any{"Step": brief(p.left())}); s.goOn.Text != label {
		s.goOn.SetText(label)
	}
	for _, row := range s.rows {
		row.object.Hidden = !applies(row.step, c)
		tone, text := p.standing(row.step)
		row.status.Set(tone, text)
	}
}

// left is the step that is to be done next.
func (p *Page) left() string {
	switch {
	case p.view.Account.State == engine.NeedsSecret:
		return StepSecret
	case p.view.Account.State != engine.Connected:
		return StepConnect
	case p.view.Owned() == 0:
		return StepDisplays
	}
	return StepRooms
}

// standing is how a step stands, in a line.
func (p *Page) standing(step string) (xwidget.Tone, string) {
	a := p.view.Account
	switch step {
	case StepConnect:
		return p.connect.tone(), connectedAs(a)
	case StepSecret:
		t := a.Credentials.SecretExpires
		if t.IsZero() {
			return xwidget.Neutral, lang.L("It is not known when the client secret expires")
		}
		tone, now := xwidget.Good, p.cfg.Now()
		if !t.After(now) {
			return xwidget.Bad, lang.L("The client secret ended on {{.Date}}", map[string]any{"Date": words.Date(t, now)})
		}
		if !t.After(now.AddDate(0, 0, 30)) {
			tone = xwidget.Warn
		}
		return tone, lang.L("The client secret ends on {{.Date}}", map[string]any{"Date": words.Date(t, now)})
	case StepProof:
		switch a.Exposure.State {
		case engine.Closed:
			return xwidget.Good, lang.L("Roomink can read only rooms, as far as was checked")
		case engine.Exposed:
			return xwidget.Warn, lang.L("Roomink could read mailboxes that are no rooms")
		}
		return xwidget.Neutral, lang.L("Whether Roomink can read only rooms was not checked")
	case StepDisplays:
		return p.tone(step), lang.L("Displays: {{.Text}}", map[string]any{"Text": p.view.displaysLine()})
	}
	return p.tone(step), lang.L("Rooms: {{.Text}}", map[string]any{"Text": p.view.roomsLine()})
}
