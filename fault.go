package main

import (
	"context"
	"errors"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	fynetheme "fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/roomink/roomink/app/art"
	"github.com/roomink/roomink/app/theme"
	"github.com/roomink/roomink/app/words"
	"github.com/roomink/roomink/app/xwidget"
	"github.com/roomink/roomink/engine"
)

// explain puts what keeps Roomink from starting into words: as the engine does, but
// with a word on where the program is that is in the way.
func explain(err error) (xwidget.Tone, engine.Explanation) {
	tone, x := xwidget.Bad, engine.Explain(err)
	if errors.Is(err, engine.ErrInUse) {
		tone, x = xwidget.Info, engine.Explanation{
			Title:  "Roomink is running already",
			Text:   "It keeps your signs up to date in the background.",
			Remedy: "Open its window from its icon in the system tray. On Windows the icon may be behind the arrow next to the clock; on a Mac it is in the menu bar.",
		}
	}
	x.Details = "Roomink " + version + "\n" + err.Error()
	return tone, x
}

// showFault tells why Roomink did not start, in a window of its own, until a person
// closes it or ctx ends: a program that was started by a double-click has no terminal
// to print to. It must be called on the main goroutine, in place of the real window.
func showFault(ctx context.Context, ui fyne.App, err error) {
	unwatch := context.AfterFunc(ctx, func() { fyne.Do(ui.Quit) })
	defer unwatch()
	newFaultWindow(ui, err).ShowAndRun()
}

// newFaultWindow is the window of showFault.
func newFaultWindow(ui fyne.App, err error) fyne.Window {
	ui.Settings().SetTheme(theme.New())
	ui.SetIcon(art.App())
	w := ui.NewWindow("Roomink")

	tone, x := explain(err)
	told := xwidget.NewExplanation(tone, words.Explanation(x), nil)
	told.Resize(fyne.NewSize(faultWidth, 0)) // wrapped text has no height before it has a width
	done := widget.NewButton("Close", ui.Quit)
	done.Importance = widget.HighImportance
	w.SetContent(xwidget.Pad(xwidget.Stack(14,
		xwidget.NewHeading("Roomink did not start", fynetheme.SizeNameSubHeadingText),
		xwidget.Fixed(told, faultWidth, 0),
		container.NewHBox(layout.NewSpacer(), xwidget.Fixed(done, 96, 0)),
	), 18, 18, 18, 18))
	w.Canvas().Focus(done) // Space closes
	w.CenterOnScreen()
	w.SetFixedSize(true)
	return w
}

// faultWidth is that of the words, in Fyne's units: lines are easy to read, and a path fits.
const faultWidth = 560
