package xwidget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// Choice is a card that is one of several to choose from: a radio button with room
// to say what it means. It takes the keyboard focus; Space or Enter chooses it.
type Choice struct {
	widget.BaseWidget
	card   *Card
	radio  *widget.Icon
	title  *Paragraph
	choose func()
	on     bool
}

// NewChoice makes a choice with a title and whatever explains it; choose is called
// when a person takes it.
func NewChoice(title string, content fyne.CanvasObject, choose func()) *Choice {
	c := &Choice{title: NewParagraph(title), radio: widget.NewIcon(theme.RadioButtonIcon()), choose: choose}
	c.title.segment.Style.TextStyle.Bold = true
	head := container.NewBorder(nil, nil, container.NewVBox(Pad(Fixed(c.radio, iconSize, iconSize), 0, 8, 0, 0)), nil, c.title)
	c.card = NewPaddedCard(container.NewBorder(Pad(head, 0, 0, 8, 0), nil, nil, nil, content), 12)
	c.card.OnTapped = func() { c.choose() } // the card lies over the choice and gets its clicks
	c.ExtendBaseWidget(c)
	return c
}

// Select marks the choice as taken or not, without a call of choose.
func (c *Choice) Select(on bool) {
	if c.on == on {
		return
	}
	c.on = on
	c.card.Accent = Neutral
	icon := theme.RadioButtonIcon()
	if on {
		c.card.Accent = Info
		icon = theme.NewPrimaryThemedResource(theme.RadioButtonCheckedIcon())
	}
	c.radio.SetResource(icon)
	c.card.Refresh()
}

// Selected reports whether the choice is the one taken.
func (c *Choice) Selected() bool { return c.on }

// Title names the choice.
func (c *Choice) Title() string { return c.title.Text() }

// CreateRenderer implements fyne.Widget.
func (c *Choice) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(c.card) }

// Tapped implements fyne.Tappable.
func (c *Choice) Tapped(*fyne.PointEvent) { c.choose() }

// Cursor implements desktop.Cursorable.
func (c *Choice) Cursor() desktop.Cursor { return desktop.PointerCursor }

// MouseIn implements desktop.Hoverable.
func (c *Choice) MouseIn(*desktop.MouseEvent) { c.highlight(true, c.card.focused) }

// MouseMoved implements desktop.Hoverable.
func (c *Choice) MouseMoved(*desktop.MouseEvent) {}

// MouseOut implements desktop.Hoverable.
func (c *Choice) MouseOut() { c.highlight(false, c.card.focused) }

// FocusGained implements fyne.Focusable.
func (c *Choice) FocusGained() { c.highlight(c.card.hovered, true) }

// FocusLost implements fyne.Focusable.
func (c *Choice) FocusLost() { c.highlight(c.card.hovered, false) }

// TypedRune implements fyne.Focusable.
func (c *Choice) TypedRune(rune) {}

// TypedKey implements fyne.Focusable.
func (c *Choice) TypedKey(e *fyne.KeyEvent) {
	if e.Name == fyne.KeySpace || e.Name == fyne.KeyReturn || e.Name == fyne.KeyEnter {
		c.choose()
	}
}

func (c *Choice) highlight(hovered, focused bool) {
	c.card.hovered, c.card.focused = hovered, focused
	c.card.Refresh()
}
