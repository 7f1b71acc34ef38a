package virtual

import "time"

// maxButtons is what one configuration packet describes, and what three bits number.
const maxButtons = 8

// buttonByte is the dynamic byte of the telemetry in which the buttons show.
const buttonByte = 0

// pressPause is the pause after which presses are counted from one again.
const pressPause = 5 * time.Second

// button is one of the display's buttons. Source: OpenDisplay/Firmware
// src/device_control.cpp, handleButtonISR and processButtons.
type button struct {
	presses byte // since it was last left alone, four bits that wrap
	down    bool
	at      time.Time // of the last press
}

// state is the byte that is announced: number, presses, and whether it is down.
func (b button) state(number int) byte {
	s := byte(number) | b.presses&0x0f<<3
	if b.down {
		s |= 1 << 7
	}
	return s
}

// Press pushes a button down, from 1 on. A display that advertises itself tells at once.
// A button that it does not have, or one that is down already, does nothing.
func (d *OpenDisplay) Press(number int) { d.turn(number, true) }

// Release lets a button go.
func (d *OpenDisplay) Release(number int) { d.turn(number, false) }

func (d *OpenDisplay) turn(number int, down bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if number < 1 || number > d.opts.Buttons || !d.up() || d.buttons[number-1].down == down {
		return
	}
	b := &d.buttons[number-1]
	if down {
		now := time.Now()
		if now.Sub(b.at) > pressPause {
			b.presses = 0
		}
		b.presses, b.at = (b.presses+1)&0x0f, now
	}
	b.down = down
	d.lastButton = number - 1
	d.loops++
	d.signal()
}
