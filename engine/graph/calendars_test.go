package graph_test

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/graph"
	"github.com/roomink/roomink/engine/syncer"
)

func calendarJSON(id, name, owner string) string {
	return fmt.Sprintf(`{"id":%q,"name":%q,"isDefaultCalendar":%v,"owner":{"name":%q,"address":%q}}`, id, name, id == "Own=", owner, strings.ToUpper(owner[:1])+"@x.com")
}

func listJSON(link string, items ...string) string {
	s := `{"value":[` + strings.Join(items, ",") + `]`
	if link != "" {
		s += `,"@odata.nextLink":"` + link + `"`
	}
	return s + `}`
}

// account answers for the lists of an account that has three groups.
func account(base string, p sent) (int, string) {
	path, query, _ := strings.Cut(p.URL, "?")
	switch path {
	case "/me/calendarGroups":
		if strings.Contains(query, "more") {
			return 200, listJSON("", `{"id":"G3/x","name":"People's calendars"}`)
		}
		return 200, listJSON(base+"/me/calendarGroups?$skip=more", `{"id":"G1","name":"My calendars"}`, `{"id":"G2","name":"Other calendars"}`, `{"name":"no id"}`)
	case "/me/calendars": // not those of every group
		return 200, listJSON("", calendarJSON("Own=", "Calendar", "Ada"), calendarJSON("Loose", "Loose", "Ada"))
	case "/me/calendarGroups/G1/calendars":
		return 200, listJSON("", calendarJSON("Own=", "Calendar", "Ada"), calendarJSON("hols", "Holidays", "Ada"))
	case "/me/calendarGroups/G2/calendars":
		if strings.Contains(query, "more") {
			return 200, listJSON("", calendarJSON("Rome", "Rome", "Rome"), calendarJSON("own=", "Calendar", "Grace"))
		}
		return 200, listJSON(base+"/me/calendarGroups/G2/calendars?$skip=more", calendarJSON("Oslo", "Calendar", "Oslo"))
	case "/me/calendarGroups/G3%2Fx/calendars":
		return 200, listJSON("", `{"id":"nameless","name":null,"owner":{"name":"Grace","address":"G@x.com"}}`, `{"id":null}`, `{"id":"bare","name":"Bare","owner":null}`)
	}
	return 404, `{"error":{"code":"ErrorItemNotFound","message":"m"}}`
}

