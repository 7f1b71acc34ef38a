package engine

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/roomink/roomink/engine/entra"
	"github.com/roomink/roomink/engine/health"
	"github.com/roomink/roomink/engine/store"
	"github.com/roomink/roomink/engine/syncer"
)

// refusal is what Microsoft holds against the connection.
type refusal int

const (
	accepted      refusal = iota
	refusedSignIn         // a person must sign in again
	refusedSecret         // a new client secret is needed
)

// lookAfterEvery is how often a connection is looked at. The sign-in would end after 90
// days without use, as where no room is read. The first look leaves the first reading
// of the calendars alone.
const (
	lookAfterEvery = time.Hour
	firstLook      = 10 * time.Second
)

// lookAfter keeps a connection alive and finds out what will end it.
func (e *Engine) lookAfter(ctx context.Context, conn *connection) error {
	timer := time.NewTimer(firstLook)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-timer.C:
		}
		e.stayConnected(ctx, conn)
		e.trySavedSecret(ctx, conn)
		e.learnSecretExpiry(ctx, conn)
		e.dueExposure(ctx, conn)
		timer.Reset(lookAfterEvery)
	}
}

// stayConnected renews the sign-in if that is due. Where rooms are read, their rounds
// tell how that went; where none is, this does.
func (e *Engine) stayConnected(ctx context.Context, conn *connection) {
	_, err := conn.session.Token(ctx)
	if ctx.Err() != nil {
		return
	}
	if err == nil {
		e.mu.Lock()
		alone := len(e.state.rooms) == 0
		e.mu.Unlock()
		if alone {
			e.accept()
		}
		return
	}
	if failure, ok := errors.AsType[*entra.Error](err); ok && failure.PersonNeeded() {
		e.onSyncResult(syncer.Result{Err: &syncer.Error{Kind: syncer.SignIn, Op: "stay connected", Remedy: failure.Remedy, Err: err}})
	}
}

// trySavedSecret helps a connection whose client secret is refused with the one that is
// saved: a person entered it, but did not come to connect with it.
func (e *Engine) trySavedSecret(ctx context.Context, conn *connection) {
	e.mu.Lock()
	refused := e.state.refused
	e.mu.Unlock()
	if refused != refusedSecret {
		return
	}
	_, full, ok := e.savedSecret(ctx, conn)
	if !ok {
		return
	}
	if err := conn.session.UseSecret(ctx, full.Secret); err != nil {
		e.log.Debug("The saved client secret does not help", "err", err)
		return
	}
	e.accept()
	e.record(ctx, ActAccount, "The saved client secret is in use now", false)
	e.SyncNow()
}

// savedSecret gives the saved credentials, also with their secret, if they are of the
// registration that is in use and it has a secret.
func (e *Engine) savedSecret(ctx context.Context, conn *connection) (saved Credentials, full entra.Credentials, ok bool) {
	e.mu.Lock()
	saved = e.state.account.Credentials
	e.mu.Unlock()
	full, err := e.credentials(ctx, saved)
	return saved, full, err == nil && full.Secret != "" && sameRegistration(conn.registration, full)
}

// refusalOf says whether an error of the source means that a person is needed.
func refusalOf(err error) refusal {
	if kindOf(err) != syncer.SignIn {
		return accepted
	}
	if failure, ok := errors.AsType[*entra.Error](err); ok && failure.BadSecret {
		return refusedSecret
	}
	return refusedSignIn
}

// ReplaceSecret changes the client secret of the registration that is in use. The new
// one is tried at once, and kept only if Microsoft takes it; signs don't notice. If
// the sign-in itself has ended the error says so, and the next Connect uses the new
// secret. An empty one stands for the one that was typed into the draft of the same
// registration, of which all else stays. expires is the day that the portal shows, zero
// if unknown.
func (e *Engine) ReplaceSecret(ctx context.Context, secret string, expires time.Time) error {
	if !e.connecting.TryLock() {
		return errConnecting
	}
	defer e.connecting.Unlock()
	secret = strings.TrimSpace(secret)
	e.mu.Lock()
	conn, c, draft := e.state.conn, e.state.account.Credentials, e.state.account.Draft
	e.mu.Unlock()
	if secret == "" && draft.HasSecret && e.serves(draft, c) {
		kept, err := e.secret(ctx, secretDraft)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
		secret = string(kept)
	}
	c.Secret, c.SecretExpires = secret, expires
	full, err := e.entraCredentials(c)
	if err != nil {
		return err
	}
	if secret == "" {
		return &entra.FieldError{Field: "Secret", Problem: "enter the Value of the new client secret"}
	}
	if err := full.Validate(); err != nil {
		return err
	}
	inUse := conn != nil && sameRegistration(conn.registration, full)
	var dead error // the sign-in has ended, too, but Microsoft took the secret
	if inUse {
		if err := conn.session.UseSecret(ctx, secret); err != nil {
			if failure, ok := errors.AsType[*entra.Error](err); !ok || !failure.NeedsSignIn {
				return err
			}
			dead = err
		}
	}
	e.drafting.Lock()
	defer e.drafting.Unlock()
	c = savedCredentials(full, c)
	e.mu.Lock()
	draft = e.state.account.Draft
	e.mu.Unlock()
	switch {
	case draft == Draft{}: // nothing was begun
		draft.Credentials = c
	case e.serves(draft, c):
		draft.SecretExpires, draft.HasSecret = c.SecretExpires, false
	}
	if err := e.keepCredentials(ctx, c, secret, draft); err != nil {
		return err
	}
	if dead != nil {
		e.SyncNow() // which finds out that a sign-in is needed, and no secret any more
		return dead
	}
	if inUse {
		e.accept()
		e.record(ctx, ActAccount, "The client secret was replaced", false)
		e.SyncNow()
	}
	return nil
}

