// Package theme is the look of Roomink's window: paper and ink. Calm surfaces,
// one accent, and state colours that keep a contrast of at least 4.5:1 against
// the surfaces they are drawn on, in light and in dark.
//
// It gives values to Fyne's own names only, so every widget of Fyne and of package
// xwidget fits in without knowing it.
package theme

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

// Theme is a fyne.Theme. The zero value follows the system's light or dark mode.
type Theme struct {
	forced  bool
	variant fyne.ThemeVariant
}

// New follows the system.
func New() *Theme { return &Theme{} }

// Forced is always dark or always light, whatever the system says.
func Forced(dark bool) *Theme {
	if dark {
		return &Theme{forced: true, variant: theme.VariantDark}
	}
	return &Theme{forced: true, variant: theme.VariantLight}
}

type palette map[fyne.ThemeColorName]color.Color

func rgb(hex uint32) color.Color {
	return color.NRGBA{R: uint8(hex >> 16), G: uint8(hex >> 8), B: uint8(hex), A: 0xff}
}

func rgba(hex uint32, alpha uint8) color.Color {
	return color.NRGBA{R: uint8(hex >> 16), G: uint8(hex >> 8), B: uint8(hex), A: alpha}
}

func light() palette {
	return palette{
		theme.ColorNameBackground:          rgb(0xf4f2ed), // paper
		theme.ColorNameOverlayBackground:   rgb(0xfffefb), // cards and dialogs
		theme.ColorNameMenuBackground:      rgb(0xfffefb),
		theme.ColorNameHeaderBackground:    rgb(0xebe8e0),
		theme.ColorNameForeground:          rgb(0x24231f), // ink
		theme.ColorNamePlaceHolder:         rgb(0x67645b),
		theme.ColorNameDisabled:            rgb(0x8d897e),
		theme.ColorNameButton:              rgb(0xe7e3d9),
		theme.ColorNameDisabledButton:      rgb(0xeeece5),
		theme.ColorNameInputBackground:     rgb(0xefece4),
		theme.ColorNameInputBorder:         rgb(0xc9c4b8),
		theme.ColorNameSeparator:           rgb(0xdedad0),
		theme.ColorNamePrimary:             rgb(0x1f5673), // ink blue
		theme.ColorNameForegroundOnPrimary: rgb(0xffffff),
		theme.ColorNameHyperlink:           rgb(0x1f5673),
		theme.ColorNameFocus:               rgba(0x1f5673, 0x38),
		theme.ColorNameSelection:           rgba(0x1f5673, 0x24),
		theme.ColorNameHover:               rgba(0x24231f, 0x0e),
		theme.ColorNamePressed:             rgba(0x24231f, 0x22),
		theme.ColorNameSuccess:             rgb(0x2c6e3f),
		theme.ColorNameForegroundOnSuccess: rgb(0xffffff),
		theme.ColorNameWarning:             rgb(0x8a5a00),
		theme.ColorNameForegroundOnWarning: rgb(0xffffff),
		theme.ColorNameError:               rgb(0xa8281f),
		theme.ColorNameForegroundOnError:   rgb(0xffffff),
		theme.ColorNameScrollBar:           rgba(0x24231f, 0x55),
		theme.ColorNameScrollBarBackground: rgba(0x24231f, 0x08),
		theme.ColorNameShadow:              rgba(0x24231f, 0x30),
	}
}

func dark() palette {
	return palette{
		theme.ColorNameBackground:          rgb(0x191a1c),
		theme.ColorNameOverlayBackground:   rgb(0x232528),
		theme.ColorNameMenuBackground:      rgb(0x232528),
		theme.ColorNameHeaderBackground:    rgb(0x2b2d31),
		theme.ColorNameForeground:          rgb(0xeceae4),
		theme.ColorNamePlaceHolder:         rgb(0xa9a69c),
		theme.ColorNameDisabled:            rgb(0x7d7b74),
		theme.ColorNameButton:              rgb(0x36393e),
		theme.ColorNameDisabledButton:      rgb(0x2a2c30),
		theme.ColorNameInputBackground:     rgb(0x1c1d20),
		theme.ColorNameInputBorder:         rgb(0x4a4d54),
		theme.ColorNameSeparator:           rgb(0x373a3f),
		theme.ColorNamePrimary:             rgb(0x8cc0dd),
		theme.ColorNameForegroundOnPrimary: rgb(0x10222c),
		theme.ColorNameHyperlink:           rgb(0x8cc0dd),
		theme.ColorNameFocus:               rgba(0x8cc0dd, 0x40),
		theme.ColorNameSelection:           rgba(0x8cc0dd, 0x30),
		theme.ColorNameHover:               rgba(0xffffff, 0x10),
		theme.ColorNamePressed:             rgba(0xffffff, 0x24),
		theme.ColorNameSuccess:             rgb(0x86c795),
		theme.ColorNameForegroundOnSuccess: rgb(0x0f2415),
		theme.ColorNameWarning:             rgb(0xe0b25a),
		theme.ColorNameForegroundOnWarning: rgb(0x2a1e05),
		theme.ColorNameError:               rgb(0xf0938a),
		theme.ColorNameForegroundOnError:   rgb(0x330b07),
		theme.ColorNameScrollBar:           rgba(0xffffff, 0x50),
		theme.ColorNameScrollBarBackground: rgba(0xffffff, 0x08),
		theme.ColorNameShadow:              rgba(0x000000, 0x70),
	}
}

// Built once: colours are asked for at every repaint.
var (
	lightPalette = light()
	darkPalette  = dark()
)

// Color implements fyne.Theme.
func (t *Theme) Color(name fyne.ThemeColorName, variant fyne.ThemeVariant) color.Color {
	if t.forced {
		variant = t.variant
	}
	p := lightPalette
	if variant == theme.VariantDark {
		p = darkPalette
	}
	if c, ok := p[name]; ok {
		return c
	}
	return theme.DefaultTheme().Color(name, variant)
}

// Font implements fyne.Theme with Fyne's own fonts, which cover all of Latin,
// Greek and Cyrillic.
func (t *Theme) Font(style fyne.TextStyle) fyne.Resource { return theme.DefaultTheme().Font(style) }

// Icon implements fyne.Theme.
func (t *Theme) Icon(name fyne.ThemeIconName) fyne.Resource { return theme.DefaultTheme().Icon(name) }

// Size implements fyne.Theme.
func (t *Theme) Size(name fyne.ThemeSizeName) float32 {
	switch name {
	case theme.SizeNameInputRadius, theme.SizeNameSelectionRadius:
		return 6
	case theme.SizeNameHeadingText:
		return 22
	case theme.SizeNameSubHeadingText:
		return 16
	case theme.SizeNameCaptionText:
		return 12
	default:
		return theme.DefaultTheme().Size(name)
	}
}
