package tenant_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/roomink/roomink/engine/simulator/tenant"
)

const raop = "Access to OData is disabled: [RAOP] : Blocked by tenant configured AppOnly AccessPolicy settings."

// reads asks for a mailbox's day and wants a status and, of an error, its message.
func (w *world) reads(mailbox string, status int, message string) {
	w.Helper()
	for _, call := range []string{"/calendarView?", "/calendarView/delta?"} {
		a, m := w.graph("GET", "/users/"+mailbox+call+span(monday.Add(-10*time.Hour), monday.AddDate(0, 0, 1)), nil)
		if a.status != status {
			w.Errorf("%s%s: %d %s, want %d", mailbox, call, a.status, a.body, status)
			continue
		}
		if status == 200 && strings.HasPrefix(call, "/calendarView?") && len(values(m)) == 0 {
			w.Errorf("%s: no events", mailbox)
		}
		if status != 200 {
			w.wantError(a, m, status, m["error"].(map[string]any)["code"].(string))
			if got := m["error"].(map[string]any)["message"]; message != "" && got != message {
				w.Errorf("%s: message %q", mailbox, got)
			}
		}
	}
}

const denied = "Access is denied. Check credentials and try again."

func (w *world) booking(h int) map[string]any {
	at := time.Date(2026, 11, 25, h, 0, 0, 0, time.UTC)
	return map[string]any{"subject": "x", "start": dt(at.Format("2006-01-02T15:04:05")), "end": dt(at.Add(time.Hour).Format("2006-01-02T15:04:05"))}
}

func TestAppReadsEveryMailbox(t *testing.T) {
	w := start(t)
	admin, member := w.creds.Username, w.tenant.Account(tenant.Member).Username
	w.token = w.appToken()
	w.reads(berlinRoom, 403, denied) // nothing was consented to
	w.tenant.GrantAdminConsent()
	w.reads(berlinRoom, 403, denied) // and this token doesn't learn of it
	w.token = w.appToken()
	for _, box := range []string{berlinRoom, admin, member, w.tenant.Account(tenant.Member).ID} {
		w.reads(box, 200, "")
	}
	w.reads("nobody@nordlicht.example", 404, "The requested user 'nobody@nordlicht.example' is invalid.")

	w.tenant.NarrowByPolicy()
	w.reads(berlinRoom, 200, "")
	w.reads(admin, 403, raop)
	w.reads(strings.ToUpper(member), 403, raop)
	a, m := w.graph("POST", "/users/"+member+"/events", w.booking(9))
	w.wantError(a, m, 403, "ErrorAccessDenied")
	w.must(201, "POST", "/users/"+berlinRoom+"/events", w.booking(9))
	w.must(200, "GET", "/places/graph.room", nil) // Exchange's policy is nothing to the directory
	a, m = w.graph("POST", "/users/"+member+"/calendar/getSchedule", map[string]any{"schedules": []string{berlinRoom}, "startTime": dt("2026-11-23T00:00:00"), "endTime": dt("2026-11-24T00:00:00")})
	w.wantError(a, m, 403, "ErrorAccessDenied")

	w.tenant.NarrowByPolicy(member)
	w.reads(member, 200, "")
	w.reads(berlinRoom, 403, raop)
	w.tenant.LiftNarrowing()
	w.reads(admin, 200, "")
}

func TestRBACForApplications(t *testing.T) {
	w := start(t)
	member := w.tenant.Account(tenant.Member).Username
	w.tenant.EditRegistration(func(r *tenant.Registration) { r.Application = []string{"Place.Read.All"} })
	w.tenant.GrantAdminConsent()
	w.token = w.appToken()
	w.reads(berlinRoom, 403, denied)
	w.tenant.NarrowByRBAC()
	w.reads(berlinRoom, 200, "") // with a token that has no role for calendars
	w.reads(member, 403, denied)
	a, m := w.graph("POST", "/users/"+berlinRoom+"/events", w.booking(9))
	w.wantError(a, m, 403, "ErrorAccessDenied")
	w.tenant.NarrowByRBAC("Calendars.ReadWrite")
	w.reads(berlinRoom, 200, "")
	w.must(201, "POST", "/users/"+berlinRoom+"/events", w.booking(9))

	// Grants add up: Entra's consent for all mailboxes defeats the scope.
	w.tenant.EditRegistration(func(r *tenant.Registration) { r.Application = append(r.Application, "Calendars.Read") })
	w.tenant.GrantAdminConsent()
	w.token = w.appToken()
	w.reads(member, 200, "")
	w.tenant.NarrowByPolicy("somebody@nordlicht.example") // forbids what Entra granted, not what Exchange did
	w.reads(berlinRoom, 200, "")
	w.reads(member, 403, raop)
}

