// Package graph reads rooms and calendars from Microsoft 365 through Microsoft
// Graph v1.0. It is a [syncer.Source], and the only package that imports the
// Graph SDK, whose models alone take minutes and gigabytes to compile.
//
// Start with [New]. Rooms come from Places (rooms.go), with the lists that they are in
// (roomlists.go) and their time zones from getSchedule. Changes come from calendarView/delta, twenty rooms a
// $batch and one batch at a time (changes.go, batch.go), and are put together
// into events (events.go): Graph sends occurrences of a series as stubs whose
// subject stands in the series master. Calendars of the signed-in account that are
// nobody's primary one are listed (calendars.go) and read in full (view.go). Every
// failure becomes a [syncer.Error] with words (errors.go), and every HTTP request is
// reported (observe.go). Beyond that it tells whether a mailbox can be read (probe.go)
// and when the client secret expires (secret.go).
//
// Of the SDK it uses the request builders, and the models of everything but events,
// which come by the ten thousand (page.go). Its middleware, its
// batch helper and its error types have defects that matter here (retries that
// corrupt bodies, numbers lost from batch replies, a panic in an error's text),
// so transport.go stands in for them. The facts are Microsoft's documentation
// and what the SDK was measured to do.
package graph

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	abs "github.com/microsoft/kiota-abstractions-go"
	absauth "github.com/microsoft/kiota-abstractions-go/authentication"
	khttp "github.com/microsoft/kiota-http-go"
	jsonserialization "github.com/microsoft/kiota-serialization-json-go"
	core "github.com/microsoftgraph/msgraph-sdk-go-core"
	"golang.org/x/oauth2"

	"github.com/roomink/roomink/engine/httpclient"
	"github.com/roomink/roomink/engine/syncer"
)

// GlobalURL is the address of Graph in Microsoft's public cloud.
const GlobalURL = "https://graph.microsoft.com/v1.0"

// callTimeout bounds one HTTP request: twenty calendars may take a while, a
// silent network must not take for ever.
const callTimeout = 90 * time.Second

// Options are what a Source is made of. Token is required.
type Options struct {
	// BaseURL is Graph's address with the version; GlobalURL when empty.
	BaseURL string
	// Token gives an access token for each request. Its errors reach the caller as
	// they are if they are *[syncer.Error]; one with the methods PersonNeeded and
	// Advice is asked what kind it is; any other counts as being offline.
	Token func(ctx context.Context) (*oauth2.Token, error)
	// Rejected hears of an access token that Graph refused; the request is then
	// sent once more with a new one. Without it a refusal is an error at once.
	Rejected func(accessToken string)
	// AppOnly says that the tokens are the application's own, so that nobody is
	// signed in: see Mailbox, and remedies name an application's permissions.
	AppOnly bool
	// Mailbox is whose calendar asks for other people's working hours, which hold
	// the rooms' time zones. When empty, the signed-in account does, or, with
	// AppOnly, one of the rooms.
	Mailbox string
	// OnRequest hears of each HTTP request when it has ended, one after the other; it
	// must not block, nor call the Source. May be nil.
	OnRequest func(RequestInfo)
	// Transport sends requests; one of package httpclient when nil.
	Transport http.RoundTripper
	// Logger gets debug lines on what could be left out; discarded when nil.
	Logger *slog.Logger
	// Now is the clock; time.Now when nil.
	Now func() time.Time
}

// Source is Microsoft 365 as a calendar system. It is safe for concurrent use;
// requests are sent one at a time, because Outlook runs up to four parts of a
// batch at once and allows an app no more (graph.md 4.2).
type Source struct {
	o       Options
	base    *url.URL
	adapter *khttp.NetHttpRequestAdapter
	plain   *http.Client // for what the SDK's builders are too big for
	nodes   *jsonserialization.JsonParseNodeFactory
	turn    chan struct{} // holds one token while a request is under way
	// couldRead is set once any calendar could be read: a refusal is then a matter
	// of the one room.
	couldRead atomic.Bool
	// stubborn are the rooms that were refused as if the token were at fault, though
	// it was a new one.
	stubborn sync.Map // calendar.RoomID
}

var _ syncer.Source = (*Source)(nil)

// New makes a source; it sends nothing. It refuses an address that would carry
// tokens in the clear over a network.
func New(o Options) (*Source, error) {
	o.BaseURL = strings.TrimSuffix(cmp.Or(o.BaseURL, GlobalURL), "/")
	base, err := url.Parse(o.BaseURL)
	switch {
	case err != nil:
		return nil, fmt.Errorf("address of Microsoft Graph: %w", err)
	case base.Host == "" || base.User != nil || base.RawQuery != "" || base.Fragment != "":
		return nil, fmt.Errorf("address of Microsoft Graph %q: not of the form https://host/version", o.BaseURL)
	case base.Scheme != "https" && !(base.Scheme == "http" && isLoopback(base.Hostname())):
		return nil, fmt.Errorf("address of Microsoft Graph %q: must use https", o.BaseURL)
	case o.Token == nil:
		return nil, errors.New("no source of tokens for Microsoft Graph is given")
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Transport == nil {
		o.Transport = httpclient.Transport()
	}
	s := &Source{o: o, base: base, nodes: jsonserialization.NewJsonParseNodeFactory(), turn: make(chan struct{}, 1)}
	// The order is fixed and nothing compresses or retries: the SDK's own list
	// comes in random order and then corrupts bodies (graph.md 5.3).
	own := &transport{o: &s.o, base: base}
	s.plain = &http.Client{Transport: own}
	client := &http.Client{
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: khttp.NewCustomTransportWithParentTransport(own,
			core.NewGraphTelemetryHandler(&core.GraphClientOptions{}),
			khttp.NewParametersNameDecodingHandler(),
			khttp.NewUserAgentHandler()),
	}
	s.adapter, err = khttp.NewNetHttpRequestAdapterWithParseNodeFactoryAndSerializationWriterFactoryAndHttpClient(
		&absauth.AnonymousAuthenticationProvider{}, // transport adds the token
		s.nodes, jsonserialization.NewJsonSerializationWriterFactory(), client)
	if err != nil {
		return nil, fmt.Errorf("set up the Graph SDK: %w", err)
	}
	s.adapter.SetBaseUrl(o.BaseURL)
	return s, nil
}

// do runs one request when it is its turn; op and parts are what OnRequest hears of it.
// It also stops a panic of the SDK's generated code, which trusts every reply to be of
// the documented form.
func (s *Source) do(ctx context.Context, op string, parts int, request func(ctx context.Context) error) (err error) {
	select {
	case s.turn <- struct{}{}:
		defer func() { <-s.turn }()
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	c := &call{report: s.o.OnRequest, info: RequestInfo{Op: op, Parts: parts}}
	defer func() { c.end(err == nil) }()
	return guarded(func() error { return request(c.in(ctx)) })
}

func guarded(f func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = &replyError{Status: http.StatusOK, Code: "unreadable", Message: fmt.Sprintf("the Graph SDK could not read the reply: %v", p)}
		}
	}()
	return f()
}

// pathParameters are the values for the SDK's URL templates, whose names it
// writes percent-encoded.
func pathParameters(base string, pairs ...string) map[string]string {
	m := map[string]string{"baseurl": base}
	for i := 0; i+1 < len(pairs); i += 2 {
		m[strings.ReplaceAll(pairs[i], "-", "%2D")] = pairs[i+1]
	}
	return m
}

func prefer(headers *abs.RequestHeaders) *abs.RequestHeaders {
	headers.Add("Prefer", preferences)
	return headers
}
