package entra_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"golang.org/x/oauth2"

	"github.com/roomink/roomink/engine/entra"
)

func TestSignInAsksForTheLeastWithPKCE(t *testing.T) {
	f := newFake(t)
	var asked url.Values
	tokens, page, err := signIn(t, f, f.credentials(), entra.Options{}, func(b *surfer, q url.Values) {
		asked = q
		comeBack(b, q)
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"response_type": "code", "code_challenge_method": "S256", "client_id": clientID,
		"prompt": "select_account", "response_mode": "query",
		"scope": "openid profile offline_access " + f.URL + "/User.Read " + f.URL + "/Calendars.Read " + f.URL + "/Calendars.Read.Shared"} {
		if asked.Get(name) != want {
			t.Errorf("authorize %s = %q, want %q", name, asked.Get(name), want)
		}
	}
	form := f.posted()[0]
	if len(f.posted()) != 1 {
		t.Errorf("%d token requests, want 1", len(f.posted()))
	}
	if got := oauth2.S256ChallengeFromVerifier(form.Get("code_verifier")); got != asked.Get("code_challenge") {
		t.Errorf("the verifier does not belong to the challenge")
	}
	if form.Get("redirect_uri") != asked.Get("redirect_uri") || form.Get("client_secret") != "s3cret~value-of-the-fake" {
		t.Errorf("token request = %v", form)
	}
	if u, _ := url.Parse(asked.Get("redirect_uri")); u.Hostname() != "localhost" || u.Path != "/roomink" {
		t.Errorf("redirect_uri = %s", u)
	}
	want := entra.Account{Tenant: "contoso.com", TenantID: tenantID, ObjectID: "99999999-2222-4333-8444-555555555555",
		Username: "ada@contoso.com", Name: "Ada Lovelace"}
	if tokens.Account != want || tokens.Access != "access" || tokens.Refresh != "refresh" || !tokens.Has("calendars.read") || tokens.Has("Place.Read.All") {
		t.Errorf("tokens = %+v", tokens)
	}
	contains(t, page.body, "You are signed in", "Ada Lovelace")
	if page.status != 200 || page.header.Get("Referrer-Policy") != "no-referrer" || !strings.Contains(page.header.Get("Content-Security-Policy"), "default-src 'none'") {
		t.Errorf("page %d %v", page.status, page.header)
	}
}

// TestWaiting: who shows a countdown hears of the page before it is opened.
func TestWaiting(t *testing.T) {
	f := newFake(t)
	clk := newClock()
	clk.advance(-time.Minute) // the id_token's clock is the real one
	var heard string
	var until time.Time
	o := entra.Options{Timeout: 3 * time.Minute, Now: clk.now, Waiting: func(url string, end time.Time) {
		if heard != "" {
			t.Error("told twice")
		}
		heard, until = url, end
	}}
	_, _, err := signIn(t, f, f.credentials(), o, func(b *surfer, q url.Values) {
		if heard != b.opening.String() {
			t.Errorf("heard of %s, opened %s", heard, b.opening.String())
		}
		comeBack(b, q)
	})
	if left := until.Sub(clk.now()); err != nil || left > 3*time.Minute || left < 2*time.Minute {
		t.Errorf("%v left, %v", left, err)
	}
}

// TestRefusedConsentLeavesTheSessionAlone: asking for more is a sign-in of its own.
func TestRefusedConsentLeavesTheSessionAlone(t *testing.T) {
	f, clk, sv := newFake(t), newClock(), &saves{}
	s := entra.Resume(f.credentials(), stored(clk, time.Hour), entra.SessionOptions{Save: sv.save, Now: clk.now})
	_, _, err := signIn(t, f, f.credentials(), entra.Options{LoginHint: "ada@contoso.com", Access: entra.Access{Booking: true}}, func(b *surfer, q url.Values) {
		if !strings.Contains(q.Get("scope"), "Calendars.ReadWrite.Shared") || q.Get("login_hint") != "ada@contoso.com" {
			t.Errorf("asked %v", q)
		}
		b.last = b.get(back(q, "error", "access_denied", "error_description", "AADSTS65004: User declined to consent"))
	})
	if e, ok := errors.AsType[*entra.Error](err); !ok || e.Code != 65004 {
		t.Fatalf("%v", err)
	}
	if tok, err := s.Token(t.Context()); err != nil || tok.AccessToken != "old" || len(f.posted()) != 0 {
		t.Errorf("%v, %v", tok, err)
	}
	rotating(t, f)
	clk.advance(2 * time.Hour)
	if tok, err := s.Token(t.Context()); err != nil || tok.AccessToken != "a1" {
		t.Errorf("%v, %v", tok, err)
	}
}

func TestPublicClientSendsNoSecret(t *testing.T) {
	f := newFake(t)
	c := f.credentials()
	c.Public = true // whatever Secret holds
	if _, _, err := signIn(t, f, c, entra.Options{LoginHint: "ada@contoso.com"}, func(b *surfer, q url.Values) {
		if q.Get("prompt") != "" || q.Get("login_hint") != "ada@contoso.com" {
			t.Errorf("authorize %v", q)
		}
		comeBack(b, q)
	}); err != nil {
		t.Fatal(err)
	}
	if _, there := f.posted()[0]["client_secret"]; there {
		t.Error("a secret was sent")
	}
}

func TestRefusals(t *testing.T) {
	declined := "AADSTS65004: User declined to consent to access the app.\r\nTrace ID: aaaaaaaa-0000-4000-8000-000000000001\r\n" +
		"Correlation ID: cccccccc-0000-4000-8000-000000000002\r\nTimestamp: 2026-11-23 08:01:02Z"
	tests := map[string]struct {
		params []string // of the redirect; a code when empty
		token  func(url.Values) (int, any)
		check  func(t *testing.T, e *entra.Error)
		page   []string
	}{
		"consent declined": {
			params: []string{"error", "access_denied", "error_description", declined},
			check: func(t *testing.T, e *entra.Error) {
				if e.Code != 65004 || e.CorrelationID != "cccccccc-0000-4000-8000-000000000002" || e.At != time.Date(2026, 11, 23, 8, 1, 2, 0, time.UTC) ||
					e.Description != "User declined to consent to access the app." {
					t.Errorf("%+v", e)
				}
			},
			page: []string{"The permissions were declined", "press Accept", "AADSTS65004", "cccccccc-0000-4000-8000-000000000002", "2026-11-23 08:01:02 UTC"},
		},
		"error without a number": {
			params: []string{"error", "temporarily_unavailable", "error_description", "<script>alert(1)</script>"},
			check: func(t *testing.T, e *entra.Error) {
				if !e.Temporary || e.Code != 0 {
					t.Errorf("%+v", e)
				}
			},
			page: []string{"Microsoft&#39;s sign-in service is overloaded", "&lt;script&gt;"},
		},
		"wrong secret": {
			token: func(url.Values) (int, any) {
				return 401, oauthFailure("invalid_client", "AADSTS7000215: Invalid client secret provided.", 7000215)
			},
			check: func(t *testing.T, e *entra.Error) {
				if e.Code != 7000215 || e.OAuth != "invalid_client" || e.NeedsSignIn || e.Temporary {
					t.Errorf("%+v", e)
				}
			},
			page: []string{"The client secret is wrong", "not the Secret ID", "portal.example"},
		},
		"expired secret": {
			token: func(url.Values) (int, any) {
				return 401, oauthFailure("invalid_client", "AADSTS7000222: The provided client secret keys for app are expired.", 7000222)
			},
			check: func(t *testing.T, e *entra.Error) {
				if e.Code != 7000222 || e.CorrelationID == "" {
					t.Errorf("%+v", e)
				}
			},
			page: []string{"The client secret has expired", "Make a new client secret"},
		},
		"unknown number": {
			token: func(url.Values) (int, any) {
				return 400, oauthFailure("invalid_request", "AADSTS123456: Something new.", 123456)
			},
			check: func(t *testing.T, e *entra.Error) {
				if e.Code != 123456 || e.Remedy == "" {
					t.Errorf("%+v", e)
				}
			},
			page: []string{"AADSTS123456", "Something new."},
		},
		"proxy page": {
			token: func(url.Values) (int, any) { return 502, "<html>secret-of-the-proxy</html>" },
			check: func(t *testing.T, e *entra.Error) {
				if !e.Temporary || strings.Contains(fmt.Sprint(e, e.Err), "secret-of-the-proxy") {
					t.Errorf("%+v", e)
				}
			},
			page: []string{"or a proxy on the way to it, is out of order"},
		},
		"captive portal": {
			token: func(url.Values) (int, any) { return 200, "<html>log in</html>" },
			check: func(t *testing.T, e *entra.Error) {
				if !e.Temporary {
					t.Errorf("%+v", e)
				}
			},
			page: []string{"A page of this network answered"},
		},
		"no refresh token": {
			token: func(url.Values) (int, any) {
				return 200, map[string]any{"token_type": "Bearer", "access_token": "a", "expires_in": 60}
			},
			check: func(*testing.T, *entra.Error) {},
			page:  []string{"no lasting permission"},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			f := newFake(t)
			f.token = tt.token
			params := tt.params
			if len(params) == 0 {
				params = []string{"code", "c"}
			}
			_, page, err := signIn(t, f, f.credentials(), entra.Options{}, func(b *surfer, q url.Values) { b.last = b.get(back(q, params...)) })
			e, ok := errors.AsType[*entra.Error](err)
			if !ok {
				t.Fatalf("error is %T: %v", err, err)
			}
			if strings.Contains(err.Error(), "s3cret") || !strings.HasPrefix(err.Error(), "sign in to "+tenantID+": ") {
				t.Errorf("Error() = %q", err)
			}
			tt.check(t, e)
			contains(t, page.body, tt.page...)
			if page.status != 400 {
				t.Errorf("page status %d", page.status)
			}
		})
	}
}

