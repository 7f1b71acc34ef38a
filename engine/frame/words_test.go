package frame

import (
	"fmt"
	"slices"
	"testing"
)

// What a shaper remembers must not change what it gives, whatever it had to forget.
func TestWordsFromTheCache(t *testing.T) {
	shape := func(d *drawer, text string) []glyph {
		d.shaper.reset()
		runes := []rune(text)
		return slices.Clone(d.shaper.shape(medium, runes, baseDirection(runes)).glyphs)
	}
	fresh := func() *drawer {
		f, err := newFaces(nil)
		if err != nil {
			t.Fatal(err)
		}
		return newDrawer(f, &pictures{})
	}
	used := fresh()
	texts := []string{
		"Quarterly business review", "AVAVA Tomate  To To", " 10:00 – 11:00 ", "Größe, Größe; Straße", "Ёлка Łódź Ωμέγα",
		"fi ffi office 1/2", "", " ", "averyveryveryveryveryveryverylongword and averyveryveryveryveryveryverylongword",
	}
	for round := range 2 {
		for _, text := range texts {
			if got, want := shape(used, text), shape(fresh(), text); !slices.Equal(got, want) {
				t.Errorf("round %d, %q: %v, want %v", round, text, got, want)
			}
		}
		for i := range maxWords + 10 {
			shape(used, fmt.Sprintf("word%d", i))
		}
		if len(used.shaper.words) > maxWords {
			t.Errorf("%d words are remembered, at most %d may", len(used.shaper.words), maxWords)
		}
	}
	// Two words of the same hash: the one that came first must not stand for the other.
	first := []rune("alpha")
	key := wordKey{hash: hashOf([]rune("omega")), face: builtIn(medium, alphabets), spoken: used.shaper.spoken, script: scriptOf(first)}
	used.shaper.learn(key, key.face, first, key.script)
	if got, want := shape(used, "omega"), shape(fresh(), "omega"); !slices.Equal(got, want) {
		t.Errorf("with a collision: %v, want %v", got, want)
	}
}
