package tenant

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
)

// flow is one sign-in on its way through the pages. Its id is random and only
// on the page, so another site can't post the form for the user.
type flow struct {
	id                    string
	kind                  flowKind
	redirect, state, mode string
	scopes                []string
	challenge, nonce      string
	prompt, loginHint     string
	signedIn              bool
	started               time.Time
	requestedScope        string
}

type flowKind int

const (
	flowSignIn flowKind = iota
	flowAdminConsent
)

// serveEntra routes what is under /{tenant}/.
func (t *Tenant) serveEntra(w http.ResponseWriter, r *http.Request) {
	name, rest, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	if bad := t.entra.checkTenant(name); bad != nil && rest != "" {
		if rest == "oauth2/v2.0/token" {
			t.writeTokenError(w, r, bad)
			return
		}
		t.errorPage(w, r, bad)
		return
	}
	switch r.Method + " " + rest {
	case "GET oauth2/v2.0/authorize":
		t.authorize(w, r)
	case "POST oauth2/v2.0/token":
		t.token(w, r)
	case "GET v2.0/adminconsent":
		t.adminConsent(w, r)
	case "POST login":
		t.postLogin(w, r)
	case "POST consent":
		t.postConsent(w, r)
	case "GET v2.0/.well-known/openid-configuration":
		t.serveDiscovery(w, r)
	case "GET discovery/v2.0/keys":
		t.serveKeys(w, r)
	default:
		http.NotFound(w, r)
	}
}

// authorize begins a sign-in. Faults that concern the client or its redirect
// URI stay on this page, because the URI can't be trusted (RFC 6749 4.1.2.1);
// all others go back to the app.
func (t *Tenant) authorize(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	if bad := t.checkClientAndRedirect(q); bad != nil {
		t.errorPage(w, r, bad)
		return
	}
	f := &flow{id: randomToken(), redirect: q.Get("redirect_uri"), state: q.Get("state"), mode: q.Get("response_mode"),
		challenge: q.Get("code_challenge"), nonce: q.Get("nonce"), prompt: q.Get("prompt"),
		loginHint: q.Get("login_hint"), started: t.now()}
	scopes, bad := checkAuthorize(q, t.baseOf(r))
	if bad != nil {
		t.redirectError(w, r, f, bad)
		return
	}
	f.scopes = scopes
	t.entra.keep(f)
	t.loginPage(w, r, f, "")
}

func (t *Tenant) checkClientAndRedirect(q url.Values) *oauthError {
	switch id := q.Get("client_id"); {
	case id == "":
		return errMissing("client_id")
	case id != clientID:
		return errUnknownClient(id, t.office.Company)
	case q.Get("redirect_uri") == "":
		return errMissing("redirect_uri")
	case !redirectMatches(q.Get("redirect_uri")):
		return errRedirect(q.Get("redirect_uri"))
	}
	return nil
}

// redirectMatches compares with the registered URI: for http://localhost the
// port is ignored (RFC 8252 7.3), the path is case-sensitive.
func redirectMatches(uri string) bool {
	u, err := url.Parse(uri)
	if err != nil {
		return false
	}
	want, _ := url.Parse(RegisteredRedirect)
	return u.Scheme == want.Scheme && strings.EqualFold(u.Hostname(), want.Hostname()) &&
		u.Path == want.Path && u.RawQuery == "" && u.Fragment == "" && u.User == nil
}

func checkAuthorize(q url.Values, base string) ([]string, *oauthError) {
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
	scopes, bad := parseScopes(q.Get("scope"), base)
	if bad == nil && q.Get("prompt") == "none" {
		return nil, oauthErr("login_required", 50058, "A silent sign-in request was sent but no user is signed in.")
	}
	return scopes, bad
}

func (d *directory) keep(f *flow) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.prune(d.t.now())
	d.flows[f.id] = f
}

