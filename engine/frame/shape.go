package frame

import (
	"math"
	"slices"

	"github.com/go-text/typesetting/bidi"
	"github.com/go-text/typesetting/font"
	ot "github.com/go-text/typesetting/font/opentype"
	"github.com/go-text/typesetting/harfbuzz"
	"github.com/go-text/typesetting/language"
	"github.com/go-text/typesetting/segmenter"
	"github.com/go-text/typesetting/shaping"
	unicodebidi "golang.org/x/text/unicode/bidi"
)

// glyph is a shaped glyph; lengths are in thousandths of an em, which makes them
// good for every size.
type glyph struct {
	face    faceID
	gid     font.GID
	advance float32
	x, y    float32 // offset from the pen, y up
	rune    int     // index of the first character it stands for
}

// text is a shaped line: its glyphs from left to right.
type text struct {
	glyphs []glyph
	width  float32 // thousandths of an em
}

// shaper turns strings into glyphs. Its memory is reused: what it gives is valid
// until reset. It is not safe for concurrent use.
type shaper struct {
	faces  *faces
	fonts  []*harfbuzz.Font // by faceID
	buffer *harfbuzz.Buffer
	kern   kernCache
	words  wordCache
	arena  []glyph
	runes  []rune
	// said has what each text says, in the order of reading, by its first glyph; nil while
	// nobody wants to know.
	said map[*glyph][]rune

	// For texts of any script; see split.go.
	bidi      bidi.Paragraph
	split     shaping.Segmenter
	graphemes segmenter.Segmenter
	visual    []bidi.Run
	parts     []part

	// language is that of the sign, and tag its name: some letters differ between languages.
	tag       string
	language  language.Language
	languages []language.Language // by the number that the cache of kerning knows them by
	spoken    uint32              // that number of language
	// foreignHan says that ideographs of the paragraph are not Japanese: another font
	// than ours comes first.
	foreignHan bool
}

func newShaper(f *faces) *shaper {
	return &shaper{faces: f, buffer: harfbuzz.NewBuffer(), languages: []language.Language{""}}
}

// font gives a font of the shaper's own, or nil if there is none of that name.
func (s *shaper) font(id faceID) *harfbuzz.Font {
	if int(id) < len(s.fonts) && s.fonts[id] != nil {
		return s.fonts[id]
	}
	if id == noFace {
		return nil
	}
	face := s.faces.face(id)
	if face == nil {
		return nil
	}
	for len(s.fonts) <= int(id) {
		s.fonts = append(s.fonts, nil)
	}
	s.fonts[id] = harfbuzz.NewFont(font.NewFace(face.font))
	return s.fonts[id]
}

// speak sets the language of the texts to come, a BCP 47 tag.
func (s *shaper) speak(tag string) {
	if s.tag == tag {
		return
	}
	s.tag, s.language = tag, language.NewLanguage(tag)
	if i := slices.Index(s.languages, s.language); i >= 0 {
		s.spoken = uint32(i)
		return
	}
	if len(s.languages) == maxLanguages {
		s.languages = s.languages[:1]
		s.kern, s.words = kernCache{}, nil
	}
	s.spoken = uint32(len(s.languages))
	s.languages = append(s.languages, s.language)
}

// maxLanguages is more than an office speaks.
const maxLanguages = 64

// reset takes back the memory of all texts.
func (s *shaper) reset() { s.arena = s.arena[:0]; s.runes = s.runes[:0]; s.said = nil }

// decode gives the characters of str, valid until reset.
func (s *shaper) decode(str string) []rune {
	start := len(s.runes)
	for _, r := range str {
		s.runes = append(s.runes, r)
	}
	return s.runes[start:len(s.runes):len(s.runes)]
}

// Ligatures are off: pairs drawn as one glyph run into each other in one bit.
var (
	noLigatures = []harfbuzz.Feature{off("liga"), off("clig")}
	noKerning   = append([]harfbuzz.Feature{off("kern")}, noLigatures...)
)

func off(tag string) harfbuzz.Feature {
	return harfbuzz.Feature{Tag: ot.MustNewTag(tag), End: math.MaxInt32}
}

// shape sets runes as one line of a paragraph whose base direction is base.
func (s *shaper) shape(st style, runes []rune, base bidi.Direction) text {
	start := len(s.arena)
	if face := builtIn(st, alphabets); base == bidi.LeftToRight && s.simple(face, runes) {
		s.shapeSimple(face, runes)
	} else {
		s.shapeAny(st, runes, base)
	}
	t := text{glyphs: s.arena[start:len(s.arena):len(s.arena)]}
	for i := range t.glyphs {
		t.width += t.glyphs[i].advance
	}
	if s.said != nil && len(t.glyphs) > 0 {
		s.said[&t.glyphs[0]] = runes
	}
	return t
}

