package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/thejerf/suture/v4"

	"github.com/roomink/roomink/engine/entra"
	"github.com/roomink/roomink/engine/health"
	"github.com/roomink/roomink/engine/store"
	"github.com/roomink/roomink/engine/syncer"
)

// connection is everything that works for one account, or for one application.
type connection struct {
	registration entra.Credentials // without its secret, which may be replaced
	account      entra.Account
	session      *entra.Session
	source       Source
	syncing      *syncer.Service
	token        suture.ServiceToken // of its parts in the engine's tree
	launched     bool                // they are in the tree
}

// newConnection prepares a connection; nothing runs before plug.
func (e *Engine) newConnection(c entra.Credentials, t entra.Tokens) (*connection, error) {
	conn := &connection{registration: c, account: t.Account}
	conn.registration.Secret = ""
	conn.session = entra.Resume(c, t, entra.SessionOptions{
		Save: func(ctx context.Context, c entra.Credentials, t entra.Tokens) error {
			return e.saveRenewed(ctx, conn, signedIn{c, t})
		},
		HTTPClient: e.cfg.HTTPClient, Now: e.cfg.Now, Logger: e.log,
	})
	source, err := e.cfg.Source(SourceConfig{
		BaseURL: c.Cloud.Graph + "/v1.0", AppOnly: t.AppOnly, Token: conn.session.Token, Reject: conn.session.Reject,
		Transport: e.cfg.HTTPClient.Transport, OnRequest: e.onRequest, Now: e.cfg.Now, Logger: e.log,
	})
	if err != nil {
		return nil, fmt.Errorf("prepare the reading of calendars: %w", err)
	}
	conn.source = source
	conn.syncing = syncer.New(syncer.Config{
		Source: source, Store: (*calendars)(e), Now: e.cfg.Now, Logger: e.log, Interval: e.cfg.Interval,
		Quiet: e.cfg.Quiet, Limit: e.staleAfter, Office: e.inOffice, Window: e.window, OnResult: e.onSyncResult,
	})
	return conn, nil
}

// mode is how c gets at the calendars.
func (c *connection) mode() Mode {
	if c.registration.AppOnly {
		return Application
	}
	return Delegated
}

// canList says that the directory of rooms may be read, and canWrite that one may book at
// the door. An administrator may grant or withdraw either at any time, which shows with
// the next renewal.
func (c *connection) canList() bool  { return c.session.Has("Place.Read.All") }
func (c *connection) canWrite() bool { return c.session.Has("Calendars.ReadWrite") }

// launch puts the parts of c into the tree. e.mu is held.
func (e *Engine) launch(c *connection) {
	// A supervisor that was stopped does not start its services again: each time anew.
	parts := e.supervisor("account")
	parts.Add(service{"read calendars", c.syncing.Serve})
	parts.Add(service{"look after the account", func(ctx context.Context) error { return e.lookAfter(ctx, c) }})
	parts.Add(service{"read directory", func(ctx context.Context) error { return e.readDirectory(ctx, c) }})
	c.token, c.launched = e.tree.Add(parts), true
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

// errReplaced says that tokens were renewed for an account that is gone by now.
var errReplaced = errors.New("another account is connected by now")

// saveRenewed keeps renewed tokens, unless their connection was replaced meanwhile.
func (e *Engine) saveRenewed(ctx context.Context, c *connection, s signedIn) error {
	return e.ifCurrent(c, func() error { return e.saveSignIn(ctx, s) })
}

// ifCurrent lets save keep something of c, which nobody gives up before that is done:
// else it would turn up again after whatever is kept of the next connection, or of none.
func (e *Engine) ifCurrent(c *connection, save func() error) error {
	e.keeping.Lock()
	defer e.keeping.Unlock()
	e.mu.Lock()
	current := e.state.conn == c
	e.mu.Unlock()
	if !current {
		return errReplaced
	}
	return save()
}

// resume takes up what an earlier run saved: the credentials, and the sign-in.
func (e *Engine) resume(ctx context.Context) error {
	var saved Credentials
	if err := orDefault(e.db.Setting(ctx, settingCredentials, &saved)); err != nil {
		return err
	}
	var draft Draft
	if err := orDefault(e.db.Setting(ctx, settingDraft, &draft)); err != nil {
		return err
	}
	var exposure Exposure
	if err := orDefault(e.db.Setting(ctx, settingExposure, &exposure)); err != nil {
		return err
	}
	e.mu.Lock()
	e.state.account.Credentials, e.state.account.Draft, e.state.account.Exposure = saved, draft, exposure
	e.mu.Unlock()
	e.watchSecret()
	return e.resumeSignIn(ctx)
}

// resumeSignIn opens the secrets and plugs in the sign-in among them. Without the key
// to them everything else goes on.
func (e *Engine) resumeSignIn(ctx context.Context) error {
	if !e.unlocked() {
		return nil
	}
	secret, err := e.secret(ctx, secretClient)
	if err != nil && !errors.Is(err, store.ErrNotFound) && !e.secretsLost(err) {
		return err
	}
	e.mu.Lock()
	e.state.account.HasSecret = len(secret) > 0
	e.mu.Unlock()
	if _, err := e.secret(ctx, secretDraft); err != nil {
		if !errors.Is(err, store.ErrNotFound) && !e.secretsLost(err) {
			return err
		}
		e.mu.Lock()
		e.state.account.Draft.HasSecret = false
		e.mu.Unlock()
	}
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

// plug makes c, which was just signed in or taken up, the account whose calendars are
// read.
func (e *Engine) plug(c *connection) {
	e.mu.Lock()
	e.state.refused, e.state.sync = accepted, Sync{Today: e.state.sync.Today}
	e.state.account.Problem = nil
	e.mu.Unlock()
	e.health.Clear(CodeSignIn, "")
	e.health.Clear(codeSecretsLost, "")
	e.replug(c)
}

// replug takes c up again, no better and no worse than it was.
func (e *Engine) replug(c *connection) {
	e.mu.Lock()
	e.state.conn = c
	if e.state.ready { // otherwise Run does it
		e.launch(c)
	}
	e.mu.Unlock()
	e.watchSecret()
	e.watchExposure()
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
	e.keeping.Lock()
	e.mu.Lock()
	e.state.conn, c.launched = nil, false
	e.mu.Unlock()
	e.keeping.Unlock()
	for _, code := range []health.Code{codeSync, codeRoom, codeDirectory, codeLimit} {
		e.health.ClearAll(code)
	}
	return c, nil
}
