package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/roomink/roomink/engine/entra"
	"github.com/roomink/roomink/engine/store"
)

// errConnecting says that a sign-in is under way.
var errConnecting = errors.New("the connection is just being changed: finish the sign-in in the browser, or cancel it first")

// Connect opens the browser at Microsoft's page, to sign in or to approve as the saved
// credentials say, and blocks until the account is connected, Microsoft or the person
// refused, or ctx ends. Whoever was connected before stays so unless it succeeds.
func (e *Engine) Connect(ctx context.Context) error {
	return e.connect(ctx, func(ctx context.Context, c entra.Credentials, o entra.Options) (entra.Tokens, error) {
		if c.AppOnly {
			return entra.Approve(ctx, c, o)
		}
		return entra.SignIn(ctx, c, o)
	})
}

// ConnectWithCode is Connect for a computer without a browser: show tells a person what to
// enter on any other computer. It must return promptly. Of an Application it takes up the
// approval that an administrator gave in the portal, and shows nothing.
func (e *Engine) ConnectWithCode(ctx context.Context, show func(entra.DeviceCode)) error {
	return e.connect(ctx, func(ctx context.Context, c entra.Credentials, o entra.Options) (entra.Tokens, error) {
		if c.AppOnly {
			return entra.UseApproval(ctx, c, o)
		}
		return entra.SignInWithCode(ctx, c, o, show)
	})
}

// askFor gets tokens from whoever can give them.
type askFor func(context.Context, entra.Credentials, entra.Options) (entra.Tokens, error)

func (e *Engine) connect(ctx context.Context, ask askFor) error {
	if !e.connecting.TryLock() {
		return errConnecting
	}
	defer e.connecting.Unlock()
	if !e.unlocked() {
		return errLocked
	}
	e.mu.Lock()
	saved, before := e.state.account.Credentials, e.state.account.Problem
	e.state.signingIn, e.state.account.Problem = true, nil
	e.mu.Unlock()
	e.changed()

	err := e.signIn(ctx, saved, ask)

	e.mu.Lock()
	e.state.signingIn, e.state.account.SignInURL, e.state.account.SignInUntil = false, "", time.Time{}
	switch {
	case err == nil:
	case !errors.Is(err, context.Canceled):
		x := Explain(err)
		e.state.account.Problem = &x
	case e.state.refused != accepted && e.state.account.Problem == nil:
		e.state.account.Problem = before // why a person is needed
	}
	e.mu.Unlock()
	e.changed()
	if err != nil {
		e.record(ctx, ActAccount, "Connecting did not succeed: "+Explain(err).Title, true)
		return err
	}
	e.record(ctx, ActAccount, "Connected to Microsoft 365", false)
	return nil
}

func (e *Engine) signIn(ctx context.Context, saved Credentials, ask askFor) error {
	c, err := e.credentials(ctx, saved)
	if err != nil {
		return err
	}
	asked := e.askedForMore(c, saved)
	tokens, err := ask(ctx, c, entra.Options{
		Open: e.cfg.OpenBrowser, Waiting: e.onWaiting, LoginHint: asked.Username,
		Access:     entra.Access{Directory: saved.Directory, Booking: saved.Booking},
		HTTPClient: e.cfg.HTTPClient, Now: e.cfg.Now,
	})
	if err != nil {
		return err
	}
	if got := tokens.Account; asked.Username != "" && (got.ObjectID != asked.ObjectID || got.TenantID != asked.TenantID) {
		return e.anotherAccount(asked, got)
	}
	next, err := e.newConnection(c, tokens)
	if err != nil {
		return err
	}
	old, err := e.unplug()
	if err != nil {
		return err
	}
	if err := e.saveConnection(ctx, old, next, signedIn{c, tokens}); err != nil {
		if old != nil {
			e.replug(old) // whoever was signed in stays so
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

func (e *Engine) onWaiting(url string, until time.Time) {
	e.mu.Lock()
	e.state.account.SignInURL, e.state.account.SignInUntil = url, until
	e.mu.Unlock()
	e.changed()
}

// saveConnection keeps the sign-in of next, which takes the place of old, nil if there
// was none. What was proven of old says nothing of next; only the mailbox to look at is
// the same if the application is.
func (e *Engine) saveConnection(ctx context.Context, old, next *connection, s signedIn) error {
	plain, err := json.Marshal(s)
	if err != nil {
		return fmt.Errorf("save the sign-in: %w", err)
	}
	var x Exposure
	if old != nil && next.mode() == Application && sameRegistration(old.registration, next.registration) &&
		old.account.TenantID == next.account.TenantID {
		e.mu.Lock()
		x.Mailbox = e.state.account.Exposure.Mailbox
		e.mu.Unlock()
	}
	err = e.keep(func(seal func(string, []byte) []byte) error {
		return e.db.Update(ctx, store.Update{Settings: map[string]any{settingExposure: x},
			Secrets: map[string][]byte{secretSignIn: seal(secretSignIn, plain)}})
	})
	if err != nil {
		return err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.state.account.Exposure = x
	return nil
}

// anotherAccount refuses to change the account unasked: the new one may see other rooms.
func (e *Engine) anotherAccount(asked, got entra.Account) error {
	return &entra.Error{Op: "ask for one more permission", At: e.cfg.Now(), Title: "Another account answered: " + got.DisplayName(),
		Remedy: "Nothing was changed. Sign in as " + asked.Username + "; if an administrator has to consent, let them tick \"Consent on behalf of your organization\" and then connect once more. " +
			"To change the account, disconnect first."}
}

// askedForMore is the account that is asked for one more permission, as when the list of
// rooms is switched on. In any other case it is nobody: the person is to pick an account.
func (e *Engine) askedForMore(c entra.Credentials, saved Credentials) entra.Account {
	e.mu.Lock()
	defer e.mu.Unlock()
	conn := e.state.conn
	if conn == nil || c.AppOnly || e.state.refused != accepted || !sameRegistration(conn.registration, c) ||
		!strings.EqualFold(conn.registration.Tenant, c.Tenant) {
		return entra.Account{}
	}
	if saved.Directory && !conn.canList() || saved.Booking && !conn.canWrite() {
		return conn.account
	}
	return entra.Account{}
}

func sameRegistration(a, b entra.Credentials) bool {
	return a.Cloud == b.Cloud && a.AppOnly == b.AppOnly && strings.EqualFold(a.ClientID, b.ClientID)
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
	if err := e.db.Update(ctx, store.Update{DeleteSecrets: []string{secretSignIn}, DeleteSettings: []string{settingExposure}}); err != nil {
		if old != nil {
			e.replug(old)
		}
		return err
	}
	e.forgetConnection()
	e.record(ctx, ActAccount, "Disconnected from Microsoft 365", false)
	return nil
}

// forgetConnection takes back what was said of a connection that is gone for good.
func (e *Engine) forgetConnection() {
	e.mu.Lock()
	e.state.refused, e.state.sync = accepted, Sync{Today: e.state.sync.Today}
	e.state.account.Problem, e.state.account.Exposure = nil, Exposure{}
	e.mu.Unlock()
	e.health.Clear(CodeSignIn, "")
	e.watchSecret()
	e.watchExposure()
	e.touchAll()
	e.changed()
}
