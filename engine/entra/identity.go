package entra

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
)

// clockLeeway is by how much this computer's clock may differ from Microsoft's;
// Microsoft's own libraries use the same five minutes.
const clockLeeway = 5 * time.Minute

// identify verifies an id_token (signature, issuer, audience, nonce, life) and
// reads who signed in
// (learn.microsoft.com/entra/identity-platform/id-token-claims-reference).
func (f *flow) identify(ctx context.Context, rawIDToken string) (Account, error) {
	meta, err := f.discover(ctx)
	if err != nil {
		return Account{}, err
	}
	keys := oidc.NewRemoteKeySet(oidc.ClientContext(ctx, f.client), meta.JWKSURL)
	token, err := oidc.NewVerifier(meta.IssuerURL, keys, &oidc.Config{
		ClientID:        f.c.ClientID,
		SkipIssuerCheck: true, // checkIssuer does it, because the issuer may be a template
		SkipExpiryCheck: true, // checkClock does it, with leeway on both sides and in words
	}).Verify(ctx, rawIDToken)
	if err != nil {
		return Account{}, err
	}
	var claims struct {
		TenantID  string `json:"tid"`
		ObjectID  string `json:"oid"`
		Username  string `json:"preferred_username"`
		Name      string `json:"name"`
		NotBefore int64  `json:"nbf"`
	}
	if err := token.Claims(&claims); err != nil {
		return Account{}, fmt.Errorf("read claims: %w", err)
	}
	switch {
	case token.Nonce != f.nonce:
		return Account{}, errors.New("the id_token answers another sign-in (nonce differs)")
	case claims.TenantID == "" || claims.ObjectID == "":
		return Account{}, errors.New("the id_token names no account (tid or oid is missing)")
	}
	if err := f.checkIssuer(meta.IssuerURL, token.Issuer, claims.TenantID); err != nil {
		return Account{}, err
	}
	if err := f.checkClock(time.Unix(claims.NotBefore, 0), token.Expiry); err != nil {
		return Account{}, err
	}
	return Account{Tenant: tenantName(claims.Username, claims.TenantID), TenantID: claims.TenantID,
		ObjectID: claims.ObjectID, Username: claims.Username, Name: claims.Name}, nil
}

// anyTenant stands in the issuer of metadata that serve all tenants
// (learn.microsoft.com/entra/identity-platform/access-tokens, "Validate the issuer").
const anyTenant = "{tenantid}"

// checkIssuer compares the issuer of an id_token with that of the metadata, and
// both with the token's tenant.
func (f *flow) checkIssuer(known, issuer, tenantID string) error {
	if f.c.Tenant == AnyOrganization {
		if !isGUID(tenantID) {
			return fmt.Errorf("the id_token is of tenant %q", tenantID)
		}
		known = strings.ReplaceAll(known, anyTenant, tenantID)
	}
	switch {
	case issuer != known:
		return fmt.Errorf("the id_token was issued by a different provider, %q in place of %q", issuer, known)
	case !strings.Contains(known, "/"+tenantID+"/"):
		return fmt.Errorf("the id_token is of tenant %s, its issuer is %s", tenantID, known)
	}
	return nil
}

// checkClock refuses a computer whose clock is so wrong that a fresh token looks
// expired or not yet valid: its signs would show the wrong meetings as well.
func (f *flow) checkClock(notBefore, expiry time.Time) error {
	now := f.o.Now()
	var off time.Duration
	var word string
	switch {
	case now.Add(clockLeeway).Before(notBefore):
		off, word = notBefore.Sub(now), "behind"
	case now.Add(-clockLeeway).After(expiry):
		off, word = now.Sub(expiry), "ahead of"
	default:
		return nil
	}
	return &Error{Op: f.op(), At: now,
		Title:  fmt.Sprintf("This computer's clock is at least %s %s Microsoft's", off.Round(time.Minute), word),
		Remedy: "Set date, time and time zone of this computer, best by switching on \"set automatically\", then sign in again."}
}

// discover reads the tenant's OpenID metadata. go-oidc's own discovery insists
// that the issuer equals the address asked for, but Entra, asked by a domain,
// answers with the tenant's ID; so the document is read here and its issuer is
// compared with the tenant where that is an ID, later with the id_token.
func (f *flow) discover(ctx context.Context) (oidc.ProviderConfig, error) {
	var meta oidc.ProviderConfig
	addr := f.c.Cloud.endpoint(f.c.Tenant, "/v2.0/.well-known/openid-configuration")
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, addr, nil)
	if err != nil {
		return meta, err
	}
	resp, err := f.client.Do(req)
	if err != nil {
		return meta, fmt.Errorf("read OpenID metadata: %w", err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return meta, f.c.notMicrosoft(f.op(), resp.StatusCode, fmt.Errorf("read OpenID metadata at %s: HTTP status %d", addr, resp.StatusCode), f.o.Now())
	}
	if err := json.NewDecoder(io.LimitReader(resp.Body, 1<<20)).Decode(&meta); err != nil {
		return meta, f.c.notMicrosoft(f.op(), 0, fmt.Errorf("read OpenID metadata at %s: %w", addr, err), f.o.Now())
	}
	if isGUID(f.c.Tenant) && !strings.Contains(strings.ToLower(meta.IssuerURL), "/"+strings.ToLower(f.c.Tenant)+"/") {
		return meta, fmt.Errorf("OpenID metadata of tenant %s name the issuer %q", f.c.Tenant, meta.IssuerURL)
	}
	u, err := url.Parse(meta.JWKSURL)
	if err != nil || u.Scheme != "https" && !isLoopback(u.Hostname()) {
		return meta, fmt.Errorf("OpenID metadata at %s name no safe address of the keys", addr)
	}
	return meta, nil
}

func tenantName(username, tenantID string) string {
	if _, domain, ok := strings.Cut(username, "@"); ok && domain != "" {
		return domain
	}
	return tenantID
}
