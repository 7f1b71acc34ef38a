// Package still paints a window by software, for machines whose GL driver can't
// read its front buffer back: Mesa's llvmpipe under Xvfb gives a black picture for
// Canvas().Capture.
//
// It is a package of its own because Fyne's software canvas brings package testing
// along; only a program that takes screenshots unattended should import it.
package still

import (
	"image"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/software"
)

// Paint gives a picture of what the window holds, without its menu bar and its
// dialogs. Call it on the UI goroutine.
func Paint(w fyne.Window) image.Image {
	content := w.Content()
	at, size := content.Position(), content.Size()
	c := software.NewCanvas()
	c.SetPadded(false)
	c.SetContent(content)
	for range 2 { // wrapped text knows its height only once it has its width
		c.Resize(size.AddWidthHeight(0, 1))
		c.Resize(size)
	}
	picture := c.Capture()
	content.Move(at) // the canvas moved it to its own corner
	content.Resize(size)
	return picture
}
