package setup

import (
	"context"
	"errors"
	"fmt"

	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/roomink/roomink/app/command"
	"github.com/roomink/roomink/app/drawing"
	"github.com/roomink/roomink/app/xwidget"
	"github.com/roomink/roomink/engine"
)

// handoutName is the hand-out's file name as it is proposed.
const handoutName = "roomink-registration.html"

// portalScreen opens the admin centre, or makes a hand-out for whoever may.
type portalScreen struct {
	basic
	area *command.Area
}

func newPortalScreen(p *Page) *portalScreen {
	s := &portalScreen{area: p.cfg.Hub.NewArea()}
	open := p.link(lang.L("Open the admin centre"), func() string { return p.guide().NewApp })
	s.basic = newBasic(p,
		say(lang.L("Roomink connects through an app registration of your own organisation: you decide what it may read, and can withdraw it at any time.")),
		say(lang.L("Open the admin centre and choose App registrations, then New registration. Leave that page open: the next two steps fill it in.")),
		container.NewHBox(open),
		xwidget.Scaled(drawing.Portal().Object(), 1),
	)
	if p.cfg.Handout != nil {
		s.body.Add(s.handout())
	}
	return s
}

func (s *portalScreen) handout() *xwidget.Card {
	p := s.page
	row := container.NewHBox()
	if p.cfg.SaveFile != nil {
		row.Add(widget.NewButtonWithIcon(lang.L("Save hand-out…"), theme.DocumentSaveIcon(), s.save))
	}
	if p.cfg.OpenFile != nil {
		row.Add(widget.NewButtonWithIcon(lang.L("Open hand-out to print"), theme.DocumentPrintIcon(), s.print))
	}
	enter := widget.NewButtonWithIcon(lang.L("Enter what they sent back"), theme.NavigateNextIcon(), func() { p.GoTo(StepIDs) })
	enter.Importance = widget.LowImportance
	return xwidget.NewCard(xwidget.Stack(10,
		xwidget.NewHeading(lang.L("Does another person look after Microsoft 365?"), theme.SizeNameText),
		say(lang.L("Give them the hand-out: a page with every step, as you choose it here. They send back two IDs and, where there is one, the client secret.")),
		row, s.area, container.NewHBox(enter)))
}

// make makes the hand-out of what was entered; ok is false where that failed, which is
// then told.
func (s *portalScreen) make() (data []byte, ok bool) {
	p := s.page
	c := p.keep.credentials()
	c.Secret = ""
	data, err := p.cfg.Handout(p.guide(), c)
	s.area.Clear()
	if err != nil {
		s.area.Fail("handout", fmt.Errorf("make the hand-out: %w", err))
	}
	return data, err == nil
}

func (s *portalScreen) save() {
	data, ok := s.make()
	if !ok {
		return
	}
	s.page.cfg.SaveFile(handoutName, data, func(err error) {
		if err != nil && !errors.Is(err, context.Canceled) {
			s.area.Fail("handout", err)
		}
	})
}

func (s *portalScreen) print() {
	data, ok := s.make()
	if !ok {
		return
	}
	s.area.Run(command.Task{
		Key: "handout", Label: lang.L("Opening the hand-out…"),
		Work: func(ctx context.Context) error { return s.page.cfg.OpenFile(ctx, handoutName, data) },
	})
}

// nameScreen gives the registration its name and its account types.
type nameScreen struct {
	basic
	name    *xwidget.Copyable
	several *widget.Check
	single  string // the tenant that was typed before several was chosen
	note    *xwidget.Paragraph
	sketch  *picture
}

func newNameScreen(p *Page) *nameScreen {
	s := &nameScreen{name: xwidget.NewCopyable(""), sketch: newPicture(), note: xwidget.NewMutedParagraph("")}
	s.several = widget.NewCheck(lang.L("Accounts of several organisations sign in (multitenant)"), func(on bool) {
		p.edit(func(d *engine.Draft) {
			switch {
			case on:
				s.single, d.Tenant = d.Tenant, organizations
			case d.Tenant == organizations:
				d.Tenant = s.single
			}
		})
	})
	s.basic = newBasic(p,
		say(lang.L("Paste this name, or choose another: Roomink doesn't mind.")),
		narrow(s.name),
		say(lang.L("Under Supported account types leave the first entry chosen: Accounts in this organizational directory only.")),
		s.sketch.box,
		xwidget.Stack(4, s.several, s.note),
	)
	return s
}

func (s *nameScreen) show() {
	s.name.SetText(s.page.guide().AppName)
	several := s.page.keep.credentials().Tenant == organizations
	if s.several.Checked != several {
		s.several.Checked = several
		s.several.Refresh()
	}
	s.several.Hidden = s.page.application()
	note := ""
	if several {
		note = lang.L("Then choose the second entry in the portal instead, Accounts in any organizational directory. Roomink takes the tenant from whoever signs in.")
	}
	s.note.SetText(note)
	s.note.Hidden = note == "" || s.several.Hidden
	s.sketch.set(several, func() drawing.Scene { return drawing.NameAndTypes(several) })
}
