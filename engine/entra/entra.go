// Package entra signs a person in to Microsoft Entra ID and keeps them signed
// in: authorization code flow with PKCE through the system browser and a
// loopback redirect, refresh with rotation, and an explanation a person can act
// on for every error that an admin is likely to meet.
//
// Start with [SignIn], which gives [Tokens]; [Resume] turns them into a
// [Session] that hands out access tokens for Microsoft Graph, at once and after
// any restart. The package knows nothing of the Graph SDK, of the store or of
// the user interface: opening a browser and saving tokens are functions that
// the caller gives.
//
// The files: cloud.go (where Microsoft is), credentials.go (what an admin types
// in), signin.go (the flow), loopback.go and page.go (the answer to the browser),
// identity.go (who signed in), session.go (staying signed in), error.go and
// aadsts.go (what went wrong, and what to do).
//
// Protocol facts are Microsoft's (learn.microsoft.com/entra/identity-platform),
// RFC 6749, RFC 7636 (PKCE) and RFC 8252 (native apps).
package entra

import (
	"slices"
	"strings"
	"time"
)

// Tokens are the outcome of a sign-in: a secret as a whole. They are plain data,
// fit for JSON, to be sealed before they are stored.
type Tokens struct {
	Account Account   `json:"account"`
	Access  string    `json:"access"`
	Expiry  time.Time `json:"expiry"` // of Access, by this computer's clock
	Refresh string    `json:"refresh"`
	// Scopes are the permissions that were granted, as Microsoft wrote them.
	Scopes []string `json:"scopes"`
}

// Has reports whether a permission was granted, given by its short name, such
// as "Place.Read.All".
func (t Tokens) Has(scope string) bool {
	return slices.ContainsFunc(t.Scopes, func(s string) bool {
		return strings.EqualFold(s[strings.LastIndexByte(s, '/')+1:], scope)
	})
}

// Account is who signed in, as the id_token says. TenantID and ObjectID together
// identify a user for ever; the rest is for people to read and may change.
type Account struct {
	Tenant   string `json:"tenant"`   // the domain of Username; TenantID where it has none
	TenantID string `json:"tenantId"` // GUID
	ObjectID string `json:"objectId"` // GUID, the same as Graph's user id
	Username string `json:"username"` // such as "ada@contoso.com"; may be empty
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
