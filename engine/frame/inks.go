package frame

import "github.com/roomink/roomink/engine/display"

// inks are the palette indices by what they are for. Meaning never hangs on colour
// alone: what is red or yellow is also said in words and by its shape.
type inks struct {
	busy, onBusy uint8 // the panel of an occupied room, and text on it
	warn, onWarn uint8 // the band that owns up to a problem, and text on it
}

func inksOf(s display.Scheme) inks {
	i := inks{busy: display.Black, onBusy: display.White, warn: display.Black, onWarn: display.White}
	switch s {
	case display.BWR:
		i.busy, i.warn = 2, 2
	case display.BWY:
		i.warn, i.onWarn = 2, display.Black
	case display.BWRY:
		i.busy = 3
		i.warn, i.onWarn = 2, display.Black
	}
	return i
}
