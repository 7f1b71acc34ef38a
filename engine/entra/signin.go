package entra

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/oauth2"
)

// SignIn lets a person sign in with the browser and blocks until that is done,
// has failed, or ctx ends. It listens on loopback for one answer only. Wrong
// credentials give *[FieldError] values, everything else an *[Error]; when ctx
// ends its cause is wrapped.
//
// To ask for more later (incremental consent), sign in again with LoginHint and a
// wider Access. A refusal is just an error: tokens and sessions that there are stay
// as good as they were.
func SignIn(ctx context.Context, c Credentials, o Options) (Tokens, error) {
	c.AppOnly = false
	if err := c.Ready(); err != nil {
		return Tokens{}, err
	}
	f := newFlow(c.Trimmed(), o)
	return f.run(ctx, f.authURL, f.redeem)
}

func (f *flow) authURL() string {
	opts := []oauth2.AuthCodeOption{
		oauth2.S256ChallengeOption(f.verifier),
		oauth2.SetAuthURLParam("nonce", f.nonce),
		oauth2.SetAuthURLParam("response_mode", "query"),
	}
	if f.o.LoginHint != "" {
		opts = append(opts, oauth2.SetAuthURLParam("login_hint", f.o.LoginHint))
	} else {
		// The browser of an admin is signed in as the admin, but the account that
		// reads the calendars is often another one.
		opts = append(opts, oauth2.SetAuthURLParam("prompt", "select_account"))
	}
	return f.conf.AuthCodeURL(f.state, opts...)
}

// redeem turns the code that the browser brought into tokens.
func (f *flow) redeem(ctx context.Context, cb callback) (Tokens, error) {
	tok, err := f.conf.Exchange(context.WithValue(ctx, oauth2.HTTPClient, f.client), cb.code, oauth2.VerifierOption(f.verifier))
	if err != nil {
		return Tokens{}, f.c.requestFailure(ctx, f.op(), err, f.o.Now())
	}
	return f.accept(ctx, tok)
}

// accept takes tokens that Microsoft gave, if they last and name who signed in.
func (f *flow) accept(ctx context.Context, tok *oauth2.Token) (Tokens, error) {
	if tok.RefreshToken == "" {
		return Tokens{}, &Error{Op: f.op(), At: f.o.Now(), Title: "Microsoft gave no lasting permission",
			Remedy: "Sign in again and accept \"Maintain access to data you have given it access to\"; Roomink could otherwise read calendars for one hour only."}
	}
	idToken, _ := tok.Extra("id_token").(string)
	account, err := f.identify(ctx, idToken)
	if err != nil {
		return Tokens{}, f.identityFailure(ctx, err)
	}
	return newTokens(tok, account, f.o.Now()), nil
}

// identityFailure words what identify found, unless that is in words already.
func (f *flow) identityFailure(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return fmt.Errorf("%s: %w", f.op(), context.Cause(ctx))
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	if e := f.c.networkFailure(f.op(), err, f.o.Now()); e != nil {
		return e
	}
	return &Error{Op: f.op(), Err: err, At: f.o.Now(),
		Title:  "The identity that came back could not be verified",
		Remedy: "Try again. If it fails again, check the choice of cloud, and that no proxy alters the traffic with " + f.c.Cloud.Authority + "."}
}
