package pull

import (
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// hosts are the names and addresses under which a server may be called.
type hosts map[string]bool

func newHosts(allowed []string) hosts {
	h := hosts{}
	for _, host := range allowed {
		if name := hostName(host); name != "" {
			h[name] = true
		}
	}
	return h
}

// allow reports whether a request is meant for us. The address at which its connection
// came in is: a browser sends it only where somebody typed it or followed a link to it,
// while a page of the attacker's has the attacker's name, wherever that points.
func (h hosts) allow(r *http.Request) bool {
	name := hostName(r.Host)
	if name == "" {
		return false
	}
	if h[name] {
		return true
	}
	local, ok := r.Context().Value(http.LocalAddrContextKey).(net.Addr)
	if !ok {
		return false
	}
	at, err := netip.ParseAddrPort(local.String())
	if err != nil {
		return false
	}
	addr := at.Addr().Unmap().WithZone("")
	return name == addr.String() || name == "localhost" && addr.IsLoopback()
}

// hostName gives the name or IP address of a Host header in its plainest form: without
// port, brackets, zone and closing dot, in lower case. It is "" if there is none. The
// port does not matter: a router may have changed it.
func hostName(host string) string {
	if len(host) > 255+len(":65535") {
		return ""
	}
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	} else {
		host = strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
	}
	if addr, err := netip.ParseAddr(host); err == nil {
		return addr.Unmap().WithZone("").String()
	}
	return strings.ToLower(strings.TrimSuffix(host, "."))
}
