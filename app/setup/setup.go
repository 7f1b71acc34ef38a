package setup

import (
	"context"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/roomink/roomink/app/command"
	"github.com/roomink/roomink/app/demo"
	"github.com/roomink/roomink/app/xwidget"
	"github.com/roomink/roomink/engine"
)

// RedirectURI is what an admin registers; the engine listens on a free port, which
// Microsoft leaves out of the comparison for localhost.
const RedirectURI = "http://localhost/roomink"

// Permissions are what an admin adds under API permissions: what package entra asks
// for (entra.Cloud.Scopes). The last one needs an administrator's consent.
const Permissions = "openid profile offline_access User.Read Calendars.Read Calendars.Read.Shared Place.Read.All"

// CalendarRight lets an account see a room's meetings and not only when it is taken
// (learn.microsoft.com/powershell/module/exchange/set-mailboxfolderpermission).
const CalendarRight = `Set-MailboxFolderPermission room@contoso.com:\Calendar -User Default -AccessRights LimitedDetails`

// Config is what the page needs.
type Config struct {
	Engine  Engine
	Hub     *command.Hub
	Now     func() time.Time
	Open    func(page string)    // shows another page
	OpenURL func(address string) // opens the browser

	Demo *demo.Office // optional: fills the form in and offers to do everything
}

// Page is the page.
type Page struct {
	cfg  Config
	view View
	open int // the step whose body shows; -1 = none

	steps    [steps]*step
	form     *credentials
	saveArea *command.Area

	connect   *widget.Button
	again     *widget.Button // opens the sign-in page once more
	connected *xwidget.Status
	trouble   *xwidget.Explanation
	signIn    *command.Area

	adopt  *adoptList
	assign *assignList

	everything *command.Area // of the demo
	progress   *xwidget.Text
	done       *fyne.Container
	content    fyne.CanvasObject
}

// New makes the page.
func New(cfg Config) *Page {
	p := &Page{cfg: cfg, open: Register}
	bodies := [steps]fyne.CanvasObject{Enter: p.enterBody()} // first: the form knows the portal
	bodies[Register] = p.registerBody()
	bodies[Connect] = p.connectBody()
	p.adopt = newAdoptList(p)
	p.assign = newAssignList(p)
	bodies[Adopt], bodies[Assign] = p.adopt.object, p.assign.object

	list := xwidget.Stack(10)
	if cfg.Demo != nil {
		list.Add(p.demoCard())
	}
	p.done = container.NewStack(p.doneCard())
	p.done.Hide()
	list.Add(p.done)
	for i, title := range titles() {
		p.steps[i] = newStep(i+1, title, bodies[i], func() { p.toggle(i) })
		list.Add(p.steps[i])
	}
	p.content = container.NewVScroll(container.New(xwidget.Limit(780), xwidget.Pad(list, 2, 12, 12, 2)))
	p.show(ViewOf(engine.Snapshot{}, cfg.Demo != nil))
	return p
}

// Content is what the page consists of.
func (p *Page) Content() fyne.CanvasObject { return p.content }

// Prepare works out the page of s.
func (p *Page) Prepare(s engine.Snapshot) func() {
	v := ViewOf(s, p.cfg.Demo != nil)
	return func() { p.show(v) }
}

func (p *Page) show(v View) {
	if v.Current != p.view.Current {
		p.open = v.Current // the next step opens by itself
		if v.Current == steps {
			p.open = -1
		}
	}
	p.view = v
	saved := v.Account.Credentials
	if p.cfg.Demo != nil && saved.ClientID == "" {
		saved = p.cfg.Demo.Credentials
	}
	p.form.fill(saved, v.Account.HasSecret)
	p.showAccount(v)
	p.adopt.show(v.Found)
	p.assign.show(v.Adopted, v.Rooms)
	p.done.Hidden = v.Current < steps
	p.arrange()
}

func (p *Page) arrange() {
	for i, s := range p.steps {
		s.show(p.view.Steps[i], i == p.view.Current, i == p.open)
	}
	p.content.Refresh()
}

// toggle opens a step, or closes the one that is open.
func (p *Page) toggle(i int) {
	if p.open == i {
		i = -1
	}
	p.open = i
	p.arrange()
}

func (p *Page) registerBody() fyne.CanvasObject {
	portal := widget.NewButtonWithIcon(lang.L("Open the portal"), theme.LoginIcon(), func() { p.cfg.OpenURL(p.form.portal()) })
	next := widget.NewButtonWithIcon(lang.L("Done, next step"), theme.NavigateNextIcon(), func() { p.toggle(Enter) })
	next.Importance = widget.HighImportance
	return xwidget.Stack(10,
		xwidget.NewParagraph(lang.L("Roomink signs in with an app registration of your own organisation: you decide what it may read, and can withdraw it at any time.")),
		xwidget.NewParagraph(lang.L("1.  In the portal, choose App registrations, New registration. Any name will do; this organisation's accounts are enough.")),
		xwidget.NewParagraph(lang.L("2.  As redirect URI choose the platform Web and paste:")),
		container.New(xwidget.Narrow(420), xwidget.NewCopyable(RedirectURI)),
		xwidget.NewParagraph(lang.L("3.  Under Certificates & secrets make a client secret and copy its Value, not its ID.")),
		xwidget.NewParagraph(lang.L("4.  Under API permissions add the delegated permissions of Microsoft Graph that Roomink asks for, then choose Grant admin consent. The last one is for the list of rooms only.")),
		container.New(xwidget.Narrow(640), xwidget.NewCopyable(Permissions)),
		container.NewHBox(portal, next),
	)
}

