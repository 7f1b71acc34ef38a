package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/thejerf/suture/v4"

	"github.com/roomink/roomink/engine/entra"
	"github.com/roomink/roomink/engine/health"
	"github.com/roomink/roomink/engine/store"
	"github.com/roomink/roomink/engine/syncer"
	"github.com/roomink/roomink/engine/vault"
)

// Names of sealed secrets in the store.
const (
	secretClient = "client-secret"
	secretSignIn = "sign-in"
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
// stays so until the next Connect. Obvious mistakes are refused (see [Explain]). A
// secret belongs to one registration: it is dropped where cloud, tenant or client
// changed and no new one is given.
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
	if full.Secret == "" {
		err = e.db.DeleteSecret(ctx, secretClient)
	} else {
		err = e.saveSecret(ctx, secretClient, []byte(full.Secret))
	}
	if err != nil {
		return err
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
	full := entra.Credentials{Cloud: e.cfg.Clouds[i], Tenant: c.Tenant, ClientID: c.ClientID, Secret: c.Secret}.Trimmed()
	e.mu.Lock()
	saved := e.state.account.Credentials
	e.mu.Unlock()
	same := saved.Cloud == full.Cloud.Name && saved.Tenant == full.Tenant && saved.ClientID == full.ClientID
	if full.Secret == "" && same {
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
var errConnecting = errors.New("a sign-in is open in the browser: finish it there, or cancel it first")

// Connect opens the browser at Microsoft's sign-in page and blocks until the
// account is connected, Microsoft or the person refused, or ctx ends. Whoever was
// signed in before stays so unless it succeeds.
func (e *Engine) Connect(ctx context.Context) error {
	if !e.connecting.TryLock() {
		return errConnecting
	}
	defer e.connecting.Unlock()
	e.mu.Lock()
	saved := e.state.account.Credentials
	e.state.signingIn, e.state.account.Problem = true, nil
	e.mu.Unlock()
	e.changed()

	err := e.signIn(ctx, saved)

	e.mu.Lock()
	e.state.signingIn, e.state.account.SignInURL = false, ""
	if err != nil && !errors.Is(err, context.Canceled) {
		x := Explain(err)
		e.state.account.Problem = &x
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
	next, err := e.newConnection(c, tokens)
	if err != nil {
		return err
	}
	old, err := e.unplug()
	if err != nil {
		return err
	}
	if err := e.saveSignIn(ctx, signedIn{c, tokens}); err != nil {
		if old != nil {
			e.plug(old) // whoever was signed in stays so
		}
		return err
	}
	if old == nil || old.account.TenantID != next.account.TenantID { // cursors belong to the tenant that gave them
		if err := e.db.ForgetCursors(ctx); err != nil {
			e.storeFailed(err) // old cursors cost a resync; no account at all would cost the signs
		}
	}
	e.plug(next)
	return nil
}

// signedIn is what a sign-in consists of. It is sealed as one, because tokens must
// never be used with the credentials of another registration or cloud.
type signedIn struct {
	Credentials entra.Credentials
	Tokens      entra.Tokens
}

func (e *Engine) saveSignIn(ctx context.Context, s signedIn) error {
	plain, err := json.Marshal(s)
	if err != nil {
		return fmt.Errorf("save the sign-in: %w", err)
	}
	return e.saveSecret(ctx, secretSignIn, plain)
}

// resume takes up what an earlier run saved: the credentials, and the sign-in.
func (e *Engine) resume(ctx context.Context) error {
	var saved Credentials
	if err := orDefault(e.db.Setting(ctx, settingCredentials, &saved)); err != nil {
		return err
	}
	e.state.account.Credentials = saved
	secret, err := e.secret(ctx, secretClient)
	if err != nil && !errors.Is(err, store.ErrNotFound) && !e.secretsLost(err) {
		return err
	}
	e.state.account.HasSecret = len(secret) > 0

	plain, err := e.secret(ctx, secretSignIn)
	if errors.Is(err, store.ErrNotFound) || e.secretsLost(err) {
		return nil
	}
	if err != nil {
		return err
	}
	var s signedIn
	if err := json.Unmarshal(plain, &s); err != nil {
		return fmt.Errorf("read the saved sign-in: %w", err)
	}
	c, err := e.newConnection(s.Credentials, s.Tokens)
	if err != nil {
		return err
	}
	e.plug(c)
	return nil
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

// connection is everything that works for one signed-in account.
type connection struct {
	account  entra.Account
	canList  bool // the directory of rooms may be read
	session  *entra.Session
	syncing  *syncer.Service
	token    suture.ServiceToken // of its parts in the engine's tree
	launched bool                // they are in the tree
}

// newConnection prepares a connection; nothing runs before plug.
func (e *Engine) newConnection(c entra.Credentials, t entra.Tokens) (*connection, error) {
	conn := &connection{account: t.Account, canList: t.Has("Place.Read.All")}
	conn.session = entra.Resume(c, t, entra.SessionOptions{
		Save:       func(ctx context.Context, t entra.Tokens) error { return e.saveRenewed(ctx, conn, signedIn{c, t}) },
		HTTPClient: e.cfg.HTTPClient, Now: e.cfg.Now, Logger: e.log,
	})
	source, err := e.cfg.Source(SourceConfig{
		BaseURL: c.Cloud.Graph + "/v1.0", Token: conn.session.Token, Reject: conn.session.Reject,
		Now: e.cfg.Now, Logger: e.log,
	})
	if err != nil {
		return nil, fmt.Errorf("prepare the reading of calendars: %w", err)
	}
	conn.syncing = syncer.New(syncer.Config{
		Source: source, Store: (*calendars)(e), Now: e.cfg.Now, Logger: e.log, Interval: e.cfg.Interval,
		OnResult: e.onSyncResult,
	})
	return conn, nil
}

// launch puts the parts of c into the tree. e.mu is held.
func (e *Engine) launch(c *connection) {
	// A supervisor that was stopped does not start its services again: each time anew.
	parts := suture.New("account", suture.Spec{EventHook: e.onSupervisorEvent})
	parts.Add(service{"read calendars", c.syncing.Serve})
	if c.canList {
		parts.Add(service{"read directory", func(ctx context.Context) error { return e.readDirectory(ctx, c.syncing) }})
	}
	c.token, c.launched = e.tree.Add(parts), true
}

// errReplaced says that tokens were renewed for an account that is gone by now.
var errReplaced = errors.New("another account is connected by now")

// saveRenewed keeps renewed tokens, unless their connection was replaced meanwhile.
func (e *Engine) saveRenewed(ctx context.Context, c *connection, s signedIn) error {
	e.mu.Lock()
	current := e.state.conn == c
	e.mu.Unlock()
	if !current {
		return errReplaced
	}
	return e.saveSignIn(ctx, s)
}

// plug makes c the account whose calendars are read.
func (e *Engine) plug(c *connection) {
	e.mu.Lock()
	e.state.conn, e.state.refused, e.state.sync = c, false, Sync{}
	e.state.account.Problem = nil
	if e.state.ready { // otherwise Run does it
		e.launch(c)
	}
	e.mu.Unlock()
	e.health.Clear(codeSignIn, "")
	e.health.Clear(codeSecretsLost, "")
	e.touchAll()
	e.changed()
}

// unplug ends the reading of calendars and waits for it. It gives the connection
// that there was, nil if none.
func (e *Engine) unplug() (*connection, error) {
	e.mu.Lock()
	c := e.state.conn
	if c == nil {
		e.mu.Unlock()
		return nil, nil
	}
	running := c.launched
	e.mu.Unlock()
	if running {
		if err := e.tree.RemoveAndWait(c.token, 0); err != nil {
			return nil, fmt.Errorf("stop the reading of calendars: %w", err)
		}
	}
	e.mu.Lock()
	e.state.conn, c.launched = nil, false
	e.mu.Unlock()
	for _, code := range []health.Code{codeSync, codeRoom, codeDirectory} {
		e.health.ClearAll(code)
	}
	return c, nil
}

// Disconnect signs out: the tokens are deleted and the signs say so. The
// credentials, rooms, displays and assignments stay.
func (e *Engine) Disconnect(ctx context.Context) error {
	if !e.connecting.TryLock() {
		return errConnecting
	}
	defer e.connecting.Unlock()
	old, err := e.unplug()
	if err != nil {
		return err
	}
	if err := e.db.DeleteSecret(ctx, secretSignIn); err != nil {
		if old != nil {
			e.plug(old)
		}
		return err
	}
	e.mu.Lock()
	e.state.refused, e.state.sync, e.state.account.Problem = false, Sync{}, nil
	e.mu.Unlock()
	e.health.Clear(codeSignIn, "")
	e.record(ctx, ActAccount, "Disconnected from Microsoft 365", false)
	e.touchAll()
	e.changed()
	return nil
}
