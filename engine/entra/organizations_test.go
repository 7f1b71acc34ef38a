package entra_test

import (
	"errors"
	"net/url"
	"testing"

	"github.com/roomink/roomink/engine/entra"
)

func TestSignInToAnyOrganisation(t *testing.T) {
	f := newFake(t)
	c := f.credentials()
	c.Tenant = entra.AnyOrganization
	var opened url.URL
	tokens, page, err := signIn(t, f, c, entra.Options{}, func(b *surfer, q url.Values) {
		opened = b.opening
		comeBack(b, q)
	})
	if err != nil {
		t.Fatal(err)
	}
	if opened.Path != "/organizations/oauth2/v2.0/authorize" || f.asked()[0] != "/organizations/oauth2/v2.0/token" {
		t.Errorf("signed in at %s and %s: a code must be redeemed at the same tenant", opened.Path, f.asked()[0])
	}
	if tokens.Account.TenantID != tenantID || tokens.Account.Tenant != "contoso.com" {
		t.Errorf("%+v", tokens.Account)
	}
	contains(t, page.body, "contoso.com")

	clk, sv := newClock(), &saves{}
	tokens.Expiry = clk.now()
	s := entra.Resume(c, tokens, entra.SessionOptions{Save: sv.save, Now: clk.now})
	if _, err := s.Token(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := f.asked()[1]; got != "/"+tenantID+"/oauth2/v2.0/token" {
		t.Errorf("renewed at %s", got)
	}
	if got := sv.credentials()[0].Tenant; got != entra.AnyOrganization {
		t.Errorf("saved for tenant %q, which nobody typed in", got)
	}
}

func TestIssuerOfAnyOrganisation(t *testing.T) {
	tests := map[string]func(f *fakeEntra){
		"issuer of another tenant":  func(f *fakeEntra) { f.issued = f.URL + "/" + otherTenant + "/v2.0" },
		"the template itself":       func(f *fakeEntra) { f.issued = f.URL + "/{tenantid}/v2.0" },
		"issuer of another service": func(f *fakeEntra) { f.issued = "https://evil.example/" + tenantID + "/v2.0" },
		"tenant that is no ID": func(f *fakeEntra) {
			f.issued = f.URL + "/evil/v2.0"
			f.claims = func(c map[string]any) { c["tid"] = "evil" }
		},
		"path for a tenant": func(f *fakeEntra) {
			f.claims = func(c map[string]any) { c["tid"] = "../" + tenantID }
		},
	}
	for name, edit := range tests {
		t.Run(name, func(t *testing.T) {
			f := newFake(t)
			edit(f)
			c := f.credentials()
			c.Tenant = entra.AnyOrganization
			tokens, _, err := signIn(t, f, c, entra.Options{}, comeBack)
			e, ok := errors.AsType[*entra.Error](err)
			if !ok || tokens.Access != "" {
				t.Fatalf("%v", err)
			}
			contains(t, e.Title, "could not be verified")
		})
	}
}
