package tenant_test

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/roomink/roomink/engine/simulator/tenant"
)

// groups lists the names of the calendars in each calendar group of the account.
func (w *world) groups() map[string][]string {
	w.Helper()
	out := map[string][]string{}
	for _, g := range values(w.must(200, "GET", "/me/calendarGroups", nil)) {
		name := g["name"].(string)
		out[name] = nil
		for _, c := range values(w.must(200, "GET", "/me/calendarGroups/"+url.PathEscape(g["id"].(string))+"/calendars", nil)) {
			out[name] = append(out[name], c["name"].(string))
		}
	}
	return out
}

func (w *world) calendarNamed(group, name string) map[string]any {
	w.Helper()
	for _, g := range values(w.must(200, "GET", "/me/calendarGroups", nil)) {
		for _, c := range values(w.must(200, "GET", "/me/calendarGroups/"+g["id"].(string)+"/calendars", nil)) {
			if g["name"] == group && c["name"] == name {
				return c
			}
		}
	}
	w.Fatalf("no calendar %s in %s", name, group)
	return nil
}

func TestCalendars(t *testing.T) {
	w := signedIn(t)
	if got := fmt.Sprint(w.groups()); got != "map[My Calendars:[Calendar] Other Calendars:[Polarlicht Skylight] People's Calendars:[Sabine Krüger]]" {
		t.Errorf("%s", got)
	}
	// The plain list knows the default group only.
	m := w.must(200, "GET", "/me/calendars", nil)
	if list := values(m); len(list) != 1 || list[0]["isDefaultCalendar"] != true || list[0]["owner"].(map[string]any)["address"] != w.creds.Username {
		t.Errorf("%v", list)
	}
	if c := w.must(200, "GET", "/me/calendar", nil); c["id"] != values(m)[0]["id"] || !strings.HasSuffix(c["@odata.context"].(string), "/calendar/$entity") {
		t.Errorf("%v", c)
	}
	room := w.calendarNamed(tenant.OtherCalendars, "Polarlicht")
	if room["isDefaultCalendar"] != false || room["canEdit"] != true || room["owner"].(map[string]any)["address"] != berlinRoom {
		t.Errorf("%v", room)
	}
	id := url.PathEscape(room["id"].(string))
	week := span(monday.AddDate(0, 0, -1), monday.AddDate(0, 0, 7))
	direct := w.must(200, "GET", "/users/"+berlinRoom+"/calendarView?$top=100&"+week, nil)
	var got []map[string]any
	for next := "/me/calendars/" + id + "/calendarView?" + week; next != ""; { // by tens
		m := w.must(200, "GET", next, nil)
		got = append(got, values(m)...)
		next, _ = m["@odata.nextLink"].(string)
	}
	if len(got) != len(values(direct)) || len(got) <= 10 || got[0]["id"] != values(direct)[0]["id"] {
		t.Errorf("%d events, want %d", len(got), len(values(direct)))
	}
	a, m := w.graph("GET", "/me/calendars/"+id+"/calendarView/delta?"+week, nil)
	w.wantError(a, m, 400, "ErrorInvalidRequest")
	a, m = w.graph("GET", "/me/calendars/"+id[:len(id)-6]+"xxAAA=/calendarView?"+week, nil)
	w.wantError(a, m, 404, "ErrorItemNotFound")
	a, m = w.graph("GET", "/me/calendarGroups/nothing/calendars", nil)
	w.wantError(a, m, 404, "ErrorItemNotFound")
	a, m = w.graph("GET", "/me/calendars/"+strings.ToLower(id)+"/calendarView?"+week, nil)
	w.wantError(a, m, 404, "ErrorItemNotFound") // ids differ by case
}

