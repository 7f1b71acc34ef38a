package httpclient_test

import (
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/roomink/roomink/engine/httpclient"
)

// office is Microsoft behind a proxy: https://graph.test and http://plain.test.
func office(t *testing.T) *proxy {
	t.Helper()
	secure := serveTLS(t, &tls.Config{Certificates: []tls.Certificate{trusted.issue("graph.test", time.Now().Add(time.Hour))}})
	plain := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, "plain "+r.URL.Path) }))
	t.Cleanup(plain.Close)
	return newProxy(t, map[string]string{"graph.test:443": secure.Listener.Addr().String(), "plain.test": plain.Listener.Addr().String()})
}

func client(t *testing.T) *http.Client {
	t.Helper()
	c := httpclient.New()
	t.Cleanup(c.CloseIdleConnections)
	return c
}

func TestThroughTheProxyOfTheEnvironment(t *testing.T) {
	p := office(t)
	t.Setenv("HTTPS_PROXY", p.URL)
	t.Setenv("HTTP_PROXY", p.address())
	c := client(t)
	for range 2 {
		if got, err := get(t, c, "https://graph.test/v1.0/me"); err != nil || got != "HTTP/2.0" {
			t.Errorf("%q, %v; want HTTP/2.0", got, err)
		}
	}
	if got, err := get(t, c, "http://plain.test/x"); err != nil || got != "plain /x" {
		t.Errorf("%q, %v", got, err)
	}
	if p.requests() != "CONNECT:graph.test:443 GET:plain.test" {
		t.Errorf("the proxy was asked for %s", p.requests())
	}
}

func TestLoopbackNeverGoesThroughAProxy(t *testing.T) {
	p := office(t)
	t.Setenv("HTTPS_PROXY", p.URL)
	t.Setenv("HTTP_PROXY", p.URL)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "here") }))
	t.Cleanup(srv.Close)
	_, port, err := net.SplitHostPort(srv.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	for _, host := range []string{"127.0.0.1", "localhost", "LocalHost", "[::ffff:127.0.0.1]"} {
		if got, err := get(t, client(t), "http://"+host+":"+port); err != nil || got != "here" {
			t.Errorf("%s: %q, %v", host, got, err)
		}
	}
	if p.requests() != "" {
		t.Errorf("the proxy was asked for %s", p.requests())
	}
}

func TestProxyThatDemandsAuthentication(t *testing.T) {
	tests := map[string]struct {
		userinfo   string
		challenges []string
		words      string // of the error
		advice     string
	}{
		"basic":          {"", []string{`Basic realm="office"`}, "asks for a name and password before it connects to TARGET (HTTP status 407, basic)", "HTTPS_PROXY"},
		"windows only":   {"", []string{"Negotiate", "NTLM", "NTLM"}, "(HTTP status 407, negotiate, ntlm)", "can't log in"},
		"nothing said":   {"", nil, "asks for a name and password", "HTTPS_PROXY"},
		"nonsense said":  {"", []string{"<script>", "", strings.Repeat("x", 99)}, "(HTTP status 407)", "HTTPS_PROXY"},
		"wrong password": {"ada:wrong@", []string{"Basic"}, "did not accept the name and password", "Check the name and password"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			p := office(t)
			p.check = func(w http.ResponseWriter, r *http.Request) bool {
				if r.Header.Get("Proxy-Authorization") == "Basic "+base64.StdEncoding.EncodeToString([]byte("ada:secret")) {
					return true
				}
				w.Header()["Proxy-Authenticate"] = tt.challenges
				w.WriteHeader(http.StatusProxyAuthRequired)
				return false
			}
			t.Setenv("HTTPS_PROXY", "http://"+tt.userinfo+p.address())
			t.Setenv("HTTP_PROXY", "http://"+tt.userinfo+p.address())
			for url, target := range map[string]string{"https://graph.test/": "graph.test:443", "http://plain.test/": "plain.test"} {
				_, err := get(t, client(t), url)
				e, ok := errors.AsType[*httpclient.ProxyError](err)
				if !ok {
					t.Fatalf("%s: %T %v", url, err, err)
				}
				if !e.ProxyAuth() || e.Proxy != p.address() || e.Target != target || !strings.Contains(e.Error(), p.address()) ||
					!strings.Contains(e.Error(), strings.ReplaceAll(tt.words, "TARGET", target)) || !strings.Contains(e.Advice(), tt.advice) {
					t.Errorf("%s: %+v: %v: %s", url, e, e, e.Advice())
				}
				if strings.Contains(fmt.Sprintf("%v %+v %s", err, e, e.Advice()), "wrong@") {
					t.Errorf("the password is in %v", err)
				}
			}
		})
	}
}

