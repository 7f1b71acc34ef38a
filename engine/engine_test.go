package engine

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/entra"
	"github.com/roomink/roomink/engine/health"
	"github.com/roomink/roomink/engine/sign"
	"github.com/roomink/roomink/engine/store"
	"github.com/roomink/roomink/engine/syncer"
)

// inOffice runs f with an engine in an office of two rooms and two displays, in a
// bubble of fake time.
func inOffice(t *testing.T, f func(t *testing.T, l *life, e *Engine)) {
	synctest.Test(t, func(t *testing.T) {
		l := newLife(2, 2)
		e, _ := run(t, l.config(t, t.TempDir()))
		settle(time.Minute)
		f(t, l, e)
	})
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestCommands(t *testing.T) {
	tests := map[string]func(t *testing.T, l *life, e *Engine){
		"should refuse what does not exist": func(t *testing.T, _ *life, e *Engine) {
			for what, err := range map[string]error{
				"adopt": e.Adopt(t.Context(), "memory:none"), "forget": e.Forget(t.Context(), "memory:none"),
				"assign": e.Assign(t.Context(), "memory:none", roomID(0)), "identify": e.Identify(t.Context(), "memory:none"),
			} {
				if !errors.Is(err, store.ErrNotFound) {
					t.Errorf("%s: %v; want not found", what, err)
				}
			}
			if _, err := e.AddDisplay(t.Context(), "0000"); err != nil {
				t.Fatal(err)
			}
			if err := e.Assign(t.Context(), displayID(0), "none@contoso.com"); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("assign to no room: %v; want not found", err)
			}
		},
		"should refuse what is no address of a mailbox": func(t *testing.T, _ *life, e *Engine) {
			for _, bad := range []string{"", "oslo", "@contoso.com", "oslo@", "a@b@c", "os lo@contoso.com", "<oslo@contoso.com>", "a/b@contoso.com"} {
				if e.AddRoom(t.Context(), bad) == nil {
					t.Errorf("%q was taken", bad)
				}
			}
			must(t, e.AddRoom(t.Context(), " Annex@Contoso.com "))
			if s := e.Snapshot(); !slices.ContainsFunc(s.Rooms, func(r Room) bool { return r.Room.ID == "annex@contoso.com" }) {
				t.Errorf("rooms %+v; want the annex", s.Rooms)
			}
		},
		"should refuse a policy that makes every sign stale": func(t *testing.T, _ *life, e *Engine) {
			p := sign.DefaultPolicy()
			p.StaleAfter = time.Second
			if e.SetPolicy(t.Context(), p) == nil {
				t.Error("no error")
			}
		},
		"should draw all signs anew after a change of policy": func(t *testing.T, l *life, e *Engine) {
			hang(t, e, 0)
			before := l.shows(displayID(0))
			p := sign.DefaultPolicy()
			p.Language = "de"
			must(t, e.SetPolicy(t.Context(), p))
			settle(bound)
			if l.shows(displayID(0)) == before {
				t.Error("the glass is still in English")
			}
		},
		"should show a test pattern and then the sign again": func(t *testing.T, l *life, e *Engine) {
			hang(t, e, 0)
			before := l.shows(displayID(0))
			must(t, e.Identify(t.Context(), displayID(0)))
			settle(time.Second)
			if l.shows(displayID(0)) == before {
				t.Error("no test pattern")
			}
			settle(patternTime)
			if l.shows(displayID(0)) != before {
				t.Error("the sign did not come back")
			}
		},
		"should hold all signs while paused, even over a restart": func(t *testing.T, l *life, e *Engine) {
			hang(t, e, 0)
			must(t, e.SetPaused(t.Context(), true))
			before := l.shows(displayID(0))
			l.meet(0)
			settle(bound)
			if s := e.Snapshot(); l.shows(displayID(0)) != before || s.State != Paused || s.Displays[0].Delivery != Pending {
				t.Errorf("state %s, delivery %s; want paused, pending", s.State, s.Displays[0].Delivery)
			}
			l.set(func() { l.broken[roomID(1)] = true })
			settle(bound)
			if s := e.Snapshot(); s.State != Attention || !s.Paused {
				t.Errorf("state %s, paused %v; want attention, and still paused", s.State, s.Paused)
			}
			must(t, e.SetPaused(t.Context(), false))
			settle(bound)
			if l.shows(displayID(0)) == before {
				t.Error("the sign was not updated after the pause")
			}
		},
		"should find a forgotten display again": func(t *testing.T, l *life, e *Engine) {
			hang(t, e, 0)
			must(t, e.Forget(t.Context(), displayID(0)))
			if n := len(e.Snapshot().Displays); n != 0 {
				t.Errorf("%d displays; want none", n)
			}
			hang(t, e, 0)
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) { inOffice(t, test) })
	}
}

