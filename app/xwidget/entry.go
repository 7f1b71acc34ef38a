package xwidget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"
)

// Entry is an entry that tells when it gets the keyboard, so that a page can bring it
// into sight: Fyne does not scroll to what the Tab key has reached.
type Entry struct {
	widget.Entry
	focused func()
}

// NewEntry makes an entry of one line.
func NewEntry() *Entry { return newEntry(false) }

// NewPasswordEntry makes an entry that shows dots.
func NewPasswordEntry() *Entry { return newEntry(true) }

func newEntry(password bool) *Entry {
	e := &Entry{}
	e.Wrapping = fyne.TextWrap(fyne.TextTruncateClip)
	e.Password = password
	e.ExtendBaseWidget(e)
	return e
}

// FocusGained implements fyne.Focusable.
func (e *Entry) FocusGained() {
	e.Entry.FocusGained()
	if e.focused != nil {
		e.focused()
	}
}
