package endtoend_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/simulator/tenant"
)

// graphAPI books meetings as any other program of the organisation does: through
// Microsoft Graph, with a token of its own and plain HTTP.
type graphAPI struct {
	t     testing.TB
	base  string
	token string
}

// graphAPI signs in as an application that an administrator has allowed to write.
func (o *office) graphAPI() *graphAPI {
	o.t.Helper()
	o.Tenant.GrantAdminConsent()
	return newGraphAPI(o.t, o.URL(), o.Tenant.Credentials())
}

func newGraphAPI(t testing.TB, base string, c tenant.Credentials) *graphAPI {
	t.Helper()
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {c.ClientID}, "client_secret": {c.ClientSecret},
		"scope": {base + "/.default"}}
	a := &graphAPI{t: t, base: base}
	var reply struct {
		Token string `json:"access_token"`
	}
	a.do(http.MethodPost, "/"+c.TenantID+"/oauth2/v2.0/token", "application/x-www-form-urlencoded", strings.NewReader(form.Encode()), http.StatusOK, &reply)
	a.token = reply.Token
	return a
}

func (a *graphAPI) do(method, path, contentType string, body io.Reader, status int, reply any) {
	a.t.Helper()
	req, err := http.NewRequestWithContext(a.t.Context(), method, a.base+path, body)
	if err != nil {
		a.t.Fatal(err)
	}
	req.Header.Set("Content-Type", contentType)
	if a.token != "" {
		req.Header.Set("Authorization", "Bearer "+a.token)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		a.t.Fatal(err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		a.t.Fatal(err)
	}
	if resp.StatusCode != status {
		a.t.Fatalf("%s %s: status %d: %s", method, path, resp.StatusCode, data)
	}
	if reply != nil {
		if err := json.Unmarshal(data, reply); err != nil {
			a.t.Fatalf("%s %s: %v in %s", method, path, err, data)
		}
	}
}

// book makes a meeting and gives its id.
func (a *graphAPI) book(room calendar.RoomID, subject string, start time.Time, length time.Duration) string {
	a.t.Helper()
	when := func(t time.Time) map[string]string {
		return map[string]string{"dateTime": t.UTC().Format("2006-01-02T15:04:05.0000000"), "timeZone": "UTC"}
	}
	body, err := json.Marshal(map[string]any{"subject": subject, "start": when(start), "end": when(start.Add(length))})
	if err != nil {
		a.t.Fatal(err)
	}
	var reply struct {
		ID string `json:"id"`
	}
	a.do(http.MethodPost, "/v1.0/users/"+url.PathEscape(string(room))+"/events", "application/json", bytes.NewReader(body), http.StatusCreated, &reply)
	return reply.ID
}

// cancel calls a meeting off as its organiser.
func (a *graphAPI) cancel(room calendar.RoomID, id string) {
	a.t.Helper()
	a.do(http.MethodPost, "/v1.0/users/"+url.PathEscape(string(room))+"/events/"+url.PathEscape(id)+"/cancel", "application/json",
		strings.NewReader(`{"comment":"moved to next week"}`), http.StatusAccepted, nil)
}
