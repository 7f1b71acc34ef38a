package engine

import (
	"context"
	"net/http"
	"testing"
	"testing/synctest"
	"time"
)

// An answer about every room ends the need for a sign-in, even one that refuses them
// all: Microsoft took the tokens.
func TestRefusalEndsWithAnyAnswer(t *testing.T) {
	inOffice(t, func(t *testing.T, l *life, e *Engine) {
		l.set(func() { l.signOut = true })
		settle(bound)
		if s := e.Snapshot(); s.Account.State != NeedsSignIn || !has(s, CodeSignIn) {
			t.Fatalf("account %+v; want a new sign-in to be asked for", s.Account)
		}
		l.set(func() {
			l.signOut = false
			for id := range l.events {
				l.broken[id] = true
			}
		})
		settle(10 * time.Minute)
		if s := e.Snapshot(); s.Account.State != Connected || has(s, CodeSignIn) || s.Account.Problem != nil || !has(s, codeRoom) {
			t.Errorf("account %+v, problems %+v; want connected, and a problem of the room", s.Account, s.Problems)
		}
	})
}

// Where no room is read only the renewals tell how the account stands, both ways.
func TestRefusalWithoutRooms(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLife(0, 0)
		cfg := l.config(t, t.TempDir(), func(s *signedIn) {
			s.Credentials.Secret, s.Tokens.Expiry = canary, time.Now().Add(30*time.Minute)
		})
		service := &tokenService{}
		cfg.HTTPClient = &http.Client{Transport: service}
		e, _ := run(t, cfg)
		settle(2 * time.Hour)
		if s := e.Snapshot(); s.Account.State != NeedsSecret || !has(s, CodeSignIn) {
			t.Fatalf("account %+v; want a secret to be asked for", s.Account)
		}
		service.mu.Lock()
		service.secrets = []string{canary}
		service.mu.Unlock()
		settle(2 * time.Hour)
		if s := e.Snapshot(); s.Account.State != Connected || has(s, CodeSignIn) || s.Account.Problem != nil {
			t.Errorf("account %+v, problems %+v; want connected", s.Account, s.Problems)
		}
	})
}

// The days that a secret has left are counted, whether or not an account is connected.
func TestSecretWarningsWhileSignedOut(t *testing.T) {
	inOffice(t, func(t *testing.T, _ *life, e *Engine) {
		must(t, e.Disconnect(t.Context()))
		c := e.Snapshot().Account.Credentials
		c.Secret, c.SecretExpires = canary, time.Now().AddDate(0, 0, 31)
		must(t, e.SaveCredentials(t.Context(), c))
		settle(25 * time.Hour)
		if !has(e.Snapshot(), CodeSecretEnds) {
			t.Error("no warning 30 days before the end")
		}
	})
}

// A new secret takes nothing away of what was begun in the guide.
func TestReplaceSecretKeepsTheDraft(t *testing.T) {
	inOffice(t, func(t *testing.T, l *life, e *Engine) {
		must(t, e.Disconnect(t.Context()))
		c := e.Snapshot().Account.Credentials
		c.Secret = canary
		must(t, e.SaveCredentials(t.Context(), c))
		d := e.Snapshot().Account.Draft
		d.Step, d.Booking, d.Port = "secret", true, 8400
		must(t, e.SaveDraft(t.Context(), d))
		end := time.Now().AddDate(1, 0, 0).UTC()
		must(t, e.ReplaceSecret(t.Context(), newSecret, end))
		want := d
		want.SecretExpires = end
		if a := e.Snapshot().Account; a.Draft != want || a.Credentials.Booking || !a.Credentials.SecretExpires.Equal(end) {
			t.Errorf("draft %+v; want %+v", a.Draft, want)
		}

		other := Draft{Step: "ids", Credentials: Credentials{Tenant: "fabrikam.com", ClientID: "9b1f3c52-9d0e-4c5a-8f2b-6a41e0d9c713", Secret: "the~secret.of-the-other_app"}}
		must(t, e.SaveDraft(t.Context(), other))
		other.Secret, other.HasSecret = "", true
		must(t, e.ReplaceSecret(t.Context(), canary, end))
		if got := e.Snapshot().Account.Draft; got != other {
			t.Errorf("draft %+v; want %+v: it is of another app", got, other)
		}
		if secret, err := e.secret(t.Context(), secretDraft); string(secret) != "the~secret.of-the-other_app" {
			t.Errorf("its secret is %q, %v", secret, err)
		}
		if err := e.ReplaceSecret(t.Context(), "", end); err == nil {
			t.Error("the secret of one app was taken for another")
		}
	})
}

