package tenant_test

import (
	"encoding/json"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/roomink/roomink/engine/simulator/tenant"
)

// TestEnds: each end of a sign-in has its code, and signing in again helps where
// it does with Entra.
func TestEnds(t *testing.T) {
	for _, c := range []struct {
		name   string
		end    func(w *world)
		kind   string
		code   float64
		sub    string
		claims bool
		again  bool // a new sign-in works
	}{
		{"sessions revoked", func(w *world) { w.tenant.RevokeRefreshTokens() }, "invalid_grant", 50173, "", false, true},
		{"password reset", func(w *world) { w.tenant.ResetPassword() }, "invalid_grant", 50173, "", false, true},
		{"password changed", func(w *world) { w.tenant.ChangePassword() }, "invalid_grant", 50133, "bad_token", false, true},
		{"password expired", func(w *world) { w.tenant.ExpirePassword() }, "invalid_grant", 50132, "bad_token", false, true},
		{"inactive", func(w *world) { w.clock.advance(90 * 24 * time.Hour) }, "invalid_grant", 700082, "bad_token", false, true},
		{"second factor", func(w *world) { w.tenant.RequireMFA() }, "interaction_required", 50076, "basic_action", true, true},
		{"conditional access", func(w *world) { w.tenant.BlockAccess(true) }, "invalid_grant", 53003, "message_only", true, false},
		{"sign-in frequency", func(w *world) { w.tenant.SetSignInFrequency(12 * time.Hour); w.clock.advance(12 * time.Hour) }, "invalid_grant", 70043, "token_expired", false, true},
		{"account disabled", func(w *world) { w.tenant.SetDisabled(strings.ToUpper(w.creds.Username), true) }, "invalid_grant", 50057, "", false, false},
		{"consent withdrawn", func(w *world) { w.tenant.WithdrawConsent() }, "invalid_grant", 65001, "consent_required", false, true},
		{"app disabled", func(w *world) {
			w.tenant.EditRegistration(func(r *tenant.Registration) { r.Disabled = true })
		}, "unauthorized_client", 7000112, "", false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := start(t)
			const scope = "openid offline_access User.Read Calendars.Read"
			m := w.tokens(scope)
			w.token = m["access_token"].(string)
			c.end(w)
			status, got := w.redeem(w.refreshForm(m["refresh_token"]))
			wantToken(t, status, got, 400, c.kind, c.code)
			if sub, _ := got["suberror"].(string); sub != c.sub {
				t.Errorf("suberror %q, want %q", sub, c.sub)
			}
			if text, ok := got["claims"].(string); ok != c.claims || ok && !json.Valid([]byte(text)) {
				t.Errorf("claims %q", text)
			}
			if c.code != 700082 && c.code != 70043 { // these took longer than an access token lives
				w.must(200, "GET", "/me", nil)
			}
			if !c.again {
				page := w.get("/" + w.creds.TenantID + "/oauth2/v2.0/authorize?" + w.authorizeQuery(scope).Encode())
				if page.status == 200 {
					page = w.enter(tenant.Administrator, page)
				}
				wantPage(t, page, int(c.code))
				return
			}
			fresh := w.tokens(scope)
			if status, got := w.redeem(w.refreshForm(fresh["refresh_token"])); status != 200 {
				t.Errorf("after a new sign-in: %d %v", status, got)
			}
			status, got = w.redeem(w.refreshForm(m["refresh_token"]))
			if c.code == 65001 {
				return // what was consented to again holds for the old sign-in too
			}
			wantToken(t, status, got, 400, c.kind, c.code)
		})
	}
}

// TestSignInFrequency: refreshing does not count as signing in.
func TestSignInFrequency(t *testing.T) {
	w := start(t)
	last := w.tokens("openid offline_access")["refresh_token"]
	w.tenant.SetSignInFrequency(24 * time.Hour)
	for range 3 {
		w.clock.advance(7 * time.Hour)
		status, m := w.redeem(w.refreshForm(last))
		if status != 200 {
			t.Fatalf("%d %v", status, m)
		}
		last = m["refresh_token"]
	}
	w.clock.advance(3 * time.Hour)
	status, m := w.redeem(w.refreshForm(last))
	wantToken(t, status, m, 400, "invalid_grant", 70043)
	if d := m["error_description"].(string); !strings.Contains(d, "issued on 2026-11-23T10:07:00.0000000Z and the maximum allowed lifetime for this request is 86400.") {
		t.Errorf("%q", d)
	}
	w.tenant.SetSignInFrequency(0)
	if status, m := w.redeem(w.refreshForm(last)); status != 200 {
		t.Errorf("%d %v", status, m)
	}
}

// TestPoliciesSpareTheApp: what ends people's sign-ins is nothing to an app on
// its own.
func TestPoliciesSpareTheApp(t *testing.T) {
	w := start(t)
	w.tenant.GrantAdminConsent()
	w.tenant.BlockAccess(true)
	w.tenant.RequireMFA()
	w.tenant.RevokeRefreshTokens()
	w.tenant.SetDisabled(w.creds.Username, true)
	if got := w.appRoles(); len(got) != 3 {
		t.Errorf("roles %v", got)
	}
	w.tenant.WithdrawConsent()
	if got := w.appRoles(); got != nil {
		t.Errorf("roles %v", got)
	}
}

func TestWordsOfLogin(t *testing.T) {
	w := start(t)
	page := func() answer {
		return w.get("/" + w.creds.TenantID + "/oauth2/v2.0/authorize?" + w.authorizeQuery("openid").Encode())
	}
	w.tenant.SetDisabled(w.creds.Username, true)
	wantPage(t, w.enter(tenant.Administrator, page()), 50057)
	w.tenant.SetDisabled(w.creds.Username, false)
	w.tenant.BlockAccess(true)
	wantPage(t, w.enter(tenant.Administrator, page()), 53003)
	wantPage(t, w.enter(tenant.Administrator, w.get("/"+w.creds.TenantID+"/v2.0/adminconsent?"+w.consentQuery(".default").Encode())), 53003)
	w.tenant.BlockAccess(false)
	if a := w.enter(tenant.Administrator, page()); a.status != 200 {
		t.Errorf("%d %s", a.status, a.body)
	}
	a := w.get("/error?code=53003")
	if a.status != 200 || !strings.Contains(a.body, "Conditional Access") {
		t.Errorf("lookup: %d %s", a.status, a.body)
	}
	if a := w.get("/error?code=<x>"); a.status != 200 || strings.Contains(a.body, "<x>") {
		t.Errorf("lookup of nonsense: %d %s", a.status, a.body)
	}
}

// TestCountGrants: what a client sent is counted by the time it has the answer.
func TestCountGrants(t *testing.T) {
	w := start(t)
	m := w.tokens("openid offline_access")
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			w.redeem(w.refreshForm(m["refresh_token"]))
			w.redeem(w.appForm())
		})
	}
	wg.Wait()
	w.redeem(w.refreshForm("nonsense"))
	for grant, n := range map[string]int{"authorization_code": 1, "refresh_token": 51, "client_credentials": 50, "password": 0} {
		if got := w.tenant.CountGrants(grant); got != n {
			t.Errorf("%s: %d, want %d", grant, got, n)
		}
	}
	n := 0
	for _, r := range w.tenant.Requests() {
		if r.GrantType == "refresh_token" {
			n++
			if r.Path != "/"+w.creds.TenantID+"/oauth2/v2.0/token" || strings.Contains(r.Query, "refresh") {
				t.Errorf("%+v", r)
			}
		}
	}
	if n != 51 {
		t.Errorf("%d records of refreshes", n)
	}
}
