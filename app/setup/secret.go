package setup

import (
	"context"
	"errors"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/roomink/roomink/app/command"
	"github.com/roomink/roomink/app/drawing"
	"github.com/roomink/roomink/app/words"
	"github.com/roomink/roomink/app/xwidget"
	"github.com/roomink/roomink/engine"
)

// terms are the lives of a secret that the portal offers, in its days.
var terms = []int{90, 180, 365, 545, 730}

// secretScreen takes the secret's value and the day it ends.
type secretScreen struct {
	basic
	secret  *xwidget.Field
	term    *widget.Select
	date    *widget.DateEntry
	ends    *xwidget.Paragraph
	calm    *xwidget.Status // a running connection is not disturbed
	area    *command.Area
	filling bool
}

func newSecretScreen(p *Page) *secretScreen {
	s := &secretScreen{ends: xwidget.NewMutedParagraph(""), area: p.cfg.Hub.NewArea(),
		calm: xwidget.NewStatus(xwidget.Info, lang.L("Roomink tries the new secret first. The signs are not disturbed."))}
	s.secret = p.field(xwidget.FieldConfig{
		Name: lang.L("Value of the client secret"), Hint: lang.L("Kept encrypted on this computer."),
		Entry: xwidget.NewPasswordEntry(), Check: CheckSecret, Doubt: DoubtSecret, Changed: s.typed, Submitted: p.Next,
	})
	s.term = widget.NewSelect([]string{
		lang.L("3 months"), lang.L("6 months (the portal's proposal)"), lang.L("12 months"), lang.L("18 months"), lang.L("24 months"),
		lang.L("Another day"),
	}, func(string) { s.choose(s.term.SelectedIndex()) })
	s.term.PlaceHolder = lang.L("As chosen in the portal")
	s.date = widget.NewDateEntry()
	s.date.OnChanged = func(t *time.Time) { s.dated(t) }
	s.date.SetOnValidationChanged(func(error) { s.showEnds() })
	expiry := abreast(s.term, s.date)
	s.basic = newBasic(p,
		say(lang.L("In the registration choose Certificates & secrets, New client secret, and Add. Copy what stands under Value at once: the portal shows it only this one time.")),
		xwidget.Scaled(drawing.Secret().Object(), 1),
		narrow(xwidget.Stack(14, s.secret,
			xwidget.Stack(5, labelledRow(lang.L("It expires (optional)"), expiry), s.ends))),
		s.calm, s.area,
	)
	return s
}

// typed takes a secret that can be right; another is only explained.
func (s *secretScreen) typed() {
	text := s.secret.Text()
	if CheckSecret(text) != nil {
		text = ""
	}
	s.page.edit(func(d *engine.Draft) {
		s.ownDay(d, text != "")
		d.Secret = text
	})
}

// ownDay keeps the day on which the secret in use ends from being taken for that of a
// new one, and brings it back where the new one is given up.
func (s *secretScreen) ownDay(d *engine.Draft, typed bool) {
	inUse := s.page.view.Account.Credentials.SecretExpires
	switch {
	case !s.page.live() || d.HasSecret:
	case typed && d.Secret == "" && d.SecretExpires.Equal(inUse):
		d.SecretExpires = time.Time{}
	case !typed && d.Secret != "" && d.SecretExpires.IsZero():
		d.SecretExpires = inUse
	}
}

// choose takes a life that the portal offers.
func (s *secretScreen) choose(at int) {
	if s.filling || at < 0 || at >= len(terms) {
		return
	}
	s.expires(day(s.page.cfg.Now().AddDate(0, 0, terms[at])))
}

// dated takes a day from the field; nil = none.
func (s *secretScreen) dated(t *time.Time) {
	switch {
	case s.filling:
	case t == nil:
		s.expires(time.Time{})
	default:
		s.expires(day(*t))
	}
}

func (s *secretScreen) expires(t time.Time) {
	s.page.edit(func(d *engine.Draft) { d.SecretExpires = t })
}

