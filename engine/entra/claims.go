package entra

import (
	"bytes"
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"
)

// appTokens asks for tokens of the app itself (client credentials grant, RFC 6749
// 4.4) at c.Tenant. readable says that the access token could be looked into.
// Errors are *[Error], or wrap the end of ctx.
func (c Credentials) appTokens(ctx context.Context, client *http.Client, op string, now func() time.Time) (t Tokens, readable bool, err error) {
	conf := clientcredentials.Config{ClientID: c.ClientID, ClientSecret: c.sentSecret(), TokenURL: c.tokenURL(),
		Scopes: []string{c.Cloud.defaultScope()}, AuthStyle: oauth2.AuthStyleInParams}
	tok, err := conf.Token(context.WithValue(ctx, oauth2.HTTPClient, client))
	if err != nil {
		return Tokens{}, false, c.requestFailure(ctx, op, err, now())
	}
	claims, readable := readAppClaims(tok.AccessToken)
	return Tokens{AppOnly: true, Access: tok.AccessToken, Expiry: expiry(tok, now()), Scopes: claims.Roles,
		Account: Account{TenantID: claims.TenantID, ObjectID: claims.ObjectID, Name: claims.Name}}, readable, nil
}

// appClaims are what people like to see of an app's access token.
type appClaims struct {
	TenantID string   `json:"tid"`
	ObjectID string   `json:"oid"` // of the service principal
	Name     string   `json:"app_displayname"`
	Roles    []string `json:"roles"` // application permissions
}

// readAppClaims looks into an access token as far as that goes. Access tokens of
// Graph are opaque by contract, so nothing may depend on it: what can't be read
// stays empty, and nothing is verified.
func readAppClaims(accessToken string) (c appClaims, readable bool) {
	parts := strings.Split(accessToken, ".")
	if len(parts) != 3 || len(accessToken) > 1<<16 {
		return appClaims{}, false
	}
	payload, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(parts[1], "="))
	if err != nil || !json.Valid(payload) || !bytes.HasPrefix(bytes.TrimSpace(payload), []byte("{")) {
		return appClaims{}, false
	}
	_ = json.Unmarshal(payload, &c) // a claim of an unexpected type is left out, the others are read
	if !isGUID(c.TenantID) {
		c.TenantID = ""
	}
	if !isGUID(c.ObjectID) {
		c.ObjectID = ""
	}
	c.Name = clip(c.Name, 200)
	c.Roles = slices.DeleteFunc(c.Roles[:min(len(c.Roles), 200)], func(r string) bool { return r == "" })
	for i, r := range c.Roles {
		c.Roles[i] = clip(r, 200)
	}
	return c, true
}

// renewedAccount is what is known of an app after a renewal: names may change, and
// what can't be read any more stays.
func renewedAccount(before, read Account) Account {
	before.Name = cmp.Or(read.Name, before.Name)
	before.ObjectID = cmp.Or(read.ObjectID, before.ObjectID)
	return before
}
