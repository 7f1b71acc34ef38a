package engine

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/roomink/roomink/engine/health"
	"github.com/roomink/roomink/engine/sign"
	"github.com/roomink/roomink/engine/vault"
)

// keychain is a key store that can be locked.
type keychain struct {
	vault.KeyFile
	mu     sync.Mutex
	locked bool
	asked  int
}

func (k *keychain) Load(ctx context.Context) ([]byte, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.asked++
	if k.locked {
		return nil, errors.New("the keychain is locked")
	}
	return k.KeyFile.Load(ctx)
}

func (k *keychain) lock(locked bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.locked = locked
}

// newKeychain takes the place of the key file of cfg.
func newKeychain(cfg *Config) *keychain {
	k := &keychain{KeyFile: cfg.KeyStores[0].(vault.KeyFile)}
	cfg.KeyStores = []vault.KeyStore{k}
	return k
}

func has(s Snapshot, code health.Code) bool {
	return slices.ContainsFunc(s.Problems, func(p health.Problem) bool { return p.Code == code })
}

// After a restart nobody may be there to unlock the keychain: signs go on with what is
// known, and the sign-in is taken up as soon as the key can be read.
func TestLockedKeychain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLife(1, 1)
		cfg := l.config(t, t.TempDir())
		k := newKeychain(&cfg)
		e, stop := run(t, cfg)
		settle(time.Minute)
		hang(t, e, 0)
		glass, pushes := l.shows(displayID(0)), l.count()
		stop()

		k.lock(true)
		e, _ = run(t, cfg)
		settle(30 * time.Second)
		s := e.Snapshot()
		if s.Account.State != Locked || s.State != Attention || !has(s, CodeLocked) || s.Account.KeyPlace != "" {
			t.Errorf("account %+v, state %s, problems %+v; want locked, with words", s.Account, s.State, s.Problems)
		}
		if l.shows(displayID(0)) != glass || l.count() != pushes {
			t.Error("the sign changed because of the keychain alone")
		}
		if err := e.Connect(t.Context()); !errors.Is(err, errLocked) {
			t.Errorf("connect: %v; want locked", err)
		}
		if err := e.Unlock(t.Context()); !errors.Is(err, errLocked) {
			t.Errorf("unlock: %v; want locked", err)
		}
		must(t, e.SaveDraft(t.Context(), Draft{Step: "ids", Credentials: Credentials{Tenant: "contoso.com"}}))

		settle(time.Hour)
		if s := e.Snapshot(); s.Displays[0].Sign.State == sign.Free || s.Displays[0].Delivery != Delivered {
			t.Errorf("sign %+v an hour later; want it to own up to old data", s.Displays[0].Sign)
		}
		if k.asked > 10 {
			t.Errorf("the keychain was asked %d times in an hour; a person may have to refuse each", k.asked)
		}

		k.lock(false)
		settle(unlockPauses[len(unlockPauses)-1] + time.Minute)
		s = e.Snapshot()
		if s.Account.State != Connected || has(s, CodeLocked) || s.Account.KeyPlace == "" || s.Displays[0].Sign.State != sign.Free {
			t.Errorf("account %+v, sign %+v; want connected and up to date", s.Account, s.Displays[0].Sign)
		}
	})
}

// A key that is out of reach for good costs the secrets and nothing else.
func TestForgetSecrets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLife(1, 1)
		cfg := l.config(t, t.TempDir())
		k := newKeychain(&cfg)
		e, stop := run(t, cfg)
		settle(time.Minute)
		hang(t, e, 0)
		stop()
		must(t, os.WriteFile(k.Path, []byte("rubbish"), 0o600))
		e, stop = run(t, cfg)
		if s := e.Snapshot(); s.Account.State != Locked || !has(s, CodeLocked) {
			t.Fatalf("account %+v; want locked: the key is damaged", s.Account)
		}
		must(t, e.ForgetSecrets(t.Context()))
		settle(bound)
		s := e.Snapshot()
		if s.Account.State != SignedOut || has(s, CodeLocked) || s.Displays[0].Room != roomID(0) || s.Account.Credentials.Tenant == "" {
			t.Errorf("account %+v, displays %+v; want signed out, the rest as it was", s.Account, s.Displays)
		}
		must(t, e.SaveDraft(t.Context(), Draft{Credentials: Credentials{Secret: "fresh~secret.of-the_app"}}))
		stop()
		e, _ = run(t, cfg)
		if a := e.Snapshot().Account; !a.Draft.HasSecret || a.State != SignedOut {
			t.Errorf("account %+v; want the new secret to be kept with the new key", a)
		}
	})
}

