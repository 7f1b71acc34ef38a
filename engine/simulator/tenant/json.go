package tenant

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// rawJSON is a value that is JSON already. Events are written as such, member by
// member: building maps and encoding them took most of the time of a benchmark.
type rawJSON []byte

// MarshalJSON implements [json.Marshaler].
func (r rawJSON) MarshalJSON() ([]byte, error) { return r, nil }

// object writes the members of a JSON object in the order of the calls.
type object struct {
	b []byte
	// keep are the members that a $select names, in lower case; nil = all.
	keep map[string]bool
}

func newObject(b []byte, keep map[string]bool) object { return object{append(b, '{'), keep} }

// name begins a member; false leaves it out.
func (o *object) name(n string) bool {
	if o.keep != nil && n[0] != '@' && !o.keep[strings.ToLower(n)] {
		return false
	}
	if o.b[len(o.b)-1] != '{' {
		o.b = append(o.b, ',')
	}
	o.b = append(o.b, '"')
	o.b = append(o.b, n...)
	o.b = append(o.b, '"', ':')
	return true
}

func (o *object) str(n, v string) {
	if o.name(n) {
		o.b = appendString(o.b, v)
	}
}

// raw writes a member whose value is JSON.
func (o *object) raw(n, v string) {
	if o.name(n) {
		o.b = append(o.b, v...)
	}
}

func (o *object) truth(n string, v bool) {
	if v {
		o.raw(n, "true")
		return
	}
	o.raw(n, "false")
}

// list writes a member that is an array of n values, each appended by one.
func (o *object) list(n string, count int, one func(b []byte, i int) []byte) {
	if !o.name(n) {
		return
	}
	o.b = append(o.b, '[')
	for i := range count {
		if i > 0 {
			o.b = append(o.b, ',')
		}
		o.b = one(o.b, i)
	}
	o.b = append(o.b, ']')
}

// value writes a member of any type, the slow way.
func (o *object) value(n string, v any) {
	if o.name(n) {
		b, err := encode(v)
		if err != nil { // only words and numbers come here
			b = []byte("null")
		}
		o.b = append(o.b, bytes.TrimSuffix(b, []byte{'\n'})...)
	}
}

func (o *object) end() []byte { return append(o.b, '}') }

const hexDigits = "0123456789abcdef"

// appendString quotes s. Invalid UTF-8 becomes U+FFFD, as in encoding/json.
func appendString(b []byte, s string) []byte {
	b = append(b, '"')
	for i := 0; i < len(s); {
		c := s[i]
		switch {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case c < 0x20:
			b = append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		case c < utf8.RuneSelf:
			b = append(b, c)
		default:
			r, n := utf8.DecodeRuneInString(s[i:])
			b = utf8.AppendRune(b, r) // RuneError for an invalid byte
			i += n
			continue
		}
		i++
	}
	return append(b, '"')
}
