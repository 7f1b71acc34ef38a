// Package lan is HTTP as drivers need it for devices on the local network: [Client].
//
// Devices are small, slow and built by many hands, and whoever answers at an address may
// be hostile. So a Client goes through no proxy, follows no redirect, asks for no
// compression, keeps no connection (a frame must never be sent twice by a silent retry on
// a stale one), bounds the time and the size of each answer, and gives every failure as
// the *display.Error that display.Driver promises. Its error texts hold neither path,
// query, header nor anything that the peer sent: a key may be in them.
//
//	c := lan.New(lan.Options{Port: 80})
//	answer, err := c.Do(ctx, lan.Request{Op: "read battery", Address: d.Address, Path: "/api/battery"})
//
// Where to look: lan.go has the client, errors.go what its failures mean, text.go what
// reads the words of strangers. Package simulator/hostile has the peers that it is tested with.
package lan

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/roomink/roomink/engine/display"
)

// Options configure a [Client]. The zero value is ready to use.
type Options struct {
	Port int           // of an address that has none; 80
	Dial time.Duration // to connect; 10 s
	// Within bounds a request that brings no limit of its own, from dialling to the last
	// byte of the answer; 10 s.
	Within time.Duration
	// Remedies replace the words for people, by kind.
	Remedies map[display.Kind]string
	// DialContext opens connections, net.Dialer's by default.
	DialContext func(ctx context.Context, network, address string) (net.Conn, error)
}

// Client asks devices over HTTP. It is safe for concurrent use and holds no connections.
type Client struct {
	o         Options
	transport *http.Transport
}

// maxHeader bounds the header of an answer, in bytes.
const maxHeader = 16 << 10

// DefaultLimit is how many bytes an answer may have unless its [Request] says otherwise.
const DefaultLimit = 64 << 10

// New makes a client.
func New(o Options) *Client {
	if o.Port == 0 {
		o.Port = 80
	}
	if o.Dial <= 0 {
		o.Dial = 10 * time.Second
	}
	if o.Within <= 0 {
		o.Within = 10 * time.Second
	}
	if o.DialContext == nil {
		o.DialContext = new(net.Dialer).DialContext
	}
	c := &Client{o: o}
	c.transport = &http.Transport{
		DialContext:            c.dial,
		DisableKeepAlives:      true,
		DisableCompression:     true,
		MaxResponseHeaderBytes: maxHeader,
		Protocols:              new(http.Protocols),
	}
	c.transport.Protocols.SetHTTP1(true)
	return c
}

func (c *Client) dial(ctx context.Context, network, address string) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, c.o.Dial)
	defer cancel()
	return c.o.DialContext(ctx, network, address)
}

