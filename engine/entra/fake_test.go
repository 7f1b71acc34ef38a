package entra_test

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"github.com/roomink/roomink/engine/entra"
)

const (
	tenantID = "11111111-2222-4333-8444-555555555555"
	clientID = "2f4a8c1e-53b7-4d69-9e0a-b8c7d6e5f401"
)

// testKey is one RSA key for all tests: making one costs more than they do.
var testKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
})

// fakeEntra is a sign-in service of a few lines whose parts a test replaces.
type fakeEntra struct {
	*httptest.Server
	token  func(form url.Values) (status int, body any) // string bodies are sent as HTML
	claims func(c map[string]any)                       // edits the id_token before it is signed
	tid    string                                       // tenant of issuer and claims
	issued string                                       // issuer of the id_token; issuer() when empty

	mu    sync.Mutex
	forms []url.Values
	paths []string // of token requests
	nonce string
}

func newFake(t *testing.T) *fakeEntra {
	f := &fakeEntra{tid: tenantID}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /{tenant}/oauth2/v2.0/token", f.serveToken)
	mux.HandleFunc("GET /{tenant}/v2.0/.well-known/openid-configuration", func(w http.ResponseWriter, r *http.Request) {
		issuer := f.issuer()
		if r.PathValue("tenant") == entra.AnyOrganization {
			issuer = f.URL + "/{tenantid}/v2.0"
		}
		writeJSON(w, 200, map[string]any{"issuer": issuer, "jwks_uri": f.URL + "/keys"})
	})
	mux.HandleFunc("GET /keys", func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, 200, jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: testKey().Public(), KeyID: "k", Algorithm: "RS256", Use: "sig"}}})
	})
	f.Server = httptest.NewServer(mux)
	t.Cleanup(f.Close)
	return f
}

func (f *fakeEntra) issuer() string { return f.URL + "/" + f.tid + "/v2.0" }

func (f *fakeEntra) cloud() entra.Cloud {
	return entra.Cloud{Name: "fake", Authority: f.URL, Graph: f.URL, Portal: "https://portal.example"}
}

func (f *fakeEntra) credentials() entra.Credentials {
	return entra.Credentials{Cloud: f.cloud(), Tenant: tenantID, ClientID: clientID, Secret: "s3cret~value-of-the-fake"}
}

func (f *fakeEntra) serveToken(w http.ResponseWriter, r *http.Request) {
	_ = r.ParseForm()
	f.mu.Lock()
	f.forms, f.paths = append(f.forms, r.PostForm), append(f.paths, r.URL.Path)
	f.mu.Unlock()
	status, body := 200, any(f.reply("access", "refresh"))
	if f.token != nil {
		status, body = f.token(r.PostForm)
	}
	if html, ok := body.(string); ok {
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, html)
		return
	}
	writeJSON(w, status, body)
}

// posted are the forms that the token endpoint got.
func (f *fakeEntra) posted() []url.Values {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]url.Values(nil), f.forms...)
}

// asked are the paths of the token requests.
func (f *fakeEntra) asked() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]string(nil), f.paths...)
}

// appToken is a reply to client credentials whose access token has these claims.
func appToken(claims map[string]any) map[string]any {
	return map[string]any{"token_type": "Bearer", "expires_in": 3599, "ext_expires_in": 86400, "access_token": signed(claims)}
}

// appClaims are those of an approved app.
func appClaims(roles ...string) map[string]any {
	c := map[string]any{"tid": tenantID, "oid": "88888888-2222-4333-8444-555555555555", "app_displayname": "Room signs", "idtyp": "app"}
	if len(roles) > 0 {
		c["roles"] = roles
	}
	return c
}

func signed(claims map[string]any) string {
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: jose.JSONWebKey{Key: testKey(), KeyID: "k"}}, nil)
	if err != nil {
		panic(err)
	}
	raw, err := jwt.Signed(signer).Claims(claims).Serialize()
	if err != nil {
		panic(err)
	}
	return raw
}

