package endtoend_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/roomink/roomink/engine"
	"github.com/roomink/roomink/engine/entra"
	"github.com/roomink/roomink/engine/simulator/browser"
	"github.com/roomink/roomink/engine/simulator/tenant"
	"github.com/roomink/roomink/engine/simulator/virtual"
)

// as is a person at the browser with one of the tenant's accounts.
func (o *office) as(r tenant.Role) visit {
	return func(ctx context.Context, url string) error {
		a := o.Tenant.Account(r)
		_, err := (&browser.Person{Username: a.Username, Password: a.Password}).Visit(ctx, url)
		return err
	}
}

// connectedWith starts an engine without displays and connects it.
func connectedWith(t *testing.T, o *office, c engine.Credentials, who visit) *roomink {
	t.Helper()
	r := o.start(t.TempDir(), who)
	r.must(r.SaveCredentials(t.Context(), c))
	r.must(r.Connect(t.Context()))
	return r
}

// Every way to connect reads the rooms, with what it needs and no more.
func TestWaysToConnect(t *testing.T) {
	tests := map[string]struct {
		register func(*tenant.Registration)
		change   func(*engine.Credentials)
		who      tenant.Role
		rooms    bool // the list of rooms is read
	}{
		"an account, platform Web with a secret": {rooms: true},
		"an ordinary account, without the list of rooms": {
			change: func(c *engine.Credentials) { c.Directory = false }, who: tenant.Member,
		},
		"an account, platform Mobile and desktop without a secret": {
			register: func(r *tenant.Registration) { r.Platform = tenant.Public },
			change:   func(c *engine.Credentials) { c.Public, c.Secret = true, "" },
			rooms:    true,
		},
		"an account of several organisations": {
			register: func(r *tenant.Registration) { r.MultiTenant = true },
			change:   func(c *engine.Credentials) { c.Tenant = "organizations" },
			rooms:    true,
		},
		"a redirect of its own": {
			register: func(r *tenant.Registration) { r.RedirectPaths = []string{"/Signs/back"} },
			change:   func(c *engine.Credentials) { c.RedirectPath = "/Signs/back" },
			rooms:    true,
		},
		"the whole organisation": {
			change: func(c *engine.Credentials) { c.Mode = engine.Application },
			rooms:  true,
		},
		"the whole organisation, by domain": {
			change: func(c *engine.Credentials) { c.Mode, c.Tenant = engine.Application, "nordlicht.example" },
			rooms:  true,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			o := newOffice(t, []virtual.Options{}...)
			c := o.credentials()
			if test.register != nil {
				o.Tenant.EditRegistration(test.register)
			}
			if test.change != nil {
				test.change(&c)
			}
			r := connectedWith(t, o, c, o.as(test.who))
			if !test.rooms {
				r.must(r.AddRoom(t.Context(), o.Tenant.Rooms()[0].Address))
				s := r.await("the room that was added", func(s engine.Snapshot) bool { return len(s.Rooms) == 1 && !s.Rooms[0].SyncedAt.IsZero() })
				if s.Account.CanListRooms || s.Account.CanWrite {
					t.Errorf("account %+v; want no more than was asked for", s.Account)
				}
				return
			}
			s := r.awaitRooms()
			if s.Account.State != engine.Connected || s.Account.Tenant != o.Tenant.Credentials().TenantID || s.Account.Mode != c.Mode && c.Mode != "" {
				t.Errorf("account %+v; want connected", s.Account)
			}
			for _, room := range s.Rooms {
				if room.Room.TimeZone == "" {
					t.Errorf("%s has no time zone", room.Room.Name)
				}
			}
			if s.Account.CanWrite && c.Mode != engine.Application { // an application gets what is registered
				t.Error("may write without being asked to")
			}
		})
	}
}

