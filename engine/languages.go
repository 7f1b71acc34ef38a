package engine

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/roomink/roomink/engine/health"
	"github.com/roomink/roomink/engine/sign"
)

// languagesDir is the folder, inside that of the data, for language files of one's own.
const languagesDir = "languages"

// Bounds on language files. What the words may be is for package sign to say, which
// refuses a file long before this size.
const (
	maxLanguageFile  = 1 << 20
	maxLanguageFiles = 100
)

// Languages lists the languages that signs can speak.
func (e *Engine) Languages() []Language {
	var list []Language
	for _, l := range e.catalogue.Languages() {
		list = append(list, Language{Tag: l.Tag, Name: l.Name})
	}
	return list
}

// openLanguages makes the catalogue of what signs say. A file that can't be used is told
// of, and costs no more than itself.
func (e *Engine) openLanguages() {
	dir := filepath.Join(e.cfg.Dir, languagesDir)
	names, err := languageFiles(dir)
	if err != nil {
		e.noteLanguage("", dir, []error{err})
	}
	var files []sign.File
	problems := make(map[string][]error) // by file
	for _, name := range names {
		data, err := readStart(filepath.Join(dir, name), maxLanguageFile)
		if err != nil {
			problems[name] = append(problems[name], err)
			continue
		}
		files = append(files, sign.File{Name: name, Data: data})
	}
	catalogue, wrong := sign.NewCatalogue(files...)
	for _, err := range wrong {
		i := slices.IndexFunc(files, func(f sign.File) bool { return strings.HasPrefix(err.Error(), f.Name+":") })
		if i < 0 {
			e.log.Error("A built-in language is not in order", "err", err)
			continue
		}
		problems[files[i].Name] = append(problems[files[i].Name], err)
	}
	for name, errs := range problems {
		e.noteLanguage(name, dir, errs)
	}
	e.catalogue = catalogue
}

// languageFiles lists the files, by name.
func languageFiles(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var names []string
	for _, entry := range entries {
		if strings.EqualFold(filepath.Ext(entry.Name()), ".toml") {
			names = append(names, entry.Name())
		}
	}
	if len(names) > maxLanguageFiles {
		err = errors.Join(err, fmt.Errorf("there are %d language files, of which the first %d are used", len(names), maxLanguageFiles))
		names = names[:maxLanguageFiles]
	}
	return names, err
}

// readStart reads a file, and a little more than limit bytes of it at most.
func readStart(path string, limit int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, limit+1))
}

// languageErrors is how many errors of one file are shown: a broken one can have
// hundreds.
const languageErrors = 5

func (e *Engine) noteLanguage(name, dir string, errs []error) {
	var text []string
	for _, err := range errs[:min(len(errs), languageErrors)] {
		text = append(text, err.Error())
	}
	if more := len(errs) - languageErrors; more > 0 {
		text = append(text, fmt.Sprintf("… and %d more", more))
	}
	title := "The language file " + name + " is not in order"
	if name == "" {
		title = "Some language files could not be read"
	}
	e.health.Set(health.Problem{Code: codeLanguage, Subject: name, Severity: health.Notice,
		Title: title, Text: strings.Join(text, "\n"), Remedy: "Correct it in the folder " + dir + ", then restart Roomink."})
}
