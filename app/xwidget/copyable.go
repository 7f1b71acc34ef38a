package xwidget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// Copyable is a value that a person must carry to another program.
type Copyable struct {
	widget.BaseWidget
	value  *widget.Label
	button *widget.Button
}

// NewCopyable shows value with a button that puts it on the clipboard.
func NewCopyable(value string) *Copyable {
	c := &Copyable{value: widget.NewLabel(value)}
	c.value.TextStyle.Monospace = true
	c.value.Selectable = true
	c.button = widget.NewButtonWithIcon(lang.L("Copy"), theme.ContentCopyIcon(), func() {
		fyne.CurrentApp().Clipboard().SetContent(c.value.Text)
		c.button.SetIcon(theme.ConfirmIcon())
		c.button.SetText(lang.L("Copied"))
	})
	c.ExtendBaseWidget(c)
	return c
}

// CreateRenderer implements fyne.Widget.
func (c *Copyable) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(NewPaddedCard(container.NewBorder(nil, nil, nil, c.button, c.value), 4))
}
