package setup

import (
	"fmt"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/roomink/roomink/app/drawing"
	"github.com/roomink/roomink/app/xwidget"
	"github.com/roomink/roomink/engine"
)

// permissionsScreen lists what to add under API permissions.
type permissionsScreen struct {
	basic
	how       *xwidget.Paragraph
	rows      *fyne.Container
	grant     *xwidget.Paragraph
	directory *widget.Check
	sketch    *picture
	shown     []engine.Permission
}

func newPermissionsScreen(p *Page) *permissionsScreen {
	s := &permissionsScreen{how: say(""), rows: container.New(layout.NewGridLayoutWithColumns(2)), grant: say(""), sketch: newPicture()}
	s.directory = widget.NewCheck("", func(on bool) {
		p.edit(func(d *engine.Draft) { d.Directory = on })
	})
	s.basic = newBasic(p, s.how, s.rows, s.directory, s.grant, s.sketch.box)
	return s
}

func (s *permissionsScreen) show() {
	p := s.page
	if p.application() {
		s.how.SetText(lang.L("Choose API permissions, Add a permission, Microsoft Graph, then Application permissions. Search for each of these, tick it, and press Add permissions at the end:"))
		s.grant.SetText(lang.L("You can leave Grant admin consent to the next step: the approval does the same."))
		s.directory.SetText(lang.L("Also read the list of rooms"))
	} else {
		s.how.SetText(lang.L("Choose API permissions, Add a permission, Microsoft Graph, then Delegated permissions. Search for each of these, tick it, and press Add permissions at the end:"))
		s.grant.SetText(lang.L("Then choose Grant admin consent, if you are an administrator. If not: without the list of rooms, most organisations let the account consent by itself at the sign-in."))
		s.directory.SetText(lang.L("Also read the list of rooms (an administrator must consent)"))
	}
	on := p.keep.draft.Directory
	if s.directory.Checked != on {
		s.directory.Checked = on
		s.directory.Refresh()
	}
	needed := p.guide().Needed
	if slices.Equal(s.shown, needed) {
		return
	}
	s.shown = slices.Clone(needed)
	s.rows.RemoveAll()
	for _, n := range needed {
		s.rows.Add(permissionRow(n))
	}
	s.sketch.set(fmt.Sprint(needed), func() drawing.Scene { return drawing.Permissions(needed) })
}

// permissionRow is a permission to copy, with what is special about it beside it.
func permissionRow(n engine.Permission) fyne.CanvasObject {
	note := ""
	switch {
	case n.AdminConsent && n.Optional:
		note = lang.L("An administrator must consent; optional")
	case n.AdminConsent:
		note = lang.L("An administrator must consent")
	case n.Optional:
		note = lang.L("Optional")
	}
	value := xwidget.NewCompactCopyable(n.Name)
	if note == "" {
		return value
	}
	tag := xwidget.NewMuted(note)
	tag.TextSize = theme.SizeNameCaptionText
	return container.NewBorder(nil, xwidget.Pad(tag, 1, 0, 0, 8), nil, nil, value)
}

func (s *permissionsScreen) portal() string { return s.page.guide().Permissions }
