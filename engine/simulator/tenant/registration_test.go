package tenant_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/roomink/roomink/engine/simulator/tenant"
)

// wantToken checks a refusal of the token endpoint.
func wantToken(t *testing.T, status int, m map[string]any, want int, kind string, code float64) {
	t.Helper()
	codes, _ := m["error_codes"].([]any)
	if status != want || m["error"] != kind || len(codes) != 1 || codes[0] != code {
		t.Errorf("%d %v, want %d %s %v", status, m, want, kind, code)
	}
}

// wantPage checks that the person is stuck at Microsoft's own page.
func wantPage(t *testing.T, a answer, code int) {
	t.Helper()
	if a.status != http.StatusBadRequest || a.header.Get("Location") != "" || !strings.Contains(a.body, "trouble signing you in") ||
		!strings.Contains(a.body, fmt.Sprintf("AADSTS%d: ", code)) {
		t.Errorf("%d %s, want the page of AADSTS%d", a.status, a.body, code)
	}
}

func register(edit func(*tenant.Registration)) func(*tenant.Options) {
	return func(o *tenant.Options) { edit(&o.Registration) }
}

func (w *world) refreshForm(token any) url.Values {
	return url.Values{"grant_type": {"refresh_token"}, "client_id": {w.creds.ClientID}, "client_secret": {w.creds.ClientSecret}, "refresh_token": {token.(string)}}
}

func TestPublicClient(t *testing.T) {
	w := start(t, register(func(r *tenant.Registration) { r.Platform = tenant.Public }))
	form := w.codeForm(w.code("openid offline_access Calendars.Read"))
	status, m := w.redeem(form)
	wantToken(t, status, m, 401, "invalid_client", 700025)
	form.Del("client_secret")
	status, m = w.redeem(form)
	if status != 200 {
		t.Fatalf("%d %v", status, m)
	}
	refresh := w.refreshForm(m["refresh_token"])
	status, m = w.redeem(refresh)
	wantToken(t, status, m, 401, "invalid_client", 700025)
	refresh.Del("client_secret")
	if status, m := w.redeem(refresh); status != 200 || m["refresh_token"] == nil {
		t.Errorf("refresh without a secret: %d %v", status, m)
	}

	q := w.authorizeQuery("openid Calendars.Read")
	q.Del("code_challenge")
	q.Del("code_challenge_method")
	form = w.codeForm(w.login(q).location(t).Get("code"))
	form.Del("client_secret")
	status, m = w.redeem(form)
	wantToken(t, status, m, 400, "invalid_request", 9002325)

	// The sign-in keeps the platform that it was made with.
	w.tenant.EditRegistration(func(r *tenant.Registration) { r.Platform = tenant.Web })
	if status, m := w.redeem(refresh); status != 200 {
		t.Errorf("after the platform changed: %d %v", status, m)
	}
}

func TestRedirectPaths(t *testing.T) {
	w := start(t, register(func(r *tenant.Registration) { r.RedirectPaths = []string{"/", "/signs"} }))
	for uri, ok := range map[string]bool{
		"http://localhost/signs": true, "http://localhost:81/signs": true, "http://localhost:81": true, "http://localhost/": true,
		"http://localhost/roomink": false, "http://localhost/signs/": false, "http://localhost/signs?x=1": false, "http://[::1]/signs": false, "://": false,
	} {
		q := w.authorizeQuery("openid")
		q.Set("redirect_uri", uri)
		a := w.get("/" + w.creds.TenantID + "/oauth2/v2.0/authorize?" + q.Encode())
		if ok != (a.status == 200) {
			t.Errorf("%s: %d", uri, a.status)
		}
		if !ok {
			wantPage(t, a, 50011)
		}
	}
	q := w.authorizeQuery("openid")
	q.Set("redirect_uri", "http://localhost:81")
	if to := w.submit(w.login(q), url.Values{"decision": {"cancel"}}).header.Get("Location"); !strings.HasPrefix(to, "http://localhost:81/?error=") {
		t.Errorf("a redirect without a path comes back to %s", to)
	}
}

