package entra

import (
	"context"
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"
)

type network func(*http.Request) (*http.Response, error)

func (n network) RoundTrip(r *http.Request) (*http.Response, error) { return n(r) }

// TestSettling needs time that stands still, and so no sockets.
func TestSettling(t *testing.T) {
	refusal := func(oauth, code string) string {
		return `{"error":"` + oauth + `","error_description":"AADSTS` + code + `: no","error_codes":[` + code + `]}`
	}
	token := func(claims string) string {
		return `{"token_type":"Bearer","expires_in":3599,"access_token":"h.` + base64.RawURLEncoding.EncodeToString([]byte(claims)) + `.s"}`
	}
	roles, none := token(`{"roles":["Calendars.Read"]}`), token(`{"tid":"x"}`)
	tests := map[string]struct {
		replies []string // the last one is repeated; [0] of each is the status by its content
		code    int      // of the error; 0 = success
		roles   int
		within  time.Duration // at most
		after   time.Duration // at least
	}{
		"known at once":      {[]string{roles}, 0, 1, 0, 0},
		"unknown for a time": {[]string{refusal("unauthorized_client", "700016"), refusal("invalid_grant", "65001"), roles}, 0, 1, 5 * time.Second, 2 * time.Second},
		"disabled at first":  {[]string{refusal("unauthorized_client", "7000112"), roles}, 0, 1, 2 * time.Second, time.Second},
		"roles come late":    {[]string{none, none, none, roles}, 0, 1, 10 * time.Second, 3 * time.Second},
		"roles never come":   {[]string{none}, 0, 0, settling, settling - 7*time.Second},
		"never known":        {[]string{refusal("unauthorized_client", "700016")}, 700016, 0, settling, settling - 7*time.Second},
		"busy, then there":   {[]string{refusal("temporarily_unavailable", "90033"), roles}, 0, 1, 2 * time.Second, time.Second},
		"wrong secret":       {[]string{refusal("invalid_client", "7000215")}, 7000215, 0, 0, 0},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				begun, n := time.Now(), 0
				f := newFlow(Credentials{Tenant: "contoso.com", AppOnly: true}.Trimmed(), Options{HTTPClient: &http.Client{Transport: network(func(r *http.Request) (*http.Response, error) {
					body := tt.replies[min(n, len(tt.replies)-1)]
					n++
					status := http.StatusOK
					if strings.HasPrefix(body, `{"error"`) {
						status = http.StatusBadRequest
					}
					return &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
				})}})
				got, err := f.firstTokens(t.Context(), f.c)
				e, _ := errors.AsType[*Error](err)
				if (err != nil) != (tt.code != 0) || e != nil && e.Code != tt.code || len(got.Scopes) != tt.roles {
					t.Fatalf("%v, %v", got, err)
				}
				if took := time.Since(begun); took > tt.within || took < tt.after {
					t.Errorf("took %v", took)
				}
			})
		})
	}
}

func TestSettlingEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFlow(Credentials{Tenant: "contoso.com", AppOnly: true}.Trimmed(), Options{HTTPClient: &http.Client{Transport: network(func(*http.Request) (*http.Response, error) {
			return nil, errors.New("down")
		})}})
		ctx, cancel := context.WithTimeout(t.Context(), 4*time.Second)
		defer cancel()
		if _, err := f.firstTokens(ctx, f.c); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v", err)
		}
	})
}

func FuzzReadAppClaims(f *testing.F) {
	for _, s := range []string{`{"tid":"7b1f3c52-9d0e-4c5a-8f2b-6a41e0d9c713","oid":"x","roles":["Calendars.Read"],"app_displayname":"n"}`,
		`{"roles":"one"}`, `{"roles":[1,"a",null]}`, `{"tid":5,"roles":["a"]}`, `null`, `[]`, ``, `{"app_displayname":"` + strings.Repeat("x", 500) + `"}`} {
		f.Add("h." + base64.RawURLEncoding.EncodeToString([]byte(s)) + ".s")
	}
	f.Add("opaque")
	f.Add("a.b.c.d")
	f.Fuzz(func(t *testing.T, token string) {
		c, readable := readAppClaims(token)
		if !readable && (c.TenantID != "" || c.ObjectID != "" || c.Name != "" || len(c.Roles) > 0) {
			t.Errorf("%q gives %+v", token, c)
		}
		if c.TenantID != "" && !isGUID(c.TenantID) || !utf8.ValidString(c.Name) || utf8.RuneCountInString(c.Name) > 201 || len(c.Roles) > 200 {
			t.Errorf("%+v", c)
		}
		for _, r := range c.Roles {
			if r == "" || !utf8.ValidString(r) {
				t.Errorf("role %q", r)
			}
		}
	})
}

func TestReadAppClaimsIsLenient(t *testing.T) {
	c, ok := readAppClaims("h." + base64.RawURLEncoding.EncodeToString([]byte(`{"tid":5,"oid":"7b1f3c52-9d0e-4c5a-8f2b-6a41e0d9c713","app_displayname":{},"roles":["a",2,"b"]}`)) + ".s")
	if !ok || c.TenantID != "" || c.ObjectID == "" || c.Name != "" || strings.Join(c.Roles, " ") != "a b" {
		t.Errorf("%t %+v", ok, c)
	}
}
