package setup

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/roomink/roomink/app/words"
	"github.com/roomink/roomink/app/xwidget"
	"github.com/roomink/roomink/engine"
)

// fact is one line of what was entered, and the step where it is changed.
type fact struct {
	name, value, step string
	wrong             bool
}

// summary lists what was entered, with a way to change each line.
type summary struct {
	page   *Page
	facts  []fact
	rows   *fyne.Container
	object *xwidget.Card
}

func newSummary(p *Page) *summary {
	s := &summary{page: p, rows: xwidget.Stack(0)}
	s.object = xwidget.NewPaddedCard(s.rows, 6)
	return s
}

func (s *summary) show() {
	facts := s.page.facts()
	if slices.Equal(s.facts, facts) {
		return
	}
	s.facts = facts
	s.rows.RemoveAll()
	for _, f := range facts {
		name := xwidget.NewMuted(f.name)
		value := xwidget.NewText(f.value)
		if f.wrong {
			value.Color = theme.ColorNameError
		}
		change := widget.NewButton(lang.L("Change"), func() { s.page.GoTo(f.step) })
		change.Importance = widget.LowImportance
		row := xwidget.Columns{Cols: []xwidget.Column{{Min: 150}, {Min: 60, Share: 1}}, Gap: 10}
		s.rows.Add(container.NewBorder(nil, nil, nil, change, xwidget.Pad(container.New(row, name, value), 0, 0, 0, 8)))
	}
}

// facts are what was entered, as far as it matters to the way that was chosen.
func (p *Page) facts() []fact {
	c := p.keep.credentials()
	missing := lang.L("missing")
	known := func(name, value, step string) fact {
		if value == "" {
			return fact{name, missing, step, true}
		}
		return fact{name, value, step, p.screens[step].ready(false) != nil && (step != StepIDs)}
	}
	way := lang.L("Sign in with an account")
	if c.Mode == engine.Application {
		way = lang.L("Approve for the whole organisation")
	}
	list := []fact{known(lang.L("Way"), way, StepWay)}
	if len(p.clouds) > 1 {
		list = append(list, known(lang.L("Cloud"), c.Cloud, StepWay))
	}
	tenant, tenantStep := c.Tenant, StepIDs
	if tenant == organizations {
		tenant, tenantStep = lang.L("several organisations"), StepName
	}
	platform := lang.L("Web")
	if c.Public {
		platform = lang.L("Mobile and desktop")
	}
	list = append(list,
		known(lang.L("Tenant"), tenant, tenantStep),
		known(lang.L("Client ID"), c.ClientID, StepIDs),
		known(brief(StepRedirect), p.guide().RedirectURI+" · "+platform, StepRedirect))
	if !c.Public {
		secret := ""
		if p.hasSecret() {
			secret = lang.L("kept, encrypted")
			if !c.SecretExpires.IsZero() {
				secret = lang.L("kept, encrypted; ends on {{.Date}}", map[string]any{"Date": words.Date(c.SecretExpires, p.cfg.Now())})
			}
		}
		list = append(list, known(brief(StepSecret), secret, StepSecret))
	}
	rooms := lang.L("added by their address")
	if c.Directory {
		rooms = lang.L("read from the organisation's list")
	}
	return append(list, known(lang.L("Rooms"), rooms, StepPermissions))
}
