package tenant_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/roomink/roomink/engine/simulator/tenant"
)

// clock is a hand-set time.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// monday is a working day in the middle of both zones' winter time.
var monday = time.Date(2026, 11, 23, 10, 7, 0, 0, time.UTC)

const (
	allScopes = "openid profile email offline_access User.Read Calendars.Read Calendars.Read.Shared Calendars.ReadWrite Calendars.ReadWrite.Shared Place.Read.All"
	verifier  = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
	redirect  = "http://localhost:53211/roomink"
)

// world is a tenant on a real socket.
type world struct {
	*testing.T
	tenant *tenant.Tenant
	clock  *clock
	url    string
	creds  tenant.Credentials
	token  string
	http   *http.Client
}

func start(t *testing.T, edit ...func(*tenant.Options)) *world {
	t.Helper()
	c := &clock{at: monday}
	o := tenant.Options{Now: c.now}
	for _, e := range edit {
		e(&o)
	}
	tn, err := tenant.New(o)
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(tn)
	t.Cleanup(srv.Close)
	tn.SetBaseURL(srv.URL)
	client := srv.Client()
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &world{T: t, tenant: tn, clock: c, url: srv.URL, creds: tn.Credentials(), http: client}
}

// signedIn is a world whose user consented to everything.
func signedIn(t *testing.T, edit ...func(*tenant.Options)) *world {
	t.Helper()
	w := start(t, edit...)
	w.token = w.tokens(allScopes)["access_token"].(string)
	return w
}

