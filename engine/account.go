package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/roomink/roomink/engine/entra"
	"github.com/roomink/roomink/engine/health"
	"github.com/roomink/roomink/engine/store"
	"github.com/roomink/roomink/engine/syncer"
	"github.com/roomink/roomink/engine/vault"
)

// Names of sealed secrets in the store.
const (
	secretClient = "client-secret"
	secretTokens = "tokens"
)

// Cloud is one of Microsoft's clouds to choose from.
type Cloud struct {
	Name   string // as in Credentials.Cloud
	Portal string // address of the page where an admin registers apps
}

// Clouds lists the clouds to choose from, the usual one first.
func (e *Engine) Clouds() []Cloud {
	list := make([]Cloud, 0, len(e.cfg.Clouds))
	for _, c := range e.cfg.Clouds {
		list = append(list, Cloud{Name: c.Name, Portal: c.Portal})
	}
	return list
}

// SaveCredentials keeps what an admin brought from the portal. Whoever is signed in
// stays so until the next Connect. Obvious mistakes are refused (see [Explain]).
func (e *Engine) SaveCredentials(ctx context.Context, c Credentials) error {
	full, err := e.credentials(ctx, c)
	if err != nil {
		return err
	}
	if err := full.Validate(); err != nil {
		return err
	}
	full = full.Trimmed()
	saved := Credentials{Cloud: full.Cloud.Name, Tenant: full.Tenant, ClientID: full.ClientID, Directory: c.Directory}
	if c.Secret != "" {
		if err := e.saveSecret(ctx, secretClient, []byte(full.Secret)); err != nil {
			return err
		}
	}
	if err := e.db.SaveSetting(ctx, settingCredentials, saved); err != nil {
		return err
	}
	e.mu.Lock()
	e.state.account.Credentials = saved
	e.state.account.HasSecret = full.Secret != ""
	e.mu.Unlock()
	e.changed()
	return nil
}

// credentials completes what the app gave with the cloud and the saved secret.
func (e *Engine) credentials(ctx context.Context, c Credentials) (entra.Credentials, error) {
	i := 0
	if c.Cloud != "" {
		i = slices.IndexFunc(e.cfg.Clouds, func(k entra.Cloud) bool { return k.Name == c.Cloud })
		if i < 0 {
			return entra.Credentials{}, &entra.FieldError{Field: "Cloud", Problem: fmt.Sprintf("%q is not a cloud that Roomink knows", c.Cloud)}
		}
	}
	full := entra.Credentials{Cloud: e.cfg.Clouds[i], Tenant: c.Tenant, ClientID: c.ClientID, Secret: c.Secret}
	if full.Secret == "" {
		secret, err := e.secret(ctx, secretClient)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return entra.Credentials{}, err
		}
		full.Secret = string(secret)
	}
	return full, nil
}

func (e *Engine) saveSecret(ctx context.Context, name string, secret []byte) error {
	return e.db.SaveSecret(ctx, name, e.vault.Seal(name, secret))
}

func (e *Engine) secret(ctx context.Context, name string) ([]byte, error) {
	sealed, err := e.db.Secret(ctx, name)
	if err != nil {
		return nil, err
	}
	return e.vault.Open(name, sealed)
}

// errConnecting says that a sign-in is under way.
var errConnecting = errors.New("a sign-in is already open in the browser: finish it there, or cancel it first")

// Connect opens the browser at Microsoft's sign-in page and blocks until the
// account is connected, Microsoft or the person refused, or ctx ends. Whoever was
// signed in before stays so unless it succeeds.
func (e *Engine) Connect(ctx context.Context) error {
	if !e.connecting.TryLock() {
		return errConnecting
	}
	defer e.connecting.Unlock()
	e.mu.Lock()
	before := e.state.account.State
	saved := e.state.account.Credentials
	e.state.account.State, e.state.account.Problem = Connecting, nil
	e.mu.Unlock()
	e.changed()

	err := e.signIn(ctx, saved)

	e.mu.Lock()
	e.state.account.SignInURL = ""
	if err != nil {
		e.state.account.State = before
		if !errors.Is(err, context.Canceled) {
			x := Explain(err)
			e.state.account.Problem = &x
		}
	}
	e.mu.Unlock()
	e.changed()
	if err != nil {
		e.record(ctx, ActAccount, "Sign-in did not succeed: "+Explain(err).Title, true)
		return err
	}
	e.record(ctx, ActAccount, "Connected to Microsoft 365", false)
	return nil
}

func (e *Engine) signIn(ctx context.Context, saved Credentials) error {
	c, err := e.credentials(ctx, saved)
	if err != nil {
		return err
	}
	tokens, err := entra.SignIn(ctx, c, entra.Options{
		Open: func(url string) error {
			e.mu.Lock()
			e.state.account.SignInURL = url
			e.mu.Unlock()
			e.changed()
			return e.cfg.OpenBrowser(url)
		},
		Directory: saved.Directory, HTTPClient: e.cfg.HTTPClient, Now: e.cfg.Now,
	})
	if err != nil {
		return err
	}
	previous := e.Snapshot().Account.Tenant
	if err := e.saveTokens(ctx, tokens); err != nil {
		return err
	}
	if err := e.stopSyncing(); err != nil {
		return err
	}
	if previous != tokens.Account.TenantID { // the cursors belong to the other tenant
		if err := e.db.ForgetCursors(ctx); err != nil {
			e.storeFailed(err) // old cursors cost a resync; no account at all would cost the signs
		}
	}
	return e.start(c, tokens)
}

