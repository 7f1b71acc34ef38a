package entra_test

import (
	"errors"
	"testing"
	"time"

	"github.com/roomink/roomink/engine/entra"
	"github.com/roomink/roomink/engine/simulator/browser"
	"github.com/roomink/roomink/engine/simulator/tenant"
)

// TestTenantApprove: an administrator approves, the app goes on by itself, and loses
// its rights when they are withdrawn, all against the simulated tenant.
func TestTenantApprove(t *testing.T) {
	for _, multi := range []bool{false, true} {
		tn, c, person := simulated(t)
		tid := c.Tenant
		if multi {
			tn.EditRegistration(func(r *tenant.Registration) { r.MultiTenant = true })
			c.Tenant = entra.AnyOrganization
		}
		tokens, err := entra.Approve(t.Context(), c, entra.Options{Open: person.Open(t.Context())})
		if err != nil {
			t.Fatal(err)
		}
		page, err := person.Wait()
		if err != nil {
			t.Fatal(err)
		}
		contains(t, page.HTML, "Roomink is approved")
		if !tokens.AppOnly || tokens.Account.TenantID != tid || tokens.Refresh != "" || !tokens.Has("Calendars.Read") {
			t.Errorf("%+v", tokens)
		}
		clk, sv := newClock(), &saves{}
		tokens.Expiry = clk.now()
		s := entra.Resume(c, tokens, entra.SessionOptions{Save: sv.save, Now: clk.now})
		if tok, err := s.Token(t.Context()); err != nil || tok.AccessToken == tokens.Access {
			t.Errorf("%v", err)
		}
		tn.ExpireClientSecret()
		clk.advance(2 * time.Hour)
		_, err = s.Token(t.Context())
		if e, ok := errors.AsType[*entra.Error](err); !ok || e.Code != 7000222 || !e.BadSecret {
			t.Errorf("with an expired secret: %v", err)
		}
		tn.SetClientSecret(newSecret)
		if err := s.UseSecret(t.Context(), newSecret); err != nil {
			t.Errorf("with a new secret: %v", err)
		}
	}
}

func TestTenantApprovalDeclined(t *testing.T) {
	_, c, person := simulated(t)
	person.Decline = true
	_, err := entra.Approve(t.Context(), c, entra.Options{Open: person.Open(t.Context())})
	if e, ok := errors.AsType[*entra.Error](err); !ok || e.Code != 65004 || e.Title != "The approval was declined" {
		t.Fatalf("%v", err)
	}
	page, err := person.Wait()
	if err != nil {
		t.Fatal(err)
	}
	contains(t, page.HTML, "The approval was declined", "AADSTS65004")
}

// TestTenantSignsInWithoutSecret: the platform "Mobile and desktop applications", in
// a tenant that nobody named beforehand.
func TestTenantSignsInWithoutSecret(t *testing.T) {
	tn, c, person := simulated(t)
	tid := c.Tenant
	tn.EditRegistration(func(r *tenant.Registration) { r.Platform, r.MultiTenant = tenant.Public, true })
	c.Public, c.Tenant = true, entra.AnyOrganization
	tokens, err := entra.SignIn(t.Context(), c, entra.Options{Open: person.Open(t.Context())})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := person.Wait(); err != nil {
		t.Fatal(err)
	}
	if tokens.Account.TenantID != tid {
		t.Errorf("%+v", tokens.Account)
	}
	clk, sv := newClock(), &saves{}
	tokens.Expiry = clk.now()
	if _, err := entra.Resume(c, tokens, entra.SessionOptions{Save: sv.save, Now: clk.now}).Token(t.Context()); err != nil {
		t.Error(err)
	}

	// The same app, told to send a secret.
	c.Public = false
	again := &browser.Person{Username: person.Username, Password: person.Password}
	_, err = entra.SignIn(t.Context(), c, entra.Options{Open: again.Open(t.Context())})
	if e, ok := errors.AsType[*entra.Error](err); !ok || e.Code != 700025 || !e.BadSecret {
		t.Errorf("%v", err)
	}
	_, _ = again.Wait()
}

// TestTenantEndsOfASignIn: whatever ends it, the person is asked to sign in again in
// words of its own, and doing so mends it.
func TestTenantEndsOfASignIn(t *testing.T) {
	tests := map[string]struct {
		end  func(tn *tenant.Tenant)
		code int
	}{
		"password reset":     {(*tenant.Tenant).ResetPassword, 50173},
		"password changed":   {(*tenant.Tenant).ChangePassword, 50133},
		"password too old":   {(*tenant.Tenant).ExpirePassword, 50132},
		"second factor":      {(*tenant.Tenant).RequireMFA, 50076},
		"conditional access": {func(tn *tenant.Tenant) { tn.BlockAccess(true) }, 53003},
		"consent withdrawn":  {(*tenant.Tenant).WithdrawConsent, 65001},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			tn, c, person := simulated(t)
			tokens, err := entra.SignIn(t.Context(), c, entra.Options{Open: person.Open(t.Context())})
			if err != nil {
				t.Fatal(err)
			}
			_, _ = person.Wait()
			clk, sv := newClock(), &saves{}
			tokens.Expiry = clk.now()
			s := entra.Resume(c, tokens, entra.SessionOptions{Save: sv.save, Now: clk.now})
			tt.end(tn)
			_, err = s.Token(t.Context())
			e, ok := errors.AsType[*entra.Error](err)
			if !ok || e.Code != tt.code || !e.NeedsSignIn || e.BadSecret || e.Temporary {
				t.Fatalf("%v", err)
			}
			if e.Title != c.Explain(tt.code).Title || len(sv.list()) != 0 {
				t.Errorf("%q, saved %d", e.Title, len(sv.list()))
			}
			tn.BlockAccess(false)
			again := &browser.Person{Username: person.Username, Password: person.Password}
			if _, err := entra.SignIn(t.Context(), c, entra.Options{LoginHint: person.Username, Open: again.Open(t.Context())}); err != nil {
				t.Errorf("signing in again: %v", err)
			}
			_, _ = again.Wait()
		})
	}
}
