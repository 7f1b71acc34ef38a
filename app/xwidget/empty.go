package xwidget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// EmptyState fills a place where nothing is yet, and says what to do next.
type EmptyState struct {
	widget.BaseWidget

	icon   *widget.Icon
	title  *Text
	text   *Paragraph
	button *widget.Button
}

// NewEmptyState makes one; with action "" it has no button.
func NewEmptyState(icon fyne.Resource, title, text, action string, do func()) *EmptyState {
	e := &EmptyState{
		icon:   widget.NewIcon(theme.NewColoredResource(icon, theme.ColorNamePlaceHolder)),
		title:  NewHeading(title, theme.SizeNameSubHeadingText),
		text:   NewMutedParagraph(text),
		button: widget.NewButton(action, do),
	}
	e.title.Align = fyne.TextAlignCenter
	e.text.SetAlign(fyne.TextAlignCenter)
	e.button.Importance = widget.HighImportance
	e.button.Hidden = action == ""
	e.ExtendBaseWidget(e)
	return e
}

// Set changes the words and what the button does.
func (e *EmptyState) Set(title, text, action string, do func()) {
	e.title.SetText(title)
	e.text.SetText(text)
	e.button.OnTapped = do
	e.button.Hidden = action == ""
	e.button.SetText(action)
}

// Button is the state's button, for tests.
func (e *EmptyState) Button() *widget.Button { return e.button }

// Title is the state's first line, for tests.
func (e *EmptyState) Title() string { return e.title.Text }

// CreateRenderer implements fyne.Widget.
func (e *EmptyState) CreateRenderer() fyne.WidgetRenderer {
	box := Stack(10,
		container.NewCenter(Fixed(e.icon, 48, 48)),
		e.title,
		container.New(Limit(420), e.text),
		Pad(container.NewCenter(e.button), 6, 0, 0, 0),
	)
	return widget.NewSimpleRenderer(container.NewVBox(layout.NewSpacer(), box, layout.NewSpacer()))
}