// day is the day of t without a time and a place.
func day(t time.Time) time.Time {
	y, m, d := t.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

func (s *secretScreen) show() {
	p := s.page
	hold, hint := "", lang.L("Kept encrypted on this computer.")
	if p.hasSecret() && s.secret.Text() == "" {
		hold, hint = lang.L("Saved – leave empty to keep it"), lang.L("A secret is kept, encrypted on this computer.")
	}
	if s.secret.Entry().PlaceHolder != hold {
		s.secret.Entry().SetPlaceHolder(hold)
	}
	s.secret.SetHint(hint)
	if p.current != StepSecret {
		return
	}
	s.calm.Hidden = !p.live()
	s.showDate(p.keep.draft.SecretExpires)
	s.showEnds()
}

// away forgets the secret in the window once a person has left the screen; the draft
// has it, if it can be right.
func (s *secretScreen) away() { s.secret.Forget() }

func (s *secretScreen) showDate(t time.Time) {
	if s.date.Text != "" && s.date.Validate() != nil {
		return // a person is typing
	}
	if s.date.Date != nil && day(*s.date.Date).Equal(t) || s.date.Date == nil && t.IsZero() {
		return
	}
	s.filling = true
	defer func() { s.filling = false }()
	if t.IsZero() {
		s.date.SetDate(nil)
		s.term.ClearSelected()
		return
	}
	s.date.SetDate(&t)
	at := len(terms)
	for i, days := range terms {
		if day(s.page.cfg.Now().AddDate(0, 0, days)).Equal(t) {
			at = i
		}
	}
	s.term.SetSelectedIndex(at)
}

// wrongDate is what is wrong with the day that was entered.
func (s *secretScreen) wrongDate() error {
	t := s.page.keep.draft.SecretExpires
	switch {
	case s.date.Text != "" && s.date.Validate() != nil:
		return errors.New(lang.L("This is no date. Choose the day in the calendar, or leave it empty."))
	case !t.IsZero() && !t.After(day(s.page.cfg.Now())):
		return errors.New(lang.L("This day is over: a secret that has expired can't be used."))
	}
	return nil
}

func (s *secretScreen) showEnds() {
	if s.page == nil {
		return
	}
	t, now := s.page.keep.draft.SecretExpires, s.page.cfg.Now()
	if err := s.wrongDate(); err != nil {
		s.ends.Set(err.Error(), theme.ColorNameError)
		return
	}
	text := lang.L("The day that the portal shows under Expires. Roomink then warns you in good time.")
	if !t.IsZero() {
		text = lang.L("Ends on {{.Date}}. Roomink warns 30, 14, 7 and 1 days before.", map[string]any{"Date": words.Date(t, now)})
	}
	s.ends.Set(text, theme.ColorNamePlaceHolder)
}

func (s *secretScreen) ready(goingOn bool) error {
	if goingOn {
		_ = s.secret.Judge(true)
	}
	if err := CheckSecret(s.secret.Text()); err != nil {
		return errors.New(lang.L("This can't be the secret's Value."))
	}
	if !s.page.hasSecret() {
		return errors.New(lang.L("Needed: the Value of a client secret."))
	}
	if s.wrongDate() != nil {
		return errors.New(lang.L("The day on which the secret expires can't be right."))
	}
	return nil
}

func (s *secretScreen) focus() fyne.Focusable { return s.secret.Entry() }

// replaces reports whether a new secret waits for a connection that is there.
func (s *secretScreen) replaces() bool {
	d := s.page.keep.draft
	return s.page.live() && (d.Secret != "" || d.HasSecret)
}

func (s *secretScreen) nextLabel() string {
	if s.page.current == StepSecret && s.replaces() {
		return lang.L("Use the new secret")
	}
	return ""
}

// next has a running connection use a new secret; without one it goes on.
func (s *secretScreen) next() {
	p := s.page
	c := p.keep.credentials()
	switch saved := normal(p.view.Account.Credentials, p.clouds); {
	case s.replaces():
		s.replace(c)
	case p.live() && !c.SecretExpires.Equal(saved.SecretExpires):
		saved.SecretExpires = c.SecretExpires // nothing else that was changed takes part
		s.run(lang.L("Saving…"), lang.L("Saved."), nil, func(ctx context.Context) error {
			return p.keep.alone(func() error { return p.cfg.Engine.SaveCredentials(ctx, saved) })
		})
		p.forward()
	default:
		p.forward()
	}
}

func (s *secretScreen) replace(c engine.Credentials) {
	p := s.page
	entered := p.keep.draft
	d, unkept := p.keep.pending(true)
	s.run(lang.L("Trying the new secret…"), lang.L("The new secret is in use. The signs were not disturbed."), func() {
		p.connect.failed = nil
		p.keep.used(entered)
	}, func(ctx context.Context) error {
		return p.keep.alone(func() error {
			if unkept { // the portal shows a secret once: it must outlive a failure
				if err := p.cfg.Engine.SaveDraft(ctx, d); err != nil {
					return err
				}
			}
			return p.cfg.Engine.ReplaceSecret(ctx, c.Secret, c.SecretExpires)
		})
	})
}

// run works on the secret; then, if not nil, follows a success.
func (s *secretScreen) run(label, success string, then func(), work func(context.Context) error) {
	s.area.Run(command.Task{
		Key: "secret", Label: label, Success: success, Cancellable: true, Work: work,
		Done: func(err error) {
			if err == nil && then != nil {
				then()
			}
			s.page.refresh()
		},
	})
}

func (s *secretScreen) portal() string { return s.page.guide().Secrets }
