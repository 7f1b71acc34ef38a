package tenant_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/roomink/roomink/engine/simulator/tenant"
)

// TestConcurrent is for the race detector: controls, pages and Graph at once.
func TestConcurrent(t *testing.T) {
	w := signedIn(t)
	link := "/v1.0/users/" + berlinRoom + "/calendarView/delta?" + span(monday, monday.AddDate(0, 0, 3))
	jobs := []func(){
		func() {
			id, err := w.tenant.Book(berlinRoom, tenant.Meeting{Subject: "x", Start: monday, End: monday.Add(time.Hour), RRule: "FREQ=DAILY"})
			if err != nil {
				t.Error(err)
			}
			if err := w.tenant.Move(berlinRoom, id, monday.Add(time.Hour), monday.Add(2*time.Hour)); err != nil {
				t.Error(err)
			}
			if err := w.tenant.Cancel(berlinRoom, id); err != nil {
				t.Error(err)
			}
			if err := w.tenant.Delete(berlinRoom, id); err != nil {
				t.Error(err)
			}
		},
		func() { w.tenant.ExpireCursors(); w.tenant.Requests(); w.tenant.Rooms() },
		func() { w.tenant.RevokeRefreshTokens(); w.tenant.SetClientSecret(w.creds.ClientSecret) },
		func() {
			value := w.tenant.AddClientSecret(monday.AddDate(1, 0, 0))
			w.tenant.ClientSecrets()
			w.tenant.RemoveClientSecret(value)
		},
		func() {
			w.tenant.EditRegistration(func(r *tenant.Registration) { r.Assigned = append(r.Assigned, "x") })
			w.tenant.Registration()
			w.tenant.Account(tenant.Member)
		},
		func() { w.tenant.GrantAdminConsent(); w.tenant.WithdrawConsent(); w.tenant.AllowUserConsent(true) },
		func() {
			w.tenant.NarrowByPolicy()
			w.tenant.NarrowByRBAC()
			w.tenant.LiftNarrowing()
			if err := w.tenant.SetFolderRights(berlinRoom, tenant.Editor); err != nil {
				t.Error(err)
			}
		},
		func() {
			w.tenant.ChangePassword()
			w.tenant.RequireMFA()
			w.tenant.SetDisabled("x", true)
			w.tenant.SetSignInFrequency(0)
			w.tenant.BlockAccess(false)
		},
		func() {
			w.tenant.FailAuthorize(0, 1)
			w.tenant.FailRedirect(0, "", 1)
			w.tenant.FailToken(0, tenant.TokenFault{})
			w.tenant.ClearSignInFaults()
			w.tenant.CountGrants("refresh_token")
		},
		func() {
			w.fetch(t, "GET", "/"+w.creds.TenantID+"/oauth2/v2.0/authorize?"+w.authorizeQuery("openid").Encode(), "")
		},
		func() {
			w.tenant.Storm(1, 0)
			w.tenant.FailWhole(tenant.FaultMissed, 1)
			w.tenant.Calm()
			w.tenant.Struck()
			w.tenant.MostInFlight()
		},
		func() {
			if _, err := w.tenant.Truth(berlinRoom, monday, monday.AddDate(0, 0, 7)); err != nil {
				t.Error(err)
			}
			if err := w.tenant.EditRoom(berlinRoom, func(r *tenant.Room) { r.Name, r.Building = "Aurora", "Hudson Loft" }); err != nil {
				t.Error(err)
			}
			if err := w.tenant.ListRoom(berlinRoom, true); err != nil {
				t.Error(err)
			}
			if _, err := w.tenant.ShareCalendar(tenant.Share{Account: w.creds.Username, Mailbox: berlinRoom}); err != nil {
				t.Error(err)
			}
		},
		func() { w.fetch(t, "GET", "/v1.0/me/calendarGroups", "") },
		func() { w.fetch(t, "GET", "/v1.0/places/graph.roomlist", "") },
		func() { w.signInAndRefresh(t) },
		func() { w.tenant.SetBaseURL(w.url); w.tenant.Credentials(); w.tenant.OutlookURL() },
		func() { w.fetch(t, "GET", link, "") },
		func() { w.fetch(t, "GET", "/outlook", "") },
		func() {
			w.fetch(t, "POST", "/v1.0/$batch", `{"requests":[{"id":"1","method":"GET","url":"/places/graph.room"},{"id":"2","method":"GET","url":"`+strings.TrimPrefix(link, "/v1.0")+`"}]}`)
		},
	}
	var wg sync.WaitGroup
	for _, job := range jobs {
		wg.Go(func() {
			for range 20 {
				job()
			}
		})
	}
	wg.Wait()
}

// fetch is do for goroutines, which must not end the test.
func (w *world) fetch(t *testing.T, method, path, body string) {
	r, err := http.NewRequestWithContext(t.Context(), method, w.url+path, strings.NewReader(body))
	if err != nil {
		t.Error(err)
		return
	}
	r.Header.Set("Authorization", "Bearer "+w.token)
	res, err := w.http.Do(r)
	if err != nil {
		t.Error(err)
		return
	}
	defer func() { _ = res.Body.Close() }()
	if _, err := io.Copy(io.Discard, res.Body); err != nil || res.StatusCode != http.StatusOK {
		t.Errorf("%s %s: %d %v", method, path, res.StatusCode, err)
	}
}

// signInAndRefresh goes through the whole of a sign-in. What it is answered
// depends on what else goes on; only that it is answered counts.
func (w *world) signInAndRefresh(t *testing.T) {
	post := func(path string, form url.Values) string {
		res, err := w.http.PostForm(w.url+path, form)
		if err != nil {
			t.Error(err)
			return ""
		}
		defer func() { _ = res.Body.Close() }()
		body, err := io.ReadAll(res.Body)
		if err != nil || res.StatusCode >= 500 {
			t.Errorf("%s: %d %v", path, res.StatusCode, err)
		}
		if at, err := res.Location(); err == nil {
			return at.Query().Get("code")
		}
		return string(body)
	}
	res, err := w.http.Get(w.url + "/" + w.creds.TenantID + "/oauth2/v2.0/authorize?" + w.authorizeQuery("openid offline_access").Encode())
	if err != nil {
		t.Error(err)
		return
	}
	defer func() { _ = res.Body.Close() }()
	page, err := io.ReadAll(res.Body)
	flow := flowRE.FindSubmatch(page)
	if err != nil || flow == nil {
		t.Errorf("no login page: %v", err)
		return
	}
	form := url.Values{"flow": {string(flow[1])}, "username": {w.creds.Username}, "password": {w.creds.Password}, "decision": {"accept"}}
	code := post("/"+w.creds.TenantID+"/login", form)
	if strings.HasPrefix(code, "<") {
		code = post("/"+w.creds.TenantID+"/consent", form)
	}
	var reply struct {
		Refresh string `json:"refresh_token"`
	}
	if json.Unmarshal([]byte(post("/"+w.creds.TenantID+"/oauth2/v2.0/token", w.codeForm(code))), &reply) == nil {
		post("/"+w.creds.TenantID+"/oauth2/v2.0/token", w.refreshForm(reply.Refresh))
	}
	post("/"+w.creds.TenantID+"/oauth2/v2.0/token", w.appForm())
}