func (p *Page) enterBody() fyne.CanvasObject {
	p.form = newCredentials(p.cfg.Engine.Clouds(), p.Save)
	p.saveArea = p.cfg.Hub.NewArea()
	return xwidget.Stack(10, p.form.object, p.saveArea)
}

func (p *Page) connectBody() fyne.CanvasObject {
	p.connect = widget.NewButtonWithIcon(lang.L("Connect"), theme.LoginIcon(), p.Connect)
	p.connect.Importance = widget.HighImportance
	p.again = widget.NewButtonWithIcon(lang.L("Open the page again"), theme.ViewRefreshIcon(), func() {
		p.cfg.OpenURL(p.view.Account.SignInURL)
	})
	p.connected = xwidget.NewStatus(xwidget.Good, "")
	p.trouble = xwidget.NewExplanation(xwidget.Bad, xwidget.Words{}, nil)
	p.signIn = p.cfg.Hub.NewArea()
	rights := xwidget.NewParagraph(lang.L("The account must see the rooms' calendars in detail. By default Exchange shows others only free and busy; an Exchange administrator can change that per room:"))
	command := container.New(xwidget.Narrow(640), xwidget.NewCopyable(CalendarRight))
	text := xwidget.NewParagraph(lang.L("Your browser opens Microsoft's sign-in page. Sign in with an account that may see the rooms' calendars; Roomink never sees its password."))
	return xwidget.Stack(10, text, p.connected, p.trouble, p.signIn, container.NewHBox(p.connect, p.again), rights, command)
}

func (p *Page) showAccount(v View) {
	a := v.Account
	p.connected.Hidden = a.State != engine.Connected
	p.connected.Set(xwidget.Good, v.Steps[Connect].Summary)
	p.again.Hidden = a.State != engine.Connecting || a.SignInURL == ""
	// What the task itself tells is not said twice.
	p.trouble.Hidden = v.Trouble == nil || p.signIn.Visible()
	if v.Trouble != nil {
		p.trouble.Set(xwidget.Bad, *v.Trouble)
	}
	label := lang.L("Connect")
	if a.State == engine.Connected || a.State == engine.NeedsSignIn {
		label = lang.L("Sign in again")
	}
	p.connect.SetText(label)
	if a.Credentials.ClientID == "" && p.cfg.Demo == nil || a.State == engine.Connecting {
		p.connect.Disable()
	} else {
		p.connect.Enable()
	}
}

// Connect opens the browser and waits for the sign-in. In the demo it first saves
// the credentials that were filled in.
func (p *Page) Connect() {
	// What a person typed is what they mean to sign in with, saved or not.
	save := p.form.touched || p.view.Account.Credentials.ClientID == ""
	var typed engine.Credentials
	if save {
		var ok bool
		if typed, ok = p.form.typed(); !ok {
			p.open = Enter
			p.arrange()
			return
		}
	}
	kept := false
	p.signIn.Run(command.Task{
		Key: "connect", Cancellable: true,
		Label: lang.L("Waiting for you to sign in, in the browser…"),
		Work: func(ctx context.Context) error {
			if save {
				if err := p.cfg.Engine.SaveCredentials(ctx, typed); err != nil {
					return err
				}
				kept = true
			}
			return p.cfg.Engine.Connect(ctx)
		},
		Done: func(error) {
			if kept {
				p.form.saved()
			}
		},
	})
	p.trouble.Hide()
}

func (p *Page) demoCard() fyne.CanvasObject {
	p.everything = p.cfg.Hub.NewArea()
	p.progress = xwidget.NewMuted("")
	p.progress.Hide()
	all := widget.NewButtonWithIcon(lang.L("Set up everything for me"), theme.MediaPlayIcon(), p.SetUpEverything)
	all.Importance = widget.HighImportance
	outlook := widget.NewButtonWithIcon(lang.L("Open Simulated Outlook"), theme.CalendarIcon(), func() { p.cfg.OpenURL(p.cfg.Demo.OutlookURL) })
	text := lang.L("A simulated Microsoft 365 and virtual displays run inside this program. Go through the steps yourself, or let the demonstration do it; then book a meeting in Simulated Outlook and watch the glass.")
	if p.cfg.Demo.Note != "" {
		text += "\n\n" + p.cfg.Demo.Note
	}
	card := xwidget.NewCard(xwidget.Stack(10,
		xwidget.NewHeading(lang.L("This is a demonstration"), theme.SizeNameSubHeadingText),
		xwidget.NewParagraph(text), p.everything, p.progress, container.NewHBox(all, outlook)))
	card.Accent = xwidget.Info
	return card
}

// SetUpEverything has the demo do every step.
func (p *Page) SetUpEverything() {
	p.everything.Run(command.Task{
		Key: "everything", Cancellable: true,
		Label:   lang.L("Setting everything up…"),
		Success: lang.L("Everything is set up: see the signs on the Overview."),
		Work: func(ctx context.Context) error {
			return p.cfg.Demo.SetUp(ctx, func(line string) {
				p.cfg.Hub.OnUI(func() {
					p.progress.SetText(line)
					p.progress.Show()
				})
			})
		},
		Done: func(error) { p.progress.Hide() },
	})
}

func (p *Page) doneCard() fyne.CanvasObject {
	see := widget.NewButtonWithIcon(lang.L("See the signs"), theme.GridIcon(), func() { p.cfg.Open("overview") })
	see.Importance = widget.HighImportance
	card := xwidget.NewCard(container.NewBorder(nil, nil, nil, see,
		xwidget.NewStatus(xwidget.Good, lang.L("Everything is set up. Your signs keep themselves up to date from now on."))))
	card.Accent = xwidget.Good
	return card
}
