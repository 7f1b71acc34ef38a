package graph_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/oauth2"

	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/entra"
	"github.com/roomink/roomink/engine/graph"
	"github.com/roomink/roomink/engine/simulator/browser"
	"github.com/roomink/roomink/engine/simulator/tenant"
	"github.com/roomink/roomink/engine/syncer"
)

// monday is a working day in winter time.
var monday = time.Date(2026, 11, 23, 10, 7, 0, 0, time.UTC)

// world is a simulated tenant on a real socket, and a source that reads it as a
// signed-in account.
type world struct {
	*testing.T
	tenant  *tenant.Tenant
	source  *graph.Source
	session *entra.Session
	window  syncer.Window
}

func newWorld(t *testing.T, edit ...func(o *tenant.Options)) *world {
	t.Helper()
	o := tenant.Options{Now: func() time.Time { return monday }}
	for _, e := range edit {
		e(&o)
	}
	tn, err := tenant.New(o)
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(tn)
	t.Cleanup(srv.Close)
	tn.SetBaseURL(srv.URL)
	w := &world{T: t, tenant: tn, window: syncer.DefaultWindow(monday)}
	w.session = w.signIn(srv.URL, true)
	w.source = newSource(t, graph.Options{BaseURL: srv.URL + "/v1.0", Token: w.session.Token, Rejected: w.session.Reject})
	return w
}

func newSource(t *testing.T, o graph.Options) *graph.Source {
	t.Helper()
	s, err := graph.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (w *world) signIn(base string, directory bool) *entra.Session {
	w.Helper()
	c := w.tenant.Credentials()
	creds := entra.Credentials{Cloud: entra.Cloud{Name: "simulated", Authority: base, Graph: base, Portal: base},
		Tenant: c.TenantID, ClientID: c.ClientID, Secret: c.ClientSecret}
	person := &browser.Person{Username: c.Username, Password: c.Password}
	now := func() time.Time { return monday }
	tokens, err := entra.SignIn(w.Context(), creds, entra.Options{Access: entra.Access{Directory: directory}, Open: person.Open(w.Context()), Now: now})
	if err != nil {
		w.Fatal(err)
	}
	return entra.Resume(creds, tokens, entra.SessionOptions{Now: now, Save: func(context.Context, entra.Credentials, entra.Tokens) error { return nil }})
}

// rooms are the addresses of the tenant's rooms.
func (w *world) rooms() []calendar.RoomID {
	var ids []calendar.RoomID
	for _, r := range w.tenant.Rooms() {
		ids = append(ids, calendar.NewRoomID(r.Address))
	}
	return ids
}

// read asks for one room and expects an answer.
func (w *world) read(room calendar.RoomID, cursor string) syncer.Change {
	w.Helper()
	got, err := w.source.Changes(w.Context(), []syncer.Request{{Room: room, Cursor: cursor, Window: w.window}})
	if err != nil {
		w.Fatal(err)
	}
	if len(got) != 1 || got[0].Err != nil {
		w.Fatalf("%+v", got)
	}
	return got[0]
}

// book puts a meeting into a room's calendar.
func (w *world) book(room calendar.RoomID, m tenant.Meeting) string {
	w.Helper()
	id, err := w.tenant.Book(string(room), m)
	if err != nil {
		w.Fatal(err)
	}
	return id
}

// batches are the $batch requests since the tenant began.
func (w *world) batches() int { return w.count("$batch") }

func (w *world) count(part string) int {
	n := 0
	for _, r := range w.tenant.Requests() {
		if strings.Contains(r.Path, part) {
			n++
		}
	}
	return n
}

// mirror keeps events the way a store does.
type mirror map[string]calendar.Event

func (m mirror) apply(c syncer.Change) {
	if c.Full {
		clear(m)
	}
	for id, e := range m {
		if e.SeriesID != "" && slices.Contains(c.Series, e.SeriesID) || slices.Contains(c.Removed, id) {
			delete(m, id)
		}
	}
	for _, e := range c.Events {
		m[e.ID] = e
	}
}

// bySubject gives the events of a subject, by start.
func (m mirror) bySubject(subject string) []calendar.Event {
	var out []calendar.Event
	for _, e := range m {
		if e.Subject == subject {
			out = append(out, e)
		}
	}
	slices.SortFunc(out, func(a, b calendar.Event) int { return a.Start.Compare(b.Start) })
	return out
}

// fake is a Graph of one function.
func fake(t *testing.T, handler http.HandlerFunc) (*graph.Source, string) {
	t.Helper()
	srv := httptest.NewServer(handler)
	t.Cleanup(srv.Close)
	return newSource(t, graph.Options{BaseURL: srv.URL + "/v1.0", Token: staticToken}), srv.URL + "/v1.0"
}

func staticToken(context.Context) (*oauth2.Token, error) {
	return &oauth2.Token{AccessToken: "token"}, nil
}

func wantKind(t *testing.T, err error, kind syncer.Kind) *syncer.Error {
	t.Helper()
	e, ok := errors.AsType[*syncer.Error](err)
	if !ok {
		t.Fatalf("error is %T: %v", err, err)
	}
	if e.Kind != kind {
		t.Errorf("kind %q, want %q: %v", e.Kind, kind, e)
	}
	return e
}

func options(base string, s *entra.Session) graph.Options {
	return graph.Options{BaseURL: base + "/v1.0", Token: s.Token, Rejected: s.Reject}
}
