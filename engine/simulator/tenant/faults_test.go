package tenant_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/roomink/roomink/engine/simulator/tenant"
)

// TestFaultOfAPart: one part of a batch fails, its neighbours and the outer 200
// don't; and the same fault of a request that comes alone.
func TestFaultOfAPart(t *testing.T) {
	w := signedIn(t, emptyOffice)
	first := "/users/" + berlinRoom + "/calendarView/delta?" + span(monday, monday.AddDate(0, 0, 1))
	for _, c := range []struct {
		fault  tenant.Fault
		status int
		code   string
		header string // "name: value"
	}{
		{tenant.FaultThrottled, 429, "ApplicationThrottled", "Retry-After: 1"},
		{tenant.FaultThrottledUntil, 429, "ApplicationThrottled", "Retry-After: Mon, 23 Nov 2026 10:07:01 GMT"},
		{tenant.FaultUnavailable, 503, "serviceNotAvailable", "Retry-After: 1"},
		{tenant.FaultGatewayTimeout, 504, "UnknownError", ""},
		{tenant.FaultServerError, 500, "ErrorInternalServerTransientError", ""},
		{tenant.FaultUnauthorized, 401, "InvalidAuthenticationToken", ""},
		{tenant.FaultDenied, 403, "ErrorAccessDenied", ""},
		{tenant.FaultNoMailbox, 404, "MailboxNotEnabledForRESTAPI", ""},
		{tenant.FaultSyncStateGone, 410, "SyncStateNotFound", ""},
		{tenant.FaultSyncStateMoved, 410, "SyncStateNotFound", "Location: " + w.url + "/v1.0/users/" + berlinRoom +
			"/calendarView/delta?startDateTime=2026-11-23T10:07:00Z&endDateTime=2026-11-24T10:07:00Z&$deltatoken="},
		{tenant.FaultResyncRequired, 410, "resyncRequired", ""},
		{tenant.FaultHollow, 200, "", ""},
		{tenant.FaultTruncated, 200, "", ""},
		{tenant.FaultMalformed, 200, "", ""},
		{tenant.FaultBadGateway, 502, "", ""},
		{tenant.FaultDropped, 0, "", ""},
	} {
		t.Run(string(c.fault), func(t *testing.T) {
			link := w.must(200, "GET", first, nil)["@odata.deltaLink"].(string)
			rel := strings.TrimPrefix(link, w.url+"/v1.0")
			// Another room's requests don't meet it.
			w.tenant.FailParts(c.fault, 1, strings.ToUpper(berlinRoom))
			w.must(200, "GET", "/users/"+newYorkRoom+"/calendarView?"+span(monday, monday), nil)
			m := w.must(200, "POST", "/$batch", map[string]any{"requests": []any{
				map[string]any{"id": "1", "method": "GET", "url": rel}, map[string]any{"id": "2", "method": "GET", "url": rel}}})
			parts := map[string]map[string]any{}
			for _, r := range m["responses"].([]any) {
				parts[r.(map[string]any)["id"].(string)] = r.(map[string]any)
			}
			if parts["2"]["status"] != 200.0 || parts["2"]["body"].(map[string]any)["value"] == nil {
				t.Errorf("the other part: %v", parts["2"])
			}
			checkPart(t, parts["1"], c.fault, c.status, c.code, c.header)
			if n := w.tenant.Struck()[c.fault]; n != 1 {
				t.Errorf("struck %d times", n)
			}
		})
	}
}

// TestFaultOfARoomList: only what is named fails.
func TestFaultOfARoomList(t *testing.T) {
	w := signedIn(t)
	w.tenant.FailParts(tenant.FaultDenied, 1, "hudson.loft@nordlicht.example")
	w.must(200, "GET", "/places/microsoft.graph.room", nil)
	w.must(200, "GET", "/places/speicherhaus@nordlicht.example/microsoft.graph.roomlist/rooms", nil)
	w.must(403, "GET", "/places/hudson.loft@nordlicht.example/microsoft.graph.roomlist/rooms", nil)
	w.must(200, "GET", "/places/hudson.loft@nordlicht.example/microsoft.graph.roomlist/rooms", nil)
}

