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
	// hours are the phrases by the hour that a clock shows, 0…24, where the language
	// tells hours apart; else nil.
	hours []phrase
}

// newPhrase takes text apart at its placeholders, such as "{{.Day}}"; names are those
// that it must hold, each at least once, in the order in which with takes the values.
// One with a question mark behind it may be missing.
func newPhrase(text string, names ...string) (phrase, error) {
	bare := mapped(names, func(s string) string { return strings.TrimSuffix(s, "?") })
	p, used, err := cutPhrase(text, bare)
	if err != nil {
		return phrase{}, err
	}
	for i, name := range names {
		if !used[i] && name == bare[i] {
			return phrase{}, fmt.Errorf("{{.%s}} is missing; %s", name, placeholders(bare))
		}
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

// at is with for a phrase whose value is a clock that shows hour.
func (p phrase) at(hour int, clock string) string {
	if p.hours != nil {
		return p.hours[hour].with(clock)
	}
	return p.with(clock)
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
