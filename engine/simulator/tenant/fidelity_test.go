package tenant_test

import (
	"compress/gzip"
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/roomink/roomink/engine/simulator/tenant"
)

// The tests of this file hold the tenant to what Microsoft documents, one point
// each, where the tests beside them don't (stubs, silent deletions and cursors:
// delta_test.go; batches, getSchedule and gzip bodies: graph_test.go; scopes and
// roles: exchange_test.go; throttling: throttle_test.go, storm_test.go).

// TestErrorBodies: graph.md 3.8.
func TestErrorBodies(t *testing.T) {
	w := signedIn(t, emptyOffice)
	day := span(monday, monday.AddDate(0, 0, 1))
	view := "/users/" + berlinRoom + "/calendarView"
	event := w.must(201, "POST", "/users/"+berlinRoom+"/events", map[string]any{"subject": "x", "start": dt("2026-11-23T20:00:00"), "end": dt("2026-11-23T21:00:00")})
	good := w.token
	for _, c := range []struct {
		name, method, path string
		body               any
		header             []string
		status             int
		code               string
	}{
		{"bad token", "GET", "/me", nil, nil, 401, "InvalidAuthenticationToken"},
		{"no such mailbox", "GET", "/users/ghost@x.example/calendarView?" + day, nil, nil, 404, "ErrorInvalidUser"},
		{"no such event", "GET", "/users/" + berlinRoom + "/events/AAMkx", nil, nil, 404, "ErrorItemNotFound"},
		{"no window", "GET", view, nil, nil, 400, "ErrorInvalidParameter"},
		{"unknown zone", "GET", view + "?" + day, nil, []string{"Prefer", `outlook.timezone="Customized Time Zone"`}, 400, "TimeZoneNotSupportedException"},
		{"no such resource", "GET", "/me/drive", nil, nil, 400, "BadRequest"},
		{"wrong method", "DELETE", view, nil, nil, 405, "Request_BadRequest"},
		{"old change key", "PATCH", "/users/" + berlinRoom + "/events/" + event["id"].(string), map[string]any{"subject": "y"}, []string{"If-Match", `W/"old"`}, 412, "ErrorIrresolvableConflict"},
		{"lost state", "GET", view + "/delta?$deltatoken=" + strings.Repeat("x", 80), nil, nil, 410, "SyncStateNotFound"},
		{"a directory object", "GET", "/users/" + berlinRoom, nil, nil, 403, "Authorization_RequestDenied"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w.token = good
			if c.status == 401 {
				w.token = "junk"
			}
			a, m := w.graph(c.method, c.path, c.body, append(c.header, "client-request-id", "0a0b0c0d-mine")...)
			w.wantError(a, m, c.status, c.code)
			inner := m["error"].(map[string]any)["innerError"].(map[string]any)
			if inner["client-request-id"] != "0a0b0c0d-mine" || a.header.Get("client-request-id") != "0a0b0c0d-mine" || inner["date"] != "2026-11-23T10:07:00" {
				t.Errorf("%v", inner)
			}
			if a.header.Get("x-ms-ags-diagnostic") == "" || a.header.Get("Strict-Transport-Security") == "" || !strings.HasPrefix(a.header.Get("Content-Type"), "application/json") {
				t.Errorf("%v", a.header)
			}
			if challenge := a.header.Get("WWW-Authenticate"); (c.status == 401) != strings.HasPrefix(challenge, `Bearer realm=""`) {
				t.Errorf("%q", challenge)
			}
		})
	}
}

var etagRE = regexp.MustCompile(`^W/"[A-Za-z0-9+/=]+"$`)

// TestAnnotations: graph.md 3.1 to 3.4.
func TestAnnotations(t *testing.T) {
	w := signedIn(t)
	week := span(monday.AddDate(0, 0, -1), monday.AddDate(0, 0, 7))
	body := map[string]any{"schedules": []string{berlinRoom}, "startTime": dt("2026-11-23T00:00:00"), "endTime": dt("2026-11-24T00:00:00")}
	for _, c := range []struct {
		method, path, context string
		body                  any
	}{
		{"GET", "/places/microsoft.graph.room", "places/microsoft.graph.room", nil},
		{"GET", "/places/microsoft.graph.roomlist", "places/microsoft.graph.roomList", nil},
		{"GET", "/users/" + berlinRoom + "/calendarView?" + week, "users('polarlicht%40nordlicht.example')/calendarView", nil},
		{"GET", "/users/" + berlinRoom + "/calendarView/delta?" + week, "Collection(event)", nil},
		{"POST", "/me/calendar/getSchedule", "Collection(microsoft.graph.scheduleInformation)", body},
	} {
		m := w.must(200, c.method, c.path, c.body)
		if m["@odata.context"] != w.url+"/v1.0/$metadata#"+c.context {
			t.Errorf("%s: %v", c.path, m["@odata.context"])
		}
		for _, it := range values(m) {
			if !strings.Contains(c.path, "calendarView") {
				continue
			}
			if tag, _ := it["@odata.etag"].(string); !etagRE.MatchString(tag) {
				t.Errorf("%s: etag %q", c.path, tag)
			}
			if typed := it["@odata.type"] == "#microsoft.graph.event"; typed != strings.Contains(c.path, "delta") {
				t.Errorf("%s: type %v", c.path, it["@odata.type"])
			}
		}
		next, _ := m["@odata.nextLink"].(string)
		delta, _ := m["@odata.deltaLink"].(string)
		if next != "" && delta != "" || next+delta != "" && !strings.HasPrefix(next+delta, w.url+"/v1.0/users/"+berlinRoom+"/calendarView") {
			t.Errorf("%s: links %q %q", c.path, next, delta)
		}
	}
}

