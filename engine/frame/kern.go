package frame

import (
	"slices"

	"github.com/go-text/typesetting/font"
	ot "github.com/go-text/typesetting/font/opentype"
	"github.com/go-text/typesetting/font/opentype/tables"
	"github.com/go-text/typesetting/language"
)

// Kerning of the alphabets is read from the font's pairs instead of by shaping: that
// would take four fifths of the time, and the filter of go-text v0.3.5 overlooks glyphs
// of large lookups (harfbuzz/set_digest.go: addRange gives up on all three masks when
// one is full), such as most accented capitals of Plex.

// kernCache remembers the kerning of pairs: a table of fixed size in which the
// latest pair takes the place of the oldest in its row.
type kernCache [1024][4]kernEntry

type kernEntry struct {
	pair     uint64 // face, left and right; 0 = empty
	kern     float32
	language uint32
}

// kerning is how much the pair left-right is set apart, in thousandths of an em. The
// glyphs are what the characters are drawn with.
func (s *shaper) kerning(id faceID, left, right rune, leftGlyph, rightGlyph font.GID) float32 {
	pair := uint64(id+1)<<48 | uint64(left)<<24 | uint64(right)
	row := &s.kern[pair*0x9e3779b97f4a7c15>>54]
	for i := range row {
		if row[i].pair == pair && row[i].language == s.spoken {
			return row[i].kern
		}
	}
	f := s.font(id).Face().Font
	units := kernPair(f, scriptOf([]rune{left, right}), leftGlyph, rightGlyph)
	kern := float32(units) * 1000 / float32(f.Upem())
	copy(row[1:], row[:])
	row[0] = kernEntry{pair, kern, s.spoken}
	return kern
}

// kernPair is what the feature "kern" of a font adds to the advance of left before
// right, in font units.
func kernPair(f *font.Font, script language.Script, left, right font.GID) (units int) {
	for _, index := range kernLookups(f, script) {
		for _, table := range f.GPOS.Lookups[index].Subtables {
			if value, ok := pairValue(table, tables.GlyphID(left), tables.GlyphID(right)); ok {
				units += value
				break // the first table of a lookup that has the pair
			}
		}
	}
	return units
}

// kernLookups are the lookups of the feature "kern" for a script, in their order.
func kernLookups(f *font.Font, script language.Script) []uint16 {
	tag := map[language.Script]string{language.Latin: "latn", language.Greek: "grek", language.Cyrillic: "cyrl"}[script]
	at := -1
	if tag != "" {
		at = f.GPOS.FindScript(ot.MustNewTag(tag))
	}
	if at < 0 {
		at = f.GPOS.FindScript(ot.MustNewTag("DFLT"))
	}
	if at < 0 || f.GPOS.Scripts[at].DefaultLangSys == nil {
		return nil
	}
	var lookups []uint16
	for _, feature := range f.GPOS.Scripts[at].DefaultLangSys.FeatureIndices {
		if f.GPOS.Features[feature].Tag == ot.MustNewTag("kern") {
			lookups = append(lookups, f.GPOS.Features[feature].LookupListIndices...)
		}
	}
	slices.Sort(lookups)
	return slices.Compact(lookups)
}

// pairValue is what a table adds to the advance of left before right. It reports false
// if the table doesn't have the pair.
func pairValue(table tables.GPOSLookup, left, right tables.GlyphID) (units int, ok bool) {
	pairs, ok := table.(tables.PairPos)
	if !ok {
		return 0, false
	}
	index, ok := pairs.Cov().Index(left)
	if !ok {
		return 0, false
	}
	switch data := pairs.Data.(type) {
	case tables.PairPosData1:
		if index < len(data.PairSets) {
			record, ok := data.PairSets[index].FindGlyph(right)
			return int(record.ValueRecord1.XAdvance), ok
		}
	case tables.PairPosData2:
		leftClass, _ := data.ClassDef1.Class(left)
		rightClass, _ := data.ClassDef2.Class(right)
		record := data.Record(leftClass, rightClass)
		return int(record.ValueRecord1.XAdvance), true
	}
	return 0, false
}
