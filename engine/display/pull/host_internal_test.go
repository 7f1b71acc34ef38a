package pull

import (
	"net"
	"net/http"
	"testing"
)

// A Host header that is let in names us, whatever else is in it.
func FuzzHost(f *testing.F) {
	for _, host := range []string{"roomink.local", "192.0.2.5:8480", "[2001:db8::5%eth0]:80", "localhost", "[::1", "a:b:c", ".", ""} {
		f.Add(host)
	}
	ours := newHosts([]string{"roomink.local", "192.0.2.5", "2001:db8::5"})
	f.Fuzz(func(t *testing.T, host string) {
		r := (&http.Request{Host: host}).WithContext(t.Context())
		if !ours.allow(r) {
			return
		}
		switch name := hostName(host); name {
		case "roomink.local", "192.0.2.5", "2001:db8::5":
		default:
			t.Errorf("%q was let in as %q", host, name)
		}
		if ip := net.ParseIP(host); ip != nil && !ip.Equal(net.ParseIP(hostName(host))) {
			t.Errorf("%q became %q", host, hostName(host))
		}
	})
}
