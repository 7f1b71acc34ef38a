package settings

import (
	"context"
	"slices"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/roomink/roomink/app/command"
	"github.com/roomink/roomink/app/policy"
	"github.com/roomink/roomink/app/preview"
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
	Now     func() time.Time
	Version string // may be empty
	// ChooseFile asks for a file with one of the extensions and reads it; the error is
	// context.Canceled if a person chose none.
	ChooseFile func(extensions []string, done func(name string, data []byte, err error))
	// SaveFile asks where to save a file; the error is as of ChooseFile.
	SaveFile func(name string, data []byte, done func(error))
}

// Page is the page.
type Page struct {
	cfg   Config
	saved sign.Policy
	known bool // a policy has been shown

	form   *policy.Form
	stage  *preview.Stage
	dirty  *xwidget.Status
	apply  *widget.Button
	revert *widget.Button
	area   *command.Area
	logo   logo

	pause      *widget.Check
	pauseArea  *command.Area
	account    *xwidget.Text
	disconnect *widget.Button
	accountBox *command.Area
	secrets    secrets
	network    network
	support    *command.Area

	filling bool
	scroll  *container.Scroll
	content fyne.CanvasObject
}

// New makes the page.
func New(cfg Config) *Page {
	p := &Page{cfg: cfg, area: cfg.Hub.NewArea(), pauseArea: cfg.Hub.NewArea(), accountBox: cfg.Hub.NewArea()}
	p.form = policy.NewForm(policy.Config{Languages: cfg.Engine.Languages(), Changed: p.changed, Logo: p.logoParts()})
	p.stage = preview.NewStage(preview.StageConfig{Engine: cfg.Engine, Hub: cfg.Hub, Height: 190, Request: p.request})
	list := xwidget.Stack(12, title(lang.L("What the signs say")), p.form.Object(),
		xwidget.Pad(title(lang.L("Roomink itself")), 14, 0, 0, 0), p.updatesCard(), p.servingCard(), p.searchCard(), p.accountCard(), p.secretsCard(), p.supportCard(), p.aboutCard())
	side := xwidget.Pad(xwidget.Fixed(container.NewVBox(p.sideCard()), 318, 0), 2, 0, 0, 10)
	p.scroll = container.NewVScroll(xwidget.Pad(list, 2, 12, 12, 2))
	page := container.NewBorder(nil, nil, nil, side, p.scroll)
	p.content = container.New(xwidget.Limit(1080), page)
	return p
}

// Content is what the page consists of.
func (p *Page) Content() fyne.CanvasObject { return p.content }

// Scroll shows a part of the page, from 0 (its top) to 1 (its end).
func (p *Page) Scroll(part float32) { xwidget.ScrollTo(p.scroll, part) }

// Prepare works out the page of s.
func (p *Page) Prepare(s engine.Snapshot) func() {
	line := words.Account(s.Account)
	connected := slices.Contains([]engine.AccountState{engine.Connected, engine.NeedsSignIn, engine.NeedsSecret, engine.Locked}, s.Account.State)
	view := preview.ViewOf(s, p.cfg.Now())
	return func() {
		p.form.SetTemplates(s.Designs.Templates)
		p.showPolicy(s.Policy)
		p.logo.show(s.Designs.Logo)
		p.stage.Show(view)
		p.filling = true
		p.pause.SetChecked(s.Paused)
		p.filling = false
		p.account.SetText(line)
		p.disconnect.Hidden = !connected
		p.disconnect.Refresh()
		p.secrets.show(s.Account)
		p.showServing(s.Serving)
	}
}

// showPolicy shows the policy in force, with what a person is changing in it: to apply
// that must not undo what was decided elsewhere meanwhile, such as the design.
func (p *Page) showPolicy(now sign.Policy) {
	draft := p.form.Policy()
	want := now
	if p.known {
		want = policy.Rebase(draft, p.saved, now)
	}
	if !p.known || want != draft {
		p.form.SetPolicy(want)
	}
	p.known, p.saved = true, now
	p.offer()
}

// request is the sign of a scene by the draft; what its room does otherwise, it goes on
// to do.
func (p *Page) request(s preview.Scene) engine.PreviewRequest {
	return s.Request(p.stage.Chooser().Room().Override.Apply(p.form.Policy()))
}

// changed shows what the draft would look like, and offers to apply it.
func (p *Page) changed() {
	p.offer()
	p.stage.Draw()
}

func (p *Page) offer() {
	changed, problem := p.form.Policy() != p.saved, p.form.Problem()
	switch {
	case !changed:
		p.dirty.Set(xwidget.Good, lang.L("In force on all signs"))
	case problem != nil:
		p.dirty.Set(xwidget.Bad, lang.L("Something is not right yet"))
	default:
		p.dirty.Set(xwidget.Info, lang.L("Not applied yet"))
	}
	xwidget.SetAble(p.apply, changed && problem == nil)
	xwidget.SetAble(p.revert, changed)
}

// Apply makes the draft the policy of all signs.
func (p *Page) Apply() {
	draft := p.form.Policy()
	p.area.Run(command.Task{
		Key: "policy", Label: lang.L("Applying…"), Success: lang.L("Applied to all signs."),
		Work: func(ctx context.Context) error { return p.cfg.Engine.SetPolicy(ctx, draft) },
		Done: func(err error) {
			if err == nil {
				p.saved = draft
				p.offer()
			}
		},
	})
}

func (p *Page) revertDraft() {
	p.form.SetPolicy(p.saved)
	p.changed()
}

// sideCard stays in sight: what a change looks like, and the way to apply it.
func (p *Page) sideCard() fyne.CanvasObject {
	p.dirty = xwidget.NewStatus(xwidget.Neutral, "")
	p.apply = widget.NewButtonWithIcon(lang.L("Apply to all signs"), theme.ConfirmIcon(), p.Apply)
	p.apply.Importance = widget.HighImportance
	p.revert = widget.NewButton(lang.L("Revert"), p.revertDraft)
	p.revert.Importance = widget.LowImportance
	p.apply.Disable()
	p.revert.Disable()
	return xwidget.NewCard(xwidget.Stack(12, p.stage.Object(), widget.NewSeparator(),
		xwidget.Stack(8, container.NewBorder(nil, nil, nil, p.revert, p.dirty), p.apply), p.area))
}

func (p *Page) updatesCard() fyne.CanvasObject {
	p.pause = widget.NewCheck(lang.L("Pause all updates"), func(on bool) { p.setPaused(on) })
	return card(lang.L("Updates"),
		xwidget.NewMutedParagraph(lang.L("While paused, calendars are read but nothing is sent to any display, for example during maintenance of the network. Displays that fetch their pictures go on.")),
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

func title(text string) fyne.CanvasObject {
	return xwidget.NewHeading(text, theme.SizeNameSubHeadingText)
}
