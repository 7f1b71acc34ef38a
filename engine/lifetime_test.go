package engine

import (
	"cmp"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/roomink/roomink/engine/entra"
	"github.com/roomink/roomink/engine/health"
	"github.com/roomink/roomink/engine/sign"
	"github.com/roomink/roomink/engine/syncer"
)

// tokenService answers renewals as Entra does: it knows which secrets are right.
type tokenService struct {
	mu      sync.Mutex
	secrets []string
	scope   string // what it grants; "" = Calendars.Read
	asked   int
}

func (s *tokenService) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked++
	status, text := http.StatusOK, `{"token_type":"Bearer","scope":"`+cmp.Or(s.scope, "Calendars.Read")+`","expires_in":3599,"access_token":"new","refresh_token":"newer"}`
	if !slices.Contains(s.secrets, form.Get("client_secret")) {
		status, text = http.StatusUnauthorized, `{"error":"invalid_client","error_description":"AADSTS7000215: Invalid client secret provided.","error_codes":[7000215]}`
	}
	return &http.Response{StatusCode: status, Status: http.StatusText(status), Header: http.Header{"Content-Type": {"application/json"}},
		Body: io.NopCloser(strings.NewReader(text)), Request: r}, nil
}

const newSecret = "nEw~8Q.another_another-another.one~"

// A new secret is tried before the old one is given up, and no sign notices.
func TestReplaceSecret(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLife(1, 1)
		cfg := l.config(t, t.TempDir())
		service := &tokenService{secrets: []string{canary}}
		cfg.HTTPClient = &http.Client{Transport: service}
		e, stop := run(t, cfg)
		c := e.Snapshot().Account.Credentials
		c.Secret, c.SecretExpires = canary, time.Now().AddDate(0, 0, 5)
		must(t, e.SaveCredentials(t.Context(), c))
		settle(time.Minute)
		hang(t, e, 0)
		pushes := l.count()
		if !has(e.Snapshot(), CodeSecretEnds) {
			t.Error("no warning five days before the end of the secret")
		}

		var refused *entra.Error
		if err := e.ReplaceSecret(t.Context(), newSecret, time.Time{}); !errors.As(err, &refused) || refused.Code != 7000215 {
			t.Fatalf("a secret that Microsoft refuses: %v; want AADSTS7000215", err)
		}
		if secret, err := e.secret(t.Context(), secretClient); string(secret) != canary {
			t.Errorf("the old secret became %q, %v", secret, err)
		}
		var field *entra.FieldError
		if err := e.ReplaceSecret(t.Context(), " ", time.Time{}); !errors.As(err, &field) {
			t.Errorf("no secret: %v; want words at the field", err)
		}

		service.mu.Lock()
		service.secrets = []string{newSecret}
		service.mu.Unlock()
		end := time.Now().AddDate(2, 0, 0)
		must(t, e.SaveDraft(t.Context(), Draft{Credentials: Credentials{Secret: " " + newSecret + "\n"}})) // as the guide does
		must(t, e.ReplaceSecret(t.Context(), "", end))
		settle(time.Minute)
		s := e.Snapshot()
		if s.Account.State != Connected || !s.Account.Credentials.SecretExpires.Equal(end) || has(s, CodeSecretEnds) || s.State != InOrder {
			t.Errorf("account %+v, problems %+v; want connected and in order", s.Account, s.Problems)
		}
		if l.count() != pushes {
			t.Errorf("%d pushes because of a new secret; want none", l.count()-pushes)
		}
		stop()
		e, _ = run(t, cfg)
		settle(2 * time.Hour) // the token has to be renewed with what was kept
		if s := e.Snapshot(); s.Account.State != Connected {
			t.Errorf("account %+v after a restart; want connected", s.Account)
		}
	})
}

