package drawing

import (
	"fmt"
	"html"
	"image/color"
	"strconv"
	"strings"

	fynetheme "fyne.io/fyne/v2/theme"

	"github.com/roomink/roomink/app/theme"
)

// SVG writes the scene as one <svg> element in the light colours, fit to stand in a
// page of HTML or, having its namespace, in a file of its own. It has no script and
// asks for nothing from outside. Whatever font the reader has, textLength gives each
// text the width that the layout was made for.
func (s Scene) SVG() string {
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %s %s" width="%[1]s" height="%[2]s" role="img" aria-label="%s" font-family="'Noto Sans','Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif">`,
		number(s.width), number(s.height), html.EscapeString(s.alt))
	b.WriteByte('\n')
	for _, s := range s.shapes {
		b.WriteString(element(s))
		b.WriteByte('\n')
	}
	b.WriteString("</svg>")
	return b.String()
}

func element(s shape) string {
	switch s := s.(type) {
	case rect:
		// Fyne keeps strokes inside, SVG centres them on the edge.
		in := s.thick / 2
		return fmt.Sprintf(`<rect x="%s" y="%s" width="%s" height="%s" rx="%s"%s%s/>`,
			number(s.x+in), number(s.y+in), number(s.w-s.thick), number(s.h-s.thick), number(max(0, s.radius-in)),
			attribute("fill", s.fill), stroke(s.stroke, s.thick))
	case line:
		return fmt.Sprintf(`<line x1="%s" y1="%s" x2="%s" y2="%s"%s/>`,
			number(s.x1), number(s.y1), number(s.x2), number(s.y2), stroke(s.stroke, s.thick))
	case disc:
		in := s.thick / 2
		return fmt.Sprintf(`<circle cx="%s" cy="%s" r="%s"%s%s/>`,
			number(s.x), number(s.y), number(s.r-in), attribute("fill", s.fill), stroke(s.stroke, s.thick))
	case text:
		var style string
		if s.font.bold {
			style = ` font-weight="bold"`
		}
		if s.font.mono {
			style += ` font-family="ui-monospace,Consolas,'DejaVu Sans Mono',monospace"`
		}
		return fmt.Sprintf(`<text x="%s" y="%s" font-size="%s"%s%s textLength="%s" lengthAdjust="spacingAndGlyphs">%s</text>`,
			number(s.x), number(s.base), number(s.font.size), style, attribute("fill", solid(s.role)), number(s.width), html.EscapeString(s.words))
	}
	return ""
}

func stroke(p paint, thick float32) string {
	if p.cover == 0 || thick == 0 {
		return ""
	}
	return attribute("stroke", p) + ` stroke-width="` + number(thick) + `" stroke-linecap="round"`
}

func attribute(name string, p paint) string {
	if p.cover == 0 {
		return " " + name + `="none"`
	}
	c := color.NRGBAModel.Convert(theme.Forced(false).Color(p.role.name(), fynetheme.VariantLight)).(color.NRGBA)
	value := fmt.Sprintf(` %s="#%02x%02x%02x"`, name, c.R, c.G, c.B)
	if p.cover < 1 {
		value += fmt.Sprintf(` %s-opacity="%s"`, name, number(p.cover))
	}
	return value
}

// number writes v with at most two decimals.
func number(v float32) string {
	s := strconv.FormatFloat(float64(v), 'f', 2, 32)
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
}
