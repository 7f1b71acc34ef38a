package tenant

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
)

// tokenReply is the token endpoint's success (RFC 6749 5.1 and Microsoft's
// ext_expires_in).
type tokenReply struct {
	TokenType    string `json:"token_type"`
	Scope        string `json:"scope,omitempty"`
	ExpiresIn    int    `json:"expires_in"`
	ExtExpiresIn int    `json:"ext_expires_in,omitempty"`
	AccessToken  string `json:"access_token"`
	RefreshToken string `json:"refresh_token,omitempty"`
	IDToken      string `json:"id_token,omitempty"`
}

// token is the token endpoint; endpoint and wrong say what the tenant's name in
// the URL means.
func (t *Tenant) token(w http.ResponseWriter, r *http.Request, endpoint string, wrong *oauthError) {
	r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
	if err := r.ParseForm(); err != nil {
		t.writeTokenError(w, r, oauthErr("invalid_request", 9002313, "Invalid request. Request is malformed or invalid."))
		return
	}
	kind := r.PostForm.Get("grant_type")
	rec := w.(*statusWriter) // ServeHTTP's
	t.ring.grant(rec.slot, kind)
	fault, failing := t.sign.token.takeIf(func(f TokenFault) bool { return f.Grant == "" || f.Grant == kind })
	if failing && fault.Cut == Whole {
		t.failToken(w, r, fault)
		return
	}
	reply, bad := t.redeem(r, endpoint, wrong)
	switch {
	case failing && fault.Cut == Dropped:
		rec.status = 0
		panic(http.ErrAbortHandler)
	case bad != nil:
		t.writeTokenError(w, r, bad)
	case failing:
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		whole := compact(reply)
		_, _ = w.Write(whole[:len(whole)/2])
	default:
		writeJSON(w, http.StatusOK, reply)
	}
}

func (t *Tenant) redeem(r *http.Request, endpoint string, wrong *oauthError) (*tokenReply, *oauthError) {
	form := r.PostForm
	id, secret := clientOf(r)
	kind := form.Get("grant_type")
	switch {
	case kind == "client_credentials" && endpoint != tenantID && endpoint != "":
		return nil, orderedError("", 9001023) // said before 50194
	case wrong != nil:
		return nil, wrong
	case kind == "":
		return nil, errMissing("grant_type")
	}
	if bad := t.entra.checkClient(id); bad != nil {
		return nil, bad
	}
	base := t.baseOf(r)
	switch kind {
	case "authorization_code":
		return t.redeemCode(base, endpoint, form, secret)
	case "refresh_token":
		return t.redeemRefresh(base, form, secret)
	case "client_credentials":
		return t.redeemClient(base, form, secret)
	case deviceGrant:
		return t.redeemDevice(base, form, secret)
	}
	return nil, oauthErr("unsupported_grant_type", 70003, "The app requested an unsupported grant type '%s'.", kind)
}

// clientOf reads the client's id and secret from the body or, form-encoded as
// RFC 6749 2.3.1 has it, from HTTP Basic.
func clientOf(r *http.Request) (id, secret string) {
	if id, secret, ok := r.BasicAuth(); ok {
		id, err1 := url.QueryUnescape(id)
		secret, err2 := url.QueryUnescape(secret)
		if err1 == nil && err2 == nil {
			return id, secret
		}
	}
	return r.PostForm.Get("client_id"), r.PostForm.Get("client_secret")
}

func (t *Tenant) redeemCode(base, endpoint string, form url.Values, secret string) (*tokenReply, *oauthError) {
	if form.Get("code") == "" {
		return nil, errMissing("code")
	}
	platform := t.entra.registration().Platform
	if bad := t.entra.authenticate(secret, platform); bad != nil {
		return nil, bad
	}
	c, bad := t.entra.takeCode(endpoint, form)
	if bad != nil {
		return nil, bad
	}
	if platform == Public && c.challenge == "" {
		// Entra asks this of single-page apps only. Public clients need it no less
		// (RFC 8252 8.1), so the simulator is stricter.
		return nil, oauthErr("invalid_request", 9002325, "Proof Key for Code Exchange is required for cross-origin authorization code redemption.")
	}
	scopes := c.scopes
	if raw := form.Get("scope"); raw != "" {
		asked, bad := t.entra.parseScopes(raw, base)
		if bad != nil {
			return nil, bad
		}
		if !subset(asked, scopes) {
			return nil, errNoConsent()
		}
	}
	return t.issue(base, c.nonce, refreshToken{user: c.user, platform: platform, scopes: scopes, signedIn: c.issued, session: c.session})
}