func TestMultiTenant(t *testing.T) {
	w := start(t)
	for _, name := range []string{"organizations", "common"} {
		wantPage(t, w.get("/"+name+"/oauth2/v2.0/authorize?"+w.authorizeQuery("openid").Encode()), 50194)
		conf := decode(t, w.get("/"+name+"/v2.0/.well-known/openid-configuration").body)
		if conf["issuer"] != w.url+"/{tenantid}/v2.0" || conf["token_endpoint"] != w.url+"/"+name+"/oauth2/v2.0/token" {
			t.Errorf("metadata of %s: %v", name, conf)
		}
		if a := w.get("/" + name + "/discovery/v2.0/keys"); a.status != 200 {
			t.Errorf("keys of %s: %d", name, a.status)
		}
	}
	a := w.get("/nobody.example/v2.0/.well-known/openid-configuration")
	wantToken(t, a.status, decode(t, a.body), 400, "invalid_tenant", 90002)
	status := w.post("/organizations/oauth2/v2.0/token", w.refreshForm("x"))
	wantToken(t, status.status, decode(t, status.body), 400, "invalid_request", 50194)

	w.tenant.EditRegistration(func(r *tenant.Registration) { r.MultiTenant = true })
	code := func(at string) string {
		a := w.loginAs(tenant.Administrator, at, w.authorizeQuery("openid profile offline_access"))
		if a.status == 200 {
			a = w.submit(a, url.Values{"decision": {"accept"}})
		}
		return a.location(t).Get("code")
	}
	redeem := func(at, code string) (int, map[string]any) {
		a := w.post("/"+at+"/oauth2/v2.0/token", w.codeForm(code))
		return a.status, decode(t, a.body)
	}
	got, m := redeem("organizations", code("organizations"))
	if got != 200 || claims(t, m["id_token"])["tid"] != w.creds.TenantID || claims(t, m["id_token"])["iss"] != w.url+"/"+w.creds.TenantID+"/v2.0" {
		t.Errorf("%d %v", got, m)
	}
	got, m = redeem(w.creds.TenantID, code("organizations"))
	wantToken(t, got, m, 400, "invalid_grant", 700005)
	if got, m = redeem("nordlicht.example", code(w.creds.TenantID)); got != 200 { // the same tenant by its other name
		t.Errorf("by domain: %d %v", got, m)
	}
	// Somebody of another organisation, which has never approved the app.
	if a := w.loginAs(tenant.Outsider, "organizations", w.authorizeQuery("openid")); !strings.Contains(a.body, "Need admin approval") {
		t.Errorf("%d %s", a.status, a.body)
	}
	wantPage(t, w.get("/common/v2.0/adminconsent?"+w.consentQuery(".default").Encode()), 90023)
}

// TestAppOnlyEndpoint: an app on its own has to say whose calendars it wants.
func TestAppOnlyEndpoint(t *testing.T) {
	for _, multi := range []bool{false, true} {
		w := start(t, register(func(r *tenant.Registration) { r.MultiTenant = multi }))
		for _, at := range []string{"organizations", "common"} {
			a := w.post("/"+at+"/oauth2/v2.0/token", w.appForm())
			wantToken(t, a.status, decode(t, a.body), 400, "invalid_request", 9001023)
		}
	}
	w := start(t)
	form := w.appForm()
	form.Del("client_secret")
	status, m := w.redeem(form)
	wantToken(t, status, m, 401, "invalid_client", 7000216)
}

