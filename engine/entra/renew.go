package entra

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/oauth2"
)

// renew gets new tokens. old is what to fall back on; may be nil. The caller has the
// turn.
func (s *Session) renew(ctx context.Context, old *oauth2.Token) (*oauth2.Token, error) {
	s.mu.Lock()
	c, before := s.c, s.tokens
	s.mu.Unlock()

	next, err := s.request(ctx, c, before)
	if ctx.Err() != nil { // not the session's failure: the next caller tries again
		return orValid(old, fmt.Errorf("%s: %w", c.renewOp(), context.Cause(ctx)))
	}
	if err == nil {
		if saveErr := s.o.Save(ctx, c, next); saveErr != nil {
			s.o.Logger.Warn("renewed tokens not saved, going on with the saved ones", "err", saveErr)
			next.Refresh = before.Refresh
		}
	}

	s.mu.Lock()
	defer s.mu.Unlock()
	s.attempts++
	s.lastErr, s.lastTried = err, s.o.Now()
	if err != nil {
		if old != nil {
			s.o.Logger.Warn("access token not renewed, the present one is still valid", "err", err)
		}
		return orValid(old, err)
	}
	s.tokens = next
	return next.bearer(), nil
}

// UseSecret replaces the client secret and proves it by renewing at once. Only when
// Entra takes it and Save has kept it is it used; otherwise nothing changes, and the
// error says why: a *[FieldError] for what can't be a secret, an *[Error] with
// BadSecret for one that Entra refuses, what Save said, or the end of ctx.
//
// Entra looks at the secret before the sign-in. So if it takes the secret of a sign-in
// that has ended, the secret is kept all the same and the error has NeedsSignIn set:
// with the old one the session would go on asking for a secret.
func (s *Session) UseSecret(ctx context.Context, secret string) error {
	if _, err := s.turn(ctx, false); err != nil {
		return err
	}
	defer func() { <-s.renewing }()
	s.mu.Lock()
	c, before := s.c, s.tokens
	s.mu.Unlock()

	if c.Public {
		return &FieldError{Field: "Secret", Problem: "this app registration is of the platform \"Mobile and desktop applications\", which has no secret"}
	}
	c.Secret = strings.TrimSpace(secret)
	if c.Secret == "" {
		return &FieldError{Field: "Secret", Problem: "enter the Value of the new client secret"}
	}
	if err := field("Secret", c.secretProblem()); err != nil {
		return err
	}
	next, err := s.request(ctx, c, before)
	if ctx.Err() != nil {
		return fmt.Errorf("%s: %w", c.renewOp(), context.Cause(ctx))
	}
	if err != nil {
		if !signInEnded(c, err) {
			return err
		}
		next = before
	}
	if err := s.o.Save(ctx, c, next); err != nil {
		return fmt.Errorf("save the new client secret: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.c, s.tokens = c, next
	s.attempts++
	s.lastErr, s.lastTried = err, s.o.Now()
	return err
}

// signInEnded says that Entra refused a refresh token, and so took the client's secret
// (RFC 6749 6). An app has no such token.
func signInEnded(c Credentials, err error) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && !c.AppOnly && e.NeedsSignIn && e.OAuth != ""
}

// request asks for new tokens: with the refresh token, or for an app with its
// secret.
func (s *Session) request(ctx context.Context, c Credentials, before Tokens) (Tokens, error) {
	if c.Tenant == AnyOrganization && before.Account.TenantID != "" {
		c = c.at(before.Account.TenantID) // the tenant that was signed in to, or that approved
	}
	if c.AppOnly {
		return s.requestApp(ctx, c, before)
	}
	if before.Refresh == "" {
		return Tokens{}, &Error{Op: c.renewOp(), At: s.o.Now(), NeedsSignIn: true,
			Title: "Nobody is signed in", Remedy: c.fillIn(signInAgain), Err: errors.New("no refresh token")}
	}
	// Without a scope parameter Entra gives what was granted, and not more.
	conf := c.oauth(nil)
	httpCtx := context.WithValue(ctx, oauth2.HTTPClient, s.client)
	tok, err := conf.TokenSource(httpCtx, &oauth2.Token{RefreshToken: before.Refresh}).Token()
	if err != nil {
		return Tokens{}, c.requestFailure(ctx, c.renewOp(), err, s.o.Now())
	}
	next := newTokens(tok, before.Account, s.o.Now())
	if len(next.Scopes) == 0 {
		next.Scopes = before.Scopes
	}
	return next, nil
}

func (s *Session) requestApp(ctx context.Context, c Credentials, before Tokens) (Tokens, error) {
	next, readable, err := c.appTokens(ctx, s.client, c.renewOp(), s.o.Now)
	if err != nil {
		return Tokens{}, err
	}
	next.Account = renewedAccount(before.Account, next.Account)
	if !readable {
		next.Scopes = before.Scopes
	}
	return next, nil
}