// takeCode checks a code against the request and marks it used. A code that was
// presented once is spent, even when the verifier was wrong.
func (d *directory) takeCode(endpoint string, form url.Values) (code, *oauthError) {
	d.mu.Lock()
	defer d.mu.Unlock()
	c := d.codes[form.Get("code")]
	switch {
	case c == nil:
		return code{}, oauthErr("invalid_grant", 70000, "The provided value for the input parameter 'code' is not valid.")
	case c.used:
		return code{}, orderedError("", 54005)
	}
	c.used = true
	switch {
	case c.endpoint != endpoint:
		return code{}, orderedError("", 700005)
	case d.t.now().Sub(c.issued) >= codeLife:
		return code{}, orderedError("", 70008)
	case form.Get("redirect_uri") != c.redirect:
		return code{}, oauthErr("invalid_grant", 500112, "The reply address '%s' does not match the reply address '%s' provided when requesting Authorization code.", form.Get("redirect_uri"), c.redirect)
	case c.challenge != "" && !verifies(form.Get("code_verifier"), c.challenge):
		return code{}, orderedError("", 501481)
	}
	return *c, nil
}

// verifies is RFC 7636 4.6 for S256.
func verifies(verifier, challenge string) bool {
	sum := sha256.Sum256([]byte(verifier))
	got := base64.RawURLEncoding.EncodeToString(sum[:])
	return subtle.ConstantTimeCompare([]byte(got), []byte(challenge)) == 1
}

func (t *Tenant) redeemRefresh(base string, form url.Values, secret string) (*tokenReply, *oauthError) {
	if form.Get("refresh_token") == "" {
		return nil, errMissing("refresh_token")
	}
	old, bad := t.entra.checkRefresh(form.Get("refresh_token"))
	// Who asks is checked first, in the way of the client that signed in.
	if bad := t.entra.authenticate(secret, old.platform); bad != nil {
		return nil, bad
	}
	if bad != nil {
		return nil, bad
	}
	next := refreshToken{user: old.user, platform: old.platform, scopes: old.scopes, signedIn: old.signedIn, session: old.session}
	if raw := form.Get("scope"); raw != "" {
		asked, bad := t.entra.parseScopes(raw, base)
		if bad != nil {
			return nil, bad
		}
		if slices.Contains(old.scopes, "offline_access") && !slices.Contains(asked, "offline_access") {
			asked = append(asked, "offline_access") // a refresh always rotates the refresh token
		}
		next.scopes = asked
	}
	if len(t.entra.missing(next.user, next.scopes)) > 0 {
		return nil, errNoConsent()
	}
	return t.issue(base, "", next)
}

func (t *Tenant) redeemClient(base string, form url.Values, secret string) (*tokenReply, *oauthError) {
	if secret == "" {
		return nil, oauthErr("invalid_client", 7000216, "'client_assertion', 'client_secret' or 'request' is required for the 'client_credentials' grant type.")
	}
	if bad := t.entra.checkSecret(secret); bad != nil {
		return nil, bad
	}
	scope := form.Get("scope")
	if scope == "" {
		return nil, errMissing("scope")
	}
	if scope != base+"/.default" && scope != "https://graph.microsoft.com/.default" {
		return nil, oauthErr("invalid_scope", 1002012, "The provided value for scope %s is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI).", scope)
	}
	t.entra.mu.Lock()
	roles := slices.Clone(t.entra.roles)
	t.entra.mu.Unlock()
	reply, bad := t.issueGrant(base, &grant{app: true, scopes: roles, session: uuid.NewString()})
	if bad == nil {
		reply.ExtExpiresIn = 0 // not in the replies to this grant (graph.md 1.3)
	}
	return reply, bad
}

// issue makes the tokens of a user's sign-in; r is what the refresh token will
// be, if there is to be one.
func (t *Tenant) issue(base, nonce string, r refreshToken) (*tokenReply, *oauthError) {
	g := &grant{user: r.user, scopes: r.scopes, session: r.session}
	reply, bad := t.issueGrant(base, g)
	if bad != nil {
		return nil, bad
	}
	reply.Scope = g.graphScopes()
	if g.has("openid") {
		id, err := t.idToken(base, g, nonce)
		if err != nil {
			return nil, errServer(err)
		}
		reply.IDToken = id
	}
	if g.has("offline_access") {
		reply.RefreshToken = t.entra.newRefresh(r)
	}
	return reply, nil
}

func (t *Tenant) issueGrant(base string, g *grant) (*tokenReply, *oauthError) {
	g.expires = t.now().Add(t.opts.AccessTokenLife)
	token, err := t.accessToken(base, g)
	if err != nil {
		return nil, errServer(err)
	}
	t.entra.mu.Lock()
	defer t.entra.mu.Unlock()
	t.entra.prune(t.now())
	t.entra.access[token] = g
	life := int(t.opts.AccessTokenLife / time.Second)
	// Entra says 3599 for an hour: the second that it took to issue is gone.
	return &tokenReply{TokenType: "Bearer", ExpiresIn: max(life-1, 1), ExtExpiresIn: max(life-1, 1), AccessToken: token}, nil
}

func (d *directory) newRefresh(r refreshToken) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	token := "1.AXoA" + strings.Repeat("A", 4) + randomToken() + randomToken() + randomToken()
	r.issued = d.t.now()
	d.refresh[token] = &r
	return token
}

func subset(asked, granted []string) bool {
	return !slices.ContainsFunc(asked, func(s string) bool { return !slices.Contains(granted, s) })
}
