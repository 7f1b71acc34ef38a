package tenant_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"github.com/roomink/roomink/engine/simulator/tenant"
)

func TestCodeFlow(t *testing.T) {
	w := start(t)
	login := w.get("/" + w.creds.TenantID + "/oauth2/v2.0/authorize?" + w.authorizeQuery(allScopes).Encode())
	for _, want := range []string{"Simulated Microsoft sign-in", "nothing leaves this computer", `name="username"`, `name="password"`, w.creds.Username} {
		if !strings.Contains(login.body, want) {
			t.Errorf("login page lacks %q", want)
		}
	}
	consent := w.submit(login, url.Values{"username": {strings.ToUpper(w.creds.Username)}, "password": {w.creds.Password}})
	for _, want := range []string{"Permissions requested", "Read calendars you can access", "Read all company places", `value="accept"`, `value="cancel"`} {
		if !strings.Contains(consent.body, want) {
			t.Errorf("consent page lacks %q", want)
		}
	}
	back := w.submit(consent, url.Values{"decision": {"accept"}})
	if !strings.HasPrefix(back.header.Get("Location"), redirect+"?") {
		t.Fatalf("redirected to %s", back.header.Get("Location"))
	}
	status, m := w.redeem(w.codeForm(back.location(t).Get("code")))
	if status != http.StatusOK || m["token_type"] != "Bearer" || m["expires_in"] != 3599.0 || m["ext_expires_in"] != 3599.0 || m["refresh_token"] == nil {
		t.Fatalf("%d %v", status, m)
	}
	if s := m["scope"].(string); strings.Contains(s, "offline_access") || !strings.Contains(s, "Calendars.Read.Shared") {
		t.Errorf("scope %q", s)
	}
	w.token = m["access_token"].(string)
	if me := w.must(200, "GET", "/me", nil); me["userPrincipalName"] != w.creds.Username {
		t.Errorf("me: %v", me)
	}
	// A second sign-in asks for no consent again, unless prompted for it.
	if again := w.login(w.authorizeQuery("openid Calendars.Read")); again.location(t).Get("code") == "" {
		t.Error("second sign-in gives no code")
	}
	q := w.authorizeQuery("openid")
	q.Set("prompt", "consent")
	if page := w.login(q); !strings.Contains(page.body, "Permissions requested") {
		t.Error("prompt=consent shows no consent page")
	}
}

func TestIDToken(t *testing.T) {
	w := start(t)
	raw := w.tokens("openid profile Calendars.Read")["id_token"].(string)
	conf := decode(t, w.get("/"+w.creds.TenantID+"/v2.0/.well-known/openid-configuration").body)
	if conf["issuer"] != w.url+"/"+w.creds.TenantID+"/v2.0" {
		t.Errorf("issuer %v", conf["issuer"])
	}
	var keys jose.JSONWebKeySet
	if err := json.Unmarshal([]byte(w.get(conf["jwks_uri"].(string)).body), &keys); err != nil {
		t.Fatal(err)
	}
	tok, err := jwt.ParseSigned(raw, []jose.SignatureAlgorithm{jose.RS256})
	if err != nil {
		t.Fatal(err)
	}
	var c map[string]any
	if err := tok.Claims(keys, &c); err != nil {
		t.Fatalf("verify with the published key: %v", err)
	}
	now := float64(monday.Unix())
	for k, want := range map[string]any{"iss": conf["issuer"], "aud": w.creds.ClientID, "tid": w.creds.TenantID, "nonce": "n0nce",
		"ver": "2.0", "preferred_username": w.creds.Username, "name": "Frieda Sommer", "iat": now, "nbf": now, "exp": now + 3600} {
		if c[k] != want {
			t.Errorf("claim %s = %v, want %v", k, c[k], want)
		}
	}
	for _, k := range []string{"oid", "sub", "sid", "uti", "rh", "aio"} {
		if s, _ := c[k].(string); s == "" {
			t.Errorf("no claim %s", k)
		}
	}
	if _, ok := w.tokens("Calendars.Read")["id_token"]; ok {
		t.Error("id_token without openid")
	}
	if _, ok := w.tokens("Calendars.Read")["refresh_token"]; ok {
		t.Error("refresh_token without offline_access")
	}
}