// TestPageSizes: ten, unless the request says otherwise; every page of a round
// needs it said again.
func TestPageSizes(t *testing.T) {
	w := signedIn(t, emptyOffice)
	for i := range 25 {
		if _, err := w.tenant.Book(berlinRoom, tenant.Meeting{Start: monday.Add(time.Duration(i) * time.Minute), End: monday.Add(time.Hour)}); err != nil {
			t.Fatal(err)
		}
	}
	day := span(monday, monday.AddDate(0, 0, 1))
	for _, c := range []struct {
		path   string
		prefer string
		want   []int
	}{
		{"calendarView?", "", []int{10, 10, 5}},
		{"calendarView?$top=20&", "", []int{20, 5}},
		{"calendarView?", "odata.maxpagesize=9", []int{9, 9, 7}},
		{"calendarView/delta?", "", []int{10, 10, 5}},
		{"calendarView/delta()?", "odata.maxpagesize=12", []int{12, 12, 1}},
		{"calendarView/delta?", "odata.maxpagesize=5000", []int{25}},
	} {
		var got []int
		for next := "/users/" + berlinRoom + "/" + c.path + day; next != ""; {
			a, m := w.graph("GET", next, nil, "Prefer", c.prefer)
			got = append(got, len(values(m)))
			if echoed := strings.Contains(a.header.Get("Preference-Applied"), "odata.maxpagesize"); echoed != (c.prefer != "") {
				t.Errorf("Preference-Applied %q", a.header.Get("Preference-Applied"))
			}
			next, _ = m["@odata.nextLink"].(string)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s %s: pages of %v, want %v", c.path, c.prefer, got, c.want)
		}
	}
}

// TestOpaqueCursors: a token tells nothing, differs each time, and can't be made.
func TestOpaqueCursors(t *testing.T) {
	w := signedIn(t, emptyOffice)
	first := "/users/" + berlinRoom + "/calendarView/delta?" + span(monday, monday.AddDate(0, 0, 1))
	seen := map[string]bool{}
	for range 5 {
		link := w.must(200, "GET", first, nil)["@odata.deltaLink"].(string)
		u, err := url.Parse(link)
		if err != nil || len(u.Query()) != 1 {
			t.Fatalf("%v %s", err, link)
		}
		token := u.Query().Get("$deltatoken")
		if len(token) < 80 || seen[token] || strings.Contains(token, "2026") {
			t.Errorf("token %q", token)
		}
		seen[token] = true
		flipped := strings.Replace(link, token, strings.ToUpper(token), 1)
		a, m := w.graph("GET", flipped, nil)
		w.wantError(a, m, 410, "SyncStateNotFound")
		w.must(200, "GET", strings.Replace(link, "$deltatoken", "$deltaToken", 1), nil) // names have any case
	}
}

