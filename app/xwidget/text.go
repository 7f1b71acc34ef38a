package xwidget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// Text is one line of text without padding, in a colour and a size of the theme.
// It is cut with an ellipsis where there is no room. For more than one line see
// [NewParagraph].
type Text struct {
	widget.BaseWidget

	Text  string
	Color fyne.ThemeColorName // "" = foreground
	Style fyne.TextStyle
	Align fyne.TextAlign
	// TextSize is a size of the theme; "" = text.
	TextSize fyne.ThemeSizeName
	// Whole makes the widget demand room for all of its text instead of cutting it.
	Whole bool
}

// NewText makes a line in the foreground colour that may be cut.
func NewText(text string) *Text {
	t := &Text{Text: text}
	t.ExtendBaseWidget(t)
	return t
}

// NewMuted makes a secondary line that may be cut.
func NewMuted(text string) *Text {
	t := &Text{Text: text, Color: theme.ColorNamePlaceHolder}
	t.ExtendBaseWidget(t)
	return t
}

// NewHeading makes a bold line in the given size that may be cut.
func NewHeading(text string, size fyne.ThemeSizeName) *Text {
	t := &Text{Text: text, TextSize: size, Style: fyne.TextStyle{Bold: true}}
	t.ExtendBaseWidget(t)
	return t
}

// NewWhole makes a line that is never cut.
func NewWhole(text string) *Text {
	t := &Text{Text: text, Whole: true}
	t.ExtendBaseWidget(t)
	return t
}

// SetText changes the words.
func (t *Text) SetText(text string) {
	if t.Text != text {
		t.Text = text
		t.Refresh()
	}
}

// Set changes words and colour.
func (t *Text) Set(text string, color fyne.ThemeColorName) {
	if t.Text != text || t.Color != color {
		t.Text, t.Color = text, color
		t.Refresh()
	}
}

// CreateRenderer implements fyne.Widget.
func (t *Text) CreateRenderer() fyne.WidgetRenderer {
	t.ExtendBaseWidget(t)
	r := &textRenderer{t: t, line: canvas.NewText("", nil)}
	r.apply()
	return r
}

type textRenderer struct {
	t    *Text
	line *canvas.Text
}

func (r *textRenderer) apply() {
	th := r.t.Theme()
	color, size := r.t.Color, r.t.TextSize
	if color == "" {
		color = theme.ColorNameForeground
	}
	if size == "" {
		size = theme.SizeNameText
	}
	r.line.Color = th.Color(color, fyne.CurrentApp().Settings().ThemeVariant())
	r.line.TextSize = th.Size(size)
	r.line.TextStyle = r.t.Style
	r.line.Alignment = r.t.Align
	r.line.Text = r.fit(r.t.Text, r.t.Size().Width)
}

func (r *textRenderer) width(s string) float32 {
	return fyne.MeasureText(s, r.line.TextSize, r.line.TextStyle).Width
}

// fit cuts s to the width by bisection: measuring text is the costly part.
func (r *textRenderer) fit(s string, width float32) string {
	if r.t.Whole || width <= 0 || r.width(s) <= width+0.5 {
		return s
	}
	runes := []rune(s)
	lo, hi := 0, len(runes)
	for lo < hi {
		mid := (lo + hi + 1) / 2
		if r.width(string(runes[:mid])+"…") <= width {
			lo = mid
		} else {
			hi = mid - 1
		}
	}
	return string(runes[:lo]) + "…"
}

func (r *textRenderer) Layout(size fyne.Size) {
	r.line.Text = r.fit(r.t.Text, size.Width)
	r.line.Resize(fyne.NewSize(size.Width, r.line.MinSize().Height))
	r.line.Move(fyne.NewPos(0, (size.Height-r.line.MinSize().Height)/2))
}

// shortest is the width that a line which may be cut asks for.
const shortest = 24

func (r *textRenderer) MinSize() fyne.Size {
	full := fyne.MeasureText(r.t.Text, r.line.TextSize, r.line.TextStyle)
	if full.Height == 0 || r.t.Text == "" {
		full = fyne.NewSize(0, fyne.MeasureText("M", r.line.TextSize, r.line.TextStyle).Height)
	}
	if !r.t.Whole {
		full.Width = min(full.Width, shortest)
	}
	return full
}

func (r *textRenderer) Refresh() {
	r.apply()
	r.Layout(r.t.Size())
	canvas.Refresh(r.t)
}

func (r *textRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.line} }
func (r *textRenderer) Destroy()                     {}

// Paragraph is wrapped text without the padding of a label, so that it lines up
// with [Text].
type Paragraph struct {
	widget.BaseWidget
	segment *widget.TextSegment
	rich    *widget.RichText
}

// NewParagraph makes a paragraph in the foreground colour.
func NewParagraph(text string) *Paragraph {
	p := &Paragraph{segment: &widget.TextSegment{Text: text, Style: widget.RichTextStyleInline}}
	p.rich = widget.NewRichText(p.segment)
	p.rich.Wrapping = fyne.TextWrapWord
	p.ExtendBaseWidget(p)
	return p
}

// NewMutedParagraph makes a paragraph in the colour of secondary text.
func NewMutedParagraph(text string) *Paragraph {
	return NewColoredParagraph(text, theme.ColorNamePlaceHolder)
}

// NewColoredParagraph makes a paragraph in a colour of the theme.
func NewColoredParagraph(text string, color fyne.ThemeColorName) *Paragraph {
	p := NewParagraph(text)
	p.segment.Style.ColorName = color
	return p
}

// NewCaption makes a paragraph in the colour and the size of small print.
func NewCaption(text string) *Paragraph {
	p := NewMutedParagraph(text)
	p.segment.Style.SizeName = theme.SizeNameCaptionText
	return p
}

// NewTitle makes a bold paragraph in a size of the theme, for names that may be long.
func NewTitle(text string, size fyne.ThemeSizeName) *Paragraph {
	p := NewParagraph(text)
	p.segment.Style.SizeName = size
	p.segment.Style.TextStyle.Bold = true
	return p
}

// Text is what the paragraph says.
func (p *Paragraph) Text() string { return p.segment.Text }

// SetText changes the words.
func (p *Paragraph) SetText(text string) {
	if p.segment.Text != text {
		p.segment.Text = text
		p.rich.Refresh()
		p.Refresh()
	}
}

// Set changes words and colour.
func (p *Paragraph) Set(text string, color fyne.ThemeColorName) {
	if p.segment.Text != text || p.segment.Style.ColorName != color {
		p.segment.Text, p.segment.Style.ColorName = text, color
		p.rich.Refresh()
		p.Refresh()
	}
}

// SetAlign changes the alignment of every line.
func (p *Paragraph) SetAlign(a fyne.TextAlign) {
	p.segment.Style.Alignment = a
	p.rich.Refresh()
}

// CreateRenderer implements fyne.Widget.
func (p *Paragraph) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(container.New(outdent{}, p.rich))
}

// outdent lets a label's padding stick out of its place.
type outdent struct{}

func (outdent) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	pad := theme.InnerPadding()
	for _, o := range objects {
		o.Move(fyne.NewPos(-pad, -pad))
		o.Resize(size.AddWidthHeight(2*pad, 2*pad))
	}
}

func (outdent) MinSize(objects []fyne.CanvasObject) fyne.Size {
	pad := theme.InnerPadding()
	var size fyne.Size
	for _, o := range objects {
		size = size.Max(o.MinSize())
	}
	return fyne.NewSize(max(0, size.Width-2*pad), max(0, size.Height-2*pad))
}
