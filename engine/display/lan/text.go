package lan

import (
	"strings"
	"unicode"
)

// Words makes text that a stranger sent fit to show: one line without what does not
// print, at most max runes long.
func Words(s string, most int) string {
	if len(s) > 8*most { // a rune has four bytes at most, and half of them may go
		s = s[:8*most]
	}
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case r == unicode.ReplacementChar, !unicode.IsPrint(r):
			return -1
		}
		return r
	}, s)
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > most {
		s = string(r[:most-1]) + "…"
	}
	return s
}

// TXT splits the strings of a DNS-SD TXT record. Keys are in lower case, and of one that
// comes twice the first counts (RFC 6763, 6.4).
func TXT(record []string) map[string]string {
	kv := make(map[string]string, len(record))
	for _, s := range record {
		key, value, _ := strings.Cut(s, "=")
		key = strings.ToLower(key)
		if _, twice := kv[key]; !twice && key != "" {
			kv[key] = value
		}
	}
	return kv
}
