package tenant_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"github.com/roomink/roomink/engine/simulator/tenant"
)

// direct sends a request to the handler itself, so that its time may be a
// bubble's.
func (w *world) direct(method, path string, body any) (*httptest.ResponseRecorder, map[string]any) {
	raw, _ := json.Marshal(body)
	r := httptest.NewRequest(method, "http://tenant.example/v1.0"+path, bytes.NewReader(raw))
	r.Header.Set("Authorization", "Bearer "+w.token)
	rec := httptest.NewRecorder()
	w.tenant.ServeHTTP(rec, r)
	var m map[string]any
	_ = json.Unmarshal(rec.Body.Bytes(), &m)
	return rec, m
}

// statuses sends a batch of views, one for each room, and counts the answers.
func (w *world) statuses(rooms ...string) map[int]int {
	var parts []any
	for i, room := range rooms {
		parts = append(parts, map[string]any{"id": fmt.Sprint(i), "method": "GET", "url": "/users/" + room + "/calendarView?" + span(monday, monday)})
	}
	rec, m := w.direct("POST", "/$batch", map[string]any{"requests": parts})
	if rec.Code != http.StatusOK {
		return map[int]int{rec.Code: 1}
	}
	out := map[int]int{}
	for _, r := range m["responses"].([]any) {
		out[int(r.(map[string]any)["status"].(float64))]++
	}
	return out
}

func times(n int, rooms ...string) (out []string) {
	for i := range n {
		out = append(out, rooms[i%len(rooms)])
	}
	return out
}

// TestInFlight: a batch runs four of its parts at once and never throttles
// itself; whoever comes on top of four is throttled, at once.
func TestInFlight(t *testing.T) {
	const latency = 250 * time.Millisecond
	for _, c := range []struct {
		name       string
		mode       tenant.Concurrency
		mine       string // the room of the batch
		other      string // the room that another request asks for
		status     int
		mostFlight int
	}{
		{"per app, another mailbox", tenant.PerApp, berlinRoom, newYorkRoom, 429, 4},
		{"per app, the same mailbox", tenant.PerApp, berlinRoom, berlinRoom, 429, 4},
		{"per mailbox, another mailbox", tenant.PerMailbox, berlinRoom, newYorkRoom, 200, 4},
		{"per mailbox, the same mailbox", tenant.PerMailbox, berlinRoom, berlinRoom, 429, 4},
		{"unlimited", tenant.Unlimited, berlinRoom, berlinRoom, 200, 5},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := signedIn(t, emptyOffice, func(o *tenant.Options) {
				o.PartLatency, o.Concurrency, o.RetryAfter = latency, c.mode, 7*time.Second
			})
			synctest.Test(t, func(t *testing.T) {
				begun := time.Now()
				done := make(chan map[int]int)
				go func() { done <- w.statuses(times(20, c.mine)...) }()
				synctest.Wait() // four parts are under way
				rec, m := w.direct("GET", "/users/"+c.other+"/calendarView?"+span(monday, monday), nil)
				if rec.Code != c.status {
					t.Errorf("%d %v", rec.Code, m)
				}
				if rec.Code == 429 {
					e := m["error"].(map[string]any)
					if e["code"] != "ApplicationThrottled" || e["message"] != "Application is over its MailboxConcurrency limit." || rec.Header().Get("Retry-After") != "7" {
						t.Errorf("%v %v", e, rec.Header())
					}
					if took := time.Since(begun); took != 0 {
						t.Errorf("throttling took %v", took)
					}
				}
				if rec, _ := w.direct("GET", "/places/microsoft.graph.room", nil); rec.Code != 200 { // no business of Outlook's
					t.Errorf("places: %d", rec.Code)
				}
				if got := <-done; got[200] != 20 {
					t.Errorf("the batch: %v", got)
				}
				if took := time.Since(begun); took != 5*latency {
					t.Errorf("20 parts took %v", took)
				}
			})
			if n := w.tenant.MostInFlight(); n != c.mostFlight {
				t.Errorf("%d in flight", n)
			}
		})
	}
}

// TestTwoBatches: of two batches at once, the second finds the four places taken.
func TestTwoBatches(t *testing.T) {
	w := signedIn(t, emptyOffice, func(o *tenant.Options) { o.PartLatency = time.Second })
	synctest.Test(t, func(t *testing.T) {
		done := make(chan map[int]int)
		go func() { done <- w.statuses(times(4, berlinRoom)...) }()
		synctest.Wait()
		if got := w.statuses(times(20, newYorkRoom)...); got[429] != 20 {
			t.Errorf("second batch: %v", got)
		}
		if got := <-done; got[200] != 4 {
			t.Errorf("first batch: %v", got)
		}
		if got := w.statuses(times(20, newYorkRoom)...); got[200] != 20 {
			t.Errorf("afterwards: %v", got)
		}
	})
}

// TestQuota: a mailbox answers 10,000 requests in ten minutes, throttled ones
// counted.
func TestQuota(t *testing.T) {
	w := signedIn(t, emptyOffice)
	for range 500 {
		if got := w.statuses(times(20, berlinRoom)...); got[200] != 20 {
			t.Fatal(got)
		}
	}
	w.clock.advance(3 * time.Minute)
	rec, m := w.direct("GET", "/users/"+berlinRoom+"/calendarView?"+span(monday, monday), nil)
	if rec.Code != 429 || m["error"].(map[string]any)["code"] != "ApplicationThrottled" || rec.Header().Get("Retry-After") != "420" {
		t.Errorf("%d %v %v", rec.Code, rec.Header(), m)
	}
	if got := w.statuses(berlinRoom, newYorkRoom, w.tenant.Rooms()[0].ID); got[429] != 2 || got[200] != 1 {
		t.Errorf("the limit is for each mailbox, by any name: %v", got)
	}
	w.clock.advance(7 * time.Minute)
	if got := w.statuses(berlinRoom); got[200] != 1 {
		t.Errorf("ten minutes later: %v", got)
	}
}
