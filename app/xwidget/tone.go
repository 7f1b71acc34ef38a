package xwidget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

// Tone is the mood of a state. Each has its own icon as well as its own colour,
// because colour alone tells nothing to one man in twelve.
type Tone int

// The tones.
const (
	Neutral Tone = iota // nothing to say: not set up, unknown
	Good                // as it should be
	Busy                // something is going on
	Info                // worth knowing
	Warn                // something will go wrong
	Bad                 // something is wrong
	Held                // stopped by a person
	Taken               // in use by somebody
)

// Color is the theme's name for the tone's colour.
func (t Tone) Color() fyne.ThemeColorName {
	switch t {
	case Good:
		return theme.ColorNameSuccess
	case Busy, Info, Taken:
		return theme.ColorNamePrimary
	case Warn:
		return theme.ColorNameWarning
	case Bad:
		return theme.ColorNameError
	default:
		return theme.ColorNamePlaceHolder
	}
}

// Icon is the tone's icon in the tone's colour.
func (t Tone) Icon() fyne.Resource {
	var icon fyne.Resource
	switch t {
	case Good:
		icon = theme.ConfirmIcon()
	case Busy:
		icon = theme.ViewRefreshIcon()
	case Info:
		icon = theme.InfoIcon()
	case Warn:
		icon = theme.WarningIcon()
	case Bad:
		icon = theme.ErrorIcon()
	case Taken:
		icon = theme.MediaRecordIcon()
	case Held:
		icon = theme.MediaPauseIcon()
	default:
		icon = theme.RadioButtonIcon()
	}
	return theme.NewColoredResource(icon, t.Color())
}