// hang adds display i, assigns it to room i and waits for its sign.
func hang(t *testing.T, e *Engine, i int) {
	t.Helper()
	id, err := e.AddDisplay(t.Context(), fmt.Sprintf("%04d", i))
	must(t, err)
	must(t, e.Assign(t.Context(), id, roomID(i)))
	settle(bound)
	s := e.Snapshot()
	j := slices.IndexFunc(s.Displays, func(d Display) bool { return d.ID == id })
	if j < 0 || s.Displays[j].Delivery != Delivered {
		t.Fatalf("displays %+v; want %s delivered", s.Displays, id)
	}
}

// meet books a meeting that goes on now in room i.
func (l *life) meet(i int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now().UTC()
	e := l.events[roomID(i)]
	id := fmt.Sprint("meeting ", len(e))
	e[id] = eventAt(id, now)
	l.changed[roomID(i)] = now
}

func TestCandidates(t *testing.T) {
	const mac = display.ID("memory:02:00:00:00:00:01")
	seen := func(id display.ID, address string) display.Candidate {
		return display.Candidate{ID: id, Protocol: "memory", Name: "OD1", Address: address, SeenAt: time.Now()}
	}
	tests := map[string]func(t *testing.T, l *life, e *Engine){
		"should list a found display and ask it what it is": func(t *testing.T, _ *life, e *Engine) {
			e.onCandidate(seen(mac, "0000"))
			settle(time.Second)
			s := e.Snapshot()
			if len(s.Displays) != 1 || s.Displays[0].Stage != Found || s.Displays[0].Panel.Width == 0 || s.Displays[0].ID != mac {
				t.Errorf("displays %+v; want one, found, with its panel", s.Displays)
			}
		},
		"should follow a display to its new address": func(t *testing.T, _ *life, e *Engine) {
			e.onCandidate(seen(mac, "0000"))
			settle(time.Second)
			must(t, e.Adopt(t.Context(), mac))
			settle(time.Minute) // it fell silent at its old address
			e.onCandidate(seen(mac, "0001"))
			stored, err := e.db.Displays(t.Context())
			must(t, err)
			if got := e.Snapshot().Displays[0].Address; got != "0001" || stored[0].Address != "0001" {
				t.Errorf("address %s, stored %s; want 0001", got, stored[0].Address)
			}
		},
		"should not let a second device take a sign over": func(t *testing.T, _ *life, e *Engine) {
			e.onCandidate(seen(mac, "0000"))
			settle(time.Second)
			must(t, e.Adopt(t.Context(), mac))
			for range 5 {
				e.onCandidate(seen(mac, "0000"))
				e.onCandidate(seen(mac, "6666"))
				settle(15 * time.Second)
			}
			s := e.Snapshot()
			if s.Displays[0].Address != "0000" || !slices.ContainsFunc(s.Problems, func(p health.Problem) bool { return p.Code == codeRival && p.Severity == health.Warning }) {
				t.Errorf("address %s, problems %+v; want 0000 and a warning", s.Displays[0].Address, s.Problems)
			}
		},
		"should push again what the device at the old address may have taken": func(t *testing.T, l *life, e *Engine) {
			e.onCandidate(seen(mac, "0000"))
			settle(time.Second)
			l.set(func() { l.power[mac] = true })
			must(t, e.Assign(t.Context(), mac, roomID(0)))
			settle(bound)
			pushes := l.count() // confirmed, but by whom?
			e.onCandidate(seen(mac, "0001"))
			settle(bound)
			if l.count() != pushes+1 {
				t.Errorf("%d pushes after the move; want one", l.count()-pushes)
			}
			settle(bound)
			e.onCandidate(seen(mac, "0001"))
			settle(bound)
			e.onCandidate(seen(mac, "0002")) // nothing was sent since it was last heard
			settle(bound)
			if l.count() != pushes+1 {
				t.Errorf("%d pushes after two moves; want one", l.count()-pushes)
			}
		},
		"should recognise a display that was added by its address": func(t *testing.T, l *life, e *Engine) {
			hang(t, e, 0)
			knownByAddress(t, e, "0000")
			glass := l.shows(displayID(0))
			l.set(func() { l.power[mac], l.glass[mac] = true, glass })
			e.rec.Remember("memory:@0000", glass, time.Now())
			before := l.count()

			e.onCandidate(seen(mac, "0000"))
			settle(bound)
			s := e.Snapshot()
			if len(s.Displays) != 1 || s.Displays[0].ID != mac || s.Displays[0].Room != roomID(0) || s.Displays[0].Delivery != Delivered {
				t.Errorf("displays %+v; want one, under its lasting identity, assigned", s.Displays)
			}
			if l.count() != before {
				t.Errorf("%d pushes for a change of name", l.count()-before)
			}
		},
		"should remember that a display demands encryption": func(t *testing.T, _ *life, e *Engine) {
			c := seen(mac, "0000")
			c.Secured = true
			e.onCandidate(c)
			c.Secured = false // anybody can forge this
			e.onCandidate(c)
			settle(time.Second)
			if d := e.Snapshot().Displays[0]; !d.Secured || d.Problem == nil {
				t.Errorf("display %+v; want secured, with words", d)
			}
		},
		"should tell of an announcement that makes no sense": func(t *testing.T, _ *life, e *Engine) {
			e.onCandidate(display.Candidate{Name: "junk", Address: "192.0.2.1:1", Problem: "the key mac is no address"})
			s := e.Snapshot()
			if len(s.Displays) != 0 || !slices.ContainsFunc(s.Problems, func(p health.Problem) bool { return strings.Contains(p.Text, "junk") }) {
				t.Errorf("displays %+v, problems %+v; want words and no display", s.Displays, s.Problems)
			}
		},
		"should forget strangers that are long gone": func(t *testing.T, _ *life, e *Engine) {
			e.onCandidate(seen(mac, "0000"))
			hang(t, e, 1)
			settle(2 * time.Hour)
			if s := e.Snapshot(); len(s.Displays) != 1 || s.Displays[0].Stage != Assigned {
				t.Errorf("displays %+v; want the assigned one alone", s.Displays)
			}
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) { inOffice(t, test) })
	}
}

