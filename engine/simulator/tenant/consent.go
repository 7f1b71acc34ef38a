package tenant

import (
	"net/http"
	"slices"
	"strings"
)

// AllowUserConsent says whether ordinary users may consent for themselves to
// permissions that need no administrator; on by default. Off, they get "Need
// admin approval" (AADSTS90094) for whatever an administrator hasn't granted to
// everybody.
func (t *Tenant) AllowUserConsent(on bool) {
	t.entra.mu.Lock()
	defer t.entra.mu.Unlock()
	t.entra.noUserConsent = !on
}

// GrantAdminConsent does what pressing "Grant admin consent" in the portal does,
// for what the registration has configured: app-only tokens issued from now on
// carry roles, and users aren't asked again.
func (t *Tenant) GrantAdminConsent() {
	reg := t.Registration()
	t.entra.grantAll(reg.Delegated, reg.Application)
}

// grantAll records an administrator's consent for everybody.
func (d *directory) grantAll(scopes, roles []string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, s := range scopes {
		d.everybody[s] = true
	}
	// Granting what was asked for by name leaves the app's own permissions alone.
	for _, r := range roles {
		if !slices.Contains(d.roles, r) {
			d.roles = append(slices.Clip(d.roles), r)
		}
	}
}

// grantOne records what an account consented to for itself.
func (d *directory) grantOne(a Account, scopes []string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.own[a.ID] == nil {
		d.own[a.ID] = map[string]bool{}
	}
	for _, s := range scopes {
		d.own[a.ID][s] = true
	}
}

// missing lists which permissions still want consent for an account.
func (d *directory) missing(a Account, scopes []string) []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(scopes), func(s string) bool { return d.everybody[s] || d.own[a.ID][s] })
}

// needsAdmin reports whether an account can't consent to these itself.
func (d *directory) needsAdmin(a Account, scopes []string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case a.Role == Administrator || len(scopes) == 0:
		return false
	case a.Role == Outsider || d.noUserConsent:
		return true // an outsider's own organisation has never heard of the app
	}
	return slices.ContainsFunc(scopes, func(s string) bool {
		info, _ := findPermission(knownScopes, s)
		return info.Admin
	})
}

// afterLogin shows the page that follows on the login, or goes back to the app.
func (t *Tenant) afterLogin(w http.ResponseWriter, r *http.Request, f *flow) {
	if f.kind != flowSignIn {
		if f.user.Role != Administrator {
			t.approvalPage(w, r, f)
			return
		}
		t.consentPage(w, f)
		return
	}
	wanted := t.entra.missing(f.user, f.scopes)
	if f.prompt == "consent" {
		// Asked for by name, even what an administrator granted to everybody is
		// asked again: ordinary users are stuck then (graph.md 1.1).
		wanted = f.scopes
	}
	switch {
	case len(wanted) == 0:
		t.redirectCode(w, f)
	case t.entra.needsAdmin(f.user, wanted):
		t.approvalPage(w, r, f)
	default:
		t.consentPage(w, f)
	}
}

// postConsent is "Accept" or "Cancel" on the consent page.
func (t *Tenant) postConsent(w http.ResponseWriter, r *http.Request) {
	f, ok := t.postedFlow(w, r)
	if !ok {
		return
	}
	forAll := r.PostFormValue("organization") != "" && f.user.Role == Administrator
	switch {
	case !f.signedIn():
		t.loginPage(w, &f, "Sign in first.")
	case f.kind != flowSignIn && f.user.Role != Administrator || f.kind == flowSignIn && t.entra.needsAdmin(f.user, t.entra.missing(f.user, f.scopes)):
		t.approvalPage(w, r, &f) // the form was made up: no page offers this
	case r.PostFormValue("decision") != "accept":
		t.redirectError(w, r, &f, errDeclined())
	case f.kind != flowSignIn:
		t.finishAdminConsent(w, &f)
	case forAll:
		t.entra.grantAll(f.scopes, nil)
		t.redirectCode(w, &f)
	default:
		t.entra.grantOne(f.user, f.scopes)
		t.redirectCode(w, &f)
	}
}

// postApproval is what one can do at "Need admin approval": sign in as an
// administrator, or go back to the app.
func (t *Tenant) postApproval(w http.ResponseWriter, r *http.Request) {
	f, ok := t.postedFlow(w, r)
	switch {
	case !ok:
	case r.PostFormValue("decision") == "admin":
		f.user, f.loginHint = Account{}, ""
		t.entra.keep(&f)
		t.loginPage(w, &f, "")
	default:
		t.redirectError(w, r, &f, errDeclined())
	}
}

// adminConsent begins at /v2.0/adminconsent, or the older /adminconsent: an
// administrator grants permissions for everybody
// (learn.microsoft.com/entra/identity-platform/v2-admin-consent).
func (t *Tenant) adminConsent(w http.ResponseWriter, r *http.Request, endpoint string, kind flowKind) {
	if endpoint == "common" && kind == flowAdminConsent {
		// Documented as not allowed; the words are made up.
		t.errorPage(w, r, oauthErr("invalid_request", 90023, "The tenant identifier 'common' is not supported by this endpoint. Use 'organizations' or the tenant's id."))
		return
	}
	f := t.begin(w, r, kind, endpoint)
	if f == nil {
		return
	}
	f.requestedScope = r.URL.Query().Get("scope")
	if kind == flowOldConsent {
		f.requestedScope = ".default"
	}
	scopes, bad := t.entra.parseScopes(f.requestedScope, t.baseOf(r))
	switch {
	case bad != nil && bad.Code == 650057:
		t.errorPage(w, r, bad)
		return
	case bad != nil:
		t.redirectError(w, r, f, bad)
		return
	}
	f.scopes = scopes
	if isDefault(f.requestedScope, t.baseOf(r)) {
		f.roles = t.Registration().Application
	}
	t.entra.keep(f)
	t.loginPage(w, f, "")
}

// isDefault reports whether a scope parameter has a ".default" in it, without
// which no application permission is granted.
func isDefault(scope, base string) bool {
	return slices.ContainsFunc(strings.Fields(scope), func(s string) bool { return withoutResource(s, base) == ".default" })
}

// finishAdminConsent grants and answers with the delegated permissions that
// were granted and, last, the ".default" that was asked for.
func (t *Tenant) finishAdminConsent(w http.ResponseWriter, f *flow) {
	t.entra.drop(f.id)
	t.entra.grantAll(f.scopes, f.roles)
	if f.kind == flowOldConsent {
		t.redirectBack(w, f, "tenant", tenantID, "state", f.state, "admin_consent", "True")
		return
	}
	var granted []string
	for _, s := range f.scopes {
		if !slices.Contains(basicScopes, s) {
			s = "https://graph.microsoft.com/" + s
		}
		granted = append(granted, s)
	}
	for _, s := range strings.Fields(f.requestedScope) {
		if strings.HasSuffix(s, ".default") {
			granted = append(granted, s)
		}
	}
	t.redirectBack(w, f, "admin_consent", "True", "tenant", tenantID, "scope", strings.Join(granted, " "), "state", f.state)
}