// An expired secret is not a matter of signing in again, and ends with a new one.
func TestSecretThatIsRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLife(1, 1)
		cfg := l.config(t, t.TempDir())
		service := &tokenService{}
		cfg.HTTPClient = &http.Client{Transport: service}
		e, _ := run(t, cfg)
		c := e.Snapshot().Account.Credentials
		c.Secret = canary
		must(t, e.SaveCredentials(t.Context(), c))
		settle(time.Minute)
		hang(t, e, 0)
		l.set(func() {
			l.refuse = &syncer.Error{Kind: syncer.SignIn, Op: "read the calendars", Remedy: "Make a new client secret.",
				Err: &entra.Error{Op: "renew", Title: "The client secret has expired", Code: 7000222, BadSecret: true}}
		})
		settle(bound)
		s := e.Snapshot()
		if s.Account.State != NeedsSecret || s.State != Attention || s.Displays[0].Sign.State == sign.Unknown {
			t.Errorf("account %s, sign %+v; want the last reading to be shown for the grace time", s.Account.State, s.Displays[0].Sign)
		}
		settle(15 * time.Minute)
		s = e.Snapshot()
		if s.Account.State != NeedsSecret || s.State != Attention || s.Displays[0].Sign.State != sign.Unknown || s.Account.Problem.Code != 7000222 {
			t.Errorf("account %+v, sign %+v; want a new secret to be asked for, also on the sign", s.Account, s.Displays[0].Sign)
		}
		if len(s.Rooms) != 1 || s.Rooms[0].SyncedAt.IsZero() {
			t.Error("the calendar was not kept")
		}
		l.set(func() { l.refuse = nil })
		service.mu.Lock()
		service.secrets = []string{newSecret}
		service.mu.Unlock()
		must(t, e.ReplaceSecret(t.Context(), newSecret, time.Time{}))
		settle(bound)
		if s := e.Snapshot(); s.Account.State != Connected || s.Displays[0].Sign.State != sign.Free || s.State != InOrder {
			t.Errorf("account %+v, sign %+v, problems %+v; want all well", s.Account, s.Displays[0].Sign, s.Problems)
		}
	})
}

// The end of a secret is announced in good time, gravely at the end.
func TestSecretWarnings(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLife(1, 1)
		cfg := l.config(t, t.TempDir())
		var clock hurried
		cfg.Now, cfg.Interval, cfg.Rescan = clock.now, 12*time.Hour, 12*time.Hour
		e, _ := run(t, cfg)
		c := e.Snapshot().Account.Credentials
		c.Secret, c.SecretExpires = canary, clock.now().AddDate(0, 0, 40)
		must(t, e.SaveCredentials(t.Context(), c))
		type warning struct {
			severity health.Severity
			title    string
		}
		var got []warning
		for range 43 {
			for _, p := range e.Snapshot().Problems {
				if p.Code == CodeSecretEnds && (len(got) == 0 || got[len(got)-1].title != p.Title) {
					got = append(got, warning{p.Severity, p.Title})
				}
			}
			clock.pass(23 * time.Hour)
			settle(time.Hour)
		}
		if len(got) != 31 || got[0] != (warning{health.Notice, "The client secret ends in 30 days"}) ||
			got[23].severity != health.Warning || got[30] != (warning{health.Warning, "The client secret has ended"}) {
			t.Errorf("%d warnings %v; want them from 30 days on, grave from 7", len(got), got)
		}
		l.set(func() { l.expires[canary] = clock.now().AddDate(1, 0, 0) })
		settle(2 * time.Hour)
		s := e.Snapshot()
		if has(s, CodeSecretEnds) || s.Account.Credentials.SecretExpires.Before(clock.now()) || s.Account.Draft.Credentials != s.Account.Credentials {
			t.Errorf("the end is %v; want what Microsoft tells, and no warning", s.Account.Credentials.SecretExpires)
		}
	})
}

// asApplication makes the saved sign-in one for the whole organisation.
func asApplication(s *signedIn) {
	s.Credentials.AppOnly, s.Credentials.Secret = true, canary
	s.Tokens.AppOnly, s.Tokens.Refresh = true, ""
	s.Tokens.Account.ObjectID = "c0ffee00-1d2e-4f3a-8b4c-5d6e7f809112"
}

