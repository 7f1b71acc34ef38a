package designs

import (
	"errors"
	"image"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"fyne.io/fyne/v2/lang"

	"github.com/roomink/roomink/app/preview"
	"github.com/roomink/roomink/app/words"
	"github.com/roomink/roomink/engine"
	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/sign"
)

// Look is a design that a sign can have: a built-in one, or a template.
type Look struct {
	Design   sign.Design
	Template string // its name where Design is sign.Custom
}

// lookOf is the look that a policy asks for.
func lookOf(p sign.Policy) Look {
	if p.Design != sign.Custom {
		return Look{Design: p.Design}
	}
	return Look{p.Design, p.Template}
}

// on is the panel that an item of the gallery is drawn for: one of another size would
// not show a template at all.
func (i Item) on(p display.Panel) display.Panel {
	if size := i.Size; size != (image.Point{}) && size != p.Bounds().Size() {
		return display.Panel{Width: size.X, Height: size.Y, Scheme: p.Scheme}
	}
	return p
}

// In gives p with the look.
func (l Look) In(p sign.Policy) sign.Policy {
	p.Design, p.Template = l.Design, l.Template
	return p
}

// View is the whole page.
type View struct {
	preview.View
	Templates []Item
	Hosts     []string
}

// Item is a design of the gallery, ready to show.
type Item struct {
	Look
	Name, Purpose string
	Trouble       string      // what of a template is not drawn; "" if all is
	Fatal         bool        // nothing of it is drawn
	Size          image.Point // of the panel it was made for; zero = any
}

// ViewOf is the page of a snapshot.
func ViewOf(s engine.Snapshot, now time.Time) View {
	v := View{View: preview.ViewOf(s, now), Hosts: s.Designs.PictureHosts}
	for _, t := range s.Designs.Templates {
		item := Item{Look: Look{sign.Custom, t.Name}, Name: t.Name, Purpose: templateSize(t.Size), Size: t.Size}
		item.Trouble, item.Fatal = trouble(t.Problems)
		v.Templates = append(v.Templates, item)
	}
	return v
}

// BuiltIn are the designs that come with Roomink.
func BuiltIn() []Item {
	var list []Item
	for _, d := range sign.Designs() {
		list = append(list, Item{Look: Look{Design: d}, Name: words.Design(d, ""), Purpose: words.Purpose(d)})
	}
	return list
}

func templateSize(size image.Point) string {
	if size == (image.Point{}) {
		return words.Purpose(sign.Custom)
	}
	return lang.L("For panels of {{.Size}}. Others show “Status”.", map[string]any{"Size": strconv.Itoa(size.X) + "×" + strconv.Itoa(size.Y)})
}

// trouble sums the problems of a template up.
func trouble(list []engine.TemplateProblem) (text string, fatal bool) {
	fatal = slices.ContainsFunc(list, func(p engine.TemplateProblem) bool { return p.Fatal })
	switch {
	case fatal:
		text = lang.L("Can't be drawn")
	case len(list) == 1:
		text = lang.L("1 part is not drawn as it says")
	case len(list) > 1:
		text = lang.L("{{.N}} parts are not drawn as it says", map[string]any{"N": len(list)})
	}
	return text, fatal
}

// place is where a problem stands, for a person.
func place(p engine.TemplateProblem) string {
	switch {
	case p.Line <= 0:
		return lang.L("The whole template")
	case p.Column <= 0:
		return lang.L("Line {{.Line}}", map[string]any{"Line": p.Line})
	}
	return lang.L("Line {{.Line}}, column {{.Column}}", map[string]any{"Line": p.Line, "Column": p.Column})
}

// CheckName says what is wrong with the name of a template; nil if it can be one.
func CheckName(name string) error {
	switch {
	case strings.TrimSpace(name) == "":
		return errors.New(lang.L("The template needs a name."))
	case len([]rune(name)) > 60:
		return errors.New(lang.L("The name is too long."))
	case strings.ContainsAny(name, "\n\t"):
		return errors.New(lang.L("A name is one line."))
	}
	return nil
}

// Host is the host that a person named, also by an address on it.
func Host(text string) (string, error) {
	text = strings.ToLower(strings.TrimSpace(text))
	if !strings.Contains(text, "://") {
		text = "https://" + text
	}
	u, err := url.Parse(text)
	if err != nil || u.Hostname() == "" || strings.ContainsAny(u.Host, " *,;") {
		return "", errors.New(lang.L("Name one host, such as pictures.example.com."))
	}
	return u.Host, nil
}
