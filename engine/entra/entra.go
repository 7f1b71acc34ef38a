// Package entra connects to Microsoft Entra ID and stays connected, in the two
// ways that there are:
//
//   - [SignIn] lets a person sign in: authorization code flow with PKCE through the
//     system browser and a loopback redirect; renewed by refresh tokens.
//   - [Approve] lets an administrator approve the app for the whole organisation in
//     the browser; from then on the app asks for tokens by itself, with its secret
//     (client credentials).
//
// Start there. Both give [Tokens]; [Resume] turns them into a [Session] that hands
// out access tokens for Microsoft Graph, at once and after any restart. For every
// error that an admin is likely to meet there are words that a person can act on.
// The package knows nothing of the Graph SDK, of the store or of the user
// interface: opening a browser and saving tokens are functions that the caller
// gives.
//
// The files: cloud.go (where Microsoft is) and links.go (pages of its admin
// centre), credentials.go and problems.go (what an admin types in), signin.go,
// approve.go and flow.go (the two ways and what they share), loopback.go, callback.go
// and page.go (the answer to the browser), identity.go and claims.go (who it was),
// session.go and renew.go (staying connected), error.go, network.go, aadsts.go and
// oauth.go (what went wrong, and what to do).
//
// Protocol facts are Microsoft's (learn.microsoft.com/entra/identity-platform),
// RFC 6749, RFC 7636 (PKCE) and RFC 8252 (native apps).
package entra

import (
	"slices"
	"strings"
	"time"
)

// Tokens are the outcome of a sign-in or an approval: a secret as a whole. They are
// plain data, fit for JSON, to be sealed before they are stored.
type Tokens struct {
	// AppOnly says that they are of the app itself, after an approval. There is no
	// Refresh then: the client secret gives new ones.
	AppOnly bool      `json:"appOnly,omitempty"`
	Account Account   `json:"account"`
	Access  string    `json:"access"`
	Expiry  time.Time `json:"expiry"` // of Access, by this computer's clock
	Refresh string    `json:"refresh"`
	// Scopes are the permissions that were granted, as Microsoft wrote them. With
	// AppOnly they are the roles that could be read from Access; none is no error,
	// because Exchange may grant rights that a token doesn't name (RBAC for
	// Applications).
	Scopes []string `json:"scopes"`
}

// Has reports whether a permission was granted, given by its short name, such
// as "Place.Read.All".
func (t Tokens) Has(scope string) bool {
	return slices.ContainsFunc(t.Scopes, func(s string) bool {
		return strings.EqualFold(s[strings.LastIndexByte(s, '/')+1:], scope)
	})
}

// String names the account and leaves the tokens out, so that no log or error can
// show them by accident.
func (t Tokens) String() string {
	return "tokens of " + t.Account.DisplayName() + " with " + strings.Join(t.Scopes, " ")
}

// Account is who is connected. TenantID and ObjectID together identify a user for
// ever; the rest is for people to read and may change. Of an app, it holds what
// could be read from its access token: for people only, never a proof of anything.
type Account struct {
	Tenant   string `json:"tenant"`   // a domain, as far as one is known; else TenantID
	TenantID string `json:"tenantId"` // GUID
	ObjectID string `json:"objectId"` // GUID: Graph's user id, or that of the app's service principal
	Username string `json:"username"` // such as "ada@contoso.com"; empty for an app, and may be otherwise
	Name     string `json:"name"`     // display name; may be empty
}

// DisplayName is how to address the account on a screen.
func (a Account) DisplayName() string {
	for _, s := range []string{a.Name, a.Username, a.ObjectID} {
		if s != "" {
			return s
		}
	}
	return ""
}
