package typefaces

import (
	"cmp"
	"slices"
	"strings"
	"unicode"

	"github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/language"
)

// candidates gives the fonts that say they have r, the best first, as indexes of s.fonts.
func (s *System) candidates(r rune, bold bool, tag string) []int {
	wanted := regionOf(r, tag)
	weight := font.WeightMedium
	if bold {
		weight = font.WeightBold
	}
	type rated struct {
		font    int
		penalty int
	}
	var found []rated
	for i := range s.fonts {
		f := &s.fonts[i]
		if !f.Runes.Contains(r) || placeholder(f.Family) {
			continue
		}
		penalty := unlikeness(f.Family) + off(f.Aspect, weight)
		switch made := madeFor(f.Family); {
		case made == wanted:
		case wanted == anywhere: // fonts of ideographs are large: not for a symbol, if another has it
			penalty += 700
		case made == taiwan && wanted == hongKong, made == hongKong && wanted == taiwan:
			penalty += 400
		case made == anywhere:
			penalty += 800
		default:
			penalty += 2000
		}
		found = append(found, rated{i, penalty})
	}
	slices.SortFunc(found, func(a, b rated) int {
		fa, fb := &s.fonts[a.font], &s.fonts[b.font]
		return cmp.Or(cmp.Compare(a.penalty, b.penalty), cmp.Compare(fa.Family, fb.Family),
			cmp.Compare(fa.Location.File, fb.Location.File), cmp.Compare(fa.Location.Index, fb.Location.Index))
	})
	order := make([]int, len(found))
	for i := range found {
		order[i] = found[i].font
	}
	return order
}

// region is where ideographs have shapes of their own. Fonts for several regions have the
// same characters, so that only their names tell.
type region uint8

const (
	anywhere region = iota
	china
	taiwan
	hongKong
	japan
	korea
)

// regionOf is the region whose shape of r is wanted.
func regionOf(r rune, tag string) region {
	if !unicode.In(r, unicode.Han, unicode.Hangul, unicode.Hiragana, unicode.Katakana, unicode.Bopomofo) {
		return anywhere
	}
	l := language.NewLanguage(tag)
	switch primary := l.Primary(); {
	case primary == "ja", unicode.In(r, unicode.Hiragana, unicode.Katakana):
		return japan
	case primary == "ko", unicode.Is(unicode.Hangul, r):
		return korea
	case primary == "yue", strings.HasPrefix(string(l), "zh-hk"), strings.HasPrefix(string(l), "zh-hant-hk"):
		return hongKong
	case strings.HasPrefix(string(l), "zh-hant"), strings.HasPrefix(string(l), "zh-tw"):
		return taiwan
	}
	return china // also where the language doesn't tell: what is Japanese is built in
}

// madeFor is the region that a family is made for.
func madeFor(family string) region {
	names := map[region][]string{
		china:  {"yahei", "simsun", "simhei", "dengxian", "heitisc", "hiraginosansgb", "wenquanyi", "wqy"},
		taiwan: {"jhenghei", "mingliu", "heititc"},
		japan:  {"hiragino", "yugothic", "meiryo", "msgothic", "mspgothic", "takao", "ipagothic", "ipaex"},
		korea:  {"malgun", "gothicneo", "batang", "gulim", "dotum", "nanum"},
	}
	suffixes := map[region][]string{china: {"sc", "cn"}, taiwan: {"tc", "tw"}, hongKong: {"hk"}, japan: {"jp"}, korea: {"kr"}}
	for _, r := range []region{china, taiwan, hongKong, japan, korea} { // "hiraginosansgb" before "hiragino"
		if slices.ContainsFunc(names[r], func(n string) bool { return strings.Contains(family, n) }) ||
			slices.ContainsFunc(suffixes[r], func(n string) bool { return strings.HasSuffix(family, n) }) {
			return r
		}
	}
	return anywhere
}

// placeholder reports whether a font has pictures of missing letters instead of letters.
func placeholder(family string) bool {
	return strings.Contains(family, "lastresort") || strings.Contains(family, "notdef") || strings.Contains(family, "adobeblank")
}

// unlikeness is how little a family goes with IBM Plex Sans at small sizes in one bit.
// Names are normalised: lower case, no blanks.
func unlikeness(family string) int {
	has := func(parts ...string) bool {
		return slices.ContainsFunc(parts, func(p string) bool { return strings.Contains(family, p) })
	}
	switch {
	case has("emoji", "color", "colour"): // rather a monochrome one, if it has outlines at all
		return 4000
	case has("unifont", "lastresort", "fallback"):
		return 3000
	case has("mono", "code", "typewriter"):
		return 1500
	case has("serif") && !has("sans"), has("mincho", "song", "ming", "batang", "naskh", "times", "nastaliq", "kufi", "script", "hand", "condensed"):
		return 1200
	case has("notosans", "pingfang", "yahei", "jhenghei", "malgungothic", "sdgothicneo", "hiragino", "yugothic", "meiryo", "nirmala", "leelawadee", "segoeui", "ebrima"):
		return 0 // the sans serif faces that come with Linux, macOS and Windows
	}
	return 500
}

// off is how far a font is from an upright one of the weight.
func off(a font.Aspect, weight font.Weight) int {
	penalty := int(max(a.Weight-weight, weight-a.Weight)) / 2
	if a.Style == font.StyleItalic {
		penalty += 600
	}
	if a.Stretch != 0 && a.Stretch != font.StretchNormal {
		penalty += 300
	}
	return penalty
}

// hasOutline reports whether r can be drawn in one bit: letters that are pictures, as in
// fonts of emoji, can't.
func hasOutline(face *font.Face, r rune) (ok bool) {
	defer func() {
		if recover() != nil { // a broken font
			ok = false
		}
	}()
	gid, ok := face.NominalGlyph(r)
	if !ok {
		return false
	}
	outline, ok := face.GlyphDataOutline(gid)
	return ok && len(outline.Segments) > 0
}
