package frame

import (
	"slices"

	"github.com/go-text/typesetting/harfbuzz"
	"github.com/go-text/typesetting/language"
)

// wordCache remembers the glyphs of words without their kerning: what signs say differs,
// but names, hours and days come again. As in browsers, nothing that depends on context
// reaches over a space in alphabets.
type wordCache map[wordKey]*word

// wordKey tells words apart but for collisions of the hash, which word.runes settles.
type wordKey struct {
	hash   uint64
	face   faceID
	spoken uint32 // the language
	script language.Script
}

type word struct {
	runes  []rune
	glyphs []glyph // one for each rune; nil where that is not so
}

const (
	// maxWords bounds the cache to about 1 MB.
	maxWords = 4096
	// longestWord is that of what is remembered, in characters.
	longestWord = 32
)

// word appends the glyphs of the simple runes[from:to], one for each. Where there would be
// another number, it reports false and appends what nobody should use.
func (s *shaper) word(id faceID, runes []rune, from, to int, script language.Script) bool {
	letters := runes[from:to]
	if len(letters) > longestWord {
		start := len(s.arena)
		s.run(id, runes, from, to, harfbuzz.LeftToRight, script, noKerning)
		return len(s.arena)-start == len(letters)
	}
	key := wordKey{hash: hashOf(letters), face: id, spoken: s.spoken, script: script}
	w, ok := s.words[key]
	if !ok || !slices.Equal(w.runes, letters) {
		w = s.learn(key, id, letters, script)
	}
	for i := range w.glyphs {
		g := w.glyphs[i]
		g.rune += from
		s.arena = append(s.arena, g)
	}
	return w.glyphs != nil
}

// learn shapes a word and remembers it.
func (s *shaper) learn(key wordKey, id faceID, letters []rune, script language.Script) *word {
	w, start := &word{runes: slices.Clone(letters)}, len(s.arena)
	s.run(id, w.runes, 0, len(w.runes), harfbuzz.LeftToRight, script, noKerning)
	if len(s.arena)-start == len(letters) {
		w.glyphs = slices.Clone(s.arena[start:])
	}
	s.arena = s.arena[:start]
	if s.words == nil || len(s.words) >= maxWords {
		s.words = make(wordCache)
	}
	s.words[key] = w
	return w
}

// hashOf is FNV-1a over characters.
func hashOf(runes []rune) uint64 {
	hash := uint64(0xcbf29ce484222325)
	for _, r := range runes {
		hash = (hash ^ uint64(r)) * 0x100000001b3
	}
	return hash
}