// HTTP is a client with the same transport and without limits of time, for what [Do]
// can't do, such as a websocket. It follows no redirects.
//
// [Do]: Client.Do
func (c *Client) HTTP() *http.Client {
	return &http.Client{
		Transport:     c.transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// Address completes an address, "host" or "host:port", with the default port. An IPv6
// address may stand in brackets or without.
func (c *Client) Address(address string) string {
	if _, _, err := net.SplitHostPort(address); err == nil {
		return address
	}
	host := address
	if len(host) > 2 && host[0] == '[' && host[len(host)-1] == ']' {
		host = host[1 : len(host)-1]
	}
	return net.JoinHostPort(host, strconv.Itoa(c.o.Port))
}

// Request is one question to a device.
type Request struct {
	Op      string // what it is for, such as "read battery"; for people
	Method  string // default GET, or POST with a Body
	Address string // "host" or "host:port"
	Path    string // such as "/api/battery", not escaped
	Query   url.Values
	Header  http.Header
	Body    []byte
	Within  time.Duration // default Options.Within
	Limit   int64         // of the answer's body in bytes, default DefaultLimit
}

// Answer is what a device answered, all of it.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
	Remote string // ip:port that answered
}

// Do asks and reads the whole answer, of any status but a redirect, which is an error of
// kind Protocol. The error is a *display.Error unless ctx ended:
//
//   - Unreachable: no connection came about.
//   - Occupied: the device closed the connection without a word, and nothing was asked of
//     it but to tell something.
//   - Timeout: it fell silent, or closed the connection after a request that may have had
//     an effect, or in the middle of its answer.
//   - Protocol: what it answered is not HTTP, too long, or a redirect.
func (c *Client) Do(ctx context.Context, r Request) (Answer, error) {
	r = c.complete(r)
	rctx, cancel := context.WithTimeout(ctx, r.Within)
	defer cancel()
	var w watch
	req, err := r.http(httptrace.WithClientTrace(rctx, w.trace()))
	if err != nil {
		return Answer{}, c.Fail(display.Unreachable, r, errAddress)
	}
	resp, err := c.transport.RoundTrip(req)
	if err != nil {
		return Answer{}, c.explain(ctx, rctx, r, &w, err)
	}
	defer resp.Body.Close()
	if resp.StatusCode >= 300 && resp.StatusCode < 400 && resp.StatusCode != http.StatusNotModified {
		return Answer{}, c.Fail(display.Protocol, r, errRedirect)
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, r.Limit+1))
	switch {
	case int64(len(body)) > r.Limit:
		return Answer{}, c.Fail(display.Protocol, r, fmt.Errorf("the answer is longer than %d bytes", r.Limit))
	case err != nil && (ctx.Err() != nil || resp.StatusCode < 300):
		// A refusal counts even if its words are cut off, as happens where a device says no
		// before it has read the whole picture, and closes the connection.
		return Answer{}, c.explain(ctx, rctx, r, &w, err)
	}
	return Answer{Status: resp.StatusCode, Header: resp.Header, Body: body, Remote: w.remote()}, nil
}

// JSON asks with Do and reads the answer into v. An answer that is not 200 is an error of
// the kind that [StatusKind] gives, one that is no JSON for v one of kind Protocol.
func (c *Client) JSON(ctx context.Context, r Request, v any) (Answer, error) {
	a, err := c.Do(ctx, r)
	if err != nil {
		return a, err
	}
	if a.Status != http.StatusOK {
		return a, c.Fail(StatusKind(a.Status), r, fmt.Errorf("the answer is HTTP status %d", a.Status))
	}
	if json.Unmarshal(a.Body, v) != nil { // whose error would repeat what a stranger sent
		return a, c.Fail(display.Protocol, r, errJSON)
	}
	return a, nil
}

// complete fills in the defaults.
func (c *Client) complete(r Request) Request {
	r.Address = c.Address(r.Address)
	if r.Method == "" {
		r.Method = http.MethodGet
		if r.Body != nil {
			r.Method = http.MethodPost
		}
	}
	if r.Within <= 0 {
		r.Within = c.o.Within
	}
	if r.Limit <= 0 {
		r.Limit = DefaultLimit
	}
	return r
}

func (r Request) http(ctx context.Context) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, r.Method, "http://host/", bytes.NewReader(r.Body))
	if err != nil {
		return nil, err
	}
	if r.Body == nil {
		req.Body = http.NoBody
	}
	req.URL = &url.URL{Scheme: "http", Host: r.Address, Path: r.Path, RawQuery: r.Query.Encode()}
	req.Host = r.Address
	for key, values := range r.Header {
		req.Header[http.CanonicalHeaderKey(key)] = values
	}
	return req, nil
}

// watch sees how far a request came. Its hooks may run after the request has ended.
type watch struct {
	connected, answered atomic.Bool
	mu                  sync.Mutex
	addr                string
}

func (w *watch) trace() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		GotConn: func(i httptrace.GotConnInfo) {
			w.connected.Store(true)
			w.mu.Lock()
			defer w.mu.Unlock()
			w.addr = i.Conn.RemoteAddr().String()
		},
		GotFirstResponseByte: func() { w.answered.Store(true) },
	}
}

func (w *watch) remote() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.addr
}