func checkPart(t *testing.T, part map[string]any, fault tenant.Fault, status int, code, header string) {
	t.Helper()
	if fault == tenant.FaultDropped {
		if part != nil {
			t.Errorf("the part is answered: %v", part)
		}
		return
	}
	if part["status"] != float64(status) {
		t.Fatalf("%v", part)
	}
	if name, value, ok := strings.Cut(header, ": "); ok && part["headers"].(map[string]any)[name] != value {
		t.Errorf("headers %v, want %s", part["headers"], header)
	}
	switch body := part["body"].(type) {
	case string: // what is no JSON comes as base64
		raw, err := base64.StdEncoding.DecodeString(body)
		if err != nil || json.Valid(raw) || len(raw) == 0 || code != "" {
			t.Errorf("%v %q", err, raw)
		}
	case map[string]any:
		e, _ := body["error"].(map[string]any)
		if got, _ := e["code"].(string); got != code || code == "" && len(body) != 0 {
			t.Errorf("%v", body)
		}
		if code != "" && (e["message"] == "" || e["innerError"].(map[string]any)["request-id"] == "") {
			t.Errorf("%v", e)
		}
	}
}

// TestFaultOfAWhole: an HTTP request fails, a batch with all its parts.
func TestFaultOfAWhole(t *testing.T) {
	w := signedIn(t, emptyOffice)
	batch := func() (int, string, string) {
		r := w.request("POST", "/v1.0/$batch", strings.NewReader(`{"requests":[{"id":"1","method":"GET","url":"/me"}]}`))
		r.Header.Set("Authorization", "Bearer "+w.token)
		r.Header.Set("Content-Type", "application/json")
		res, err := w.http.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = res.Body.Close() }()
		raw, err := io.ReadAll(res.Body)
		if err != nil {
			return res.StatusCode, res.Header.Get("Content-Type"), "cut"
		}
		return res.StatusCode, res.Header.Get("Content-Type"), string(raw)
	}
	for fault, want := range map[tenant.Fault]string{
		tenant.FaultThrottled: "429 json", tenant.FaultThrottledUntil: "429 json", tenant.FaultUnavailable: "503 json", tenant.FaultGatewayTimeout: "504 json",
		tenant.FaultUnauthorized: "401 json", tenant.FaultBadGateway: "502 html", tenant.FaultPortal: "200 html", tenant.FaultHollow: "200 json",
		tenant.FaultTruncated: "200 none", tenant.FaultMalformed: "200 none", tenant.FaultDropped: "200 cut",
	} {
		w.tenant.FailWhole(fault, 1)
		status, kind, body := batch()
		words := "none"
		switch {
		case body == "cut":
			words = "cut"
		case strings.HasPrefix(kind, "text/html") && strings.HasPrefix(body, "<html>"):
			words = "html"
		case json.Valid([]byte(body)):
			words = "json"
		}
		if got := fmt.Sprint(status, " ", words); got != want {
			t.Errorf("%s: %s, want %s: %s", fault, got, want, body)
		}
		if status, _, _ := batch(); status != 200 {
			t.Errorf("%s: the next answers %d", fault, status)
		}
	}
	w.tenant.FailWhole(tenant.FaultMissed, 1) // has no meaning
	w.tenant.FailWhole(tenant.FaultThrottled, 5)
	w.tenant.Calm()
	if status, _, _ := batch(); status != 200 {
		t.Errorf("not calm: %d", status)
	}
}

