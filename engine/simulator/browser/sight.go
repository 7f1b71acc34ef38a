package browser

import (
	"net/http"
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/net/html"
)

// sight is what a person sees of a page.
type sight struct {
	form    *form
	code    int  // the first AADSTS number on the page; 0 if there is none
	alert   bool // the page warns of something
	line    string
	details []string
}

type form struct {
	action string
	post   bool
	hidden map[string]string
	names  map[string]bool // of inputs and buttons, and the values of buttons
}

func (s sight) has(name string) bool { return s.form != nil && s.form.names[name] }

var aadsts = regexp.MustCompile(`AADSTS(\d{5,8})`)

// read looks at the first form, at what is marked as an alert, and at an AADSTS line.
func read(page string) (sight, error) {
	var s sight
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		return s, err
	}
	for n := range root.Descendants() {
		switch {
		case n.Type == html.TextNode && s.code == 0:
			if m := aadsts.FindStringSubmatch(n.Data); m != nil {
				s.code, _ = strconv.Atoi(m[1]) // 8 digits at most
				s.line = strings.TrimSpace(n.Data)
			}
		case n.Type != html.ElementNode:
		case n.Data == "form" && s.form == nil:
			s.form = readForm(n)
		case n.Data == "pre":
			s.details = strings.Split(strings.TrimSpace(text(n)), "\n")
		case attr(n, "role") == "alert":
			s.alert = true
		}
	}
	return s, nil
}

func readForm(root *html.Node) *form {
	f := &form{action: attr(root, "action"), post: strings.EqualFold(attr(root, "method"), http.MethodPost),
		hidden: map[string]string{}, names: map[string]bool{}}
	for n := range root.Descendants() {
		name := attr(n, "name")
		switch {
		case name == "":
		case n.Data == "input" && attr(n, "type") == "hidden":
			f.hidden[name] = attr(n, "value")
		default:
			f.names[name] = true
			if n.Data == "button" {
				f.names[attr(n, "value")] = true
			}
		}
	}
	return f
}

func text(root *html.Node) string {
	var b strings.Builder
	for n := range root.Descendants() {
		if n.Type == html.TextNode {
			b.WriteString(n.Data)
		}
	}
	return b.String()
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}
