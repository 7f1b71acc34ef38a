package setup

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/roomink/roomink/app/command"
	"github.com/roomink/roomink/app/xwidget"
	"github.com/roomink/roomink/engine"
)

// frame is what surrounds the screens.
type frame struct {
	notes   *command.Area
	rail    *xwidget.Steps
	counter *xwidget.Text // which step of how many
	title   *xwidget.Text
	open    *widget.Button // the step's page of the portal
	head    *fyne.Container
	body    *fyne.Container // the screens
	inner   *fyne.Container // what scrolls: the demo's offer, notes, the screens
	bar     *fyne.Container
	scroll  *container.Scroll
	tall    float32 // least height of what scrolls
	missing *xwidget.Paragraph
	back    *widget.Button
	next    *widget.Button
	content fyne.CanvasObject
}

func (p *Page) build() {
	p.rail = xwidget.NewSteps(func(i int) { p.GoTo(order[i]) })
	for _, g := range groups() {
		p.rail.AddGroup(g.title)
		for _, step := range g.steps {
			p.rail.Add(brief(step))
		}
	}
	p.counter = xwidget.NewMuted("")
	p.counter.TextSize = theme.SizeNameCaptionText
	p.title = xwidget.NewHeading("", theme.SizeNameSubHeadingText)
	p.body = container.New(xwidget.Shown{})
	for _, step := range order {
		o := p.screens[step].object()
		o.Hide()
		p.body.Add(o)
	}
	p.missing = xwidget.NewColoredParagraph("", theme.ColorNameError)
	p.back = widget.NewButtonWithIcon(lang.L("Back"), theme.NavigateBackIcon(), p.Back)
	p.next = widget.NewButtonWithIcon(lang.L("Next"), theme.NavigateNextIcon(), p.Next)
	p.next.Importance = widget.HighImportance
	p.next.IconPlacement = widget.ButtonIconTrailingText

	demoCard := p.demoCard()
	p.inner = xwidget.Stack(12, demoCard, p.notes, p.body)
	p.scroll = container.NewVScroll(container.New(xwidget.Narrow(720), xwidget.Pad(p.inner, 2, 12, 12, 14)))
	p.open = p.link(lang.L("Open in the portal"), p.portalPage)
	p.head = xwidget.Pad(container.NewBorder(nil, nil, nil, container.New(xwidget.Middle{}, p.open),
		xwidget.Stack(2, p.counter, p.title)), 14, 12, 10, 14)
	middle := container.New(xwidget.Middle{}, p.missing)
	p.bar = xwidget.Pad(container.NewBorder(nil, nil, p.back, p.next, xwidget.Pad(middle, 0, 12, 0, 12)), 10, 14, 10, 14)
	foot := container.NewBorder(widget.NewSeparator(), nil, nil, nil, p.bar)
	card := xwidget.NewPaddedCard(container.NewBorder(p.head, foot, nil, nil, p.scroll), 0)
	rail := container.NewVScroll(xwidget.Pad(p.rail, 4, 4, 8, 0))
	p.content = container.NewBorder(nil, nil, xwidget.Fixed(rail, 188, 0), nil, xwidget.Pad(card, 0, 0, 0, 6))
}

// refresh brings everything that is on show up to date.
func (p *Page) refresh() {
	c := p.keep.credentials()
	if !applies(p.current, c) {
		p.place(p.current)
	}
	for step, s := range p.screens {
		p.showScreen(s, step == p.current)
	}
	s := p.screens[p.current]
	s.show()
	p.title.SetText(title(p.current, c))
	at, of := 0, 0
	for i, step := range order[:indexOf(StepDone)] {
		if applies(step, c) {
			of++
			if i <= indexOf(p.current) {
				at++
			}
		}
	}
	p.counter.SetText(lang.L("Step {{.N}} of {{.All}}", map[string]any{"N": at, "All": of}))
	p.counter.Hidden = p.current == StepDone
	xwidget.SetVisible(p.open, p.portalPage() != "")
	p.showBar(s, c)
	p.showRail(c)
	p.showDemo()
	p.relayout()
}

// relayout gives what is on show its place anew. Nothing is refreshed that has not
// changed, which comes to every letter typed: text is costly to measure.
func (p *Page) relayout() {
	xwidget.Relayout(p.inner)
	xwidget.Relayout(p.head)
	xwidget.Relayout(p.bar)
	if h := p.scroll.Content.MinSize().Height; h != p.tall {
		p.tall = h
		p.scroll.Refresh()
	}
}

// portalPage is the portal's page that the step on show is about, "" if it is about none.
func (p *Page) portalPage() string {
	if s, ok := p.screens[p.current].(visitor); ok {
		return s.portal()
	}
	return ""
}

// showScreen shows a screen or puts it away.
func (p *Page) showScreen(s screen, on bool) {
	o := s.object()
	if o.Visible() == on {
		return
	}
	p.tellMissing(nil)
	if on {
		o.Show()
		return
	}
	o.Hide()
	if l, ok := s.(leaver); ok {
		l.away()
	}
}

func (p *Page) showBar(s screen, c engine.Credentials) {
	label := ""
	if m, ok := s.(mover); ok {
		label = m.nextLabel()
	}
	if label == "" {
		label = lang.L("Next")
	}
	if p.next.Text != label {
		p.next.SetText(label)
	}
	xwidget.SetVisible(p.back, neighbour(p.current, -1, c) != "")
	xwidget.SetVisible(p.next, p.current != StepDone)
	if off := p.current == StepConnect && p.connect.waiting(); off && !p.next.Disabled() {
		p.next.Disable()
	} else if !off && p.next.Disabled() {
		p.next.Enable()
	}
}

// tellMissing says beside Next why it does not go on.
func (p *Page) tellMissing(err error) {
	text := ""
	if err != nil {
		text = err.Error()
	}
	p.missing.SetText(text)
}

func (p *Page) showRail(c engine.Credentials) {
	list := make([]xwidget.Step, len(order))
	at := 0
	for i, step := range order {
		list[i] = xwidget.Step{Hidden: !applies(step, c), Locked: i > p.far, Tone: p.tone(step)}
		if step == p.current {
			at = i
		}
	}
	p.rail.Set(list, at)
}

// tone is how a step stands.
func (p *Page) tone(step string) xwidget.Tone {
	a := p.view.Account
	good := func(yes bool) xwidget.Tone {
		if yes {
			return xwidget.Good
		}
		return xwidget.Neutral
	}
	switch step {
	case StepConnect:
		return p.connect.tone()
	case StepProof:
		switch a.Exposure.State {
		case engine.Exposed, engine.Unclear:
			return xwidget.Warn
		}
		return good(a.Exposure.State == engine.Closed)
	case StepDisplays:
		return good(p.view.Owned() > 0)
	case StepRooms:
		return good(p.view.Assigned > 0)
	case StepDone:
		return good(p.view.Finished())
	case StepSecret:
		if a.State == engine.NeedsSecret {
			return xwidget.Bad
		}
	}
	if indexOf(step) >= p.far || step == p.current && p.view.Account.State != engine.Connected {
		return xwidget.Neutral
	}
	if p.screens[step].ready(false) != nil {
		return xwidget.Warn
	}
	return xwidget.Good
}