// TestErrorPages: what concerns the client or the redirect URI stays with Microsoft.
func TestErrorPages(t *testing.T) {
	w := start(t)
	for _, c := range []struct {
		name, tenant string
		edit         func(url.Values)
		want         string
	}{
		{"unknown client", "", func(q url.Values) { q.Set("client_id", "nope") }, "AADSTS700016"},
		{"no client", "", func(q url.Values) { q.Del("client_id") }, "AADSTS900144"},
		{"unknown tenant", "3f2504e0-4f89-41d3-9a0c-0305e82c3301", nil, "AADSTS90002"},
		{"common", "common", nil, "AADSTS50194"},
		{"path case", "", func(q url.Values) { q.Set("redirect_uri", "http://localhost/Roomink") }, "AADSTS50011"},
		{"other path", "", func(q url.Values) { q.Set("redirect_uri", "http://localhost/") }, "AADSTS50011"},
		{"other host", "", func(q url.Values) { q.Set("redirect_uri", "http://127.0.0.1/roomink") }, "AADSTS50011"},
		{"https", "", func(q url.Values) { q.Set("redirect_uri", "https://localhost/roomink") }, "AADSTS50011"},
		{"user info", "", func(q url.Values) { q.Set("redirect_uri", "http://localhost@evil.example/roomink") }, "AADSTS50011"},
	} {
		t.Run(c.name, func(t *testing.T) {
			q := w.authorizeQuery("openid")
			if c.edit != nil {
				c.edit(q)
			}
			tid := w.creds.TenantID
			if c.tenant != "" {
				tid = c.tenant
			}
			a := w.get("/" + tid + "/oauth2/v2.0/authorize?" + q.Encode())
			if a.status != http.StatusBadRequest || a.header.Get("Location") != "" || !strings.Contains(a.body, c.want) {
				t.Errorf("status %d, Location %q, body lacks %s", a.status, a.header.Get("Location"), c.want)
			}
		})
	}
	for _, uri := range []string{"http://localhost/roomink", "http://localhost:1/roomink", "http://LOCALHOST:65535/roomink"} {
		q := w.authorizeQuery("openid")
		q.Set("redirect_uri", uri)
		if a := w.get("/" + w.creds.TenantID + "/oauth2/v2.0/authorize?" + q.Encode()); a.status != http.StatusOK {
			t.Errorf("%s refused: %d", uri, a.status)
		}
	}
}

// TestErrorRedirects: all other errors go back to the app, with its state.
func TestErrorRedirects(t *testing.T) {
	w := start(t)
	for _, c := range []struct {
		name, param, value, kind, code string
	}{
		{"response type", "response_type", "token", "unsupported_response_type", "AADSTS70005"},
		{"response mode", "response_mode", "form_post", "invalid_request", "AADSTS70007"},
		{"plain PKCE", "code_challenge_method", "plain", "invalid_request", "AADSTS9002313"},
		{"prompt", "prompt", "admin_consent", "invalid_request", "AADSTS90023"},
		{"silent", "prompt", "none", "login_required", "AADSTS50058"},
		{"scope", "scope", "openid Cats.Read", "invalid_scope", "AADSTS70011"},
	} {
		t.Run(c.name, func(t *testing.T) {
			q := w.authorizeQuery("openid")
			q.Set(c.param, c.value)
			got := w.get("/" + w.creds.TenantID + "/oauth2/v2.0/authorize?" + q.Encode()).location(t)
			if got.Get("error") != c.kind || !strings.HasPrefix(got.Get("error_description"), c.code+": ") || got.Get("state") != "st4te" {
				t.Errorf("%v", got)
			}
		})
	}
	t.Run("declined", func(t *testing.T) {
		got := w.submit(w.login(w.authorizeQuery("openid")), url.Values{"decision": {"cancel"}}).location(t)
		if got.Get("error") != "access_denied" || !strings.Contains(got.Get("error_description"), "AADSTS65004") || got.Get("state") != "st4te" {
			t.Errorf("%v", got)
		}
	})
	t.Run("fragment", func(t *testing.T) {
		q := w.authorizeQuery("openid")
		q.Set("response_mode", "fragment")
		a := w.submit(w.login(q), url.Values{"decision": {"accept"}})
		if !strings.HasPrefix(a.header.Get("Location"), redirect+"#") {
			t.Error(a.header.Get("Location"))
		}
	})
}

