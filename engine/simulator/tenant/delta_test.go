package tenant_test

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/roomink/roomink/engine/simulator/tenant"
)

const (
	berlinRoom  = "polarlicht@nordlicht.example"
	newYorkRoom = "beacon@nordlicht.example"
)

// emptyOffice has two rooms and no meetings.
func emptyOffice(o *tenant.Options) {
	o.Seed = tenant.DefaultOffice(monday)
	o.Seed.Meetings = nil
	o.EmptyPageEvery = -1
}

func TestDeltaSemantics(t *testing.T) {
	day := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	at := func(h int) time.Time { return day.Add(time.Duration(h) * time.Hour) }
	single := tenant.Meeting{Subject: "one", Start: at(9), End: at(10)}
	daily := tenant.Meeting{Subject: "daily", Start: day.AddDate(0, 0, -7).Add(12 * time.Hour), End: day.AddDate(0, 0, -7).Add(13 * time.Hour), RRule: "FREQ=DAILY"}
	later := single
	later.Start, later.End = at(24*30), at(24*30+1)

	count := func(got []map[string]any) (masters, stubs, full, removed int) {
		for _, it := range got {
			switch {
			case it["@removed"] != nil:
				removed++
			case it["type"] == "seriesMaster":
				masters++
			case it["type"] == "occurrence":
				stubs++
			default:
				full++
			}
		}
		return
	}
	type result struct{ masters, stubs, full, removed int }
	occurrence := func(w *world, nth int) string {
		list, err := w.tenant.Meetings(berlinRoom, day, day.AddDate(0, 0, 3))
		if err != nil {
			t.Fatal(err)
		}
		list = slices.DeleteFunc(list, func(b tenant.Booking) bool { return b.Type != "occurrence" })
		return list[nth].ID
	}
	for _, c := range []struct {
		name   string
		before []tenant.Meeting
		edit   func(w *world, ids []string) error
		want   result
	}{
		{"nothing", []tenant.Meeting{single, daily}, func(*world, []string) error { return nil }, result{}},
		{"booked inside", nil, func(w *world, _ []string) error { _, err := w.tenant.Book(berlinRoom, single); return err }, result{full: 1}},
		{"booked outside: removed, though never known", nil, func(w *world, _ []string) error { _, err := w.tenant.Book(berlinRoom, later); return err }, result{removed: 1}},
		{"moved inside", []tenant.Meeting{single}, func(w *world, ids []string) error { return w.tenant.Move(berlinRoom, ids[0], at(11), at(12)) }, result{full: 1}},
		{"moved out", []tenant.Meeting{single}, func(w *world, ids []string) error { return w.tenant.Move(berlinRoom, ids[0], at(-48), at(-47)) }, result{removed: 1}},
		{"moved in", []tenant.Meeting{later}, func(w *world, ids []string) error { return w.tenant.Move(berlinRoom, ids[0], at(11), at(12)) }, result{full: 1}},
		{"cancelled stays", []tenant.Meeting{single}, func(w *world, ids []string) error { return w.tenant.Cancel(berlinRoom, ids[0]) }, result{full: 1}},
		{"deleted", []tenant.Meeting{single}, func(w *world, ids []string) error { return w.tenant.Delete(berlinRoom, ids[0]) }, result{removed: 1}},
		{"deleted twice changed", []tenant.Meeting{single}, func(w *world, ids []string) error {
			if err := w.tenant.Move(berlinRoom, ids[0], at(11), at(12)); err != nil {
				return err
			}
			return w.tenant.Delete(berlinRoom, ids[0])
		}, result{removed: 1}},
		{"series booked: master with stubs", nil, func(w *world, _ []string) error { _, err := w.tenant.Book(berlinRoom, daily); return err }, result{masters: 1, stubs: 3}},
		{"occurrence deleted: no removed, master with the rest", []tenant.Meeting{daily}, func(w *world, _ []string) error { return w.tenant.Delete(berlinRoom, occurrence(w, 1)) }, result{masters: 1, stubs: 2}},
		{"occurrence moved: exception is full", []tenant.Meeting{daily}, func(w *world, _ []string) error {
			return w.tenant.Move(berlinRoom, occurrence(w, 1), at(24+14), at(24+15))
		}, result{masters: 1, stubs: 2, full: 1}},
		{"occurrence cancelled: stays as exception", []tenant.Meeting{daily}, func(w *world, _ []string) error { return w.tenant.Cancel(berlinRoom, occurrence(w, 0)) }, result{masters: 1, stubs: 2, full: 1}},
		{"last occurrence moved out of the window", []tenant.Meeting{daily}, func(w *world, _ []string) error {
			return w.tenant.Move(berlinRoom, occurrence(w, 2), at(72+1), at(72+2))
		}, result{masters: 1, stubs: 2, removed: 1}},
		{"series deleted: only the master is removed", []tenant.Meeting{daily}, func(w *world, ids []string) error { return w.tenant.Delete(berlinRoom, ids[0]) }, result{removed: 1}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := signedIn(t, emptyOffice)
			var ids []string
			for _, m := range c.before {
				id, err := w.tenant.Book(berlinRoom, m)
				if err != nil {
					t.Fatal(err)
				}
				ids = append(ids, id)
			}
			d := newDeltaClient(w, berlinRoom, day, day.AddDate(0, 0, 3))
			d.round()
			if _, _, _, removed := count(d.got); removed != 0 {
				t.Errorf("first round removes: %v", d.got)
			}
			d.check("first round")
			if err := c.edit(w, ids); err != nil {
				t.Fatal(err)
			}
			d.round()
			var got result
			got.masters, got.stubs, got.full, got.removed = count(d.got)
			if got != c.want {
				t.Errorf("round %+v, want %+v: %v", got, c.want, d.got)
			}
			d.check("second round")
			d.round()
			if len(d.got) != 0 {
				t.Errorf("a round after no change holds %v", d.got)
			}
		})
	}
}

