package virtual

import (
	"fmt"
	"time"
)

// Fault is a way in which a display misbehaves. It holds from the next command
// on, also for a client that is already connected, until it is set to NoFault.
type Fault int

// The faults a virtual display can have.
const (
	// NoFault is a healthy display.
	NoFault Fault = iota
	// Garbage answers every command with random bytes that are no frame.
	Garbage
	// Hang takes connections and commands and never answers.
	Hang
	// Busy closes every new connection at once, as a display does whose one slot
	// is taken.
	Busy
	// DropMidFrame hangs up in the middle of an upload and in the middle of a
	// reply.
	DropMidFrame
	// RefreshTimeout acknowledges the upload, then the panel stays busy: after
	// 60 s (scaled) the display reports 0x0074 and the glass keeps its picture.
	RefreshTimeout
	// NackData refuses every piece of picture data.
	NackData
	// SlowAcks sends each reply Options.AckDelay late.
	SlowAcks
	// LostRefreshed shows the picture but never reports 0x0073.
	LostRefreshed
)

// refreshLimit is how long the firmware waits for its panel
// (OpenDisplay/Firmware src/display_service.cpp, waitforrefresh).
const refreshLimit = 60 * time.Second

var faultNames = [...]string{"none", "garbage", "hang", "busy", "drop mid-frame",
	"refresh timeout", "refuse data", "slow acks", "lost refreshed"}

// String names the fault for people.
func (f Fault) String() string {
	if f < 0 || int(f) >= len(faultNames) {
		return fmt.Sprintf("fault %d", int(f))
	}
	return faultNames[f]
}