// An application has to prove that it can't read what is no room.
func TestProof(t *testing.T) {
	o := newOffice(t, []virtual.Options{}...)
	c := o.credentials()
	c.Mode = engine.Application
	r := connectedWith(t, o, c, o.accepts)
	r.awaitRooms()
	person := o.Tenant.Account(tenant.Member).Username
	check := func(want engine.ExposureState) {
		t.Helper()
		x, err := r.CheckExposure(t.Context(), person)
		r.must(err)
		if x.State != want {
			t.Errorf("exposure %+v; want %q", x, want)
		}
	}
	check(engine.Exposed)
	r.await("a warning", func(s engine.Snapshot) bool { return s.State == engine.Attention })

	o.Tenant.NarrowByPolicy()
	check(engine.Closed)
	o.Tenant.LiftNarrowing()
	check(engine.Exposed)

	// RBAC: the grant in Exchange adds to Entra's, so Entra's has to go.
	o.Tenant.NarrowByRBAC()
	check(engine.Exposed)
	o.Tenant.EditRegistration(func(g *tenant.Registration) { g.Application = []string{"Place.Read.All"} })
	o.Tenant.WithdrawConsent()
	o.Tenant.GrantAdminConsent()
	r.must(r.Connect(t.Context()))
	check(engine.Closed)
	r.awaitRooms()
	if x, err := r.CheckExposure(t.Context(), "nobody@nordlicht.example"); err != nil || x.State != engine.Unclear || x.Problem == nil {
		t.Errorf("exposure %+v, %v; want it unclear: there is no such mailbox", x, err)
	}
}

// What was proven of one connection says nothing of the next.
func TestProofIsOfOneConnection(t *testing.T) {
	o := newOffice(t, []virtual.Options{}...)
	dir := t.TempDir()
	r := o.start(dir, o.accepts)
	person := o.Tenant.Account(tenant.Member).Username
	connect := func(mode engine.Mode) {
		t.Helper()
		c := o.credentials()
		c.Mode = mode
		r.must(r.SaveCredentials(t.Context(), c))
		r.must(r.Connect(t.Context()))
	}
	connect(engine.Application)
	o.Tenant.NarrowByPolicy()
	if x, err := r.CheckExposure(t.Context(), person); err != nil || x.State != engine.Closed {
		t.Fatalf("exposure %+v, %v; want it closed", x, err)
	}
	connect(engine.Application)
	if x := r.Snapshot().Account.Exposure; x.State != engine.NotChecked || x.Mailbox != person {
		t.Errorf("exposure %+v after another approval; want the mailbox to be looked at again", x)
	}
	if x, err := r.CheckExposure(t.Context(), person); err != nil || x.State != engine.Closed {
		t.Fatalf("exposure %+v, %v; want it closed", x, err)
	}
	connect(engine.Delegated)
	if x := r.Snapshot().Account.Exposure; x != (engine.Exposure{}) {
		t.Errorf("exposure %+v of an account", x)
	}
	r.stop()
	r = o.start(dir, o.accepts)
	if a := r.Snapshot().Account; a.State != engine.Connected || a.Exposure != (engine.Exposure{}) {
		t.Errorf("account %+v after a restart; want connected, and nothing proven", a)
	}
}

// Whoever is asked for one more permission is the account that is connected: another one
// may see other rooms.
func TestAnotherAccountAnswers(t *testing.T) {
	o := newOffice(t, []virtual.Options{}...)
	c := o.credentials()
	c.Directory = false
	who := tenant.Member
	r := connectedWith(t, o, c, func(ctx context.Context, url string) error { return o.as(who)(ctx, url) })
	before := r.Snapshot().Account
	c.Secret, c.Directory, who = "", true, tenant.Administrator
	r.must(r.SaveCredentials(t.Context(), c))
	err := r.Connect(t.Context())
	if x := engine.Explain(err); err == nil || !strings.Contains(x.Title, "Another account") || !strings.Contains(x.Remedy, before.Username) {
		t.Errorf("%v, %+v; want to be told whose answer is needed", err, x)
	}
	if a := r.Snapshot().Account; a.State != engine.Connected || a.Username != before.Username {
		t.Errorf("account %+v; want %s as before", a, before.Username)
	}
	r.must(r.Disconnect(t.Context()))
	r.must(r.Connect(t.Context()))
	if a := r.Snapshot().Account; a.State != engine.Connected || a.Username == before.Username {
		t.Errorf("account %+v; want the other account after disconnecting", a)
	}
}