func TestLoginForm(t *testing.T) {
	w := start(t)
	page := w.get("/" + w.creds.TenantID + "/oauth2/v2.0/authorize?" + w.authorizeQuery("openid").Encode())
	if a := w.submit(page, url.Values{"username": {w.creds.Username}, "password": {"wrong"}}); !strings.Contains(a.body, "AADSTS50126") {
		t.Error("wrong password not told")
	}
	if a := w.submit(page, url.Values{"username": {"nobody@x.example"}, "password": {"x"}}); !strings.Contains(a.body, "AADSTS50034") {
		t.Error("unknown user not told")
	}
	// Consent without a login is no consent.
	flow := flowRE.FindStringSubmatch(page.body)[1]
	if a := w.post("/"+w.creds.TenantID+"/consent", url.Values{"flow": {flow}, "decision": {"accept"}}); a.status != 200 || !strings.Contains(a.body, "Sign in first") {
		t.Errorf("consent before login: %d", a.status)
	}
	if a := w.post("/"+w.creds.TenantID+"/consent", url.Values{"flow": {"made-up"}, "decision": {"accept"}}); a.status != 400 {
		t.Errorf("made-up flow: %d", a.status)
	}
	// A form on another site can't press the buttons.
	for _, h := range [][2]string{{"Origin", "https://evil.example"}, {"Origin", "null"}, {"Sec-Fetch-Site", "cross-site"}} {
		r := w.request("POST", "/"+w.creds.TenantID+"/login", strings.NewReader(url.Values{"flow": {flow}, "username": {w.creds.Username}, "password": {w.creds.Password}}.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set(h[0], h[1])
		if a := w.do(r); a.status != 400 {
			t.Errorf("%v: %d", h, a.status)
		}
	}
	// Nor does a flow outlive its time.
	w.clock.advance(16 * time.Minute)
	if a := w.submit(page, url.Values{"username": {w.creds.Username}, "password": {w.creds.Password}}); a.status != 400 {
		t.Errorf("old flow: %d", a.status)
	}
}

func TestTokenRefusals(t *testing.T) {
	w := start(t)
	good := w.tokens(allScopes)
	refreshForm := func() url.Values {
		return url.Values{"grant_type": {"refresh_token"}, "client_id": {w.creds.ClientID}, "client_secret": {w.creds.ClientSecret}, "refresh_token": {good["refresh_token"].(string)}}
	}
	codeForm := func(edit func(url.Values)) func() url.Values {
		return func() url.Values {
			f := w.codeForm(w.code("openid offline_access Calendars.Read"))
			edit(f)
			return f
		}
	}
	for _, c := range []struct {
		name   string
		form   func() url.Values
		status int
		kind   string
		code   float64
		sub    string
	}{
		{"no grant type", func() url.Values { return url.Values{"client_id": {w.creds.ClientID}} }, 400, "invalid_request", 900144, ""},
		{"password grant", func() url.Values { return url.Values{"client_id": {w.creds.ClientID}, "grant_type": {"password"}} }, 400, "unsupported_grant_type", 70003, ""},
		{"client", codeForm(func(f url.Values) { f.Set("client_id", "nope") }), 400, "unauthorized_client", 700016, ""},
		{"no client", codeForm(func(f url.Values) { f.Del("client_id") }), 400, "invalid_request", 900144, ""},
		{"wrong secret", codeForm(func(f url.Values) { f.Set("client_secret", "secret-id") }), 401, "invalid_client", 7000215, ""},
		{"no secret", codeForm(func(f url.Values) { f.Del("client_secret") }), 401, "invalid_client", 7000218, ""},
		{"wrong verifier", codeForm(func(f url.Values) { f.Set("code_verifier", verifier+"x") }), 400, "invalid_grant", 501481, ""},
		{"no verifier", codeForm(func(f url.Values) { f.Del("code_verifier") }), 400, "invalid_grant", 501481, ""},
		{"no code", codeForm(func(f url.Values) { f.Del("code") }), 400, "invalid_request", 900144, ""},
		{"made-up code", codeForm(func(f url.Values) { f.Set("code", "x") }), 400, "invalid_grant", 70000, ""},
		{"other redirect", codeForm(func(f url.Values) { f.Set("redirect_uri", "http://localhost/roomink") }), 400, "invalid_grant", 500112, ""},
		{"more than asked", codeForm(func(f url.Values) { f.Set("scope", "Place.Read.All") }), 400, "invalid_grant", 65001, "consent_required"},
		{"code twice", func() url.Values { f := w.codeForm(w.code("openid")); w.redeem(f); return f }, 400, "invalid_grant", 54005, ""},
		{"late code", func() url.Values { f := w.codeForm(w.code("openid")); w.clock.advance(10 * time.Minute); return f }, 400, "invalid_grant", 70008, ""},
		{"made-up refresh", func() url.Values { f := refreshForm(); f.Set("refresh_token", "x"); return f }, 400, "invalid_grant", 70000, ""},
		{"refresh, wrong secret", func() url.Values { f := refreshForm(); f.Set("client_secret", "x"); return f }, 401, "invalid_client", 7000215, ""},
		{"refresh, unknown scope", func() url.Values { f := refreshForm(); f.Set("scope", "Cats.Read"); return f }, 400, "invalid_scope", 70011, ""},
		{"refresh, not consented", func() url.Values { f := refreshForm(); f.Set("scope", "Calendars.ReadBasic"); return f }, 400, "invalid_grant", 65001, "consent_required"},
		{"refresh after 90 days", func() url.Values { f := refreshForm(); w.clock.advance(90 * 24 * time.Hour); return f }, 400, "invalid_grant", 700082, "bad_token"},
		{"refresh revoked", func() url.Values { w.tenant.RevokeRefreshTokens(); return refreshForm() }, 400, "invalid_grant", 50173, ""},
		{"app, user scope", func() url.Values {
			return url.Values{"grant_type": {"client_credentials"}, "client_id": {w.creds.ClientID}, "client_secret": {w.creds.ClientSecret}, "scope": {"Calendars.Read"}}
		}, 400, "invalid_scope", 1002012, ""},
		{"expired secret", func() url.Values { w.tenant.ExpireClientSecret(); return refreshForm() }, 401, "invalid_client", 7000222, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			status, m := w.redeem(c.form())
			codes, _ := m["error_codes"].([]any)
			if status != c.status || m["error"] != c.kind || len(codes) != 1 || codes[0] != c.code {
				t.Fatalf("%d %v", status, m)
			}
			sub, _ := m["suberror"].(string)
			if sub != c.sub {
				t.Errorf("suberror %q, want %q", sub, c.sub)
			}
			desc := m["error_description"].(string)
			for _, part := range []string{"\r\nTrace ID: " + m["trace_id"].(string), "\r\nCorrelation ID: " + m["correlation_id"].(string), "\r\nTimestamp: " + m["timestamp"].(string)} {
				if !strings.HasPrefix(desc, "AADSTS") || !strings.Contains(desc, part) {
					t.Errorf("description %q lacks %q", desc, part)
				}
			}
			if !strings.Contains(m["error_uri"].(string), "/error?code=") {
				t.Errorf("error_uri %v", m["error_uri"])
			}
		})
	}
	a := w.post("/unknown.example/oauth2/v2.0/token", url.Values{})
	if m := decode(t, a.body); a.status != 400 || m["error"] != "invalid_request" || !strings.HasPrefix(m["error_description"].(string), "AADSTS90002") {
		t.Errorf("unknown tenant: %d %v", a.status, m)
	}
}

func TestSecretRotation(t *testing.T) {
	w := start(t)
	w.tenant.SetClientSecret("rotated~value")
	if got := w.tenant.Credentials().ClientSecret; got != "rotated~value" {
		t.Errorf("credentials still say %q", got)
	}
	f := w.codeForm(w.code("openid"))
	if status, m := w.redeem(f); status != 401 || m["error_codes"].([]any)[0] != 7000215.0 {
		t.Errorf("old secret: %d %v", status, m)
	}
	f.Set("client_secret", "rotated~value") // the code is not spent by a client that failed to show its secret
	if status, m := w.redeem(f); status != 200 {
		t.Errorf("new secret: %d %v", status, m)
	}
}

func TestRefreshRotates(t *testing.T) {
	w := start(t)
	first := w.tokens("openid offline_access Calendars.Read")["refresh_token"].(string)
	seen := map[string]bool{first: true}
	for last := first; len(seen) < 4; {
		status, m := w.redeem(url.Values{"grant_type": {"refresh_token"}, "client_id": {w.creds.ClientID}, "client_secret": {w.creds.ClientSecret}, "refresh_token": {last}, "scope": {"Calendars.Read"}})
		next, _ := m["refresh_token"].(string)
		if status != 200 || next == "" || seen[next] || m["access_token"] == nil {
			t.Fatalf("%d %v", status, m)
		}
		seen[next], last = true, next
	}
	// The first one still works, as Entra doesn't revoke by use; Basic works too.
	r := w.request("POST", "/"+w.creds.TenantID+"/oauth2/v2.0/token", strings.NewReader(url.Values{"grant_type": {"refresh_token"}, "refresh_token": {first}}.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.SetBasicAuth(url.QueryEscape(w.creds.ClientID), url.QueryEscape(w.creds.ClientSecret))
	if a := w.do(r); a.status != 200 {
		t.Errorf("old refresh token by Basic: %d %s", a.status, a.body)
	}
}

func TestAppOnly(t *testing.T) {
	w := start(t)
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {w.creds.ClientID}, "client_secret": {w.creds.ClientSecret}, "scope": {"https://graph.microsoft.com/.default"}}
	roles := func() []any {
		status, m := w.redeem(form)
		if status != 200 || m["refresh_token"] != nil || m["id_token"] != nil {
			t.Fatalf("%d %v", status, m)
		}
		w.token = m["access_token"].(string)
		tok, err := jwt.ParseSigned(w.token, []jose.SignatureAlgorithm{jose.RS256})
		if err != nil {
			t.Fatal(err)
		}
		var c map[string]any
		if err := tok.UnsafeClaimsWithoutVerification(&c); err != nil {
			t.Fatal(err)
		}
		list, _ := c["roles"].([]any)
		return list
	}
	if got := roles(); got != nil {
		t.Errorf("roles before consent: %v", got)
	}
	a, m := w.graph("GET", "/places/graph.room", nil)
	w.wantError(a, m, 403, "Authorization_RequestDenied")

	consent := "/" + w.creds.TenantID + "/v2.0/adminconsent?" + url.Values{"client_id": {w.creds.ClientID}, "scope": {"https://graph.microsoft.com/.default"}, "redirect_uri": {redirect}, "state": {"s2"}}.Encode()
	page := func() answer {
		return w.submit(w.get(consent), url.Values{"username": {w.creds.Username}, "password": {w.creds.Password}})
	}
	no := w.submit(page(), url.Values{"decision": {"cancel"}}).location(t)
	if no.Get("error") != "access_denied" || no.Get("admin_consent") != "True" || no.Get("state") != "s2" || !strings.Contains(no.Get("error_description"), "AADSTS65004") {
		t.Errorf("declined: %v", no)
	}
	yes := w.submit(page(), url.Values{"decision": {"accept"}}).location(t)
	if yes.Get("admin_consent") != "True" || yes.Get("tenant") != w.creds.TenantID || yes.Get("state") != "s2" {
		t.Errorf("accepted: %v", yes)
	}
	if got := roles(); len(got) != 3 {
		t.Errorf("roles after consent: %v", got)
	}
	form.Set("scope", w.url+"/.default")
	roles()
	w.must(200, "GET", "/places/graph.room", nil)
	a, m = w.graph("GET", "/me", nil)
	w.wantError(a, m, 400, "BadRequest")
}

func TestNewRefusesBadOffices(t *testing.T) {
	at := time.Date(2026, 1, 1, 10, 0, 0, 0, time.UTC)
	for name, o := range map[string]*tenant.Office{
		"zone":      {Rooms: []tenant.Room{{Address: "a@x.example", Zone: "Mars/Olympus"}}},
		"building":  {Rooms: []tenant.Room{{Address: "a@x.example", Building: "none"}}},
		"twice":     {Rooms: []tenant.Room{{Address: "a@x.example", Zone: "UTC"}, {Address: "A@x.example", Zone: "UTC"}}},
		"room":      {Meetings: map[string][]tenant.Meeting{"b@x.example": nil}},
		"backwards": {Rooms: []tenant.Room{{Address: "a@x.example", Zone: "UTC"}}, Meetings: map[string][]tenant.Meeting{"a@x.example": {{Start: at, End: at.Add(-time.Hour)}}}},
		"rule":      {Rooms: []tenant.Room{{Address: "a@x.example", Zone: "UTC"}}, Meetings: map[string][]tenant.Meeting{"a@x.example": {{Start: at, End: at, RRule: "FREQ=NEVER"}}}},
	} {
		if _, err := tenant.New(tenant.Options{Seed: o}); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}