// TestDeltaStub: a stub has just these members, whatever the master has.
func TestDeltaStub(t *testing.T) {
	w := signedIn(t)
	d := newDeltaClient(w, "sternwarte@nordlicht.example", monday, monday.AddDate(0, 0, 7))
	d.round()
	want := []string{"@odata.etag", "@odata.type", "end", "id", "seriesMasterId", "start", "type"}
	n := 0
	for _, it := range d.got {
		if it["@odata.type"] != "#microsoft.graph.event" {
			t.Errorf("@odata.type %v", it["@odata.type"])
		}
		if it["type"] == "occurrence" {
			n++
			if keys := slices.Sorted(maps.Keys(it)); !slices.Equal(keys, want) {
				t.Errorf("stub has %v", keys)
			}
		}
	}
	if n == 0 || len(d.masters) == 0 {
		t.Errorf("%d stubs, %d masters", n, len(d.masters))
	}
}

func TestDeltaCursors(t *testing.T) {
	w := signedIn(t, emptyOffice, func(o *tenant.Options) { o.CursorTTL = time.Hour })
	for i := range 7 {
		if _, err := w.tenant.Book(berlinRoom, tenant.Meeting{Subject: fmt.Sprint(i), Start: monday.Add(time.Duration(i) * time.Hour), End: monday.Add(time.Duration(i+1) * time.Hour)}); err != nil {
			t.Fatal(err)
		}
	}
	first := "/users/" + berlinRoom + "/calendarView/delta?" + span(monday, monday.AddDate(0, 0, 1))
	m := w.must(200, "GET", first, nil, "Prefer", `IdType="ImmutableId"`, "Prefer", "odata.maxpagesize=3")
	next := m["@odata.nextLink"].(string)
	if len(values(m)) != 3 || !strings.HasPrefix(next, w.url+"/v1.0/users/") || !strings.Contains(next, "$skiptoken=") {
		t.Fatalf("first page %v", m)
	}
	// A page can be fetched again, and is the same.
	a, b := w.must(200, "GET", next, nil), w.must(200, "GET", next, nil)
	if x, y := values(a), values(b); len(x) != 3 || x[0]["id"] != y[0]["id"] {
		t.Errorf("replayed page differs: %v %v", x, y)
	}
	// The window is the cursor's: a meeting at a later day is outside of it.
	c := w.must(200, "GET", a["@odata.nextLink"].(string), nil)
	delta := c["@odata.deltaLink"].(string)
	if len(values(c)) != 1 || !strings.Contains(delta, "$deltatoken=") {
		t.Fatalf("last page %v", c)
	}
	again := w.must(200, "GET", delta+"&startDateTime=2020-01-01T00:00:00Z&endDateTime=2030-01-01T00:00:00Z", nil)
	if len(values(again)) != 0 {
		t.Errorf("query widened the window: %v", again)
	}
	// Tokens belong to one mailbox, and must be tokens.
	ans, body := w.graph("GET", strings.Replace(delta, berlinRoom, newYorkRoom, 1), nil)
	w.wantError(ans, body, 400, "BadRequest")
	ans, body = w.graph("GET", first+"&$deltatoken=junk", nil)
	w.wantError(ans, body, 400, "BadRequest")

	w.clock.advance(59 * time.Minute)
	fresh := w.must(200, "GET", delta, nil)["@odata.deltaLink"].(string)
	w.clock.advance(time.Minute)
	w.token = w.tokens(allScopes)["access_token"].(string)
	ans, body = w.graph("GET", delta, nil) // over its TTL
	w.wantError(ans, body, http.StatusGone, "SyncStateNotFound")
	w.must(200, "GET", fresh, nil)
	w.tenant.ExpireCursors()
	for _, link := range []string{fresh, next} {
		ans, body = w.graph("GET", link, nil)
		w.wantError(ans, body, http.StatusGone, "SyncStateNotFound")
	}
	if msg := body["error"].(map[string]any)["message"].(string); !strings.HasPrefix(msg, "The sync state generation is not found; generation=") {
		t.Error(msg)
	}
}