func TestIdentityIsVerified(t *testing.T) {
	tests := map[string]struct {
		claims func(c map[string]any)
		tid    string
		want   string // in the error chain; "" = accepted
	}{
		"other audience":         {claims: func(c map[string]any) { c["aud"] = "somebody else" }, want: "audience"},
		"other issuer":           {claims: func(c map[string]any) { c["iss"] = "https://evil.example" }, want: "different provider"},
		"other nonce":            {claims: func(c map[string]any) { c["nonce"] = "replayed" }, want: "nonce"},
		"no account":             {claims: func(c map[string]any) { delete(c, "oid") }, want: "names no account"},
		"tenant unlike issuer":   {claims: func(c map[string]any) { c["tid"] = "00000000-2222-4333-8444-555555555555" }, want: "of tenant"},
		"metadata of another":    {tid: "00000000-2222-4333-8444-555555555555", want: "name the issuer"},
		"clock 3 minutes behind": {claims: func(c map[string]any) { c["nbf"] = time.Now().Add(3 * time.Minute).Unix() }},
		"clock behind":           {claims: func(c map[string]any) { c["nbf"] = time.Now().Add(2 * time.Hour).Unix() }, want: "clock is at least 2h0m0s behind Microsoft's"},
		"clock ahead":            {claims: func(c map[string]any) { c["exp"] = time.Now().Add(-24 * time.Hour).Unix() }, want: "ahead of Microsoft's"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			f := newFake(t)
			f.claims = tt.claims
			if tt.tid != "" {
				f.tid = tt.tid
			}
			tokens, _, err := signIn(t, f, f.credentials(), entra.Options{}, comeBack)
			if tt.want == "" {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			e, ok := errors.AsType[*entra.Error](err)
			if !ok || tokens.Access != "" {
				t.Fatalf("tokens %+v, error %v", tokens, err)
			}
			contains(t, fmt.Sprint(e, ": ", e.Err), tt.want)
		})
	}
}