func TestProxyThatTakesThePassword(t *testing.T) {
	p := office(t)
	p.check = func(w http.ResponseWriter, r *http.Request) bool {
		ok := r.Header.Get("Proxy-Authorization") == "Basic "+base64.StdEncoding.EncodeToString([]byte("ada:secret"))
		if !ok {
			w.WriteHeader(http.StatusProxyAuthRequired)
		}
		return ok
	}
	t.Setenv("HTTPS_PROXY", "http://ada:secret@"+p.address())
	if got, err := get(t, client(t), "https://graph.test/"); err != nil || got != "HTTP/2.0" {
		t.Errorf("%q, %v", got, err)
	}
}

func TestProxyThatRefuses(t *testing.T) {
	for _, status := range []int{http.StatusForbidden, http.StatusBadGateway, http.StatusFound} {
		p := office(t)
		p.check = func(w http.ResponseWriter, _ *http.Request) bool { w.WriteHeader(status); return false }
		t.Setenv("HTTPS_PROXY", p.URL)
		_, err := get(t, client(t), "https://graph.test/")
		e, ok := errors.AsType[*httpclient.ProxyError](err)
		if !ok || e.ProxyAuth() || e.Status != status || !strings.Contains(e.Error(), fmt.Sprintf("did not connect to graph.test:443 (HTTP status %d", status)) ||
			!strings.Contains(e.Advice(), "let this computer through to graph.test:443") {
			t.Errorf("%d: %T %v", status, err, err)
		}
	}
}

func TestProxyThatIsNotThere(t *testing.T) {
	p := office(t)
	p.Close()
	t.Setenv("HTTPS_PROXY", "http://ada:secret@"+p.address())
	_, err := get(t, client(t), "https://graph.test/")
	if err == nil || !strings.Contains(err.Error(), "proxyconnect") || strings.Contains(err.Error(), "secret") {
		t.Errorf("%v", err)
	}
}

func TestCertificates(t *testing.T) {
	soon, past := time.Now().Add(time.Hour), time.Now().Add(-time.Hour)
	tests := map[string]struct {
		config *tls.Config
		words  string // of the error
	}{
		"good":          {&tls.Config{Certificates: []tls.Certificate{trusted.issue("127.0.0.1", soon)}}, ""},
		"TLS 1.2":       {&tls.Config{Certificates: []tls.Certificate{trusted.issue("127.0.0.1", soon)}, MaxVersion: tls.VersionTLS12}, ""},
		"TLS 1.1 alone": {&tls.Config{Certificates: []tls.Certificate{trusted.issue("127.0.0.1", soon)}, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}, "protocol version not supported"},
		"unknown root":  {&tls.Config{Certificates: []tls.Certificate{newAuthority().issue("127.0.0.1", soon)}}, "signed by unknown authority"},
		"other host":    {&tls.Config{Certificates: []tls.Certificate{trusted.issue("graph.test", soon)}}, "cannot validate certificate for 127.0.0.1"},
		"expired":       {&tls.Config{Certificates: []tls.Certificate{trusted.issue("127.0.0.1", past)}}, "has expired"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			srv := serveTLS(t, tt.config)
			_, err := get(t, client(t), srv.URL)
			switch {
			case tt.words == "" && err != nil:
				t.Error(err)
			case tt.words != "" && (err == nil || !strings.Contains(err.Error(), tt.words)):
				t.Errorf("%v, want %s", err, tt.words)
			}
		})
	}
}

// TestConnectionThatDied is a network change: the server's connections are gone
// without a word between two calls.
func TestConnectionThatDied(t *testing.T) {
	p := office(t)
	t.Setenv("HTTPS_PROXY", p.URL)
	c := client(t)
	if _, err := get(t, c, "https://graph.test/"); err != nil {
		t.Fatal(err)
	}
	p.CloseClientConnections()
	for range 2 { // the first may meet the closed connection
		if _, err := get(t, c, "https://graph.test/"); err == nil {
			return
		}
	}
	t.Error("no new connection was made")
}

// TestNothingSwitchesVerificationOff reads the source of the whole module.
func TestNothingSwitchesVerificationOff(t *testing.T) {
	forbidden := "Insecure" + "SkipVerify"
	root, files := moduleRoot(t), 0
	err := filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == ".git" || path == filepath.Join(root, "build")):
			return filepath.SkipDir
		case d.IsDir() || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go"):
			return nil
		}
		src, err := os.ReadFile(path)
		if errors.Is(err, os.ErrNotExist) {
			return nil // it was deleted meanwhile
		}
		if files++; strings.Contains(string(src), forbidden) {
			t.Errorf("%s mentions %s: certificates are always checked", path, forbidden)
		}
		return err
	})
	if err != nil || files < 100 {
		t.Errorf("%d files read, %v", files, err)
	}
}

func moduleRoot(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			t.Fatal("no go.mod above the test")
		}
		dir = parent
	}
}
