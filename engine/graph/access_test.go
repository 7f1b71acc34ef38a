package graph_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/graph"
	"github.com/roomink/roomink/engine/syncer"
)

const (
	accessDenied = `{"error":{"code":"ErrorAccessDenied","message":"Access is denied. Check credentials and try again."}}`
	byOldPolicy  = `{"error":{"code":"ErrorAccessDenied","message":"Access to OData is disabled."}}`
	byPolicy     = `{"error":{"code":"ErrorAccessDenied","message":"Access to OData is disabled: [RAOP] : Blocked by tenant configured AppOnly AccessPolicy settings."}}`
	noRights     = `{"error":{"code":"Authorization_RequestDenied","message":"Insufficient privileges to complete the operation."}}`
	noUser       = `{"error":{"code":"ErrorInvalidUser","message":"The requested user 'x' is invalid."}}`
	noResource   = `{"error":{"code":"Request_ResourceNotFound","message":"Resource does not exist."}}`
)

// application is a Graph of one function, read with an application's token.
func application(t *testing.T, handler http.HandlerFunc) *graph.Source {
	t.Helper()
	srv := httptest.NewServer(handler)
	t.Cleanup(srv.Close)
	return newSource(t, graph.Options{BaseURL: srv.URL + "/v1.0", Token: staticToken, AppOnly: true, Now: func() time.Time { return monday }})
}

// says answers every request alike.
func says(status int, contentType, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

func TestProbe(t *testing.T) {
	tests := map[string]struct {
		status      int
		contentType string
		body        string
		kind        syncer.Kind // "" = it can be read
		remedy      string
	}{
		"readable":            {200, "application/json", `{"value":[{"id":"A"}]}`, "", ""},
		"readable, empty":     {200, "application/json", `{"value":[]}`, "", ""},
		"refused":             {403, "application/json", accessDenied, syncer.Denied, "Calendars.Read"},
		"refused by policy":   {403, "application/json", byPolicy, syncer.Denied, "Test-ApplicationAccessPolicy -Identity ada@contoso.com"},
		"refused, old text":   {403, "application/json", byOldPolicy, syncer.Denied, "application access policy"},
		"no rights at all":    {403, "application/json", noRights, syncer.Denied, "Calendars.Read"},
		"no such mailbox":     {404, "application/json", noUser, syncer.NotFound, "e-mail address"},
		"on premises":         {404, "application/json", `{"error":{"code":"MailboxNotEnabledForRESTAPI","message":"m"}}`, syncer.NotFound, "Exchange Online"},
		"throttled":           {429, "application/json", `{}`, syncer.Throttled, ""},
		"token refused":       {401, "application/json", `{}`, syncer.SignIn, "approve Roomink for the organisation"},
		"outage":              {503, "text/html", "<html>", syncer.Offline, ""},
		"captive portal":      {200, "text/html", "<html>", syncer.Offline, "proxy"},
		"web filter":          {403, "text/html", "<html>Access Denied</html>", syncer.Failed, "proxy"},
		"web filter, 404":     {404, "text/html", "<html>", syncer.Failed, "proxy"},
		"web filter, JSON":    {403, "application/json", `{}`, syncer.Failed, "proxy"},
		"conditional access":  {403, "application/json", `{"error":{"code":"AccessDenied","message":"Blocked by conditional access."}}`, syncer.Failed, ""},
		"empty object":        {200, "application/json", `{}`, syncer.Failed, ""},
		"null":                {200, "application/json", `null`, syncer.Failed, ""},
		"truncated":           {200, "application/json", `{"value":[{"id":"A"`, syncer.Failed, ""},
		"value of wrong type": {200, "application/json", `{"value":"none"}`, syncer.Failed, ""},
		"list":                {200, "application/json", `[]`, syncer.Failed, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			err := application(t, says(tt.status, tt.contentType, tt.body)).Probe(t.Context(), "ada@contoso.com")
			if tt.kind == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			e := wantKind(t, err, tt.kind)
			if e.Op != "read the calendar of ada@contoso.com" || !strings.Contains(e.Remedy, tt.remedy) {
				t.Errorf("%+v", e)
			}
		})
	}
}

