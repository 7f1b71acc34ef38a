package tenant_test

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/roomink/roomink/engine/simulator/tenant"
)

func TestFailAuthorize(t *testing.T) {
	w := start(t)
	authorize := "/" + w.creds.TenantID + "/oauth2/v2.0/authorize?" + w.authorizeQuery("openid").Encode()
	details := regexp.MustCompile(`(?s)Troubleshooting details.*Request Id: [0-9a-f-]{36}\nCorrelation Id: [0-9a-f-]{36}\nTimestamp: 2026-11-23T10:07:00Z\nMessage: AADSTS\d+: `)
	for _, code := range []int{50011, 700016, 90002, 50194, 53003, 50105, 90038, 12345678} {
		w.tenant.FailAuthorize(2, code)
		for _, at := range []string{authorize, "/" + w.creds.TenantID + "/v2.0/adminconsent?" + w.consentQuery(".default").Encode()} {
			a := w.get(at)
			wantPage(t, a, code)
			if !details.MatchString(a.body) || strings.Contains(a.body, "<form") {
				t.Errorf("%d: %s", code, a.body)
			}
		}
		if a := w.get(authorize); a.status != 200 {
			t.Errorf("%d: a third time: %d", code, a.status)
		}
	}
	w.tenant.FailAuthorize(tenant.Always, 50011)
	for range 5 {
		wantPage(t, w.get(authorize), 50011)
	}
	w.tenant.ClearSignInFaults()
	if a := w.get(authorize); a.status != 200 {
		t.Errorf("after clearing: %d", a.status)
	}
}

func TestFailRedirect(t *testing.T) {
	w := start(t)
	w.tenant.FailRedirect(2, "", 90094)
	a := w.get("/" + w.creds.TenantID + "/oauth2/v2.0/authorize?" + w.authorizeQuery("openid").Encode())
	if q := a.location(t); q.Get("error") != "access_denied" || !strings.HasPrefix(q.Get("error_description"), "AADSTS90094: ") || q.Get("state") != "st4te" || q.Has("admin_consent") {
		t.Errorf("%v", q)
	}
	a = w.get("/" + w.creds.TenantID + "/v2.0/adminconsent?" + w.consentQuery(".default").Encode())
	if q := a.location(t); q.Get("error") != "access_denied" || q.Get("admin_consent") != "True" || q.Get("state") != "s2" {
		t.Errorf("%v", q)
	}
	w.tenant.FailRedirect(1, "temporarily_unavailable", 90033)
	q := w.authorizeQuery("openid")
	q.Set("redirect_uri", "http://localhost/other") // no fault may send anybody there
	wantPage(t, w.get("/"+w.creds.TenantID+"/oauth2/v2.0/authorize?"+q.Encode()), 50011)
}

func TestFailToken(t *testing.T) {
	w := start(t)
	m := w.tokens("openid offline_access")
	refresh := w.refreshForm(m["refresh_token"])
	post := func(form url.Values) answer { return w.post("/"+w.creds.TenantID+"/oauth2/v2.0/token", form) }

	w.tenant.FailToken(1, tenant.TokenFault{Code: 90033, Status: 503, Header: http.Header{"Retry-After": {"17"}}})
	a := post(refresh)
	wantToken(t, a.status, decode(t, a.body), 503, "temporarily_unavailable", 90033)
	if a.header.Get("Retry-After") != "17" {
		t.Errorf("%v", a.header)
	}
	w.tenant.FailToken(2, tenant.TokenFault{Error: "invalid_client", Code: 7000222})
	for range 2 {
		a = post(refresh)
		wantToken(t, a.status, decode(t, a.body), 401, "invalid_client", 7000222)
	}
	w.tenant.FailToken(tenant.Always, tenant.TokenFault{Grant: "client_credentials", Code: 50076, SubError: "basic_action", Claims: "{}"})
	if a := post(refresh); a.status != 200 {
		t.Errorf("a fault of another grant: %d %s", a.status, a.body)
	}
	a = post(w.appForm())
	got := decode(t, a.body)
	wantToken(t, a.status, got, 400, "interaction_required", 50076)
	if got["suberror"] != "basic_action" || got["claims"] != "{}" {
		t.Errorf("%v", got)
	}
	w.tenant.FailToken(1, tenant.BadGateway())
	if a := post(refresh); a.status != 502 || !strings.HasPrefix(a.header.Get("Content-Type"), "text/html") || !strings.Contains(a.body, "<h1>502 Bad Gateway</h1>") {
		t.Errorf("%d %v %s", a.status, a.header, a.body)
	}
	w.tenant.FailToken(1, tenant.TokenFault{Body: "<html>portal</html>"}) // of a hotel
	if a := post(refresh); a.status != 200 || a.body != "<html>portal</html>" {
		t.Errorf("%d %s", a.status, a.body)
	}
	w.tenant.FailToken(1, tenant.TokenFault{Cut: tenant.Truncated})
	if a := post(refresh); a.status != 200 || !strings.HasPrefix(a.body, `{"token_type":"Bearer"`) || strings.HasSuffix(a.body, "}") {
		t.Errorf("%d %s", a.status, a.body)
	}
	if a := post(refresh); a.status != 200 {
		t.Errorf("afterwards: %d", a.status)
	}
}

// TestDroppedAnswer: the code is spent, though nobody got the tokens.
func TestDroppedAnswer(t *testing.T) {
	w := start(t)
	form := w.codeForm(w.code("openid"))
	w.tenant.FailToken(1, tenant.TokenFault{Cut: tenant.Dropped})
	r := w.request("POST", "/"+w.creds.TenantID+"/oauth2/v2.0/token", strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := w.http.Do(r)
	if err == nil {
		body, _ := io.ReadAll(res.Body)
		_ = res.Body.Close()
		t.Fatalf("an answer: %d %s", res.StatusCode, body)
	}
	status, m := w.redeem(form)
	wantToken(t, status, m, 400, "invalid_grant", 54005)
	if r := w.tenant.Requests(); r[len(r)-2].Status != 0 {
		t.Errorf("%+v", r[len(r)-2])
	}
	if n := w.tenant.CountGrants("authorization_code"); n != 2 {
		t.Errorf("%d requests counted", n)
	}
}

// TestEveryCode: any AADSTS code can be ordered at each place.
func TestEveryCode(t *testing.T) {
	w := start(t)
	for _, code := range []int{50006, 50034, 50053, 50055, 50058, 50059, 50074, 50078, 50079, 50087, 50126, 50128, 50196, 53000, 53001, 65001, 65004, 70000, 70001,
		70008, 70011, 90006, 90008, 90012, 90019, 90024, 90095, 500011, 530032, 530035, 650052, 650056, 650057, 700005, 700022, 700023, 700025, 700027, 900144, 7000218, 9002313} {
		w.tenant.FailToken(1, tenant.TokenFault{Code: code})
		a := w.post("/"+w.creds.TenantID+"/oauth2/v2.0/token", nil)
		m := decode(t, a.body)
		if got := m["error_codes"].([]any)[0]; got != float64(code) || !strings.HasPrefix(m["error_description"].(string), fmt.Sprintf("AADSTS%d: ", code)) ||
			strings.Contains(m["error_description"].(string), "told to fail") || (m["error"] == "invalid_client") != (a.status == 401) {
			t.Errorf("%d: %d %v", code, a.status, m)
		}
	}
}
