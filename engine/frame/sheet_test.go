package frame_test

import (
	"fmt"
	"image"
	"testing"

	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/frame"
)

// sheetSizes are the x-heights of a specimen, from the smallest that is ever drawn.
var sheetSizes = []int{6, 8, 10, 13, 18, 30}

// sheets are specimens of the scripts that we ship faces for.
var sheets = []struct{ name, language, medium, bold string }{
	{"alphabets", "en", "Besprechung Łódź Řeřicha fjord 10:45 – Αθήνα Совещание", "Free until 14:30 Größe Ж"},
	{"arabic", "ar", "مراجعة ميزانية 2027 مع فريق Roomink، قاعة ٣", "متاحة حتى الساعة ١٤:٣٠"},
	{"hebrew", "he", "פגישת צוות שבועית 10:45 בחדר (3) שָׁלוֹם", "פנוי עד 14:30"},
	{"devanagari", "hi", "साप्ताहिक समीक्षा बैठक क्ष्म श्री र्कि १०:४५", "कक्ष खाली है ३ बजे तक"},
	{"japanese", "ja", "四半期レビュー会議（髙橋・山﨑）予約受付中 10:45", "使用中 14:30まで"},
	{"missing", "en", "x\U00012000\U00012001x ꡀꡁ e\u20e0y \U0001f469\u200d\U0001f4bb \u200dok\ufe0f", "ꡀ\U00012000A"},
}

// The evidence for the choice of faces and for the fitting, at real pixels.
func TestTypeSheets(t *testing.T) {
	r := newRenderer(t)
	for _, s := range sheets {
		t.Run(s.name, func(t *testing.T) {
			m := blankSheet()
			y := 4
			for _, size := range sheetSizes {
				for _, line := range []frame.Specimen{
					{Text: s.medium, Language: s.language, Size: size},
					{Text: s.bold, Language: s.language, Size: size, Bold: true},
				} {
					y += r.Specimen(m, line, 6, y) + 3
				}
			}
			checkGolden(t, fmt.Sprintf("type-%s.png", s.name), cropSheet(m, y))
		})
	}
}

// Why outlines are fitted to pixels: below each line, what thresholding alone makes of it.
func TestFittingSheet(t *testing.T) {
	r := newRenderer(t)
	m := blankSheet()
	y := 4
	for _, s := range []frame.Specimen{
		{Text: "Quarterly business review, Größe 10:45", Language: "en", Size: 7},
		{Text: "Quarterly business review", Language: "en", Size: 10, Bold: true},
		{Text: "פגישת צוות שבועית 10:45", Language: "he", Size: 8},
		{Text: "مراجعة ميزانية الربع الأخير", Language: "ar", Size: 8},
		{Text: "साप्ताहिक समीक्षा बैठक", Language: "hi", Size: 8},
		{Text: "四半期レビュー会議 予約受付中", Language: "ja", Size: 8},
		{Text: "会議室は使用中です", Language: "ja", Size: 10, Bold: true},
	} {
		for _, s.Unfitted = range []bool{false, true} {
			y += r.Specimen(m, s, 6, y)
		}
		y += 4
	}
	checkGolden(t, "type-fitting.png", cropSheet(m, y))
}

// blankSheet is paper for specimens, and cropSheet the upper part of it.
func blankSheet() *image.Paletted {
	m := image.NewPaletted(image.Rect(0, 0, 480, 800), display.Mono.Palette())
	for i := range m.Pix {
		m.Pix[i] = display.White
	}
	return m
}

func cropSheet(m *image.Paletted, height int) *image.Paletted {
	m.Rect.Max.Y, m.Pix = height, m.Pix[:height*m.Stride]
	return m
}

// Marks above and below stay in their line, whole, at every size.
func TestMarksAreNotClipped(t *testing.T) {
	r := newRenderer(t)
	for _, s := range []frame.Specimen{
		{Text: "ẾỘẶ Ǻ Ç", Language: "vi"},
		{Text: "مُحَمَّدٌ إِنَّ ٱللَّٰهِ ڿ ي", Language: "ar"},
		{Text: "שָׁלוֹם בְּרֵאשִׁית לֹּ ךָּ", Language: "he"},
		{Text: "र्कि हूँ त्र्यूँ ङ्कृ ड्ढु ह्लू", Language: "hi"},
		{Text: "が゜（鬱）、。", Language: "ja"},
	} {
		for _, s.Bold = range []bool{false, true} {
			for s.Size = 6; s.Size <= 60; s.Size += 3 {
				box, ink := r.Extent(s)
				// What was folded onto the grid may stand out by a pixel.
				if ink.Min.Y < box.Min.Y || ink.Max.Y > box.Max.Y {
					t.Errorf("%s at %d, bold %v: ink %v leaves its line %v", s.Text, s.Size, s.Bold, ink, box)
				}
			}
		}
	}
}

// Ideographs stay larger than letters, as long as there is room.
func TestLegible(t *testing.T) {
	r := newRenderer(t)
	for _, c := range []struct {
		name, text    string
		width, height int
		size          int
		cut           bool
	}{
		{"letters shrink to the floor", "Quarterly business review", 150, 20, 6, false},
		{"ideographs stop before it", "四半期業績検討会議", 100, 22, 8, true},
		{"but are never left out", "四半期業績検討会議", 200, 16, 6, false},
		{"kana need no more than letters", "クォーター", 60, 20, 6, false},
		{"vowel signs close up", "साप्ताहिक समीक्षा बैठक", 60, 20, 7, true},
	} {
		size, _, cut := r.Lines(c.text, 12, 6, 1, c.width, c.height)
		if size != c.size || cut != c.cut {
			t.Errorf("%s: size %d, cut %v; want %d, %v", c.name, size, cut, c.size, c.cut)
		}
	}
}
