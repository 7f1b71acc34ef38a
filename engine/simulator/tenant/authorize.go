package tenant

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// flow is one sign-in on its way through the pages. Its id is random and only
// on the page, so another site can't post the form for the user.
type flow struct {
	id                    string
	kind                  flowKind
	endpoint              string // tenantID, "organizations" or "common"
	redirect, state, mode string
	scopes                []string // delegated
	roles                 []string // application permissions, of an admin consent
	challenge, nonce      string
	prompt, loginHint     string
	requestedScope        string  // as an admin consent asked
	user                  Account // who signed in; zero before
	started               time.Time
}

type flowKind int

const (
	flowSignIn       flowKind = iota
	flowAdminConsent          // /v2.0/adminconsent
	flowOldConsent            // /adminconsent, the older endpoint
)

func (f *flow) signedIn() bool { return f.user.ID != "" }

// serveEntra routes what is under /{tenant}/.
func (t *Tenant) serveEntra(w http.ResponseWriter, r *http.Request) {
	name, rest, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	endpoint, bad := t.entra.endpointOf(name)
	what := r.Method + " " + rest
	switch what { // these answer for themselves where the tenant is wrong
	case "GET v2.0/.well-known/openid-configuration":
		t.serveDiscovery(w, r, endpoint, bad)
		return
	case "GET discovery/v2.0/keys":
		t.serveKeys(w, r)
		return
	case "POST oauth2/v2.0/token":
		t.token(w, r, endpoint, bad)
		return
	case "POST oauth2/v2.0/devicecode":
		t.deviceCode(w, r, endpoint, bad)
		return
	case "GET ":
		if name == "error" {
			t.errorLookup(w, r)
			return
		}
	}
	if bad != nil && rest != "" {
		t.errorPage(w, r, bad)
		return
	}
	switch what {
	case "GET oauth2/v2.0/authorize":
		t.authorize(w, r, endpoint)
	case "GET v2.0/adminconsent":
		t.adminConsent(w, r, endpoint, flowAdminConsent)
	case "GET adminconsent":
		t.adminConsent(w, r, endpoint, flowOldConsent)
	case "POST login":
		t.postLogin(w, r)
	case "POST consent":
		t.postConsent(w, r)
	case "POST approval":
		t.postApproval(w, r)
	default:
		http.NotFound(w, r)
	}
}

// begin checks what concerns the client or its redirect URI. Faults of these
// stay on Microsoft's page, because the URI can't be trusted (RFC 6749 4.1.2.1);
// all others go back to the app. It answers itself when it returns nil.
func (t *Tenant) begin(w http.ResponseWriter, r *http.Request, kind flowKind, endpoint string) *flow {
	q := r.URL.Query()
	if code, failing := t.sign.page.take(); failing {
		t.errorPage(w, r, orderedError("", code))
		return nil
	}
	bad := t.entra.checkClient(q.Get("client_id"))
	switch uri := q.Get("redirect_uri"); {
	case bad != nil:
	case uri == "":
		bad = errMissing("redirect_uri")
	case !t.entra.registration().redirects(uri):
		bad = errRedirect(uri)
	}
	if bad != nil {
		t.errorPage(w, r, bad)
		return nil
	}
	f := &flow{id: randomToken(), kind: kind, endpoint: endpoint, redirect: q.Get("redirect_uri"), state: q.Get("state"),
		loginHint: q.Get("login_hint"), started: t.now()}
	if u, err := url.Parse(f.redirect); err == nil && u.Path == "" {
		f.redirect += "/" // Entra adds it (graph.md 1.2)
	}
	if fault, failing := t.sign.redirect.take(); failing {
		t.redirectError(w, r, f, orderedError(fault.oauth, fault.code))
		return nil
	}
	return f
}

// authorize begins a sign-in.
func (t *Tenant) authorize(w http.ResponseWriter, r *http.Request, endpoint string) {
	f := t.begin(w, r, flowSignIn, endpoint)
	if f == nil {
		return
	}
	q := r.URL.Query()
	f.mode, f.prompt, f.nonce, f.challenge = q.Get("response_mode"), q.Get("prompt"), q.Get("nonce"), q.Get("code_challenge")
	scopes, bad := t.entra.checkAuthorize(q, t.baseOf(r))
	if bad != nil {
		t.redirectError(w, r, f, bad)
		return
	}
	f.scopes = scopes
	t.entra.keep(f)
	t.loginPage(w, f, "")
}