func TestCalendarsOfTheAccount(t *testing.T) {
	requests := 0
	handler := answers(t, func(base string, p sent) (int, string) {
		if p.ID == "1" {
			requests++
		}
		return account(base, p)
	})
	s, _ := fake(t, handler)
	got, err := s.Calendars(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := []calendar.Room{
		{ID: "calendar:Loose", Name: "Loose"},
		{ID: "calendar:Own=", Name: "Calendar", List: "My calendars"},
		{ID: "calendar:hols", Name: "Holidays", List: "My calendars"},
		{ID: "calendar:own=", Name: "Calendar – Grace", List: "Other calendars"}, // ids differ by case
		{ID: "calendar:Oslo", Name: "Calendar – Oslo", List: "Other calendars"},
		{ID: "calendar:Rome", Name: "Rome", List: "Other calendars"},
		{ID: "calendar:bare", Name: "Bare", List: "People's calendars"},
		{ID: "calendar:nameless", Name: "Grace", List: "People's calendars"},
	}
	if !slices.Equal(got, want) {
		t.Errorf("%+v", got)
	}
	if requests != 4 { // the lists, their second page, the groups, a second page
		t.Errorf("%d requests", requests)
	}
}

func TestCalendarsThatCannotBeListed(t *testing.T) {
	for name, tt := range map[string]struct {
		status int
		body   string
		kind   syncer.Kind
	}{
		"refused":     {403, accessDenied, syncer.Denied},
		"throttled":   {429, `{}`, syncer.Throttled},
		"no mailbox":  {404, `{"error":{"code":"MailboxNotEnabledForRESTAPI","message":"m"}}`, syncer.NotFound},
		"no list":     {200, `{}`, syncer.Failed},
		"null":        {200, `{"value":[null]}`, syncer.Failed},
		"odd":         {200, `{"value":[{"id":{}}]}`, syncer.Failed},
		"other host":  {200, `{"value":[],"@odata.nextLink":"https://evil.example/v1.0/me/calendars"}`, syncer.Failed},
		"no answer":   {0, ``, syncer.Failed},
		"web gateway": {502, `"PGh0bWw+"`, syncer.Offline},
	} {
		for _, path := range []string{"/me/calendarGroups?", "/me/calendars?", "/me/calendarGroups/G2/calendars?"} {
			s, _ := fake(t, answers(t, func(base string, p sent) (int, string) {
				if strings.HasPrefix(p.URL, path) {
					return tt.status, tt.body
				}
				return account(base, p)
			}))
			got, err := s.Calendars(t.Context())
			if e := wantKind(t, err, tt.kind); e.Op != "list calendars" || got != nil {
				t.Errorf("%s of %s: %+v, %v", name, path, e, got)
			}
		}
	}
	s := application(t, says(500, "text/plain", "not to be asked"))
	_, err := s.Calendars(t.Context())
	if e := wantKind(t, err, syncer.Denied); !strings.Contains(e.Remedy, "signed in") || !strings.Contains(e.Error(), "nobody is signed in") {
		t.Errorf("%+v", e)
	}
}

// view is a source that has one calendar of the account, of the given pages.
func view(t *testing.T, pages func(n int) string, asked *[]string) *graph.Source {
	t.Helper()
	s, _ := fake(t, answers(t, func(base string, p sent) (int, string) {
		if asked != nil {
			*asked = append(*asked, p.URL)
		}
		n := 0
		if _, at, ok := strings.Cut(p.URL, "page="); ok {
			_, _ = fmt.Sscan(at, &n)
		}
		return 200, strings.ReplaceAll(pages(n), "BASE", base)
	}))
	return s
}

func readView(t *testing.T, s *graph.Source, id, cursor string) syncer.Change {
	t.Helper()
	got, err := s.Changes(t.Context(), []syncer.Request{{Room: calendar.NewCalendarID(id), Cursor: cursor, Window: syncer.DefaultWindow(monday)}})
	if err != nil {
		t.Fatal(err)
	}
	return got[0]
}

func TestACalendarIsReadInFull(t *testing.T) {
	lunch, dinner := single, strings.NewReplacer(`"S"`, `"T"`, "Lunch", "Dinner").Replace(single)
	var asked []string
	second := dinner
	s := view(t, func(n int) string {
		if n == 0 {
			return listJSON("BASE/me/calendars/x/calendarView?page=1", lunch)
		}
		return listJSON("", second, lunch) // moved into the next page meanwhile
	}, &asked)

	first := readView(t, s, "Ab/c+d=", "")
	if first.Err != nil || !first.Full || len(first.Events) != 2 || first.Events[1].Subject != "Dinner" || first.Cursor == "" {
		t.Fatalf("%+v", first)
	}
	u, err := url.Parse(asked[0])
	if err != nil || u.EscapedPath() != "/me/calendars/Ab%2Fc+d=/calendarView" || asked[1] != "/me/calendars/x/calendarView?page=1" {
		t.Errorf("asked for %q", asked)
	}
	q := u.Query()
	if q.Get("startDateTime") != "2026-11-22T00:00:00Z" || q.Get("endDateTime") != "2026-12-01T00:00:00Z" || q.Get("$orderby") != "start/dateTime" ||
		!strings.Contains(q.Get("$select"), "responseStatus") || strings.Contains(q.Get("$select"), "body") {
		t.Errorf("asked with %v", q)
	}

	again := readView(t, s, "Ab/c+d=", first.Cursor)
	if again.Full || len(again.Events)+len(again.Removed)+len(again.Series) != 0 || again.Cursor != first.Cursor || again.Err != nil {
		t.Errorf("nothing is new, but %+v", again)
	}
	second = strings.Replace(dinner, "Dinner", "Supper", 1)
	third := readView(t, s, "Ab/c+d=", first.Cursor)
	if !third.Full || third.Events[1].Subject != "Supper" || third.Cursor == first.Cursor {
		t.Errorf("%+v", third)
	}
	// A cursor of change tracking, of a room that had this name before, is none.
	if c := readView(t, s, "Ab/c+d=", "https://graph.microsoft.com/v1.0/x"); !c.Full || c.Cursor != third.Cursor {
		t.Errorf("%+v", c)
	}
	// Nor is one of another window.
	w := syncer.DefaultWindow(monday.AddDate(0, 0, 1))
	got, err := s.Changes(t.Context(), []syncer.Request{{Room: calendar.NewCalendarID("x"), Cursor: third.Cursor, Window: w}})
	if err != nil || !got[0].Full {
		t.Errorf("%+v, %v", got, err)
	}
	// And a room does not take a calendar's cursor.
	got, err = s.Changes(t.Context(), []syncer.Request{{Room: "r", Cursor: third.Cursor, Window: w}})
	if err != nil {
		t.Fatal(err)
	}
	wantKind(t, got[0].Err, syncer.Resync)
}

// TestCalendarsShareTheBatch counts the requests of a round of rooms and calendars.
func TestCalendarsShareTheBatch(t *testing.T) {
	requests := 0
	s, _ := fake(t, answers(t, func(base string, p sent) (int, string) {
		if p.ID == "1" {
			requests++
		}
		if strings.HasPrefix(p.URL, "/me/calendars/c7/") {
			return 404, `{"error":{"code":"ErrorItemNotFound","message":"The specified object was not found in the store."}}`
		}
		if strings.HasPrefix(p.URL, "/me/calendars/") {
			return 200, listJSON("", single)
		}
		return 200, page(end(base, "z"), single)
	}))
	var all []syncer.Request
	for i := range 45 {
		id := calendar.RoomID(fmt.Sprint("r", i))
		if i%3 == 1 {
			id = calendar.NewCalendarID(fmt.Sprint("c", i))
		}
		all = append(all, syncer.Request{Room: id, Window: syncer.DefaultWindow(monday)})
	}
	for range 3 {
		requests = 0
		got, err := s.Changes(t.Context(), all)
		if err != nil || requests != 3 {
			t.Fatalf("%d requests, %v", requests, err)
		}
		for i, c := range got {
			if c.Room != all[i].Room || (c.Err != nil) != (i == 7) {
				t.Errorf("%+v", c)
			}
			all[i].Cursor = c.Cursor
		}
	}
}

func TestCalendarsThatCannotBeRead(t *testing.T) {
	tests := map[string]struct {
		status int
		body   string
		kind   syncer.Kind
		remedy string
	}{
		"gone":               {404, `{"error":{"code":"ErrorItemNotFound","message":"m"}}`, syncer.NotFound, "not in the list"},
		"not shared":         {403, accessDenied, syncer.Denied, "has to share it"},
		"on premises":        {404, `{"error":{"code":"MailboxNotEnabledForRESTAPI","message":"m"}}`, syncer.NotFound, "Exchange Online"},
		"malformed":          {400, `{"error":{"code":"ErrorInvalidIdMalformed","message":"Id is malformed."}}`, syncer.NotFound, "another account"},
		"of another account": {400, `{"error":{"code":"ErrorInvalidMailboxItemId","message":"Item Id doesn't belong to the current mailbox."}}`, syncer.NotFound, "another account"},
		"bad request":        {400, `{"error":{"code":"ErrorInvalidRequest","message":"m"}}`, syncer.Failed, ""},
		"410":                {410, `{}`, syncer.Failed, ""},
		"throttled":          {429, `{}`, syncer.Throttled, ""},
		"no list":            {200, `{}`, syncer.Failed, ""},
		"endless":            {200, `{"value":[],"@odata.nextLink":"BASE/me/calendars/x/calendarView?page=1"}`, syncer.Failed, ""},
		"other host":         {200, `{"value":[],"@odata.nextLink":"https://evil.example/v1.0/x"}`, syncer.Failed, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s, _ := fake(t, answers(t, func(base string, _ sent) (int, string) { return tt.status, strings.ReplaceAll(tt.body, "BASE", base) }))
			for _, cursor := range []string{"", "view:1"} {
				c := readView(t, s, "secret-id", cursor)
				if e := wantKind(t, c.Err, tt.kind); !strings.Contains(e.Remedy, tt.remedy) || strings.Contains(e.Error(), "secret-id") || strings.Contains(e.Remedy, "mailbox folder") {
					t.Errorf("%+v", e)
				}
			}
		})
	}
	var e *syncer.Error
	c := readView(t, application(t, says(500, "text/plain", "not to be asked")), "x", "")
	if !errors.As(c.Err, &e) || e.Kind != syncer.Denied || !strings.Contains(e.Remedy, "signed in") {
		t.Errorf("%+v", c)
	}
}