func TestDisabledApp(t *testing.T) {
	w := start(t)
	m := w.tokens("openid offline_access Calendars.Read")
	w.tenant.EditRegistration(func(r *tenant.Registration) { r.Disabled = true })
	wantPage(t, w.get("/"+w.creds.TenantID+"/oauth2/v2.0/authorize?"+w.authorizeQuery("openid").Encode()), 7000112)
	wantPage(t, w.get("/"+w.creds.TenantID+"/v2.0/adminconsent?"+w.consentQuery(".default").Encode()), 7000112)
	status, got := w.redeem(w.refreshForm(m["refresh_token"]))
	wantToken(t, status, got, 400, "unauthorized_client", 7000112)
	status, got = w.redeem(w.appForm())
	wantToken(t, status, got, 400, "unauthorized_client", 7000112)
	w.tenant.EditRegistration(func(r *tenant.Registration) { r.Disabled = false })
	if status, got := w.redeem(w.refreshForm(m["refresh_token"])); status != 200 {
		t.Errorf("enabled again: %d %v", status, got)
	}
}

func TestAssignmentRequired(t *testing.T) {
	w := start(t)
	m := w.tokens("openid offline_access Calendars.Read")
	w.tenant.EditRegistration(func(r *tenant.Registration) { r.AssignmentRequired = true })
	wantPage(t, w.login(w.authorizeQuery("openid")), 50105) // also for an administrator
	status, got := w.redeem(w.refreshForm(m["refresh_token"]))
	wantToken(t, status, got, 400, "invalid_grant", 50105)
	w.tenant.EditRegistration(func(r *tenant.Registration) { r.Assigned = []string{strings.ToUpper(w.creds.Username)} })
	w.tokens("openid")
	wantPage(t, w.loginAs(tenant.Member, w.creds.TenantID, w.authorizeQuery("openid")), 50105)
}

// TestConfiguredPermissions: ".default" gives what is configured, and no more.
func TestConfiguredPermissions(t *testing.T) {
	w := start(t, register(func(r *tenant.Registration) {
		r.Delegated, r.Application = []string{"User.Read"}, []string{"Place.Read.All"}
	}))
	w.tenant.GrantAdminConsent()
	if got := w.appRoles(); fmt.Sprint(got) != "[Place.Read.All]" {
		t.Errorf("roles %v", got)
	}
	if m := w.tokens("https://graph.microsoft.com/.default"); m["scope"] != "User.Read" {
		t.Errorf("scope %v", m["scope"])
	}
	// A permission that is added later wants consent again.
	w.tenant.EditRegistration(func(r *tenant.Registration) { r.Application = append(r.Application, "Calendars.Read") })
	if got := w.appRoles(); len(got) != 1 {
		t.Errorf("roles without consent: %v", got)
	}
	w.tenant.GrantAdminConsent()
	if got := w.appRoles(); fmt.Sprint(got) != "[Place.Read.All Calendars.Read]" {
		t.Errorf("roles %v", got)
	}
	// Delegated ones may be asked for without being configured.
	if m := w.tokens("Calendars.Read"); m["scope"] != "Calendars.Read" {
		t.Errorf("scope %v", m["scope"])
	}
	w.tenant.EditRegistration(func(r *tenant.Registration) { r.Application, r.Delegated = []string{}, []string{} })
	wantPage(t, w.get("/"+w.creds.TenantID+"/v2.0/adminconsent?"+w.consentQuery(w.url+"/.default").Encode()), 650057)
	q := w.authorizeQuery(".default")
	if got := w.get("/" + w.creds.TenantID + "/oauth2/v2.0/authorize?" + q.Encode()).location(t); got.Get("error") != "invalid_resource" || !strings.HasPrefix(got.Get("error_description"), "AADSTS650057") {
		t.Errorf("%v", got)
	}
}

func TestRegistrationIsACopy(t *testing.T) {
	w := start(t)
	r := w.tenant.Registration()
	r.Application[0], r.RedirectPaths[0] = "Nothing.All", "/"
	if got := w.tenant.Registration(); got.Application[0] != "Calendars.Read" || got.RedirectPaths[0] != "/roomink" || len(got.Delegated) != 11 {
		t.Errorf("%+v", got)
	}
}

