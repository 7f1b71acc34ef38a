package engine

import (
	"context"
	"errors"
	"fmt"
	"image"
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/roomink/roomink/engine/health"
	"github.com/roomink/roomink/engine/sign"
	"github.com/roomink/roomink/engine/store"
	"github.com/roomink/roomink/engine/template"
)

// maxTemplateName is the longest name of a template, in characters.
const maxTemplateName = 60

// ownTemplate is a template of the organisation's own, as far as it can be drawn. It is
// immutable.
type ownTemplate struct {
	parsed *template.Template // nil = not at all
	fatal  *TemplateProblem   // why that is so; nil = it can be drawn
	others []template.Problem
}

// parseTemplate reads a template. What is wrong with it is among its problems.
func parseTemplate(source []byte) ownTemplate {
	parsed, problems, err := template.Parse(source)
	if err == nil {
		return ownTemplate{parsed: parsed, others: problems}
	}
	t := ownTemplate{fatal: &TemplateProblem{Text: err.Error(), Fatal: true}, others: problems}
	if at, ok := errors.AsType[*template.Error](err); ok {
		t.fatal.Line, t.fatal.Column, t.fatal.Text = at.Line, at.Column, at.Text
	}
	return t
}

// size is the panel that it was made for; zero if it does not say.
func (t ownTemplate) size() image.Point {
	if t.parsed == nil {
		return image.Point{}
	}
	return t.parsed.Size()
}

// SaveTemplate keeps a template under a name of 1 to 60 characters, in place of one of
// the same name. One that can't be drawn at all is refused.
func (e *Engine) SaveTemplate(ctx context.Context, name string, source []byte) error {
	name, err := templateName(name)
	if err != nil {
		return err
	}
	t := parseTemplate(source)
	if t.parsed == nil {
		return fmt.Errorf("the template can't be drawn: %s", t.fatal)
	}
	e.designing.Lock()
	defer e.designing.Unlock()
	if err := e.db.SaveTemplate(ctx, store.Template{Name: name, Source: source, ChangedAt: e.cfg.Now()}); err != nil {
		return err
	}
	e.changeTemplates(func() { e.state.templates[name] = t })
	e.record(ctx, ActSign, "The template "+name+" was saved", false)
	return nil
}

// templateName gives a name as it is kept.
func templateName(name string) (string, error) {
	name = strings.TrimSpace(name)
	switch n := utf8.RuneCountInString(name); {
	case n == 0:
		return "", errors.New("give the template a name")
	case n > maxTemplateName:
		return "", fmt.Errorf("the name of the template has %d characters, and may have %d", n, maxTemplateName)
	case !utf8.ValidString(name) || strings.ContainsFunc(name, unicode.IsControl):
		return "", errors.New("the name of the template holds a character that can't be shown")
	}
	return name, nil
}

// String reads like "line 3, column 7: …".
func (p TemplateProblem) String() string {
	if p.Line == 0 {
		return p.Text
	}
	return fmt.Sprintf("line %d, column %d: %s", p.Line, p.Column, p.Text)
}

// DeleteTemplate forgets a template. Signs that use it go back to the usual design.
func (e *Engine) DeleteTemplate(ctx context.Context, name string) error {
	e.designing.Lock()
	defer e.designing.Unlock()
	if err := e.db.DeleteTemplate(ctx, name); err != nil {
		return err
	}
	e.changeTemplates(func() { delete(e.state.templates, name) })
	e.record(ctx, ActSign, "The template "+name+" was deleted", false)
	return nil
}

// changeTemplates lets the signs follow a change of the templates.
func (e *Engine) changeTemplates(change func()) {
	e.mu.Lock()
	change()
	e.relook()
	e.mu.Unlock()
	e.designsInUse()
	e.touchAll()
	e.changed()
}

// TemplateSource gives a template as it was saved.
func (e *Engine) TemplateSource(ctx context.Context, name string) ([]byte, error) {
	t, err := e.db.Template(ctx, name)
	return t.Source, err
}

// CheckTemplate says what of a template can't be drawn. It is quick and keeps nothing.
func (e *Engine) CheckTemplate(source []byte) []TemplateProblem {
	t := parseTemplate(source)
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.problemsOf(t)
}

// problemsOf are those of a template that the settings leave: a picture from a host that
// they allow is none. e.mu is held.
func (e *Engine) problemsOf(t ownTemplate) []TemplateProblem {
	var problems []TemplateProblem
	if t.fatal != nil {
		problems = append(problems, *t.fatal)
	}
	for _, p := range t.others {
		host, err := hostName(p.Host)
		if p.Host != "" && err == nil && slices.Contains(e.state.hosts, host) {
			continue
		}
		problems = append(problems, TemplateProblem{Line: p.Line, Column: p.Column, Text: p.Text})
	}
	return problems
}

// listTemplates is what the app sees of the templates. e.mu is held.
func (e *Engine) listTemplates() []Template {
	var list []Template
	for _, name := range slices.Sorted(maps.Keys(e.state.templates)) {
		t := e.state.templates[name]
		list = append(list, Template{Name: name, Size: t.size(), Problems: e.problemsOf(t)})
	}
	return list
}

// templatesInUse are the names of the templates that signs should use, sorted. e.mu is
// held.
func (e *Engine) templatesInUse() []string {
	names := make(map[string]bool)
	e.policies(func(p sign.Policy) {
		if p.Design == sign.Custom {
			names[p.Template] = true
		}
	})
	return slices.Sorted(maps.Keys(names))
}

// noteTemplates warns of templates that signs should use and that can't be drawn.
func (e *Engine) noteTemplates() {
	wrong := make(map[string]string) // why, by name
	e.mu.Lock()
	for _, name := range e.templatesInUse() {
		switch t, there := e.state.templates[name]; {
		case !there:
			wrong[name] = "There is no template of this name."
		case t.parsed == nil:
			wrong[name] = sentence(t.fatal.String()) + "."
		}
	}
	e.mu.Unlock()
	for _, p := range e.health.Problems() {
		if _, still := wrong[p.Subject]; p.Code == codeTemplate && !still {
			e.health.Clear(codeTemplate, p.Subject)
		}
	}
	for name, why := range wrong {
		e.health.Set(health.Problem{Code: codeTemplate, Subject: name, Severity: health.Warning,
			Title: fmt.Sprintf("The template %q can't be drawn", name),
			Text:  why + " Signs that should use it show the usual design.", Remedy: "Import the template again, or choose another design."})
	}
}
