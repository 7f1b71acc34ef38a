package entra

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"time"
)

// networkFailure explains an error of the network on the way to the sign-in
// service; nil if err is none.
func (c Credentials) networkFailure(op string, err error, now time.Time) *Error {
	ue, ok := errors.AsType[*url.Error](err)
	if !ok {
		return nil
	}
	x := networkExplanation(ue.Err)
	host := strings.TrimPrefix(c.Cloud.Authority, "https://")
	if u, err := url.Parse(ue.URL); err == nil && u.Host != "" {
		host = u.Host
	}
	return &Error{Op: op, Err: err, At: now, Temporary: true,
		Title: strings.ReplaceAll(x.Title, "{host}", host), Remedy: strings.ReplaceAll(c.fillIn(x.Remedy), "{host}", host)}
}

func networkExplanation(err error) Explanation {
	for _, k := range networkKinds {
		if k.is(err) {
			return k.Explanation
		}
	}
	return Explanation{"Microsoft's sign-in service could not be reached",
		"Check this computer's internet connection and proxy; {host} must be reachable."}
}

// networkKinds are the ways in which a network fails, the most exact ones first.
var networkKinds = []struct {
	is func(error) bool
	Explanation
}{
	{proxyWantsLogin, proxyLogin},
	{proxyUnreachable, Explanation{"The proxy could not be reached",
		"This computer's settings name a proxy that does not answer. Check the proxy settings of the system, or ask whoever looks after the network."}},
	{certificateOutOfDate, Explanation{"The certificate of {host} is not valid at this time",
		"Check date, time and time zone of this computer first. If they are right, something stands between this computer and Microsoft: ask whoever looks after the network."}},
	{interceptsTLS, Explanation{"The connection to {host} is not with Microsoft",
		"A proxy, a firewall or a virus scanner opens encrypted connections and shows a certificate of its own. Add its root certificate to the certificates that this system trusts, or have {host} and Microsoft Graph exempted from inspection. Roomink never goes on without checking."}},
	{isError[*net.DNSError], Explanation{"The name {host} could not be found",
		"Check this computer's internet connection and its DNS servers; a filter may also block the name. {host} must be reachable."}},
	{noRoute, Explanation{"This computer has no way to the internet",
		"Check the cable or the Wi-Fi, and whether a VPN has to be switched on."}},
	{refusedConnection, Explanation{"The connection to {host} was refused",
		"A firewall probably blocks it: {host} must be reachable on port 443. Some networks allow the internet only through a proxy, which has to be set in the system's settings."}},
	{timedOut, Explanation{"{host} did not answer in time",
		"Check this computer's internet connection. A firewall may drop the connection silently: {host} must be reachable on port 443, directly or through the system's proxy."}},
}

// proxyLogin is for HTTP status 407 (RFC 9110 15.5.8).
var proxyLogin = Explanation{"The proxy wants a user name and password",
	"Ask whoever looks after the network to let this computer through to {host} without a log-in, or put the user name and password into the system's proxy settings."}

// proxyWantsLogin recognises status 407 of a proxy that was asked for a tunnel:
// net/http gives nothing but its status text.
func proxyWantsLogin(err error) bool {
	return strings.Contains(err.Error(), http.StatusText(http.StatusProxyAuthRequired))
}

// proxyUnreachable recognises what net/http says of the way to a proxy.
func proxyUnreachable(err error) bool {
	e, ok := errors.AsType[*net.OpError](err)
	return ok && e.Op == "proxyconnect"
}

func certificateOutOfDate(err error) bool {
	e, ok := errors.AsType[x509.CertificateInvalidError](err)
	return ok && e.Reason == x509.Expired // also for "not yet valid"
}

func interceptsTLS(err error) bool {
	return isError[*tls.CertificateVerificationError](err) || isError[x509.UnknownAuthorityError](err) ||
		isError[x509.HostnameError](err) || isError[x509.CertificateInvalidError](err) || isError[tls.RecordHeaderError](err) ||
		errors.Is(err, http.ErrSchemeMismatch) // no TLS at all
}

func isError[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}

// What Windows says; package syscall has other values for these names there.
const (
	wsaeAccess      = syscall.Errno(10013)
	wsaeAddrInUse   = syscall.Errno(10048)
	wsaeNetUnreach  = syscall.Errno(10051)
	wsaeConnRefused = syscall.Errno(10061)
	wsaeHostUnreach = syscall.Errno(10065)
)

func isAny(err error, list ...error) bool {
	for _, e := range list {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}

func addressTaken(err error) bool {
	return isAny(err, syscall.EADDRINUSE, wsaeAddrInUse, wsaeAccess)
}

func noRoute(err error) bool {
	return isAny(err, syscall.ENETUNREACH, syscall.EHOSTUNREACH, wsaeNetUnreach, wsaeHostUnreach)
}

func refusedConnection(err error) bool {
	return isAny(err, syscall.ECONNREFUSED, wsaeConnRefused)
}

func timedOut(err error) bool {
	e, ok := errors.AsType[net.Error](err)
	return ok && e.Timeout() || errors.Is(err, context.DeadlineExceeded)
}

// notMicrosoft is for replies that the sign-in service never gives. status is that
// of the reply, 0 for a success that makes no sense.
func (c Credentials) notMicrosoft(op string, status int, cause error, now time.Time) *Error {
	x := Explanation{"Something other than Microsoft's sign-in service answered",
		"A proxy or a firewall may stand between this computer and Microsoft. Open a web page in the browser to see, then try again."}
	switch {
	case status == http.StatusProxyAuthRequired:
		x = proxyLogin
	case status < 400 || status == http.StatusNetworkAuthenticationRequired: // RFC 6585 6
		x = Explanation{"A page of this network answered in place of Microsoft",
			"The network probably wants somebody to log in or to accept its terms, as hotels and guest networks do. Open any web page in the browser, do what it asks, then try again."}
	case status >= 500:
		x = Explanation{"Microsoft's sign-in service, or a proxy on the way to it, is out of order", tryAgain}
	}
	return &Error{Op: op, Err: cause, At: now, Temporary: true, Title: x.Title,
		Remedy: strings.ReplaceAll(c.fillIn(x.Remedy), "{host}", strings.TrimPrefix(c.Cloud.Authority, "https://"))}
}
