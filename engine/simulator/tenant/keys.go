package tenant

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"github.com/google/uuid"
)

// signingKey is the tenant's RS256 key. It is made when the first token is
// issued, because an RSA key costs more than everything else in New.
type signingKey struct {
	once   sync.Once
	key    *rsa.PrivateKey
	kid    string
	signer jose.Signer
	err    error
}

func (k *signingKey) load() error {
	k.once.Do(func() {
		if k.key, k.err = rsa.GenerateKey(rand.Reader, 2048); k.err != nil {
			return
		}
		k.kid = randomToken()[:27]
		k.signer, k.err = jose.NewSigner(
			jose.SigningKey{Algorithm: jose.RS256, Key: jose.JSONWebKey{Key: k.key, KeyID: k.kid}},
			(&jose.SignerOptions{}).WithType("JWT"))
	})
	return k.err
}

func (k *signingKey) sign(claims map[string]any) (string, error) {
	if err := k.load(); err != nil {
		return "", fmt.Errorf("make signing key: %w", err)
	}
	return jwt.Signed(k.signer).Claims(claims).Serialize()
}

func (k *signingKey) public() (jose.JSONWebKeySet, error) {
	if err := k.load(); err != nil {
		return jose.JSONWebKeySet{}, err
	}
	return jose.JSONWebKeySet{Keys: []jose.JSONWebKey{
		{Key: k.key.Public(), KeyID: k.kid, Use: "sig", Algorithm: string(jose.RS256)}}}, nil
}

// idToken makes a v2.0 id_token
// (learn.microsoft.com/entra/identity-platform/id-token-claims-reference).
func (t *Tenant) idToken(base string, g *grant, nonce string) (string, error) {
	now := t.now()
	c := map[string]any{
		"ver": "2.0", "iss": base + "/" + tenantID + "/v2.0", "aud": clientID,
		"iat": now.Unix(), "nbf": now.Unix(), "exp": now.Add(time.Hour).Unix(),
		"sub": pairwiseSubject(g.user), "tid": tenantID, "sid": g.session,
		"uti": randomToken()[:22], "rh": "1.AAAA.", "aio": randomToken(),
	}
	if g.has("profile") {
		c["oid"], c["name"], c["preferred_username"] = g.user.ID, g.user.Name, g.user.Username
	}
	if g.has("email") {
		c["email"] = g.user.Username
	}
	if nonce != "" {
		c["nonce"] = nonce
	}
	return t.entra.key.sign(c)
}

// pairwiseSubject stands for a user towards this one app only.
func pairwiseSubject(a Account) string {
	sum := sha256.Sum256([]byte(clientID + a.ID))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// accessToken makes a JWT as Graph's are, though clients must not look inside
// but for the setup check that reads "roles".
func (t *Tenant) accessToken(base string, g *grant) (string, error) {
	now := t.now()
	c := map[string]any{
		"aud": "https://graph.microsoft.com", "iss": base + "/" + tenantID + "/",
		"iat": now.Unix(), "nbf": now.Unix(), "exp": g.expires.Unix(), "appid": clientID,
		"app_displayname": appName, "appidacr": "1", "tid": tenantID, "ver": "1.0", "uti": uuid.NewString(),
	}
	if g.app {
		c["idtyp"], c["oid"], c["sub"] = "app", ServicePrincipalID, ServicePrincipalID
		if len(g.scopes) > 0 { // Entra leaves the claim out when nothing was consented
			c["roles"] = g.scopes
		}
	} else {
		c["idtyp"], c["oid"], c["upn"], c["name"] = "user", g.user.ID, g.user.Username, g.user.Name
		c["scp"] = g.graphScopes()
	}
	return t.entra.key.sign(c)
}

func (t *Tenant) serveKeys(w http.ResponseWriter, _ *http.Request) {
	set, err := t.entra.key.public()
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	writeJSON(w, http.StatusOK, set)
}

// serveDiscovery serves the OpenID metadata. They know nothing of an app, so the
// endpoints that leave the tenant open are always there, with a template for an
// issuer.
func (t *Tenant) serveDiscovery(w http.ResponseWriter, r *http.Request, endpoint string, wrong *oauthError) {
	if endpoint == "" {
		wrong.Error = "invalid_tenant"
		t.writeTokenError(w, r, wrong)
		return
	}
	base := t.baseOf(r)
	at, issuer := base+"/"+endpoint, base+"/"+tenantID+"/v2.0"
	if endpoint != tenantID {
		issuer = base + "/{tenantid}/v2.0"
	}
	writeJSON(w, http.StatusOK, map[string]any{
		"issuer":                                issuer,
		"authorization_endpoint":                at + "/oauth2/v2.0/authorize",
		"token_endpoint":                        at + "/oauth2/v2.0/token",
		"jwks_uri":                              at + "/discovery/v2.0/keys",
		"token_endpoint_auth_methods_supported": []string{"client_secret_post", "client_secret_basic"},
		"response_modes_supported":              []string{"query", "fragment"},
		"response_types_supported":              []string{"code"},
		"subject_types_supported":               []string{"pairwise"},
		"id_token_signing_alg_values_supported": []string{"RS256"},
		"scopes_supported":                      []string{"openid", "profile", "email", "offline_access"},
		"claims_supported":                      []string{"sub", "iss", "aud", "exp", "iat", "nonce", "preferred_username", "name", "tid", "ver", "email"},
		"tenant_region_scope":                   "EU",
		"cloud_instance_name":                   "simulated",
		"msgraph_host":                          base,
	})
}