// flowOf finds the sign-in that a posted form belongs to, as a copy.
func (d *directory) flowOf(id string) (flow, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	f := d.flows[id]
	if f == nil || d.t.now().Sub(f.started) > flowLife {
		return flow{}, false
	}
	return *f, true
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
	user, password := strings.TrimSpace(r.PostFormValue("username")), r.PostFormValue("password")
	if !strings.EqualFold(user, t.office.Admin.Address) {
		t.loginPage(w, r, &f, "AADSTS50034: We couldn't find an account with that name in "+t.office.Company+".")
		return
	}
	if password != adminSecret {
		t.loginPage(w, r, &f, "AADSTS50126: Your account or password is incorrect.")
		return
	}
	f.signedIn = true
	t.entra.keep(&f)
	if f.prompt != "consent" && t.entra.allConsented(f.scopes) {
		t.redirectCode(w, r, &f)
		return
	}
	t.consentPage(w, r, &f)
}

func (d *directory) allConsented(scopes []string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return !slices.ContainsFunc(scopes, func(s string) bool { return !d.consented[s] })
}

func (t *Tenant) postConsent(w http.ResponseWriter, r *http.Request) {
	f, ok := t.postedFlow(w, r)
	if !ok {
		return
	}
	accept := r.PostFormValue("decision") == "accept"
	switch {
	case !f.signedIn:
		t.loginPage(w, r, &f, "Sign in first.")
	case f.kind == flowAdminConsent:
		t.finishAdminConsent(w, r, &f, accept)
	case accept:
		t.redirectCode(w, r, &f)
	default:
		t.redirectError(w, r, &f, errDeclined())
	}
}

func errDeclined() *oauthError {
	return oauthErr("access_denied", 65004, "User declined to consent to access the app.")
}

func (t *Tenant) redirectCode(w http.ResponseWriter, r *http.Request, f *flow) {
	t.redirectBack(w, r, f, url.Values{"code": {t.entra.newCode(f)}, "session_state": {uuid.NewString()}})
}

func (t *Tenant) redirectError(w http.ResponseWriter, r *http.Request, f *flow, e *oauthError) {
	d := e.describe(t.baseOf(r), t.now())
	t.entra.drop(f.id)
	t.redirectBack(w, r, f, url.Values{"error": {d.Error}, "error_description": {d.ErrorDescription}, "error_uri": {d.ErrorURI}})
}

func (d *directory) drop(flowID string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.flows, flowID)
}

func (t *Tenant) redirectBack(w http.ResponseWriter, r *http.Request, f *flow, v url.Values) {
	if f.state != "" {
		v.Set("state", f.state)
	}
	sep := "?"
	if f.mode == "fragment" {
		sep = "#"
	}
	http.Redirect(w, r, f.redirect+sep+v.Encode(), http.StatusFound)
}

// adminConsent shows the page of /v2.0/adminconsent: an admin grants the
// application permissions to the whole tenant. The demo's one user is signed in.
func (t *Tenant) adminConsent(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	if bad := t.checkClientAndRedirect(q); bad != nil {
		t.errorPage(w, r, bad)
		return
	}
	f := &flow{id: randomToken(), kind: flowAdminConsent, redirect: q.Get("redirect_uri"), state: q.Get("state"),
		requestedScope: q.Get("scope"), signedIn: true, started: t.now()}
	t.entra.keep(f)
	t.consentPage(w, r, f)
}

func (t *Tenant) finishAdminConsent(w http.ResponseWriter, r *http.Request, f *flow, accept bool) {
	t.entra.drop(f.id)
	v := url.Values{"admin_consent": {"True"}}
	if !accept {
		d := errDeclined().describe(t.baseOf(r), t.now())
		v.Set("error", d.Error)
		v.Set("error_description", d.ErrorDescription)
		v.Set("error_uri", d.ErrorURI)
	} else {
		t.GrantAdminConsent()
		v.Set("tenant", tenantID)
		v.Set("scope", f.requestedScope)
	}
	t.redirectBack(w, r, f, v)
}