// Each end of a sign-in turns into a new sign-in with its own words, and keeps the
// calendars. (That signs own up after the grace time is TestSecretThatIsRefused's.)
func TestEndsOfASignIn(t *testing.T) {
	tests := map[string]struct {
		end  func(*tenant.Tenant)
		code int
	}{
		"sessions revoked":      {(*tenant.Tenant).RevokeRefreshTokens, 50173},
		"password changed":      {(*tenant.Tenant).ChangePassword, 50133},
		"password expired":      {(*tenant.Tenant).ExpirePassword, 50132},
		"a second factor":       {(*tenant.Tenant).RequireMFA, 50076},
		"conditional access":    {func(t *tenant.Tenant) { t.BlockAccess(true) }, 53003},
		"sign-in frequency":     {func(t *tenant.Tenant) { t.SetSignInFrequency(time.Nanosecond) }, 70043},
		"consent withdrawn":     {(*tenant.Tenant).WithdrawConsent, 65001},
		"unused for 90 days":    {func(t *tenant.Tenant) { t.FailToken(-1, tenant.TokenFault{Code: 700082, SubError: "bad_token"}) }, 700082},
		"the account is closed": {func(t *tenant.Tenant) { t.SetDisabled(t.Credentials().Username, true) }, 50057},
	}
	o := newOffice(t)
	dir := t.TempDir()
	r := o.connected(dir)
	s := r.awaitRooms()
	s = r.await("a display", func(s engine.Snapshot) bool { return len(s.Displays) > 0 && s.Displays[0].Panel.Width > 0 })
	id := s.Displays[0].ID
	r.must(r.Assign(t.Context(), id, s.Rooms[0].Room.ID))
	o.awaitDelivered(r, id)
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			test.end(o.Tenant)
			o.Tenant.ExpireAccessTokens()
			s := r.await("an account in trouble", func(s engine.Snapshot) bool {
				return s.Account.State != engine.Connected && s.Account.Problem != nil && s.State == engine.Attention
			})
			a := s.Account
			if a.State != engine.NeedsSignIn || a.Problem == nil || a.Problem.Code != test.code || a.Problem.Remedy == "" || s.State != engine.Attention {
				t.Errorf("account %+v, problem %+v; want a new sign-in, AADSTS%d", a, a.Problem, test.code)
			}
			if len(s.Rooms) != 8 || s.Rooms[0].SyncedAt.IsZero() || find(s, id).Room == "" {
				t.Error("calendars or assignments were lost")
			}
			// The person mends it and signs in again.
			o.Tenant.BlockAccess(false)
			o.Tenant.SetSignInFrequency(0)
			o.Tenant.SetDisabled(o.Tenant.Credentials().Username, false)
			o.Tenant.ClearSignInFaults()
			r.must(r.Connect(t.Context()))
			r.await("an account that is well again", func(s engine.Snapshot) bool { return s.Account.State == engine.Connected && s.State == engine.InOrder })
		})
	}
}

// A new secret takes over without a sign noticing, even after the old one has ended.
func TestNewSecret(t *testing.T) {
	o := newOffice(t)
	dir := t.TempDir()
	r := o.connected(dir)
	s := r.awaitRooms()
	s = r.await("a display", func(s engine.Snapshot) bool { return len(s.Displays) > 0 && s.Displays[0].Panel.Width > 0 })
	id := s.Displays[0].ID
	r.must(r.Assign(t.Context(), id, freeRoom(t, s).Room.ID))
	o.awaitDelivered(r, id)
	pushes := o.pushes()

	old := o.Tenant.Credentials().ClientSecret
	fresh := o.Tenant.AddClientSecret(o.now().AddDate(0, 6, 0))
	var refused *entra.Error
	if err := r.ReplaceSecret(t.Context(), strings.ToUpper(fresh), time.Time{}); !errors.As(err, &refused) || refused.Code != 7000215 {
		t.Errorf("a wrong secret: %v; want AADSTS7000215", err)
	}
	r.must(r.ReplaceSecret(t.Context(), fresh, o.now().AddDate(0, 6, 0)))
	o.Tenant.RemoveClientSecret(old)
	o.Tenant.ExpireAccessTokens()
	readings(t, r, 3)
	if n := o.pushes() - pushes; n != 0 {
		t.Errorf("%d pushes because of a new secret", n)
	}
	r.stop()
	r = o.start(dir, o.accepts)
	readings(t, r, 2)

	o.Tenant.RemoveClientSecret(fresh)
	o.Tenant.ExpireAccessTokens()
	s = r.await("a secret to be asked for", func(s engine.Snapshot) bool { return s.Account.State == engine.NeedsSecret })
	if s.Account.Problem == nil || s.Account.Problem.Code != 7000215 {
		t.Errorf("problem %+v; want AADSTS7000215", s.Account.Problem)
	}
	r.must(r.ReplaceSecret(t.Context(), o.Tenant.AddClientSecret(o.now().AddDate(1, 0, 0)), time.Time{}))
	r.await("a connection", func(s engine.Snapshot) bool { return s.Account.State == engine.Connected })
	readings(t, r, 1)
}

