package apptest

import (
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"

	"github.com/roomink/roomink/app/xwidget"
)

// Walk calls visit for every visible object of the window, dialogs included.
func Walk(w fyne.Window, visit func(fyne.CanvasObject)) {
	WalkObject(w.Content(), visit)
	for _, o := range w.Canvas().Overlays().List() {
		WalkObject(o, visit)
	}
}

// WalkObject calls visit for o and every visible object inside it.
func WalkObject(o fyne.CanvasObject, visit func(fyne.CanvasObject)) {
	if o == nil || !o.Visible() {
		return
	}
	visit(o)
	switch x := o.(type) {
	case *fyne.Container:
		for _, child := range x.Objects {
			WalkObject(child, visit)
		}
	case fyne.Widget:
		for _, child := range test.WidgetRenderer(x).Objects() {
			WalkObject(child, visit)
		}
	}
}

// Texts are all the words that a person reads in the window.
func Texts(w fyne.Window) []string {
	var list []string
	Walk(w, func(o fyne.CanvasObject) {
		if text := words(o); text != "" {
			list = append(list, text)
		}
	})
	return list
}

// Shows reports whether some text in the window holds the words.
func Shows(w fyne.Window, text string) bool {
	return slices.ContainsFunc(Texts(w), func(s string) bool { return strings.Contains(s, text) })
}

func words(o fyne.CanvasObject) string {
	switch x := o.(type) {
	case *xwidget.Text:
		return x.Text
	case *xwidget.Paragraph:
		return x.Text()
	case *widget.Label:
		return x.Text
	case *widget.Button:
		return x.Text
	case *widget.Check:
		return x.Text
	case *widget.Select:
		return x.Selected
	}
	return ""
}

// Find gives the visible widget of a type with the words on it; the zero value if
// there is none.
func Find[T fyne.CanvasObject](w fyne.Window, text string) (found T) {
	ok := false
	Walk(w, func(o fyne.CanvasObject) {
		if x, is := o.(T); is && !ok && words(o) == text {
			found, ok = x, true
		}
	})
	return found
}

// Entries are the visible entries of the window, from the top.
func Entries(w fyne.Window) []*widget.Entry {
	var list []*widget.Entry
	Walk(w, func(o fyne.CanvasObject) {
		switch e := o.(type) {
		case *widget.Entry:
			list = append(list, e)
		case *xwidget.Entry:
			list = append(list, &e.Entry)
		}
	})
	return list
}
