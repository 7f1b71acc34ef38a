package tenant_test

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/roomink/roomink/engine/simulator/tenant"
)

const modest = "openid profile offline_access User.Read Calendars.Read Calendars.Read.Shared"

// wantApproval checks for the page at which an ordinary user can't go on.
func wantApproval(t *testing.T, a answer) {
	t.Helper()
	for _, want := range []string{"Need admin approval", "AADSTS90094", "Sign in with that account", "Return to the application without granting consent"} {
		if a.status != 200 || !strings.Contains(a.body, want) {
			t.Errorf("%d, page lacks %q: %s", a.status, want, a.body)
		}
	}
}

// TestOrdinaryUser: may consent for itself, but not to what is an administrator's.
func TestOrdinaryUser(t *testing.T) {
	w := start(t)
	sign := func(scope string) answer { return w.loginAs(tenant.Member, w.creds.TenantID, w.authorizeQuery(scope)) }
	page := sign(modest)
	if !strings.Contains(page.body, "Permissions requested") || strings.Contains(page.body, "on behalf of your organization") {
		t.Fatalf("consent page: %s", page.body)
	}
	back := w.submit(page, url.Values{"decision": {"accept"}, "organization": {"true"}}) // a box that was not offered
	status, m := w.redeem(w.codeForm(back.location(t).Get("code")))
	member := w.tenant.Account(tenant.Member)
	id := claims(t, m["id_token"])
	if status != 200 || id["oid"] != member.ID || id["preferred_username"] != member.Username || id["name"] != member.Name {
		t.Errorf("%d %v", status, id)
	}
	w.token = m["access_token"].(string)
	if me := w.must(200, "GET", "/me", nil); me["id"] != member.ID || me["mail"] != member.Username {
		t.Errorf("me: %v", me)
	}
	if sign(modest).location(t).Get("code") == "" {
		t.Error("asked again for what was granted")
	}
	if a := w.login(w.authorizeQuery(modest)); a.status != 200 {
		t.Error("one user's consent counts for another")
	}

	wantApproval(t, sign("openid Place.Read.All"))
	page = sign("openid Place.Read.All")
	wantApproval(t, w.post("/"+w.creds.TenantID+"/consent", url.Values{"flow": {flowRE.FindStringSubmatch(page.body)[1]}, "decision": {"accept"}}))
	got := w.submit(page, url.Values{"decision": {"back"}}).location(t)
	if got.Get("error") != "access_denied" || !strings.Contains(got.Get("error_description"), "AADSTS65004") || got.Get("state") != "st4te" {
		t.Errorf("back at the app: %v", got)
	}
	// An administrator at the same computer helps out.
	login := w.submit(sign("openid Place.Read.All"), url.Values{"decision": {"admin"}})
	consent := w.enter(tenant.Administrator, login)
	if !strings.Contains(consent.body, "on behalf of your organization") {
		t.Fatalf("%s", consent.body)
	}
	if w.submit(consent, url.Values{"decision": {"accept"}, "organization": {"true"}}).location(t).Get("code") == "" {
		t.Error("the administrator was refused")
	}
	if sign("openid Place.Read.All").location(t).Get("code") == "" {
		t.Error("asked again for what an administrator granted to everybody")
	}
	// prompt=consent sticks an ordinary user even then.
	q := w.authorizeQuery("openid Place.Read.All")
	q.Set("prompt", "consent")
	wantApproval(t, w.loginAs(tenant.Member, w.creds.TenantID, q))
}

func TestUserConsentSwitchedOff(t *testing.T) {
	w := start(t)
	w.tenant.AllowUserConsent(false)
	sign := func() answer { return w.loginAs(tenant.Member, w.creds.TenantID, w.authorizeQuery(modest)) }
	wantApproval(t, sign())
	if a := w.login(w.authorizeQuery(modest)); !strings.Contains(a.body, "Permissions requested") {
		t.Errorf("administrator: %d %s", a.status, a.body)
	}
	w.tenant.GrantAdminConsent()
	if sign().location(t).Get("code") == "" {
		t.Error("asked after an administrator consented for everybody")
	}
	w.tenant.WithdrawConsent()
	wantApproval(t, sign())
	w.tenant.AllowUserConsent(true)
	if a := sign(); !strings.Contains(a.body, "Permissions requested") {
		t.Errorf("%d %s", a.status, a.body)
	}
}

