package httpclient

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// ProxyError is a proxy that did not let a request through. It holds no name and
// password.
type ProxyError struct {
	Proxy  string // host and port of the proxy; empty if it is not known any more
	Target string // host and port that it was to connect to
	Status int    // HTTP status that it answered
	// Schemes are the ways to authenticate that it offers, in lower case, such as
	// "basic" or "negotiate"; only for status 407.
	Schemes []string

	sentPassword bool
}

func newProxyError(proxy *url.URL, target string, resp *http.Response) *ProxyError {
	e := &ProxyError{Proxy: proxy.Host, Target: target, Status: resp.StatusCode, sentPassword: proxy.User != nil}
	for _, challenge := range resp.Header.Values("Proxy-Authenticate") {
		scheme, _, _ := strings.Cut(strings.TrimSpace(challenge), " ")
		scheme = strings.ToLower(strings.TrimSuffix(scheme, ","))
		if isToken(scheme) && !slices.Contains(e.Schemes, scheme) {
			e.Schemes = append(e.Schemes, scheme)
		}
	}
	return e
}

// isToken keeps whatever else a proxy may send out of texts for people.
func isToken(s string) bool {
	return s != "" && len(s) <= 20 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789-") == ""
}

// Error names the proxy, its target and what it answered.
func (e *ProxyError) Error() string {
	who := strings.TrimSpace("the proxy " + e.Proxy)
	switch {
	case e.ProxyAuth() && e.sentPassword:
		return fmt.Sprintf("%s did not accept the name and password for %s (HTTP status 407)", who, e.Target)
	case e.ProxyAuth() && len(e.Schemes) > 0:
		return fmt.Sprintf("%s asks for a name and password before it connects to %s (HTTP status 407, %s)", who, e.Target, strings.Join(e.Schemes, ", "))
	case e.ProxyAuth():
		return fmt.Sprintf("%s asks for a name and password before it connects to %s (HTTP status 407)", who, e.Target)
	}
	return fmt.Sprintf("%s did not connect to %s (HTTP status %d %s)", who, e.Target, e.Status, http.StatusText(e.Status))
}

// ProxyAuth reports whether the proxy wants to know who asks. Other packages may
// look for this method instead of the type.
func (e *ProxyError) ProxyAuth() bool { return e.Status == http.StatusProxyAuthRequired }

// Advice says what to do about it.
func (e *ProxyError) Advice() string {
	allow := "Ask the administrator of the network to let this computer through to " + e.Target
	switch {
	case !e.ProxyAuth():
		return allow + "."
	case e.sentPassword:
		return "Check the name and password in the environment variable HTTPS_PROXY, then restart Roomink."
	case len(e.Schemes) == 0 || slices.Contains(e.Schemes, "basic"):
		return allow + " without a password, or set the environment variable HTTPS_PROXY to http://name:password@proxy:port and restart Roomink."
	}
	return allow + " without a password. Roomink can't log in to a proxy of this kind."
}
