package tenant_test

import (
	"io"
	"net/http"
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
