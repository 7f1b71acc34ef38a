package settings

import (
	"context"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/roomink/roomink/app/command"
	"github.com/roomink/roomink/app/words"
	"github.com/roomink/roomink/app/xwidget"
	"github.com/roomink/roomink/engine"
	"github.com/roomink/roomink/engine/sign"
)

// Config is what the page needs.
type Config struct {
	Engine  Engine
	Hub     *command.Hub
	Window  fyne.Window // for dialogs
	Version string      // may be empty
}

// Page is the page.
type Page struct {
	cfg   Config
	saved sign.Policy
	draft sign.Policy
	known bool // a policy has been shown

	language *widget.Select
	clock    *widget.RadioGroup
	privacy  *widget.RadioGroup
	stale    *widget.Select
	apply    *widget.Button
	revert   *widget.Button
	area     *command.Area

	pause      *widget.Check
	pauseArea  *command.Area
	account    *xwidget.Text
	disconnect *widget.Button
	accountBox *command.Area
	secrets    secrets

	filling bool
	content fyne.CanvasObject
}

// New makes the page.
func New(cfg Config) *Page {
	p := &Page{cfg: cfg, area: cfg.Hub.NewArea(), pauseArea: cfg.Hub.NewArea(), accountBox: cfg.Hub.NewArea()}
	list := xwidget.Stack(12, p.signsCard(), p.updatesCard(), p.accountCard(), p.secretsCard(), p.aboutCard())
	p.content = container.NewVScroll(container.New(xwidget.Limit(780), xwidget.Pad(list, 2, 12, 12, 2)))
	return p
}

// Content is what the page consists of.
func (p *Page) Content() fyne.CanvasObject { return p.content }

// Prepare works out the page of s.
func (p *Page) Prepare(s engine.Snapshot) func() {
	line := words.Account(s.Account)
	connected := slices.Contains([]engine.AccountState{engine.Connected, engine.NeedsSignIn, engine.NeedsSecret, engine.Locked}, s.Account.State)
	return func() {
		p.showPolicy(s.Policy)
		p.filling = true
		p.pause.SetChecked(s.Paused)
		p.filling = false
		p.account.SetText(line)
		p.disconnect.Hidden = !connected
		p.disconnect.Refresh()
		p.secrets.show(s.Account)
	}
}

// showPolicy shows the policy in force, unless a person is changing it.
func (p *Page) showPolicy(policy sign.Policy) {
	if p.known && p.draft != p.saved && policy != p.draft {
		p.saved = policy
		return
	}
	p.known, p.saved, p.draft = true, policy, policy
	p.fill()
}

func (p *Page) fill() {
	p.filling = true
	p.language.SetSelectedIndex(indexOf(Languages(), p.draft.Language))
	p.clock.SetSelected(clockName(p.draft.Hours12))
	p.privacy.SetSelected(PrivacyName(p.draft.Privacy))
	p.stale.Options = nil
	for _, d := range limits(p.draft.StaleAfter) {
		p.stale.Options = append(p.stale.Options, limitName(d))
	}
	p.stale.SetSelectedIndex(slices.Index(limits(p.draft.StaleAfter), p.draft.StaleAfter))
	p.filling = false
	p.changed()
}

// changed takes the draft from the widgets and offers to apply it.
func (p *Page) changed() {
	if p.filling {
		return
	}
	if i := p.language.SelectedIndex(); i >= 0 {
		p.draft.Language = Languages()[i].Tag
	}
	p.draft.Hours12 = p.clock.Selected == clockName(true)
	for _, level := range Levels() {
		if p.privacy.Selected == PrivacyName(level) {
			p.draft.Privacy = level
		}
	}
	if i := p.stale.SelectedIndex(); i >= 0 {
		p.draft.StaleAfter = limits(p.saved.StaleAfter)[i]
	}
	if p.draft == p.saved {
		p.apply.Disable()
		p.revert.Disable()
		return
	}
	p.apply.Enable()
	p.revert.Enable()
}

// Apply makes the draft the policy of all signs.
func (p *Page) Apply() {
	draft := p.draft
	p.area.Run(command.Task{
		Key: "policy", Label: lang.L("Applying…"), Success: lang.L("Applied. Signs that say something else now are drawn again."),
		Work: func(ctx context.Context) error { return p.cfg.Engine.SetPolicy(ctx, draft) },
		Done: func(err error) {
			if err == nil {
				p.saved = draft
				p.changed()
			}
		},
	})
}

