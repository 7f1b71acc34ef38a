package sign

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/go-playground/locales"
	"github.com/go-playground/locales/ar"
	"github.com/go-playground/locales/de"
	"github.com/go-playground/locales/en"
	"github.com/go-playground/locales/es"
	"github.com/go-playground/locales/fr"
	"github.com/go-playground/locales/ja"
	"github.com/nicksnyder/go-i18n/v2/i18n"
	"github.com/nicksnyder/go-i18n/v2/i18n/template"
	"golang.org/x/text/language"

	"github.com/roomink/roomink/assets"
)

// Language is a language that signs can speak.
type Language struct {
	Tag         string // BCP 47, such as "pt-BR"
	Name        string // in itself: "Deutsch"
	RightToLeft bool
}

// Catalogue holds what signs say in all languages. It never changes: share it freely.
type Catalogue struct {
	languages []Language
	words     map[string]*words // by tag in lower case
	english   *words
}

// NewCatalogue makes a catalogue of the built-in languages and of extra files, which
// add languages, or change what a built-in one says message by message. A file or
// message that can't be used is left out, and the errors say why, with its name and
// line; so do they for messages that a new language lacks, and that stay English.
// The catalogue is of use whatever the errors.
func NewCatalogue(extra ...File) (*Catalogue, []error) {
	b := builder{bundle: i18n.NewBundle(language.English), files: make(map[string]*languageFile)}
	own, err := builtInFiles()
	if err != nil {
		b.problems = append(b.problems, err)
	}
	for _, f := range own {
		b.add(f)
	}
	for _, f := range extra {
		b.add(f)
	}
	c := b.build()
	for _, f := range extra {
		b.reportMissing(f)
	}
	return c, b.problems
}

// builtIn is the catalogue of the built-in languages alone.
var builtIn = sync.OnceValue(func() *Catalogue {
	c, _ := NewCatalogue() // a test reads the files
	return c
})

func builtInFiles() ([]File, error) {
	const dir = "languages"
	entries, err := assets.Languages.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("list the built-in languages: %w", err)
	}
	files := make([]File, len(entries))
	for i, e := range entries {
		files[i].Name = e.Name()
		if files[i].Data, err = assets.Languages.ReadFile(dir + "/" + e.Name()); err != nil {
			return nil, fmt.Errorf("read a built-in language: %w", err)
		}
	}
	return files, nil
}

// Languages lists the languages by their tags.
func (c *Catalogue) Languages() []Language { return slices.Clone(c.languages) }

// Languages lists the built-in languages by their tags.
func Languages() []Language { return builtIn().Languages() }

// wordsFor finds the words for a BCP 47 tag by leaving off its last parts until a
// language is found (RFC 4647, section 3.4); English where none is.
func (c *Catalogue) wordsFor(tag string) *words {
	if w := c.words[tag]; w != nil {
		return w
	}
	for tag = strings.ToLower(strings.ReplaceAll(tag, "_", "-")); tag != ""; tag = parent(tag) {
		if w := c.words[tag]; w != nil {
			return w
		}
	}
	return c.english
}

// parent leaves off the last part of a tag.
func parent(tag string) string { return tag[:max(0, strings.LastIndexByte(tag, '-'))] }

// builder puts a catalogue together.
type builder struct {
	bundle   *i18n.Bundle             // knows plural forms
	files    map[string]*languageFile // by tag in lower case; files of one tag are merged
	problems []error
}

func (b *builder) add(f File) {
	l, problems, ok := readFile(f)
	b.problems = append(b.problems, problems...)
	if !ok {
		return
	}
	messages := make([]*i18n.Message, 0, len(l.messages))
	for _, key := range sortedKeys(l.messages) {
		messages = append(messages, l.messages[key])
	}
	if err := b.bundle.AddMessages(l.tag, messages...); err != nil {
		b.problems = append(b.problems, fmt.Errorf("%s: CLDR has no plural rules for this language: %w", f.Name, err))
		return
	}
	key := strings.ToLower(l.tag.String())
	if old := b.files[key]; old != nil {
		for id, m := range old.messages {
			if l.messages[id] == nil {
				l.messages[id] = m
			}
		}
		l.Names = l.Names.or(old.Names)
		l.Language.Name = cmp.Or(l.Language.Name, old.Language.Name)
		l.Language.RightToLeft = cmp.Or(l.Language.RightToLeft, old.Language.RightToLeft)
	}
	b.files[key] = &l
}

// reportMissing reports what a new language has to say in English.
func (b *builder) reportMissing(f File) {
	tag, err := language.Parse(fileTag(f.Name))
	if err != nil {
		return // reported already
	}
	key := strings.ToLower(tag.String())
	l := b.files[key]
	if l == nil || strings.HasPrefix(key+"-", "en-") { // what a variant of English lacks is English as it should be
		return
	}
	var missing []string
	for _, m := range append(new(words).messages(), message{key: seatsKey}) {
		if from := b.source(key, m.key); from == "en" {
			missing = append(missing, m.key)
		}
	}
	if len(missing) > 0 {
		b.problems = append(b.problems, fmt.Errorf("%s: these messages are missing and stay English: %s", f.Name, strings.Join(missing, ", ")))
	}
	if missing := b.names(key).missing(); len(missing) > 0 {
		b.problems = append(b.problems, fmt.Errorf("%s: these names are missing and stay English: %s", f.Name, strings.Join(missing, ", ")))
	}
}

