package typefaces_test

import (
	"bytes"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/go-text/typesetting/font"

	"github.com/roomink/roomink/assets"
	"github.com/roomink/roomink/engine/frame"
	"github.com/roomink/roomink/engine/typefaces"
)

var _ frame.Fallback = (*typefaces.System)(nil)

// folder makes a folder of fonts.
func folder(t testing.TB, files map[string][]byte) string {
	t.Helper()
	dir := t.TempDir()
	for name, data := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func family(f *font.Face) string {
	if f == nil {
		return ""
	}
	return f.Describe().Family
}

func TestFace(t *testing.T) {
	dir := folder(t, map[string][]byte{
		"a/plex.ttf": assets.PlexSansMedium, "b/plex-bold.ttf": assets.PlexSansBold, "c/hebrew.TTF": assets.PlexSansHebrewMedium,
		"d/japanese.otf": assets.NotoSansJapaneseMedium, "e/japanese-bold.otf": assets.NotoSansJapaneseBold,
		"readme.txt": []byte("no font"), "hebrew.woff": assets.PlexSansHebrewBold,
	})
	s := typefaces.New(typefaces.Options{Folders: []string{dir, dir, filepath.Join(dir, "missing")}})
	for _, c := range []struct {
		char     rune
		bold     bool
		language string
		want     string
	}{
		{'A', false, "", "IBM Plex Sans"},
		{'ש', false, "he", "IBM Plex Sans Hebrew"},
		{'ש', true, "", "IBM Plex Sans Hebrew"}, // a lighter one is better than none
		{'漢', false, "ja", "Noto Sans CJK JP"},
		{'漢', false, "zh", "Noto Sans CJK JP"},
		{'ก', false, "th", ""},
		{'\U0010ffff', false, "", ""},
		{-1, false, "", ""},
	} {
		first := s.Face(c.char, c.bold, c.language)
		if got := family(first); !strings.HasPrefix(got, c.want) || c.want == "" && got != "" {
			t.Errorf("%q: %q, want %q", c.char, got, c.want)
		}
		if again := s.Face(c.char, c.bold, c.language); again != first {
			t.Errorf("%q: another face the second time", c.char)
		}
		other := typefaces.New(typefaces.Options{Folders: []string{dir}})
		if got := family(other.Face(c.char, c.bold, c.language)); got != family(first) {
			t.Errorf("%q: %q in another run", c.char, got)
		}
	}
	if a, b := s.Face('A', false, ""), s.Face('A', true, ""); a == b {
		t.Error("bold and medium are the same face")
	}
}

// Nothing that lies in a folder of fonts may keep the others from being found.
func TestBrokenFonts(t *testing.T) {
	cut := assets.PlexSansMedium[:len(assets.PlexSansMedium)/3]
	noise := bytes.Clone(assets.PlexSansHebrewMedium)
	for i := 300; i < len(noise); i += 7 {
		noise[i] ^= 0x5a
	}
	dir := folder(t, map[string][]byte{
		"cut.ttf": cut, "noise.ttf": noise, "empty.ttf": nil, "text.otf": []byte("not a font at all"),
		"collection.ttc":  append([]byte("ttcf\x00\x01\x00\x00\x7f\xff\xff\xff"), cut...),
		"good/arabic.ttf": assets.PlexSansArabicMedium,
	})
	for name, target := range map[string]string{"loop.ttf": "loop.ttf", "dead.ttf": "nowhere.ttf", "folder.ttf": "good"} {
		if err := os.Symlink(target, filepath.Join(dir, name)); err != nil {
			t.Skip("no symbolic links here:", err)
		}
	}
	s := typefaces.New(typefaces.Options{Folders: []string{dir}})
	if got := family(s.Face('م', false, "ar")); got != "IBM Plex Sans Arabic Medium" && got != "IBM Plex Sans Arabic" {
		t.Errorf("found %q", got)
	}
	s.Face('ש', false, "he") // of the noise, if at all: it only must not panic
	s.Face('A', false, "en")
}

// Of a font of pictures no letter is taken, whichever is asked for first.
func TestFontOfPictures(t *testing.T) {
	pictures := bytes.Replace(assets.PlexSansHebrewMedium, []byte("gasp"), []byte("CBDT"), 1) // in its list of tables
	if bytes.Equal(pictures, assets.PlexSansHebrewMedium) {
		t.Fatal("the font has no such table")
	}
	s := typefaces.New(typefaces.Options{Folders: []string{folder(t, map[string][]byte{"emoji.ttf": pictures})}})
	if got := family(s.Face('ש', false, "he")); got != "" {
		t.Errorf("found %q", got)
	}
}

func TestNoFonts(t *testing.T) {
	for name, folders := range map[string][]string{"missing": {filepath.Join(t.TempDir(), "no")}, "empty": {t.TempDir()}, "none": {}} {
		if f := typefaces.New(typefaces.Options{Folders: folders}).Face('漢', false, "zh"); f != nil {
			t.Errorf("%s: a face from nowhere: %s", name, family(f))
		}
	}
}

func TestConcurrentFirstUse(t *testing.T) {
	s := typefaces.New(typefaces.Options{Folders: []string{folder(t, map[string][]byte{
		"hebrew.ttf": assets.PlexSansHebrewMedium, "arabic.ttf": assets.PlexSansArabicMedium,
	})}})
	var wg sync.WaitGroup
	faces := make([]*font.Face, 8)
	for i := range faces {
		wg.Go(func() {
			faces[i] = s.Face('ש', i%2 == 0, "he")
			s.Face(rune('م'+i), false, "ar")
		})
	}
	wg.Wait()
	for _, f := range faces {
		if f == nil || f != faces[0] {
			t.Fatalf("not one face for all: %v", faces)
		}
	}
}

// The fonts of the system are found by fontscan with an index on disk, and without it
// where fontscan gives up. Its state is that of a process, so each case has its own.
func TestSystemFonts(t *testing.T) {
	if os.Getenv("TYPEFACES_CACHE") != "" {
		var log bytes.Buffer
		s := typefaces.New(typefaces.Options{
			Cache:  os.Getenv("TYPEFACES_CACHE"),
			Logger: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		})
		face := s.Face('\u0905', false, "hi")
		t.Logf("found <%s>\n%s", family(face), &log)
		return
	}
	if runtime.GOOS != "linux" {
		t.Skip("only there a test can say where the system's fonts are")
	}
	good := map[string][]byte{"fonts/devanagari.ttf": assets.PlexSansDevanagariMedium}
	for _, c := range []struct {
		name    string
		prepare func(data, cache string) error
		index   bool
	}{
		{"as it should be", func(string, string) error { return nil }, true},
		{"a file that can't be read", func(data, _ string) error {
			return os.Symlink("loop.ttf", filepath.Join(data, "fonts", "loop.ttf"))
		}, false},
		{"no folder for the index", func(_, cache string) error { return os.WriteFile(cache, nil, 0o600) }, false},
		{"a damaged index", func(_, cache string) error {
			if err := os.Mkdir(cache, 0o700); err != nil {
				return err
			}
			for v := range 12 {
				name := filepath.Join(cache, "font_index_v"+string(rune('0'+v))+".cache")
				if err := os.WriteFile(name, []byte("\x1f\x8b damaged"), 0o600); err != nil {
					return err
				}
			}
			return nil
		}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			data, cache := folder(t, good), filepath.Join(t.TempDir(), "cache")
			if err := c.prepare(data, cache); err != nil {
				t.Skip(err)
			}
			cmd := exec.Command(os.Args[0], "-test.run=^TestSystemFonts$", "-test.v")
			cmd.Env = append(os.Environ(), "TYPEFACES_CACHE="+cache, "XDG_DATA_HOME="+data, "XDG_DATA_DIRS="+data)
			out, err := cmd.CombinedOutput()
			if err != nil || !strings.Contains(string(out), "found <IBM Plex Sans Devanagari") && !strings.Contains(string(out), "found <Noto Sans Devanagari") {
				t.Errorf("%v\n%s", err, out)
			}
			indexes, _ := filepath.Glob(filepath.Join(cache, "*.cache"))
			if (len(indexes) > 0) != c.index {
				t.Errorf("index on disk: %v", indexes)
			}
		})
	}
}

// Whatever a file in a folder of fonts holds, looking for faces goes on.
func FuzzFontFile(f *testing.F) {
	small := assets.PlexSansHebrewMedium
	f.Add(small[:2000])
	f.Add(small)
	f.Add([]byte("ttcf\x00\x01\x00\x00\x00\x00\x00\x02\x00\x00\x00\x14\x00\x00\x00\x14OTTO\x00\x01"))
	dir := folder(f, map[string][]byte{"good/arabic.ttf": assets.PlexSansArabicMedium})
	f.Fuzz(func(t *testing.T, data []byte) {
		own := t.TempDir()
		if err := os.WriteFile(filepath.Join(own, "fuzz.ttf"), data, 0o600); err != nil {
			t.Fatal(err)
		}
		s := typefaces.New(typefaces.Options{Folders: []string{own, dir}})
		s.Face('ש', true, "he")
		if s.Face('م', false, "ar") == nil {
			t.Error("a good font is no longer found")
		}
	})
}