// One more permission is asked for with the account that is connected, and a refusal
// leaves everything as it was.
func TestOneMorePermission(t *testing.T) {
	o := newOffice(t, []virtual.Options{}...)
	c := o.credentials()
	c.Directory = false
	var urls []string
	answer := visit(o.accepts)
	r := o.start(t.TempDir(), func(ctx context.Context, url string) error {
		urls = append(urls, url)
		return answer(ctx, url)
	})
	r.must(r.SaveCredentials(t.Context(), c))
	r.must(r.Connect(t.Context()))
	c.Secret, c.Directory = "", true
	r.must(r.SaveCredentials(t.Context(), c))
	answer = o.declines
	if err := r.Connect(t.Context()); err == nil {
		t.Error("a declined permission gives no error")
	}
	if a := r.Snapshot().Account; a.State != engine.Connected || a.CanListRooms {
		t.Errorf("account %+v; want it connected as before", a)
	}
	answer = o.accepts
	r.must(r.Connect(t.Context()))
	r.awaitRooms()
	if !strings.Contains(urls[2], "login_hint=") || strings.Contains(urls[0], "login_hint=") || strings.Contains(urls[2], "Calendars.ReadWrite") {
		t.Errorf("asked at %q; want a hint at the account for one more permission only", urls)
	}
	c.Booking = true
	r.must(r.SaveCredentials(t.Context(), c))
	r.must(r.Connect(t.Context()))
	if a := r.Snapshot().Account; !a.CanWrite || !strings.Contains(urls[3], "Calendars.ReadWrite.Shared") {
		t.Errorf("account %+v; want leave to write, once booking is switched on", a)
	}
}

// What Microsoft tells only the person in the browser can be typed into Roomink.
func TestErrorsThatNeverComeBack(t *testing.T) {
	o := newOffice(t, []virtual.Options{}...)
	for _, code := range []int{50011, 700016, 90002, 50194, 53003} {
		t.Run(fmt.Sprint(code), func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			refusal := make(chan *browser.Refusal, 1)
			r := o.start(t.TempDir(), func(ctx context.Context, url string) error {
				_, err := o.admin().Visit(ctx, url)
				var said *browser.Refusal
				if !errors.As(err, &said) {
					return fmt.Errorf("ended with %w; want a refusal", err)
				}
				refusal <- said
				return nil
			})
			r.must(r.SaveCredentials(t.Context(), o.credentials()))
			o.Tenant.FailAuthorize(1, code)
			done := make(chan error, 1)
			go func() { done <- r.Connect(ctx) }()
			said := <-refusal
			if a := r.Snapshot().Account; a.State != engine.Connecting || a.SignInURL == "" || !a.SignInUntil.After(o.now()) {
				t.Errorf("account %+v; want it waiting, with an end", a)
			}
			if x := r.ExplainPage(said.Text); x.Code != code || x.Remedy == "" {
				t.Errorf("%q is explained as %+v", said.Text, x)
			}
			cancel()
			if err := <-done; !errors.Is(err, context.Canceled) {
				t.Errorf("cancelled: %v", err)
			}
		})
	}
}