func TestAdminConsent(t *testing.T) {
	w := start(t)
	at := func(scope string) answer {
		return w.get("/" + w.creds.TenantID + "/v2.0/adminconsent?" + w.consentQuery(scope).Encode())
	}
	if a := at(w.url + "/.default"); !strings.Contains(a.body, `name="password"`) {
		t.Fatalf("nobody has to sign in: %s", a.body)
	}
	wantApproval(t, w.enter(tenant.Member, at(w.url+"/.default")))
	wantPage(t, w.enter(tenant.Outsider, at(w.url+"/.default")), 50020)
	page := w.enter(tenant.Member, at(w.url+"/.default"))
	flow := flowRE.FindStringSubmatch(page.body)[1]
	wantApproval(t, w.post("/"+w.creds.TenantID+"/consent", url.Values{"flow": {flow}, "decision": {"accept"}})) // a form that was made up
	if back := w.submit(page, url.Values{"decision": {"back"}}).location(t); back.Get("error") != "access_denied" || back.Get("admin_consent") != "True" || back.Get("state") != "s2" {
		t.Errorf("%v", back)
	}

	page = w.enter(tenant.Administrator, at(w.url+"/.default"))
	for _, want := range []string{"For the app itself", "Read calendars in all mailboxes", "On behalf of each person", "Read calendars you can access", w.creds.Username} {
		if !strings.Contains(page.body, want) {
			t.Errorf("page lacks %q", want)
		}
	}
	if w.appRoles() != nil {
		t.Error("granted before Accept")
	}
	got := w.submit(page, url.Values{"decision": {"accept"}}).location(t)
	scopes := strings.Fields(got.Get("scope"))
	if got.Get("admin_consent") != "True" || got.Get("tenant") != w.creds.TenantID || got.Get("state") != "s2" || got.Has("error") ||
		scopes[len(scopes)-1] != w.url+"/.default" || !slices.Contains(scopes, "https://graph.microsoft.com/Calendars.Read.Shared") {
		t.Errorf("%v", got)
	}
	app := claims(t, w.appToken())
	if app["oid"] != tenant.ServicePrincipalID || app["tid"] != w.creds.TenantID || app["app_displayname"] != "Room signs" || app["appid"] != w.creds.ClientID || len(app["roles"].([]any)) != 3 {
		t.Errorf("%v", app)
	}
	if w.loginAs(tenant.Member, w.creds.TenantID, w.authorizeQuery(allScopes)).location(t).Get("code") == "" {
		t.Error("an ordinary user is asked again")
	}
	if w.submit(page, url.Values{"decision": {"accept"}}).status != 400 {
		t.Error("a consent page works twice")
	}
}

// TestAdminConsentByName: without .default only delegated permissions are granted.
func TestAdminConsentByName(t *testing.T) {
	w := start(t)
	page := w.enter(tenant.Administrator, w.get("/nordlicht.example/v2.0/adminconsent?"+w.consentQuery("openid https://graph.microsoft.com/Calendars.Read").Encode()))
	if got := w.submit(page, url.Values{"decision": {"accept"}}).location(t).Get("scope"); got != "openid https://graph.microsoft.com/Calendars.Read" {
		t.Errorf("scope %q", got)
	}
	if got := w.appRoles(); got != nil {
		t.Errorf("roles %v", got)
	}
	if w.loginAs(tenant.Member, w.creds.TenantID, w.authorizeQuery("openid Calendars.Read")).location(t).Get("code") == "" {
		t.Error("not granted to everybody")
	}
	if got := w.get("/nordlicht.example/v2.0/adminconsent?" + w.consentQuery("Cats.Read").Encode()).location(t); got.Get("error") != "invalid_scope" || got.Get("admin_consent") != "True" {
		t.Errorf("%v", got)
	}
	if got := w.get("/nordlicht.example/v2.0/adminconsent?" + w.consentQuery("").Encode()).location(t); !strings.Contains(got.Get("error_description"), "AADSTS900144") {
		t.Errorf("no scope: %v", got)
	}
	// The older endpoint takes no scope and means .default.
	q := w.consentQuery("")
	q.Del("scope")
	page = w.enter(tenant.Administrator, w.get("/nordlicht.example/adminconsent?"+q.Encode()))
	if got := w.submit(page, url.Values{"decision": {"accept"}}).header.Get("Location"); got != redirect+"?tenant="+w.creds.TenantID+"&state=s2&admin_consent=True" {
		t.Errorf("%s", got)
	}
	if got := w.appRoles(); len(got) != 3 {
		t.Errorf("roles %v", got)
	}
}

// TestOutsider: somebody of another organisation is stopped by Microsoft's page.
func TestOutsider(t *testing.T) {
	w := start(t)
	wantPage(t, w.loginAs(tenant.Outsider, w.creds.TenantID, w.authorizeQuery("openid")), 50020)
	if a := w.tenant.Account(tenant.Outsider); a.Role != tenant.Outsider || strings.HasSuffix(a.Username, "nordlicht.example") {
		t.Errorf("%+v", a)
	}
	bare := start(t, func(o *tenant.Options) { o.Seed = &tenant.Office{Domain: "x.example"} })
	if a := bare.tenant.Account(tenant.Member); a != (tenant.Account{}) {
		t.Errorf("a member of an office without people: %+v", a)
	}
}
