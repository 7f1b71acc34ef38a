package tenant

import (
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
)

// Lives of Entra's artefacts; the access token's is an option.
const (
	codeLife    = 10 * time.Minute
	flowLife    = 15 * time.Minute
	refreshLife = 90 * 24 * time.Hour // of inactivity
)

// directory is the state of the simulated Entra ID. It has its own lock, so
// that signing in never waits for a calendar.
type directory struct {
	t   *Tenant
	key signingKey

	mu      sync.Mutex
	reg     Registration
	secrets []ClientSecret
	flows   map[string]*flow
	codes   map[string]*code
	devices []*deviceGrantee
	refresh map[string]*refreshToken
	access  map[string]*grant

	everybody     map[string]bool            // delegated permissions that an admin granted for all
	own           map[string]map[string]bool // what accounts consented to for themselves, by account id
	roles         []string                   // application permissions after admin consent
	noUserConsent bool

	disabled  map[string]bool // accounts, by lower-case name
	blocked   bool            // by Conditional Access
	frequency time.Duration   // of sign-ins, by Conditional Access; 0 = none
}

// grant is what one access token allows.
type grant struct {
	app     bool     // client credentials: scopes are roles
	user    Account  // unless app
	scopes  []string // short names, such as "Calendars.Read"
	session string
	expires time.Time
	expired bool // by ExpireAccessTokens
}

func (g *grant) has(anyOf ...string) bool {
	return slices.ContainsFunc(anyOf, func(s string) bool { return slices.Contains(g.scopes, s) })
}

// graphScopes is the "scope" of a token reply: offline_access is never in it.
func (g *grant) graphScopes() string {
	return strings.Join(slices.DeleteFunc(slices.Clone(g.scopes), func(s string) bool { return s == "offline_access" }), " ")
}

// owns reports whether the token's user is the one that a path names.
func (g *grant) owns(name string) bool {
	return !g.app && (name == g.user.ID || strings.EqualFold(name, g.user.Username))
}

type code struct {
	user                       Account
	endpoint                   string // tenantID, "organizations" or "common": where it has to be redeemed
	redirect, challenge, nonce string
	scopes                     []string
	issued                     time.Time
	used                       bool
	session                    string
}

type refreshToken struct {
	user     Account
	platform Platform
	scopes   []string
	issued   time.Time
	signedIn time.Time   // when a person last signed in; refreshing keeps it
	ended    *oauthError // why it is refused, if it is
	session  string
}

func newDirectory(t *Tenant, reg Registration) *directory {
	// The demo's secret is a month old, so that it is older than anything a test books.
	first := ClientSecret{KeyID: "4d1c9a7e-0b52-4f8e-9d36-b7c1e2f3a455", Name: appName, Value: clientSecret,
		Start: t.now().AddDate(0, -1, 0), End: t.now().Add(secretLife)}
	return &directory{t: t, reg: reg.clone(), secrets: []ClientSecret{first}, flows: map[string]*flow{}, codes: map[string]*code{},
		refresh: map[string]*refreshToken{}, access: map[string]*grant{}, everybody: map[string]bool{},
		own: map[string]map[string]bool{}, disabled: map[string]bool{}}
}

// endpointOf says which endpoint a tenant's name in a URL means: the tenant's
// own by id or domain, or one of those that leave the tenant open.
func (d *directory) endpointOf(name string) (string, *oauthError) {
	switch low := strings.ToLower(name); low {
	case tenantID, strings.ToLower(d.t.office.Domain):
		return tenantID, nil
	case "common", "organizations":
		if !d.registration().MultiTenant {
			return low, errSingleTenant()
		}
		return low, nil
	}
	return "", errUnknownTenant(name)
}

// prune forgets what is long past, so that a demo may run for weeks. Call with
// mu held.
func (d *directory) prune(now time.Time) {
	forget := func(at time.Time, life time.Duration) bool { return now.Sub(at) > life }
	maps.DeleteFunc(d.flows, func(_ string, f *flow) bool { return forget(f.started, flowLife) })
	// Codes are kept past their life: 70008 and 54005 are said for a day.
	maps.DeleteFunc(d.codes, func(_ string, c *code) bool { return forget(c.issued, 24*time.Hour) })
	maps.DeleteFunc(d.access, func(_ string, g *grant) bool { return forget(g.expires, 24*time.Hour) })
	maps.DeleteFunc(d.refresh, func(_ string, r *refreshToken) bool { return forget(r.issued, 2*refreshLife) })
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

func (d *directory) drop(flowID string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.flows, flowID)
}

// newCode ends a flow with an authorization code.
func (d *directory) newCode(f *flow) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.flows, f.id)
	id := "1.AXoA" + randomToken() + randomToken()
	d.codes[id] = &code{user: f.user, endpoint: f.endpoint, redirect: f.redirect, challenge: f.challenge, nonce: f.nonce,
		scopes: f.scopes, issued: d.t.now(), session: uuid.NewString()}
	return id
}

// lookup finds the grant behind a bearer token; expired tells an old token
// from a false one.
func (d *directory) lookup(token string) (g *grant, expired bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	g = d.access[token]
	if g == nil {
		return nil, false
	}
	if g.expired || !d.t.now().Before(g.expires) {
		return nil, true
	}
	return g, false
}
