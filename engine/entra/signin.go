package entra

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"golang.org/x/oauth2"
)

// Options adjust a sign-in. Only Open is required.
type Options struct {
	// Open shows a web page in the person's browser. It must return promptly. One
	// that can't start a browser may show the address for copying and return nil.
	Open func(url string) error
	// Scopes to ask for; Cloud.Scopes(Directory) when empty.
	Scopes []string
	// Directory also asks to list the organisation's rooms (Place.Read.All), which
	// an administrator has to consent to.
	Directory bool
	// LoginHint is the user name of an account that signs in again; the person is
	// asked to pick an account when it is empty.
	LoginHint string
	// Timeout is how long to wait for the browser; 10 minutes when 0. Microsoft's
	// own error pages send nothing back, so waiting has to end some time.
	Timeout time.Duration
	// HTTPClient talks to the sign-in service; one with a time-out of 30 seconds
	// when nil. Redirects are never followed: they could carry the secret away.
	HTTPClient *http.Client
	// Now is the clock; time.Now when nil.
	Now func() time.Time
}

// errNoAnswer is the cause of a context that ended because the browser never
// came back.
var errNoAnswer = errors.New("no answer from the browser")

// flow is one sign-in.
type flow struct {
	c        Credentials
	o        Options
	client   *http.Client
	conf     oauth2.Config
	state    string // ties the redirect to this flow (RFC 6749 10.12)
	nonce    string // ties the id_token to this flow
	verifier string // PKCE (RFC 7636)
}

// SignIn lets a person sign in with the browser and blocks until that is done,
// has failed, or ctx ends. It listens on loopback for one answer only. Wrong
// credentials give *[FieldError] values, everything else an *[Error]; when ctx
// ends its cause is wrapped.
func SignIn(ctx context.Context, c Credentials, o Options) (Tokens, error) {
	if err := c.Validate(); err != nil {
		return Tokens{}, err
	}
	f := newFlow(c.Trimmed(), o)
	waiting, cancel := context.WithTimeoutCause(ctx, f.o.Timeout, errNoAnswer)
	defer cancel()

	lb, err := listen(ctx, f)
	if err != nil {
		return Tokens{}, err
	}
	defer lb.close(ctx)
	f.conf.RedirectURL = fmt.Sprintf("http://localhost:%d%s", lb.port, f.c.RedirectPath)

	if err := f.o.Open(f.authURL()); err != nil {
		return Tokens{}, &Error{Op: f.op(), Err: err, At: f.o.Now(),
			Title:  "The browser could not be opened",
			Remedy: "Set a default browser on this computer, then try again."}
	}
	select {
	case a := <-lb.arrived:
		tokens, err := f.redeem(ctx, a.callback)
		a.reply <- f.outcome(tokens, err)
		return tokens, err
	case <-waiting.Done():
		return Tokens{}, f.gaveUp(waiting)
	}
}

func newFlow(c Credentials, o Options) *flow {
	if o.Now == nil {
		o.Now = time.Now
	}
	o.Timeout = cmp.Or(o.Timeout, 10*time.Minute)
	if len(o.Scopes) == 0 {
		o.Scopes = c.Cloud.Scopes(o.Directory)
	}
	return &flow{c: c, o: o, client: noRedirects(o.HTTPClient), conf: c.oauth(o.Scopes),
		state: rand.Text(), nonce: rand.Text(), verifier: oauth2.GenerateVerifier()}
}

// oauth is the configuration of the oauth2 library. Its automatic choice of how
// to send the secret would send a failing request twice, hence AuthStyleInParams.
func (c Credentials) oauth(scopes []string) oauth2.Config {
	return oauth2.Config{ClientID: c.ClientID, ClientSecret: c.Secret, Scopes: scopes,
		Endpoint: oauth2.Endpoint{
			AuthURL:   c.Cloud.endpoint(c.Tenant, "/oauth2/v2.0/authorize"),
			TokenURL:  c.Cloud.endpoint(c.Tenant, "/oauth2/v2.0/token"),
			AuthStyle: oauth2.AuthStyleInParams,
		}}
}

func noRedirects(client *http.Client) *http.Client {
	own := http.Client{Timeout: 30 * time.Second}
	if client != nil {
		own = *client
	}
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &own
}

func (f *flow) op() string { return "sign in to " + f.c.Tenant }

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

// redeem turns the answer of the browser into tokens.
func (f *flow) redeem(ctx context.Context, cb callback) (Tokens, error) {
	if cb.failure.OAuth != "" {
		e := f.c.wireFailure(f.op(), cb.failure, 0, nil)
		if e.At.IsZero() {
			e.At = f.o.Now()
		}
		return Tokens{}, e
	}
	tok, err := f.conf.Exchange(context.WithValue(ctx, oauth2.HTTPClient, f.client), cb.code, oauth2.VerifierOption(f.verifier))
	if err != nil {
		return Tokens{}, f.c.requestFailure(ctx, f.op(), err, f.o.Now())
	}
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
	return &Error{Op: f.op(), Err: err, At: f.o.Now(),
		Title:  "The identity that came back could not be verified",
		Remedy: "Try again. If it fails again, check the choice of cloud, and that no proxy alters the traffic with " + f.c.Cloud.Authority + "."}
}

func newTokens(tok *oauth2.Token, a Account, now time.Time) Tokens {
	scope, _ := tok.Extra("scope").(string)
	return Tokens{Account: a, Access: tok.AccessToken, Refresh: tok.RefreshToken,
		Expiry: expiry(tok, now), Scopes: strings.Fields(scope)}
}

// expiry counts from our own clock: tokens carry Microsoft's, which may differ.
func expiry(tok *oauth2.Token, now time.Time) time.Time {
	life := time.Duration(tok.ExpiresIn) * time.Second
	if life <= 0 {
		life = time.Hour // Entra always says it; this is its default
	}
	return now.Add(life).UTC()
}

// gaveUp explains a flow whose browser never came back.
func (f *flow) gaveUp(ctx context.Context) error {
	if !errors.Is(context.Cause(ctx), errNoAnswer) {
		return fmt.Errorf("%s: %w", f.op(), context.Cause(ctx))
	}
	return &Error{Op: f.op(), Err: errNoAnswer, At: f.o.Now(),
		Title: "The browser never came back",
		Remedy: strings.NewReplacer("{redirect}", f.c.RedirectURI()).Replace(
			"If the browser shows an error of Microsoft's, its number says why: AADSTS50011, add the redirect URI {redirect} to the app registration; " +
				"AADSTS700016, check the Application (client) ID; AADSTS90002 or AADSTS50194, check the tenant ID and the cloud; " +
				"AADSTS53003, Conditional Access blocks the sign-in. Otherwise just try again.")}
}