func TestWatch(t *testing.T) {
	inOffice(t, func(t *testing.T, _ *life, e *Engine) {
		ctx, cancel := context.WithCancel(t.Context())
		ch := e.Watch(ctx)
		if s := <-ch; len(s.Rooms) != 2 {
			t.Errorf("first snapshot %+v; want the whole state", s)
		}
		hang(t, e, 0) // many changes, of which a slow reader gets the last
		if s := <-ch; len(s.Displays) != 1 || s.Displays[0].Delivery != Delivered {
			t.Errorf("displays %+v; want the latest state", s.Displays)
		}
		cancel()
		settle(time.Second)
		if _, open := <-ch; open {
			t.Error("the channel is open though its context ended")
		}
	})
}

func TestExplain(t *testing.T) {
	tests := map[string]struct {
		err  error
		want Explanation
	}{
		"nothing":   {nil, Explanation{}},
		"cancelled": {fmt.Errorf("sign in: %w", context.Canceled), Explanation{Title: "Cancelled"}},
		"sign-in": {
			fmt.Errorf("x: %w", &entra.Error{Op: "sign in to contoso.com", Title: "The client secret is wrong", Remedy: "Paste the value.",
				Code: 7000215, OAuth: "invalid_client", CorrelationID: "c0ffee"}),
			Explanation{Title: "The client secret is wrong", Remedy: "Paste the value.",
				Details: "What: sign in to contoso.com\nCode: AADSTS7000215\nError: invalid_client\nCorrelation ID: c0ffee", Code: 7000215},
		},
		"fields": {
			errors.Join(&entra.FieldError{Field: "Tenant", Problem: "enter it"}, &entra.FieldError{Field: "ClientID", Problem: "enter that"}),
			Explanation{Title: "The credentials are not complete", Text: "Tenant: enter it.\nApplication (client) ID: enter that.",
				Details: "Tenant: enter it\nClientID: enter that"},
		},
		"display": {
			&display.Error{Kind: display.Unreachable, Op: "connect", Address: "192.0.2.1:2446", Remedy: "Check its power.", Err: errors.New("no route to host")},
			Explanation{Title: "The display can't be reached", Text: "No route to host", Remedy: "Check its power.",
				Details: "connect at 192.0.2.1:2446: no route to host"},
		},
		"calendar": {
			&syncer.Error{Kind: syncer.Denied, Op: "read the calendar of oslo@contoso.com", Remedy: "Ask."},
			Explanation{Title: "Read the calendar of oslo@contoso.com did not work", Remedy: "Ask.",
				Details: "read the calendar of oslo@contoso.com: denied"},
		},
		"rights": {
			fmt.Errorf("open the database: %w", fs.ErrPermission),
			Explanation{Title: "Roomink lacks the right to do this", Text: "Open the database: permission denied",
				Remedy: "Check the rights of the data folder.", Details: "open the database: permission denied"},
		},
		"time": {
			fmt.Errorf("read: %w", context.DeadlineExceeded),
			Explanation{Title: "It took too long", Text: "Read: context deadline exceeded", Remedy: "Try again.", Details: "read: context deadline exceeded"},
		},
		"unknown": {
			fmt.Errorf("save: %w", http.ErrBodyNotAllowed),
			Explanation{Title: "Save", Text: sentence(http.ErrBodyNotAllowed.Error()), Details: "save: " + http.ErrBodyNotAllowed.Error()},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := Explain(test.err); got != test.want {
				t.Errorf("got  %+v\nwant %+v", got, test.want)
			}
		})
	}
}
