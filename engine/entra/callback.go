package entra

import (
	"crypto/subtle"
	"errors"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// callback is what the browser brings back: a code, an approval or a failure.
type callback struct {
	state    string
	code     string // of a sign-in
	approved bool   // by an administrator
	tenant   string // that approved, as the browser says
	failure  wireError
}

// ServeHTTP answers the browser. Only a person's navigation that carries this
// flow's state ends the flow; everything else (icons, other tabs, hostile pages) is
// answered and forgotten.
func (lb *loopback) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if c, ok := r.Context().Value(connKey{}).(net.Conn); ok {
		lb.heard(c)
	}
	if lb.turnAway(w, r) {
		return
	}
	cb, err := parseCallback(r.URL.RawQuery)
	if err != nil || subtle.ConstantTimeCompare([]byte(cb.state), []byte(lb.f.state)) != 1 || !lb.f.expects(cb) {
		lb.f.strangerPage().write(w)
		return
	}
	if lb.used.Swap(true) {
		lb.f.usedPage().write(w)
		return
	}
	// What follows may take longer than a request may take to arrive.
	_ = http.NewResponseController(w).SetReadDeadline(time.Time{}) // supported by net/http's own server
	reply := make(chan page, 1)
	lb.arrived <- arrival{cb, reply}
	select {
	case p := <-reply:
		p.write(w)
	case <-lb.closing:
		select { // the reply is sent before closing; prefer it
		case p := <-reply:
			p.write(w)
		default:
			lb.f.gonePage().write(w)
		}
	}
}

// turnAway answers requests that can't be the redirect, whatever they carry.
func (lb *loopback) turnAway(w http.ResponseWriter, r *http.Request) bool {
	switch {
	case !lb.ownHost(r.Host): // DNS rebinding: a web page under its own name, pointed at us
		http.Error(w, "This address belongs to a program on this computer.", http.StatusMisdirectedRequest)
	case r.URL.Path != lb.f.c.RedirectPath:
		http.NotFound(w, r)
	case r.Method != http.MethodGet:
		w.Header().Set("Allow", http.MethodGet)
		http.Error(w, "Only GET is allowed here.", http.StatusMethodNotAllowed)
	case !navigation(r.Header):
		http.Error(w, "Only a browser's own navigation is allowed here.", http.StatusForbidden)
	case prefetch(r.Header): // nobody sees the page, and the answer would be spent
		w.Header().Set("Cache-Control", "no-store")
		http.Error(w, "Not in advance.", http.StatusServiceUnavailable)
	default:
		return false
	}
	return true
}

func (lb *loopback) ownHost(host string) bool {
	port := strconv.Itoa(lb.port)
	return slices.Contains([]string{"localhost:" + port, "127.0.0.1:" + port, "[::1]:" + port}, host)
}

// navigation reports whether a browser asks because of a redirect or a link in a
// whole tab, and not because a script, a frame or a picture of some page wants it
// (fetch metadata, www.w3.org/TR/fetch-metadata). Browsers without fetch metadata
// send neither header. A redirect to us has no Origin; some browsers leave "null"
// there when Microsoft's page was a form, so that is taken where the metadata, which
// no page can forge, vouches for it.
func navigation(h http.Header) bool {
	mode, dest, origin := h.Values("Sec-Fetch-Mode"), h.Values("Sec-Fetch-Dest"), h.Values("Origin")
	known := slices.Equal(mode, []string{"navigate"}) && slices.Equal(dest, []string{"document"})
	if len(origin) > 0 {
		return known && slices.Equal(origin, []string{"null"})
	}
	return known || len(mode) == 0 && len(dest) == 0
}

// prefetch recognises pages that are loaded before anybody asks for them.
func prefetch(h http.Header) bool {
	for _, name := range []string{"Sec-Purpose", "Purpose", "X-Purpose", "X-Moz"} {
		for _, v := range h.Values(name) {
			if v = strings.ToLower(v); strings.Contains(v, "prefetch") || strings.Contains(v, "prerender") || strings.Contains(v, "preview") {
				return true
			}
		}
	}
	return false
}

// expects reports whether cb is an end of this kind of flow.
func (f *flow) expects(cb callback) bool {
	return cb.failure.OAuth != "" || cb.approved == f.c.AppOnly
}

var errNotACallback = errors.New("neither a code, nor an approval, nor an error, or something twice")

// parseCallback reads the query of a redirect (RFC 6749 4.1.2; for approvals
// learn.microsoft.com/entra/identity-platform/v2-admin-consent, where failures say
// admin_consent=True as well). A parameter that comes twice makes it invalid
// (RFC 6749 3.1).
func parseCallback(query string) (callback, error) {
	if len(query) > maxHeader {
		return callback{}, errNotACallback
	}
	q, err := url.ParseQuery(query)
	if err != nil {
		return callback{}, err
	}
	for _, name := range []string{"state", "code", "error", "error_description", "error_subcode", "admin_consent", "tenant"} {
		if len(q[name]) > 1 {
			return callback{}, errNotACallback
		}
	}
	cb := callback{state: q.Get("state")}
	code, kind, approved := q.Get("code"), q.Get("error"), strings.EqualFold(q.Get("admin_consent"), "true")
	switch {
	case kind != "" && code == "":
		cb.failure = describe(kind, q.Get("error_subcode"), q.Get("error_description"))
	case kind != "" || approved == (code != ""):
		return callback{}, errNotACallback
	case approved:
		cb.approved, cb.tenant = true, clip(q.Get("tenant"), 64)
	default:
		cb.code = code
	}
	return cb, nil
}
