package template

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode"
)

// reader turns values into what they mean. What they don't mean, it writes down.
type reader struct {
	source
	problems []Problem
	more     int // problems that are not told one by one
	codes    int // QR codes so far
}

// maxProblems is how many problems are told one by one.
const maxProblems = 200

func (r *reader) problem(at int, format string, args ...any) {
	r.note(at, Problem{Text: fmt.Sprintf(format, args...)})
}

// note writes down p as the problem of a place.
func (r *reader) note(at int, p Problem) {
	if len(r.problems) == maxProblems {
		r.more++
		return
	}
	p.Line, p.Column = r.place(at)
	r.problems = append(r.problems, p)
}

// fields reads the fields of an object and knows which of them nobody asked for.
type fields struct {
	*reader
	what  string // for people: "this TEXT"
	node  *node
	asked map[string]bool
}

// fields opens n. If it is no object, that is a problem and all fields are missing.
func (r *reader) fields(n *node, what string) fields {
	f := fields{reader: r, what: what, node: n, asked: map[string]bool{}}
	if n.kind != object {
		r.problem(n.at, "%s must be an object, not %s", what, n.kind)
	}
	seen := map[string]bool{}
	for _, m := range n.members {
		if seen[m.name] {
			r.problem(m.at, "%s is given twice: the last one counts", shorten(m.name))
		}
		seen[m.name] = true
	}
	return f
}

// get finds the field of one of the names, nil if it is missing or null.
func (f *fields) get(names ...string) *node {
	for _, name := range names {
		f.asked[name] = true
	}
	for _, name := range names {
		if found := f.node.field(name); found != nil {
			return found
		}
	}
	return nil
}

// ignore marks fields that say nothing about what a sign looks like.
func (f *fields) ignore(names ...string) {
	for _, name := range names {
		f.asked[name] = true
	}
}

// rest is called last: it names the fields that nobody asked for.
func (f *fields) rest() {
	for _, m := range f.node.members {
		if !f.asked[m.name] {
			f.problem(m.at, "%s knows no field %q: ignored", f.what, shorten(m.name))
		}
	}
}

// missing says what stands in for a field that is not there.
func (f *fields) missing(name, instead string) {
	if f.node.kind == object { // else that has been said
		f.problem(f.node.at, "%s has no %s: %s", f.what, name, instead)
	}
}

// words is the text of a field, "" if it is missing.
func (f *fields) words(names ...string) string {
	n := f.get(names...)
	if n == nil {
		return ""
	}
	if n.kind == object || n.kind == array {
		f.problem(n.at, "%s must be a text, not %s: ignored", names[0], n.kind)
		return ""
	}
	return n.text
}

// maxText is the longest text that is drawn, in characters: more than a panel shows.
const maxText = 1024

// prose is the text of a field made fit to draw: lines end in \n alone.
func (f *fields) prose(names ...string) string {
	s := strings.ReplaceAll(f.words(names...), "\r\n", "\n")
	var b strings.Builder
	count := 0
	for _, c := range s {
		switch {
		case c == '\t' || c == '\r':
			c = ' '
		case c != '\n' && unicode.IsControl(c):
			continue
		}
		if count++; count > maxText {
			f.problem(f.get(names...).at, "%s is longer than %d characters: cut off", names[0], maxText)
			break
		}
		b.WriteRune(c)
	}
	return b.String()
}

// maxCoordinate bounds coordinates and lengths, in pixels. No panel is half as large.
const maxCoordinate = 8192

// pixels is a number of pixels within low…maxCoordinate, fallback if it is missing.
func (f *fields) pixels(name string, fallback, low int) int {
	return f.number(f.get(name), name, fallback, low, maxCoordinate, 1)
}

// number is a number times scale, in whole numbers within bounds; n may be nil.
// SyncSign takes numbers in quotation marks too.
func (f *fields) number(n *node, name string, fallback, low, high, scale int) int {
	if n == nil {
		return fallback
	}
	v, err := strconv.ParseFloat(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(n.text), "%")), 64)
	if n.kind != number && n.kind != str || err != nil || math.IsNaN(v) {
		f.problem(n.at, "%s must be a number: taken for %d", name, fallback/scale)
		return fallback
	}
	v = math.Round(v * float64(scale))
	if v < float64(low) || v > float64(high) {
		v = min(max(v, float64(low)), float64(high))
		f.problem(n.at, "%s is outside %d…%d: taken for %g", name, low/scale, high/scale, v/float64(scale))
	}
	return int(v)
}

// yes is a field that is true or false, fallback if it is missing.
func (f *fields) yes(name string, fallback bool) bool {
	n := f.get(name)
	if n == nil {
		return fallback
	}
	v, err := strconv.ParseBool(strings.ToLower(n.text))
	if err != nil {
		f.problem(n.at, "%s must be true or false: taken for %t", name, fallback)
		return fallback
	}
	return v
}

// color is the colour of a field, fallback if it is missing.
func (f *fields) color(name string, fallback Color) Color {
	n := f.get(name)
	if n == nil || strings.TrimSpace(n.text) == "" && n.kind == str {
		return fallback
	}
	switch strings.ToUpper(strings.TrimSpace(n.text)) {
	case "BLACK":
		return Black
	case "WHITE":
		return White
	case "RED":
		return Red
	case "YELLOW":
		return Yellow
	case "NONE", "TRANSPARENT":
		return None
	}
	c, as := Black, "BLACK"
	if fallback == White {
		c, as = White, "WHITE"
	}
	f.problem(n.at, "%s must be BLACK, WHITE, RED or YELLOW: drawn in %s", name, as)
	return c
}

// transparent is the colour that is not painted, None for all being so.
func (f *fields) transparent() Color {
	if n := f.get("transparentColor"); n == nil || strings.EqualFold(strings.TrimSpace(n.text), "OPAQUE") {
		return None
	}
	return f.color("transparentColor", None)
}

// clear is c, or None where c is the colour that is not painted.
func (c Color) clear(transparent Color) Color {
	if c == transparent {
		return None
	}
	return c
}

// pattern is the pattern of a field; paint is false for NONE.
func (f *fields) pattern(name string) (p Pattern, paint bool) {
	n := f.get(name)
	if n == nil {
		return Solid, true
	}
	switch strings.ToUpper(strings.TrimSpace(n.text)) {
	case "SOLID", "":
		return Solid, true
	case "INTERLEAVE":
		return Interleave, true
	case "DASH_TINY":
		return DashTiny, true
	case "DASH_MEDIUM":
		return DashMedium, true
	case "DASH_WIDE":
		return DashWide, true
	case "NONE":
		return Solid, false
	}
	f.problem(n.at, "%s must be SOLID, INTERLEAVE, DASH_TINY, DASH_MEDIUM, DASH_WIDE or NONE: drawn solid", name)
	return Solid, true
}

// shorten makes what an author wrote fit to quote.
func shorten(s string) string {
	const most = 40
	if r := []rune(s); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return s
}
