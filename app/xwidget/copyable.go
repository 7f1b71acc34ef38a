package xwidget

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// Copyable is a value that a person must carry to another program.
type Copyable struct {
	widget.BaseWidget
	text   string
	value  *widget.Label
	button *widget.Button
	// compact is a button without words
	compact bool
}

// copyableLine is how many characters of a value stand on one line.
const copyableLine = 48

// NewCopyable shows value with a button that puts it on the clipboard. A long value is
// shown on several lines and copied as one.
func NewCopyable(value string) *Copyable {
	c := &Copyable{text: value, value: widget.NewLabel(fold(value, copyableLine))}
	c.value.TextStyle.Monospace = true
	c.value.Selectable = true
	c.button = widget.NewButtonWithIcon(lang.L("Copy"), theme.ContentCopyIcon(), func() {
		fyne.CurrentApp().Clipboard().SetContent(c.text)
		c.button.SetIcon(theme.ConfirmIcon())
		if !c.compact {
			c.button.SetText(lang.L("Copied"))
		}
	})
	c.ExtendBaseWidget(c)
	return c
}

// SetText changes the value.
func (c *Copyable) SetText(value string) {
	if c.text == value {
		return
	}
	c.text = value
	c.value.SetText(fold(value, copyableLine))
	c.button.SetIcon(theme.ContentCopyIcon())
	if !c.compact {
		c.button.SetText(lang.L("Copy"))
	}
}

// Text is what is copied.
func (c *Copyable) Text() string { return c.text }

// NewCompactCopyable is a [Copyable] whose button has no words, for lists of them.
func NewCompactCopyable(value string) *Copyable {
	c := NewCopyable(value)
	c.compact = true
	c.button.SetText("")
	return c
}

// fold breaks text into lines of at most width characters: at blanks where it can, and
// a word that is longer anywhere.
func fold(text string, width int) string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(text) {
		for rest := []rune(word); len(rest) > width; word = string(rest) {
			if line != "" {
				lines, line = append(lines, line), ""
			}
			lines, rest = append(lines, string(rest[:width])), rest[width:]
		}
		if line != "" && len(line)+1+len(word) > width {
			lines, line = append(lines, line), ""
		}
		line = strings.TrimSpace(line + " " + word)
	}
	return strings.Join(append(lines, line), "\n")
}

// CreateRenderer implements fyne.Widget.
func (c *Copyable) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(NewPaddedCard(container.NewBorder(nil, nil, nil, c.button, c.value), 4))
}
