package tenant_test

import (
	"encoding/json"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/roomink/roomink/engine/simulator/tenant"
)

// The samples below are those of reference/graph.md (from Microsoft's pages and
// recorded replies), with the parts that differ from call to call in angle
// brackets. Replies have to equal them byte by byte.

const guid = `[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`

// matches compares with a sample in which each <name> stands for a pattern.
func matches(t *testing.T, what, got, sample string, holes map[string]string) {
	t.Helper()
	re := regexp.QuoteMeta(sample)
	for name, pattern := range holes {
		re = strings.ReplaceAll(re, regexp.QuoteMeta("<"+name+">"), pattern)
	}
	if !regexp.MustCompile("^" + re + "$").MatchString(got) {
		t.Errorf("%s:\n got %s\nwant %s", what, got, sample)
	}
}

func TestFormOfCodeRedirect(t *testing.T) { // 1.1
	w := start(t)
	q := w.authorizeQuery("openid")
	q.Set("state", "12345")
	consent := w.login(q)
	got := w.submit(consent, url.Values{"decision": {"accept"}}).header.Get("Location")
	matches(t, "success", got, redirect+"?code=<code>&state=12345&session_state=<guid>", map[string]string{"code": `1\.[A-Za-z0-9_-]{40,}`, "guid": guid})

	got = w.submit(w.login(w.promptConsent(q)), url.Values{"decision": {"cancel"}}).header.Get("Location")
	matches(t, "declined", got, redirect+"?error=access_denied&error_description=AADSTS65004%3a+User+declined+to+consent+to+access+the+app.%0d%0aTrace+ID%3a+<guid>%0d%0aCorrelation+ID%3a+<guid>%0d%0aTimestamp%3a+2026-11-23+10%3a07%3a00Z&error_uri=<uri>&state=12345#",
		map[string]string{"guid": guid, "uri": `http%3a%2f%2f127\.0\.0\.1%3a\d+%2ferror%3fcode%3d65004`})
}

func (w *world) promptConsent(q url.Values) url.Values {
	q.Set("prompt", "consent")
	return q
}

func TestFormOfTokenReply(t *testing.T) { // 1.1 and 1.3
	w := start(t)
	holes := map[string]string{"jwt": `eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+`, "refresh": `[01]\.A[A-Za-z0-9_-]+`}
	a := w.post("/"+w.creds.TenantID+"/oauth2/v2.0/token", w.codeForm(w.code("openid profile offline_access Calendars.Read")))
	matches(t, "code", a.body, `{"token_type":"Bearer","scope":"openid profile Calendars.Read","expires_in":3599,"ext_expires_in":3599,"access_token":"<jwt>","refresh_token":"<refresh>","id_token":"<jwt>"}`, holes)
	if h := a.header.Get("Content-Type"); h != "application/json; charset=utf-8" || a.header.Get("Cache-Control") != "no-store" {
		t.Errorf("%v", a.header)
	}
	a = w.post("/"+w.creds.TenantID+"/oauth2/v2.0/token", w.appForm())
	matches(t, "client credentials", a.body, `{"token_type":"Bearer","expires_in":3599,"access_token":"<jwt>"}`, holes)
}

func TestFormOfAdminConsent(t *testing.T) { // 1.4
	w := start(t, register(func(r *tenant.Registration) { r.Delegated = []string{"User.Read"} }))
	page := func(path, scope string) answer {
		return w.enter(tenant.Administrator, w.get("/"+w.creds.TenantID+path+"?"+w.consentQuery(scope).Encode()))
	}
	got := w.submit(page("/v2.0/adminconsent", "https://graph.microsoft.com/.default"), url.Values{"decision": {"accept"}}).header.Get("Location")
	matches(t, "accepted", got, redirect+"?admin_consent=True&tenant="+w.creds.TenantID+"&scope=https%3a%2f%2fgraph.microsoft.com%2fUser.Read+https%3a%2f%2fgraph.microsoft.com%2f.default&state=s2", nil)
	got = w.submit(page("/adminconsent", ""), url.Values{"decision": {"accept"}}).header.Get("Location")
	matches(t, "accepted, older", got, redirect+"?tenant="+w.creds.TenantID+"&state=s2&admin_consent=True", nil)
	got = w.submit(page("/v2.0/adminconsent", ".default"), url.Values{"decision": {"cancel"}}).header.Get("Location")
	matches(t, "declined", got, redirect+"?error=access_denied&error_description=AADSTS65004%3a+User+declined+to+consent<rest>&error_uri=<base>%2ferror%3fcode%3d65004&admin_consent=True&state=s2#",
		map[string]string{"rest": `[^&]+`, "base": `http%3a%2f%2f127\.0\.0\.1%3a\d+`})
}

