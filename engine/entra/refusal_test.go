package entra_test

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/roomink/roomink/engine/entra"
)

// TestRefreshFailures: what each refusal means for the session. Kinds of
// invalid_grant differ in words only; matters of the secret are none of the
// person's who signed in; and what may pass is waited for.
func TestRefreshFailures(t *testing.T) {
	const nothing, signIn, secret, later = "", "sign in", "secret", "later"
	tests := map[string]struct {
		status int
		body   any
		means  string
		code   int
	}{
		"password expired":  {400, oauthFailure("invalid_grant", "AADSTS50132: x", 50132), signIn, 50132},
		"password changed":  {400, oauthFailure("invalid_grant", "AADSTS50133: x", 50133), signIn, 50133},
		"revoked":           {400, oauthFailure("invalid_grant", "AADSTS50173: x", 50173), signIn, 50173},
		"inactivity":        {400, oauthFailure("invalid_grant", "AADSTS700082: x", 700082), signIn, 700082},
		"frequency":         {400, oauthFailure("invalid_grant", "AADSTS70043: x", 70043), signIn, 70043},
		"mfa":               {400, oauthFailure("invalid_grant", "AADSTS50076: x", 50076), signIn, 50076},
		"mfa, other word":   {400, oauthFailure("interaction_required", "AADSTS50076: x", 50076), signIn, 50076},
		"mfa to set up":     {400, oauthFailure("invalid_grant", "AADSTS50079: x", 50079), signIn, 50079},
		"conditional":       {400, oauthFailure("invalid_grant", "AADSTS53003: x", 53003), signIn, 53003},
		"conditional, page": {400, oauthFailure("access_denied", "AADSTS53003: x", 53003), signIn, 53003},
		"consent withdrawn": {400, oauthFailure("invalid_grant", "AADSTS65001: x", 65001), signIn, 65001},
		"invalid":           {400, oauthFailure("invalid_grant", "AADSTS70000: x", 70000), signIn, 70000},
		"wrong secret":      {401, oauthFailure("invalid_client", "AADSTS7000215: x", 7000215), secret, 7000215},
		"secret expired":    {401, oauthFailure("invalid_client", "AADSTS7000222: x", 7000222), secret, 7000222},
		"secret missing":    {401, oauthFailure("invalid_client", "AADSTS7000218: x", 7000218), secret, 7000218},
		"secret unwanted":   {401, oauthFailure("invalid_client", "AADSTS700025: x", 700025), secret, 700025},
		"certificate":       {401, oauthFailure("invalid_client", "AADSTS700027: x", 700027), nothing, 700027},
		"app removed":       {400, oauthFailure("unauthorized_client", "AADSTS700016: x", 700016), nothing, 700016},
		"unheard of kind":   {400, oauthFailure("brand_new", "AADSTS1234567: ?", 1234567), nothing, 1234567},
		"busy":              {400, oauthFailure("temporarily_unavailable", "AADSTS90033: x", 90033), later, 90033},
		"broken inside":     {500, oauthFailure("invalid_grant", "AADSTS90033: x", 90033), later, 90033},
		"secret, but 503":   {503, oauthFailure("invalid_client", "AADSTS7000215: x", 7000215), later, 7000215},
		"too many":          {429, oauthFailure("invalid_request", "AADSTS50196: x", 50196), later, 50196},
		"empty object":      {400, map[string]any{}, later, 0},
		"gateway":           {502, "<html>", later, 0},
		"token-less":        {200, map[string]any{"token_type": "Bearer"}, later, 0},
		"captive portal":    {200, "<html>hello</html>", later, 0},
		"redirect":          {302, "", later, 0},
		"network log-in":    {511, "<html>", later, 0},
		"proxy log-in":      {407, "<html>", later, 0},
	}
	titles := map[string]int{}
	for name, tt := range tests {
		f, clk := newFake(t), newClock()
		f.token = func(url.Values) (int, any) { return tt.status, tt.body }
		s := entra.Resume(f.credentials(), stored(clk, 0), entra.SessionOptions{Now: clk.now})
		_, err := s.Token(t.Context())
		e, ok := errors.AsType[*entra.Error](err)
		if !ok {
			t.Errorf("%s: %T: %v", name, err, err)
			continue
		}
		if e.NeedsSignIn != (tt.means == signIn) || e.BadSecret != (tt.means == secret) || e.Temporary != (tt.means == later) || e.PersonNeeded() == e.Temporary {
			t.Errorf("%s: %+v", name, e)
		}
		if e.Code != tt.code || e.Title == "" || e.Remedy == "" || e.At.IsZero() {
			t.Errorf("%s: %+v", name, e)
		}
		if all := fmt.Sprintf("%v %+v", err, *e); strings.Contains(all, "s3cret") || strings.Contains(all, "r0") {
			t.Errorf("%s: a secret in %s", name, all)
		}
		if other, taken := titles[e.Title]; taken && e.Code != other && e.Code+other != 50132+50133 {
			t.Errorf("%d and %d share the words %q", e.Code, other, e.Title)
		}
		titles[e.Title] = e.Code
	}
}

// TestAppRefusals: an app has nobody to sign in; where it was removed or its consent
// withdrawn, an administrator approves again.
func TestAppRefusals(t *testing.T) {
	tests := map[string]struct {
		oauth             string
		code              int
		approve, isSecret bool
	}{
		"removed":           {"unauthorized_client", 700016, true, false},
		"not at home":       {"invalid_client", 7000229, true, false},
		"consent withdrawn": {"invalid_grant", 65001, true, false},
		"secret expired":    {"invalid_client", 7000222, false, true},
	}
	for name, tt := range tests {
		f, clk := newFake(t), newClock()
		f.token = func(url.Values) (int, any) { return 400, oauthFailure(tt.oauth, "x", tt.code) }
		tokens := stored(clk, 0)
		tokens.AppOnly, tokens.Refresh = true, ""
		s := entra.Resume(f.credentials(), tokens, entra.SessionOptions{Now: clk.now})
		_, err := s.Token(t.Context())
		e, ok := errors.AsType[*entra.Error](err)
		if !ok || e.NeedsSignIn != tt.approve || e.BadSecret != tt.isSecret || e.Temporary {
			t.Errorf("%s: %+v", name, e)
			continue
		}
		if strings.Contains(strings.ToLower(e.Title+e.Remedy), "sign in again") || !strings.HasPrefix(e.Error(), "renew the access to ") {
			t.Errorf("%s: %s / %s", name, e, e.Remedy)
		}
	}
}
