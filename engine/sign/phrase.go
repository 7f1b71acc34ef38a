package sign

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// phrase is a message with places to fill in, taken apart once so that filling it in
// costs one string.
type phrase struct {
	texts []string // one more than places
	order []int    // which value stands in each place
}

// newPhrase takes text apart at its placeholders, such as "{{.Day}}"; names are those
// that it must hold, each at least once, in the order in which with takes the values.
func newPhrase(text string, names ...string) (phrase, error) {
	p, used, err := cutPhrase(text, names)
	if err != nil {
		return phrase{}, err
	}
	if i := slices.Index(used, false); i >= 0 {
		return phrase{}, fmt.Errorf("{{.%s}} is missing; %s", names[i], placeholders(names))
	}
	return p, nil
}

// cutPhrase takes text apart at its placeholders, and says which of names it holds.
func cutPhrase(text string, names []string) (p phrase, used []bool, err error) {
	used = make([]bool, len(names))
	for rest := text; ; {
		before, after, found := strings.Cut(rest, "{{")
		p.texts = append(p.texts, before)
		if !found {
			return p, used, nil
		}
		name, after, closed := strings.Cut(after, "}}")
		if !closed {
			return p, used, errors.New("a placeholder is not closed with }}")
		}
		name = strings.TrimPrefix(strings.TrimSpace(name), ".")
		i := slices.Index(names, name)
		if i < 0 {
			return p, used, fmt.Errorf("{{.%s}} is not filled in here; %s", name, placeholders(names))
		}
		used[i] = true
		p.order = append(p.order, i)
		rest = after
	}
}

// placeholders says in words which placeholders a message has.
func placeholders(names []string) string {
	if len(names) == 0 {
		return "it has no placeholders"
	}
	return "its placeholders are {{." + strings.Join(names, "}}, {{.") + "}}"
}

// with fills in the values, in the order of the names that newPhrase got.
func (p phrase) with(values ...string) string {
	n := 0
	for _, s := range p.texts {
		n += len(s)
	}
	for _, i := range p.order {
		n += len(values[i])
	}
	var b strings.Builder
	b.Grow(n)
	for place, i := range p.order {
		b.WriteString(p.texts[place])
		b.WriteString(values[i])
	}
	b.WriteString(p.texts[len(p.texts)-1])
	return b.String()
}
