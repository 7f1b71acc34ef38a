package tenant_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/roomink/roomink/engine/simulator/tenant"
)

// TestStorm: whatever happens, a client that keeps to the rules ends with the
// truth: by changes alone where none was missed, by a full read in any case.
func TestStorm(t *testing.T) {
	all := map[tenant.Fault]int{}
	for seed := range uint64(4) {
		rnd := rand.New(rand.NewPCG(seed, 3))
		w := signedIn(t)
		from := monday.Truncate(24*time.Hour).AddDate(0, 0, -1)
		var clients []*stormClient
		for _, r := range w.tenant.Rooms() {
			clients = append(clients, &stormClient{w: w, room: r.Address, from: from, to: from.AddDate(0, 0, 9),
				events: map[string]map[string]any{}, masters: map[string]map[string]any{}})
		}
		faults := []tenant.Fault(nil)
		if seed%2 == 0 { // all but FaultMissed
			faults = []tenant.Fault{tenant.FaultThrottled, tenant.FaultThrottledUntil, tenant.FaultUnavailable, tenant.FaultGatewayTimeout,
				tenant.FaultServerError, tenant.FaultBadGateway, tenant.FaultTruncated, tenant.FaultMalformed, tenant.FaultHollow, tenant.FaultDropped,
				tenant.FaultSyncStateGone, tenant.FaultSyncStateMoved, tenant.FaultResyncRequired, tenant.FaultReplayed, tenant.FaultShuffled,
				tenant.FaultLate, tenant.FaultWedged, tenant.FaultForeignLink, tenant.FaultUnauthorized, tenant.FaultDenied, tenant.FaultNoMailbox, tenant.FaultPortal}
		}
		for storm := range uint64(9) {
			w.tenant.Storm(seed*100+storm, 0.3, faults...)
			for range 3 {
				for range rnd.IntN(6) {
					randomEditByControl(w, rnd, from)
				}
				for _, c := range clients {
					_ = c.round()
				}
			}
			w.tenant.Calm()
			for _, c := range clients {
				if seed%2 == 1 {
					c.link, c.events = "", map[string]map[string]any{}
				}
				err := c.round()
				if err != nil { // the storm took its sync state and its link with it
					err = c.round()
				}
				if err != nil {
					t.Fatal(err)
				}
				if got, want := c.knows(), c.truth(); !slices.Equal(got, want) {
					t.Fatalf("seed %d, %s: the client knows\n%s\nbut the truth is\n%s", seed, c.room, strings.Join(got, "\n"), strings.Join(want, "\n"))
				}
			}
		}
		for f, n := range w.tenant.Struck() {
			all[f] += n
		}
	}
	if len(all) != 23 {
		t.Errorf("only %d kinds of faults struck: %v", len(all), all)
	}
}

// randomEditByControl changes a room without Graph, which a storm would disturb.
func randomEditByControl(w *world, rnd *rand.Rand, from time.Time) {
	w.Helper()
	rooms := w.tenant.Rooms()
	room := rooms[rnd.IntN(len(rooms))].Address
	start := from.Add(time.Duration(rnd.IntN(10*24*4)) * 15 * time.Minute)
	end := start.Add(time.Duration(rnd.IntN(8)) * 15 * time.Minute)
	list, err := w.tenant.Meetings(room, from, from.AddDate(0, 0, 9))
	if err != nil {
		w.Fatal(err)
	}
	if len(list) == 0 || rnd.IntN(3) == 0 {
		m := tenant.Meeting{Subject: fmt.Sprint("new ", rnd.IntN(1000)), Start: start, End: end, ShowAs: []string{"", "tentative", "oof"}[rnd.IntN(3)],
			RRule: []string{"", "FREQ=DAILY;COUNT=4", "FREQ=WEEKLY"}[rnd.IntN(3)], Sensitivity: []string{"", "private"}[rnd.IntN(2)]}
		if _, err := w.tenant.Book(room, m); err != nil {
			w.Fatal(err)
		}
		return
	}
	b := list[rnd.IntN(len(list))]
	switch rnd.IntN(4) { // an edit that the calendar refuses is fine
	case 0:
		_ = w.tenant.Cancel(room, b.ID)
	case 1:
		_ = w.tenant.Delete(room, b.ID)
	default:
		_ = w.tenant.Move(room, b.ID, start, end)
	}
}

// TestStormIsDeterministic: the same seed and requests meet the same faults.
func TestStormIsDeterministic(t *testing.T) {
	run := func() (out []int) {
		w := signedIn(t, emptyOffice)
		w.tenant.Storm(7, 0.5, tenant.FaultThrottled, tenant.FaultUnavailable, tenant.FaultServerError)
		for range 40 {
			a, _ := w.graph("GET", "/me", nil)
			out = append(out, a.status)
		}
		w.tenant.Calm()
		w.must(200, "GET", "/me", nil)
		return out
	}
	a, b := run(), run()
	if !slices.Equal(a, b) || !slices.Contains(a, 200) || !slices.Contains(a, 429) || !slices.Contains(a, 503) || !slices.Contains(a, 500) {
		t.Errorf("%v\n%v", a, b)
	}
}
