package engine

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/roomink/roomink/engine/entra"
	"github.com/roomink/roomink/engine/health"
	"github.com/roomink/roomink/engine/sign"
	"github.com/roomink/roomink/engine/store"
	"github.com/roomink/roomink/engine/syncer"
	"github.com/roomink/roomink/engine/vault"
)

// Tokens must never be used with the credentials of another registration or cloud.
func TestCredentialsSavedWhileConnected(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLife(1, 1)
		cfg := l.config(t, t.TempDir())
		var asked []string
		cfg.Source = func(c SourceConfig) (Source, error) {
			asked = append(asked, c.BaseURL)
			return source{l}, nil
		}
		e, stop := run(t, cfg)
		settle(time.Minute)
		before := e.Snapshot().Account.Credentials
		before.Secret = "the~secret.of-the-first_app"
		must(t, e.SaveCredentials(t.Context(), before))
		other := Credentials{Mode: Delegated, Cloud: entra.China().Name, Tenant: "fabrikam.cn", ClientID: "9b1f3c52-9d0e-4c5a-8f2b-6a41e0d9c713", RedirectPath: entra.DefaultRedirectPath}
		must(t, e.SaveCredentials(t.Context(), other))
		if a := e.Snapshot().Account; a.State != Connected || a.HasSecret {
			t.Errorf("account %+v; want connected as before, and no secret of another app", a)
		}
		stop()
		e, _ = run(t, cfg)
		settle(time.Minute)
		if a := e.Snapshot().Account; a.State != Connected || a.Credentials != other {
			t.Errorf("account %+v; want connected, with the new credentials in the form", a)
		}
		if want := []string{"https://graph.microsoft.com/v1.0", "https://graph.microsoft.com/v1.0"}; !slices.Equal(asked, want) {
			t.Errorf("calendars are read at %v; want %v", asked, want)
		}
	})
}

// Signing out and in changes what signs say, whatever fails on the way.
func TestDisconnect(t *testing.T) {
	inOffice(t, func(t *testing.T, l *life, e *Engine) {
		hang(t, e, 0)
		must(t, e.Disconnect(t.Context()))
		settle(bound)
		s := e.Snapshot()
		if s.Account.State != SignedOut || s.Displays[0].Sign.State != sign.Unknown || s.Displays[0].Delivery != Delivered {
			t.Errorf("account %s, sign %+v; want signed out, on the glass too", s.Account.State, s.Displays[0].Sign)
		}
		if err := e.RefreshRooms(t.Context()); !errors.Is(err, errNotConnected) {
			t.Errorf("refresh while signed out: %v", err)
		}
	})
}

// Where signing out can't be recorded the account stays, and is read on.
func TestDisconnectThatFails(t *testing.T) {
	inOffice(t, func(t *testing.T, l *life, e *Engine) {
		hang(t, e, 0)
		cancelled, cancel := context.WithCancel(t.Context())
		cancel()
		if e.Disconnect(cancelled) == nil {
			t.Fatal("no error")
		}
		before := l.shows(displayID(0))
		l.meet(0)
		settle(bound)
		if s := e.Snapshot(); s.Account.State != Connected || l.shows(displayID(0)) == before {
			t.Errorf("account %s; want connected, and the new meeting on the glass", s.Account.State)
		}
	})
}

// A command-line sign-in opens the engine and never runs it.
func TestConnectWithoutRun(t *testing.T) {
	l := newLife(1, 1)
	e, err := Open(t.Context(), l.config(t, t.TempDir()))
	must(t, err)
	if old, err := e.unplug(); err != nil || old == nil {
		t.Errorf("unplug before Run: %v, %v", old, err)
	}
	must(t, e.Close())
}

// A database that was copied from another computer comes without its key.
func TestLostKey(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLife(1, 1)
		cfg := l.config(t, t.TempDir())
		cfg.KeyStores = []vault.KeyStore{vault.KeyFile{Path: filepath.Join(t.TempDir(), "other key")}}
		e, _ := run(t, cfg)
		settle(time.Minute)
		s := e.Snapshot()
		if s.Account.State != SignedOut || s.Account.Credentials.Tenant == "" || len(s.Problems) == 0 || s.Problems[0].Code != codeSecretsLost {
			t.Errorf("account %+v, problems %+v; want signed out with words, credentials kept", s.Account, s.Problems)
		}
	})
}

