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
	"github.com/roomink/roomink/app/words"
	"github.com/roomink/roomink/app/xwidget"
	"github.com/roomink/roomink/engine"
)

// proofScreen proves that an approved Roomink can't read a mailbox that is no room, or
// says how to see to that.
type proofScreen struct {
	basic
	mailbox *xwidget.Field
	check   *widget.Button
	area    *command.Area
	closed  *xwidget.Status
	open    *xwidget.Explanation
	unclear *xwidget.Explanation
	narrow  *fyne.Container
	tabs    *container.AppTabs
	shown   []engine.Recipe
	skip    *xwidget.Paragraph
}

func newProofScreen(p *Page) *proofScreen {
	s := &proofScreen{
		area: p.cfg.Hub.NewArea(), closed: xwidget.NewStatus(xwidget.Good, ""),
		open:    xwidget.NewExplanation(xwidget.Warn, xwidget.Words{}, nil),
		unclear: xwidget.NewExplanation(xwidget.Warn, xwidget.Words{}, nil),
		tabs:    container.NewAppTabs(),
		skip:    xwidget.NewMutedParagraph(lang.L("You can skip this. Then nobody knows whether Roomink could read people's mailboxes; you can check at any time later.")),
	}
	entry := xwidget.NewEntry()
	entry.SetPlaceHolder("anna@contoso.com")
	s.mailbox = p.field(xwidget.FieldConfig{
		Name: lang.L("Mailbox of a person"), Hint: lang.L("Such as your own. Roomink tries to open its calendar, and keeps nothing of it."),
		Entry: entry, Check: CheckMailbox, Submitted: s.Check,
		Changed: func() { p.edit(func(d *engine.Draft) { d.Mailbox = s.mailbox.Text() }) },
	})
	s.check = widget.NewButtonWithIcon(lang.L("Check"), theme.SearchIcon(), s.Check)
	s.narrow = xwidget.Stack(10,
		xwidget.NewHeading(lang.L("Narrow it with one of these, in Exchange Online PowerShell"), theme.SizeNameText),
		s.tabs,
		xwidget.NewMutedParagraph(lang.L("Exchange can take 30 minutes to 2 hours until it obeys. You can go on meanwhile and check again later.")))
	s.basic = newBasic(p,
		say(lang.L("The approval lets Roomink into the mailboxes of the whole organisation. Let it try a mailbox that is no room: it should be turned away.")),
		narrow(s.mailbox), container.NewHBox(s.check), s.area, s.closed, s.open, s.unclear, s.narrow, s.skip)
	return s
}

// Check has the engine look at the mailbox.
func (s *proofScreen) Check() {
	mailbox := s.mailbox.Text()
	if s.mailbox.Judge(true) != nil {
		return
	}
	s.page.chosen = true
	s.page.keep.now()
	s.area.Run(command.Task{
		Key: "exposure", Label: lang.L("Trying to read {{.Mailbox}}…", map[string]any{"Mailbox": mailbox}), Cancellable: true,
		Work: func(ctx context.Context) error {
			_, err := s.page.cfg.Engine.CheckExposure(ctx, mailbox) // the outcome comes with the next snapshot
			return err
		},
		Done: func(error) { s.page.refresh() },
	})
	s.page.refresh()
}

func (s *proofScreen) show() {
	e, running := s.page.view.Account.Exposure, s.area.Running("exposure")
	s.mailbox.SetText(s.page.keep.draft.Mailbox)
	label := lang.L("Check")
	if e.State != engine.NotChecked {
		label = lang.L("Check again")
	}
	s.check.SetText(label)
	when := words.When(e.At, s.page.cfg.Now(), false)
	s.closed.Set(xwidget.Good, lang.L("Exchange turned Roomink away from {{.Mailbox}} ({{.When}}).", map[string]any{"Mailbox": e.Mailbox, "When": when}))
	s.open.Set(xwidget.Warn, xwidget.Words{
		Title:  lang.L("Roomink could read {{.Mailbox}} ({{.When}})", map[string]any{"Mailbox": e.Mailbox, "When": when}),
		Text:   lang.L("It doesn't, but nothing stops it, nor anybody who gets hold of its secret."),
		Remedy: lang.L("Have an Exchange administrator run the commands below, then check again."),
	})
	if e.Problem != nil {
		s.unclear.Set(xwidget.Warn, words.Explanation(*e.Problem))
	}
	s.closed.Hidden = running || e.State != engine.Closed
	s.open.Hidden = running || e.State != engine.Exposed
	s.unclear.Hidden = running || e.State != engine.Unclear || e.Problem == nil
	s.narrow.Hidden = e.State != engine.Exposed
	s.skip.Hidden = e.State == engine.Closed || e.State == engine.Exposed
	if g := s.page.guide(); !slices.Equal(s.shown, g.Narrow) {
		s.shown = slices.Clone(g.Narrow)
		s.list(g)
	}
}

func (s *proofScreen) list(g engine.Guide) {
	var items []*container.TabItem
	for _, r := range g.Narrow {
		items = append(items, container.NewTabItem(r.Name, xwidget.Pad(xwidget.Stack(8,
			xwidget.NewMutedParagraph(words.Caution(r, g.Needed)), xwidget.NewCommands(r.Commands)), 8, 0, 0, 0)))
	}
	s.tabs.SetItems(items)
}

func (s *proofScreen) focus() fyne.Focusable { return s.mailbox.Entry() }

func (s *proofScreen) nextLabel() string {
	switch s.page.view.Account.Exposure.State {
	case engine.Closed:
		return ""
	case engine.Exposed:
		return lang.L("Go on meanwhile")
	}
	return lang.L("Skip for now")
}

func (s *proofScreen) next() { s.page.forward() }
