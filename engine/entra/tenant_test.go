package entra_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/roomink/roomink/engine/entra"
	"github.com/roomink/roomink/engine/simulator/browser"
	"github.com/roomink/roomink/engine/simulator/tenant"
)

// simulated is the simulated tenant on a real socket, and the credentials of its
// registration.
func simulated(t *testing.T) (*tenant.Tenant, entra.Credentials, *browser.Person) {
	t.Helper()
	tn, err := tenant.New(tenant.Options{})
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(tn)
	t.Cleanup(srv.Close)
	tn.SetBaseURL(srv.URL)
	c := tn.Credentials()
	return tn, entra.Credentials{Cloud: entra.Cloud{Name: "simulated", Authority: srv.URL, Graph: srv.URL, Portal: srv.URL},
			Tenant: c.TenantID, ClientID: c.ClientID, Secret: c.ClientSecret},
		&browser.Person{Username: c.Username, Password: c.Password}
}

func TestTenantSignIn(t *testing.T) {
	tn, c, person := simulated(t)
	tokens, err := entra.SignIn(t.Context(), c, entra.Options{Access: entra.Access{Directory: true}, Open: person.Open(t.Context())})
	if err != nil {
		t.Fatal(err)
	}
	page, err := person.Wait()
	if err != nil {
		t.Fatal(err)
	}
	contains(t, page.HTML, "You are signed in")
	if tokens.Account.Username != person.Username || tokens.Account.TenantID != c.Tenant || !tokens.Has("Place.Read.All") || !tokens.Has("Calendars.Read.Shared") {
		t.Errorf("%+v", tokens.Account)
	}

	// Renewal with the real rotation.
	sv, clk := &saves{}, newClock()
	tokens.Expiry = clk.now()
	s := entra.Resume(c, tokens, entra.SessionOptions{Save: sv.save, Now: clk.now})
	for range 3 {
		tok, err := s.Token(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, c.Cloud.Graph+"/v1.0/me", nil)
		if err != nil {
			t.Fatal(err)
		}
		tok.SetAuthHeader(req)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if resp.StatusCode != 200 || !strings.Contains(string(body), person.Username) {
			t.Errorf("%d %s", resp.StatusCode, body)
		}
		clk.advance(2 * time.Hour)
	}
	got := sv.list()
	if len(got) != 3 || got[0].Refresh == tokens.Refresh || got[1].Refresh == got[0].Refresh || !got[2].Has("Place.Read.All") {
		t.Errorf("%d renewals saved, rotation missing", len(got))
	}

	tn.RevokeRefreshTokens()
	clk.advance(2 * time.Hour)
	_, err = s.Token(t.Context())
	if e, ok := errors.AsType[*entra.Error](err); !ok || e.Code != 50173 || !e.NeedsSignIn || !e.PersonNeeded() {
		t.Errorf("after a revocation: %v", err)
	}
}

func TestTenantRefusals(t *testing.T) {
	tests := map[string]struct {
		edit func(tn *tenant.Tenant, c *entra.Credentials, p *browser.Person)
		code int
	}{
		"declined":       {func(_ *tenant.Tenant, _ *entra.Credentials, p *browser.Person) { p.Decline = true }, 65004},
		"wrong secret":   {func(_ *tenant.Tenant, c *entra.Credentials, _ *browser.Person) { c.Secret = "guessed-and-wrong-by-far" }, 7000215},
		"expired secret": {func(tn *tenant.Tenant, _ *entra.Credentials, _ *browser.Person) { tn.ExpireClientSecret() }, 7000222},
		"no secret":      {func(_ *tenant.Tenant, c *entra.Credentials, _ *browser.Person) { c.Public = true }, 7000218},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			tn, c, person := simulated(t)
			tt.edit(tn, &c, person)
			_, err := entra.SignIn(t.Context(), c, entra.Options{Open: person.Open(t.Context())})
			e, ok := errors.AsType[*entra.Error](err)
			if !ok || e.Code != tt.code || e.CorrelationID == "" || e.At.IsZero() {
				t.Fatalf("%v", err)
			}
			page, err := person.Wait()
			if err != nil {
				t.Fatal(err)
			}
			if page.Status != 400 {
				t.Errorf("status %d", page.Status)
			}
			contains(t, page.HTML, e.CorrelationID, "Roomink")
		})
	}
}

// TestTenantErrorsThatNeverComeBack covers what Microsoft shows on its own page:
// the person stays there, and the sign-in ends by its time-out or by Cancel.
func TestTenantErrorsThatNeverComeBack(t *testing.T) {
	for name, edit := range map[string]func(c *entra.Credentials){
		"AADSTS50011":  func(c *entra.Credentials) { c.RedirectPath = "/elsewhere" },
		"AADSTS700016": func(c *entra.Credentials) { c.ClientID = "00000000-0000-4000-8000-000000000000" },
		"AADSTS90002":  func(c *entra.Credentials) { c.Tenant = "nobody.example.com" },
	} {
		t.Run(name, func(t *testing.T) {
			_, c, person := simulated(t)
			edit(&c)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			begin := person.Open(t.Context())
			open := func(address string) error {
				if err := begin(address); err != nil {
					return err
				}
				go func() { // reads the page, then presses Cancel
					_, _ = person.Wait()
					cancel()
				}()
				return nil
			}
			_, err := entra.SignIn(ctx, c, entra.Options{Open: open})
			if !errors.Is(err, context.Canceled) {
				t.Fatalf("%v", err)
			}
			_, err = person.Wait()
			refusal, ok := errors.AsType[*browser.Refusal](err)
			if !ok {
				t.Fatalf("%v", err)
			}
			contains(t, refusal.Text, name)
			if code, ok := entra.ParseCode(refusal.Text); !ok || c.Explain(code).Title == c.Explain(123456).Title {
				t.Errorf("what the page says is not understood: %s", refusal.Text)
			}
		})
	}
}
