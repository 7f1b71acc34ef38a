package tenant

import (
	"strings"
	"time"
)

// The ways in which a sign-in ends before its time. Each method does what a
// person or a policy does to the tenant; the AADSTS code in its comment is what
// the next refresh answers. Access tokens live on until they expire, as Entra's
// do; see ExpireAccessTokens. Two ends need no method: a refresh token unused
// for 90 days (AADSTS700082, by the clock) and a disabled registration
// (AADSTS7000112, see EditRegistration). SetDisabled disables an account.

// ExpireAccessTokens makes Graph refuse every access token issued so far.
func (t *Tenant) ExpireAccessTokens() {
	t.entra.mu.Lock()
	defer t.entra.mu.Unlock()
	for _, g := range t.entra.access {
		g.expired = true
	}
}

// RevokeRefreshTokens does what an admin's "Revoke sessions" does: refreshing
// with any token issued so far fails with AADSTS50173.
func (t *Tenant) RevokeRefreshTokens() { t.endAll(errRevoked) }

// ResetPassword does what an admin's "Reset password" does: AADSTS50173, the
// same as RevokeRefreshTokens. The account's password stays what it is.
func (t *Tenant) ResetPassword() { t.endAll(errRevoked) }

// ChangePassword ends sessions because the user changed the password
// (AADSTS50133). Entra spares those of confidential clients (graph.md 1.5); the
// simulator doesn't, because tests want to see it.
func (t *Tenant) ChangePassword() {
	t.endAll(func(refreshToken, time.Time) *oauthError {
		return badToken(50133, "Session isn't valid due to password expiration or recent password change.")
	})
}

// ExpirePassword ends sessions because the password is too old (AADSTS50132).
func (t *Tenant) ExpirePassword() {
	t.endAll(func(refreshToken, time.Time) *oauthError {
		return badToken(50132, "Session isn't valid due to password expiration or recent password change.")
	})
}

// RequireMFA has Conditional Access ask for a second factor: refreshing with any
// token issued so far answers interaction_required, AADSTS50076, suberror
// basic_action and claims to send along. Who signs in again passes it.
func (t *Tenant) RequireMFA() {
	t.endAll(func(refreshToken, time.Time) *oauthError {
		e := oauthErr("interaction_required", 50076, "Due to a configuration change made by your administrator, or because you moved to a new location, you must use multi-factor authentication to access '00000003-0000-0000-c000-000000000000'.")
		e.SubError, e.Claims = "basic_action", policyClaims
		return e
	})
}

// BlockAccess has Conditional Access block everybody, or ends that: refreshing
// answers AADSTS53003 with suberror message_only, signing in ends on Microsoft's
// own page. Client credentials are not blocked: such policies are for users.
func (t *Tenant) BlockAccess(on bool) {
	t.entra.mu.Lock()
	defer t.entra.mu.Unlock()
	t.entra.blocked = on
}

// SetSignInFrequency has Conditional Access ask for a new sign-in every d, by
// the tenant's clock: a refresh later than that answers AADSTS70043. 0 ends it.
func (t *Tenant) SetSignInFrequency(d time.Duration) {
	t.entra.mu.Lock()
	defer t.entra.mu.Unlock()
	t.entra.frequency = d
}

// WithdrawConsent does what deleting the enterprise application's permissions
// does: everybody is asked again, refreshing answers AADSTS65001, and app-only
// tokens issued from now on carry no roles.
func (t *Tenant) WithdrawConsent() {
	t.entra.mu.Lock()
	defer t.entra.mu.Unlock()
	clear(t.entra.everybody)
	clear(t.entra.own)
	t.entra.roles = nil
}

func (t *Tenant) endAll(why func(r refreshToken, now time.Time) *oauthError) {
	t.entra.mu.Lock()
	defer t.entra.mu.Unlock()
	for _, r := range t.entra.refresh {
		if r.ended == nil {
			r.ended = why(*r, t.now())
		}
	}
}

func errRevoked(r refreshToken, now time.Time) *oauthError {
	return oauthErr("invalid_grant", 50173, "The provided grant has expired due to it being revoked, a fresh auth token is needed. The user might have changed or reset their password. The grant was issued on '%s' and the TokensValidFrom date (before which tokens are not valid) for this user is '%s'.",
		stampJSON(r.issued), stampJSON(now))
}

// policyClaims is what a Conditional Access challenge asks the client to repeat
// in its next authorization request.
const policyClaims = `{"access_token":{"capolids":{"essential":true,"values":["6b0e5f0c-2b7e-4a53-9d43-9f1f9b7a3c11"]}}}`

func badToken(code int, format string, args ...any) *oauthError {
	e := oauthErr("invalid_grant", code, format, args...)
	e.SubError = "bad_token"
	return e
}

func errBlocked(kind string) *oauthError {
	e := oauthErr(kind, 53003, "Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.")
	e.SubError, e.Claims = "message_only", policyClaims
	return e
}

func errDisabledAccount() *oauthError {
	return oauthErr("invalid_grant", 50057, "The user account is disabled.")
}

func errNotAssigned(kind string, a Account) *oauthError {
	return oauthErr(kind, 50105, "Your administrator has configured the application %s ('%s') to block users unless they are specifically granted ('assigned') access to the application. The signed in user '%s' is blocked because they are not a direct member of a group with access, nor had access directly assigned by an administrator. Please contact your administrator to assign access to this application.", appName, clientID, a.Username)
}

// checkRefresh finds a refresh token and everything that speaks against it.
// Using it does not revoke it: Entra leaves the old one valid beside the new one.
func (d *directory) checkRefresh(token string) (refreshToken, *oauthError) {
	d.mu.Lock()
	defer d.mu.Unlock()
	r := d.refresh[token]
	if r == nil {
		return refreshToken{platform: d.reg.Platform}, oauthErr("invalid_grant", 70000, "Provided grant is invalid or malformed.")
	}
	now := d.t.now()
	switch {
	case r.ended != nil:
		return *r, r.ended
	case now.Sub(r.issued) >= refreshLife:
		return *r, badToken(700082, "The refresh token has expired due to inactivity.\u00a0The token was issued on %s and was inactive for 90.00:00:00.", stampJSON(r.issued))
	case d.frequency > 0 && now.Sub(r.signedIn) >= d.frequency:
		e := badToken(70043, "The refresh token has expired or is invalid due to sign-in frequency checks by conditional access. The token was issued on %s and the maximum allowed lifetime for this request is %d.", stampJSON(r.signedIn), int(d.frequency/time.Second))
		e.SubError = "token_expired"
		return *r, e
	case d.disabled[strings.ToLower(r.user.Username)]:
		return *r, errDisabledAccount()
	case d.blocked:
		return *r, errBlocked("invalid_grant")
	case !d.reg.lets(r.user):
		return *r, errNotAssigned("invalid_grant", r.user)
	}
	return *r, nil
}