func TestFormOfIDToken(t *testing.T) { // 1.6
	w := start(t)
	raw := w.tokens("openid profile Calendars.Read")["id_token"].(string)
	c := claims(t, raw)
	var names []string
	for k := range c {
		names = append(names, k)
	}
	slices.Sort(names)
	if want := "aio aud exp iat iss name nbf nonce oid preferred_username rh sid sub tid uti ver"; strings.Join(names, " ") != want {
		t.Errorf("claims %v, want %s", names, want)
	}
	if c["iss"] != w.url+"/"+w.creds.TenantID+"/v2.0" || c["aud"] != w.creds.ClientID || c["ver"] != "2.0" || c["oid"] != w.tenant.Account(tenant.Administrator).ID {
		t.Errorf("%v", c)
	}
	// Without profile there is neither a name nor an object id.
	bare := claims(t, w.tokens("openid")["id_token"])
	if bare["oid"] != nil || bare["name"] != nil || bare["sub"] != c["sub"] || bare["tid"] != w.creds.TenantID {
		t.Errorf("%v", bare)
	}
}

func TestFormOfTokenError(t *testing.T) { // 1.9
	w := start(t)
	m := w.tokens("openid offline_access")
	post := func(form url.Values) answer { return w.post("/"+w.creds.TenantID+"/oauth2/v2.0/token", form) }
	holes := map[string]string{"guid": guid, "base": regexp.QuoteMeta(w.url)}
	same := func(a answer) { // one id in two places
		t.Helper()
		var e struct {
			Text        string `json:"error_description"`
			Trace       string `json:"trace_id"`
			Correlation string `json:"correlation_id"`
		}
		if err := json.Unmarshal([]byte(a.body), &e); err != nil || !strings.Contains(e.Text, "Trace ID: "+e.Trace+"\r\nCorrelation ID: "+e.Correlation+"\r\n") {
			t.Errorf("%v %s", err, a.body)
		}
	}
	const tail = `\r\nTrace ID: <guid>\r\nCorrelation ID: <guid>\r\nTimestamp: 2026-11-23 10:07:00Z","error_codes":[CODE],"timestamp":"2026-11-23 10:07:00Z","trace_id":"<guid>","correlation_id":"<guid>","error_uri":"<base>/error?code=CODE"`
	sample := func(code string, s string) string { return strings.ReplaceAll(s, "CODE", code) }

	w.tenant.ExpireClientSecret()
	a := post(w.refreshForm(m["refresh_token"]))
	matches(t, "7000222", a.body, sample("7000222", `{"error":"invalid_client","error_description":"AADSTS7000222: The provided client secret keys for app '`+w.creds.ClientID+`' are expired. Visit the Azure portal to create new keys for your app: https://aka.ms/NewClientSecret, or consider using certificate credentials for added security: https://aka.ms/certCreds.`+tail+`}`), holes)
	same(a)
	if a.status != 401 {
		t.Errorf("status %d", a.status)
	}

	w = start(t)
	holes["base"] = regexp.QuoteMeta(w.url)
	form := w.refreshForm(w.tokens("openid offline_access")["refresh_token"])
	w.tenant.WithdrawConsent()
	a = post(form)
	matches(t, "65001", a.body, sample("65001", `{"error":"invalid_grant","error_description":"AADSTS65001: The user or administrator has not consented to use the application with ID '`+w.creds.ClientID+`' named 'Room signs'. Send an interactive authorization request for this user and resource.`+tail+`,"suberror":"consent_required"}`), holes)
	same(a)
	if a.status != 400 {
		t.Errorf("status %d", a.status)
	}

	form = w.refreshForm(w.tokens("openid offline_access")["refresh_token"])
	w.clock.advance(90 * 24 * time.Hour)
	a = post(form)
	text := decode(t, a.body)["error_description"].(string)
	if want := "AADSTS700082: The refresh token has expired due to inactivity.\u00a0The token was issued on 2026-11-23T10:07:00.0000000Z and was inactive for 90.00:00:00.\r\n"; !strings.HasPrefix(text, want) {
		t.Errorf("%q", text)
	}
	wrong := w.authorizeQuery("openid")
	wrong.Set("redirect_uri", "http://localhost/other")
	page := w.get("/" + w.creds.TenantID + "/oauth2/v2.0/authorize?" + wrong.Encode())
	if want := "AADSTS50011: The redirect URI &#39;http://localhost/other&#39; specified in the request does not match the redirect URIs configured for the application &#39;" + w.creds.ClientID + "&#39;. Make sure the redirect URI sent in the request matches one added to your application in the Azure portal. Navigate to https://aka.ms/redirectUriMismatchError to learn more about how to fix this."; !strings.Contains(page.body, want) {
		t.Errorf("%s", page.body)
	}
}
