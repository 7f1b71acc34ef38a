package xwidget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/widget"
)

// Question is what [Ask] asks.
type Question struct {
	Title, Text string
	Yes, No     string // labels of the buttons
	Danger      bool   // Yes destroys something
}

// Ask shows a dialog and calls do if the answer is yes.
func Ask(q Question, w fyne.Window, do func()) {
	d := dialog.NewCustomConfirm(q.Title, q.Yes, q.No, dialogText(q.Text), func(yes bool) {
		if yes {
			do()
		}
	}, w)
	if q.Danger {
		d.SetConfirmImportance(widget.DangerImportance)
	}
	d.Show()
}

// Tell shows a dialog with one button and calls then once it is closed.
func Tell(title, text, button string, w fyne.Window, then func()) {
	d := dialog.NewCustom(title, button, dialogText(text), w)
	d.SetOnClosed(then)
	d.Show()
}

// dialogText has a width of its own, without which wrapped text has none.
func dialogText(text string) fyne.CanvasObject {
	p := NewParagraph(text)
	p.Resize(fyne.NewSize(dialogWidth, 10))
	return Pad(Fixed(p, dialogWidth, 0), 4, 8, 12, 8)
}

const dialogWidth = 420
