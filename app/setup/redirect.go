package setup

import (
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/widget"

	"github.com/roomink/roomink/app/drawing"
	"github.com/roomink/roomink/app/xwidget"
	"github.com/roomink/roomink/engine"
)

// redirectScreen chooses the platform and shows the redirect URI to paste.
type redirectScreen struct {
	basic
	platforms   *fyne.Container
	web, public *xwidget.Choice
	choose      *xwidget.Paragraph
	uri         *xwidget.Copyable
	sketch      *picture
	register    *xwidget.Paragraph
	path, port  *xwidget.Field
	more        *widget.Accordion
}

func newRedirectScreen(p *Page) *redirectScreen {
	s := &redirectScreen{uri: xwidget.NewCopyable(""), sketch: newPicture(), choose: say(""),
		register: say(lang.L("Then press Register at the foot of the portal's page."))}
	card := func(title, text string, public bool) *xwidget.Choice {
		return xwidget.NewChoice(title, xwidget.NewMutedParagraph(text), func() {
			p.edit(func(d *engine.Draft) { d.Public = public })
		})
	}
	s.web = card(lang.L("Web"), lang.L("With a client secret, which has to be renewed before it ends. The usual choice."), false)
	s.public = card(lang.L("Mobile and desktop"), lang.L("Without a secret: nothing to renew. Anybody who knows the IDs could show this app's sign-in page."), true)
	s.platforms = abreast(s.web, s.public)
	path, port := xwidget.NewEntry(), xwidget.NewEntry()
	path.SetPlaceHolder(defaultPath)
	s.path = p.field(xwidget.FieldConfig{
		Name: lang.L("Path of the redirect URI"), Hint: lang.L("What is registered after http://localhost. Upper and lower case count."),
		Entry: path, Check: CheckPath, Submitted: p.Next,
		Changed: func() { p.edit(func(d *engine.Draft) { d.RedirectPath = s.path.Text() }) },
	})
	s.port = p.field(xwidget.FieldConfig{
		Name: lang.L("Port on this computer"), Hint: lang.L("Empty: any free port, which Microsoft leaves out of the comparison. Fix one only if a firewall demands it."),
		Entry: port, Check: CheckPort, Submitted: p.Next, Changed: s.portTyped,
	})
	s.more = more(lang.L("More"), narrow(xwidget.Stack(12, s.path, s.port)))
	s.basic = newBasic(p, s.platforms, s.choose, narrow(s.uri), s.sketch.box, s.register, s.more)
	return s
}

func (s *redirectScreen) portTyped() {
	n, err := strconv.Atoi(s.port.Text())
	if CheckPort(s.port.Text()) != nil || err != nil {
		n = 0
	}
	s.page.edit(func(d *engine.Draft) { d.Port = n })
}

func (s *redirectScreen) show() {
	c, raw := s.page.keep.credentials(), s.page.keep.draft
	s.platforms.Hidden = s.page.application()
	s.web.Select(!c.Public)
	s.public.Select(c.Public)
	s.choose.SetText(s.words(c.Public))
	s.register.Hidden, s.sketch.box.Hidden = s.registered(), s.registered()
	uri := s.page.guide().RedirectURI
	if CheckPath(raw.RedirectPath) == nil {
		s.uri.SetText(uri)
		s.sketch.set([2]any{c.Public, uri}, func() drawing.Scene { return drawing.Redirect(c.Public, uri) })
	}
	s.path.SetText(raw.RedirectPath)
	if CheckPort(s.port.Text()) == nil { // a wrong one is left for a person to put right
		port := ""
		if raw.Port != 0 {
			port = strconv.Itoa(raw.Port)
		}
		s.port.SetText(port)
	}
}

// words say where the redirect URI goes. The portal calls a platform one thing in the
// form of a new registration and another on the page of one that is there.
func (s *redirectScreen) words(public bool) string {
	switch there := s.registered(); {
	case there && public:
		return lang.L("Under Authentication the registration needs this redirect URI, for the platform Mobile and desktop applications:")
	case there:
		return lang.L("Under Authentication the registration needs this redirect URI, for the platform Web:")
	case public:
		return lang.L("Under Redirect URI choose the platform Public client/native (mobile & desktop) and paste:")
	}
	return lang.L("Under Redirect URI choose the platform Web and paste:")
}

// registered reports whether there is a registration already, rather than the form of a
// new one. A demo shows the form.
func (s *redirectScreen) registered() bool {
	return s.page.keep.draft.ClientID != "" && s.page.prefilled() == nil
}

func (s *redirectScreen) ready(goingOn bool) error {
	if err := CheckPath(s.page.keep.draft.RedirectPath); err != nil {
		s.unfold(goingOn)
		return err
	}
	if err := CheckPort(s.port.Text()); err != nil {
		s.unfold(goingOn)
		return err
	}
	return nil
}

func (s *redirectScreen) unfold(goingOn bool) {
	if goingOn {
		s.more.Open(0)
	}
}

// portal is where the redirect URI of a registration that is there can be put right.
func (s *redirectScreen) portal() string {
	if !s.registered() {
		return "" // the page of the new registration is open already
	}
	return s.page.guide().Authentication
}