func (e *Engine) saveTokens(ctx context.Context, t entra.Tokens) error {
	plain, err := json.Marshal(t)
	if err != nil {
		return fmt.Errorf("save the sign-in: %w", err)
	}
	return e.saveSecret(ctx, secretTokens, plain)
}

// resume takes up the sign-in of an earlier run, if there is one.
func (e *Engine) resume(ctx context.Context) error {
	var saved Credentials
	err := e.db.Setting(ctx, settingCredentials, &saved)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	e.state.account.Credentials = saved
	c, err := e.credentials(ctx, saved)
	if e.secretsLost(err) {
		return nil
	}
	if err != nil {
		return err
	}
	e.state.account.HasSecret = c.Secret != ""
	plain, err := e.secret(ctx, secretTokens)
	if errors.Is(err, store.ErrNotFound) || e.secretsLost(err) {
		return nil
	}
	if err != nil {
		return err
	}
	var tokens entra.Tokens
	if err := json.Unmarshal(plain, &tokens); err != nil {
		return fmt.Errorf("read the saved sign-in: %w", err)
	}
	return e.start(c, tokens)
}

// secretsLost tells the user if err means that saved secrets can't be opened any
// more. Everything else goes on; only the sign-in must be made again.
func (e *Engine) secretsLost(err error) bool {
	if !errors.Is(err, vault.ErrWrongKey) {
		return false
	}
	e.health.Set(health.Problem{Code: codeSecretsLost, Severity: health.Error,
		Title:  "The saved sign-in can't be opened any more",
		Text:   "Its key is gone from " + e.vault.Place() + ", as happens when a database is copied from another computer.",
		Remedy: "Enter the client secret again and connect."})
	return true
}

// start makes a session of tokens and begins to read calendars with it.
func (e *Engine) start(c entra.Credentials, t entra.Tokens) error {
	session := entra.Resume(c, t, entra.SessionOptions{
		Save: e.saveTokens, HTTPClient: e.cfg.HTTPClient, Now: e.cfg.Now, Logger: e.log,
	})
	source, err := e.cfg.Source(SourceConfig{
		BaseURL: c.Cloud.Graph + "/v1.0", Token: session.Token, Reject: session.Reject,
		Now: e.cfg.Now, Logger: e.log,
	})
	if err != nil {
		return fmt.Errorf("prepare the reading of calendars: %w", err)
	}
	syncing := syncer.New(syncer.Config{
		Source: source, Store: (*calendars)(e), Now: e.cfg.Now, Logger: e.log, Interval: e.cfg.Interval,
		OnResult: e.onSyncResult,
	})
	e.mu.Lock()
	e.state.session, e.state.syncing = session, syncing
	a := &e.state.account
	a.State, a.Problem = Connected, nil
	a.Username, a.Name, a.Tenant = t.Account.Username, t.Account.Name, t.Account.TenantID
	a.CanListRooms = t.Has("Place.Read.All")
	e.state.sync = Sync{}
	e.state.token = e.tree.Add(service{"read calendars", func(ctx context.Context) error {
		return e.readCalendars(ctx, syncing, t.Has("Place.Read.All"))
	}})
	e.mu.Unlock()
	e.health.Clear(codeSignIn, "")
	e.health.Clear(codeSecretsLost, "")
	e.rec.TouchAll()
	e.changed()
	return nil
}

// stopSyncing ends the reading of calendars and waits for it.
func (e *Engine) stopSyncing() error {
	e.mu.Lock()
	token, running := e.state.token, e.state.syncing != nil
	e.state.syncing, e.state.session = nil, nil
	e.mu.Unlock()
	if !running {
		return nil
	}
	if err := e.tree.RemoveAndWait(token, 0); err != nil {
		return fmt.Errorf("stop the reading of calendars: %w", err)
	}
	e.health.Clear(codeSync, "")
	return nil
}

// Disconnect signs out: the tokens are deleted and the signs say so. The
// credentials, rooms, displays and assignments stay.
func (e *Engine) Disconnect(ctx context.Context) error {
	if err := e.stopSyncing(); err != nil {
		return err
	}
	if err := e.db.DeleteSecret(ctx, secretTokens); err != nil {
		return err
	}
	e.mu.Lock()
	a := &e.state.account
	*a = Account{State: SignedOut, Credentials: a.Credentials, HasSecret: a.HasSecret, Tenant: a.Tenant}
	e.state.sync = Sync{}
	e.mu.Unlock()
	e.health.Clear(codeSignIn, "")
	e.record(ctx, ActAccount, "Disconnected from Microsoft 365", false)
	e.rec.TouchAll()
	e.changed()
	return nil
}
