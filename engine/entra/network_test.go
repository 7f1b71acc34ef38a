package entra_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/roomink/roomink/engine/entra"
)

// tlsServer presents a certificate for a name and a time, and gives a pool that
// trusts it.
func tlsServer(t *testing.T, name string, from, to time.Time) (addr string, trust *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, DNSNames: []string{name},
		NotBefore: from, NotAfter: to, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign}
	if ip := net.ParseIP(name); ip != nil {
		template.DNSNames, template.IPAddresses = nil, []net.IP{ip}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewUnstartedServer(http.NotFoundHandler())
	srv.TLS = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}, MinVersion: tls.VersionTLS12}
	srv.Config.ErrorLog = log.New(io.Discard, "", 0)
	srv.StartTLS()
	t.Cleanup(srv.Close)
	trust = x509.NewCertPool()
	trust.AddCert(leaf)
	return srv.URL, trust
}

func trusting(pool *x509.CertPool) http.RoundTripper {
	return &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}, DisableKeepAlives: true}
}

func through(t *testing.T, proxy string) http.RoundTripper {
	u, err := url.Parse(proxy)
	if err != nil {
		t.Fatal(err)
	}
	return &http.Transport{Proxy: http.ProxyURL(u), DisableKeepAlives: true}
}

func failing(err error) http.RoundTripper {
	return roundTripper(func(*http.Request) (*http.Response, error) { return nil, err })
}

// TestNetworkFailures meets the real thing where that can be had on loopback, and
// else the error that the operating system gives.
func TestNetworkFailures(t *testing.T) {
	now := time.Now()
	good, _ := tlsServer(t, "127.0.0.1", now.Add(-time.Hour), now.Add(time.Hour))
	elsewhere, trustElsewhere := tlsServer(t, "proxy.corp.example", now.Add(-time.Hour), now.Add(time.Hour))
	over, trustOver := tlsServer(t, "127.0.0.1", now.Add(-48*time.Hour), now.Add(-24*time.Hour))
	early, trustEarly := tlsServer(t, "127.0.0.1", now.Add(24*time.Hour), now.Add(48*time.Hour))
	plain := httptest.NewServer(http.NotFoundHandler())
	defer plain.Close()
	wantsLogin := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Proxy-Authenticate", "Basic")
		w.WriteHeader(http.StatusProxyAuthRequired)
	}))
	defer wantsLogin.Close()
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()

	const microsoft = "https://login.microsoftonline.com"
	tests := map[string]struct {
		authority string
		transport http.RoundTripper
		title     string
		remedy    string
	}{
		"unknown root":      {good, trusting(x509.NewCertPool()), "is not with Microsoft", "root certificate"},
		"other name":        {elsewhere, trusting(trustElsewhere), "is not with Microsoft", "never goes on without checking"},
		"no TLS at all":     {"https" + strings.TrimPrefix(plain.URL, "http"), trusting(nil), "is not with Microsoft", "inspection"},
		"expired":           {over, trusting(trustOver), "not valid at this time", "date, time"},
		"not yet valid":     {early, trusting(trustEarly), "not valid at this time", "date, time"},
		"proxy wants login": {microsoft, through(t, wantsLogin.URL), "proxy wants a user name", "login.microsoftonline.com"},
		"proxy is gone":     {microsoft, through(t, gone.URL), "proxy could not be reached", "proxy settings"},
		"nobody listens":    {gone.URL, &http.Transport{DisableKeepAlives: true}, "was refused", "port 443"},
		"no such name":      {microsoft, failing(&net.OpError{Op: "dial", Err: &net.DNSError{Err: "no such host", IsNotFound: true}}), "name login.microsoftonline.com could not be found", "DNS"},
		"no route":          {microsoft, failing(&net.OpError{Op: "dial", Err: syscall.ENETUNREACH}), "no way to the internet", "Wi-Fi"},
		"no route, Windows": {microsoft, failing(&net.OpError{Op: "dial", Err: syscall.Errno(10065)}), "no way to the internet", "VPN"},
		"refused, Windows":  {microsoft, failing(&net.OpError{Op: "dial", Err: syscall.Errno(10061)}), "was refused", "firewall"},
		"timeout":           {microsoft, failing(context.DeadlineExceeded), "did not answer in time", "firewall"},
		"anything":          {microsoft, failing(errors.New("odd")), "could not be reached", "login.microsoftonline.com"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			c := entra.Credentials{Cloud: entra.Global(), Tenant: tenantID, ClientID: clientID, Secret: newSecret}
			c.Cloud.Authority = tt.authority
			s := entra.Resume(c, entra.Tokens{Refresh: "r"}, entra.SessionOptions{HTTPClient: &http.Client{Transport: tt.transport, Timeout: 20 * time.Second}})
			_, err := s.Token(t.Context())
			e, ok := errors.AsType[*entra.Error](err)
			if !ok || !e.Temporary || e.NeedsSignIn || e.BadSecret || e.At.IsZero() {
				t.Fatalf("%v", err)
			}
			contains(t, e.Title, tt.title)
			contains(t, e.Remedy, tt.remedy)
			if strings.ContainsAny(e.Title+e.Remedy, "{}") {
				t.Errorf("something was left to fill in: %+v", e)
			}
		})
	}
}

// TestNetworkFailsAtTheIdentity: the metadata are fetched after the token; a network
// that fails just then is not called an identity that can't be verified.
func TestNetworkFailsAtTheIdentity(t *testing.T) {
	f := newFake(t)
	client := &http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
		if strings.Contains(r.URL.Path, "openid-configuration") {
			return nil, &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}
		}
		return http.DefaultTransport.RoundTrip(r)
	})}
	_, _, err := signIn(t, f, f.credentials(), entra.Options{HTTPClient: client}, comeBack)
	if e, ok := errors.AsType[*entra.Error](err); !ok || !e.Temporary || !strings.Contains(e.Title, "refused") {
		t.Fatalf("%v", err)
	}
}

// TestSomebodyElseAnswersAtTheIdentity: a captive page in place of the metadata.
func TestSomebodyElseAnswersAtTheIdentity(t *testing.T) {
	for status, title := range map[int]string{200: "page of this network", 302: "page of this network", 407: "proxy wants", 403: "Something other", 502: "out of order"} {
		client := &http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
			if strings.Contains(r.URL.Path, "openid-configuration") {
				return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader("<html>")), Request: r}, nil
			}
			return http.DefaultTransport.RoundTrip(r)
		})}
		f := newFake(t)
		_, _, err := signIn(t, f, f.credentials(), entra.Options{HTTPClient: client}, comeBack)
		if e, ok := errors.AsType[*entra.Error](err); !ok || !e.Temporary || !strings.Contains(e.Title, title) {
			t.Errorf("%d: %v", status, err)
		}
	}
}
