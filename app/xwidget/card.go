package xwidget

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// Card is a raised surface around one object. With OnTapped set it answers to the
// mouse and to the keyboard like a button.
type Card struct {
	widget.BaseWidget

	// OnTapped, if not nil, is called on a tap, or on Space or Enter with the focus.
	OnTapped func()
	// Accent draws the border in the colour of a tone; Neutral draws a quiet one.
	Accent Tone

	content          fyne.CanvasObject
	padding          float32
	hovered, focused bool
}

// NewCard surrounds content with 14 units of padding.
func NewCard(content fyne.CanvasObject) *Card { return NewPaddedCard(content, 14) }

// NewPaddedCard surrounds content with the given padding.
func NewPaddedCard(content fyne.CanvasObject, padding float32) *Card {
	c := &Card{content: content, padding: padding}
	c.ExtendBaseWidget(c)
	return c
}

// CreateRenderer implements fyne.Widget.
func (c *Card) CreateRenderer() fyne.WidgetRenderer {
	c.ExtendBaseWidget(c)
	rect := canvas.NewRectangle(color.Transparent)
	rect.CornerRadius = 10
	inner := container.New(layout.NewCustomPaddedLayout(c.padding, c.padding, c.padding, c.padding), c.content)
	r := &cardRenderer{card: c, rect: rect, inner: inner}
	r.apply()
	return r
}

type cardRenderer struct {
	card  *Card
	rect  *canvas.Rectangle
	inner *fyne.Container
}

func (r *cardRenderer) apply() {
	th, v := r.card.Theme(), fyne.CurrentApp().Settings().ThemeVariant()
	fill, stroke := theme.ColorNameOverlayBackground, theme.ColorNameSeparator
	if r.card.Accent != Neutral {
		stroke = r.card.Accent.Color()
	}
	if r.card.focused || r.card.hovered && r.card.OnTapped != nil {
		stroke = theme.ColorNamePrimary
	}
	r.rect.FillColor = th.Color(fill, v)
	r.rect.StrokeColor = th.Color(stroke, v)
	r.rect.StrokeWidth = 1
	if r.card.focused {
		r.rect.StrokeWidth = 2
	}
}

func (r *cardRenderer) Layout(size fyne.Size) {
	r.rect.Resize(size)
	r.inner.Resize(size)
}
func (r *cardRenderer) MinSize() fyne.Size { return r.inner.MinSize() }
func (r *cardRenderer) Refresh() {
	r.apply()
	r.rect.Refresh()
	canvas.Refresh(r.card)
}
func (r *cardRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.rect, r.inner}
}
func (r *cardRenderer) Destroy() {}

// Tapped implements fyne.Tappable.
func (c *Card) Tapped(*fyne.PointEvent) {
	if c.OnTapped != nil {
		c.OnTapped()
	}
}

// MouseIn implements desktop.Hoverable.
func (c *Card) MouseIn(*desktop.MouseEvent) { c.hovered = true; c.Refresh() }

// MouseMoved implements desktop.Hoverable.
func (c *Card) MouseMoved(*desktop.MouseEvent) {}

// MouseOut implements desktop.Hoverable.
func (c *Card) MouseOut() { c.hovered = false; c.Refresh() }

// Status is a tone's icon followed by a word or a short line.
type Status struct {
	widget.BaseWidget
	tone Tone
	text *Text
	icon *widget.Icon
}

// NewStatus makes a status whose words may be cut.
func NewStatus(tone Tone, text string) *Status {
	s := &Status{tone: tone, text: NewText(text), icon: widget.NewIcon(tone.Icon())}
	s.text.Color = textColor(tone)
	s.ExtendBaseWidget(s)
	return s
}

// NewWholeStatus makes a status that is never cut.
func NewWholeStatus(tone Tone, text string) *Status {
	s := NewStatus(tone, text)
	s.text.Whole = true
	return s
}

// textColor keeps words in ink where nothing needs a person's eye.
func textColor(tone Tone) fyne.ThemeColorName {
	switch tone {
	case Warn, Bad:
		return tone.Color()
	case Neutral, Held:
		return theme.ColorNamePlaceHolder
	default:
		return theme.ColorNameForeground
	}
}

// Set changes tone and words.
func (s *Status) Set(tone Tone, text string) {
	if s.tone != tone {
		s.tone = tone
		s.icon.SetResource(tone.Icon())
	}
	s.text.Set(text, textColor(tone))
}

// Text is what the status says.
func (s *Status) Text() string { return s.text.Text }

// Tone is the mood of what the status says.
func (s *Status) Tone() Tone { return s.tone }

// CreateRenderer implements fyne.Widget.
func (s *Status) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(container.New(iconBeside{}, s.icon, s.text))
}

// iconBeside puts an icon before a line, both in the middle of the height.
type iconBeside struct{}

const iconSize, iconGap = 18, 6

func (iconBeside) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	objects[0].Resize(fyne.NewSquareSize(iconSize))
	objects[0].Move(fyne.NewPos(0, (size.Height-iconSize)/2))
	objects[1].Resize(fyne.NewSize(max(0, size.Width-iconSize-iconGap), size.Height))
	objects[1].Move(fyne.NewPos(iconSize+iconGap, 0))
}

func (iconBeside) MinSize(objects []fyne.CanvasObject) fyne.Size {
	text := objects[1].MinSize()
	return fyne.NewSize(iconSize+iconGap+text.Width, max(iconSize, text.Height))
}