// Where there is no keychain the user is told where the key lies instead.
func TestNoKeychain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLife(1, 1)
		cfg := l.config(t, t.TempDir())
		e, stop := run(t, cfg)
		told := func(p health.Problem) bool { return p.Code == codeKeyFile && p.Severity == health.Notice }
		if p := e.Snapshot().Problems; slices.ContainsFunc(p, told) {
			t.Errorf("problems %+v though the first choice works", p)
		}
		stop()
		cfg.KeyStores = append([]vault.KeyStore{noKeychain{}}, cfg.KeyStores...)
		e, _ = run(t, cfg)
		if p := e.Snapshot().Problems; !slices.ContainsFunc(p, told) {
			t.Errorf("problems %+v; want a notice of the key file", p)
		}
		if e.Snapshot().Account.State != Connected {
			t.Error("the sign-in of the key file was lost")
		}
	})
}

type noKeychain struct{}

func (noKeychain) Load(context.Context) ([]byte, error) { return nil, errors.New("no keychain") }
func (noKeychain) Save(context.Context, []byte) error   { return errors.New("no keychain") }
func (noKeychain) Place() string                        { return "the keychain" }

// Tokens that are renewed just while a person disconnects must not come back.
func TestRenewedWhileDisconnecting(t *testing.T) {
	l := newLife(1, 1)
	e, err := Open(t.Context(), l.config(t, t.TempDir()))
	must(t, err)
	defer func() { must(t, e.Close()) }()
	in := signedIn{entra.Credentials{Cloud: entra.Global(), Tenant: "contoso.com"}, entra.Tokens{Refresh: "r"}}
	for range 100 {
		c, err := e.newConnection(in.Credentials, in.Tokens)
		must(t, err)
		e.plug(c)
		var both sync.WaitGroup
		both.Go(func() {
			if err := e.saveRenewed(t.Context(), c, in); err != nil && !errors.Is(err, errReplaced) {
				t.Error(err)
			}
		})
		both.Go(func() { must(t, e.Disconnect(t.Context())) })
		both.Wait()
		if _, err := e.db.Secret(t.Context(), secretSignIn); !errors.Is(err, store.ErrNotFound) {
			t.Fatalf("the sign-in is kept after disconnecting (%v)", err)
		}
	}
}

// A window that was closed in the browser changes nothing, and not what is known.
func TestConnectCancelled(t *testing.T) {
	l := newLife(1, 1)
	cfg := l.config(t, t.TempDir())
	ctx, cancel := context.WithCancel(t.Context())
	cfg.OpenBrowser = func(string) error { cancel(); return nil }
	e, err := Open(t.Context(), cfg)
	must(t, err)
	defer func() { must(t, e.Close()) }()
	c := e.Snapshot().Account.Credentials
	c.Secret = canary
	must(t, e.SaveCredentials(t.Context(), c))
	e.onSyncResult(syncer.Result{Err: &syncer.Error{Kind: syncer.SignIn, Op: "read the calendars", Remedy: "Sign in again."}})
	before := e.Snapshot().Account
	if err := e.Connect(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("connect: %v; want cancelled", err)
	}
	if a := e.Snapshot().Account; a.State != NeedsSignIn || a.Problem == nil || *a.Problem != *before.Problem {
		t.Errorf("account %+v; want it as before, with its reason", a)
	}
}

// Whoever is connected is asked for more by name, but never at another tenant.
func TestAskedForMore(t *testing.T) {
	inOffice(t, func(t *testing.T, _ *life, e *Engine) {
		in := signedIn{entra.Credentials{Cloud: entra.Global(), Tenant: "contoso.com", ClientID: "a"},
			entra.Tokens{Account: entra.Account{Username: "ada@contoso.com"}}}
		c, err := e.newConnection(in.Credentials, in.Tokens)
		must(t, err)
		e.plug(c)
		wide := Credentials{Booking: true}
		if got := e.askedForMore(in.Credentials, wide).Username; got != "ada@contoso.com" {
			t.Errorf("hint %q; want the account", got)
		}
		in.Credentials.Tenant = "fabrikam.com"
		if got := e.askedForMore(in.Credentials, wide).Username; got != "" {
			t.Errorf("hint %q at another tenant", got)
		}
	})
}
