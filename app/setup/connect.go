package setup

import (
	"context"
	"errors"

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

// CalendarRight lets an account see a room's meetings and not only when it is taken
// (learn.microsoft.com/powershell/module/exchange/set-mailboxfolderpermission).
const CalendarRight = `Set-MailboxFolderPermission room@contoso.com:\Calendar -User Default -AccessRights LimitedDetails`

// connectScreen sums up what was entered, signs in or has Roomink approved, and helps
// while the browser has the floor.
type connectScreen struct {
	basic
	text      *xwidget.Paragraph
	connected *xwidget.Status
	tenant    *xwidget.Text
	signAgain *widget.Button
	locked    *xwidget.Explanation
	unused    *xwidget.Status // what was entered is not in use yet
	trouble   *xwidget.Explanation
	failed    *engine.Explanation // the last attempt's own failure; nil = none, or a new one runs
	area      *command.Area
	clock     *countdown
	again     *widget.Button
	waitBox   *fyne.Container
	says      *says
	summary   *summary
	rights    *widget.Accordion
}

func newConnectScreen(p *Page) *connectScreen {
	s := &connectScreen{
		text: say(""), connected: xwidget.NewStatus(xwidget.Good, ""), tenant: xwidget.NewMuted(""),
		locked: xwidget.NewExplanation(xwidget.Warn, xwidget.Words{
			Title:  lang.L("The saved sign-in is locked"),
			Remedy: lang.L("Unlock the keychain of this computer, then try again in Settings. No new sign-in is needed."),
		}, nil),
		unused:  xwidget.NewStatus(xwidget.Warn, lang.L("What you changed is used from the next sign-in on.")),
		trouble: xwidget.NewExplanation(xwidget.Bad, xwidget.Words{}, nil), area: p.cfg.Hub.NewArea(),
		clock: newCountdown(p), says: newSays(p), summary: newSummary(p),
	}
	s.again = widget.NewButtonWithIcon(lang.L("Open again"), theme.ViewRefreshIcon(), func() {
		p.cfg.OpenURL(p.view.Account.SignInURL)
	})
	s.signAgain = widget.NewButtonWithIcon(lang.L("Sign in again"), theme.LoginIcon(), p.Connect)
	s.waitBox = xwidget.Stack(14, container.NewBorder(nil, nil, s.clock.text, s.again), s.says.object)
	s.rights = more(lang.L("Which account may see the rooms' meetings?"), xwidget.Stack(8,
		say(lang.L("The account must see the rooms' calendars in detail. By default Exchange shows others only free and busy; an Exchange administrator can change that per room:")),
		xwidget.NewCommands(CalendarRight)))
	s.basic = newBasic(p, s.text, s.locked, s.connected, s.tenant, s.unused, s.trouble, s.area, s.waitBox, s.summary.object,
		container.NewHBox(s.signAgain), s.rights)
	return s
}

// waiting reports whether the browser has the floor.
func (s *connectScreen) waiting() bool {
	return s.area.Running("connect") || s.page.view.Account.State == engine.Connecting
}

func (s *connectScreen) show() {
	p := s.page
	a := p.view.Account
	waiting, connected, changed := s.waiting(), a.State == engine.Connected, p.changed()
	s.text.SetText(s.words(waiting))
	locked := a.State == engine.Locked
	s.locked.Hidden = !locked
	s.text.Hidden = connected && !waiting || locked
	s.connected.Hidden = !connected || waiting
	s.connected.Set(xwidget.Good, connectedAs(a))
	s.tenant.SetText(lang.L("Tenant {{.ID}}", map[string]any{"ID": a.Tenant}))
	s.tenant.Hidden = s.connected.Hidden || a.Tenant == ""
	s.unused.Hidden = s.connected.Hidden || !changed
	s.showTrouble(waiting)
	s.waitBox.Hidden = !waiting
	xwidget.SetVisible(s.again, a.SignInURL != "")
	s.clock.set()
	s.summary.object.Hidden = waiting || locked // which can't tell of secrets then
	s.summary.show()
	xwidget.SetVisible(s.signAgain, connected && !waiting && !changed)
	s.rights.Hidden = waiting || locked || p.application()
	if !waiting && s.says.entry.Text != "" {
		s.says.entry.SetText("")
	}
}

// words say what is to come, or what is going on.
func (s *connectScreen) words(waiting bool) string {
	switch app := s.page.application(); {
	case waiting && app:
		return lang.L("Microsoft's page is open in your browser. An administrator signs in there and accepts; then this page goes on by itself.")
	case waiting:
		return lang.L("Microsoft's page is open in your browser. Sign in there with the account; then this page goes on by itself.")
	case app:
		return lang.L("Your browser opens Microsoft's page, on which an administrator signs in and approves what Roomink may read. Check what you entered first:")
	}
	return lang.L("Your browser opens Microsoft's sign-in page. Sign in with an account that may see the rooms' calendars; Roomink never sees its password. Check what you entered first:")
}

// connectedAs is who the connection is, in a line.
func connectedAs(a engine.Account) string {
	if a.Mode == engine.Application && a.Name != "" {
		return lang.L("Approved for the whole organisation as {{.Name}}", map[string]any{"Name": a.Name})
	}
	return words.Account(a)
}

// showTrouble explains what went wrong: the last attempt, or else the connection.
func (s *connectScreen) showTrouble(waiting bool) {
	x := s.failed
	if x == nil {
		x = s.page.view.Account.Problem
	}
	if s.trouble.Hidden = x == nil || waiting; s.trouble.Hidden {
		return
	}
	number := x.Code
	if number == 0 {
		number = codeIn(x.Details)
	}
	s.page.tell(s.trouble, xwidget.Bad, words.Explanation(*x), stepFor(number))
}

// tone is how the connection stands.
func (s *connectScreen) tone() xwidget.Tone {
	switch a := s.page.view.Account; {
	case s.waiting():
		return xwidget.Busy
	case s.failed != nil, a.Problem != nil && a.State != engine.Connected:
		return xwidget.Bad
	case a.State == engine.NeedsSignIn, a.State == engine.NeedsSecret, a.State == engine.Locked:
		return xwidget.Warn
	case a.State == engine.Connected:
		return xwidget.Good
	}
	return xwidget.Neutral
}

func (s *connectScreen) nextLabel() string {
	switch a := s.page.view.Account; {
	case a.State == engine.Connected && !s.page.changed():
		return ""
	case a.State == engine.Locked:
		return lang.L("Go to Settings")
	case s.page.application():
		return lang.L("Approve")
	case a.State == engine.Connected || a.State == engine.NeedsSignIn:
		return lang.L("Sign in again")
	}
	return lang.L("Sign in")
}

func (s *connectScreen) next() {
	switch {
	case s.page.view.Account.State == engine.Locked:
		s.page.cfg.Open("settings")
	case s.nextLabel() == "":
		s.page.forward()
	default:
		s.page.Connect()
	}
}

// unready is the first step before the connection that is not right, "" if all are.
func (p *Page) unready() string {
	c := p.keep.credentials()
	for _, step := range order[:indexOf(StepConnect)] {
		if applies(step, c) && p.screens[step].ready(false) != nil {
			return step
		}
	}
	return ""
}

// Connect saves what was entered, opens the browser and waits for the sign-in or the
// approval. What can't be right is shown instead.
func (p *Page) Connect() {
	p.chosen = true
	if step := p.unready(); step != "" {
		p.GoTo(step)
		p.tellMissing(p.screens[step].ready(true))
		return
	}
	s := p.connect
	entered := p.keep.draft
	c, save := p.keep.credentials(), p.changed() || entered.Secret != ""
	took := make(chan struct{}, 1)
	s.failed = nil
	s.area.Run(command.Task{
		Key: "connect", Cancellable: true, Label: s.label(),
		Work: func(ctx context.Context) error {
			if save {
				err := p.keep.alone(func() error { return p.cfg.Engine.SaveCredentials(ctx, c) })
				if err != nil {
					return err
				}
				took <- struct{}{}
			}
			return p.cfg.Engine.Connect(ctx)
		},
		Done: func(err error) {
			select {
			case <-took:
				p.keep.used(entered)
			default:
			}
			s.done(err)
		},
	})
	p.refresh()
}

func (s *connectScreen) label() string {
	if s.page.application() {
		return lang.L("Waiting for the approval in the browser…")
	}
	return lang.L("Waiting for you to sign in, in the browser…")
}

// done tells how the attempt ended; a success leads on.
func (s *connectScreen) done(err error) {
	p := s.page
	switch {
	case err == nil && p.current == StepConnect:
		p.forward()
		return
	case err != nil && !errors.Is(err, context.Canceled):
		s.area.Clear() // told with a way to the step that helps
		x := p.cfg.Hub.Explain(err)
		s.failed = &x
	}
	p.refresh()
}
