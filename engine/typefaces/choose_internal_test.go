package typefaces

import (
	"slices"
	"testing"

	"github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/fontscan"
)

// Which of the fonts that have a character comes first.
func TestCandidates(t *testing.T) {
	s := New(Options{})
	add := func(family string, weight font.Weight, style font.Style, runes ...rune) {
		f := fontscan.Footprint{
			Location: fontscan.Location{File: family}, Family: font.NormalizeFamily(family),
			Aspect: font.Aspect{Weight: weight, Style: style, Stretch: font.StretchNormal},
		}
		for _, r := range runes {
			f.Runes.Add(r)
		}
		s.fonts = append(s.fonts, f)
	}
	for _, family := range []string{"Noto Sans CJK HK", "Noto Sans CJK JP", "Noto Sans CJK KR", "Noto Sans CJK SC", "Noto Sans CJK TC"} {
		add(family, font.WeightNormal, font.StyleNormal, '語', '한', 'あ', '☎')
		add(family, font.WeightBold, font.StyleNormal, '語', '한', 'あ', '☎')
	}
	add("Noto Serif CJK SC", font.WeightMedium, font.StyleNormal, '語')
	add("Last Resort", font.WeightMedium, font.StyleNormal, '語', '☎', 'ก', '\u1234')
	add("Noto Color Emoji", font.WeightNormal, font.StyleNormal, '☎', '😀')
	add("DejaVu Sans", font.WeightNormal, font.StyleNormal, '☎')
	add("DejaVu Sans Mono", font.WeightMedium, font.StyleNormal, '☎')
	add("Waree", font.WeightNormal, font.StyleItalic, 'ก')
	add("Waree", font.WeightNormal, font.StyleNormal, 'ก')
	add("Waree", font.WeightBold, font.StyleNormal, 'ก')
	for _, c := range []struct {
		char     rune
		bold     bool
		language string
		family   string
		weight   font.Weight
	}{
		{'語', false, "ja", "Noto Sans CJK JP", font.WeightNormal},
		{'語', true, "ja-JP", "Noto Sans CJK JP", font.WeightBold},
		{'語', false, "zh", "Noto Sans CJK SC", font.WeightNormal},
		{'語', false, "zh-Hans", "Noto Sans CJK SC", font.WeightNormal},
		{'語', false, "zh-Hant", "Noto Sans CJK TC", font.WeightNormal},
		{'語', false, "zh-TW", "Noto Sans CJK TC", font.WeightNormal},
		{'語', false, "zh-HK", "Noto Sans CJK HK", font.WeightNormal},
		{'語', false, "ko", "Noto Sans CJK KR", font.WeightNormal},
		{'語', false, "de", "Noto Sans CJK SC", font.WeightNormal},
		{'한', false, "de", "Noto Sans CJK KR", font.WeightNormal},
		{'あ', false, "zh", "Noto Sans CJK JP", font.WeightNormal},
		{'☎', false, "ja", "DejaVu Sans", font.WeightNormal},
		{'😀', false, "", "Noto Color Emoji", font.WeightNormal}, // whether it has outlines is seen later
		{'ก', false, "th", "Waree", font.WeightNormal},
		{'ก', true, "th", "Waree", font.WeightBold},
		{'\u1234', false, "", "", 0},
	} {
		order := s.candidates(c.char, c.bold, c.language)
		if len(order) == 0 {
			if c.family != "" {
				t.Errorf("%q: no font", c.char)
			}
			continue
		}
		first := s.fonts[order[0]]
		if first.Location.File != c.family || first.Aspect.Weight != c.weight || first.Aspect.Style != font.StyleNormal {
			t.Errorf("%q in %q: %s %v %v, want %s %v", c.char, c.language, first.Location.File, first.Aspect.Weight, first.Aspect.Style, c.family, c.weight)
		}
		slices.Reverse(s.fonts) // the order in which they are found must not matter
	}
}
