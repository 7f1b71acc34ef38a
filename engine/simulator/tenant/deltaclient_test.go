package tenant_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/roomink/roomink/engine/simulator/tenant"
)

// deltaClient is the smallest client that applies the rules of graph.md 3.3.
type deltaClient struct {
	w        *world
	room     string
	from, to time.Time
	path     string // how delta is spelt
	page     int
	link     string
	known    map[string]map[string]any // by id; occurrences hold their stub
	masters  map[string]map[string]any
	pages    int // of the last round
	removed  []string
	got      []map[string]any
}

func newDeltaClient(w *world, room string, from, to time.Time) *deltaClient {
	return &deltaClient{w: w, room: room, from: from, to: to, path: "delta", page: 50,
		known: map[string]map[string]any{}, masters: map[string]map[string]any{}}
}

// round follows one round to its deltaLink and applies it.
func (d *deltaClient) round() {
	d.w.Helper()
	next := d.link
	if next == "" {
		next = "/users/" + url.PathEscape(d.room) + "/calendarView/" + d.path + "?" + span(d.from, d.to)
	}
	d.pages, d.removed, d.got = 0, nil, nil
	for d.link = ""; d.link == ""; {
		m := d.w.must(200, "GET", next, nil, "Prefer", fmt.Sprintf("odata.maxpagesize=%d", d.page))
		if n := len(values(m)); n > d.page {
			d.w.Fatalf("%d items on a page of %d", n, d.page)
		}
		if d.pages++; d.pages > 500 {
			d.w.Fatal("round without end")
		}
		d.got = append(d.got, values(m)...)
		next, _ = m["@odata.nextLink"].(string)
		d.link, _ = m["@odata.deltaLink"].(string)
		if (next == "") == (d.link == "") {
			d.w.Fatalf("a page needs one of nextLink and deltaLink: %v", m)
		}
	}
	d.apply()
}

func (d *deltaClient) apply() {
	for _, it := range d.got {
		if it["type"] == "seriesMaster" { // what this round doesn't repeat of the series is gone
			id := it["id"].(string)
			d.masters[id] = it
			maps.DeleteFunc(d.known, func(_ string, v map[string]any) bool { return v["seriesMasterId"] == id })
		}
	}
	for _, it := range d.got {
		id := it["id"].(string)
		switch {
		case it["@removed"] != nil:
			d.removed = append(d.removed, id)
			delete(d.known, id)
			delete(d.masters, id)
			maps.DeleteFunc(d.known, func(_ string, v map[string]any) bool { return v["seriesMasterId"] == id })
		case it["type"] != "seriesMaster":
			d.known[id] = it
		}
	}
}

// lines words what the client knows like view does.
func (d *deltaClient) lines() []string {
	var out []string
	for _, it := range d.known {
		full := it
		if it["type"] == "occurrence" {
			full = d.masters[it["seriesMasterId"].(string)]
			if full == nil {
				d.w.Fatalf("occurrence without its master: %v", it)
			}
		}
		out = append(out, line(it, full))
	}
	slices.Sort(out)
	return out
}

func line(it, full map[string]any) string {
	return fmt.Sprint(it["id"], it["start"], it["end"], it["type"], full["subject"], full["isCancelled"], full["sensitivity"], full["showAs"])
}

// view is what calendarView says of the client's window.
func (d *deltaClient) view() []string {
	d.w.Helper()
	var out []string
	for next := "/users/" + d.room + "/calendarView?$top=100&" + span(d.from, d.to); next != ""; {
		m := d.w.must(200, "GET", next, nil)
		for _, it := range values(m) {
			out = append(out, line(it, it))
		}
		next, _ = m["@odata.nextLink"].(string)
	}
	slices.Sort(out)
	return out
}

func (d *deltaClient) check(when string) {
	d.w.Helper()
	if got, want := d.lines(), d.view(); !slices.Equal(got, want) {
		d.w.Fatalf("%s: the delta client of %s knows\n%s\nbut the calendar holds\n%s", when, d.room, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// TestDeltaEqualsView: after any edits, a client that applies a round knows
// exactly what calendarView shows, for every room.
func TestDeltaEqualsView(t *testing.T) {
	for seed := range uint64(3) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			rnd := rand.New(rand.NewPCG(seed, 7))
			w := signedIn(t)
			from := monday.Add(-13 * time.Hour)
			var clients []*deltaClient
			for _, r := range w.tenant.Rooms() {
				d := newDeltaClient(w, r.Address, from, from.AddDate(0, 0, 1+rnd.IntN(6)))
				d.page = 1 + rnd.IntN(12)
				d.round()
				d.check("start")
				clients = append(clients, d)
			}
			for round := range 14 {
				for range rnd.IntN(7) {
					w.clock.advance(time.Minute)
					randomEdit(w, rnd, from)
				}
				if rnd.IntN(10) == 0 {
					w.tenant.ExpireCursors()
				}
				for _, d := range clients {
					if rnd.IntN(3) == 0 {
						continue // this one polls later and gets more at once
					}
					d.resync()
					d.check(fmt.Sprintf("round %d", round))
				}
				w.token = w.tokens(allScopes)["access_token"].(string)
			}
		})
	}
}

// resync is round, with a fresh start when the cursor is gone.
func (d *deltaClient) resync() {
	if a, _ := d.w.graph("GET", d.link, nil); a.status == http.StatusGone {
		d.link = ""
		clear(d.known)
		clear(d.masters)
	}
	d.round()
}

// randomEdit changes one room somehow. Edits that the calendar refuses are fine.
func randomEdit(w *world, rnd *rand.Rand, from time.Time) {
	w.Helper()
	rooms := w.tenant.Rooms()
	room := rooms[rnd.IntN(len(rooms))].Address
	start := from.Add(time.Duration(rnd.IntN(8*24*4)) * 15 * time.Minute)
	end := start.Add(time.Duration(1+rnd.IntN(8)) * 15 * time.Minute)
	if rnd.IntN(3) == 0 {
		m := tenant.Meeting{Subject: fmt.Sprint("new ", rnd.IntN(1000)), Start: start, End: end}
		m.RRule = []string{"", "", "FREQ=DAILY", "FREQ=WEEKLY;BYDAY=MO,TU,TH", "FREQ=DAILY;INTERVAL=2;COUNT=3", "FREQ=WEEKLY;UNTIL=20261126T235959Z"}[rnd.IntN(6)]
		if _, err := w.tenant.Book(room, m); err != nil {
			w.Fatal(err)
		}
		return
	}
	list, err := w.tenant.Meetings(room, from.AddDate(0, 0, -2), from.AddDate(0, 0, 9))
	if err != nil {
		w.Fatal(err)
	}
	if len(list) == 0 {
		return
	}
	b := list[rnd.IntN(len(list))]
	id := b.ID
	if b.Type != "singleInstance" && rnd.IntN(4) == 0 { // the whole series
		m := w.must(200, "GET", "/users/"+room+"/events/"+id, nil)
		id = m["seriesMasterId"].(string)
	}
	switch rnd.IntN(5) {
	case 0:
		_ = w.tenant.Cancel(room, id)
	case 1:
		_ = w.tenant.Delete(room, id)
	case 2:
		w.graph("PATCH", "/users/"+room+"/events/"+id, map[string]any{"subject": fmt.Sprint("renamed ", rnd.IntN(1000))})
	default:
		_ = w.tenant.Move(room, id, start, end)
	}
}
