package typefaces

import (
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode"

	"github.com/go-text/typesetting/font"
	ot "github.com/go-text/typesetting/font/opentype"
	"github.com/go-text/typesetting/font/opentype/tables"
	"github.com/go-text/typesetting/fontscan"
)

// indexed lists the fonts by fontscan, which keeps an index of them on disk. It gives
// up at the first file or folder that it can't read; nil = it did.
func (s *System) indexed() (fonts []fontscan.Footprint) {
	if s.options.Folders != nil {
		return nil
	}
	folder, ok := s.cacheFolder()
	if !ok {
		return nil
	}
	defer func() {
		if p := recover(); p != nil { // a broken font, or a broken index
			s.options.Logger.Debug("Index of fonts not usable", "err", p)
			fonts = nil
		}
	}()
	fonts, err := fontscan.SystemFonts(quiet{}, folder)
	if err != nil {
		s.options.Logger.Debug("Index of fonts not usable", "err", err)
	}
	return fonts
}

// quiet keeps fontscan from writing to the program's log about each odd file.
type quiet struct{}

// Printf implements [fontscan.Logger].
func (quiet) Printf(string, ...any) {}

// Bounds on what a folder of fonts may be, so that a wrong one costs no more than a
// second or two.
const (
	maxFiles    = 20_000
	maxFontSize = 256 << 20
)

// walk lists the fonts by reading the folders itself, and leaves out what it can't read.
func (s *System) walk() (fonts []fontscan.Footprint) {
	folders := s.options.Folders
	if folders == nil {
		var err error
		if folders, err = fontscan.DefaultFontDirectories(quiet{}); err != nil {
			s.options.Logger.Warn("No fonts of the computer found; characters that are not built in are drawn as boxes", "err", err)
			return nil
		}
	}
	files, seen := 0, make(map[string]bool)
	for _, folder := range folders {
		_ = filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || seen[path] || !isFont(path) {
				if err != nil && entry != nil && entry.IsDir() {
					return fs.SkipDir
				}
				return nil
			}
			seen[path] = true
			if files++; files > maxFiles {
				return fs.SkipAll
			}
			fonts = append(fonts, footprints(path)...)
			return nil
		}) // errors of its own are those that the function saw and skipped
	}
	return fonts
}

func isFont(path string) bool {
	return slices.Contains([]string{".ttf", ".otf", ".ttc", ".otc"}, strings.ToLower(filepath.Ext(path)))
}

// footprints tells of the faces in a file; none if it is no readable font.
func footprints(path string) (found []fontscan.Footprint) {
	defer func() {
		if recover() != nil { // a file that was made to break parsers
			found = nil
		}
	}()
	file, loaders, err := open(path)
	if err != nil {
		return nil
	}
	defer file.Close()
	for i, loader := range loaders {
		table, err := loader.RawTable(ot.MustNewTag("cmap"))
		if err != nil {
			continue
		}
		maps, _, err := tables.ParseCmap(table)
		if err != nil {
			continue
		}
		characters, _, err := font.ProcessCmap(maps, tables.FPNone)
		if err != nil || characters == nil {
			continue
		}
		about, _ := font.Describe(loader, nil)
		f := fontscan.Footprint{
			Location: fontscan.Location{File: path, Index: uint16(i)},
			Family:   font.NormalizeFamily(about.Family), Aspect: about.Aspect,
		}
		runes := characters.Iter()
		for n := 0; n <= unicode.MaxRune && runes.Next(); n++ { // a made-up table may go on and on
			r, _ := runes.Char()
			f.Runes.Add(r)
		}
		found = append(found, f)
	}
	return found
}

// open gives the fonts in a file, which the caller closes.
func open(path string) (*os.File, []*ot.Loader, error) {
	about, err := os.Stat(path)
	if err != nil {
		return nil, nil, err
	}
	if !about.Mode().IsRegular() || about.Size() > maxFontSize {
		return nil, nil, fmt.Errorf("%s is no font: %v, %d bytes", path, about.Mode(), about.Size())
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	loaders, err := ot.NewLoaders(file)
	if err != nil {
		file.Close()
		return nil, nil, fmt.Errorf("read font %s: %w", path, err)
	}
	return file, loaders, nil
}

// hasPictures reports whether a font's letters are pictures in colour, as those of Apple
// Color Emoji and Noto Color Emoji are: it takes much memory and has no outlines.
func hasPictures(l *ot.Loader) bool {
	return l.HasTable(ot.MustNewTag("sbix")) || l.HasTable(ot.MustNewTag("CBDT"))
}

// parse reads a face; nil if it is broken, or of pictures.
func parse(l fontscan.Location, log *slog.Logger) (face *font.Face) {
	defer func() {
		if p := recover(); p != nil {
			log.Debug("Font not usable", "file", l.File, "err", p)
			face = nil
		}
	}()
	file, loaders, err := open(l.File)
	if err != nil {
		log.Debug("Font not usable", "file", l.File, "err", err)
		return nil
	}
	defer file.Close()
	if int(l.Index) >= len(loaders) {
		return nil // the file has changed since it was listed
	}
	if hasPictures(loaders[l.Index]) {
		return nil
	}
	parsed, err := font.NewFont(loaders[l.Index])
	if err != nil {
		log.Debug("Font not usable", "file", l.File, "err", err)
		return nil
	}
	return font.NewFace(parsed)
}
