package engine

import (
	"fmt"

	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/health"
)

// Voltages, in millivolts, at which a battery counts as low and as good again
// (panels.md, "Voltage -> %"). In between it stays what it was, so that neither the sign
// nor the app changes with every reading: a battery recovers when it is warm or at rest.
const (
	lithiumLow, lithiumGood = 3430, 3550 // Li-ion: 10 %, 20 %
	coinLow, coinGood       = 2700, 2780 // a CR2450 falls from 3000 to 2600
	// coinFull is the highest that is taken for a coin cell's, and lithiumEmpty the
	// lowest that can be Li-ion's: below it a display has switched off.
	coinFull, lithiumEmpty = 3100, 3000
)

// cell is what is known of a battery, of which displays tell no more than the voltage.
type cell struct {
	coin bool // it was seen where only a coin cell can be
	low  bool
}

// read gives what is known after a reading in millivolts; 0 means mains, or that the
// display does not know.
//
// From [lithiumEmpty] to [coinFull] it can be either a coin cell in its best years or a
// Li-ion cell at its very end. A single reading can't tell them apart, but what came
// before can: a Li-ion cell has been low for weeks when it gets there, and a coin cell
// was not. So nothing changes there until a reading below that range proves a coin cell.
// A new coin cell may show more than [coinFull] for its first days and then counts as
// low, unless it takes the place of an old one.
func (c cell) read(millivolts int) cell {
	switch {
	case millivolts <= 0:
		return cell{}
	case millivolts > lithiumLow:
		c.coin = false // no coin cell gets there
	case millivolts < lithiumEmpty && !c.coin:
		c = cell{coin: true}
	}
	low, good := lithiumLow, lithiumGood
	switch {
	case c.coin:
		low, good = coinLow, coinGood
	case millivolts <= coinFull:
		return c
	}
	c.low = millivolts <= low || c.low && millivolts < good
	return c
}

// noteBattery takes in the last reading of a display's battery. The sign follows when
// it is next looked at, which happens within ten minutes: it is no reason to hurry.
func (e *Engine) noteBattery(id display.ID) {
	e.mu.Lock()
	dev, ok := e.state.displays[id]
	if !ok || dev.stage == Found {
		e.mu.Unlock()
		return
	}
	dev.cell = dev.cell.read(dev.Battery)
	low, label, where := dev.cell.low, labelOf(dev.Display), ""
	if dev.Room != "" {
		where = " It hangs at " + e.roomName(dev.Room) + "."
	}
	e.mu.Unlock()
	if !low {
		e.health.Clear(codeBattery, string(id))
		return
	}
	e.health.Set(health.Problem{Code: codeBattery, Subject: string(id), Severity: health.Warning,
		Title:  fmt.Sprintf("The battery of %s is low", label),
		Text:   "Once it is empty, the sign goes on showing whatever it showed last." + where,
		Remedy: "Charge or replace it."})
}
