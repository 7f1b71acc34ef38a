// Package typefaces finds faces among the fonts of the computer for characters that
// Roomink's own fonts lack. Start with [New]; scan.go tells how fonts are found,
// choose.go which one is taken.
package typefaces

import (
	"log/slog"
	"os"
	"path/filepath"
	"sync"

	"github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/fontscan"
)

// Options say where fonts are. The zero value is that of no logger and no index on disk.
type Options struct {
	// Cache is the folder for the index of fonts, made if need be; without one that can be
	// written the fonts are read anew in each run. "" = none.
	Cache string
	// Folders are looked through instead of those of the system.
	Folders []string
	Logger  *slog.Logger // nil = none
}

// System is the fonts of the computer. It reads them once, when the first face is asked
// for, and is safe for concurrent use. Fonts that can't be read don't count; without any
// there simply are no faces. It implements frame.Fallback.
type System struct {
	options Options
	scan    sync.Once

	mu     sync.Mutex // for what follows
	fonts  []fontscan.Footprint
	loaded map[fontscan.Location]*font.Face // nil for what turned out to be of no use
}

// New gives the fonts of the computer. It reads nothing yet.
func New(o Options) *System {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return &System{options: o, loaded: make(map[fontscan.Location]*font.Face)}
}

// Face gives a face that has an outline for r; nil = there is none. language is a BCP 47
// tag, which matters where letters differ between languages; it may be empty. The same
// arguments always give the same face. The first call may take a second.
func (s *System) Face(r rune, bold bool, language string) *font.Face {
	s.scan.Do(s.read)
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, i := range s.candidates(r, bold, language) {
		if face := s.load(&s.fonts[i]); face != nil && hasOutline(face, r) {
			return face
		}
	}
	return nil
}

// read finds the fonts.
func (s *System) read() {
	fonts := s.indexed()
	if fonts == nil {
		fonts = s.walk()
	}
	s.mu.Lock()
	s.fonts = fonts
	s.mu.Unlock()
	s.options.Logger.Debug("Fonts of the computer read for characters that are not built in", "faces", len(fonts))
}

// load reads the file of a font, once.
func (s *System) load(f *fontscan.Footprint) *font.Face {
	face, known := s.loaded[f.Location]
	if !known {
		face = parse(f.Location, s.options.Logger)
		s.loaded[f.Location] = face
	}
	return face
}

// cacheFolder makes the folder for the index. It reports false where there can be none.
func (s *System) cacheFolder() (string, bool) {
	if s.options.Cache == "" || os.MkdirAll(s.options.Cache, 0o700) != nil {
		return "", false
	}
	probe, err := os.CreateTemp(s.options.Cache, "probe")
	if err != nil {
		return "", false
	}
	probe.Close()
	return filepath.Clean(s.options.Cache), os.Remove(probe.Name()) == nil
}
