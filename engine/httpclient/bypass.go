package httpclient

import (
	"path"
	"strings"
)

// bypassed reports whether the list of exceptions in the system's proxy settings
// holds a host: names with "*" anywhere, ".suffix", and "<local>" for names
// without a dot
// (learn.microsoft.com/windows/win32/wininet/enabling-internet-functionality).
// host is in lower case. Ranges of addresses are left out, as Microsoft's services
// are reached by name.
func bypassed(list, host string) bool {
	for _, entry := range strings.FieldsFunc(strings.ToLower(list), func(r rune) bool { return r == ',' || r == ';' || r <= ' ' }) {
		if _, after, ok := strings.Cut(entry, "://"); ok {
			entry = after
		}
		if entry == "<local>" && !strings.ContainsAny(host, ".:") {
			return true
		}
		if strings.HasPrefix(entry, ".") {
			entry = "*" + entry
		}
		if ok, err := path.Match(entry, host); ok && err == nil { // an entry that is no pattern matches nothing
			return true
		}
	}
	return false
}
