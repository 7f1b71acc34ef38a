package sign

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/BurntSushi/toml"
	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
)

// File is a language file: what signs say in one language (docs/LANGUAGES.md).
type File struct {
	Name string // its path; the base is the BCP 47 tag with ".toml", such as "pt-BR.toml"
	Data []byte // TOML in UTF-8
}

// What a language file may hold: generous for words, and far from what a sign can't
// draw or a computer can't keep.
const (
	maxFile    = 256 << 10 // bytes
	maxMessage = 200       // characters
)

// languageFile is a language file that was read.
type languageFile struct {
	tag      language.Tag
	Language struct {
		Name        string `toml:"name"` // in itself
		RightToLeft *bool  `toml:"right_to_left"`
	} `toml:"language"`
	Names    names          `toml:"names"`
	Raw      map[string]any `toml:"messages"`
	messages map[string]*i18n.Message
}

// readFile reads a language file. What is wrong with it comes back as errors, each
// with the file's name and, where there is one, the line. The rest of the file is good
// to use if ok.
func readFile(f File) (l languageFile, problems []error, ok bool) {
	tag, err := language.Parse(fileTag(f.Name))
	if err != nil {
		return l, []error{fmt.Errorf("%s: name the file by the BCP 47 tag of its language, such as nl.toml: %w", f.Name, err)}, false
	}
	l.tag = tag
	if len(f.Data) > maxFile {
		return l, []error{fmt.Errorf("%s: %d bytes are too many for a language file; at most %d", f.Name, len(f.Data), maxFile)}, false
	}
	if !utf8.Valid(f.Data) {
		return l, []error{fmt.Errorf("%s: save the file as UTF-8", f.Name)}, false
	}
	meta, err := toml.NewDecoder(bytes.NewReader(f.Data)).Decode(&l)
	if err != nil {
		return l, []error{syntaxError(f.Name, err)}, false
	}
	report := func(key string, err error) {
		problems = append(problems, fmt.Errorf("%s: %q: %w", at(f, key), key, err))
	}
	for _, key := range meta.Undecoded() {
		if key[0] != "messages" {
			report(key[len(key)-1], errors.New("no such entry; see docs/LANGUAGES.md"))
		}
	}
	l.readMessages(report)
	l.Language.Name = clean(l.Language.Name)
	l.Names.check(report)
	return l, problems, true
}

// readMessages keeps the messages that can be used, and reports the others.
func (l *languageFile) readMessages(report func(key string, err error)) {
	l.messages = make(map[string]*i18n.Message, len(l.Raw))
	known := map[string]message{seatsKey: {key: seatsKey, placeholders: []string{seatsCount}}}
	for _, m := range new(words).messages() {
		known[m.key] = m
	}
	for _, key := range sortedKeys(l.Raw) {
		want, ok := known[key]
		if !ok {
			report(key, errors.New("no such message; see languages/en.toml for all of them"))
			continue
		}
		m, err := i18n.NewMessage(l.Raw[key])
		if err != nil {
			report(key, errors.New("a message is a text, or a table of texts by plural forms"))
			continue
		}
		m.ID = key
		if err := checkMessage(m, want); err != nil {
			report(key, err)
			continue
		}
		l.messages[key] = m
	}
}

// checkMessage tidies a message's texts and reports what is wrong with them.
func checkMessage(m *i18n.Message, want message) error {
	if m.Other == "" {
		return errors.New("the text is missing; of plural forms, at least the one for other")
	}
	if !want.byHour && want.key != seatsKey && len(forms(m)) > 1 {
		return errors.New("this message has no plural forms")
	}
	for _, text := range forms(m) {
		*text = strings.TrimSpace(*text)
		if err := checkText(*text); err != nil {
			return err
		}
		if want.key == seatsKey { // "one seat" needs no number
			if _, _, err := cutPhrase(*text, want.placeholders); err != nil {
				return err
			}
		} else if _, err := newPhrase(*text, want.placeholders...); err != nil {
			return err
		}
	}
	return nil
}

// forms are the texts of a message by plural form, as far as there are any.
func forms(m *i18n.Message) []*string {
	all := []*string{&m.Zero, &m.One, &m.Two, &m.Few, &m.Many, &m.Other}
	return slices.DeleteFunc(all, func(s *string) bool { return *s == "" })
}

func checkText(s string) error {
	switch {
	case s == "":
		return errors.New("the text is empty")
	case utf8.RuneCountInString(s) > maxMessage:
		return fmt.Errorf("the text is longer than %d characters", maxMessage)
	case strings.ContainsFunc(s, unicode.IsControl):
		return errors.New("the text holds a line break or another control character")
	}
	return nil
}

// check forgets names that can't be used, and reports them.
func (n *names) check(report func(key string, err error)) {
	for _, list := range []struct {
		key    string
		values *[]string
		want   int
	}{
		{"weekdays", &n.Weekdays, 7}, {"weekdays_short", &n.WeekdaysShort, 7},
		{"months", &n.Months, 12}, {"months_short", &n.MonthsShort, 12},
	} {
		if *list.values == nil {
			continue
		}
		err := errors.Join(mapped(*list.values, checkText)...)
		if len(*list.values) != list.want {
			err = fmt.Errorf("%d names in place of %d", len(*list.values), list.want)
		}
		if err != nil {
			report(list.key, err)
			*list.values = nil
		}
	}
}

// missing are the lists of names that n does not have.
func (n names) missing() []string {
	var keys []string
	for _, list := range []struct {
		key    string
		values []string
	}{{"weekdays", n.Weekdays}, {"weekdays_short", n.WeekdaysShort}, {"months", n.Months}, {"months_short", n.MonthsShort}} {
		if list.values == nil {
			keys = append(keys, list.key)
		}
	}
	return keys
}

// or gives n with what it lacks from other.
func (n names) or(other names) names {
	pick := func(a, b []string) []string {
		if a != nil {
			return a
		}
		return b
	}
	return names{
		Weekdays: pick(n.Weekdays, other.Weekdays), WeekdaysShort: pick(n.WeekdaysShort, other.WeekdaysShort),
		Months: pick(n.Months, other.Months), MonthsShort: pick(n.MonthsShort, other.MonthsShort),
	}
}

// syntaxError words what the TOML parser says.
func syntaxError(name string, err error) error {
	var parse toml.ParseError
	if errors.As(err, &parse) {
		return fmt.Errorf("%s:%d: %s", name, parse.Position.Line, strings.TrimSpace(parse.Message))
	}
	return fmt.Errorf("%s: %s", name, strings.TrimPrefix(err.Error(), "toml: "))
}

// at says where in a file a key is set.
func at(f File, key string) string {
	for i, line := range strings.Split(string(f.Data), "\n") {
		line = strings.TrimSpace(line)
		name, _, assigned := strings.Cut(line, "=")
		if assigned && strings.Trim(name, " \t\"'") == key || strings.HasPrefix(line, "[messages."+key+"]") || line == "["+key+"]" {
			return fmt.Sprintf("%s:%d", f.Name, i+1)
		}
	}
	return f.Name
}

func sortedKeys[T any](m map[string]T) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

func mapped[T, U any](list []T, f func(T) U) []U {
	out := make([]U, len(list))
	for i, v := range list {
		out[i] = f(v)
	}
	return out
}
