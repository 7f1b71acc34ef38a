package endtoend_test

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/graph"
	"github.com/roomink/roomink/engine/simulator/tenant"
	"github.com/roomink/roomink/engine/store"
	"github.com/roomink/roomink/engine/syncer"
)

// truths is an office whose calendars are edited and whose Graph fails at random, and
// a syncer with a real store that has to keep up. All of it lives in a bubble of fake
// time, in which requests reach the tenant without a network.
type truths struct {
	t      *testing.T
	rnd    *rand.Rand
	tenant *tenant.Tenant
	db     *store.DB
	sync   *syncer.Service

	rounds, healed int // of the syncer's goroutine, to be read while it waits
}

// stormTime is how long Graph fails; seeds are how many offices are tried.
const (
	stormTime = 4 * time.Hour
	seeds     = 3
)

// direct is a connection to the tenant without a network.
type direct struct{ http.Handler }

func (d direct) RoundTrip(r *http.Request) (resp *http.Response, err error) {
	defer func() {
		if p := recover(); p == http.ErrAbortHandler { // how a handler drops its connection
			resp, err = nil, io.ErrUnexpectedEOF
		} else if p != nil {
			panic(p)
		}
	}()
	r = r.Clone(r.Context())
	if r.Body == nil {
		r.Body = http.NoBody
	}
	r.RequestURI, r.Host = r.URL.RequestURI(), r.URL.Host
	w := httptest.NewRecorder()
	d.ServeHTTP(w, r)
	resp = w.Result()
	resp.Request = r
	return resp, nil
}

func newTruths(t *testing.T, seed uint64) *truths {
	t.Helper()
	const base = "http://127.0.0.1:8400"
	x := &truths{t: t, rnd: rand.New(rand.NewPCG(seed, 4))}
	var err error
	if x.tenant, err = tenant.New(tenant.Options{BaseURL: base}); err != nil {
		t.Fatal(err)
	}
	x.tenant.GrantAdminConsent()
	if x.db, err = store.Open(t.Context(), t.TempDir(), time.Now); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := x.db.Close(); err != nil {
			t.Error(err)
		}
	})
	account, network := x.tenant.Credentials(), direct{x.tenant}
	app := clientcredentials.Config{ClientID: account.ClientID, ClientSecret: account.ClientSecret, AuthStyle: oauth2.AuthStyleInParams,
		TokenURL: base + "/" + account.TenantID + "/oauth2/v2.0/token", Scopes: []string{base + "/.default"}}
	client := context.WithValue(context.Background(), oauth2.HTTPClient, &http.Client{Transport: network})
	source, err := graph.New(graph.Options{BaseURL: base + "/v1.0", AppOnly: true, Transport: network,
		Token:    func(context.Context) (*oauth2.Token, error) { return app.Token(client) },
		Rejected: func(string) {}})
	if err != nil {
		t.Fatal(err)
	}
	// Half an hour between rounds is enough for the long night after the storm.
	begin := time.Now()
	x.sync = syncer.New(syncer.Config{Source: source, Store: x.db, Quiet: 30 * time.Minute,
		Office: func(now time.Time) bool { return now.Sub(begin) < stormTime+time.Hour }, OnResult: func(r syncer.Result) {
			if r.Asked > 0 {
				x.rounds++
			}
			x.healed += r.Healed
		}})
	if err := x.sync.RefreshRooms(t.Context()); err != nil {
		t.Fatal(err)
	}
	background(t, func(ctx context.Context) error {
		if err := x.sync.Serve(ctx); ctx.Err() == nil {
			return err
		}
		return nil
	})
	return x
}

