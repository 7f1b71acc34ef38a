package entra_test

import (
	"context"
	"errors"
	"net/url"
	"testing"
	"time"

	"github.com/roomink/roomink/engine/entra"
)

const newSecret = "new8Q~value-of-the-fake"

// takes answers renewals with the given secret only.
func takes(f *fakeEntra, secret string) {
	f.token = func(form url.Values) (int, any) {
		if form.Get("client_secret") != secret {
			return 401, oauthFailure("invalid_client", "AADSTS7000215: Invalid client secret provided.", 7000215)
		}
		if form.Get("grant_type") == "client_credentials" {
			return 200, appToken(appClaims("Calendars.Read"))
		}
		return 200, map[string]any{"token_type": "Bearer", "expires_in": 3600, "access_token": "a1", "refresh_token": "r1"}
	}
}

func TestUseSecret(t *testing.T) {
	for _, app := range []bool{false, true} {
		f, clk, sv := newFake(t), newClock(), &saves{}
		takes(f, newSecret)
		tokens := stored(clk, time.Hour)
		tokens.AppOnly = app
		s := entra.Resume(f.credentials(), tokens, entra.SessionOptions{Save: sv.save, Now: clk.now})
		if err := s.UseSecret(t.Context(), " "+newSecret+"\n"); err != nil {
			t.Fatal(err)
		}
		if got := sv.credentials(); len(got) != 1 || got[0].Secret != newSecret || got[0].AppOnly != app || got[0].ClientID != clientID {
			t.Errorf("saved with %v", got)
		}
		clk.advance(2 * time.Hour)
		if _, err := s.Token(t.Context()); err != nil {
			t.Errorf("the new secret is not used: %v", err)
		}
		if got := sv.credentials(); len(got) != 2 || got[1].Secret != newSecret {
			t.Errorf("saved with %v", got)
		}
	}
}

func TestASecretThatIsRefusedChangesNothing(t *testing.T) {
	f, clk, sv := newFake(t), newClock(), &saves{}
	old := f.credentials().Secret
	takes(f, old)
	s := entra.Resume(f.credentials(), stored(clk, time.Hour), entra.SessionOptions{Save: sv.save, Now: clk.now})

	err := s.UseSecret(t.Context(), newSecret)
	if e, ok := errors.AsType[*entra.Error](err); !ok || !e.BadSecret || e.NeedsSignIn {
		t.Fatalf("%v", err)
	}
	for name, secret := range map[string]string{"empty": " ", "a secret's ID": "0b5e0f2e-8a57-4bd5-9be1-4b6d1f6f8f11"} {
		if fe, ok := errors.AsType[*entra.FieldError](s.UseSecret(t.Context(), secret)); !ok || fe.Field != "Secret" {
			t.Errorf("%s was taken", name)
		}
	}
	if tok, err := s.Token(t.Context()); err != nil || tok.AccessToken != "old" {
		t.Errorf("the present token is gone: %v", err)
	}
	clk.advance(2 * time.Hour)
	if _, err := s.Token(t.Context()); err != nil {
		t.Errorf("the old secret is gone: %v", err)
	}
	if got := sv.credentials(); len(got) != 1 || got[0].Secret != old {
		t.Errorf("saved with %v", got)
	}
}

// A secret that Entra takes is kept even if the sign-in has ended: what is needed then is
// a sign-in, and no secret any more.
func TestANewSecretForASignInThatHasEnded(t *testing.T) {
	f, clk, sv := newFake(t), newClock(), &saves{}
	f.token = func(form url.Values) (int, any) {
		if form.Get("client_secret") != newSecret {
			return 401, oauthFailure("invalid_client", "AADSTS7000222: The provided client secret keys are expired.", 7000222)
		}
		return 400, oauthFailure("invalid_grant", "AADSTS50173: The provided grant has expired due to it being revoked.", 50173)
	}
	s := entra.Resume(f.credentials(), stored(clk, 0), entra.SessionOptions{Save: sv.save, Now: clk.now})
	if _, err := s.Token(t.Context()); !isBadSecret(err) {
		t.Fatalf("the old secret: %v", err)
	}
	err := s.UseSecret(t.Context(), newSecret)
	for range 2 {
		if e, ok := errors.AsType[*entra.Error](err); !ok || e.BadSecret || !e.NeedsSignIn || e.Code != 50173 {
			t.Errorf("%v; want a sign-in to be asked for", err)
		}
		_, err = s.Token(t.Context())
	}
	if got := sv.credentials(); len(got) != 1 || got[0].Secret != newSecret {
		t.Errorf("saved with %v", got)
	}
}

func isBadSecret(err error) bool {
	e, ok := errors.AsType[*entra.Error](err)
	return ok && e.BadSecret
}

func TestASecretThatCannotBeSavedIsNotUsed(t *testing.T) {
	f, clk := newFake(t), newClock()
	full := errors.New("disk full")
	sv := &saves{err: full}
	takes(f, newSecret)
	s := entra.Resume(f.credentials(), stored(clk, time.Hour), entra.SessionOptions{Save: sv.save, Now: clk.now})
	if err := s.UseSecret(t.Context(), newSecret); !errors.Is(err, full) {
		t.Fatalf("%v", err)
	}
	if tok, err := s.Token(t.Context()); err != nil || tok.AccessToken != "old" {
		t.Errorf("%v, %v", tok, err)
	}
	takes(f, f.credentials().Secret)
	clk.advance(2 * time.Hour)
	if _, err := s.Token(t.Context()); err != nil {
		t.Errorf("the old secret is gone: %v", err)
	}
}

func TestAPublicClientTakesNoSecret(t *testing.T) {
	f := newFake(t)
	c := f.credentials()
	c.Public = true
	s := entra.Resume(c, stored(newClock(), time.Hour), entra.SessionOptions{})
	if fe, ok := errors.AsType[*entra.FieldError](s.UseSecret(t.Context(), newSecret)); !ok || fe.Field != "Secret" {
		t.Error("it was taken")
	}
}

func TestUseSecretWaitsItsTurn(t *testing.T) {
	f, clk := newFake(t), newClock()
	entered, release := make(chan struct{}), make(chan struct{})
	s := entra.Resume(f.credentials(), stored(clk, 0), entra.SessionOptions{Now: clk.now,
		Save: func(context.Context, entra.Credentials, entra.Tokens) error {
			close(entered)
			<-release
			return nil
		}})
	done := make(chan error)
	go func() { _, err := s.Token(t.Context()); done <- err }()
	<-entered
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.UseSecret(ctx, newSecret); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	close(release)
	if err := <-done; err != nil {
		t.Error(err)
	}
}
