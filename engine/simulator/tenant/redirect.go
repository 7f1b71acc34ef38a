package tenant

import (
	"net/http"
	"strings"

	"github.com/google/uuid"
)

func sessionState() string { return uuid.NewString() }

// redirectBack sends the browser to the app with name and value pairs, in this
// order; empty values are left out.
func (t *Tenant) redirectBack(w http.ResponseWriter, f *flow, pairs ...string) {
	sep, end := "?", ""
	if f.mode == "fragment" {
		sep = "#"
	} else if pairs[0] == "error" {
		end = "#" // Entra ends an error so (azure-docs#114009)
	}
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Location", f.redirect+sep+queryString(pairs...)+end)
	w.WriteHeader(http.StatusFound)
}

// queryString joins pairs as Entra does: in the given order, in .NET's encoding.
func queryString(pairs ...string) string {
	var b strings.Builder
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] == "" {
			continue
		}
		if b.Len() > 0 {
			b.WriteByte('&')
		}
		b.WriteString(pairs[i] + "=" + netEscape(pairs[i+1]))
	}
	return b.String()
}

// netEscape is .NET's HttpUtility.UrlEncode: "+" for a space and hexadecimal
// digits in lower case, unlike Go's url.QueryEscape.
func netEscape(s string) string {
	const hex = "0123456789abcdef"
	var b strings.Builder
	for _, c := range []byte(s) {
		switch {
		case c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("-_.!*()", c) >= 0:
			b.WriteByte(c)
		case c == ' ':
			b.WriteByte('+')
		default:
			b.WriteByte('%')
			b.WriteByte(hex[c>>4])
			b.WriteByte(hex[c&15])
		}
	}
	return b.String()
}
