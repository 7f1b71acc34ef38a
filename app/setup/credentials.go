package setup

import (
	"context"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/roomink/roomink/app/command"
	"github.com/roomink/roomink/app/xwidget"
	"github.com/roomink/roomink/engine"
)

// field is one entry with its name above it and, under it, a hint or what is wrong
// with what was typed.
type field struct {
	entry  *widget.Entry
	hint   string
	note   *xwidget.Paragraph
	wrong  *xwidget.Paragraph
	check  func(string) error
	object fyne.CanvasObject
}

func newField(name, hint string, entry *widget.Entry, check func(string) error, changed func()) *field {
	f := &field{entry: entry, hint: hint, check: check,
		note: xwidget.NewMutedParagraph(hint), wrong: xwidget.NewColoredParagraph("", theme.ColorNameError)}
	f.wrong.Hide()
	entry.OnChanged = func(string) {
		f.judge(false)
		changed()
	}
	title := xwidget.NewHeading(name, theme.SizeNameText)
	f.object = xwidget.Stack(5, title, entry, f.note, f.wrong)
	return f
}

// judge says what is wrong; an empty field is wrong only when a person goes on.
func (f *field) judge(goingOn bool) error {
	err := f.check(f.entry.Text)
	shown := err != nil && (goingOn || strings.TrimSpace(f.entry.Text) != "")
	if shown {
		f.wrong.SetText(err.Error())
	}
	f.wrong.Hidden, f.note.Hidden = !shown, shown
	f.wrong.Refresh()
	f.note.Refresh()
	return err
}

// credentials is the form of the second step.
type credentials struct {
	clouds    []engine.Cloud
	cloud     *widget.Select
	tenant    *field
	client    *field
	secret    *field
	directory *widget.Check
	save      *widget.Button
	object    fyne.CanvasObject

	touched bool // a person has typed: what is saved must not overwrite it
	filling bool
}

func newCredentials(clouds []engine.Cloud, save func()) *credentials {
	c := &credentials{clouds: clouds}
	touch := func() { c.touched = c.touched || !c.filling }
	var names []string
	for _, cl := range clouds {
		names = append(names, cl.Name)
	}
	c.cloud = widget.NewSelect(names, func(string) { touch() })
	tenant, client, secret := widget.NewEntry(), widget.NewEntry(), widget.NewPasswordEntry()
	tenant.SetPlaceHolder("contoso.com")
	client.SetPlaceHolder("00000000-0000-0000-0000-000000000000")
	c.tenant = newField(lang.L("Tenant"), lang.L("Directory (tenant) ID, or one of your domains."), tenant, CheckTenant, touch)
	c.client = newField(lang.L("Client ID"), lang.L("Application (client) ID from the registration's overview."), client, CheckClientID, touch)
	c.secret = newField(lang.L("Client secret"), lang.L("The secret's Value. It is kept encrypted on this computer."), secret, CheckSecret, touch)
	c.directory = widget.NewCheck(lang.L("Also read the list of rooms (an administrator must consent)"), func(bool) { touch() })
	c.save = widget.NewButtonWithIcon(lang.L("Save"), theme.DocumentSaveIcon(), save)
	c.save.Importance = widget.HighImportance
	rows := xwidget.Stack(12)
	if len(clouds) > 1 {
		rows.Add(xwidget.Stack(5, xwidget.NewHeading(lang.L("Cloud"), theme.SizeNameText), c.cloud))
	}
	for _, f := range []*field{c.tenant, c.client, c.secret} {
		rows.Add(f.object)
	}
	rows.Add(c.directory)
	rows.Add(container.NewHBox(c.save))
	c.object = container.New(xwidget.Narrow(520), rows)
	return c
}

// fill shows what is saved, unless a person has begun to type.
func (c *credentials) fill(saved engine.Credentials, hasSecret bool) {
	if hasSecret {
		c.secret.entry.SetPlaceHolder(lang.L("Saved – leave empty to keep it"))
	}
	if c.touched {
		return
	}
	c.filling = true
	defer func() { c.filling = false }()
	set := func(e *widget.Entry, text string) {
		if e.Text != text {
			e.SetText(text)
		}
	}
	set(c.tenant.entry, saved.Tenant)
	set(c.client.entry, saved.ClientID)
	set(c.secret.entry, saved.Secret)
	if c.directory.Checked != saved.Directory {
		c.directory.SetChecked(saved.Directory)
	}
	for i, cl := range c.clouds {
		if cl.Name == saved.Cloud || i == 0 && saved.Cloud == "" {
			c.cloud.SetSelectedIndex(i)
		}
	}
}

// portal is where an admin of the chosen cloud registers apps.
func (c *credentials) portal() string {
	if i := c.cloud.SelectedIndex(); i >= 0 {
		return c.clouds[i].Portal
	}
	if len(c.clouds) > 0 {
		return c.clouds[0].Portal
	}
	return "https://entra.microsoft.com"
}

// typed gives what was typed; ok is false if it can't be right, which is then
// explained at the fields.
func (c *credentials) typed() (typed engine.Credentials, ok bool) {
	ok = true
	for _, f := range []*field{c.tenant, c.client, c.secret} {
		if f.judge(true) != nil {
			ok = false
		}
	}
	typed = engine.Credentials{
		Tenant: strings.TrimSpace(c.tenant.entry.Text), ClientID: strings.TrimSpace(c.client.entry.Text),
		Secret: strings.TrimSpace(c.secret.entry.Text), Directory: c.directory.Checked,
	}
	if i := c.cloud.SelectedIndex(); i >= 0 {
		typed.Cloud = c.clouds[i].Name
	}
	return typed, ok
}

// saved forgets what was typed, the secret above all.
func (c *credentials) saved() {
	c.secret.entry.SetText("")
	c.touched = false
}

// Save saves what was typed, if it can be right.
func (p *Page) Save() {
	typed, ok := p.form.typed()
	if !ok {
		p.form.object.Refresh()
		return
	}
	success := lang.L("Saved.")
	if s := p.view.Account.State; s == engine.Connected || s == engine.NeedsSignIn {
		success = lang.L("Saved. Sign in again to use it.") // the running sign-in keeps what it began with
	}
	p.saveArea.Run(command.Task{
		Key: "save", Label: lang.L("Saving…"), Success: success,
		Work: func(ctx context.Context) error { return p.cfg.Engine.SaveCredentials(ctx, typed) },
		Done: func(err error) {
			if err == nil {
				p.form.saved()
			}
		},
	})
}