func TestRenewKey(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLife(1, 1)
		cfg := l.config(t, t.TempDir())
		e, stop := run(t, cfg)
		settle(time.Minute)
		c := e.Snapshot().Account.Credentials
		c.Secret = canary
		must(t, e.SaveCredentials(t.Context(), c))
		before, err := e.db.Secrets(t.Context())
		must(t, err)
		settle(2 * time.Hour)
		must(t, e.RenewKey(t.Context()))
		after, err := e.db.Secrets(t.Context())
		must(t, err)
		for name := range before {
			if bytes.Equal(before[name], after[name]) {
				t.Errorf("%s is sealed as before", name)
			}
		}
		if age := time.Since(e.Snapshot().Account.KeyMade); age > time.Minute {
			t.Errorf("the key is %v old", age)
		}
		stop()
		e, _ = run(t, cfg)
		settle(time.Minute)
		if a := e.Snapshot().Account; a.State != Connected || !a.HasSecret {
			t.Errorf("account %+v; want connected, with its secret", a)
		}
		must(t, e.Disconnect(t.Context()))
		if secret, err := e.secret(t.Context(), secretClient); string(secret) != canary {
			t.Errorf("secret %q, %v", secret, err)
		}
	})
}

// canary is a secret that must not turn up anywhere.
const canary = "kX~8Q.canary_canary-canary.canary~"

// What a person typed is kept as it is typed, and its secret is never in the clear.
func TestDraft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLife(1, 1)
		dir := t.TempDir()
		cfg := l.config(t, dir)
		var log bytes.Buffer
		cfg.Logger = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
		e, stop := run(t, cfg)
		typed := Draft{Step: "secret", Mailbox: "ada@contoso.com", Credentials: Credentials{
			Mode: Application, Tenant: "contoso", ClientID: "half a GU", Secret: canary}}
		must(t, e.SaveDraft(t.Context(), typed))
		stop()

		e, stop = run(t, cfg)
		want := typed
		want.Secret, want.HasSecret = "", true
		if got := e.Snapshot().Account.Draft; got != want {
			t.Errorf("draft %+v; want %+v", got, want)
		}
		want.Tenant, want.ClientID = "contoso.com", "9b1f3c52-9d0e-4c5a-8f2b-6a41e0d9c713"
		must(t, e.SaveDraft(t.Context(), want)) // no secret: the one of before stays
		must(t, e.SaveCredentials(t.Context(), want.Credentials))
		a := e.Snapshot().Account
		if !a.HasSecret || a.Draft.HasSecret || a.Draft.Step != "secret" || a.Draft.Credentials != a.Credentials {
			t.Errorf("account %+v; want the draft's secret in use", a)
		}
		if secret, err := e.secret(t.Context(), secretClient); string(secret) != canary {
			t.Errorf("secret %q, %v", secret, err)
		}
		snapshot, err := json.Marshal(e.Snapshot())
		must(t, err)
		public := want.Credentials
		public.Mode, public.Public = Delegated, true
		must(t, e.SaveCredentials(t.Context(), public))
		if a := e.Snapshot().Account; a.HasSecret {
			t.Error("a registration without a secret has one")
		}
		stop()
		files := map[string][]byte{"the snapshot": snapshot, "the log": log.Bytes()}
		entries, err := os.ReadDir(dir)
		must(t, err)
		for _, entry := range entries {
			text, err := os.ReadFile(filepath.Join(dir, entry.Name()))
			must(t, err)
			files[entry.Name()] = text
		}
		for name, text := range files {
			if bytes.Contains(text, []byte(canary)) {
				t.Errorf("the secret stands in %s", name)
			}
		}
	})
}

// Nothing of what Explain says may hold a secret that was refused.
func TestExplainShowsNoSecret(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLife(1, 1)
		e, _ := run(t, l.config(t, t.TempDir()))
		for _, bad := range []string{canary + " " + canary, "9b1f3c52-9d0e-4c5a-8f2b-6a41e0d9c713"} {
			err := e.SaveCredentials(t.Context(), Credentials{Tenant: "contoso.com", ClientID: "2f4a8c1e-53b7-4d69-9e0a-b8c7d6e5f401", Secret: bad})
			if err == nil {
				t.Fatalf("%q was taken as a secret", bad)
			}
			x := Explain(err)
			if text := x.Title + x.Text + x.Remedy + x.Details; strings.Contains(text, bad) || strings.Contains(text, canary) {
				t.Errorf("the explanation %+v repeats it", x)
			}
		}
	})
}

