package template

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"sort"
	"strings"
	"unicode/utf8"
)

// node is a JSON value that knows where it stands.
type node struct {
	kind    kind
	at      int    // byte offset in the source
	text    string // of a string, a number or a bool, as written but unquoted
	members []member
	items   []*node
}

type member struct {
	name  string
	at    int
	value *node
}

// field is the value of a field of an object; nil if it is missing or null. Of several
// of one name the last counts, as everywhere in JSON.
func (n *node) field(name string) (value *node) {
	for i := range n.members {
		if m := &n.members[i]; m.name == name && m.value.kind != null {
			value = m.value
		}
	}
	return value
}

// kind is what a JSON value is.
type kind string

const (
	object  kind = "an object"
	array   kind = "a list"
	str     kind = "a text"
	number  kind = "a number"
	boolean kind = "true or false"
	null    kind = "null"
)

// The bounds of a source. A template that SyncSign accepts has a tenth of them: its
// hubs refuse layouts above about 10 KB.
const (
	maxSource = 256 << 10 // bytes
	maxDepth  = 32
)

// source is a file with the offsets at which its lines begin.
type source struct {
	data  []byte
	lines []int
}

func newSource(data []byte) source {
	s := source{data: data, lines: []int{0}}
	for i, b := range data {
		if b == '\n' {
			s.lines = append(s.lines, i+1)
		}
	}
	return s
}

// place is the line and the column, in characters, of a byte offset; both from 1.
func (s source) place(at int) (line, column int) {
	at = min(at, len(s.data))
	line = sort.SearchInts(s.lines, at+1)
	return line, utf8.RuneCount(s.data[s.lines[line-1]:at]) + 1
}

func (s source) fail(at int, format string, args ...any) *Error {
	line, column := s.place(at)
	return &Error{Line: line, Column: column, Text: fmt.Sprintf(format, args...)}
}

// tree reads the whole source as one JSON value.
func (s source) tree() (*node, *Error) {
	if len(s.data) > maxSource {
		return nil, s.fail(0, "the template is larger than %d KiB", maxSource>>10)
	}
	for i := 0; i < len(s.data); {
		r, n := utf8.DecodeRune(s.data[i:])
		if r == utf8.RuneError && n == 1 {
			return nil, s.fail(i, "this is not a text file in UTF-8")
		}
		i += n
	}
	var whole json.RawMessage
	if err := json.Unmarshal(s.data, &whole); err != nil {
		return nil, s.syntax(err)
	}
	t := tokens{source: s, decoder: json.NewDecoder(bytes.NewReader(s.data))}
	t.decoder.UseNumber()
	return t.value(0)
}

// tokens reads a source that is known to be valid JSON. A decoder gives the end of
// each token; the next one begins after what may stand between two.
type tokens struct {
	source
	decoder *json.Decoder
}

func (t *tokens) next() (token json.Token, at int, failed *Error) {
	at = int(t.decoder.InputOffset())
	for at < len(t.data) && strings.IndexByte(" \t\r\n,:", t.data[at]) >= 0 {
		at++
	}
	token, err := t.decoder.Token()
	if err != nil {
		return nil, at, t.syntax(err)
	}
	return token, at, nil
}

func (t *tokens) value(depth int) (*node, *Error) {
	token, at, failed := t.next()
	if failed != nil {
		return nil, failed
	}
	n := &node{at: at}
	switch v := token.(type) {
	case string:
		n.kind, n.text = str, v
	case json.Number:
		n.kind, n.text = number, v.String()
	case bool:
		n.kind, n.text = boolean, fmt.Sprint(v)
	case json.Delim:
		if depth == maxDepth {
			return nil, t.fail(at, "brackets and braces are nested more than %d deep", maxDepth)
		}
		if n.kind = object; v == '[' {
			n.kind = array
		}
		return n, t.inside(n, depth+1)
	default:
		n.kind = null
	}
	return n, nil
}

// inside reads what an object or a list holds, and its end.
func (t *tokens) inside(n *node, depth int) *Error {
	for t.decoder.More() {
		var m member
		var failed *Error
		if n.kind == object {
			var name json.Token
			if name, m.at, failed = t.next(); failed != nil {
				return failed
			}
			m.name, _ = name.(string)
		}
		if m.value, failed = t.value(depth); failed != nil {
			return failed
		}
		if n.kind == object {
			n.members = append(n.members, m)
		} else {
			n.items = append(n.items, m.value)
		}
	}
	_, _, failed := t.next()
	return failed
}

// syntax says in the words of someone who writes JSON by hand what is wrong with it.
func (s source) syntax(err error) *Error {
	var syntax *json.SyntaxError
	end := len(bytes.TrimRight(s.data, " \t\r\n"))
	if !errors.As(err, &syntax) || int(syntax.Offset) > end || end == 0 || strings.Contains(err.Error(), "unexpected end") {
		return s.fail(end, "the template ends too early: something opened before is not closed")
	}
	at := max(int(syntax.Offset)-1, 0) // the offset counts the character that is wrong
	char, _ := utf8.DecodeRune(s.data[at:])
	before := bytes.TrimRight(s.data[:at], " \t\r\n")
	says := func(what string) bool { return strings.Contains(err.Error(), what) }
	switch {
	case says("max depth"):
		return s.fail(at, "brackets and braces are nested more than %d deep", maxDepth)
	case says("in string literal"):
		return s.fail(at, "the text ends without its closing quotation mark; a line break inside a text is written \\n")
	case says("in string escape"), says("\\u hexadecimal"):
		return s.fail(at, "after a backslash %q means nothing; a backslash itself is written twice", char)
	case char == '/' || char == '#':
		return s.fail(at, "JSON has no comments: remove it")
	case char == '\'' || char == '“' || char == '”' || char == '„':
		return s.fail(at, "texts and names stand in straight double quotation marks, not in %q", char)
	case (char == '}' || char == ']') && bytes.HasSuffix(before, []byte(",")):
		return s.fail(at, "%q follows a comma: remove the comma", char)
	case says("after object key:value pair"), says("after array element"):
		return s.fail(at, "a comma or a closing bracket is missing before %q", char)
	case says("after object key"):
		return s.fail(at, "a colon is missing before %q", char)
	case says("after top-level value"):
		return s.fail(at, "something follows the end of the template")
	case says("object key string"):
		return s.fail(at, "the name of a field in double quotation marks must stand here, not %q", char)
	default:
		return s.fail(at, "%q can't stand here", char)
	}
}