// TestWindowsZones: zones are told by their Windows names, and asked for by
// either.
func TestWindowsZones(t *testing.T) {
	w := signedIn(t, emptyOffice)
	m := w.must(201, "POST", "/users/"+newYorkRoom+"/events", map[string]any{"subject": "x",
		"start": map[string]any{"dateTime": "2026-11-23T15:00:00", "timeZone": "Europe/Berlin"},
		"end":   map[string]any{"dateTime": "2026-11-23T10:00:00", "timeZone": "Eastern Standard Time"}})
	if m["originalStartTimeZone"] != "Eastern Standard Time" {
		t.Errorf("%v", m["originalStartTimeZone"])
	}
	for prefer, want := range map[string]string{
		"":                                       "2026-11-23T14:00:00.0000000 UTC",
		`outlook.timezone="Tokyo Standard Time"`: "2026-11-23T23:00:00.0000000 Tokyo Standard Time",
		`outlook.timezone="America/New_York"`:    "2026-11-23T09:00:00.0000000 America/New_York",
		`outlook.timezone="Eastern Standard Time"`: "2026-11-23T09:00:00.0000000 Eastern Standard Time",
	} {
		start := w.must(200, "GET", "/users/"+newYorkRoom+"/events/"+m["id"].(string), nil, "Prefer", prefer)["start"].(map[string]any)
		if got := fmt.Sprint(start["dateTime"], " ", start["timeZone"]); got != want {
			t.Errorf("%s: %s, want %s", prefer, got, want)
		}
	}
	// The zone of working hours may have no useful name.
	if err := w.tenant.EditRoom(newYorkRoom, func(r *tenant.Room) { r.CustomZone = true }); err != nil {
		t.Fatal(err)
	}
	hours := values(w.must(200, "POST", "/me/calendar/getSchedule", map[string]any{"schedules": []string{newYorkRoom, berlinRoom},
		"startTime": dt("2026-11-23T00:00:00"), "endTime": dt("2026-11-24T00:00:00")}))
	for i, want := range []string{"Customized Time Zone", "W. Europe Standard Time"} {
		zone := hours[i]["workingHours"].(map[string]any)["timeZone"].(map[string]any)
		if zone["name"] != want || (zone["@odata.type"] != nil) != (i == 0) {
			t.Errorf("%v", zone)
		}
	}
	// A window without offset is UTC whatever is preferred.
	list := values(w.must(200, "GET", "/users/"+newYorkRoom+"/calendarView?startDateTime=2026-11-23T14:30:00&endDateTime=2026-11-23T14:40:00", nil,
		"Prefer", `outlook.timezone="Tokyo Standard Time"`))
	if len(list) != 1 {
		t.Errorf("%v", list)
	}
}

// TestImmutableIDs: they differ from regular ones, come only where each request
// asks for them, and either finds the event.
func TestImmutableIDs(t *testing.T) {
	w := signedIn(t, emptyOffice)
	booked, err := w.tenant.Book(berlinRoom, tenant.Meeting{Subject: "daily", Start: monday, End: monday.Add(time.Hour), RRule: "FREQ=DAILY"})
	if err != nil {
		t.Fatal(err)
	}
	view := "/users/" + berlinRoom + "/calendarView?" + span(monday, monday.AddDate(0, 0, 2))
	const prefer = `IdType="ImmutableId"`
	plain, immutable := values(w.must(200, "GET", view, nil)), values(w.must(200, "GET", view, nil, "Prefer", prefer))
	for i := range plain {
		p, q := plain[i]["id"].(string), immutable[i]["id"].(string)
		if p == q || plain[i]["seriesMasterId"] == immutable[i]["seriesMasterId"] || immutable[i]["seriesMasterId"] != booked {
			t.Errorf("%s %s", p, q)
		}
		for _, id := range []string{p, q} {
			path := "/users/" + berlinRoom + "/events/" + url.PathEscape(id)
			if got := w.must(200, "GET", path, nil)["id"]; got != p {
				t.Errorf("%s without the header is %v", id, got)
			}
			if got := w.must(200, "GET", path, nil, "Prefer", prefer)["id"]; got != q {
				t.Errorf("%s with the header is %v", id, got)
			}
		}
		a, m := w.graph("GET", "/users/"+berlinRoom+"/events/"+strings.ToLower(q), nil)
		w.wantError(a, m, 404, "ErrorItemNotFound")
	}
	// A delta link goes with either, so one that forgets the header mixes them.
	delta := w.must(200, "GET", strings.Replace(view, "calendarView", "calendarView/delta", 1), nil, "Prefer", prefer)["@odata.deltaLink"].(string)
	if err := w.tenant.Delete(berlinRoom, booked); err != nil {
		t.Fatal(err)
	}
	for header, same := range map[string]bool{prefer: true, "": false} {
		list := values(w.must(200, "GET", delta, nil, "Prefer", header))
		if len(list) != 1 || list[0]["@removed"] == nil || (list[0]["id"] == booked) != same {
			t.Errorf("%q: %v", header, list)
		}
	}
}

// TestBodyType: HTML unless text is preferred.
func TestBodyType(t *testing.T) {
	w := signedIn(t, emptyOffice)
	id, err := w.tenant.Book(berlinRoom, tenant.Meeting{Start: monday, End: monday.Add(time.Hour), Body: "a < b"})
	if err != nil {
		t.Fatal(err)
	}
	for prefer, want := range map[string]string{"": "html", `outlook.body-content-type="text"`: "text a < b"} {
		a, m := w.graph("GET", "/users/"+berlinRoom+"/events/"+id, nil, "Prefer", prefer)
		body := m["body"].(map[string]any)
		got := fmt.Sprint(body["contentType"], " ", body["content"])
		if !strings.HasPrefix(got, want) || m["bodyPreview"] != "a < b" || !strings.Contains(a.header.Get("Preference-Applied"), prefer) {
			t.Errorf("%s: %v", prefer, m)
		}
	}
}