func TestDeltaSpellingsAndRefusals(t *testing.T) {
	w := signedIn(t, emptyOffice)
	for _, p := range []string{
		"/users/polarlicht%40nordlicht.example/calendarView/delta()?", "/users/POLARLICHT@nordlicht.example/calendarview/microsoft.graph.delta()?",
		"/users/" + w.tenant.Rooms()[0].Name, // replaced below
		"/me/calendarView/delta?", "/users/" + berlinRoom + "/calendar/calendarView/delta?",
	} {
		if strings.HasSuffix(p, w.tenant.Rooms()[0].Name) {
			list := values(w.must(200, "GET", "/places/microsoft.graph.room", nil))
			p = "/users/" + list[0]["id"].(string) + "/calendarView/microsoft.graph.delta?"
		}
		// endDateTime first, as the Go SDK sends it; an offset counts.
		w.must(200, "GET", p+"endDateTime=2026-11-25T00%3A00%3A00%2B01%3A00&startDateTime=2026-11-23T00%3A00%3A00Z", nil)
	}
	base := "/users/" + berlinRoom + "/calendarView/delta?"
	for q, code := range map[string]string{
		"":                                            "ErrorInvalidParameter",
		"startDateTime=2026-11-23T00:00:00Z":          "ErrorInvalidParameter",
		span(monday, monday.Add(-time.Hour)):          "ErrorInvalidParameter",
		span(monday, monday.AddDate(6, 0, 0)):         "ErrorCalendarViewRangeTooBig",
		span(monday, monday) + "&$select=subject":     "ErrorInvalidUrlQuery",
		span(monday, monday) + "&$top=5":              "ErrorInvalidUrlQuery",
		span(monday, monday) + "&$orderby=start/date": "ErrorInvalidUrlQuery",
	} {
		a, m := w.graph("GET", base+q, nil)
		w.wantError(a, m, 400, code)
	}
}

func TestDeltaEmptyPageAndWedge(t *testing.T) {
	w := signedIn(t, emptyOffice, func(o *tenant.Options) { o.EmptyPageEvery = 2 })
	if _, err := w.tenant.Book(berlinRoom, tenant.Meeting{Subject: "x", Start: monday, End: monday.Add(time.Hour)}); err != nil {
		t.Fatal(err)
	}
	var pages []int
	for range 4 {
		d := newDeltaClient(w, berlinRoom, monday, monday.AddDate(0, 0, 1))
		d.round()
		d.check("round")
		pages = append(pages, d.pages)
	}
	if !slices.Equal(pages, []int{1, 2, 1, 2}) {
		t.Errorf("pages a round: %v", pages)
	}
	w.tenant.WedgeCursors(true)
	m := w.must(200, "GET", "/users/"+berlinRoom+"/calendarView/delta?"+span(monday, monday.AddDate(0, 0, 1)), nil)
	for range 5 {
		n := w.must(200, "GET", m["@odata.nextLink"].(string), nil)
		if len(values(n)) != 1 || n["@odata.deltaLink"] != nil {
			t.Fatalf("not wedged: %v", n)
		}
		m = n
	}
}