func TestProbeOfNoMailbox(t *testing.T) {
	s := application(t, func(http.ResponseWriter, *http.Request) { t.Error("a request was sent") })
	wantKind(t, s.Probe(t.Context(), " "), syncer.Failed)
}

func TestAMailboxCannotLeaveItsPlaceInTheAddress(t *testing.T) {
	var path string
	s := application(t, func(w http.ResponseWriter, r *http.Request) {
		path = r.URL.EscapedPath()
		says(404, "application/json", noUser)(w, r)
	})
	wantKind(t, s.Probe(t.Context(), "../me/messages?x=#y@contoso.com"), syncer.NotFound)
	if path != "/v1.0/users/..%2Fme%2Fmessages%3Fx%3D%23y%40contoso.com/calendarView" {
		t.Errorf("asked for %s", path)
	}
}

func TestProbeEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	s := application(t, func(_ http.ResponseWriter, r *http.Request) {
		cancel()
		<-r.Context().Done()
	})
	if err := s.Probe(ctx, "ada@contoso.com"); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

func TestRemediesOfAnApplication(t *testing.T) {
	reply := map[string]struct {
		status int
		body   string
	}{
		"a": {403, accessDenied}, "b": {403, accessDenied}, "policy": {403, byPolicy}, "gone": {404, noUser},
	}
	source := func(t *testing.T) *graph.Source {
		return application(t, answers(t, func(base string, p sent) (int, string) {
			for room, r := range reply {
				if strings.HasPrefix(p.URL, "/users/"+room+"/") {
					return r.status, r.body
				}
			}
			return 200, page(end(base, "z"))
		}))
	}
	remedies := func(t *testing.T, s *graph.Source, rooms ...calendar.RoomID) []string {
		t.Helper()
		var requests []syncer.Request
		for _, r := range rooms {
			requests = append(requests, syncer.Request{Room: r})
		}
		changes, err := s.Changes(t.Context(), requests)
		if err != nil {
			t.Fatal(err)
		}
		out := make([]string, len(changes))
		for i, c := range changes {
			if e, ok := errors.AsType[*syncer.Error](c.Err); ok {
				out[i] = e.Remedy
			}
		}
		return out
	}
	t.Run("all are refused", func(t *testing.T) {
		for _, r := range remedies(t, source(t), "a", "b") {
			if !strings.Contains(r, "consent to the application permission Calendars.Read") || !strings.Contains(r, "RBAC for Applications") {
				t.Error(r)
			}
		}
	})
	t.Run("one is refused", func(t *testing.T) {
		s := source(t)
		for range 2 { // the second time alone: the words stay
			if r := remedies(t, s, "a", "fine")[0]; !strings.Contains(r, "can read other calendars, but not this one") || !strings.Contains(r, "-Resource a.") {
				t.Error(r)
			}
		}
		if r := remedies(t, s, "a")[0]; !strings.Contains(r, "-Resource a.") {
			t.Error(r)
		}
	})
	t.Run("policy and no mailbox", func(t *testing.T) {
		got := remedies(t, source(t), "policy", "gone")
		if !strings.Contains(got[0], "Test-ApplicationAccessPolicy -Identity policy ") || !strings.Contains(got[1], "Check the room's e-mail address") {
			t.Errorf("%q", got)
		}
	})
	t.Run("nobody speaks of a signed-in account", func(t *testing.T) {
		for _, r := range remedies(t, source(t), "a", "policy", "gone") {
			if strings.Contains(r, "ign in") || strings.Contains(r, "account") || strings.Contains(r, "MailboxFolderPermission") {
				t.Error(r)
			}
		}
	})
	t.Run("whole requests", func(t *testing.T) {
		for status, want := range map[int]string{401: "approve Roomink for the organisation", 403: "application permission Calendars.Read"} {
			_, err := application(t, says(status, "application/json", noRights)).Changes(t.Context(), []syncer.Request{{Room: "a"}})
			if e, ok := errors.AsType[*syncer.Error](err); !ok || !strings.Contains(e.Remedy, want) {
				t.Errorf("%d: %v", status, err)
			}
		}
		_, err := application(t, says(403, "application/json", noRights)).Rooms(t.Context())
		if e := wantKind(t, err, syncer.Denied); !strings.Contains(e.Remedy, "application permission Place.Read.All") {
			t.Errorf("%+v", e)
		}
	})
}

