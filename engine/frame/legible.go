package frame

import "unicode"

// The smallest sizes at which scripts denser than the alphabets are read in one bit,
// found by looking at testdata/type-*.png: the strokes of an ideograph need two rows each.
const (
	leastIdeographs = 8
	leastKana       = 7
	leastDevanagari = 7
)

// legible is the smallest size at which a text can be read.
func legible(runes []rune) size {
	least := size(floorSize)
	for _, r := range runes {
		switch {
		case r < 0x900:
		case r < 0x1000: // the scripts of India
			least = max(least, leastDevanagari)
		case unicode.In(r, unicode.Hiragana, unicode.Katakana):
			least = max(least, leastKana)
		case unicode.In(r, unicode.Han, unicode.Hangul):
			return leastIdeographs
		}
	}
	return least
}