// An administrator may grant the list of rooms long after the approval, and take it back.
func TestPermissionsThatComeAndGo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLife(2, 0)
		cfg := l.config(t, t.TempDir(), func(s *signedIn) {
			s.Credentials.Secret, s.Tokens.Expiry, s.Tokens.Scopes = canary, time.Now().Add(time.Hour), []string{"Calendars.Read"}
		})
		service := &tokenService{secrets: []string{canary}, scope: "Calendars.Read Place.Read.All"}
		cfg.HTTPClient = &http.Client{Transport: service}
		e, _ := run(t, cfg)
		settle(30 * time.Minute)
		if s := e.Snapshot(); s.Account.CanListRooms || len(s.Rooms) != 0 {
			t.Fatalf("account %+v, %d rooms; want no list of rooms yet", s.Account, len(s.Rooms))
		}
		settle(2 * time.Hour)
		if s := e.Snapshot(); !s.Account.CanListRooms || len(s.Rooms) != 2 {
			t.Errorf("account %+v, %d rooms; want the list of rooms once it was granted", s.Account, len(s.Rooms))
		}
		service.mu.Lock()
		service.scope = "Calendars.Read"
		service.mu.Unlock()
		settle(2 * time.Hour)
		if s := e.Snapshot(); s.Account.CanListRooms || len(s.Rooms) != 2 {
			t.Errorf("account %+v, %d rooms; want the rooms to stay", s.Account, len(s.Rooms))
		}
	})
}

// A secret that was saved without connecting anew is at hand when the old one ends.
func TestSavedSecretTakesOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLife(0, 0)
		cfg := l.config(t, t.TempDir(), func(s *signedIn) {
			s.Credentials.Secret, s.Tokens.Expiry = "the~old.secret-of_the-app", time.Now().Add(30*time.Minute)
		})
		cfg.HTTPClient = &http.Client{Transport: &tokenService{secrets: []string{canary}}}
		e, stop := run(t, cfg)
		c := e.Snapshot().Account.Credentials
		c.Secret = canary
		must(t, e.SaveCredentials(t.Context(), c))
		settle(2 * time.Hour)
		for range 2 { // also after a restart
			if s := e.Snapshot(); s.Account.State != Connected || has(s, CodeSignIn) || s.Account.Problem != nil {
				t.Errorf("account %+v, problems %+v; want connected with the secret that is kept", s.Account, s.Problems)
			}
			stop()
			e, stop = run(t, cfg)
			settle(2 * time.Hour)
		}
	})
}

// What is given back because it could not be ended is no better than it was.
func TestRefusalOutlivesAFailure(t *testing.T) {
	inOffice(t, func(t *testing.T, l *life, e *Engine) {
		l.set(func() { l.signOut = true })
		settle(bound)
		cancelled, cancel := context.WithCancel(t.Context())
		cancel()
		if e.Disconnect(cancelled) == nil {
			t.Fatal("no error")
		}
		if s := e.Snapshot(); s.Account.State != NeedsSignIn || s.Account.Problem == nil || !has(s, CodeSignIn) {
			t.Errorf("account %+v; want a sign-in to be asked for as before", s.Account)
		}
	})
}
