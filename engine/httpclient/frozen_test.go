package httpclient

import (
	"context"
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// pipes is a network of in-memory connections, which a bubble's clock governs.
type pipes struct {
	conns  chan net.Conn
	closed chan struct{}
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}
func (p *pipes) Close() error { close(p.closed); return nil }
func (p *pipes) Addr() net.Addr {
	return &net.TCPAddr{}
}

// freezing is a connection that can lose its network: what is written then never
// arrives, and nobody says so.
type freezing struct {
	net.Conn
	frozen atomic.Bool
}

func (c *freezing) Write(b []byte) (int, error) {
	if c.frozen.Load() {
		return len(b), nil
	}
	return c.Conn.Write(b)
}

// TestConnectionThatFroze is a laptop that changed networks: its HTTP/2
// connection neither answers nor fails.
func TestConnectionThatFroze(t *testing.T) {
	donor := httptest.NewTLSServer(nil) // of a certificate that is valid at any time
	tlsConfig, root := donor.TLS.Clone(), donor.Certificate()
	donor.Close()

	synctest.Test(t, func(t *testing.T) {
		network := &pipes{conns: make(chan net.Conn), closed: make(chan struct{})}
		server := &http.Server{TLSConfig: tlsConfig, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.WriteString(w, r.Proto)
		})}
		tlsConfig.NextProtos = []string{"h2"}
		go func() { _ = server.ServeTLS(network, "", "") }()
		defer server.Close()

		tr := newTransport((&system{now: time.Now()}).proxies())
		tr.inner.TLSClientConfig.RootCAs = x509.NewCertPool()
		tr.inner.TLSClientConfig.RootCAs.AddCert(root)
		var dialled []*freezing
		tr.inner.DialContext = func(context.Context, string, string) (net.Conn, error) {
			near, far := net.Pipe()
			network.conns <- far
			dialled = append(dialled, &freezing{Conn: near})
			return dialled[len(dialled)-1], nil
		}
		defer tr.CloseIdleConnections()

		get := func() (string, error) {
			req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://example.com/", nil)
			if err != nil {
				t.Fatal(err)
			}
			resp, err := tr.RoundTrip(req)
			if err != nil {
				return "", err
			}
			defer resp.Body.Close()
			body, err := io.ReadAll(resp.Body)
			return string(body), err
		}
		if got, err := get(); err != nil || got != "HTTP/2.0" {
			t.Fatalf("%q, %v", got, err)
		}
		dialled[0].frozen.Store(true)
		start := time.Now()
		if _, err := get(); err != nil {
			t.Logf("the request on the frozen connection: %v", err)
		}
		if waited := time.Since(start); waited > pingAfter+pingTimeout {
			t.Errorf("it took %v to find out", waited)
		}
		if got, err := get(); err != nil || got != "HTTP/2.0" || len(dialled) != 2 {
			t.Errorf("%q, %v after %d connections", got, err, len(dialled))
		}

		time.Sleep(idleTimeout + time.Second)
		if _, err := get(); err != nil || len(dialled) != 3 {
			t.Errorf("%v after %d connections: an idle one is not kept", err, len(dialled))
		}
	})
}
