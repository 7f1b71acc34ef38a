package frame_test

import (
	"bytes"
	"image"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"github.com/go-text/typesetting/font"

	"github.com/roomink/roomink/assets"
	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/frame"
)

// standIn is a fallback with one face, which has its Hebrew letters at other characters:
// r - shift.
type standIn struct {
	face *font.Face
	only func(rune) bool

	mu    sync.Mutex
	asked []string
}

func (s *standIn) Face(r rune, bold bool, language string) *font.Face {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked = append(s.asked, string(r)+"/"+language)
	if s.only(r) {
		return s.face
	}
	return nil
}

// private gives a face that maps private characters to letters, as no built-in face does.
func private(t testing.TB) *font.Face {
	t.Helper()
	parsed, err := font.ParseTTF(bytes.NewReader(assets.PlexSansHebrewBold))
	if err != nil {
		t.Fatal(err)
	}
	parsed.Font.Cmap = shifted{parsed.Font.Cmap}
	return font.NewFace(parsed.Font)
}

// shifted is a character map with the alphabet at U+E000.
type shifted struct{ font.Cmap }

func (s shifted) Lookup(r rune) (font.GID, bool) {
	if r >= 0xe000 && r < 0xe01a {
		return s.Cmap.Lookup(r - 0xe000 + 'a')
	}
	return 0, false
}

func TestFallback(t *testing.T) {
	system := &standIn{face: private(t), only: func(r rune) bool { return r >= 0xe000 && r < 0xe01a }}
	r, err := frame.New(frame.Options{Fallback: system})
	if err != nil {
		t.Fatal(err)
	}
	const boxFace = "57" // what starts the number of U+E0xx written as a glyph
	with := r.Glyphs(frame.Specimen{Text: "ab \ue000\ue001 c", Language: "de"})
	if strings.Contains(with, boxFace+"3") || strings.Count(with, "|") != 6 {
		t.Errorf("set as %s", with)
	}
	if !slices.Contains(system.asked, "\ue000/de") || slices.Contains(system.asked, "a/de") || slices.Contains(system.asked, " /de") {
		t.Errorf("the system was asked for %q", system.asked)
	}
	asked := len(system.asked)
	if again := r.Glyphs(frame.Specimen{Text: "ab \ue000\ue001 c", Language: "de"}); again != with || len(system.asked) != asked {
		t.Errorf("the second time: %s, and %d more questions", again, len(system.asked)-asked)
	}
	if got, want := r.Glyphs(frame.Specimen{Text: "\uf000"}), "[61440=0+720]"; got != want {
		t.Errorf("what nobody has: %s, want the box %s", got, want)
	}
}

// One box a cluster, none for what has no ink, and none of a letter whose mark is missing.
func TestMissing(t *testing.T) {
	r := newRenderer(t)
	for _, c := range []struct{ name, text, want string }{
		{"letter", "\ua840", "[43072=0+720]"},
		{"beyond the first plane", "\U00012000", "[73728=0+920]"},
		{"cluster with joiners", "\U0001f469\u200d\U0001f4bb\ufe0f", "[128105=0+920]"},
		{"right to left", "\U00010900\U00010901", "[67841=1+920|67840=0+920]"},
		{"joiners and selectors", "\u200d\ufe0f\u200b", "[]"},
		{"control characters", "\x01\x02", "[]"},
	} {
		got := r.Glyphs(frame.Specimen{Text: c.text})
		if c.want == "[]" { // blanks of no width may stay
			if strings.Count(got, "+0") != strings.Count(got, "=") {
				t.Errorf("%s: %s takes room", c.name, got)
			}
			continue
		}
		if got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
	plain, marked := r.Glyphs(frame.Specimen{Text: "e"}), r.Glyphs(frame.Specimen{Text: "e\u20e0"})
	if plain != marked {
		t.Errorf("a letter with a mark that no face has: %s, without %s", marked, plain)
	}
}

// Ideographs that are not Japanese come from one face, not some from ours.
func TestForeignIdeographs(t *testing.T) {
	noto, err := font.ParseTTF(bytes.NewReader(assets.NotoSansJapaneseBold))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		text, language string
		asked          bool
	}{
		{"会议室", "en", true}, // 议 is simplified
		{"会議室", "en", false},
		{"会議室", "zh", true},
		{"会議室", "ko-KR", true},
		{"议で会", "en", false}, // Japanese all the same, but for one
	} {
		system := &standIn{face: noto, only: func(rune) bool { return true }}
		r, err := frame.New(frame.Options{Fallback: system})
		if err != nil {
			t.Fatal(err)
		}
		r.Glyphs(frame.Specimen{Text: c.text, Language: c.language})
		if got := slices.ContainsFunc(system.asked, func(s string) bool { return strings.HasPrefix(s, "会") }); got != c.asked {
			t.Errorf("%s in %s: another face asked for 会: %v", c.text, c.language, got)
		}
	}
}

// The first characters of each script and the fallback, by many drawers at once.
func TestConcurrentFirstUse(t *testing.T) {
	newest := func() *frame.Renderer {
		r, err := frame.New(frame.Options{Fallback: &standIn{face: private(t), only: func(r rune) bool { return r >= 0xe000 && r < 0xe01a }}})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	s := sampleNamed(t, "busy")
	title := *s.Current
	title.Title = "Review مراجعة פגישה समीक्षा 会議 \ue000\ue001 ꡀ"
	s.Current = &title
	want, err := newest().Frame(s, mono800, nil)
	if err != nil {
		t.Fatal(err)
	}
	r := newest()
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if got, err := r.Frame(s, mono800, nil); err != nil || got.Hash != want.Hash {
				t.Errorf("drawn at once with others: %v, hash %s, want %s", err, got.Hash, want.Hash)
			}
		})
	}
	wg.Wait()
}

// Anyone can send an invitation to a room, in any characters.
func FuzzShape(f *testing.F) {
	for _, s := range sheets {
		f.Add(s.medium, s.language, false)
		f.Add(s.bold, s.language, true)
	}
	f.Add("a\u0301\u0301\u0301\u200d\u202eabc\u2067אב\u2069\ufeff", "ar", false)
	f.Add("\u0915\u094d\u200d\u094d\u093f\u0930\u094d", "", true)
	r := newRenderer(f)
	m := image.NewPaletted(image.Rect(0, 0, 400, 60), display.Mono.Palette())
	f.Fuzz(func(t *testing.T, text, language string, bold bool) {
		if len(text) > 1024 || len(language) > 64 || !utf8.ValidString(text) {
			return
		}
		s := frame.Specimen{Text: text, Language: language, Bold: bold, Size: 8}
		if err := r.CheckShape(s); err != nil {
			t.Errorf("%q: %v", text, err)
		}
		r.Specimen(m, s, 0, 0)
	})
}
