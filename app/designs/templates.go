package designs

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"image"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"fyne.io/fyne/v2/lang"

	"github.com/roomink/roomink/app/command"
	"github.com/roomink/roomink/app/xwidget"
)

// starter is what a new template begins with: a sign with all that it needs.
//
//go:embed starter.json
var starter string

// NewTemplate opens the editor with a small template to begin with.
func (p *Page) NewTemplate() {
	p.chooser.SelectSize(image.Pt(800, 480)) // that the starter is made for
	p.editor.begin("", p.freeName(lang.L("New template")), starter)
}

// freeName is a name that no template has yet.
func (p *Page) freeName(name string) string {
	taken := func(name string) bool {
		return slices.ContainsFunc(p.view.Templates, func(t Item) bool { return t.Name == name })
	}
	free := name
	for n := 2; taken(free); n++ {
		free = name + " " + strconv.Itoa(n)
	}
	return free
}

// Edit opens the editor with a saved template.
func (p *Page) Edit(name string) {
	p.source("edit", name, func(text []byte) {
		for _, t := range p.view.Templates {
			if t.Name == name {
				p.chooser.SelectSize(t.Size)
			}
		}
		p.editor.begin(name, name, string(text))
	})
}

// source reads a template as it was saved.
func (p *Page) source(verb, name string, then func([]byte)) {
	var text []byte
	p.area.Run(command.Task{
		Key: verb + " " + name, Label: lang.L("Reading “{{.Name}}”…", map[string]any{"Name": name}),
		Work: func(ctx context.Context) (err error) {
			text, err = p.cfg.Engine.TemplateSource(ctx, name)
			return err
		},
		Done: func(err error) {
			if err == nil {
				then(text)
			}
		},
	})
}

// longestText is the most that a template has, in bytes: the editor would be busy with
// a larger file for long, only to say that it can't be drawn.
const longestText = 256 << 10

// Import asks for a file with a template and opens the editor with it: what can't be
// drawn is seen before it is saved.
func (p *Page) Import() {
	p.cfg.ChooseFile([]string{".json"}, func(file string, data []byte, err error) {
		switch {
		case errors.Is(err, context.Canceled):
		case err != nil:
			p.area.Fail("import", err)
		case len(data) > longestText:
			p.area.Fail("import", fmt.Errorf("read %s: it is larger than %d KiB", file, longestText>>10))
		case !utf8.Valid(data):
			p.area.Fail("import", fmt.Errorf("read %s: it is no text", file))
		default:
			text := strings.ReplaceAll(strings.TrimPrefix(string(data), "\ufeff"), "\r\n", "\n")
			p.editor.begin("", strings.TrimSuffix(file, filepath.Ext(file)), text)
		}
	})
}

// Export asks where to save a template, and saves it as it is.
func (p *Page) Export(name string) {
	p.source("export", name, func(text []byte) {
		p.cfg.SaveFile(fileName(name), text, func(err error) {
			if err != nil && !errors.Is(err, context.Canceled) {
				p.area.Fail("export", err)
			}
		})
	})
}

// fileName is the name of a template as that of a file, without what some systems
// forbid.
func fileName(name string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(`/\:*?"<>|`, r) || r < ' ' {
			return '-'
		}
		return r
	}, name) + ".json"
}

// Delete asks first, then forgets a template.
func (p *Page) Delete(name string) {
	named := map[string]any{"Name": name}
	xwidget.Ask(xwidget.Question{
		Title: lang.L("Delete “{{.Name}}”?", named),
		Text:  lang.L("Signs that use it go back to the design “Status”. Export it first if you may want it again."),
		Yes:   lang.L("Delete"), No: lang.L("Cancel"), Danger: true,
	}, p.cfg.Window, func() {
		p.area.Run(command.Task{
			Key: "delete " + name, Label: lang.L("One moment…"), Success: lang.L("“{{.Name}}” was deleted.", named),
			Work: func(ctx context.Context) error { return p.cfg.Engine.DeleteTemplate(ctx, name) },
		})
	})
}