// TestExchangeTakesItsTime: the app has to ask again later.
func TestExchangeTakesItsTime(t *testing.T) {
	w := start(t, func(o *tenant.Options) { o.ExchangeDelay = 30 * time.Minute; o.AccessTokenLife = 24 * time.Hour })
	w.tenant.GrantAdminConsent()
	w.token = w.appToken()
	w.tenant.NarrowByPolicy()
	w.reads(w.creds.Username, 200, "")
	w.clock.advance(30 * time.Minute)
	w.reads(w.creds.Username, 403, raop)

	w = start(t, func(o *tenant.Options) { o.ExchangeDelay = 30 * time.Minute; o.AccessTokenLife = 24 * time.Hour })
	w.token = w.appToken()
	w.tenant.NarrowByRBAC()
	w.reads(berlinRoom, 403, denied)
	w.clock.advance(30 * time.Minute)
	w.reads(berlinRoom, 200, "")
}

func TestFolderRights(t *testing.T) {
	w := signedIn(t)
	member := w.tenant.Account(tenant.Member).Username
	w.reads(member, 403, denied) // people share times only
	w.reads("me", 404, "")       // that path is /users/me, nobody
	if got := values(w.must(200, "GET", "/me/calendarView?"+span(monday.Add(-10*time.Hour), monday.AddDate(0, 0, 1)), nil)); len(got) != 2 {
		t.Errorf("own calendar: %v", got)
	}
	schedule := func(mailbox string) map[string]any {
		return values(w.must(200, "POST", "/me/calendar/getSchedule", map[string]any{"schedules": []string{mailbox},
			"startTime": dt("2026-11-23T00:00:00"), "endTime": dt("2026-11-24T00:00:00")}))[0]
	}
	first := func(s map[string]any) map[string]any { return s["scheduleItems"].([]any)[0].(map[string]any) }
	if got := first(schedule(member)); got["subject"] != nil || got["status"] != "busy" {
		t.Errorf("a person's schedule: %v", got)
	}
	if got := first(schedule(w.creds.Username)); got["subject"] != "Zahnarzt" {
		t.Errorf("own schedule: %v", got)
	}
	view := "/users/" + berlinRoom + "/calendarView?" + span(monday.Add(-10*time.Hour), monday.AddDate(0, 0, 1))
	for _, c := range []struct {
		rights        tenant.FolderRights
		read, write   int
		organizer, in bool
	}{
		{tenant.NoRights, 403, 403, false, false},
		{tenant.AvailabilityOnly, 403, 403, false, false},
		{tenant.LimitedDetails, 200, 403, false, true},
		{tenant.Reviewer, 200, 403, true, true},
		{tenant.Editor, 200, 201, true, true},
	} {
		if err := w.tenant.SetFolderRights(berlinRoom, c.rights); err != nil {
			t.Fatal(err)
		}
		w.reads(berlinRoom, c.read, "")
		if a, _ := w.graph("POST", "/users/"+berlinRoom+"/events", w.booking(9)); a.status != c.write {
			t.Errorf("%d: writing %d, want %d", c.rights, a.status, c.write)
		}
		if c.read == 200 {
			e := values(w.must(200, "GET", view, nil))[0]
			if (e["organizer"] != nil) != c.organizer || e["subject"] == "" || (e["organizer"] == nil && len(e["attendees"].([]any)) > 0) {
				t.Errorf("%d: %v", c.rights, e)
			}
		}
		got := schedule(berlinRoom)
		if items, ok := got["scheduleItems"].([]any); !ok {
			if c.rights != tenant.NoRights || got["error"] == nil {
				t.Errorf("%d: %v", c.rights, got)
			}
		} else if (items[0].(map[string]any)["subject"] != nil) != c.in {
			t.Errorf("%d: %v", c.rights, items[0])
		}
	}
	if err := w.tenant.SetFolderRights("nobody@x.example", tenant.Editor); err == nil {
		t.Error("rights on no mailbox")
	}
	// What everybody may see doesn't bind an app on its own, nor the owner.
	if err := w.tenant.SetFolderRights(w.creds.Username, tenant.NoRights); err != nil {
		t.Fatal(err)
	}
	w.must(200, "GET", "/users/"+url.PathEscape(w.creds.Username)+"/calendarView?"+span(monday, monday.AddDate(0, 0, 1)), nil)
	w.tenant.GrantAdminConsent()
	w.token = w.appToken()
	w.reads(w.creds.Username, 200, "")
}
