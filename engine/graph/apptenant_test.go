package graph_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/roomink/roomink/engine/entra"
	"github.com/roomink/roomink/engine/graph"
	"github.com/roomink/roomink/engine/simulator/browser"
	"github.com/roomink/roomink/engine/simulator/tenant"
	"github.com/roomink/roomink/engine/syncer"
)

// registered lists the application permissions of the registration.
func registered(permissions ...string) func(*tenant.Options) {
	return func(o *tenant.Options) { o.Registration.Application = append([]string{}, permissions...) }
}

// approve makes the administrator approve the app, and reads with its own tokens.
func (w *world) approve() *graph.Source {
	w.Helper()
	c, base := w.tenant.Credentials(), strings.TrimSuffix(w.tenant.OutlookURL(), "/outlook")
	creds := entra.Credentials{Cloud: entra.Cloud{Name: "simulated", Authority: base, Graph: base, Portal: base},
		Tenant: c.TenantID, ClientID: c.ClientID, Secret: c.ClientSecret, AppOnly: true}
	now := func() time.Time { return monday }
	person := &browser.Person{Username: c.Username, Password: c.Password}
	tokens, err := entra.Approve(w.Context(), creds, entra.Options{Open: person.Open(w.Context()), Now: now})
	if err != nil {
		w.Fatal(err)
	}
	session := entra.Resume(creds, tokens, entra.SessionOptions{Now: now, Save: func(context.Context, entra.Credentials, entra.Tokens) error { return nil }})
	o := options(base, session)
	o.AppOnly, o.Now = true, now
	return newSource(w.T, o)
}

func TestAnApplicationReadsTheOffice(t *testing.T) {
	w := newWorld(t)
	s := w.approve()
	rooms, err := s.Rooms(t.Context())
	if err != nil || len(rooms) != len(w.tenant.Rooms()) {
		t.Fatalf("%d rooms, %v", len(rooms), err)
	}
	var requests []syncer.Request
	for _, r := range rooms {
		if r.TimeZone == "" {
			t.Errorf("%s has no time zone", r.ID)
		}
		requests = append(requests, syncer.Request{Room: r.ID, Window: w.window})
	}
	changes, err := s.Changes(t.Context(), requests)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range changes {
		if c.Err != nil {
			t.Fatal(c.Err)
		}
		m := mirror{}
		m.apply(c)
		w.compare(c.Room, m)
	}
	if n := w.count("/me/"); n != 0 {
		t.Errorf("%d requests for the calendar of nobody", n)
	}
	w.tenant.ExpireAccessTokens() // there is no refresh token, and none is needed
	if err := s.Probe(t.Context(), string(rooms[0].ID)); err != nil {
		t.Error(err)
	}
}

// TestWhatAnApplicationCanSee walks through the ways to keep it to the rooms.
func TestWhatAnApplicationCanSee(t *testing.T) {
	tests := map[string]struct {
		permissions []string
		narrow      func(*tenant.Tenant)
		room        syncer.Kind // of a probe; "" = readable
		person      syncer.Kind
		remedy      string // of the person's mailbox
		zones       bool
	}{
		"everything": {[]string{"Calendars.Read", "Place.Read.All"}, func(*tenant.Tenant) {}, "", "", "", true},
		"policy": {[]string{"Calendars.Read", "Place.Read.All"}, func(tn *tenant.Tenant) { tn.NarrowByPolicy() },
			"", syncer.Denied, "application access policy", true},
		"RBAC": {[]string{"Place.Read.All"}, func(tn *tenant.Tenant) { tn.NarrowByRBAC() },
			"", syncer.Denied, "RBAC for Applications", true},
		"RBAC that narrows nothing": {[]string{"Calendars.Read", "Place.Read.All"}, func(tn *tenant.Tenant) { tn.NarrowByRBAC() }, "", "", "", true},
		"no calendars":              {[]string{"Place.Read.All"}, func(*tenant.Tenant) {}, syncer.Denied, syncer.Denied, "application permission Calendars.Read", false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, registered(tt.permissions...))
			s := w.approve()
			tt.narrow(w.tenant)
			rooms, err := s.Rooms(t.Context())
			if err != nil || (rooms[0].TimeZone != "") != tt.zones {
				t.Fatalf("%+v, %v", rooms, err)
			}
			got, err := s.Changes(t.Context(), []syncer.Request{{Room: rooms[0].ID, Window: w.window}})
			if err != nil {
				t.Fatal(err)
			}
			probe := func(mailbox string, kind syncer.Kind) *syncer.Error {
				err := s.Probe(t.Context(), mailbox)
				if kind == "" {
					if err != nil {
						t.Errorf("%s: %v", mailbox, err)
					}
					return nil
				}
				return wantKind(t, err, kind)
			}
			probe(string(rooms[0].ID), tt.room)
			if (got[0].Err == nil) != (tt.room == "") {
				t.Errorf("the probe of a room says %q, reading it %v", tt.room, got[0].Err)
			}
			if e := probe(w.tenant.Account(tenant.Member).Username, tt.person); e != nil && !strings.Contains(e.Remedy, tt.remedy) {
				t.Errorf("%+v", e)
			}
			if tt.room == "" {
				wantKind(t, s.Probe(t.Context(), "nobody@contoso.example"), syncer.NotFound)
			}
		})
	}
}

