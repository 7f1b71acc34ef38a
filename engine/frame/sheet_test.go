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
			m := image.NewPaletted(image.Rect(0, 0, 480, 800), display.Mono.Palette())
			for i := range m.Pix {
				m.Pix[i] = display.White
			}
			y := 4
			for _, size := range sheetSizes {
				for _, line := range []frame.Specimen{
					{Text: s.medium, Language: s.language, Size: size},
					{Text: s.bold, Language: s.language, Size: size, Bold: true},
				} {
					y += r.Specimen(m, line, 6, y) + 3
				}
			}
			m.Rect.Max.Y, m.Pix = y, m.Pix[:y*m.Stride]
			checkGolden(t, fmt.Sprintf("type-%s.png", s.name), m)
		})
	}
}
