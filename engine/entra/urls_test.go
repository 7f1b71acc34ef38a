package entra_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/roomink/roomink/engine/entra"
)

// recorder is a cloud on no network: it answers like Entra and keeps every address.
type recorder struct {
	issuer string

	mu    sync.Mutex
	nonce string
	asked []string
}

func (r *recorder) RoundTrip(req *http.Request) (*http.Response, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.asked = append(r.asked, req.Method+" "+req.URL.String())
	var body any
	switch {
	case req.Method == http.MethodPost:
		raw, err := io.ReadAll(req.Body)
		if err != nil {
			return nil, err
		}
		form, err := url.ParseQuery(string(raw))
		if err != nil {
			return nil, err
		}
		body = r.token(form)
	case req.URL.Path == "/keys":
		body = jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: testKey().Public(), KeyID: "k", Algorithm: "RS256", Use: "sig"}}}
	default:
		body = map[string]any{"issuer": r.issuer, "jwks_uri": req.URL.Scheme + "://" + req.URL.Host + "/keys"}
	}
	data, err := json.Marshal(body)
	return &http.Response{StatusCode: 200, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(bytes.NewReader(data)), Request: req}, err
}

func (r *recorder) token(form url.Values) map[string]any {
	if form.Get("grant_type") == "client_credentials" {
		r.asked = append(r.asked, "scope "+form.Get("scope"))
		return appToken(appClaims("Calendars.Read"))
	}
	now := time.Now()
	return map[string]any{"token_type": "Bearer", "expires_in": 3600, "access_token": "a", "refresh_token": "r",
		"id_token": signed(map[string]any{"iss": r.issuer, "aud": clientID, "tid": tenantID, "oid": otherTenant, "nonce": r.nonce,
			"nbf": now.Unix(), "iat": now.Unix(), "exp": now.Add(time.Hour).Unix()})}
}

// TestAddressesOfEveryCloud runs both ways to connect, and a renewal, in each cloud
// and compares every address and scope, to the letter.
func TestAddressesOfEveryCloud(t *testing.T) {
	tests := []struct {
		cloud        entra.Cloud
		login, graph string
		prefix       string // of delegated scopes
	}{
		{entra.Global(), "https://login.microsoftonline.com", "https://graph.microsoft.com", ""},
		{entra.USGovL4(), "https://login.microsoftonline.us", "https://graph.microsoft.us", "https://graph.microsoft.us/"},
		{entra.USGovDoD(), "https://login.microsoftonline.us", "https://dod-graph.microsoft.us", "https://dod-graph.microsoft.us/"},
		{entra.China(), "https://login.partner.microsoftonline.cn", "https://microsoftgraph.chinacloudapi.cn", "https://microsoftgraph.chinacloudapi.cn/"},
	}
	if len(tests) != len(entra.Clouds()) {
		t.Fatal("a cloud is missing")
	}
	for _, tt := range tests {
		t.Run(tt.cloud.Name, func(t *testing.T) {
			base := tt.login + "/" + tenantID
			token := "POST " + base + "/oauth2/v2.0/token"

			page, asked := visitCloud(t, tt.cloud, false)
			q := page.Query()
			p := tt.prefix
			wantScope := "openid profile offline_access " + p + "User.Read " + p + "Calendars.Read " + p + "Calendars.Read.Shared " +
				p + "Place.Read.All " + p + "Calendars.ReadWrite " + p + "Calendars.ReadWrite.Shared"
			if got := page.Scheme + "://" + page.Host + page.Path; got != base+"/oauth2/v2.0/authorize" || q.Get("scope") != wantScope {
				t.Errorf("sign-in page %s with scope %q", got, q.Get("scope"))
			}
			if want := []string{token, "GET " + base + "/v2.0/.well-known/openid-configuration", "GET " + tt.login + "/keys", token}; !slices.Equal(asked, want) {
				t.Errorf("sign-in asked\n%q, want\n%q", asked, want)
			}

			page, asked = visitCloud(t, tt.cloud, true)
			if got := page.Scheme + "://" + page.Host + page.Path; got != base+"/v2.0/adminconsent" || page.Query().Get("scope") != tt.graph+"/.default" {
				t.Errorf("consent page %s with scope %q", got, page.Query().Get("scope"))
			}
			scope := "scope " + tt.graph + "/.default"
			if want := []string{token, scope, token, scope}; !slices.Equal(asked, want) {
				t.Errorf("approval asked\n%q, want\n%q", asked, want)
			}
		})
	}
}

// visitCloud connects to a cloud in one of the ways, renews once, and gives the page
// that was opened and what was asked.
func visitCloud(t *testing.T, cloud entra.Cloud, app bool) (url.URL, []string) {
	t.Helper()
	net := &recorder{issuer: cloud.Authority + "/" + tenantID + "/v2.0"}
	client := &http.Client{Transport: net}
	c := entra.Credentials{Cloud: cloud, Tenant: tenantID, ClientID: clientID, Secret: newSecret, AppOnly: app}
	var page url.URL
	tokens, _, err := signIn(t, newFake(t), c, entra.Options{HTTPClient: client, Access: entra.Access{Directory: true, Booking: true}}, func(b *surfer, q url.Values) {
		page = b.opening
		net.mu.Lock()
		net.nonce = q.Get("nonce")
		net.mu.Unlock()
		if app {
			approve(b, q)
		} else {
			comeBack(b, q)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	clk := newClock()
	clk.advance(2 * time.Hour)
	sv := &saves{}
	if _, err := entra.Resume(c, tokens, entra.SessionOptions{HTTPClient: client, Save: sv.save, Now: clk.now}).Token(t.Context()); err != nil {
		t.Fatal(err)
	}
	net.mu.Lock()
	defer net.mu.Unlock()
	return page, net.asked
}

// TestLeastScopes: each thing that is switched on asks for what it needs, no more.
func TestLeastScopes(t *testing.T) {
	const base = "openid profile offline_access User.Read Calendars.Read Calendars.Read.Shared"
	for want, a := range map[string]entra.Access{
		base:                     {},
		base + " Place.Read.All": {Directory: true},
		base + " Calendars.ReadWrite Calendars.ReadWrite.Shared":                {Booking: true},
		base + " Place.Read.All Calendars.ReadWrite Calendars.ReadWrite.Shared": {Directory: true, Booking: true},
	} {
		if got := entra.Global().Scopes(a); !slices.Equal(got, strings.Fields(want)) {
			t.Errorf("%+v: %q", a, got)
		}
	}
}
