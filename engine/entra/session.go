package entra

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"golang.org/x/oauth2"
)

const (
	// renewBefore is how long before its end an access token is renewed, so that a
	// fault of some minutes goes unnoticed.
	renewBefore = 5 * time.Minute
	// renewPause is the least time between two attempts to renew a token that is
	// still valid.
	renewPause = 30 * time.Second
)

// SessionOptions adjust a session. Save is required.
type SessionOptions struct {
	// Save keeps renewed tokens before they are used. While it fails, the session
	// goes on with the refresh token that was saved last, which Entra does not
	// revoke when it gives a new one.
	Save func(ctx context.Context, t Tokens) error
	// HTTPClient as in Options.
	HTTPClient *http.Client
	// Now is the clock; time.Now when nil.
	Now func() time.Time
	// Logger hears of failures that don't matter yet; discarded when nil.
	Logger *slog.Logger
}

// Session hands out access tokens for Microsoft Graph and renews them. It is
// safe for concurrent use and owns no goroutine.
type Session struct {
	c      Credentials
	o      SessionOptions
	client *http.Client
	conf   oauth2.Config

	// renewing holds one token: who takes it renews, everybody else waits for it
	// or for the end of their own context. singleflight would tie the renewal to
	// the first caller's context or to none.
	renewing chan struct{}

	mu        sync.Mutex
	tokens    Tokens
	attempts  int // renewals that ended, well or badly
	lastErr   error
	lastTried time.Time
}

// Resume makes a session of the tokens that SignIn or an earlier session gave.
func Resume(c Credentials, t Tokens, o SessionOptions) *Session {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	c = c.Trimmed()
	return &Session{c: c, o: o, client: noRedirects(o.HTTPClient), conf: c.oauth(nil),
		tokens: t, renewing: make(chan struct{}, 1)}
}

// Account is who is signed in.
func (s *Session) Account() Account {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.tokens.Account
}

// Has reports whether a permission was granted; see [Tokens.Has].
func (s *Session) Has(scope string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.tokens.Has(scope)
}

// Token gives an access token that is valid now, renewing it if need be; callers
// that come meanwhile wait for the same renewal. A renewal that fails while the
// present token is still valid is no error. Errors are *[Error], with
// NeedsSignIn or Temporary set where that is so, or wrap the end of ctx.
func (s *Session) Token(ctx context.Context) (*oauth2.Token, error) {
	s.mu.Lock()
	tok, fresh, seen := s.present()
	s.mu.Unlock()
	if fresh {
		return tok, nil
	}
	select {
	case s.renewing <- struct{}{}:
		defer func() { <-s.renewing }()
	case <-ctx.Done():
		return nil, fmt.Errorf("%s: %w", s.op(), context.Cause(ctx))
	}
	s.mu.Lock()
	tok, fresh, attempts := s.present()
	err := s.lastErr
	s.mu.Unlock()
	switch {
	case fresh:
		return tok, nil
	case attempts != seen && err != nil: // the renewal that we waited for failed
		return orValid(tok, err)
	}
	return s.renew(ctx, tok)
}

// Reject says that Graph refused an access token, so that the next Token renews
// it however long it claims to be valid. A token that was replaced meanwhile is
// left alone.
func (s *Session) Reject(accessToken string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.tokens.Access == accessToken {
		s.tokens.Access, s.tokens.Expiry = "", time.Time{}
	}
}

// present is the token at hand, nil if it is over; fresh says that it needs no
// renewal now. The caller holds mu.
func (s *Session) present() (tok *oauth2.Token, fresh bool, attempts int) {
	left := s.tokens.Expiry.Sub(s.o.Now())
	if s.tokens.Access == "" || left <= 0 {
		return nil, false, s.attempts
	}
	tok = &oauth2.Token{AccessToken: s.tokens.Access, TokenType: "Bearer", Expiry: s.tokens.Expiry}
	fresh = left > renewBefore || s.lastErr != nil && s.o.Now().Sub(s.lastTried) < renewPause
	return tok, fresh, s.attempts
}

// orValid prefers a token that still works to an error.
func orValid(tok *oauth2.Token, err error) (*oauth2.Token, error) {
	if tok != nil {
		return tok, nil
	}
	return nil, err
}

// renew uses the refresh token. old is what to fall back on; may be nil.
func (s *Session) renew(ctx context.Context, old *oauth2.Token) (*oauth2.Token, error) {
	s.mu.Lock()
	before := s.tokens
	s.mu.Unlock()

	next, err := s.request(ctx, before)
	if ctx.Err() != nil { // not the session's failure: the next caller tries again
		return orValid(old, fmt.Errorf("%s: %w", s.op(), context.Cause(ctx)))
	}
	if err == nil {
		if saveErr := s.o.Save(ctx, next); saveErr != nil {
			s.o.Logger.Warn("renewed tokens not saved, going on with the saved refresh token", "err", saveErr)
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
	return &oauth2.Token{AccessToken: next.Access, TokenType: "Bearer", Expiry: next.Expiry}, nil
}

func (s *Session) request(ctx context.Context, before Tokens) (Tokens, error) {
	if before.Refresh == "" {
		return Tokens{}, &Error{Op: s.op(), At: s.o.Now(), NeedsSignIn: true,
			Title: "Nobody is signed in", Remedy: signInAgain, Err: errors.New("no refresh token")}
	}
	httpCtx := context.WithValue(ctx, oauth2.HTTPClient, s.client)
	tok, err := s.conf.TokenSource(httpCtx, &oauth2.Token{RefreshToken: before.Refresh}).Token()
	if err != nil {
		return Tokens{}, s.c.requestFailure(ctx, s.op(), err, s.o.Now())
	}
	next := newTokens(tok, before.Account, s.o.Now())
	if len(next.Scopes) == 0 {
		next.Scopes = before.Scopes
	}
	return next, nil
}

func (s *Session) op() string { return "renew the sign-in to " + s.c.Tenant }
