package tenant

import (
	"net/url"
	"slices"
	"strings"
)

// Platform is where the redirect URIs of a registration stand in the portal. It
// decides what kind of client redeems their codes (graph.md 1.2).
type Platform int

const (
	// Web is the platform of confidential clients: codes and refresh tokens are
	// redeemed with a client secret (AADSTS7000218 without one).
	Web Platform = iota
	// Public is "Mobile and desktop applications": a secret is refused
	// (AADSTS700025) and PKCE is required. Client credentials still work with a
	// secret, because that grant has no redirect URI.
	Public
)

// Registration is the app registration as an admin set it up in the portal. The
// zero value is what the demo uses: platform Web, /roomink, one tenant, every
// permission that Roomink could want.
type Registration struct {
	Platform Platform
	// RedirectPaths are those of http://localhost, such as "/roomink". Port and
	// host are no matter of choice: Entra ignores the first and takes http for
	// localhost only. nil = the path of RegisteredRedirect.
	RedirectPaths []string
	// MultiTenant is "Accounts in any organizational directory": the endpoints of
	// /organizations and /common work. Otherwise they say AADSTS50194.
	MultiTenant bool
	// Delegated and Application are the configured permissions of Microsoft Graph,
	// which ".default" and "Grant admin consent" stand for. Delegated ones may be
	// asked for without being configured, as with the real v2.0 endpoints; an
	// application permission can't. nil = the demo's; empty = none.
	Delegated, Application []string
	// Disabled refuses everybody and the app itself (AADSTS7000112).
	Disabled bool
	// AssignmentRequired lets only those sign in who are Assigned, by address;
	// administrators too have to be (AADSTS50105).
	AssignmentRequired bool
	Assigned           []string
}

// Registration returns a copy of the registration in force, defaults filled in.
func (t *Tenant) Registration() Registration {
	t.entra.mu.Lock()
	defer t.entra.mu.Unlock()
	return t.entra.reg.clone()
}

// EditRegistration changes the registration, as an admin in the portal does. It
// holds for every request from now on. Consent that was given stays: see
// WithdrawConsent and GrantAdminConsent.
func (t *Tenant) EditRegistration(edit func(*Registration)) {
	t.entra.mu.Lock()
	defer t.entra.mu.Unlock()
	r := t.entra.reg.clone()
	edit(&r)
	t.entra.reg = r.clone()
}

// clone fills in the defaults and shares no slice with r.
func (r Registration) clone() Registration {
	set := func(list *[]string, def []string) {
		if *list == nil {
			*list = def
		}
		*list = append([]string{}, *list...) // never nil again
	}
	registered, _ := url.Parse(RegisteredRedirect)
	set(&r.RedirectPaths, []string{registered.Path})
	set(&r.Delegated, defaultDelegated)
	set(&r.Application, defaultApplication)
	r.Assigned = slices.Clone(r.Assigned)
	return r
}

// redirects reports whether a redirect URI is registered: for http://localhost
// the port is ignored (RFC 8252 7.3), the path is case-sensitive.
func (r Registration) redirects(uri string) bool {
	u, err := url.Parse(uri)
	if err != nil || u.Scheme != "http" || !strings.EqualFold(u.Hostname(), "localhost") ||
		strings.ContainsAny(uri, "?#") || u.User != nil {
		return false
	}
	return slices.ContainsFunc(r.RedirectPaths, func(p string) bool {
		return p == u.Path || strings.Trim(p+u.Path, "/") == ""
	})
}

// lets reports whether the assignment of users lets an account in.
func (r Registration) lets(a Account) bool {
	return !r.AssignmentRequired ||
		slices.ContainsFunc(r.Assigned, func(s string) bool { return strings.EqualFold(s, a.Username) })
}

// checkClient finds the registration that a client_id means, and whether it is
// enabled.
func (d *directory) checkClient(id string) *oauthError {
	switch {
	case id == "":
		return errMissing("client_id")
	case id != clientID:
		return errUnknownClient(id, d.t.office.Company)
	case d.registration().Disabled:
		return errAppDisabled()
	}
	return nil
}

func (d *directory) registration() Registration {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.reg // its slices are never altered in place
}
