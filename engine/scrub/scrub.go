// Package scrub takes out of a text what names a person, an organisation, a device or a
// secret, for files that are given away. It replaces what it is told, and whatever looks
// like a mail address, an identifier, a network address or a key.
package scrub

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"slices"
	"strings"
)

// Scrubber replaces the same thing by the same pseudonym, which nobody else can work out:
// its key is made anew for each Scrubber. It is safe for concurrent use once everything is
// known to it.
type Scrubber struct {
	key      []byte
	known    map[string]string // what to replace → pseudonym
	replacer *strings.Replacer // of known; nil = to be made
}

// New makes a scrubber that knows nothing yet.
func New() *Scrubber {
	key := make([]byte, 32)
	_, _ = rand.Read(key) // which never fails
	return &Scrubber{key: key, known: make(map[string]string)}
}

// Pseudonym gives the name that a thing of a kind has in scrubbed texts, such as
// "room-5f3a90c2".
func (s *Scrubber) Pseudonym(kind, value string) string {
	mac := hmac.New(sha256.New, s.key)
	mac.Write([]byte(strings.ToLower(value)))
	return kind + "-" + hex.EncodeToString(mac.Sum(nil)[:4])
}

// shortest is how many bytes a value must have to be replaced wherever it stands: a shorter
// one is part of too many words, and says as little.
const shortest = 3

// Hide has values of a kind replaced by their pseudonyms, in whatever case they are written.
func (s *Scrubber) Hide(kind string, values ...string) {
	for _, v := range values {
		if v = strings.TrimSpace(v); len(v) < shortest {
			continue
		}
		name := s.Pseudonym(kind, v)
		for _, form := range []string{v, strings.ToLower(v), strings.ToUpper(v)} {
			s.known[form] = name
		}
	}
	s.replacer = nil
}

// patterns are what else is replaced, the more telling ones first.
var patterns = []struct {
	kind string
	re   *regexp.Regexp
}{
	{"token", regexp.MustCompile(`eyJ[A-Za-z0-9_-]{8,}(\.[A-Za-z0-9_-]*){0,2}`)},
	{"mail", regexp.MustCompile(`[\pL\pN._%+'-]+@[\pL\pN-]+(\.[\pL\pN-]+)*`)},
	{"id", regexp.MustCompile(`(?i)\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b`)},
	{"mac", regexp.MustCompile(`(?i)\b[0-9a-f]{2}([:-][0-9a-f]{2}){5,7}\b`)},
	{"ip", regexp.MustCompile(`(?i)\b[0-9a-f]{1,4}(:[0-9a-f]{0,4}){3,7}(%\w+)?`)},
	{"ip", regexp.MustCompile(`\b\d{1,3}(\.\d{1,3}){3}\b`)},
	{"host", regexp.MustCompile(`(?i)\b[a-z0-9-]+(\.[a-z0-9-]+)*\.(local|lan|home|internal|corp|intra)\b`)},
	{"key", regexp.MustCompile(`[A-Za-z0-9+_~.-]{24,}={0,2}`)},
}

// Text gives text without all that.
func (s *Scrubber) Text(text string) string {
	text = s.replace(text)
	for _, p := range patterns {
		text = p.re.ReplaceAllStringFunc(text, func(found string) string {
			if p.kind == "key" && keepable(found) {
				return found
			}
			return s.Pseudonym(p.kind, found)
		})
	}
	return text
}

// keepable reports whether a long word is no key: keys mix digits with letters.
func keepable(word string) bool { return !strings.ContainsAny(word, "0123456789") }

func (s *Scrubber) replace(text string) string {
	if s.replacer == nil {
		var forms []string
		for form := range s.known {
			forms = append(forms, form)
		}
		// The longer one first: "Oslo North" is more than "Oslo".
		slices.SortFunc(forms, func(a, b string) int {
			if len(a) != len(b) {
				return len(b) - len(a)
			}
			return strings.Compare(a, b)
		})
		pairs := make([]string, 0, 2*len(forms))
		for _, form := range forms {
			pairs = append(pairs, form, s.known[form])
		}
		s.replacer = strings.NewReplacer(pairs...)
	}
	return s.replacer.Replace(text)
}