// reply is a token reply with a signed id_token for the latest nonce.
func (f *fakeEntra) reply(access, refresh string) map[string]any {
	f.mu.Lock()
	nonce := f.nonce
	f.mu.Unlock()
	now := time.Now()
	c := map[string]any{"iss": cmp.Or(f.issued, f.issuer()), "aud": clientID, "tid": f.tid, "oid": "99999999-2222-4333-8444-555555555555",
		"sub": "s", "nonce": nonce, "name": "Ada Lovelace", "preferred_username": "ada@contoso.com",
		"iat": now.Unix(), "nbf": now.Unix(), "exp": now.Add(time.Hour).Unix()}
	if f.claims != nil {
		f.claims(c)
	}
	return map[string]any{"token_type": "Bearer", "expires_in": 3600, "access_token": access, "refresh_token": refresh,
		"id_token": signed(c), "scope": "Calendars.Read User.Read"}
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}

func oauthFailure(kind, description string, codes ...int) map[string]any {
	return map[string]any{"error": kind, "error_description": description, "error_codes": codes,
		"correlation_id": "cccccccc-0000-4000-8000-000000000001", "timestamp": "2026-11-23 08:00:00Z"}
}

// visit is what a person sees at the end.
type visit struct {
	status int
	header http.Header
	body   string
}

// surfer plays the person: its open is Options.Open, and act runs beside the
// sign-in with the query of the authorize request.
type surfer struct {
	t    *testing.T
	fake *fakeEntra
	act  func(b *surfer, q url.Values)
	done chan struct{}
	last visit

	opened  atomic.Bool
	opening url.URL // the page that the sign-in opened
}

func newBrowser(t *testing.T, f *fakeEntra, act func(b *surfer, q url.Values)) *surfer {
	return &surfer{t: t, fake: f, act: act, done: make(chan struct{})}
}

func (b *surfer) open(addr string) error {
	b.opened.Store(true)
	u, err := url.Parse(addr)
	if err != nil {
		return err
	}
	b.opening = *u
	q := u.Query()
	b.fake.mu.Lock()
	b.fake.nonce = q.Get("nonce")
	b.fake.mu.Unlock()
	go func() {
		defer close(b.done)
		b.act(b, q)
	}()
	return nil
}

// get requests an address as a browser would; edit may change the request.
func (b *surfer) get(addr string, edit ...func(*http.Request)) visit {
	req, err := http.NewRequestWithContext(context.Background(), http.MethodGet, addr, nil)
	if err != nil {
		b.t.Error(err)
		return visit{}
	}
	for _, e := range edit {
		e(req)
	}
	tr := &http.Transport{DisableKeepAlives: true}
	resp, err := (&http.Client{Transport: tr, Timeout: 20 * time.Second}).Do(req)
	if err != nil {
		b.t.Error(err)
		return visit{}
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		b.t.Error(err)
	}
	return visit{resp.StatusCode, resp.Header, string(body)}
}

// back is the redirect with the flow's state and the given parameters.
func back(q url.Values, params ...string) string {
	v := url.Values{"state": {q.Get("state")}}
	for i := 0; i < len(params); i += 2 {
		v.Set(params[i], params[i+1])
	}
	return q.Get("redirect_uri") + "?" + v.Encode()
}

// signIn runs a whole flow, an approval if c.AppOnly, and waits for the browser as well.
func signIn(t *testing.T, f *fakeEntra, c entra.Credentials, o entra.Options, act func(b *surfer, q url.Values)) (entra.Tokens, visit, error) {
	t.Helper()
	b := newBrowser(t, f, act)
	o.Open = b.open
	begin := entra.SignIn
	if c.AppOnly {
		begin = entra.Approve
	}
	tokens, err := begin(t.Context(), c, o)
	if b.opened.Load() {
		<-b.done
	}
	return tokens, b.last, err
}

// chrome makes a request look like Chromium's own navigation from Microsoft's page.
func chrome(r *http.Request) {
	for name, value := range map[string]string{"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document",
		"Sec-Fetch-User": "?1", "Upgrade-Insecure-Requests": "1"} {
		r.Header.Set(name, value)
	}
}

func approve(b *surfer, q url.Values) {
	b.last = b.get(back(q, "admin_consent", "True", "tenant", tenantID, "scope", "https://graph.microsoft.com/.default"), chrome)
}

func comeBack(b *surfer, q url.Values) { b.last = b.get(back(q, "code", "the-code")) }

func contains(t *testing.T, s string, parts ...string) {
	t.Helper()
	for _, p := range parts {
		if !strings.Contains(s, p) {
			t.Errorf("%q is missing in:\n%s", p, s)
		}
	}
}
