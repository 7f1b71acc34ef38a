package frame

import (
	"unicode"

	"github.com/go-text/typesetting/bidi"
	"github.com/go-text/typesetting/di"
	"github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/harfbuzz"
	"github.com/go-text/typesetting/language"
	"github.com/go-text/typesetting/shaping"
	"golang.org/x/text/unicode/norm"
)

// part is a piece of a text that is set in one face; noFace = a cluster that none has.
type part struct {
	face     faceID
	from, to int
}

// anyFace lets a [shaping.Segmenter] split by direction and script only: it would give
// a letter and its mark to different faces.
type anyFace struct{ face *font.Face }

// ResolveFace implements [shaping.Fontmap].
func (a anyFace) ResolveFace(rune) *font.Face { return a.face }

// shapeAny appends the glyphs of any text: it is split by direction, script and
// face, and its parts are put in the order in which they stand on the line.
func (s *shaper) shapeAny(st style, runes []rune, base bidi.Direction) {
	if len(runes) == 0 {
		return
	}
	runs := s.bidi.Segment(runes, base)
	s.visual = s.visual[:0]
	for i := range runs.NumRuns() {
		s.visual = append(s.visual, runs.Run(i))
	}
	reorder(s.visual)
	for _, r := range s.visual {
		in := shaping.Input{Text: runes, RunStart: r.Start, RunEnd: r.End, Direction: di.DirectionLTR}
		dir := harfbuzz.LeftToRight
		if !r.IsLeftToRight() {
			in.Direction, dir = di.DirectionRTL, harfbuzz.RightToLeft
		}
		scripts := s.split.Split(in, anyFace{s.font(builtIn(st, alphabets)).Face()})
		for i := range scripts {
			one := &scripts[i]
			if dir == harfbuzz.RightToLeft {
				one = &scripts[len(scripts)-1-i]
			}
			s.shapeScript(st, runes, one.RunStart, one.RunEnd, dir, one.Script)
		}
	}
}

// shapeScript appends the glyphs of runes[from:to], all of one direction and script.
func (s *shaper) shapeScript(st style, runes []rune, from, to int, dir harfbuzz.Direction, script language.Script) {
	s.parts = s.parts[:0]
	s.graphemes.Init(runes[from:to])
	for clusters := s.graphemes.GraphemeIterator(); clusters.Next(); {
		cluster := clusters.Grapheme()
		start := from + cluster.Offset
		last := part{face: builtIn(st, alphabets)}
		if n := len(s.parts); n > 0 {
			last = s.parts[n-1]
		}
		id := s.faceFor(st, cluster.Text, last.face)
		if len(s.parts) > 0 && id == last.face && id != noFace {
			s.parts[len(s.parts)-1].to = start + len(cluster.Text)
		} else {
			s.parts = append(s.parts, part{id, start, start + len(cluster.Text)})
		}
	}
	for i := range s.parts {
		p := &s.parts[i]
		if dir == harfbuzz.RightToLeft {
			p = &s.parts[len(s.parts)-1-i]
		}
		switch {
		case p.face == noFace:
			s.arena = append(s.arena, missingGlyph(runes[p.from], p.from))
		case p.face < builtIns:
			s.run(p.face, runes, p.from, p.to, dir, script, noLigatures)
		default:
			s.runSystem(p.face, runes, p.from, p.to, dir, script)
		}
	}
}

// runSystem is run for a face of the computer, which may be broken in ways that nobody
// thought of: then its part of the text is drawn as one missing character.
func (s *shaper) runSystem(id faceID, runes []rune, from, to int, dir harfbuzz.Direction, script language.Script) {
	start := len(s.arena)
	defer func() {
		if recover() != nil {
			s.buffer = harfbuzz.NewBuffer()
			s.arena = append(s.arena[:start], missingGlyph(runes[from], from))
		}
	}()
	s.run(id, runes, from, to, dir, script, noLigatures)
}

// faceFor finds the face for a grapheme cluster: the first that has all of it, or else
// the first that has its letter, or else noFace. last is the face of the cluster before,
// which blanks keep.
func (s *shaper) faceFor(st style, cluster []rune, last faceID) faceID {
	letter := cluster[0]
	own := builtIn(st, alphabets)
	if blank(letter) {
		if last == noFace || len(cluster) > 1 || unicode.Is(unicode.Zs, letter) && !s.has(last, ' ') {
			return own
		}
		return last
	}
	var candidates [8]faceID
	chain := append(candidates[:0], own)
	sc, ok := scriptFor(letter)
	if s.foreignHan && unicode.Is(unicode.Han, letter) {
		chain = append(chain, s.faces.system.find(letter, st, string(s.language)))
	}
	if ok {
		chain = append(chain, builtIn(st, sc))
	}
	for _, id := range chain {
		if s.covers(id, cluster) {
			return id
		}
	}
	for _, r := range cluster { // a face with a mark may have its letters, too
		if len(chain) == cap(chain) {
			break
		}
		if blank(r) {
			continue
		}
		id := s.faces.system.find(r, st, string(s.language))
		if s.covers(id, cluster) {
			return id
		}
		chain = append(chain, id)
	}
	for _, id := range chain {
		if s.has(id, letter) {
			return id
		}
	}
	return noFace
}

// covers reports whether a face has all of a cluster, or the one character that it can
// be composed to.
func (s *shaper) covers(id faceID, cluster []rune) bool {
	all := true
	for _, r := range cluster {
		all = all && (blank(r) || s.has(id, r))
	}
	if all || len(cluster) == 1 || !s.has(id, cluster[0]) {
		return all
	}
	for _, r := range norm.NFC.String(string(cluster)) {
		if !blank(r) && !s.has(id, r) {
			return false
		}
	}
	return true
}

func (s *shaper) has(id faceID, r rune) bool {
	f := s.font(id)
	if f == nil {
		return false
	}
	_, ok := f.Face().NominalGlyph(r)
	return ok
}

// blank reports whether r leaves no ink: spaces, joiners, selectors, control characters.
func blank(r rune) bool {
	return unicode.Is(unicode.Zs, r) || unicode.IsControl(r) || r == '\u2028' || r == '\u2029' || harfbuzz.IsDefaultIgnorable(r)
}

// readHan looks at the ideographs of a paragraph: unless they are Japanese, they look
// wrong in a Japanese face, and worse if some are in that and some in another.
func (s *shaper) readHan(runes []rune) {
	s.foreignHan = false
	switch s.language.Primary() {
	case "ja":
		return
	case "zh", "yue", "ko":
		s.foreignHan = true
		return
	}
	kana := false
	for _, r := range runes {
		switch {
		case r < 0x3000:
		case unicode.In(r, unicode.Hiragana, unicode.Katakana):
			kana = true
		case unicode.Is(unicode.Han, r) && !s.has(builtIn(medium, japanese), r):
			s.foreignHan = true
		}
	}
	s.foreignHan = s.foreignHan && !kana
}
