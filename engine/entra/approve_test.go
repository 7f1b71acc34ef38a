package entra_test

import (
	"errors"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/roomink/roomink/engine/entra"
)

const otherTenant = "00000000-2222-4333-8444-555555555555"

func appOnly(c entra.Credentials) entra.Credentials {
	c.AppOnly = true
	return c
}

func TestApprove(t *testing.T) {
	tests := map[string]struct {
		tenant string
		asked  string // tenant of the token request
		name   string // of the tenant, for people
	}{
		"tenant ID":        {tenantID, tenantID, tenantID},
		"domain":           {"contoso.com", "contoso.com", "contoso.com"},
		"any organisation": {"organizations", tenantID, tenantID},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			f := newFake(t)
			f.token = func(url.Values) (int, any) {
				return 200, appToken(appClaims("Calendars.Read", "Place.Read.All"))
			}
			c := appOnly(f.credentials())
			c.Tenant = tt.tenant
			var query url.Values
			tokens, page, err := signIn(t, f, c, entra.Options{}, func(b *surfer, q url.Values) {
				query = q
				approve(b, q)
			})
			if err != nil {
				t.Fatal(err)
			}
			if query.Get("client_id") != clientID || query.Get("scope") != f.URL+"/.default" || len(query.Get("state")) < 20 || !strings.HasPrefix(query.Get("redirect_uri"), "http://localhost:") {
				t.Errorf("consent page asked with %v", query)
			}
			form := f.posted()[0]
			if form.Get("grant_type") != "client_credentials" || form.Get("scope") != f.URL+"/.default" || form.Get("client_secret") != c.Secret || len(f.posted()) != 1 {
				t.Errorf("token asked with %v", f.posted())
			}
			if got := f.asked()[0]; got != "/"+tt.asked+"/oauth2/v2.0/token" {
				t.Errorf("token asked at %s", got)
			}
			want := entra.Account{Tenant: tt.name, TenantID: tenantID, ObjectID: "88888888-2222-4333-8444-555555555555", Name: "Room signs"}
			if tokens.Account != want || !tokens.AppOnly || tokens.Refresh != "" || !tokens.Has("Place.Read.All") {
				t.Errorf("%+v %s", tokens.Account, tokens)
			}
			contains(t, page.body, "Roomink is approved", "Room signs", "Calendars.Read, Place.Read.All")

			// Renewal, after a restart.
			clk, sv := newClock(), &saves{}
			tokens.Expiry = clk.now()
			s := entra.Resume(c, tokens, entra.SessionOptions{Save: sv.save, Now: clk.now})
			f.token = func(url.Values) (int, any) { return 200, appToken(appClaims("Calendars.Read")) }
			tok, err := s.Token(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if left := tok.Expiry.Sub(clk.now()).Seconds(); left < 3598 || left > 3600 {
				t.Errorf("valid for %v s", left)
			}
			if got := f.asked()[1]; got != "/"+tt.asked+"/oauth2/v2.0/token" {
				t.Errorf("renewed at %s", got)
			}
			if got := sv.list(); len(got) != 1 || got[0].Account != want || !got[0].AppOnly || !slices.Equal(got[0].Scopes, []string{"Calendars.Read"}) || s.Has("Place.Read.All") {
				t.Errorf("saved %v", got)
			}
		})
	}
}

