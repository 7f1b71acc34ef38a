package setup

import (
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/widget"

	"github.com/roomink/roomink/app/drawing"
	"github.com/roomink/roomink/app/xwidget"
	"github.com/roomink/roomink/engine"
)

// wayScreen chooses the cloud and the way to connect.
type wayScreen struct {
	basic
	cloud                  *widget.Select
	delegated, application *xwidget.Choice
}

func newWayScreen(p *Page) *wayScreen {
	s := &wayScreen{}
	var names []string
	for _, c := range p.clouds {
		names = append(names, c.Name)
	}
	s.cloud = widget.NewSelect(names, func(name string) {
		p.edit(func(d *engine.Draft) { d.Cloud = name })
	})
	one, all := drawing.TwoWays()
	card := func(title, text string, sketch drawing.Scene, m engine.Mode) *xwidget.Choice {
		return xwidget.NewChoice(title, xwidget.Stack(10, xwidget.Scaled(sketch.Object(), 1.3), say(text)), func() {
			p.edit(func(d *engine.Draft) { d.Mode = m })
		})
	}
	s.delegated = card(lang.L("Sign in with an account"),
		lang.L("No administrator of the organisation is needed. It lasts until the account's password rules ask for a new sign-in."),
		one, "")
	s.application = card(lang.L("Approve for the whole organisation"),
		lang.L("Nobody has to sign in again. Until it is narrowed, Roomink could read every mailbox; Roomink checks that with you."),
		all, engine.Application)
	s.basic = newBasic(p,
		say(lang.L("Choose the account to begin right away, or where no administrator is at hand. Choose the organisation if the signs must run for years without anybody signing in.")),
		abreast(s.delegated, s.application),
	)
	if len(p.clouds) > 1 {
		s.body.Add(xwidget.Stack(5,
			labelledRow(lang.L("Cloud"), container.New(xwidget.Narrow(320), s.cloud)),
			xwidget.NewMutedParagraph(lang.L("Leave the cloud as it is, unless your organisation is in a national cloud of Microsoft's."))))
	}
	return s
}

func (s *wayScreen) show() {
	s.delegated.Select(!s.page.application())
	s.application.Select(s.page.application())
	name := s.page.keep.credentials().Cloud
	if s.cloud.Selected != name {
		s.cloud.Selected = name
		s.cloud.Refresh()
	}
}
