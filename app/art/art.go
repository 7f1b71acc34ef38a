// Package art gives the drawings of package assets/icons to Fyne.
package art

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"github.com/roomink/roomink/assets/icons"
	"github.com/roomink/roomink/engine"
)

// App is the icon of the app.
func App() fyne.Resource { return fyne.NewStaticResource("roomink.png", icons.App) }

// Logo is the same as a drawing that stays sharp at any size.
func Logo() fyne.Resource { return fyne.NewStaticResource("roomink.svg", icons.AppDrawing) }

// Sign is a plain door sign in the theme's ink.
func Sign() fyne.Resource {
	return theme.NewThemedResource(fyne.NewStaticResource("tray-inorder.svg", icons.TrayInOrder))
}

// Tray is the icon of a state of the engine, in the theme's ink.
func Tray(s engine.State) fyne.Resource {
	name, svg := "tray-inorder.svg", icons.TrayInOrder
	switch s {
	case engine.Working, engine.Starting:
		name, svg = "tray-working.svg", icons.TrayWorking
	case engine.Attention, engine.SetUp:
		name, svg = "tray-attention.svg", icons.TrayAttention
	case engine.Paused:
		name, svg = "tray-paused.svg", icons.TrayPaused
	}
	return theme.NewThemedResource(fyne.NewStaticResource(name, svg))
}