func (p *Page) revertDraft() {
	p.draft = p.saved
	p.fill()
}

func (p *Page) signsCard() fyne.CanvasObject {
	var names []string
	for _, l := range Languages() {
		names = append(names, l.Name)
	}
	changed := func(string) { p.changed() }
	p.language = widget.NewSelect(names, changed)
	p.clock = widget.NewRadioGroup([]string{clockName(false), clockName(true)}, changed)
	p.clock.Horizontal, p.clock.Required = true, true
	var levels []string
	for _, l := range Levels() {
		levels = append(levels, PrivacyName(l))
	}
	p.privacy = widget.NewRadioGroup(levels, changed)
	p.privacy.Required = true
	p.stale = widget.NewSelect(nil, changed)
	p.apply = widget.NewButtonWithIcon(lang.L("Apply to all signs"), theme.ConfirmIcon(), p.Apply)
	p.apply.Importance = widget.HighImportance
	p.revert = widget.NewButton(lang.L("Revert"), p.revertDraft)
	p.apply.Disable()
	p.revert.Disable()
	return card(lang.L("What the signs say"),
		row(lang.L("Language"), "", xwidget.Fixed(p.language, 220, 0)),
		row(lang.L("Clock"), "", p.clock),
		row(lang.L("Privacy"), lang.L("Private meetings never show more than that they are private."), p.privacy),
		row(lang.L("Out of date after"), lang.L("Then a sign says when it was last updated, instead of a state that may be wrong."), xwidget.Fixed(p.stale, 220, 0)),
		p.area, container.NewHBox(p.apply, p.revert))
}

func (p *Page) updatesCard() fyne.CanvasObject {
	p.pause = widget.NewCheck(lang.L("Pause all updates"), func(on bool) { p.setPaused(on) })
	return card(lang.L("Updates"),
		xwidget.NewMutedParagraph(lang.L("While paused, calendars are read but nothing is sent to any display, for example during maintenance of the network.")),
		p.pause, p.pauseArea)
}

func (p *Page) setPaused(on bool) {
	if p.filling {
		return
	}
	p.pauseArea.Run(command.Task{
		Key: "pause", Label: lang.L("One moment…"),
		Work: func(ctx context.Context) error { return p.cfg.Engine.SetPaused(ctx, on) },
	})
}

func (p *Page) accountCard() fyne.CanvasObject {
	p.account = xwidget.NewText("")
	p.disconnect = widget.NewButtonWithIcon(lang.L("Disconnect…"), theme.LogoutIcon(), p.Disconnect)
	return card(lang.L("Microsoft 365"),
		container.NewBorder(nil, nil, nil, p.disconnect, p.account), p.accountBox)
}

// Disconnect asks first, then gives the account up.
func (p *Page) Disconnect() {
	xwidget.Ask(xwidget.Question{
		Title: lang.L("Disconnect from Microsoft 365?"),
		Text:  lang.L("Calendars are not read any more, and every sign says so. The credentials stay saved: you can connect again at any time."),
		Yes:   lang.L("Disconnect"), No: lang.L("Cancel"), Danger: true,
	}, p.cfg.Window, func() {
		p.accountBox.Run(command.Task{Key: "disconnect", Label: lang.L("Disconnecting…"), Work: p.cfg.Engine.Disconnect})
	})
}

func (p *Page) aboutCard() fyne.CanvasObject {
	text := "Roomink"
	if p.cfg.Version != "" {
		text += " " + p.cfg.Version
	}
	return card(lang.L("About"), xwidget.NewText(text),
		xwidget.NewMutedParagraph(lang.L("Light or dark follows your system. Roomink is free software under the Apache License 2.0.")))
}

func card(title string, parts ...fyne.CanvasObject) fyne.CanvasObject {
	list := xwidget.Stack(12, xwidget.NewHeading(title, theme.SizeNameSubHeadingText))
	for _, o := range parts {
		list.Add(o)
	}
	return xwidget.NewCard(list)
}

// row is one setting: its name, the widget, and a hint under it.
func row(name, hint string, o fyne.CanvasObject) fyne.CanvasObject {
	value := xwidget.Stack(4, container.NewHBox(o))
	if hint != "" {
		value.Add(xwidget.NewMutedParagraph(hint))
	}
	title := container.NewVBox(xwidget.Pad(xwidget.NewText(name), 8, 0, 0, 0))
	return container.New(xwidget.Columns{Cols: []xwidget.Column{{Min: 150}, {Min: 200, Share: 1}}, Gap: 14}, title, value)
}
