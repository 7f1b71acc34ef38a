package entra

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/cenkalti/backoff/v5"
)

// settling is for how long a fresh approval may be unknown to the token service,
// which is another part of Entra; some seconds are usual.
const settling = 30 * time.Second

// Approve lets an administrator approve the app for the whole organisation in the
// browser, and then asks for the app's first token. It blocks until that is done,
// has failed, or ctx ends; up to half a minute goes by after the approval until the
// token service knows of it. Errors are as with SignIn.
//
// What is approved are the application permissions that the app registration lists
// (learn.microsoft.com/entra/identity-platform/v2-admin-consent). A token without
// any is a success, with empty Tokens.Scopes: Exchange may grant rights of its own.
func Approve(ctx context.Context, c Credentials, o Options) (Tokens, error) {
	c.AppOnly = true
	if err := c.Ready(); err != nil {
		return Tokens{}, err
	}
	f := newFlow(c.Trimmed(), o)
	return f.run(ctx, f.consentURL, f.approved)
}

// UseApproval takes up an approval that an administrator gave already, such as by *Grant
// admin consent* in the portal: it asks for the app's first token, without a browser. Of o
// it needs no Open. The tenant must be named, not [AnyOrganization].
func UseApproval(ctx context.Context, c Credentials, o Options) (Tokens, error) {
	c.AppOnly = true
	if err := c.Ready(); err != nil {
		return Tokens{}, err
	}
	f := newFlow(c.Trimmed(), o)
	return f.approved(ctx, callback{})
}

func (f *flow) consentURL() string {
	q := url.Values{"client_id": {f.c.ClientID}, "scope": {f.c.Cloud.defaultScope()},
		"redirect_uri": {f.conf.RedirectURL}, "state": {f.state}}
	return f.c.Cloud.endpoint(f.c.Tenant, "/v2.0/adminconsent") + "?" + q.Encode()
}

// approved turns the browser's word that somebody approved into tokens. It is no
// proof, and needs none: without an approval there is no token.
func (f *flow) approved(ctx context.Context, cb callback) (Tokens, error) {
	c := f.c
	if c.Tenant == AnyOrganization {
		if !isGUID(cb.tenant) {
			return Tokens{}, &Error{Op: f.op(), At: f.o.Now(), Title: "Microsoft did not say which organisation approved",
				Remedy: "Enter the Directory (tenant) ID in place of \"" + AnyOrganization + "\", then approve again."}
		}
		c = c.at(cb.tenant)
	}
	t, err := f.firstTokens(ctx, c)
	if err != nil {
		return Tokens{}, err
	}
	for _, id := range []string{c.Tenant, cb.tenant} {
		if isGUID(id) && t.Account.TenantID != "" && !strings.EqualFold(id, t.Account.TenantID) {
			return Tokens{}, f.elsewhere(id, t.Account.TenantID)
		}
		if isGUID(id) && t.Account.TenantID == "" { // the token could not be read
			t.Account.TenantID = id
		}
	}
	t.Account.Tenant = c.Tenant
	return t, nil
}

func (f *flow) elsewhere(want, got string) error {
	return &Error{Op: f.op(), At: f.o.Now(), Err: fmt.Errorf("approval for tenant %s, token of tenant %s", want, got),
		Title:  "The approval was given in another organisation",
		Remedy: "Approve again with an administrator's account of " + f.c.tenantLabel() + ", and check the tenant ID."}
}

// errNoRoles says that a token holds no permission, or none yet.
var errNoRoles = errors.New("the token holds no permission")

// firstTokens asks until the token service knows of the approval. A token that
// still holds no permission in the end is as good as it gets.
func (f *flow) firstTokens(ctx context.Context, c Credentials) (Tokens, error) {
	ask := func() (Tokens, error) {
		t, readable, err := c.appTokens(ctx, f.client, f.op(), f.o.Now)
		switch {
		case err != nil && !unsettled(err):
			return t, backoff.Permanent(err)
		case err == nil && readable && len(t.Scopes) == 0:
			return t, errNoRoles
		}
		return t, err
	}
	pace := &backoff.ExponentialBackOff{InitialInterval: time.Second, Multiplier: 1.5, MaxInterval: 6 * time.Second}
	t, err := backoff.Retry(ctx, ask, backoff.WithBackOff(pace), backoff.WithMaxElapsedTime(settling))
	switch {
	case ctx.Err() != nil:
		return Tokens{}, fmt.Errorf("%s: %w", f.op(), context.Cause(ctx))
	case errors.Is(err, errNoRoles):
		return t, nil
	}
	return t, err
}

// unsettled says that a failure may come from an approval that is too fresh: the
// app is unknown in the tenant, disabled, or not consented to
// (AADSTS700016, 7000112, 65001 and their like).
func unsettled(err error) bool {
	e, ok := errors.AsType[*Error](err)
	if !ok {
		return false
	}
	switch e.OAuth {
	case "unauthorized_client", "invalid_grant", "consent_required":
		return true
	}
	return e.Temporary
}
