package entra

import (
	"context"
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
	// Save keeps renewed tokens before they are used, together with the credentials,
	// whose secret UseSecret may have replaced. While it fails, the session goes on
	// with the refresh token that was saved last, which Entra does not revoke when it
	// gives a new one. So a program that dies before Save is done has lost nothing.
	Save func(ctx context.Context, c Credentials, t Tokens) error
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
	o      SessionOptions
	client *http.Client

	// renewing holds one token: who takes it renews, everybody else waits for it
	// or for the end of their own context. singleflight would tie the renewal to
	// the first caller's context or to none.
	renewing chan struct{}

	mu        sync.Mutex
	c         Credentials
	tokens    Tokens
	attempts  int // renewals that ended, well or badly
	lastErr   error
	lastTried time.Time
}

// Resume makes a session of the tokens that SignIn, Approve or an earlier session
// gave, and of the credentials that belong to them.
func Resume(c Credentials, t Tokens, o SessionOptions) *Session {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	c.AppOnly = t.AppOnly
	return &Session{c: c.Trimmed(), o: o, client: noRedirects(o.HTTPClient),
		tokens: t, renewing: make(chan struct{}, 1)}
}

// Account is who is connected.
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

// Token gives an access token that is valid now, renewing it if need be. Callers
// that come meanwhile get the present token as long as it is valid, and else wait
// for the same renewal. A renewal that fails while the present token is still valid
// is no error. Errors are *[Error], with NeedsSignIn, BadSecret or Temporary set
// where that is so, or wrap the end of ctx.
func (s *Session) Token(ctx context.Context) (*oauth2.Token, error) {
	s.mu.Lock()
	tok, fresh, seen := s.present()
	s.mu.Unlock()
	if fresh {
		return tok, nil
	}
	if taken, err := s.turn(ctx, tok != nil); err != nil || !taken {
		return orValid(tok, err)
	}
	defer func() { <-s.renewing }()
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

// turn waits for the right to renew, to be given back to renewing. A caller that
// can do without is not kept waiting.
func (s *Session) turn(ctx context.Context, optional bool) (taken bool, err error) {
	if optional {
		select {
		case s.renewing <- struct{}{}:
			return true, nil
		default:
			return false, nil
		}
	}
	select {
	case s.renewing <- struct{}{}:
		return true, nil
	case <-ctx.Done():
		return false, fmt.Errorf("%s: %w", s.op(), context.Cause(ctx))
	}
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
	tok = s.tokens.bearer()
	fresh = left > renewBefore || s.lastErr != nil && s.o.Now().Sub(s.lastTried) < renewPause
	return tok, fresh, s.attempts
}

func (t Tokens) bearer() *oauth2.Token {
	return &oauth2.Token{AccessToken: t.Access, TokenType: "Bearer", Expiry: t.Expiry}
}

// orValid prefers a token that still works to an error.
func orValid(tok *oauth2.Token, err error) (*oauth2.Token, error) {
	if tok != nil {
		return tok, nil
	}
	return nil, err
}

// op is what a renewal attempts.
func (s *Session) op() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.c.renewOp()
}

func (c Credentials) renewOp() string {
	if c.AppOnly {
		return "renew the access to " + c.tenantLabel()
	}
	return "renew the sign-in to " + c.tenantLabel()
}
