package discovery

import (
	"errors"
	"net"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/grandcat/zeroconf"

	"github.com/roomink/roomink/engine/display"
)

// candidate reads an announcement that came in on an interface, with the first of the
// readers of its service that knows what it is. It reports false for one that is of no
// display, such as a server of OpenDisplay's other profile, which shares the service type.
func candidate(e *zeroconf.ServiceEntry, readers []display.Announcer, iface string, at time.Time) (display.Candidate, bool) {
	address, aerr := addressOf(e, iface)
	a := display.Announcement{Service: e.Service, Instance: instanceName(e.Instance), Host: e.HostName, Address: address, At: at}
	for _, s := range e.Text {
		a.TXT = append(a.TXT, unescape(s))
	}
	for _, r := range readers {
		c, err := r.Read(a)
		if errors.Is(err, display.ErrNotOurs) {
			continue
		}
		c.Protocol, c.Address, c.SeenAt, c.Interface = r.Protocol(), address, at, iface
		if c.Name == "" {
			c.Name = a.Instance
		}
		switch {
		case err != nil:
			c.Problem = err.Error()
		case aerr != nil:
			c.Problem = aerr.Error()
		}
		if c.Problem != "" {
			c.ID = ""
		}
		return c, true
	}
	return display.Candidate{}, false
}

// addressOf chooses where to dial, IPv4 first.
func addressOf(e *zeroconf.ServiceEntry, iface string) (string, error) {
	if e.Port < 1 || e.Port > 65535 {
		return "", errors.New("announcement has no port")
	}
	port := strconv.Itoa(e.Port)
	for _, ip := range append(append([]net.IP(nil), e.AddrIPv4...), e.AddrIPv6...) {
		if !dialable(ip, iface) {
			continue
		}
		host := ip.String()
		if ip.To4() == nil && ip.IsLinkLocalUnicast() {
			host += "%" + iface
		}
		return net.JoinHostPort(host, port), nil
	}
	return "", errors.New("announcement has no address that can be dialled")
}

// dialable keeps an announcement from pointing us at ourselves or at nobody:
// loopback counts only where it came in over loopback.
func dialable(ip net.IP, iface string) bool {
	switch {
	case len(ip) != net.IPv4len && len(ip) != net.IPv6len:
		return false
	case ip.IsLoopback():
		return isLoopbackName(iface)
	default:
		return !ip.IsUnspecified() && !ip.IsMulticast() && !ip.Equal(net.IPv4bcast)
	}
}

// isLoopbackName knows loopback by the names that systems give it: the interface
// may be gone by now.
func isLoopbackName(name string) bool {
	return name == "lo" || name == "lo0" || strings.HasPrefix(name, "Loopback")
}

// instanceName makes a DNS label fit to show.
func instanceName(s string) string {
	name := strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(unescape(s), ""))
	return strings.TrimSpace(name)
}

// unescape undoes the escapes in which zeroconf hands out names and TXT strings,
// `Door\ 1` and `K\195\188che` (RFC 1035 5.1).
func unescape(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	var b []byte
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			b = append(b, s[i])
			continue
		}
		if i+3 < len(s) {
			if n, err := strconv.ParseUint(s[i+1:i+4], 10, 8); err == nil {
				b = append(b, byte(n))
				i += 3
				continue
			}
		}
		i++
		b = append(b, s[i])
	}
	return string(b)
}
