package engine

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/roomink/roomink/engine/health"
	"github.com/roomink/roomink/engine/sign"
)

// A language that somebody adds must be on the signs; one that is broken must cost no
// more than itself, and be named.
func TestLanguageFiles(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLife(1, 1)
		cfg := l.config(t, t.TempDir())
		dir := filepath.Join(cfg.Dir, "languages")
		must(t, os.Mkdir(dir, 0o700))
		for name, text := range map[string]string{
			"nl.toml":    "[language]\nname = \"Nederlands\"\n[messages]\nfree = \"Vrij\"\n",
			"it.toml":    "[messages]\nfree = \n",
			"large.toml": "# " + strings.Repeat("x", 2<<20),
			"notes.txt":  "not one",
		} {
			must(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
		}
		must(t, os.Mkdir(filepath.Join(dir, "sv.toml"), 0o700))
		e, _ := run(t, cfg)
		settle(time.Minute)
		var tags []string
		for _, l := range e.Languages() {
			tags = append(tags, l.Tag)
			if l.Tag == "nl" && l.Name != "Nederlands" {
				t.Errorf("%+v; want its own name", l)
			}
		}
		for _, want := range []string{"de", "en", "nl"} {
			if !slices.Contains(tags, want) {
				t.Errorf("languages %v; want %s", tags, want)
			}
		}
		if slices.Contains(tags, "it") {
			t.Errorf("languages %v; want none of a file that is broken", tags)
		}
		for file, want := range map[string]string{"it.toml": "it.toml:2", "large.toml": "large.toml", "sv.toml": "sv.toml", "nl.toml": "busy"} {
			i := slices.IndexFunc(e.Snapshot().Problems, func(p health.Problem) bool { return p.Code == codeLanguage && p.Subject == file })
			if i < 0 || !strings.Contains(e.Snapshot().Problems[i].Text, want) || !strings.Contains(e.Snapshot().Problems[i].Title, file) {
				t.Errorf("problems %+v; want one of %s that says %q", e.Snapshot().Problems, file, want)
			}
		}
		hang(t, e, 0)
		p := sign.DefaultPolicy()
		p.Language = "nl"
		must(t, e.SetPolicy(t.Context(), p))
		settle(bound)
		if s := signAt(t, e, 0); s.Headline != "Vrij" || s.Language != "nl" {
			t.Errorf("sign %+v; want it in Dutch", s)
		}
	})
}
