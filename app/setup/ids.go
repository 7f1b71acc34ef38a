package setup

import (
	"errors"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"github.com/roomink/roomink/app/drawing"
	"github.com/roomink/roomink/app/xwidget"
	"github.com/roomink/roomink/engine"
)

// idsScreen takes the two IDs that the portal shows after the registration.
type idsScreen struct {
	basic
	client, tenant *xwidget.Field
	anyTenant      *xwidget.Paragraph
}

func newIDsScreen(p *Page) *idsScreen {
	s := &idsScreen{}
	client, tenant := xwidget.NewEntry(), xwidget.NewEntry()
	client.SetPlaceHolder(noGUID)
	tenant.SetPlaceHolder(noGUID)
	s.client = p.field(xwidget.FieldConfig{
		Name: lang.L("Application (client) ID"), Hint: lang.L("Not the Object ID, which stands between the two and looks the same."),
		Entry: client, Check: s.checkClient, Submitted: p.Next,
		Changed: func() { p.edit(func(d *engine.Draft) { d.ClientID = s.client.Text() }) },
	})
	s.tenant = p.field(xwidget.FieldConfig{
		Name: lang.L("Directory (tenant) ID"), Hint: lang.L("Or one of your organisation's domains, such as contoso.com."),
		Entry: tenant, Check: s.checkTenant, Submitted: p.Next,
		Changed: s.tenantTyped,
	})
	s.anyTenant = xwidget.NewMutedParagraph(lang.L("The Directory (tenant) ID is not needed: accounts of several organisations sign in."))
	s.basic = newBasic(p,
		say(lang.L("After Register the portal shows the Overview page of the registration. Copy both IDs from there.")),
		xwidget.Scaled(drawing.IDs().Object(), 1),
		narrow(xwidget.Stack(14, s.client, s.tenant, s.anyTenant)),
	)
	return s
}

func (s *idsScreen) checkClient(text string) error {
	if err := CheckClientID(text); err != nil || s.page == nil {
		return err
	}
	return checkPair(text, s.page.keep.draft.Tenant, s.page.view.Account.Tenant)
}

func (s *idsScreen) checkTenant(text string) error {
	if text == organizations && s.page != nil && !s.page.application() {
		return errors.New(lang.L("Whether several organisations sign in is chosen at the step Name."))
	}
	return CheckTenant(text)
}

func (s *idsScreen) tenantTyped() {
	tenant := s.tenant.Text()
	if tenant == organizations {
		tenant = "" // the field explains it
	}
	s.page.edit(func(d *engine.Draft) { d.Tenant = tenant })
}

func (s *idsScreen) show() {
	c := s.page.keep.credentials()
	s.client.SetText(s.page.keep.draft.ClientID)
	several := c.Tenant == organizations
	switch {
	case several:
		s.tenant.SetText("") // it is not for this field
	case s.tenant.Text() != organizations:
		tenant := s.page.keep.draft.Tenant
		if c.Tenant == "" {
			tenant = "" // what an approval can't use
		}
		s.tenant.SetText(tenant)
	}
	_ = s.client.Judge(false) // what is right in one depends on the other
	s.tenant.Hidden, s.anyTenant.Hidden = several, !several
}

func (s *idsScreen) ready(goingOn bool) error {
	if goingOn {
		_, _ = s.client.Judge(true), s.tenant.Judge(true)
	}
	c := s.page.keep.credentials()
	if err := s.checkClient(c.ClientID); err != nil {
		return errors.New(lang.L("The Application (client) ID is missing or can't be right."))
	}
	if c.Tenant != organizations && (s.checkTenant(c.Tenant) != nil || s.tenant.Text() == organizations) {
		return errors.New(lang.L("The Directory (tenant) ID is missing or can't be right."))
	}
	return nil
}

// focus is the first field that is not right yet.
func (s *idsScreen) focus() fyne.Focusable {
	if s.client.Right() && !s.tenant.Hidden && !s.tenant.Right() {
		return s.tenant.Entry()
	}
	return s.client.Entry()
}

func (s *idsScreen) portal() string { return s.page.guide().Overview }