// TestResponses: what the room answered to an invitation (graph.md 3.7).
func TestResponses(t *testing.T) {
	w := signedIn(t, emptyOffice)
	ada := tenant.Person{Name: "Ada", Address: "ada@nordlicht.example"}
	for i, c := range []struct {
		m    tenant.Meeting
		want string
	}{
		{tenant.Meeting{Organizer: ada}, "accepted"},
		{tenant.Meeting{Organizer: ada, ShowAs: "tentative"}, "tentativelyAccepted"},
		{tenant.Meeting{Organizer: ada, ShowAs: "tentative", Response: "notResponded"}, "notResponded"},
		{tenant.Meeting{Organizer: ada, ShowAs: "free", Response: "declined"}, "declined"},
		{tenant.Meeting{}, "organizer"},
	} {
		c.m.Start = monday.Add(time.Duration(i) * time.Hour)
		c.m.End = c.m.Start.Add(time.Hour)
		id, err := w.tenant.Book(berlinRoom, c.m)
		if err != nil {
			t.Fatal(err)
		}
		m := w.must(200, "GET", "/users/"+berlinRoom+"/events/"+id, nil)
		if got := m["responseStatus"].(map[string]any)["response"]; got != c.want || m["isOrganizer"] != (c.want == "organizer") {
			t.Errorf("%+v: %v", c.m, got)
		}
	}
}

// TestGzipReplies: a long reply is compressed for whoever takes it.
func TestGzipReplies(t *testing.T) {
	w := signedIn(t)
	for _, accepts := range []string{"gzip", "identity"} {
		r := w.request("GET", "/v1.0/places/microsoft.graph.room", nil)
		r.Header.Set("Authorization", "Bearer "+w.token)
		r.Header.Set("Accept-Encoding", accepts)
		res, err := w.http.Transport.RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		zipped := res.Header.Get("Content-Encoding") == "gzip"
		if zipped != (accepts == "gzip") {
			t.Errorf("%s: %v", accepts, res.Header)
		}
		var m map[string]any
		if zipped {
			z, err := gzip.NewReader(res.Body)
			if err != nil {
				t.Fatal(err)
			}
			err = json.NewDecoder(z).Decode(&m)
			if err != nil || len(values(m)) != 8 {
				t.Errorf("%v %v", err, m)
			}
		}
		_ = res.Body.Close()
	}
}

// TestTooManyParts: graph.md 4.1.
func TestTooManyParts(t *testing.T) {
	w := signedIn(t)
	var parts []any
	for i := range 21 {
		parts = append(parts, map[string]any{"id": fmt.Sprint(i), "method": "GET", "url": "/me"})
	}
	a, m := w.graph("POST", "/$batch", map[string]any{"requests": parts})
	w.wantError(a, m, 400, "BadRequest")
	if m := w.must(200, "POST", "/$batch", map[string]any{"requests": parts[:20]}); len(m["responses"].([]any)) != 20 {
		t.Errorf("%v", m)
	}
}

// TestActionsInAnyCase: the docs write parameters of actions in camelCase, the Go
// SDK in PascalCase.
func TestActionsInAnyCase(t *testing.T) {
	w := signedIn(t, emptyOffice)
	for _, name := range []func(string) string{func(s string) string { return s }, strings.ToUpper,
		func(s string) string { return strings.ToUpper(s[:1]) + s[1:] }} {
		m := w.must(200, "POST", "/me/calendar/microsoft.graph.getSchedule", map[string]any{name("schedules"): []string{berlinRoom},
			name("startTime"): dt("2026-11-23T00:00:00"), name("endTime"): dt("2026-11-24T00:00:00"), name("availabilityViewInterval"): 60})
		if view := values(m)[0]["availabilityView"]; view != strings.Repeat("0", 24) {
			t.Errorf("%v", view)
		}
	}
}

// TestStringsSurvive: whatever a subject holds arrives unharmed.
func TestStringsSurvive(t *testing.T) {
	w := signedIn(t, emptyOffice)
	for i, subject := range []string{"", "\"quoted\" \\ and / <b>&amp;</b>", "tab\tline\nbell\a null\x00", "🎉 emoji 👩🏽‍🚀", "مراجعة التصميم", "\u2028\u2029\u200f", "bad \xff utf8"} {
		start := monday.Add(time.Duration(i) * time.Hour)
		id, err := w.tenant.Book(berlinRoom, tenant.Meeting{Subject: subject, Start: start, End: start.Add(time.Hour)})
		if err != nil {
			t.Fatal(err)
		}
		want := strings.ToValidUTF8(subject, "\ufffd")
		if got := w.must(200, "GET", "/users/"+berlinRoom+"/events/"+id, nil)["subject"]; got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
