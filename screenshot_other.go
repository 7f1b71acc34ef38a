//go:build !linux

package main

import (
	"image"

	"fyne.io/fyne/v2"
)

// screenshots photographs windows by Fyne's own means, which work with real GL drivers.
func screenshots() (photograph func(fyne.Window) (image.Image, error), closeAll func(), err error) {
	return func(w fyne.Window) (image.Image, error) { return w.Canvas().Capture(), nil }, func() {}, nil
}