func challenge(v string) string {
	sum := sha256.Sum256([]byte(v))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

func (w *world) authorizeQuery(scope string) url.Values {
	return url.Values{"client_id": {w.creds.ClientID}, "response_type": {"code"}, "redirect_uri": {redirect},
		"scope": {scope}, "state": {"st4te"}, "nonce": {"n0nce"}, "code_challenge": {challenge(verifier)}, "code_challenge_method": {"S256"}}
}

type answer struct {
	status int
	header http.Header
	body   string
}

func (a answer) location(t *testing.T) url.Values {
	t.Helper()
	u, err := url.Parse(a.header.Get("Location"))
	if err != nil || a.status != http.StatusFound {
		t.Fatalf("want a redirect, got %d %s %s", a.status, a.header.Get("Location"), a.body)
	}
	return u.Query()
}

func (w *world) do(r *http.Request) answer {
	w.Helper()
	res, err := w.http.Do(r)
	if err != nil {
		w.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		w.Fatal(err)
	}
	return answer{res.StatusCode, res.Header, string(body)}
}

func (w *world) request(method, target string, body io.Reader) *http.Request {
	w.Helper()
	if !strings.HasPrefix(target, "http") {
		target = w.url + target
	}
	r, err := http.NewRequestWithContext(w.Context(), method, target, body)
	if err != nil {
		w.Fatal(err)
	}
	return r
}

func (w *world) get(target string) answer { w.Helper(); return w.do(w.request("GET", target, nil)) }

func (w *world) post(target string, form url.Values) answer {
	w.Helper()
	r := w.request("POST", target, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return w.do(r)
}

var (
	actionRE = regexp.MustCompile(`<form method="post" action="([^"]+)"`)
	flowRE   = regexp.MustCompile(`name="flow" value="([^"]+)"`)
)

// submit posts the one form of a sign-in page.
func (w *world) submit(page answer, fields url.Values) answer {
	w.Helper()
	action, flow := actionRE.FindStringSubmatch(page.body), flowRE.FindStringSubmatch(page.body)
	if action == nil || flow == nil {
		w.Fatalf("no form on the page (%d): %s", page.status, page.body)
	}
	fields.Set("flow", flow[1])
	return w.post(action[1], fields)
}

func (w *world) login(q url.Values) answer {
	w.Helper()
	return w.loginAs(tenant.Administrator, w.creds.TenantID, q)
}

// loginAs signs somebody in at a tenant or at "organizations".
func (w *world) loginAs(who tenant.Role, at string, q url.Values) answer {
	w.Helper()
	return w.enter(who, w.get("/"+at+"/oauth2/v2.0/authorize?"+q.Encode()))
}

// enter fills in a login page.
func (w *world) enter(who tenant.Role, page answer) answer {
	w.Helper()
	a := w.tenant.Account(who)
	return w.submit(page, url.Values{"username": {a.Username}, "password": {a.Password}})
}

// code goes through the login and consent pages.
func (w *world) code(scope string) string {
	w.Helper()
	a := w.login(w.authorizeQuery(scope))
	if a.status == http.StatusOK {
		a = w.submit(a, url.Values{"decision": {"accept"}})
	}
	q := a.location(w.T)
	if q.Get("state") != "st4te" || q.Get("code") == "" || q.Get("session_state") == "" {
		w.Fatalf("redirect lacks something: %v", q)
	}
	return q.Get("code")
}

func (w *world) codeForm(code string) url.Values {
	return url.Values{"grant_type": {"authorization_code"}, "client_id": {w.creds.ClientID}, "client_secret": {w.creds.ClientSecret},
		"code": {code}, "redirect_uri": {redirect}, "code_verifier": {verifier}}
}

func (w *world) redeem(form url.Values) (int, map[string]any) {
	w.Helper()
	a := w.post("/"+w.creds.TenantID+"/oauth2/v2.0/token", form)
	return a.status, decode(w.T, a.body)
}

func (w *world) tokens(scope string) map[string]any {
	w.Helper()
	status, m := w.redeem(w.codeForm(w.code(scope)))
	if status != http.StatusOK {
		w.Fatalf("token: %d %v", status, m)
	}
	return m
}

func decode(t *testing.T, body string) map[string]any {
	t.Helper()
	var m map[string]any
	if err := json.Unmarshal([]byte(body), &m); err != nil {
		t.Fatalf("not JSON: %v\n%s", err, body)
	}
	return m
}

// graph sends a request with the world's token; path is under /v1.0 or a whole
// link; header pairs follow.
func (w *world) graph(method, path string, body any, header ...string) (answer, map[string]any) {
	w.Helper()
	var src io.Reader
	if body != nil {
		raw, err := json.Marshal(body)
		if err != nil {
			w.Fatal(err)
		}
		src = bytes.NewReader(raw)
	}
	if !strings.HasPrefix(path, "http") {
		path = "/v1.0" + path
	}
	r := w.request(method, path, src)
	r.Header.Set("Authorization", "Bearer "+w.token)
	r.Header.Set("Content-Type", "application/json")
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Add(header[i], header[i+1])
	}
	a := w.do(r)
	if a.body == "" {
		return a, nil
	}
	return a, decode(w.T, a.body)
}

// must is graph that has to answer with a status.
func (w *world) must(status int, method, path string, body any, header ...string) map[string]any {
	w.Helper()
	a, m := w.graph(method, path, body, header...)
	if a.status != status {
		w.Fatalf("%s %s: status %d, want %d: %s", method, path, a.status, status, a.body)
	}
	return m
}

// wantError checks a Graph error's status, code and shape.
func (w *world) wantError(a answer, m map[string]any, status int, code string) {
	w.Helper()
	e, _ := m["error"].(map[string]any)
	inner, _ := e["innerError"].(map[string]any)
	if a.status != status || e["code"] != code || e["message"] == "" {
		w.Errorf("status %d %v, want %d %s", a.status, m, status, code)
	}
	if inner["request-id"] == "" || inner["date"] == "" || a.header.Get("request-id") != inner["request-id"] {
		w.Errorf("innerError %v does not match header %q", inner, a.header.Get("request-id"))
	}
}

func values(m map[string]any) []map[string]any {
	list, _ := m["value"].([]any)
	out := make([]map[string]any, len(list))
	for i, v := range list {
		out[i] = v.(map[string]any)
	}
	return out
}

func span(from, to time.Time) string {
	return "startDateTime=" + url.QueryEscape(from.Format(time.RFC3339)) + "&endDateTime=" + url.QueryEscape(to.Format(time.RFC3339))
}

// claims reads a JWT without checking it.
func claims(t *testing.T, raw any) map[string]any {
	t.Helper()
	parts := strings.Split(raw.(string), ".")
	body, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		t.Fatal(err)
	}
	return decode(t, string(body))
}

func (w *world) consentQuery(scope string) url.Values {
	return url.Values{"client_id": {w.creds.ClientID}, "redirect_uri": {redirect}, "state": {"s2"}, "scope": {scope}}
}

func (w *world) appForm() url.Values {
	return url.Values{"grant_type": {"client_credentials"}, "client_id": {w.creds.ClientID},
		"client_secret": {w.tenant.Credentials().ClientSecret}, "scope": {"https://graph.microsoft.com/.default"}}
}

// appToken is an app-only token with what is granted now.
func (w *world) appToken() string {
	w.Helper()
	status, m := w.redeem(w.appForm())
	if status != http.StatusOK {
		w.Fatalf("app-only token: %d %v", status, m)
	}
	return m["access_token"].(string)
}

func (w *world) appRoles() []any {
	w.Helper()
	roles, _ := claims(w.T, w.appToken())["roles"].([]any)
	return roles
}