// simple reports whether runes need nothing beyond one glyph a character and
// kerning: left-to-right alphabets without combining marks, all in one face.
func (s *shaper) simple(id faceID, runes []rune) bool {
	for _, r := range runes {
		switch {
		case r >= ' ' && r < 0x7f: // every face of a style has ASCII
			continue
		case r >= 0xa0 && r < 0x300, r >= 0x370 && r < 0x483, r >= 0x48a && r < 0x530, // Latin, Greek, Cyrillic
			r >= 0x1e00 && r < 0x2000, // their precomposed letters
			r >= 0x2010 && r < 0x2028, r >= 0x2030 && r < 0x2060, r >= 0x20a0 && r < 0x20d0:
			if _, ok := s.font(id).Face().NominalGlyph(r); ok {
				continue
			}
		}
		return false
	}
	return true
}

// shapeSimple appends the glyphs of simple runes, word by word from the cache, and kerns
// them, also over spaces, by itself; see kern.go.
func (s *shaper) shapeSimple(id faceID, runes []rune) {
	start, script := len(s.arena), scriptOf(runes)
	for at, end := 0, 0; at < len(runes); at = end {
		end = at + 1
		for runes[at] != ' ' && end < len(runes) && runes[end] != ' ' {
			end++
		}
		if !s.word(id, runes, at, end, script) {
			s.arena = s.arena[:start]
			s.run(id, runes, 0, len(runes), harfbuzz.LeftToRight, script, noLigatures)
			return
		}
	}
	for i := 1; i < len(runes); i++ {
		left, right := &s.arena[start+i-1], &s.arena[start+i]
		left.advance += s.kerning(id, runes[i-1], runes[i], left.gid, right.gid)
	}
}

// scriptOf is the script of the first letter.
func scriptOf(runes []rune) language.Script {
	for _, r := range runes {
		if r < 0x80 { // by far the most
			if r|0x20 >= 'a' && r|0x20 <= 'z' {
				return language.Latin
			}
			continue
		}
		if script := language.LookupScript(r); script.Strong() {
			return script
		}
	}
	return language.Latin
}

// run shapes runes[from:to], all of one face, direction and script.
func (s *shaper) run(id faceID, runes []rune, from, to int, dir harfbuzz.Direction, script language.Script, features []harfbuzz.Feature) {
	s.buffer.Clear()
	s.buffer.AddRunes(runes, from, to-from)
	s.buffer.Props = harfbuzz.SegmentProperties{Direction: dir, Script: script, Language: s.language}
	hb := s.font(id)
	s.buffer.Shape(hb, features)
	unit := 1000 / float32(hb.Face().Upem())
	for i := range s.buffer.Info {
		info, pos := &s.buffer.Info[i], &s.buffer.Pos[i]
		if info.Glyph == 0 { // a mark that no face has together with its letter, or a control character
			continue
		}
		s.arena = append(s.arena, glyph{
			face: id, gid: info.Glyph, rune: info.Cluster,
			advance: float32(pos.XAdvance) * unit, x: float32(pos.XOffset) * unit, y: float32(pos.YOffset) * unit,
		})
	}
}

// The characters that set a text apart from the direction of what surrounds it.
const (
	firstStrongIsolate = '\u2068'
	popIsolate         = '\u2069'
)

// baseDirection is that of the first letter outside isolates: rules P2 and P3 of
// UAX #9.
func baseDirection(runes []rune) bidi.Direction { return directionOr(runes, bidi.LeftToRight) }

// directionOr is baseDirection with another answer for texts without letters.
func directionOr(runes []rune, none bidi.Direction) bidi.Direction {
	isolates := 0
	for _, r := range runes {
		if r < 0x590 && (r|0x20 < 'a' || r|0x20 > 'z') && r < 0xc0 {
			continue
		}
		switch p, _ := unicodebidi.LookupRune(r); p.Class() {
		case unicodebidi.LRI, unicodebidi.RLI, unicodebidi.FSI:
			isolates++
		case unicodebidi.PDI:
			isolates = max(0, isolates-1)
		case unicodebidi.L:
			if isolates == 0 {
				return bidi.LeftToRight
			}
		case unicodebidi.R, unicodebidi.AL:
			if isolates == 0 {
				return bidi.RightToLeft
			}
		}
	}
	return none
}

// reorder puts runs from the order of reading into that of the line: rule L2 of the
// Unicode bidirectional algorithm, UAX #9.
func reorder(runs []bidi.Run) {
	var highest bidi.Level
	for _, r := range runs {
		highest = max(highest, r.Level)
	}
	for level := highest; level > 0; level-- {
		for i := 0; i < len(runs); i++ {
			j := i
			for j < len(runs) && runs[j].Level >= level {
				j++
			}
			for a, b := i, j-1; a < b; a, b = a+1, b-1 {
				runs[a], runs[b] = runs[b], runs[a]
			}
			i = max(i, j)
		}
	}
}
