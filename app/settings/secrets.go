package settings

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

// secrets is the card on the key that protects the client secret and the sign-in.
type secrets struct {
	text   *xwidget.Paragraph
	renew  *widget.Button
	unlock *widget.Button
	forget *widget.Button
	area   *command.Area
}

func (p *Page) secretsCard() fyne.CanvasObject {
	c := &p.secrets
	c.area = p.cfg.Hub.NewArea()
	c.text = xwidget.NewMutedParagraph("")
	c.renew = widget.NewButtonWithIcon(lang.L("Renew the key"), theme.ViewRefreshIcon(), p.RenewKey)
	c.unlock = widget.NewButtonWithIcon(lang.L("Try again"), theme.LoginIcon(), p.Unlock)
	c.unlock.Importance = widget.HighImportance
	c.forget = widget.NewButtonWithIcon(lang.L("Give up the saved secrets…"), theme.DeleteIcon(), p.ForgetSecrets)
	c.show(engine.Account{})
	return card(lang.L("Secrets on this computer"), c.text, c.area, container.NewHBox(c.unlock, c.renew, c.forget))
}

func (c *secrets) show(a engine.Account) {
	locked := a.KeyPlace == ""
	text := lang.L("The client secret and the sign-in are kept encrypted in Roomink's database. Their key lies in {{.Place}}.", map[string]any{"Place": a.KeyPlace})
	if locked {
		text = lang.L("The key to the saved client secret and sign-in can't be reached: the keychain of this computer is locked. Unlock it, then try again. If it can't be unlocked any more, give the secrets up: rooms, displays and assignments stay.")
	}
	if c.text.Text() != text {
		c.text.SetText(text)
	}
	xwidget.SetVisible(c.renew, !locked)
	xwidget.SetVisible(c.unlock, locked)
	xwidget.SetVisible(c.forget, locked)
}

// Unlock tries once more to reach the key.
func (p *Page) Unlock() {
	p.secrets.area.Run(command.Task{Key: "unlock", Label: lang.L("Asking the keychain…"), Cancellable: true,
		Success: lang.L("The saved sign-in is in use again."), Work: p.cfg.Engine.Unlock})
}

// RenewKey seals all secrets with a new key.
func (p *Page) RenewKey() {
	p.secrets.area.Run(command.Task{Key: "renewKey", Label: lang.L("Sealing the secrets anew…"),
		Success: lang.L("The secrets are sealed with a new key."), Work: p.cfg.Engine.RenewKey})
}

// ForgetSecrets asks first, then deletes what can't be opened.
func (p *Page) ForgetSecrets() {
	xwidget.Ask(xwidget.Question{
		Title: lang.L("Give up the saved secrets?"),
		Text:  lang.L("The client secret and the sign-in are deleted. Enter the client secret again and connect; rooms, displays and assignments are kept."),
		Yes:   lang.L("Give them up"), No: lang.L("Cancel"), Danger: true,
	}, p.cfg.Window, func() {
		p.secrets.area.Run(command.Task{Key: "forgetSecrets", Label: lang.L("One moment…"), Work: p.cfg.Engine.ForgetSecrets})
	})
}
