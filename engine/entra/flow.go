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

// Options adjust a sign-in or an approval. Only Open is required.
type Options struct {
	// Open shows a web page in the person's browser. It must return promptly. One
	// that can't start a browser may show the address for copying and return nil.
	Open func(url string) error
	// Waiting hears once, before Open, which page will be opened and until when an
	// answer is awaited: for a countdown and "Open again". Microsoft shows some errors
	// on its own page and sends nothing back. Nil = nobody wants to know.
	Waiting func(url string, until time.Time)
	// Access is what a sign-in asks for beyond reading calendars. An approval asks for
	// what the app registration lists, whatever Access says.
	Access Access
	// Scopes to ask for in a sign-in; Cloud.Scopes(Access) when empty.
	Scopes []string
	// LoginHint is the user name of an account that signs in again, or that consents
	// to a wider Access; the person is asked to pick an account when it is empty.
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

// flow is one sign-in, or one approval if c.AppOnly.
type flow struct {
	c        Credentials
	o        Options
	client   *http.Client
	conf     oauth2.Config
	state    string // ties the redirect to this flow (RFC 6749 10.12)
	nonce    string // ties the id_token to this flow
	verifier string // PKCE (RFC 7636)
}

// newFlow prepares a flow with credentials that are complete.
func newFlow(c Credentials, o Options) *flow {
	if o.Now == nil {
		o.Now = time.Now
	}
	o.Timeout = cmp.Or(o.Timeout, 10*time.Minute)
	if len(o.Scopes) == 0 {
		o.Scopes = c.Cloud.Scopes(o.Access)
	}
	return &flow{c: c, o: o, client: noRedirects(o.HTTPClient), conf: c.oauth(o.Scopes),
		state: rand.Text(), nonce: rand.Text(), verifier: oauth2.GenerateVerifier()}
}

// run opens the browser at an address, waits for its answer, lets finish make
// tokens of that, and shows the person how it ended.
func (f *flow) run(ctx context.Context, address func() string, finish func(context.Context, callback) (Tokens, error)) (Tokens, error) {
	waiting, cancel := context.WithTimeoutCause(ctx, f.o.Timeout, errNoAnswer)
	defer cancel()

	lb, err := listen(ctx, f)
	if err != nil {
		return Tokens{}, err
	}
	defer lb.close(ctx)
	f.conf.RedirectURL = fmt.Sprintf("http://localhost:%d%s", lb.port, f.c.RedirectPath)

	if f.o.Waiting != nil {
		end, _ := waiting.Deadline() // of the system's clock, which Now need not be
		f.o.Waiting(address(), f.o.Now().Add(time.Until(end)))
	}
	if err := f.o.Open(address()); err != nil {
		return Tokens{}, &Error{Op: f.op(), Err: err, At: f.o.Now(),
			Title:  "The browser could not be opened",
			Remedy: "Set a default browser on this computer, then try again."}
	}
	select {
	case a := <-lb.arrived:
		tokens, err := f.finish(ctx, a.callback, finish)
		a.reply <- f.outcome(tokens, err)
		return tokens, err
	case <-waiting.Done():
		return Tokens{}, f.gaveUp(waiting)
	}
}

// finish deals with what the browser brought.
func (f *flow) finish(ctx context.Context, cb callback, succeed func(context.Context, callback) (Tokens, error)) (Tokens, error) {
	if cb.failure.OAuth == "" {
		return succeed(ctx, cb)
	}
	e := f.c.wireFailure(f.op(), cb.failure, 0, nil)
	if e.At.IsZero() {
		e.At = f.o.Now()
	}
	return Tokens{}, e
}

// op is what the flow attempts.
func (f *flow) op() string {
	if f.c.AppOnly {
		return "get approval for " + f.c.tenantLabel()
	}
	return "sign in to " + f.c.tenantLabel()
}

// tenantLabel is how to name the tenant in a sentence.
func (c Credentials) tenantLabel() string {
	if c.Tenant == AnyOrganization {
		return cmp.Or(c.Cloud.Name, "Microsoft 365")
	}
	return c.Tenant
}

// oauth is the configuration of the oauth2 library. Its automatic choice of how
// to send the secret would send a failing request twice, hence AuthStyleInParams.
func (c Credentials) oauth(scopes []string) oauth2.Config {
	return oauth2.Config{ClientID: c.ClientID, ClientSecret: c.sentSecret(), Scopes: scopes,
		Endpoint: oauth2.Endpoint{
			AuthURL:   c.Cloud.endpoint(c.Tenant, "/oauth2/v2.0/authorize"),
			TokenURL:  c.tokenURL(),
			AuthStyle: oauth2.AuthStyleInParams,
		}}
}

func (c Credentials) tokenURL() string { return c.Cloud.endpoint(c.Tenant, "/oauth2/v2.0/token") }

func noRedirects(client *http.Client) *http.Client {
	own := http.Client{Timeout: 30 * time.Second}
	if client != nil {
		own = *client
	}
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &own
}

func newTokens(tok *oauth2.Token, a Account, now time.Time) Tokens {
	scope, _ := tok.Extra("scope").(string)
	return Tokens{Account: a, Access: tok.AccessToken, Refresh: tok.RefreshToken,
		Expiry: expiry(tok, now), Scopes: strings.Fields(scope)}
}

// expiry counts from our own clock: tokens carry Microsoft's, which may differ. It
// is of the wall clock, because the monotonic one stands still while the computer
// sleeps.
func expiry(tok *oauth2.Token, now time.Time) time.Time {
	seconds := tok.ExpiresIn
	if raw, ok := tok.Extra("expires_in").(float64); ok && seconds == 0 { // clientcredentials leaves ExpiresIn empty
		seconds = int64(min(raw, 1<<31))
	}
	life := time.Duration(seconds) * time.Second
	if life <= 0 {
		life = time.Hour // Entra always says it; this is its default
	}
	return now.Add(life).UTC().Round(0)
}

// gaveUp explains a flow whose browser never came back.
func (f *flow) gaveUp(ctx context.Context) error {
	if !errors.Is(context.Cause(ctx), errNoAnswer) {
		return fmt.Errorf("%s: %w", f.op(), context.Cause(ctx))
	}
	return &Error{Op: f.op(), Err: errNoAnswer, At: f.o.Now(),
		Title: "The browser never came back",
		Remedy: f.c.fillIn("If the browser shows an error of Microsoft's, its number says why: AADSTS50011, add the redirect URI {redirect} to the app registration; " +
			"AADSTS700016, check the Application (client) ID; AADSTS90002 or AADSTS50194, check the tenant ID and the cloud; " +
			"AADSTS53003, Conditional Access blocks the {sign-in}. Otherwise just try again.")}
}