func TestClientSecrets(t *testing.T) {
	w := start(t)
	m := w.tokens("openid offline_access Calendars.Read Application.Read.All")
	w.token = m["access_token"].(string)
	old := w.creds.ClientSecret
	fresh := w.tenant.AddClientSecret(monday.AddDate(0, 6, 0))
	if fresh == old || len(fresh) != 40 || fresh[3:6] != "8Q~" || w.tenant.Credentials().ClientSecret != fresh {
		t.Errorf("new secret %q", fresh)
	}
	refresh := w.refreshForm(m["refresh_token"])
	try := func(secret string) (int, map[string]any) {
		refresh.Set("client_secret", secret)
		return w.redeem(refresh)
	}
	for _, s := range []string{old, fresh} {
		if status, m := try(s); status != 200 {
			t.Errorf("%d %v", status, m)
		}
	}
	list := w.tenant.ClientSecrets()
	status, got := try(list[1].KeyID) // the commonest mistake
	wantToken(t, status, got, 401, "invalid_client", 7000215)

	creds := func(m map[string]any) []any {
		t.Helper()
		c, ok := m["passwordCredentials"].([]any)
		if !ok || len(c) != 2 || m["id"] != nil || m["appId"] != nil {
			t.Fatalf("%v", m)
		}
		return c
	}
	byKey := w.must(200, "GET", "/applications(appId='"+w.creds.ClientID+"')?$select=passwordCredentials", nil)
	byFilter := values(w.must(200, "GET", "/applications?$filter="+url.QueryEscape("appId eq '"+w.creds.ClientID+"'")+"&$select=passwordCredentials", nil))
	for _, c := range [][]any{creds(byKey), creds(byFilter[0])} {
		got := c[1].(map[string]any)
		if got["hint"] != fresh[:3] || got["keyId"] != list[1].KeyID || got["endDateTime"] != "2027-05-23T10:07:00Z" ||
			got["startDateTime"] != "2026-11-23T10:07:00Z" || got["displayName"] != "Room signs" {
			t.Errorf("%v", got)
		}
		if v, ok := got["secretText"]; v != nil || !ok {
			t.Errorf("secretText %v", v)
		}
	}
	a, e := w.graph("GET", "/applications(appId='"+w.creds.TenantID+"')", nil)
	w.wantError(a, e, 404, "Request_ResourceNotFound")
	a, e = w.graph("GET", "/applications/"+w.creds.ClientID, nil) // a client id is no object id
	w.wantError(a, e, 404, "Request_ResourceNotFound")
	whole := w.must(200, "GET", "/applications/"+values(w.must(200, "GET", "/applications", nil))[0]["id"].(string), nil)
	if whole["appId"] != w.creds.ClientID || whole["signInAudience"] != "AzureADMyOrg" {
		t.Errorf("%v", whole)
	}
	if none := values(w.must(200, "GET", "/applications?$filter="+url.QueryEscape("appId eq 'x'"), nil)); len(none) != 0 {
		t.Errorf("%v", none)
	}
	a, e = w.graph("GET", "/applications?$filter="+url.QueryEscape("startsWith(displayName,'R')"), nil)
	w.wantError(a, e, 400, "Request_UnsupportedQuery")

	w.clock.advance(200 * 24 * time.Hour)
	status, got = try(fresh)
	wantToken(t, status, got, 401, "invalid_client", 7000222)
	w.tenant.RemoveClientSecret(old)
	status, got = try(old)
	wantToken(t, status, got, 401, "invalid_client", 7000215)
	w.tenant.AddClientSecret(w.clock.now().Add(time.Hour))
	w.token = w.appToken()
	a, e = w.graph("GET", "/applications(appId='"+w.creds.ClientID+"')", nil)
	w.wantError(a, e, 403, "Authorization_RequestDenied")
}

// TestUnknownRefreshToken: who asks is checked first, as for the registration.
func TestUnknownRefreshToken(t *testing.T) {
	w := start(t, register(func(r *tenant.Registration) { r.Platform = tenant.Public }))
	form := w.refreshForm("made-up")
	form.Del("client_secret")
	status, m := w.redeem(form)
	wantToken(t, status, m, 400, "invalid_grant", 70000)
}