// An application has to prove that it can't read what is no room, and is looked at
// again every day.
func TestExposure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLife(1, 1)
		e, stop := run(t, l.config(t, t.TempDir(), asApplication))
		settle(time.Minute)
		s := e.Snapshot()
		if s.Account.Mode != Application || !has(s, CodeExposed) || s.State == Attention {
			t.Errorf("account %+v, problems %+v; want a notice that nobody has checked", s.Account, s.Problems)
		}
		for _, bad := range []string{"", "ada", string(roomID(0))} {
			if _, err := e.CheckExposure(t.Context(), bad); err == nil {
				t.Errorf("%q was taken as the mailbox of a person", bad)
			}
		}
		const ada = "ada@contoso.com"
		x, err := e.CheckExposure(t.Context(), " Ada@contoso.com ")
		must(t, err)
		s = e.Snapshot()
		if x.State != Exposed || x.Mailbox != ada || s.Account.Exposure != x || s.State != Attention {
			t.Errorf("exposure %+v, state %s; want it open, and attention", x, s.State)
		}

		denied := &syncer.Error{Kind: syncer.Denied, Op: "look at a mailbox"}
		l.set(func() { l.probes[ada] = denied })
		settle(25 * time.Hour)
		if s := e.Snapshot(); s.Account.Exposure.State != Closed || has(s, CodeExposed) {
			t.Errorf("exposure %+v a day after it was narrowed; want it closed", s.Account.Exposure)
		}
		stop()
		e, _ = run(t, l.config(t, e.cfg.Dir, asApplication))
		if x := e.Snapshot().Account.Exposure; x.State != Closed || x.Mailbox != ada {
			t.Errorf("exposure %+v after a restart", x)
		}

		l.set(func() { l.probes[ada] = &syncer.Error{Kind: syncer.Offline, Op: "look at a mailbox"} })
		x, err = e.CheckExposure(t.Context(), ada)
		must(t, err)
		if x.State != Closed || x.Problem == nil {
			t.Errorf("exposure %+v; want what was known of the mailbox, and why it is not newer", x)
		}
		l.set(func() {
			l.probes["nobody@contoso.com"] = &syncer.Error{Kind: syncer.NotFound, Op: "look at nobody@contoso.com"}
		})
		x, err = e.CheckExposure(t.Context(), "nobody@contoso.com")
		must(t, err)
		if x.State != Unclear || x.Problem == nil {
			t.Errorf("exposure %+v; want it unclear, with words", x)
		}

		must(t, e.Disconnect(t.Context()))
		if s := e.Snapshot(); s.Account.Exposure != (Exposure{}) || has(s, CodeExposed) {
			t.Errorf("exposure %+v after disconnecting", s.Account.Exposure)
		}
		if _, err := e.CheckExposure(t.Context(), ada); !errors.Is(err, errNotConnected) {
			t.Errorf("check: %v; want not connected", err)
		}
	})
}

// Nobody may be alarmed by a room that can be read, nor lulled by a clock that was set.
func TestExposureThatIsDue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLife(1, 1)
		cfg := l.config(t, t.TempDir(), asApplication)
		var ahead atomic.Int64
		cfg.Now = func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
		e, _ := run(t, cfg)
		must(t, e.SaveDraft(t.Context(), Draft{Mailbox: string(roomID(0))}))
		settle(2 * time.Hour)
		if s := e.Snapshot(); s.Account.Exposure.State != NotChecked || s.State == Attention {
			t.Errorf("exposure %+v; want a room not to be looked at", s.Account.Exposure)
		}
		ahead.Store(int64(24 * 365 * time.Hour))
		l.set(func() { l.probes["ada@contoso.com"] = &syncer.Error{Kind: syncer.Denied, Op: "look"} })
		if x, err := e.CheckExposure(t.Context(), "ada@contoso.com"); err != nil || x.State != Closed {
			t.Fatalf("exposure %+v, %v", x, err)
		}
		ahead.Store(0)
		l.set(func() { delete(l.probes, "ada@contoso.com") })
		settle(25 * time.Hour)
		if x := e.Snapshot().Account.Exposure; x.State != Exposed {
			t.Errorf("exposure %+v; want it found open again though the clock was a year ahead", x)
		}
	})
}

