package sign

import (
	"html"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxText is the longest text a sign passes on, in bytes. Outlook's subjects end
// at 255 characters; anything much longer is an accident or an attack.
const maxText = 1024

// clean makes text from a calendar fit to draw on one line: entities resolved
// (Exchange escapes some subjects twice over), white space folded, and nothing left
// that is invisible or that could turn the reading order of what stands beside it.
func clean(s string) string {
	if isClean(s) {
		return s
	}
	s = html.UnescapeString(strings.ToValidUTF8(s, "\uFFFD"))
	var b strings.Builder
	space := false
	for _, r := range s {
		switch {
		case unicode.IsSpace(r) || unicode.Is(unicode.Zl, r) || unicode.Is(unicode.Zp, r):
			space = b.Len() > 0
			continue
		case unicode.IsControl(r) || hidden(r):
			continue
		}
		if b.Len()+utf8.RuneLen(r)+1 > maxText {
			break
		}
		if space {
			b.WriteByte(' ')
			space = false
		}
		b.WriteRune(r)
	}
	return b.String()
}

// isClean reports whether s surely is what clean makes of it, as nearly all texts are.
func isClean(s string) bool {
	if len(s) >= maxText {
		return false
	}
	space := true // none may begin it
	for _, r := range s {
		switch {
		case r == ' ':
			if space {
				return false
			}
		case r > ' ' && r < 0x7f && r != '&':
		case r == '&', r == utf8.RuneError, unicode.IsSpace(r), unicode.Is(unicode.Zl, r), unicode.Is(unicode.Zp, r), unicode.IsControl(r), hidden(r):
			return false
		}
		space = r == ' '
	}
	return !space || s == ""
}

// hidden reports characters that draw nothing and steer the reading order or hide
// in a text. The joiners U+200C and U+200D stay: scripts and emoji need them.
func hidden(r rune) bool {
	switch {
	case r == '\u00AD', r == '\u061C', r == '\u200B', r == '\u200E', r == '\u200F', r == '\u2060', r == '\uFEFF',
		r >= '\u202A' && r <= '\u202E', // embeddings and overrides
		r >= '\u2066' && r <= '\u206F', // isolates, deprecated controls
		r >= 0xE0000 && r <= 0xE007F:   // tags
		return true
	}
	return false
}

// capital gives s with its first letter in upper case.
func capital(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	if n == 0 {
		return s
	}
	return string(unicode.ToUpper(r)) + s[n:]
}
