package frame

import "unicode"

// The smallest sizes at which scripts denser than the alphabets are read with ease in one
// bit, found by looking at testdata/type-*.png: at floorSize an ideograph has 12 rows for
// up to 9 strokes, and the vowel signs of India close up.
const (
	leastIdeographs = 8
	leastIndic      = 7
)

// legible is the smallest size at which a text is read with ease.
func legible(runes []rune) size {
	least := size(floorSize)
	for _, r := range runes {
		switch {
		case r < 0x900, unicode.In(r, unicode.Hiragana, unicode.Katakana):
		case r < 0x1000: // the scripts of India
			least = max(least, leastIndic)
		case unicode.In(r, unicode.Han, unicode.Hangul):
			return leastIdeographs
		}
	}
	return least
}
