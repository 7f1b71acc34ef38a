package syncsign

import (
	"strings"
	"unicode/utf8"
)

// font is one of those in the displays' firmware. Of all that are documented, signs use
// one family and its condensed form: they have the most sizes.
type font struct {
	name      string
	size      int // the height of a line in pixels
	condensed bool
}

// fonts, from the largest on; of one size the wider one first.
var fonts = []font{
	{"DDIN_128", 128, false},
	{"DDIN_64", 64, false}, {"DDIN_CONDENSED_64", 64, true},
	{"DDIN_48", 48, false}, {"DDIN_CONDENSED_48", 48, true},
	{"DDIN_32", 32, false}, {"DDIN_CONDENSED_32", 32, true},
	{"DDIN_24", 24, false}, {"DDIN_CONDENSED_24", 24, true},
	{"DDIN_16", 16, false}, {"DDIN_CONDENSED_16", 16, true},
}

// width is a bound in pixels on how wide s is. The vendor publishes no widths. These are
// those of the letters of DIN 1451, from which the fonts were drawn, rounded up, at an em
// of the line's height, which is more than fits into a line: a text that would not fit
// loses its end, one that is thought too wide only gets a smaller font.
func (f font) width(s string) int {
	var mille int
	for _, r := range s {
		mille += advance(r)
	}
	if f.condensed {
		mille = mille * 4 / 5
	}
	return (mille*f.size + 999) / 1000
}

// advance is the width of a letter in thousandths of an em.
func advance(r rune) int {
	switch {
	case strings.ContainsRune("il|!.,:;'·ij¡ìíîï", r):
		return 270
	case strings.ContainsRune(" ftrI()[]-\"/\\°¹²³", r):
		return 380
	case strings.ContainsRune("mwMÆæ%@¼½¾©®", r):
		return 880
	case r == 'W':
		return 960
	case r >= 'A' && r <= 'Z', r >= 'À' && r <= 'Þ':
		return 670
	default:
		return 580
	}
}

// plain are letters that the displays' fonts may lack, and what says the same. All that
// is documented of those fonts is that they are for English.
var plain = strings.NewReplacer(
	"–", "-", "—", "-", "‐", "-", "‑", "-", "−", "-", "…", "...",
	"‘", "'", "’", "'", "‚", "'", "“", "\"", "”", "\"", "„", "\"",
	"\u00a0", " ", "\u202f", " ", "\u2009", " ", "•", "·", "€", "EUR", "→", ">",
)

// spell gives s in letters that the displays' fonts have, and false if it has others: then
// the words must come as a picture.
func spell(s string) (string, bool) {
	s = plain.Replace(s)
	for _, r := range s {
		if r < ' ' || r > '~' && r < 0xa1 || r > 0xff || r == 0xad {
			return "", false
		}
	}
	return s, true
}

// cut shortens s, where it is wider than room pixels, to what fits with three dots.
func (f font) cut(s string, room int) string {
	if f.width(s) <= room {
		return s
	}
	for s != "" {
		_, n := utf8.DecodeLastRuneInString(s)
		s = s[:len(s)-n]
		if short := strings.TrimRight(s, " ,.-") + "..."; f.width(short) <= room {
			return short
		}
	}
	return ""
}