// TestSharedCalendarNeedsNoSharedScope: what is in the account's own list is read
// with Calendars.Read; the folder of the other decides what is seen.
func TestSharedCalendarNeedsNoSharedScope(t *testing.T) {
	w := start(t)
	w.token = w.tokens("openid Calendars.Read")["access_token"].(string)
	week := span(monday.AddDate(0, 0, -1), monday.AddDate(0, 0, 7))
	a, m := w.graph("GET", "/users/"+berlinRoom+"/calendarView?"+week, nil)
	w.wantError(a, m, 403, "ErrorAccessDenied")
	path := "/me/calendars/" + url.PathEscape(w.calendarNamed(tenant.OtherCalendars, "Polarlicht")["id"].(string)) + "/calendarView?" + week
	for rights, want := range map[tenant.FolderRights]string{tenant.Reviewer: "whole", tenant.LimitedDetails: "limited", tenant.AvailabilityOnly: "403"} {
		if err := w.tenant.SetFolderRights(berlinRoom, rights); err != nil {
			t.Fatal(err)
		}
		a, m := w.graph("GET", path, nil)
		got := fmt.Sprint(a.status)
		if a.status == 200 {
			got = "whole"
			if values(m)[0]["organizer"] == nil {
				got = "limited"
			}
		}
		if got != want {
			t.Errorf("rights %d: %s, want %s", rights, got, want)
		}
	}
	person := url.PathEscape(w.calendarNamed(tenant.PeopleCalendars, "Sabine Krüger")["id"].(string))
	a, m = w.graph("GET", "/me/calendars/"+person+"/calendarView?"+week, nil) // people give free/busy only
	w.wantError(a, m, 403, "ErrorAccessDenied")

	w.token = w.appTokenWithConsent()
	a, m = w.graph("GET", "/me/calendars", nil)
	w.wantError(a, m, 400, "BadRequest")
	if list := values(w.must(200, "GET", "/users/"+w.creds.Username+"/calendars", nil)); len(list) != 1 {
		t.Errorf("%v", list)
	}
}

func (w *world) appTokenWithConsent() string {
	w.Helper()
	w.tenant.GrantAdminConsent()
	return w.appToken()
}

func TestAddAndShareCalendars(t *testing.T) {
	w := signedIn(t, emptyOffice)
	me := w.creds.Username
	own, err := w.tenant.AddCalendar(me, "Front desk", "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.tenant.AddCalendar(me, "Front desk", ""); err == nil {
		t.Error("two calendars of one name")
	}
	for _, s := range []tenant.Share{{Account: "ghost@x.example", Mailbox: berlinRoom}, {Account: me, Mailbox: "ghost@x.example"}} {
		if _, err := w.tenant.ShareCalendar(s); err == nil {
			t.Errorf("%+v", s)
		}
	}
	if _, err := w.tenant.ShareCalendar(tenant.Share{Account: me, Mailbox: newYorkRoom, Group: "Rooms"}); err != nil {
		t.Fatal(err)
	}
	id, err := w.tenant.Book(own, tenant.Meeting{Subject: "Visitors", Start: monday, End: monday.Add(time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	day := span(monday.Add(-time.Hour), monday.AddDate(0, 0, 1))
	list := values(w.must(200, "GET", "/me/calendars/"+url.PathEscape(own)+"/calendarView?"+day, nil, "Prefer", `IdType="ImmutableId"`))
	if len(list) != 1 || list[0]["subject"] != "Visitors" || list[0]["id"] != id {
		t.Errorf("%v", list)
	}
	if n := len(values(w.must(200, "GET", "/me/calendarView?"+day, nil))); n != 0 {
		t.Errorf("%d events in the default calendar", n)
	}
	truth, err := w.tenant.Truth(own, monday, monday.Add(time.Hour))
	if err != nil || len(truth) != 1 || truth[0].Organizer != "Frieda Sommer" {
		t.Errorf("%v %v", truth, err)
	}
	if got := w.groups()["Rooms"]; !slices.Equal(got, []string{"Beacon"}) {
		t.Errorf("%v", got)
	}
	if err := w.tenant.RemoveRoom(newYorkRoom); err != nil {
		t.Fatal(err)
	}
	if got := w.groups()["Rooms"]; len(got) != 0 {
		t.Errorf("a deleted mailbox is still listed: %v", got)
	}
	for i := range 12 { // lists come by tens
		if _, err := w.tenant.AddCalendar(me, fmt.Sprint("More ", i), ""); err != nil {
			t.Fatal(err)
		}
	}
	m := w.must(200, "GET", "/me/calendars", nil)
	next, _ := m["@odata.nextLink"].(string)
	if len(values(m)) != 10 || next == "" {
		t.Fatalf("%d calendars, next %q", len(values(m)), next)
	}
	if m := w.must(200, "GET", next, nil); len(values(m)) != 4 || m["@odata.nextLink"] != nil {
		t.Errorf("%v", m)
	}
	if n := len(values(w.must(200, "GET", "/me/calendars?$top=100&$select=name", nil))); n != 14 {
		t.Errorf("%d calendars on one page", n)
	}
}