func TestARoomOutsideThePolicy(t *testing.T) {
	w := newWorld(t)
	s := w.approve()
	rooms := w.rooms()
	w.tenant.NarrowByPolicy(string(rooms[1]), string(rooms[2]))
	var requests []syncer.Request
	for _, r := range rooms[:3] {
		requests = append(requests, syncer.Request{Room: r, Window: w.window})
	}
	got, err := s.Changes(t.Context(), requests)
	if err != nil || got[1].Err != nil || got[2].Err != nil {
		t.Fatalf("%v, %+v", err, got)
	}
	if e := wantKind(t, got[0].Err, syncer.Denied); !strings.Contains(e.Remedy, "Test-ApplicationAccessPolicy -Identity "+string(rooms[0])) {
		t.Errorf("%+v", e)
	}
	list, err := s.Rooms(t.Context())
	if err != nil || list[0].TimeZone == "" {
		t.Errorf("the first room may not ask, so another one must: %v, %+v", err, list)
	}
}

func TestAProbeIsDelegatedToo(t *testing.T) {
	w := newWorld(t)
	room := string(w.rooms()[0])
	if err := w.source.Probe(t.Context(), room); err != nil {
		t.Error(err)
	}
	if err := w.tenant.SetFolderRights(room, tenant.AvailabilityOnly); err != nil {
		t.Fatal(err)
	}
	if e := wantKind(t, w.source.Probe(t.Context(), room), syncer.Denied); !strings.Contains(e.Remedy, "Set-MailboxFolderPermission "+room) {
		t.Errorf("%+v", e)
	}
}

func TestWhenTheSecretExpires(t *testing.T) {
	w := newWorld(t, registered("Calendars.Read", "Place.Read.All", "Application.Read.All"))
	s := w.approve()
	c := w.tenant.Credentials()
	first := w.tenant.ClientSecrets()[0]
	end := time.Date(2027, 3, 1, 0, 0, 0, 0, time.UTC)
	second := w.tenant.AddClientSecret(end)
	for _, step := range []struct {
		secret string
		want   time.Time
	}{{first.Value, first.End.UTC().Truncate(time.Second)}, {second, end}, {"%%% of another app", time.Time{}}} {
		if got, err := s.SecretExpiry(t.Context(), c.ClientID, step.secret); err != nil || !got.Equal(step.want) {
			t.Errorf("%v, %v; want %v", got, err, step.want)
		}
	}
	_, err := s.SecretExpiry(t.Context(), clientID, first.Value)
	wantKind(t, err, syncer.NotFound)

	for name, s := range map[string]*graph.Source{"delegated": w.source, "application": newWorld(t).approve()} {
		got, err := s.SecretExpiry(t.Context(), c.ClientID, first.Value)
		if e := wantKind(t, err, syncer.Denied); !errors.Is(err, graph.ErrNotAllowed) || !got.IsZero() || !strings.Contains(e.Remedy, "Enter the date") {
			t.Errorf("%s: %v, %+v", name, got, e)
		}
	}
}
