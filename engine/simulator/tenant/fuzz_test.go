package tenant_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/roomink/roomink/engine/simulator/tenant"
)

// FuzzGraph: whatever is asked, the answer is one of Graph's and never a panic.
func FuzzGraph(f *testing.F) {
	const day = "startDateTime=2026-11-23T00:00:00Z&endDateTime=2026-11-24T00:00:00Z"
	for _, s := range [][4]string{
		{"GET", "/me", "", ""},
		{"GET", "/users/a%40b/calendar", "", ""},
		{"GET", "/users/polarlicht@nordlicht.example/calendarView/delta()?" + day, "odata.maxpagesize=2", ""},
		{"GET", "/users/ember@nordlicht.example/calendarView?$top=1&$skip=1&$orderby=subject desc&" + day, `outlook.timezone="Tokyo Standard Time"`, ""},
		{"GET", "/users/ember@nordlicht.example/calendarView/delta?$deltatoken=" + strings.Repeat("x", 50), "=,;", ""},
		{"GET", "/users/x/events/AAMkAAAA=", "", ""},
		{"POST", "/users/ember@nordlicht.example/events", "", `{"subject":"s","start":{"dateTime":"2026-11-23T10:00:00"},"end":{"dateTime":"2026-11-23T11:00"},"recurrence":{"pattern":{"type":"weekly","daysOfWeek":["monday"]},"range":{"type":"endDate","endDate":"2026-12-24"}}}`},
		{"POST", "/users/ember@nordlicht.example/calendar/getSchedule", "", `{"Schedules":["a"],"StartTime":{"DateTime":"2026-11-23T10:00:00"},"EndTime":{"DateTime":"2026-11-23T11:00:00"}}`},
		{"POST", "/$batch", "", `{"requests":[{"id":"1","method":"GET","url":"me","body":"e30="}]}`},
		{"GET", "/me/calendars/AAMk/calendarView?" + day, `IdType="ImmutableId"`, ""},
		{"GET", "/me/calendarGroups/x/calendars?$top=1", "", ""},
		{"GET", "/users/ember@nordlicht.example/events/AAkALgAAAAAAHYQDEapmEc2byACqAC-EWg0A" + strings.Repeat("A", 52) + "AA==", `IdType="ImmutableId"`, ""},
		{"GET", "//", "", ""},
		{"GET", "/applications(appId='x')?$select=id", "", ""},
		{"GET", "/applications?$filter=appId eq 'x'", "", ""},
		{"GET", "/applications(appId='", "", ""},
	} {
		f.Add(s[0], s[1], s[2], s[3])
	}
	tn, err := tenant.New(tenant.Options{})
	if err != nil {
		f.Fatal(err)
	}
	srv := httptest.NewServer(tn)
	defer srv.Close()
	token := appToken(f, tn, srv.URL)
	f.Fuzz(func(t *testing.T, method, path, prefer, body string) {
		r, err := http.NewRequest(method, "http://127.0.0.1/v1.0"+path, strings.NewReader(body))
		if err != nil || !strings.HasPrefix(path, "/") {
			return // no request to Graph
		}
		r.Header.Set("Authorization", "Bearer "+token)
		r.Header.Set("Prefer", prefer)
		rec := httptest.NewRecorder()
		tn.ServeHTTP(rec, r)
		if rec.Code < 200 || rec.Code >= 500 || rec.Body.Len() > 0 && !strings.HasPrefix(rec.Body.String(), "{") && rec.Code != 404 {
			t.Errorf("%s %s: %d %s", method, path, rec.Code, rec.Body)
		}
		var made struct {
			ID        string `json:"id"`
			Organizer struct {
				EmailAddress struct {
					Address string `json:"address"`
				} `json:"emailAddress"`
			} `json:"organizer"`
		}
		if rec.Code == http.StatusCreated && json.Unmarshal(rec.Body.Bytes(), &made) == nil { // keep the calendars small
			if err := tn.Delete(made.Organizer.EmailAddress.Address, made.ID); err != nil {
				t.Error(err)
			}
		}
	})
}

// FuzzSignIn: whatever is asked of Entra ID, it answers with a page, a redirect to
// the registered URI or a JSON error, and never panics.
func FuzzSignIn(f *testing.F) {
	for _, s := range [][3]string{
		{"GET", "/nordlicht.example/oauth2/v2.0/authorize?response_type=code&client_id=2f4a8c1e-53b7-4d69-9e0a-b8c7d6e5f401&redirect_uri=http://localhost:1/roomink&scope=openid", ""},
		{"GET", "/nordlicht.example/oauth2/v2.0/authorize?client_id=2f4a8c1e-53b7-4d69-9e0a-b8c7d6e5f401&redirect_uri=http://localhost/roomink%0d%0aX:y", ""},
		{"GET", "/organizations/v2.0/adminconsent?client_id=2f4a8c1e-53b7-4d69-9e0a-b8c7d6e5f401&redirect_uri=http://localhost/roomink&scope=.default", ""},
		{"GET", "/nordlicht.example/adminconsent?redirect_uri=%zz", ""},
		{"POST", "/nordlicht.example/oauth2/v2.0/token", "grant_type=refresh_token&client_id=2f4a8c1e-53b7-4d69-9e0a-b8c7d6e5f401&refresh_token=x"},
		{"POST", "/common/oauth2/v2.0/token", "grant_type=client_credentials&%"},
		{"POST", "/nordlicht.example/login", "flow=x&username=a&password=b"},
		{"POST", "/nordlicht.example/approval", "decision=admin"},
		{"GET", "/error?code=AADSTS50011", ""},
	} {
		f.Add(s[0], s[1], s[2])
	}
	tn, err := tenant.New(tenant.Options{})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, method, path, body string) {
		r, err := http.NewRequest(method, "http://127.0.0.1"+path, strings.NewReader(body))
		if err != nil || !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "/v1.0") {
			return // no request to Entra
		}
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		rec := httptest.NewRecorder()
		tn.ServeHTTP(rec, r)
		to := rec.Header().Get("Location")
		if rec.Code < 200 || rec.Code >= 500 || to != "" && rec.Code == http.StatusFound && !strings.HasPrefix(strings.ToLower(to), "http://localhost") {
			t.Errorf("%s %s: %d, to %q: %s", method, path, rec.Code, to, rec.Body)
		}
	})
}

func appToken(f *testing.F, tn *tenant.Tenant, base string) string {
	f.Helper()
	tn.GrantAdminConsent()
	c := tn.Credentials()
	form := "grant_type=client_credentials&client_id=" + c.ClientID + "&client_secret=" + c.ClientSecret + "&scope=https://graph.microsoft.com/.default"
	res, err := http.Post(base+"/"+c.TenantID+"/oauth2/v2.0/token", "application/x-www-form-urlencoded", strings.NewReader(form))
	if err != nil {
		f.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	var reply struct {
		AccessToken string `json:"access_token"`
	}
	if err := json.NewDecoder(res.Body).Decode(&reply); err != nil || reply.AccessToken == "" {
		f.Fatalf("no token: %v", err)
	}
	return reply.AccessToken
}
