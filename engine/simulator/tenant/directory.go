package tenant

import (
	"crypto/subtle"
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

	mu            sync.Mutex
	secret        string
	secretExpired bool
	consented     map[string]bool // delegated permissions of the one user
	roles         []string        // application permissions after admin consent
	flows         map[string]*flow
	codes         map[string]*code
	refresh       map[string]*refreshToken
	access        map[string]*grant
}

// grant is what one access token allows.
type grant struct {
	app     bool     // client credentials: scopes are roles
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

type code struct {
	redirect, challenge, nonce string
	scopes                     []string
	issued                     time.Time
	used                       bool
	session                    string
}

type refreshToken struct {
	scopes  []string
	issued  time.Time
	revoked bool
	session string
}

// scopeInfo is a permission in the words of the consent page.
type scopeInfo struct {
	Name, Title, Detail string
	Admin               bool // needs an admin's consent
}

// knownScopes are the delegated permissions that the simulated registration offers.
var knownScopes = []scopeInfo{
	{"openid", "Sign you in", "Allows you to sign in to the app with your work account.", false},
	{"profile", "View your basic profile", "Allows the app to see your name and picture.", false},
	{"email", "View your email address", "Allows the app to read your primary email address.", false},
	{"offline_access", "Maintain access to data you have given it access to", "Allows the app to keep working while you are not using it.", false},
	{"User.Read", "Sign you in and read your profile", "Allows the app to read your profile and basic company information.", false},
	{"Calendars.ReadBasic", "Read basic details of your calendars", "Allows the app to read events without their text and attachments.", false},
	{"Calendars.Read", "Read your calendars", "Allows the app to read events in your calendars.", false},
	{"Calendars.Read.Shared", "Read calendars you can access", "Allows the app to read events in all calendars that you can access, including shared and room calendars.", false},
	{"Calendars.ReadWrite", "Have full access to your calendars", "Allows the app to create, read, update and delete events in your calendars.", false},
	{"Calendars.ReadWrite.Shared", "Read and write calendars you can access", "Allows the app to create, read, update and delete events in all calendars you have permission to access.", false},
	{"Place.Read.All", "Read all company places", "Allows the app to read your company's rooms and room lists.", true},
}

// appRoles are the application permissions that the registration asks for.
var appRoles = []string{"Calendars.Read", "Calendars.ReadWrite", "Place.Read.All"}

func scopeByName(name string) (scopeInfo, bool) {
	i := slices.IndexFunc(knownScopes, func(s scopeInfo) bool { return strings.EqualFold(s.Name, name) })
	if i < 0 {
		return scopeInfo{}, false
	}
	return knownScopes[i], true
}

func newDirectory(t *Tenant) *directory {
	return &directory{t: t, secret: clientSecret, consented: map[string]bool{}, flows: map[string]*flow{},
		codes: map[string]*code{}, refresh: map[string]*refreshToken{}, access: map[string]*grant{}}
}

// parseScopes turns a scope parameter into short names. Graph's resource prefix
// may be Microsoft's or this tenant's own address.
func parseScopes(raw, base string) ([]string, *oauthError) {
	var out []string
	for _, s := range strings.Fields(raw) {
		short := s
		for _, prefix := range []string{"https://graph.microsoft.com/", base + "/"} {
			short = strings.TrimPrefix(short, prefix)
		}
		info, ok := scopeByName(short)
		switch {
		case short == ".default":
			for _, k := range knownScopes {
				out = append(out, k.Name)
			}
		case !ok:
			return nil, oauthErr("invalid_scope", 70011, "The provided request must include a 'scope' input parameter. The provided value for the input parameter 'scope' is not valid. The scope %s is not valid.", s)
		case !slices.Contains(out, info.Name):
			out = append(out, info.Name)
		}
	}
	if len(out) == 0 {
		return nil, errMissing("scope")
	}
	return out, nil
}

// checkTenant accepts the tenant's id and its domain.
func (d *directory) checkTenant(name string) *oauthError {
	switch strings.ToLower(name) {
	case tenantID, strings.ToLower(d.t.office.Domain):
		return nil
	case "common", "organizations":
		return errSingleTenant()
	}
	return errUnknownTenant(name)
}

func (d *directory) currentSecret() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.secret
}

func (d *directory) checkSecret(given string) *oauthError {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case given == "":
		return oauthErr("invalid_client", 7000218, "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.")
	case subtle.ConstantTimeCompare([]byte(given), []byte(d.secret)) != 1:
		return oauthErr("invalid_client", 7000215, "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '%s'.", clientID)
	case d.secretExpired:
		return oauthErr("invalid_client", 7000222, "The provided client secret keys for app '%s' are expired. Visit the Azure portal to create new keys for your app: https://aka.ms/NewClientSecret, or consider using certificate credentials for added security: https://aka.ms/certCreds.", clientID)
	}
	return nil
}

// prune forgets what is long past, so that a demo may run for weeks.
func (d *directory) prune(now time.Time) {
	for k, f := range d.flows {
		if now.Sub(f.started) > flowLife {
			delete(d.flows, k)
		}
	}
	for k, c := range d.codes { // kept past their life: 70008 and 54005 are said for a day
		if now.Sub(c.issued) > 24*time.Hour {
			delete(d.codes, k)
		}
	}
	for k, g := range d.access {
		if now.Sub(g.expires) > 24*time.Hour {
			delete(d.access, k)
		}
	}
	for k, r := range d.refresh {
		if now.Sub(r.issued) > 2*refreshLife {
			delete(d.refresh, k)
		}
	}
}

// newCode records an authorization code for a signed-in user who consented.
func (d *directory) newCode(f *flow) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, s := range f.scopes {
		d.consented[s] = true
	}
	delete(d.flows, f.id)
	id := "1.AXoA" + randomToken() + randomToken()
	d.codes[id] = &code{redirect: f.redirect, challenge: f.challenge, nonce: f.nonce, scopes: f.scopes,
		issued: d.t.now(), session: uuid.NewString()}
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
