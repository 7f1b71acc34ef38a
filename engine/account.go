package engine

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/roomink/roomink/engine/entra"
	"github.com/roomink/roomink/engine/store"
)

// errConnecting says that a sign-in is under way.
var errConnecting = errors.New("a sign-in is open in the browser: finish it there, or cancel it first")

// Connect opens the browser at Microsoft's page, to sign in or to approve as the saved
// credentials say, and blocks until the account is connected, Microsoft or the person
// refused, or ctx ends. Whoever was connected before stays so unless it succeeds.
func (e *Engine) Connect(ctx context.Context) error {
	if !e.connecting.TryLock() {
		return errConnecting
	}
	defer e.connecting.Unlock()
	if !e.unlocked() {
		return errLocked
	}
	e.mu.Lock()
	saved := e.state.account.Credentials
	e.state.signingIn, e.state.account.Problem = true, nil
	e.mu.Unlock()
	e.changed()

	err := e.signIn(ctx, saved)

	e.mu.Lock()
	e.state.signingIn, e.state.account.SignInURL, e.state.account.SignInUntil = false, "", time.Time{}
	if err != nil && !errors.Is(err, context.Canceled) {
		x := Explain(err)
		e.state.account.Problem = &x
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

func (e *Engine) signIn(ctx context.Context, saved Credentials) error {
	c, err := e.credentials(ctx, saved)
	if err != nil {
		return err
	}
	ask := entra.SignIn
	if c.AppOnly {
		ask = entra.Approve
	}
	tokens, err := ask(ctx, c, entra.Options{
		Open: e.cfg.OpenBrowser, Waiting: e.onWaiting, LoginHint: e.loginHint(c, saved),
		Access:     entra.Access{Directory: saved.Directory, Booking: saved.Booking},
		HTTPClient: e.cfg.HTTPClient, Now: e.cfg.Now,
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

func (e *Engine) onWaiting(url string, until time.Time) {
	e.mu.Lock()
	e.state.account.SignInURL, e.state.account.SignInUntil = url, until
	e.mu.Unlock()
	e.changed()
}

// loginHint is the account that is asked for one more permission, as when the list of
// rooms is switched on. In any other case the person is to pick an account.
func (e *Engine) loginHint(c entra.Credentials, saved Credentials) string {
	e.mu.Lock()
	defer e.mu.Unlock()
	conn := e.state.conn
	if conn == nil || c.AppOnly || e.state.refused != accepted || !sameRegistration(conn.registration, c) {
		return ""
	}
	if saved.Directory && !conn.canList || saved.Booking && !conn.canWrite {
		return conn.account.Username
	}
	return ""
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
			e.plug(old)
		}
		return err
	}
	e.mu.Lock()
	e.state.refused, e.state.sync = accepted, Sync{}
	e.state.account.Problem, e.state.account.Exposure = nil, Exposure{}
	e.mu.Unlock()
	e.health.Clear(CodeSignIn, "")
	e.watchSecret()
	e.watchExposure()
	e.record(ctx, ActAccount, "Disconnected from Microsoft 365", false)
	e.touchAll()
	e.changed()
	return nil
}
