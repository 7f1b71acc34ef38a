package entra_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/roomink/roomink/engine/entra"
)

// A computer without a browser signs in with a code that a person enters elsewhere.
func TestSignInWithCode(t *testing.T) {
	tests := map[string]struct {
		enter func(code string, enter func(string, string, bool) bool, username string) bool
		title string // of the error; "" = it works
	}{
		"accepted": {func(code string, enter func(string, string, bool) bool, username string) bool {
			return enter(code, username, true)
		}, ""},
		"declined": {func(code string, enter func(string, string, bool) bool, username string) bool {
			return enter(code, username, false)
		}, "The sign-in was declined"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			tn, c, person := simulated(t)
			tokens, err := entra.SignInWithCode(t.Context(), c, entra.Options{}, func(code entra.DeviceCode) {
				if code.Code == "" || code.Page == "" || time.Until(code.Until) < 10*time.Minute {
					t.Errorf("code %+v", code)
				}
				if !test.enter(code.Code, tn.EnterCode, person.Username) {
					t.Error("the code is not good")
				}
			})
			if failure, ok := errors.AsType[*entra.Error](err); test.title != "" {
				if !ok || failure.Title != test.title || failure.Remedy == "" {
					t.Errorf("error %v; want %q", err, test.title)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if tokens.Account.Username != person.Username || tokens.Refresh == "" || !tokens.Has("Calendars.Read.Shared") {
				t.Errorf("%+v, scopes %v", tokens.Account, tokens.Scopes)
			}
		})
	}
}

// Whoever gives up waiting is obeyed at once, and a wrong registration is explained.
func TestSignInWithCodeThatDoesNotWork(t *testing.T) {
	_, c, _ := simulated(t)
	ctx, cancel := context.WithCancel(t.Context())
	if _, err := entra.SignInWithCode(ctx, c, entra.Options{}, func(entra.DeviceCode) { cancel() }); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v; want it cancelled", err)
	}
	c.ClientID = "00000000-0000-4000-8000-000000000000"
	_, err := entra.SignInWithCode(t.Context(), c, entra.Options{}, func(entra.DeviceCode) { t.Error("a code for nobody") })
	if failure, ok := errors.AsType[*entra.Error](err); !ok || failure.Code != 700016 || failure.Remedy == "" {
		t.Errorf("error %v; want AADSTS700016 explained", err)
	}
}

// An approval that was given in the portal is taken up without a browser, and its lack is
// explained.
func TestUseApproval(t *testing.T) {
	tn, c, _ := simulated(t)
	c.AppOnly = true
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	tn.GrantAdminConsent()
	tokens, err := entra.UseApproval(ctx, c, entra.Options{})
	if err != nil || tokens.Access == "" || tokens.Account.TenantID != c.Tenant {
		t.Fatalf("%+v, %v", tokens.Account, err)
	}
	c.Secret = "not-the-secret-of-it-0123456789abcdef"
	if _, err := entra.UseApproval(ctx, c, entra.Options{}); err == nil {
		t.Error("a wrong secret was taken")
	} else if failure, ok := errors.AsType[*entra.Error](err); !ok || !failure.BadSecret {
		t.Errorf("error %v; want the secret to be blamed", err)
	}
}