// TestAnApplicationAsksForZonesAsARoom covers rooms that may not ask.
func TestAnApplicationAsksForZonesAsARoom(t *testing.T) {
	tests := map[string]struct {
		rooms   int
		refused func(room int) (status int, body string)
		zones   int
		asked   string // who asked, as far as it matters
	}{
		"the first asks for twenty": {45, nil, 45, "r0 r20 r40"},
		"the next one asks":         {5, func(i int) (int, string) { return []int{403, 404, 0, 0, 0}[i], noUser }, 5, "r0 r1 r2"},
		"three are enough":          {25, func(i int) (int, string) { return map[bool]int{true: 403}[i < 20], accessDenied }, 5, "r0 r1 r2 r20"},
		"nobody may":                {200, func(int) (int, string) { return 403, accessDenied }, 0, "r0 r1 r2 r20 r21 r22 r40 r41 r42 r60 r61 r62 r80 r81 r82 r100 r101 r102"},
		"an outage ends it":         {45, func(int) (int, string) { return 503, `{}` }, 0, "r0"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var asked []string
			s := application(t, func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Type", "application/json")
				if strings.HasSuffix(r.URL.Path, "getSchedule") {
					var room int
					if _, err := fmt.Sscanf(r.URL.Path, "/v1.0/users/r%d@x/calendar/getSchedule", &room); err != nil {
						t.Errorf("%s: %v", r.URL.Path, err)
					}
					asked = append(asked, fmt.Sprint("r", room))
					if tt.refused != nil {
						if status, body := tt.refused(room); status != 0 {
							says(status, "application/json", body)(w, r)
							return
						}
					}
					says(200, "application/json", schedules(t, r.Body))(w, r)
					return
				}
				var items []string
				for i := range tt.rooms {
					items = append(items, fmt.Sprintf(`{"emailAddress":"r%d@x"}`, i))
				}
				_, _ = io.WriteString(w, `{"value":[`+strings.Join(items, ",")+`]}`)
			})
			rooms, err := s.Rooms(t.Context())
			if err != nil || len(rooms) != tt.rooms {
				t.Fatalf("%d rooms, %v", len(rooms), err)
			}
			zones := 0
			for _, r := range rooms {
				if r.TimeZone != "" {
					zones++
				}
			}
			if zones != tt.zones || strings.Join(asked, " ") != tt.asked {
				t.Errorf("%d zones, asked as %s; want %d, %s", zones, strings.Join(asked, " "), tt.zones, tt.asked)
			}
		})
	}
}

// schedules answers a getSchedule for all that it names.
func schedules(t *testing.T, body io.Reader) string {
	var in struct{ Schedules []string }
	if err := json.NewDecoder(body).Decode(&in); err != nil {
		t.Error(err)
	}
	var out []string
	for _, s := range in.Schedules {
		out = append(out, fmt.Sprintf(`{"scheduleId":%q,"workingHours":{"timeZone":{"name":"Tokyo Standard Time"}}}`, s))
	}
	return `{"value":[` + strings.Join(out, ",") + `]}`
}

// TestWhatStandsBetween shows what a proxy and a certificate that is not trusted
// make of an error.
func TestWhatStandsBetween(t *testing.T) {
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Proxy-Authenticate", "Negotiate")
		w.WriteHeader(http.StatusProxyAuthRequired)
	}))
	t.Cleanup(proxy.Close)
	impostor := httptest.NewUnstartedServer(says(200, "application/json", `{"value":[]}`))
	impostor.Config.ErrorLog = log.New(io.Discard, "", 0)
	impostor.StartTLS()
	t.Cleanup(impostor.Close)
	t.Setenv("HTTPS_PROXY", proxy.URL)
	t.Setenv("NO_PROXY", "")
	for base, want := range map[string]string{"https://graph.test": "can't log in to a proxy of this kind", impostor.URL: "root certificate"} {
		s := newSource(t, graph.Options{BaseURL: base + "/v1.0", Token: staticToken})
		e := wantKind(t, s.Probe(t.Context(), "ada@contoso.com"), syncer.Offline)
		if !strings.Contains(e.Remedy, want) {
			t.Errorf("%s: %+v: %v", base, e, e)
		}
	}
}