// pass lets time go by until nothing is under way.
func (x *truths) pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// edit changes a random calendar in a random way.
func (x *truths) edit() {
	x.t.Helper()
	rooms := x.tenant.Rooms()
	room := rooms[x.rnd.IntN(len(rooms))].Address
	list, err := x.tenant.Meetings(room, time.Now().UTC().AddDate(0, 0, -1), time.Now().UTC().AddDate(0, 0, 9))
	if err != nil {
		x.t.Fatal(err)
	}
	start := time.Now().UTC().Truncate(5 * time.Minute).Add(time.Duration(x.rnd.IntN(10*24*12)-2*24*12) * 5 * time.Minute)
	length := time.Duration(x.rnd.IntN(36)) * 5 * time.Minute // none at all, too
	if kind := x.rnd.IntN(6); kind < 2 || len(list) == 0 {
		_, err = x.tenant.Book(room, x.meeting(start, length))
	} else if id := list[x.rnd.IntN(len(list))].ID; kind < 4 {
		// What can't be done (an occurrence that would cross its neighbour) stays undone.
		_ = x.tenant.Move(room, id, start, start.Add(length))
	} else if kind == 4 {
		_ = x.tenant.Cancel(room, id)
	} else {
		_ = x.tenant.Delete(room, id)
	}
	if err != nil {
		x.t.Fatal(err)
	}
}

func (x *truths) meeting(start time.Time, length time.Duration) tenant.Meeting {
	subjects := []string{"Budget", "", "R&amp;D <b>sync</b>", "🎉 Feier für Zoë", "اجتماع الفريق", "Ada Lovelace ",
		fmt.Sprintf("%0255d", x.rnd.IntN(1000))}
	m := tenant.Meeting{Subject: subjects[x.rnd.IntN(len(subjects))], Start: start, End: start.Add(length),
		Organizer:   tenant.Person{Name: "Ada Lovelace", Address: "ada@nordlicht.example"},
		ShowAs:      []string{"", "free", "tentative", "oof", "workingElsewhere"}[x.rnd.IntN(5)],
		Sensitivity: []string{"", "private", "confidential", "personal"}[x.rnd.IntN(4)]}
	if x.rnd.IntN(4) == 0 {
		m.RRule = []string{"FREQ=DAILY;COUNT=12", "FREQ=WEEKLY;BYDAY=MO,WE,FR", "FREQ=DAILY;INTERVAL=2"}[x.rnd.IntN(3)]
	}
	return m
}

// differences compares what is stored with what the office knows of the time after from.
func (x *truths) differences(from time.Time) (list []string) {
	x.t.Helper()
	cursors, err := x.db.Cursors(x.t.Context())
	if err != nil {
		x.t.Fatal(err)
	}
	for _, c := range cursors {
		events, err := x.db.Events(x.t.Context(), c.Room)
		if err != nil {
			x.t.Fatal(err)
		}
		want, err := x.tenant.Truth(string(c.Room), c.Window.From, c.Window.To)
		if err != nil {
			x.t.Fatal(err)
		}
		got := make(map[string]calendar.Event, len(events))
		for _, e := range events {
			if e.End.After(from) {
				got[e.ID] = e
			}
		}
		for _, w := range want {
			if !w.End.After(from) {
				continue
			}
			if g, ok := got[w.ID]; !ok {
				list = append(list, fmt.Sprintf("%s: %q at %v is not stored", c.Room, w.Subject, w.Start))
			} else if h := asTruth(g); !same(h, w) {
				list = append(list, fmt.Sprintf("%s: stored %+v, want %+v", c.Room, h, w))
			}
			delete(got, w.ID)
		}
		for _, g := range got {
			list = append(list, fmt.Sprintf("%s: %q at %v is stored and no more", c.Room, g.Subject, g.Start))
		}
	}
	slices.Sort(list)
	return list
}

func asTruth(e calendar.Event) tenant.Event {
	return tenant.Event{ID: e.ID, SeriesID: e.SeriesID, Subject: e.Subject, Organizer: e.Organizer, Start: e.Start, End: e.End,
		AllDay: e.AllDay, Private: e.Private, Cancelled: e.Cancelled, Availability: cmp.Or(string(e.Availability), "busy")}
}

func same(a, b tenant.Event) bool {
	if !a.Start.Equal(b.Start) || !a.End.Equal(b.End) {
		return false
	}
	a.Start, a.End, b.Start, b.End = time.Time{}, time.Time{}, time.Time{}, time.Time{}
	return a == b
}

