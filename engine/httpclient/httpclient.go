// Package httpclient makes the HTTP clients that talk to Microsoft, all of them,
// so that every request keeps to the same rules:
//
//   - It goes through the proxy that this computer's settings name (proxies.go),
//     read anew from time to time, because Roomink runs for months and laptops
//     change networks. Requests to this computer itself never use a proxy.
//   - TLS is 1.2 or newer, and the certificate is checked against the system's
//     roots. There is no way to switch that off: a proxy that inspects TLS works
//     where its certificate is installed in the system, as for browsers.
//   - Nothing waits for ever: each phase has a time-out, and connections that a
//     change of network left dead are found out and given up.
//
// Start with [New], or with [Transport] for a client of one's own.
package httpclient

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"net/url"
	"time"
)

const (
	// callTimeout bounds a whole call with its body.
	callTimeout = time.Minute

	dialTimeout      = 15 * time.Second
	handshakeTimeout = 15 * time.Second
	// headerTimeout leaves Graph the time to answer a batch of twenty calendars,
	// whose headers come when the last one is read.
	headerTimeout = 75 * time.Second

	// idleTimeout is shorter than the pause between two readings of the calendars:
	// a handshake a minute costs little, a connection that a router, a proxy or a
	// sleeping laptop forgot costs a time-out.
	idleTimeout = 30 * time.Second
	// pingAfter and pingTimeout find dead HTTP/2 connections, on which requests
	// would otherwise wait for the operating system to give up: minutes.
	pingAfter   = 15 * time.Second
	pingTimeout = 15 * time.Second

	maxResponseHeader = 256 << 10
)

// New makes a client for calls that take up to a minute. It is safe for
// concurrent use; make one and share it, for its connections and its knowledge
// of the proxy. Errors of a proxy are of type *[ProxyError].
func New() *http.Client { return &http.Client{Transport: Transport(), Timeout: callTimeout} }

// ProxyFor gives the proxy that requests to an address go through now, nil if none.
func ProxyFor(address string) (*url.URL, error) {
	req, err := http.NewRequest(http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	return systemProxies().find(req)
}

// Transport is what [New] sends with. It has the method CloseIdleConnections, and
// starts no goroutine but those of open connections.
func Transport() http.RoundTripper { return newTransport(systemProxies()) }

type transport struct {
	inner   *http.Transport
	proxies *proxies
}

func newTransport(p *proxies) *transport {
	dialer := &net.Dialer{Timeout: dialTimeout, KeepAlive: pingAfter}
	return &transport{proxies: p, inner: &http.Transport{
		Proxy:                  p.find,
		OnProxyConnectResponse: checkConnect,
		DialContext:            dialer.DialContext,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout:    handshakeTimeout,
		ResponseHeaderTimeout:  headerTimeout,
		ExpectContinueTimeout:  time.Second,
		MaxResponseHeaderBytes: maxResponseHeader,
		MaxIdleConns:           8,
		IdleConnTimeout:        idleTimeout,
		ForceAttemptHTTP2:      true,
		HTTP2:                  &http.HTTP2Config{SendPingTimeout: pingAfter, PingTimeout: pingTimeout},
	}}
}

// RoundTrip implements http.RoundTripper.
func (t *transport) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := t.inner.RoundTrip(req)
	switch {
	case err != nil:
		if !errors.Is(err, context.Canceled) {
			t.doubt()
		}
		return nil, err
	case resp.StatusCode == http.StatusProxyAuthRequired: // to a request in the clear
		_ = resp.Body.Close()
		proxy, err := t.proxies.find(req)
		if err != nil || proxy == nil {
			proxy = &url.URL{} // it changed meanwhile
		}
		return nil, newProxyError(proxy, req.URL.Host, resp)
	}
	return resp, nil
}

// doubt is for a request that failed: the network may be another one by now, so
// the next request looks for the proxy anew and opens a connection of its own.
func (t *transport) doubt() {
	t.proxies.forget()
	t.inner.CloseIdleConnections()
}

// CloseIdleConnections is what [http.Client.CloseIdleConnections] calls.
func (t *transport) CloseIdleConnections() { t.inner.CloseIdleConnections() }

// checkConnect turns a proxy's refusal into an error that says so; net/http's own
// is but "Forbidden".
func checkConnect(_ context.Context, proxy *url.URL, connect *http.Request, resp *http.Response) error {
	if resp.StatusCode == http.StatusOK {
		return nil
	}
	return newProxyError(proxy, connect.Host, resp)
}