// A secret that the portal shows only once must outlive whatever a person tries out in
// the form, and no keychain may cost the rest of what was typed.
func TestDraftKeepsWhatWasTyped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLife(1, 1)
		cfg := l.config(t, t.TempDir())
		k := newKeychain(&cfg)
		e, stop := run(t, cfg)
		kept := func(when string) {
			t.Helper()
			if secret, err := e.secret(t.Context(), secretDraft); string(secret) != canary || !e.Snapshot().Account.Draft.HasSecret {
				t.Errorf("%s: secret %q, %v", when, secret, err)
			}
		}
		d := Draft{Credentials: Credentials{Mode: Application, Public: true, Secret: canary}}
		must(t, e.SaveDraft(t.Context(), d)) // the platform was chosen before the mode, which knows none
		kept("an application has a secret")
		d.Mode, d.Secret = Delegated, ""
		must(t, e.SaveDraft(t.Context(), d))
		d.Public = false
		must(t, e.SaveDraft(t.Context(), d))
		kept("the other platform, and back")
		stop()

		k.lock(true)
		e, _ = run(t, cfg)
		d.Tenant, d.Secret = "contoso.com", "another~"+canary
		if err := e.SaveDraft(t.Context(), d); !errors.Is(err, errLocked) {
			t.Errorf("a secret without a key: %v; want locked", err)
		}
		if got := e.Snapshot().Account.Draft; got.Tenant != "contoso.com" || !got.HasSecret || got.Secret != "" {
			t.Errorf("draft %+v; want the rest to be kept, and the secret of before", got)
		}
		k.lock(false)
		must(t, e.Unlock(t.Context()))
		kept("unlocked")
	})
}

// What was said about secrets and a connection must not outlive them.
func TestForgetSecretsWhileConnected(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLife(1, 1)
		cfg := l.config(t, t.TempDir(), asApplication)
		k := newKeychain(&cfg)
		e, _ := run(t, cfg)
		c := e.Snapshot().Account.Credentials
		c.Mode, c.Secret, c.SecretExpires = Application, canary, time.Now().AddDate(0, 0, 5)
		must(t, e.SaveCredentials(t.Context(), c))
		settle(time.Minute)
		if _, err := e.CheckExposure(t.Context(), "ada@contoso.com"); err != nil {
			t.Fatal(err)
		}
		must(t, os.Remove(k.Path))
		must(t, os.Mkdir(k.Path, 0o700)) // no key can be kept there
		if err := e.ForgetSecrets(t.Context()); err == nil || e.Snapshot().Account.State != Connected {
			t.Errorf("%v, account %s; want it refused, and connected as before", err, e.Snapshot().Account.State)
		}
		must(t, os.Remove(k.Path))
		must(t, e.ForgetSecrets(t.Context()))
		s := e.Snapshot()
		if s.Account.State != SignedOut || has(s, CodeSecretEnds) || has(s, CodeExposed) || s.Account.Exposure != (Exposure{}) {
			t.Errorf("account %+v, problems %+v; want nothing left of the connection", s.Account, s.Problems)
		}
		if s.Account.KeyPlace == "" || s.Account.KeyMade.IsZero() {
			t.Errorf("account %+v; want the new key to be named", s.Account)
		}
	})
}

// Signs and the window must not wait for the vault, which waits for the disk.
func TestSnapshotWhileTheKeyIsRenewed(t *testing.T) {
	l := newLife(1, 1)
	e, err := Open(t.Context(), l.config(t, t.TempDir()))
	must(t, err)
	defer func() { must(t, e.Close()) }()
	release, entered, seen := make(chan struct{}), make(chan struct{}), make(chan struct{})
	done := make(chan error, 1)
	go func() {
		done <- e.vault.Rotate(t.Context(), func(func(string, []byte) ([]byte, error)) error {
			close(entered)
			<-release
			return nil
		})
	}()
	<-entered
	go func() { e.Snapshot(); close(seen) }()
	select {
	case <-seen:
	case <-time.After(10 * time.Second):
		t.Error("the snapshot waits for the disk")
	}
	close(release)
	must(t, <-done)
}

// Two that open and renew the key at once would each keep a key that the other dropped.
func TestOneChangeOfKeysAtATime(t *testing.T) {
	inOffice(t, func(t *testing.T, _ *life, e *Engine) {
		e.connecting.Lock()
		defer e.connecting.Unlock()
		if err := e.RenewKey(t.Context()); !errors.Is(err, errConnecting) {
			t.Errorf("renew: %v; want to be told that something is under way", err)
		}
	})
}