func TestExposureIsOfApplications(t *testing.T) {
	inOffice(t, func(t *testing.T, _ *life, e *Engine) {
		if _, err := e.CheckExposure(t.Context(), "ada@contoso.com"); !errors.Is(err, errNotApplication) {
			t.Errorf("check: %v; want it refused", err)
		}
		if has(e.Snapshot(), CodeExposed) {
			t.Error("a warning for an account that signed in")
		}
	})
}

func TestGuide(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLife(1, 1)
		e, _ := run(t, l.config(t, t.TempDir(), asApplication))
		names := func(g Guide) (list []string) {
			for _, p := range g.Needed {
				list = append(list, p.Name)
			}
			return list
		}
		for _, booking := range []bool{false, true} { // the guide names what the sign-in asks for
			asked := entra.Global().Scopes(entra.Access{Directory: true, Booking: booking})
			asked = slices.DeleteFunc(asked, func(s string) bool { return s == "openid" || s == "profile" || s == "offline_access" })
			got := names(e.Guide(Credentials{Booking: booking}))
			slices.Sort(asked)
			slices.Sort(got)
			if !slices.Equal(got, asked) {
				t.Errorf("the guide names %q, the sign-in asks for %q", got, asked)
			}
		}
		const app = "2f4a8c1e-53b7-4d69-9e0a-b8c7d6e5f401" // of the sign-in that config saves
		g := e.Guide(Credentials{Mode: Delegated, Cloud: entra.USGovDoD().Name, ClientID: "half", RedirectPath: "/signs"})
		if got := strings.Join(names(g), " "); got != "User.Read Calendars.Read Calendars.Read.Shared Place.Read.All" {
			t.Errorf("permissions %s", got)
		}
		if g.RedirectURI != "http://localhost/signs" || !strings.Contains(g.NewApp, ".us/") || len(g.Narrow) != 0 || g.AppName == "" {
			t.Errorf("guide %+v", g)
		}
		if got := strings.Join(names(e.Guide(Credentials{Booking: true})), " "); got != "User.Read Calendars.Read Calendars.Read.Shared Calendars.ReadWrite Calendars.ReadWrite.Shared Place.Read.All" {
			t.Errorf("permissions with booking %s", got)
		}
		g = e.Guide(Credentials{Mode: Application, ClientID: app})
		if got := strings.Join(names(g), " "); got != "Calendars.Read Place.Read.All" || len(g.Narrow) != 2 {
			t.Errorf("guide %+v", g)
		}
		for _, want := range []string{app, "c0ffee00-1d2e-4f3a-8b4c-5d6e7f809112", `"Application Calendars.Read"`} {
			if !strings.Contains(g.Narrow[0].Commands, want) {
				t.Errorf("%s is not in the commands:\n%s", want, g.Narrow[0].Commands)
			}
		}
		if g := e.Guide(Credentials{Mode: Application}); !strings.Contains(g.Narrow[0].Commands, "Get-MgServicePrincipal") {
			t.Error("an application that is not known yet has to be looked up")
		}
		if g := e.Guide(Credentials{Cloud: "of nobody"}); g.Portal == "" {
			t.Error("no portal for an unknown cloud")
		}
	})
}

func TestExplainPage(t *testing.T) {
	inOffice(t, func(t *testing.T, _ *life, e *Engine) {
		tests := map[string]struct {
			text string
			code int
			says string
		}{
			"code":    {"50011", 50011, "http://localhost/roomink"},
			"line":    {"AADSTS700016: Application with identifier 'x' was not found", 700016, ""},
			"no code": {"something went wrong", 0, ""},
		}
		for name, test := range tests {
			x := e.ExplainPage(test.text)
			if x.Code != test.code || (x.Title == "") != (test.code == 0) || !strings.Contains(x.Remedy, test.says) {
				t.Errorf("%s: %+v", name, x)
			}
		}
	})
}