func TestTenantByDomain(t *testing.T) {
	f := newFake(t)
	c := f.credentials()
	c.Tenant = "contoso.com"
	tokens, _, err := signIn(t, f, c, entra.Options{}, comeBack)
	if err != nil || tokens.Account.TenantID != tenantID {
		t.Fatalf("%+v, %v", tokens.Account, err)
	}
}

func TestForgedSignature(t *testing.T) {
	f := newFake(t)
	f.token = func(url.Values) (int, any) {
		r := f.reply("a", "r")
		raw := r["id_token"].(string)
		r["id_token"] = raw[:len(raw)-8] + "AAAAAAAA"
		return 200, r
	}
	if _, _, err := signIn(t, f, f.credentials(), entra.Options{}, comeBack); err == nil {
		t.Fatal("a forged id_token was accepted")
	}
}

func TestRedirectsDoNotCarryTheSecretAway(t *testing.T) {
	thief := newFake(t)
	f := newFake(t)
	inner := f.Config.Handler
	f.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/token") {
			http.Redirect(w, r, thief.URL+r.URL.Path, http.StatusTemporaryRedirect)
			return
		}
		inner.ServeHTTP(w, r)
	})
	_, _, err := signIn(t, f, f.credentials(), entra.Options{}, comeBack)
	if err == nil || len(thief.posted()) != 0 {
		t.Fatalf("error %v, %d forms reached another server", err, len(thief.posted()))
	}
}
