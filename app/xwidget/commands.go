package xwidget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// Commands are lines for another program's command line, with a button that puts all
// of them on the clipboard, line by line as given. Long lines are wrapped on show only.
type Commands struct {
	widget.BaseWidget
	text  string
	label *widget.Label
	copy  *widget.Button
	box   *fyne.Container
}

// NewCommands shows lines that are separated by newlines.
func NewCommands(text string) *Commands {
	c := &Commands{text: text, label: widget.NewLabel(text)}
	c.label.TextStyle.Monospace = true
	c.label.SizeName = theme.SizeNameCaptionText
	c.label.Wrapping = fyne.TextWrapWord
	c.label.Selectable = true
	c.copy = widget.NewButtonWithIcon(lang.L("Copy"), theme.ContentCopyIcon(), func() {
		fyne.CurrentApp().Clipboard().SetContent(c.text)
		c.copy.SetIcon(theme.ConfirmIcon())
		c.copy.SetText(lang.L("Copied"))
	})
	c.box = container.NewBorder(nil, nil, nil, container.NewVBox(c.copy), c.label)
	c.ExtendBaseWidget(c)
	return c
}

// Narrow puts the button under the lines, for places where they would have too little
// room beside it.
func (c *Commands) Narrow() *Commands {
	c.box.Layout = layout.NewVBoxLayout()
	c.box.Objects = []fyne.CanvasObject{c.label, container.NewHBox(c.copy)}
	c.box.Refresh()
	return c
}

// SetText changes the lines.
func (c *Commands) SetText(text string) {
	if c.text == text {
		return
	}
	c.text = text
	c.label.SetText(text)
	c.copy.SetIcon(theme.ContentCopyIcon())
	c.copy.SetText(lang.L("Copy"))
}

// Text is what is copied.
func (c *Commands) Text() string { return c.text }

// CreateRenderer implements fyne.Widget.
func (c *Commands) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(NewPaddedCard(c.box, 4))
}
