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
	ExtExpiresIn int    `json:"ext_expires_in"`
	AccessToken  string `json:"access_token"`
	RefreshToken string `json:"refresh_token,omitempty"`
	IDToken      string `json:"id_token,omitempty"`
}

func (t *Tenant) token(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
	if err := r.ParseForm(); err != nil {
		t.writeTokenError(w, r, oauthErr("invalid_request", 9002313, "Invalid request. Request is malformed or invalid."))
		return
	}
	reply, bad := t.redeem(r)
	if bad != nil {
		t.writeTokenError(w, r, bad)
		return
	}
	writeJSON(w, http.StatusOK, reply)
}

func (t *Tenant) redeem(r *http.Request) (*tokenReply, *oauthError) {
	form := r.PostForm
	id, secret := clientOf(r)
	kind := form.Get("grant_type")
	switch {
	case kind == "":
		return nil, errMissing("grant_type")
	case id == "":
		return nil, errMissing("client_id")
	case id != clientID:
		return nil, errUnknownClient(id, t.office.Company)
	}
	base := t.baseOf(r)
	switch kind {
	case "authorization_code":
		return t.redeemCode(base, form, secret)
	case "refresh_token":
		return t.redeemRefresh(base, form, secret)
	case "client_credentials":
		return t.redeemClient(base, form, secret)
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

func (t *Tenant) redeemCode(base string, form url.Values, secret string) (*tokenReply, *oauthError) {
	if form.Get("code") == "" {
		return nil, errMissing("code")
	}
	if bad := t.entra.checkSecret(secret); bad != nil {
		return nil, bad
	}
	c, bad := t.entra.takeCode(form)
	if bad != nil {
		return nil, bad
	}
	scopes := c.scopes
	if raw := form.Get("scope"); raw != "" {
		asked, bad := parseScopes(raw, base)
		if bad != nil {
			return nil, bad
		}
		if !subset(asked, scopes) {
			return nil, errNoConsent()
		}
	}
	return t.issue(base, scopes, c.nonce, c.session)
}

// takeCode checks a code against the request and marks it used. A code that was
// presented once is spent, even when the verifier was wrong.
func (d *directory) takeCode(form url.Values) (code, *oauthError) {
	d.mu.Lock()
	defer d.mu.Unlock()
	c := d.codes[form.Get("code")]
	switch {
	case c == nil:
		return code{}, oauthErr("invalid_grant", 70000, "The provided value for the input parameter 'code' is not valid.")
	case c.used:
		return code{}, oauthErr("invalid_grant", 54005, "OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing refresh token.")
	}
	c.used = true
	switch {
	case d.t.now().Sub(c.issued) >= codeLife:
		return code{}, oauthErr("invalid_grant", 70008, "The provided authorization code or refresh token has expired due to inactivity. Send a new interactive authorization request for this user and resource.")
	case form.Get("redirect_uri") != c.redirect:
		return code{}, oauthErr("invalid_grant", 500112, "The reply address '%s' does not match the reply address '%s' provided when requesting Authorization code.", form.Get("redirect_uri"), c.redirect)
	case c.challenge != "" && !verifies(form.Get("code_verifier"), c.challenge):
		return code{}, oauthErr("invalid_grant", 501481, "The Code_Verifier does not match the code_challenge supplied in the authorization request.")
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
	if bad := t.entra.checkSecret(secret); bad != nil {
		return nil, bad
	}
	old, bad := t.entra.checkRefresh(form.Get("refresh_token"))
	if bad != nil {
		return nil, bad
	}
	scopes := old.scopes
	if raw := form.Get("scope"); raw != "" {
		asked, bad := parseScopes(raw, base)
		if bad != nil {
			return nil, bad
		}
		if !subset(asked, scopes) && !t.entra.allConsented(asked) {
			return nil, errNoConsent()
		}
		if slices.Contains(scopes, "offline_access") && !slices.Contains(asked, "offline_access") {
			asked = append(asked, "offline_access") // a refresh always rotates the refresh token
		}
		scopes = asked
	}
	return t.issue(base, scopes, "", old.session)
}

// checkRefresh finds a refresh token. Using it does not revoke it: Entra leaves
// the old one valid beside the new one.
func (d *directory) checkRefresh(token string) (refreshToken, *oauthError) {
	d.mu.Lock()
	defer d.mu.Unlock()
	r := d.refresh[token]
	switch {
	case r == nil:
		return refreshToken{}, oauthErr("invalid_grant", 70000, "Provided grant is invalid or malformed.")
	case r.revoked:
		return refreshToken{}, oauthErr("invalid_grant", 50173, "The provided grant has expired due to it being revoked, a fresh auth token is needed. The user might have changed or reset their password. The grant was issued on '%s'.", r.issued.UTC().Format(time.RFC3339Nano))
	case d.t.now().Sub(r.issued) >= refreshLife:
		e := oauthErr("invalid_grant", 700082, "The refresh token has expired due to inactivity.\u00a0The token was issued on %s and was inactive for 90.00:00:00.", r.issued.UTC().Format("2006-01-02T15:04:05.0000000Z"))
		e.SubError = "bad_token"
		return refreshToken{}, e
	}
	return *r, nil
}

func (t *Tenant) redeemClient(base string, form url.Values, secret string) (*tokenReply, *oauthError) {
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
	return t.issueGrant(base, &grant{app: true, scopes: roles, session: uuid.NewString()})
}

func (t *Tenant) issue(base string, scopes []string, nonce, session string) (*tokenReply, *oauthError) {
	g := &grant{scopes: scopes, session: session}
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
		reply.RefreshToken = t.entra.newRefresh(scopes, session)
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

func (d *directory) newRefresh(scopes []string, session string) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	token := "1.AXoA" + strings.Repeat("A", 4) + randomToken() + randomToken() + randomToken()
	d.refresh[token] = &refreshToken{scopes: scopes, issued: d.t.now(), session: session}
	return token
}

func subset(asked, granted []string) bool {
	return !slices.ContainsFunc(asked, func(s string) bool { return !slices.Contains(granted, s) })
}

func errNoConsent() *oauthError {
	e := oauthErr("invalid_grant", 65001, "The user or administrator has not consented to use the application with ID '%s' named '%s'. Send an interactive authorization request for this user and resource.", clientID, appName)
	e.SubError = "consent_required"
	return e
}

func errServer(err error) *oauthError {
	return oauthErr("server_error", 90033, "A transient error has occurred. Please try again. (%v)", err)
}
