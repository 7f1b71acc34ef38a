package frame

import "github.com/roomink/roomink/engine/display"

// inks are the palette indices by what they are for. Meaning never hangs on colour
// alone: what is red, yellow or green is also said in words and by its shape.
type inks struct {
	busy, onBusy uint8 // the ground of an occupied room, and text on it; also text on paper
	warn, onWarn uint8 // the band that owns up to a problem, and text on it
	// free is the accent of a room that is free: its headline on paper or the rule
	// beside it. As a ground it bears white text.
	free uint8
	// quiet is for text on paper that stands back, such as meetings that are over, and for
	// lines of one pixel. It is as legible as text must be.
	quiet uint8
	// rule is for marks that need no reading, such as hours of a scale and gaps between
	// rows: lighter than quiet where there are greys to spare.
	rule uint8
}

// darkGrey is a palette index of Gray16 that is as light as text on white may be;
// midGrey one that is as light as a line may be. Of four greys the darker one makes a
// good line and no text. A test computes the contrasts.
const (
	darkGrey  uint8 = 4 // level 3 of 15
	midGrey   uint8 = 6 // level 5 of 15
	darkGrey4 uint8 = 2 // level 1 of 3
)

func inksOf(s display.Scheme) inks {
	i := inks{
		busy: display.Black, onBusy: display.White, warn: display.Black, onWarn: display.White,
		free: display.Black, quiet: display.Black, rule: display.Black,
	}
	switch s {
	case display.BWR:
		i.busy, i.warn = 2, 2
	case display.BWY:
		i.warn, i.onWarn = 2, display.Black
	case display.BWRY:
		i.busy = display.Red4
		i.warn, i.onWarn = display.Yellow4, display.Black
	case display.Gray4:
		i.rule = darkGrey4
	case display.Gray16:
		i.quiet, i.rule = darkGrey, midGrey
	case display.Spectra6, display.ACeP7:
		i.busy, i.free = display.Red4, display.Green
		i.warn, i.onWarn = display.Yellow4, display.Black
	}
	return i
}
