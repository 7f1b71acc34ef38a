package main

import (
	"fmt"
	"image"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver"
	"github.com/jezek/xgb"
	"github.com/jezek/xgb/xproto"
)

// screenshots gives a function that photographs a window off the X server's screen,
// as a person would see it. Fyne's own capture reads a GL buffer that Mesa's software
// renderer leaves black. Call the function on the UI goroutine; close ends it.
func screenshots() (photograph func(fyne.Window) (image.Image, error), closeAll func(), err error) {
	x, err := xgb.NewConn()
	if err != nil {
		return nil, nil, fmt.Errorf("connect to the X server for screenshots: %w", err)
	}
	return func(w fyne.Window) (image.Image, error) { return photographWindow(x, w) }, x.Close, nil
}

func photographWindow(x *xgb.Conn, w fyne.Window) (image.Image, error) {
	native, ok := w.(driver.NativeWindow)
	if !ok {
		return nil, fmt.Errorf("the window %q is not on a screen", w.Title())
	}
	var id xproto.Drawable
	native.RunNative(func(context any) {
		if c, ok := context.(driver.X11WindowContext); ok {
			id = xproto.Drawable(c.WindowHandle)
		}
	})
	if id == 0 {
		return nil, fmt.Errorf("the window %q is not one of X11", w.Title())
	}
	// What another window covers can't be photographed, and there is no window
	// manager to ask.
	err := xproto.ConfigureWindowChecked(x, xproto.Window(id), xproto.ConfigWindowStackMode, []uint32{xproto.StackModeAbove}).Check()
	if err != nil {
		return nil, fmt.Errorf("raise the window %q: %w", w.Title(), err)
	}
	size, err := xproto.GetGeometry(x, id).Reply()
	if err != nil {
		return nil, fmt.Errorf("measure the window %q: %w", w.Title(), err)
	}
	reply, err := xproto.GetImage(x, xproto.ImageFormatZPixmap, id, 0, 0, size.Width, size.Height, ^uint32(0)).Reply()
	if err != nil {
		return nil, fmt.Errorf("photograph the window %q: %w", w.Title(), err)
	}
	picture := image.NewNRGBA(image.Rect(0, 0, int(size.Width), int(size.Height)))
	if len(reply.Data) != len(picture.Pix) {
		return nil, fmt.Errorf("photograph the window %q: %d bytes for %d pixels of 4 bytes: use a screen of 24 bits",
			w.Title(), len(reply.Data), len(picture.Pix)/4)
	}
	for i := 0; i < len(reply.Data); i += 4 { // blue, green, red, nothing
		picture.Pix[i], picture.Pix[i+1], picture.Pix[i+2], picture.Pix[i+3] = reply.Data[i+2], reply.Data[i+1], reply.Data[i], 0xff
	}
	return picture, nil
}