// serves reports whether a secret of c is also one of the draft, which may not say yet
// of which registration it is.
func (e *Engine) serves(d Draft, c Credentials) bool {
	return strings.TrimSpace(d.ClientID) == "" || e.sameApp(d.Credentials, c)
}

// accept ends a refusal.
func (e *Engine) accept() {
	e.mu.Lock()
	turned := e.state.refused != accepted
	e.state.refused, e.state.account.Problem = accepted, nil
	e.mu.Unlock()
	e.health.Clear(CodeSignIn, "")
	e.watchSecret()
	if turned {
		e.touchAll()
	}
	e.changed()
}

// learnSecretExpiry asks Microsoft when the secret ends, which most registrations may
// not tell; then the day stays that a person entered.
func (e *Engine) learnSecretExpiry(ctx context.Context, conn *connection) {
	c, full, ok := e.savedSecret(ctx, conn)
	if !ok {
		return
	}
	end, err := conn.source.SecretExpiry(ctx, full.ClientID, full.Secret)
	if err != nil {
		e.log.Debug("Microsoft does not tell when the client secret ends", "err", err)
	}
	if end.IsZero() || end.Equal(c.SecretExpires) {
		return
	}
	e.drafting.Lock()
	defer e.drafting.Unlock()
	e.mu.Lock()
	now, draft := e.state.account.Credentials, e.state.account.Draft
	e.mu.Unlock()
	if now != c { // a person was quicker
		return
	}
	now.SecretExpires = end.UTC()
	save := map[string]any{settingCredentials: now}
	// The guide holds the old day as well; one that belongs to a secret that was typed
	// there since stays.
	if !draft.HasSecret && e.sameApp(draft.Credentials, now) && draft.SecretExpires.Equal(c.SecretExpires) {
		draft.SecretExpires = now.SecretExpires
		save[settingDraft] = draft
	}
	if err := e.db.Update(ctx, store.Update{Settings: save}); err != nil {
		if ctx.Err() == nil {
			e.storeFailed(err)
		}
		return
	}
	e.mu.Lock()
	e.state.account.Credentials, e.state.account.Draft = now, draft
	e.mu.Unlock()
	e.watchSecret()
	e.changed()
}

// SecretWarnings are how many days before the end of a client secret Roomink warns.
func SecretWarnings() []int { return []int{30, 14, 7, 1} }

// DaysLeft is how many days are left until end, rounded up: 1 on the last day, 0 or
// less once it is over.
func DaysLeft(end, now time.Time) int {
	left := end.Sub(now)
	days := int(left / (24 * time.Hour))
	if left > 0 && left%(24*time.Hour) != 0 {
		days++
	}
	return days
}

// watchSecret sets or clears the warning that the client secret will end.
func (e *Engine) watchSecret() {
	e.mu.Lock()
	c, has, refused := e.state.account.Credentials, e.state.account.HasSecret, e.state.refused
	e.mu.Unlock()
	left := DaysLeft(c.SecretExpires, e.cfg.Now())
	if c.Public || !has || c.SecretExpires.IsZero() || left > SecretWarnings()[0] || refused == refusedSecret {
		e.health.Clear(CodeSecretEnds, "")
		return
	}
	p := health.Problem{Code: CodeSecretEnds, Severity: health.Notice,
		Title:  fmt.Sprintf("The client secret ends in %d days", left),
		Text:   "On " + c.SecretExpires.Format("2 January 2006") + ". From then on Microsoft refuses it, and the signs can't be kept up to date.",
		Remedy: "Make a new client secret in the portal and enter its Value on the setup page. The signs don't notice the change; the old one works until its last day.",
	}
	switch {
	case left <= 0:
		p.Severity, p.Title = health.Warning, "The client secret has ended"
		p.Text = "On " + c.SecretExpires.Format("2 January 2006") + ", as was entered. Microsoft will refuse it."
	case left == 1:
		p.Severity, p.Title = health.Warning, "The client secret ends within a day"
	case left <= 7:
		p.Severity = health.Warning
	}
	e.health.Set(p)
}