// TestDeltaFaults: what change tracking says wrongly, and that a full read does not.
func TestDeltaFaults(t *testing.T) {
	day := monday.Truncate(24 * time.Hour)
	at := func(h int) time.Time { return day.Add(time.Duration(h) * time.Hour) }
	var w *world
	var d *deltaClient
	book := func(subject string, h int, rule string) string {
		t.Helper()
		id, err := w.tenant.Book(berlinRoom, tenant.Meeting{Subject: subject, Start: at(h), End: at(h + 1), RRule: rule})
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	begin := func(t *testing.T) {
		w = signedIn(t, emptyOffice)
		book("one", 9, "")
		book("daily", 11, "FREQ=DAILY")
		d = newDeltaClient(w, berlinRoom, day, day.AddDate(0, 0, 3))
		d.round()
	}
	t.Run("missed", func(t *testing.T) {
		begin(t)
		w.tenant.FailParts(tenant.FaultMissed, 1)
		d.round() // nothing to miss
		id := book("two", 13, "")
		d.round()
		if len(d.got) != 0 {
			t.Errorf("told %v", d.got)
		}
		d.round()
		if len(d.got) != 0 || slices.Equal(d.lines(), d.view()) {
			t.Errorf("told later %v", d.got)
		}
		if err := w.tenant.Move(berlinRoom, id, at(14), at(15)); err != nil { // a change anew is told
			t.Fatal(err)
		}
		d.round()
		d.check("after another change")
		w.tenant.FailParts(tenant.FaultMissed, 1)
		book("three", 16, "")
		d.round()
		d = newDeltaClient(w, berlinRoom, day, day.AddDate(0, 0, 3))
		d.round()
		d.check("full read")
	})
	t.Run("late", func(t *testing.T) {
		begin(t)
		w.tenant.FailParts(tenant.FaultLate, 1)
		book("two", 13, "")
		if d.round(); len(d.got) != 0 {
			t.Errorf("told %v", d.got)
		}
		d.round()
		d.check("a round later")
	})
	t.Run("replayed", func(t *testing.T) {
		begin(t)
		w.tenant.FailParts(tenant.FaultReplayed, 1)
		if d.round(); len(d.got) == 0 {
			t.Error("nothing came again")
		}
		d.check("after a replay")
	})
	t.Run("shuffled", func(t *testing.T) {
		begin(t)
		for i := range 12 {
			book(fmt.Sprint("more ", i), i, "")
		}
		w.tenant.FailParts(tenant.FaultShuffled, 1)
		d.page = 3
		d.round()
		seen := map[string]int{}
		for _, it := range d.got {
			seen[it["id"].(string)]++
		}
		if len(d.got) <= len(seen) || len(seen) != 12 {
			t.Errorf("%d items, %d of them different", len(d.got), len(seen))
		}
		d.check("the last copy counts")
	})
	t.Run("wedged", func(t *testing.T) {
		begin(t)
		w.tenant.FailParts(tenant.FaultWedged, 1, berlinRoom)
		link := d.link
		for range 5 {
			m := w.must(200, "GET", link, nil)
			if link, _ = m["@odata.nextLink"].(string); link == "" {
				t.Fatalf("not wedged: %v", m)
			}
		}
		d.round() // from the deltaLink: another round
		w.tenant.Calm()
		if m := w.must(200, "GET", link, nil); m["@odata.deltaLink"] == nil {
			t.Errorf("still wedged: %v", m)
		}
	})
	t.Run("foreign link", func(t *testing.T) {
		begin(t)
		w.tenant.FailParts(tenant.FaultForeignLink, 1)
		m := w.must(200, "GET", d.link, nil)
		if link := m["@odata.deltaLink"].(string); !strings.HasPrefix(link, "https://graph.microsoft.com.evil.example/v1.0/users/") {
			t.Errorf("%s", link)
		}
		d.round()
	})
	t.Run("location of a 410", func(t *testing.T) {
		begin(t)
		w.tenant.FailParts(tenant.FaultSyncStateMoved, 1)
		a, m := w.graph("GET", d.link, nil)
		w.wantError(a, m, 410, "SyncStateNotFound")
		if got := values(w.must(200, "GET", a.header.Get("Location"), nil)); len(got) == 0 {
			t.Error("the new beginning is empty")
		}
	})
}