func TestApprovalsThatFail(t *testing.T) {
	declined := "AADSTS65004: User declined to consent to access the app.\r\nCorrelation ID: cccccccc-0000-4000-8000-000000000002\r\nTimestamp: 2026-11-23 08:01:02Z"
	tests := map[string]struct {
		tenant string // "" = tenantID
		params []string
		claims map[string]any
		code   int
		oauth  string
		want   string // in the title
	}{
		"seen in the wild": {params: []string{"error", "access_denied", "error_description", declined, "error_uri", "https://login.microsoftonline.com/error?code=65004", "admin_consent", "True"},
			code: 65004, oauth: "access_denied", want: "approval was declined"},
		"as documented":       {params: []string{"admin_consent", "True", "error", "consent_required", "error_description", declined}, code: 65004, oauth: "consent_required", want: "approval was declined"},
		"no administrator":    {params: []string{"error", "permission_denied", "error_description", "The admin canceled the request"}, oauth: "permission_denied", want: "may not approve"},
		"no number":           {params: []string{"error", "access_denied"}, oauth: "access_denied", want: "approval was refused"},
		"another's approval":  {params: []string{"admin_consent", "True", "tenant", otherTenant}, claims: appClaims("Calendars.Read"), want: "another organisation"},
		"token of another":    {tenant: "organizations", params: []string{"admin_consent", "True", "tenant", otherTenant}, claims: appClaims("Calendars.Read"), want: "another organisation"},
		"nobody's approval":   {tenant: "organizations", params: []string{"admin_consent", "True"}, want: "did not say which organisation"},
		"nonsense's approval": {tenant: "organizations", params: []string{"admin_consent", "True", "tenant", "../x"}, want: "did not say which organisation"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			f := newFake(t)
			f.token = func(url.Values) (int, any) { return 200, appToken(tt.claims) }
			c := appOnly(f.credentials())
			if tt.tenant != "" {
				c.Tenant = tt.tenant
			}
			_, page, err := signIn(t, f, c, entra.Options{}, func(b *surfer, q url.Values) { b.last = b.get(back(q, tt.params...), chrome) })
			e, ok := errors.AsType[*entra.Error](err)
			if !ok || e.Code != tt.code || e.OAuth != tt.oauth || e.At.IsZero() || e.Remedy == "" {
				t.Fatalf("%#v", err)
			}
			contains(t, strings.ToLower(e.Title), strings.ToLower(tt.want))
			contains(t, page.body, e.Title)
			if page.status != 400 || !strings.HasPrefix(err.Error(), "get approval for ") {
				t.Errorf("%d, %v", page.status, err)
			}
			if tt.claims == nil && len(f.posted()) != 0 {
				t.Error("a token was asked for")
			}
		})
	}
}

// TestEachFlowTakesItsOwnAnswer: an approval is no sign-in, and the other way round.
func TestEachFlowTakesItsOwnAnswer(t *testing.T) {
	for _, c := range []bool{false, true} {
		f := newFake(t)
		creds := f.credentials()
		creds.AppOnly = c
		if c {
			f.token = func(url.Values) (int, any) { return 200, appToken(appClaims("Calendars.Read")) }
		}
		_, _, err := signIn(t, f, creds, entra.Options{}, func(b *surfer, q url.Values) {
			code, approval := back(q, "code", "the-code"), back(q, "admin_consent", "True", "tenant", tenantID)
			right, wrong := code, approval
			if c {
				right, wrong = approval, code
			}
			if v := b.get(wrong); v.status != 400 {
				t.Errorf("the other flow's answer: %d", v.status)
			}
			b.last = b.get(right)
		})
		if err != nil {
			t.Errorf("app-only %t: %v", c, err)
		}
	}
}

func TestOpaqueAppToken(t *testing.T) {
	f := newFake(t)
	f.token = func(url.Values) (int, any) {
		return 200, map[string]any{"token_type": "Bearer", "expires_in": 3599, "access_token": "opaque"}
	}
	tokens, page, err := signIn(t, f, appOnly(f.credentials()), entra.Options{}, approve)
	if err != nil || len(tokens.Scopes) != 0 || tokens.Account.TenantID != tenantID || len(f.posted()) != 1 {
		t.Fatalf("%+v, %v, %d requests", tokens.Account, err, len(f.posted()))
	}
	contains(t, page.body, "names no permissions", "RBAC for Applications")
}

func TestApproveGetsASecretRefused(t *testing.T) {
	f := newFake(t)
	f.token = func(url.Values) (int, any) {
		return 401, oauthFailure("invalid_client", "AADSTS7000215: Invalid client secret provided.", 7000215)
	}
	_, _, err := signIn(t, f, appOnly(f.credentials()), entra.Options{}, approve)
	if e, ok := errors.AsType[*entra.Error](err); !ok || !e.BadSecret || e.NeedsSignIn || len(f.posted()) != 1 {
		t.Fatalf("%v after %d requests", err, len(f.posted()))
	}
}
