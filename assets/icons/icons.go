// Package icons embeds the drawings of the app: its own icon and the tray's.
//
// The tray icons differ in shape, not in colour alone: a door sign that is plain
// (in order), has a turning arrow (working), an exclamation mark (attention) or
// two bars (paused). They are drawn in one colour for theme.NewThemedResource,
// which macOS uses as a template.
package icons

import _ "embed"

// App is the icon of the app, an e-paper door sign: PNG of 512×512 pixels.
//
//go:embed roomink.png
var App []byte

// AppDrawing is the same as SVG, for use inside the window.
//
//go:embed roomink.svg
var AppDrawing []byte

// The tray's icons, SVG.
var (
	//go:embed tray-inorder.svg
	TrayInOrder []byte
	//go:embed tray-working.svg
	TrayWorking []byte
	//go:embed tray-attention.svg
	TrayAttention []byte
	//go:embed tray-paused.svg
	TrayPaused []byte
)