// source is the language that a message of a language comes from: its own, one that
// it is a variant of, or English.
func (b *builder) source(tag, id string) string {
	for ; tag != ""; tag = parent(tag) {
		if l := b.files[tag]; l != nil && l.messages[id] != nil {
			return tag
		}
	}
	return "en"
}

// rightToLeft is what a language's file says, or that of one that it is a variant of.
func (b *builder) rightToLeft(tag string) bool {
	for ; tag != ""; tag = parent(tag) {
		if l := b.files[tag]; l != nil && l.Language.RightToLeft != nil {
			return *l.Language.RightToLeft
		}
	}
	return false
}

// names are the names of days and months, as far as they are known.
func (b *builder) names(tag string) names {
	var n names
	for ; tag != ""; tag = parent(tag) {
		if l := b.files[tag]; l != nil {
			n = n.or(l.Names)
		}
		n = n.or(cldrNames(tag))
	}
	return n
}

// cldrNames are CLDR's names of days and months for the built-in languages.
func cldrNames(tag string) names {
	var l locales.Translator
	switch tag {
	case "ar":
		l = ar.New()
	case "de":
		l = de.New()
	case "en":
		l = en.New()
	case "es":
		l = es.New()
	case "fr":
		l = fr.New()
	case "ja":
		l = ja.New()
	default:
		return names{}
	}
	return names{
		Weekdays: l.WeekdaysWide(), WeekdaysShort: l.WeekdaysShort(),
		Months: l.MonthsWide(), MonthsShort: l.MonthsAbbreviated(),
	}
}

func (b *builder) build() *Catalogue {
	c := &Catalogue{words: make(map[string]*words, len(b.files))}
	for _, key := range sortedKeys(b.files) {
		l := b.files[key]
		w := &words{tag: l.tag.String(), names: b.names(key).or(cldrNames("en")), rightToLeft: b.rightToLeft(key)}
		b.fill(w, key)
		c.words[key] = w
		c.languages = append(c.languages, Language{Tag: w.tag, Name: cmp.Or(l.Language.Name, w.tag), RightToLeft: w.rightToLeft})
	}
	if c.english = c.words["en"]; c.english == nil { // only if its file is broken
		c.english = &words{tag: "en", names: cldrNames("en")}
		b.fill(c.english, "en")
	}
	return c
}

// fill sets all messages of a language.
func (b *builder) fill(w *words, key string) {
	for _, m := range w.messages() {
		from := b.source(key, m.key)
		text := b.text(from, m.key)
		if m.text != nil {
			*m.text = text
			continue
		}
		*m.phrase = checkedPhrase(text, m.placeholders)
		if l := b.files[from]; m.byHour && l != nil && l.messages[m.key] != nil && len(forms(l.messages[m.key])) > 1 {
			localizer := i18n.NewLocalizer(b.bundle, from)
			for hour := range 25 {
				m.phrase.hours = append(m.phrase.hours, checkedPhrase(b.plural(localizer, m.key, hour), m.placeholders))
			}
		}
	}
	localizer := i18n.NewLocalizer(b.bundle, b.source(key, seatsKey))
	var known sync.Map // by count
	w.seats = func(count int) string {
		if text, ok := known.Load(count); ok {
			return text.(string)
		}
		p, _, err := cutPhrase(b.plural(localizer, seatsKey, count), []string{seatsCount})
		if err != nil { // only if English lacks it
			return strconv.Itoa(count)
		}
		text := p.with(strconv.Itoa(count))
		if count < manySeats {
			known.Store(count, text)
		}
		return text
	}
}

// checkedPhrase is newPhrase for a text that readFile found good. One that even English
// lacks is empty; a test keeps that from happening.
func checkedPhrase(text string, placeholders []string) phrase {
	p, err := newPhrase(text, placeholders...)
	if err != nil {
		return phrase{texts: []string{text}}
	}
	return p
}

// manySeats bounds what is kept of words for rooms' capacities.
const manySeats = 1000

// text is a message without plural forms, or that for "other", as it stands in the file.
func (b *builder) text(tag, id string) string {
	if l := b.files[tag]; l != nil && l.messages[id] != nil {
		return l.messages[id].Other
	}
	return ""
}

// plural is a message as it stands in the file, in the plural form for count.
func (b *builder) plural(l *i18n.Localizer, id string, count int) string {
	// An error names a plural form that is missing; the text is that for "other" then.
	text, _ := l.Localize(&i18n.LocalizeConfig{MessageID: id, PluralCount: count, TemplateParser: template.IdentityParser{}})
	return text
}

func fileTag(name string) string {
	name = strings.ReplaceAll(name, `\`, "/")
	return strings.TrimSuffix(name[strings.LastIndexByte(name, '/')+1:], ".toml")
}
