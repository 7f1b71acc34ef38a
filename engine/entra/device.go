package entra

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/oauth2"
)

// DeviceCode is what a person enters in the browser of any other computer.
type DeviceCode struct {
	Code  string    // such as "FGH3KLMNP"
	Page  string    // where to enter it, such as "https://microsoft.com/devicelogin"
	Until time.Time // when it stops being valid
}

// SignInWithCode lets a person sign in on another computer, for one without a browser
// (RFC 8628). show tells the person what to enter there; it must return promptly. It blocks
// until that is done, was declined, the code has ended, or ctx ends. Of o it needs no Open.
// The registration must allow public client flows, unless it has a secret. Errors are those
// of [SignIn].
func SignInWithCode(ctx context.Context, c Credentials, o Options, show func(DeviceCode)) (Tokens, error) {
	c.AppOnly = false
	if err := c.Ready(); err != nil {
		return Tokens{}, err
	}
	f := newFlow(c.Trimmed(), o)
	f.nonce = "" // it travels by the browser, of which this flow knows nothing
	f.conf.Endpoint.DeviceAuthURL = f.c.Cloud.endpoint(f.c.Tenant, "/oauth2/v2.0/devicecode")
	ctx = context.WithValue(ctx, oauth2.HTTPClient, f.client)
	code, err := f.conf.DeviceAuth(ctx)
	if err != nil {
		return Tokens{}, f.c.requestFailure(ctx, f.op(), err, f.o.Now())
	}
	// The answer counts in the system's clock, which Now need not be.
	show(DeviceCode{Code: code.UserCode, Page: code.VerificationURI, Until: f.o.Now().Add(time.Until(code.Expiry))})
	tok, err := f.conf.DeviceAccessToken(ctx, code)
	if err != nil {
		return Tokens{}, f.deviceFailure(ctx, err)
	}
	return f.accept(ctx, tok)
}

// deviceFailure words why nobody signed in with a code.
func (f *flow) deviceFailure(ctx context.Context, err error) error {
	refused, ok := errors.AsType[*oauth2.RetrieveError](err)
	ended := errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil
	switch {
	case ended, ok && refused.ErrorCode == "expired_token":
		return &Error{Op: f.op(), Err: errNoAnswer, At: f.o.Now(), Title: "Nobody entered the code in time",
			Remedy: "Ask for a new code, and enter it within a quarter of an hour."}
	case ok && refused.ErrorCode == "authorization_declined":
		return &Error{Op: f.op(), OAuth: refused.ErrorCode, At: f.o.Now(), Title: "The sign-in was declined",
			Remedy: "Ask for a new code, and choose Continue and Accept after entering it."}
	case ctx.Err() != nil:
		return fmt.Errorf("%s: %w", f.op(), context.Cause(ctx))
	}
	return f.c.requestFailure(ctx, f.op(), err, f.o.Now())
}