// faults are all but the one that keeps a change from us for good.
var faults = []tenant.Fault{tenant.FaultThrottled, tenant.FaultThrottledUntil, tenant.FaultUnavailable, tenant.FaultGatewayTimeout,
	tenant.FaultServerError, tenant.FaultUnauthorized, tenant.FaultDenied, tenant.FaultNoMailbox, tenant.FaultBadGateway, tenant.FaultPortal,
	tenant.FaultTruncated, tenant.FaultMalformed, tenant.FaultHollow, tenant.FaultDropped, tenant.FaultSyncStateGone,
	tenant.FaultSyncStateMoved, tenant.FaultResyncRequired, tenant.FaultReplayed, tenant.FaultShuffled, tenant.FaultLate,
	tenant.FaultWedged, tenant.FaultForeignLink}

// TestStoreEqualsTruth edits calendars at random while Graph fails at random, from a
// seed. Once the faults end, what is stored is what the office knows; changes that
// Graph never told are put right, and counted, when the night reads everything anew.
func TestStoreEqualsTruth(t *testing.T) {
	for seed := range uint64(seeds) {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				x := newTruths(t, seed)
				x.pass(time.Minute)
				if d := x.differences(time.Time{}); len(d) > 0 {
					t.Fatalf("before anything happened:\n%q", d)
				}
				x.tenant.Storm(seed, 0.15, slices.Concat(faults, slices.Repeat([]tenant.Fault{tenant.FaultMissed}, 10))...)
				x.editFor(stormTime)
				x.tenant.Calm()
				x.pass(20 * time.Minute) // rooms that failed often wait for a quarter of an hour

				x.loseOne()
				night := time.Now().Add(24 * time.Hour) // what is over by then nobody reads again
				lost := x.differences(night)
				if len(lost) == 0 {
					t.Error("nothing was kept from us: the test proves nothing")
				}
				x.pass(27 * time.Hour)
				if d := x.differences(time.Time{}); len(d) > 0 {
					t.Errorf("after a night %d events differ:\n%q", len(d), d)
				}
				if x.healed == 0 {
					t.Errorf("%d differences were put right and none counted: %q", len(lost), lost)
				}
				t.Logf("%d rounds, %d differences when the storm was over, %d healed", x.rounds, len(lost), x.healed)
			})
		})
	}
}

// The same without changes that are kept from us: then what is stored is right as soon
// as the faults end.
func TestStoreEqualsTruthAtOnce(t *testing.T) {
	for seed := range uint64(seeds) {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				x := newTruths(t, 100+seed)
				x.tenant.Storm(seed, 0.2, faults...)
				x.editFor(stormTime)
				x.tenant.Calm()
				x.pass(20 * time.Minute)
				if d := x.differences(time.Time{}); len(d) > 0 {
					t.Errorf("%d events differ:\n%q", len(d), d)
				}
				if x.healed > 0 {
					t.Errorf("%d events had to be put right", x.healed)
				}
			})
		})
	}
}

// loseOne books a meeting that Graph never tells of.
func (x *truths) loseOne() {
	x.t.Helper()
	room := x.tenant.Rooms()[0].Address
	start := time.Now().UTC().Truncate(time.Hour).Add(50 * time.Hour)
	if _, err := x.tenant.Book(room, tenant.Meeting{Subject: "Never told", Start: start, End: start.Add(time.Hour)}); err != nil {
		x.t.Fatal(err)
	}
	x.tenant.FailParts(tenant.FaultMissed, 1, room)
	x.pass(2 * time.Minute)
}

// editFor edits a calendar every few minutes, sometimes several at once.
func (x *truths) editFor(span time.Duration) {
	x.t.Helper()
	for end := time.Now().Add(span); time.Now().Before(end); {
		x.edit()
		if x.rnd.IntN(3) > 0 {
			x.pass(time.Duration(x.rnd.IntN(240)) * time.Second)
		}
	}
}