func (d *directory) checkAuthorize(q url.Values, base string) ([]string, *oauthError) {
	if rt := q.Get("response_type"); rt != "code" {
		return nil, oauthErr("unsupported_response_type", 70005, "The app returned an unsupported response type '%s'.", rt)
	}
	if m := q.Get("response_mode"); m != "" && m != "query" && m != "fragment" {
		return nil, oauthErr("invalid_request", 70007, "'%s' is not a supported value of 'response_mode' when requesting a code.", m)
	}
	method := q.Get("code_challenge_method")
	if q.Get("code_challenge") != "" && method != "S256" {
		return nil, oauthErr("invalid_request", 9002313, "Invalid request. Request is malformed or invalid: this tenant takes code_challenge_method S256 only, not '%s'.", method)
	}
	if p := q.Get("prompt"); !slices.Contains([]string{"", "login", "none", "consent", "select_account"}, p) {
		return nil, oauthErr("invalid_request", 90023, "The prompt value '%s' is not supported.", p)
	}
	scopes, bad := d.parseScopes(q.Get("scope"), base)
	if bad == nil && q.Get("prompt") == "none" {
		return nil, oauthErr("login_required", 50058, "A silent sign-in request was sent but no user is signed in.")
	}
	return scopes, bad
}

// postedFlow checks a posted form and finds its flow; it answers itself when
// there is none.
func (t *Tenant) postedFlow(w http.ResponseWriter, r *http.Request) (flow, bool) {
	r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
	if !t.sameOrigin(r) {
		t.errorPage(w, r, oauthErr("invalid_request", 900144, "This form was not posted from this tenant's own page."))
		return flow{}, false
	}
	f, ok := t.entra.flowOf(r.PostFormValue("flow"))
	if !ok {
		t.errorPage(w, r, oauthErr("invalid_request", 50089, "The sign-in took too long or was used already. Go back to the app and start again."))
	}
	return f, ok
}

func (t *Tenant) postLogin(w http.ResponseWriter, r *http.Request) {
	f, ok := t.postedFlow(w, r)
	if !ok {
		return
	}
	f.loginHint = strings.TrimSpace(r.PostFormValue("username")) // what was typed stays, should the page come again
	user, known := t.accountNamed(f.loginHint)
	switch {
	case !known:
		t.loginPage(w, &f, "AADSTS50034: We couldn't find an account with that name in "+t.office.Company+".")
		return
	case r.PostFormValue("password") != user.Password:
		t.loginPage(w, &f, "AADSTS50126: Your account or password is incorrect.")
		return
	}
	if bad := t.entra.mayEnter(&f, user); bad != nil {
		t.entra.drop(f.id)
		t.errorPage(w, r, bad)
		return
	}
	f.user = user
	t.entra.keep(&f)
	t.afterLogin(w, r, &f)
}

// mayEnter is what Entra checks of an account after its password.
func (d *directory) mayEnter(f *flow, user Account) *oauthError {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case user.Role == Outsider && f.endpoint == tenantID:
		return oauthErr("access_denied", 50020, "User account '%s' from identity provider 'https://sts.windows.net/%s/' does not exist in tenant '%s' and cannot access the application '%s'(%s) in that tenant. The account needs to be added as an external user in the tenant first. Sign out and sign in again with a different Azure Active Directory user account.",
			user.Username, stableGUID("tenant of "+user.Username), d.t.office.Company, clientID, appName)
	case d.disabled[strings.ToLower(user.Username)]:
		return errDisabledAccount()
	case d.blocked:
		return errBlocked("access_denied")
	case f.kind == flowSignIn && !d.reg.lets(user):
		return errNotAssigned("access_denied", user)
	}
	return nil
}

func (t *Tenant) redirectCode(w http.ResponseWriter, f *flow) {
	code := t.entra.newCode(f)
	t.redirectBack(w, f, "code", code, "state", f.state, "session_state", sessionState())
}

// redirectError ends a flow with an error that the app gets to see.
func (t *Tenant) redirectError(w http.ResponseWriter, r *http.Request, f *flow, e *oauthError) {
	d := e.describe(t.baseOf(r), t.now())
	t.entra.drop(f.id)
	consent := ""
	if f.kind != flowSignIn {
		consent = "True" // whatever the outcome (azure-docs#114009)
	}
	t.redirectBack(w, f, "error", d.Error, "error_description", d.ErrorDescription, "error_uri", d.ErrorURI,
		"admin_consent", consent, "state", f.state)
}
