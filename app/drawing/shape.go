package drawing

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

// Scene is one picture. Make one with the functions of this package, such as
// [Secret]; it never changes after that.
type Scene struct {
	width, height float32 // units of Fyne, pixels of SVG
	alt           string
	shapes        []shape // from back to front
}

// Alt says in words what the picture shows, for those who can't see it.
func (s Scene) Alt() string { return s.alt }

// Size is the size of the picture at 100 %, in Fyne's units or SVG's pixels.
func (s Scene) Size() fyne.Size { return fyne.NewSize(s.width, s.height) }

// shape is a rect, line, disc, outline or text; places are from the top left.
type shape interface{ isShape() }

type rect struct {
	x, y, w, h float32
	radius     float32
	fill       paint
	stroke     paint
	thick      float32 // of the stroke, which lies inside the rectangle
}

type line struct {
	x1, y1, x2, y2 float32
	stroke         paint
	thick          float32
	struck         bool // a strike-through: the only line that may cross a text
}

type disc struct {
	x, y, r float32 // centre and radius
	fill    paint
	stroke  paint
	thick   float32
}

type text struct {
	x, base float32 // left end of the base line
	width   float32 // as measured in the app's font
	words   string
	font    font
	role    role
}

func (rect) isShape() {}
func (line) isShape() {}
func (disc) isShape() {}
func (text) isShape() {}

// font is a size in units and a weight; the family is the app's.
type font struct {
	size float32
	bold bool
	mono bool
}

func (f font) style() fyne.TextStyle { return fyne.TextStyle{Bold: f.bold, Monospace: f.mono} }

func (f font) width(words string) float32 {
	return fyne.MeasureText(words, f.size, f.style()).Width
}

// paint is a colour and how much of it covers what lies below; the zero value
// paints nothing.
type paint struct {
	role  role
	cover float32 // from 0 to 1
}

func solid(r role) paint { return paint{r, 1} }
func tint(r role) paint  { return paint{r, 0.13} }

// role is what a colour is for.
type role int

const (
	paper  role = iota // pages
	chrome             // bars and heads of tables
	bone               // stand-ins for text that doesn't matter
	edge               // outlines
	ink                // text
	muted              // secondary text
	accent             // to click or fill in
	onAccent
	good // to copy
	onGood
	bad // to leave alone
	onBad
	warn // to remember
	onWarn
)

// name is the role's colour in the theme.
func (r role) name() fyne.ThemeColorName {
	return [...]fyne.ThemeColorName{
		paper: theme.ColorNameOverlayBackground, chrome: theme.ColorNameHeaderBackground,
		bone: theme.ColorNameSeparator, edge: theme.ColorNameInputBorder,
		ink: theme.ColorNameForeground, muted: theme.ColorNamePlaceHolder,
		accent: theme.ColorNamePrimary, onAccent: theme.ColorNameForegroundOnPrimary,
		good: theme.ColorNameSuccess, onGood: theme.ColorNameForegroundOnSuccess,
		bad: theme.ColorNameError, onBad: theme.ColorNameForegroundOnError,
		warn: theme.ColorNameWarning, onWarn: theme.ColorNameForegroundOnWarning,
	}[r]
}

// on is the colour of text on a surface of role r.
func (r role) on() role {
	switch r {
	case accent, good, bad, warn:
		return r + 1
	default:
		return ink
	}
}
