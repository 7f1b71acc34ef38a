package engine

import (
	"context"
	"time"

	"github.com/roomink/roomink/engine/store"
)

// point is one of a curve of discharge.
type point struct{ millivolts, percent int }

// What is left in a battery by its voltage (panels.md, "Voltage -> %"). Between two points
// it is a straight line.
var (
	lithium = []point{{4200, 100}, {4080, 85}, {3950, 70}, {3790, 50}, {3670, 35}, {3550, 20}, {3430, 10}, {3350, 5}, {3000, 0}}
	coin    = []point{{3000, 100}, {2600, 0}}
)

// left gives what a curve says of a voltage, 1 to 100 percent: an empty battery tells nothing.
func left(curve []point, millivolts int) int {
	if millivolts >= curve[0].millivolts {
		return 100
	}
	for i, low := range curve[1:] {
		if high := curve[i]; millivolts >= low.millivolts {
			part := (millivolts - low.millivolts) * (high.percent - low.percent) / (high.millivolts - low.millivolts)
			return max(1, low.percent+part)
		}
	}
	return 1
}

// percentOf is what is left of a battery after a reading, 0 = unknown or mains.
func percentOf(c cell, millivolts, percent int) int {
	switch {
	case percent > 0:
		return min(percent, 100)
	case millivolts <= 0:
		return 0
	case c.coin:
		return left(coin, millivolts)
	default:
		return left(lithium, millivolts)
	}
}

// loadReadings takes up a year of readings of the batteries.
func (e *Engine) loadReadings(ctx context.Context) error {
	all, err := e.db.Readings(ctx, store.Day(e.cfg.Now())-pastDays)
	if err != nil {
		return err
	}
	for _, r := range all {
		if dev, ok := e.state.displays[r.ID]; ok {
			dev.past = append(dev.past, r)
		}
	}
	for _, dev := range e.state.displays {
		dev.daysLeft = daysLeft(dev.trend(), store.Day(e.cfg.Now()))
	}
	return nil
}

// read notes the battery of a display as it is today. e.mu is held.
func (dev *device) read(now time.Time) (r store.Reading, ok bool) {
	if dev.Battery <= 0 && dev.Percent <= 0 {
		return r, false
	}
	r = store.Reading{ID: dev.ID, Day: store.Day(now), Millivolts: dev.Battery, Percent: dev.Percent}
	if n := len(dev.past); n > 0 && dev.past[n-1].Day == r.Day {
		dev.past[n-1] = r
	} else {
		dev.past = append(dev.past[max(0, n-pastDays):], r)
	}
	dev.daysLeft = daysLeft(dev.trend(), r.Day)
	return r, true
}

const (
	pastDays  = 365 // of readings that count
	trendDays = 7   // of readings that an estimate needs
	recharged = 8   // percent that a battery does not rise by itself from one reading to the next
	daysMost  = 999 // nobody plans for more
)

// charge gives what is left of the battery in percent, and an estimate of the days that it
// lasts; 0 = not known. e.mu is held.
func (dev *device) charge() (percent, days int) {
	percent = percentOf(dev.cell, dev.Battery, dev.Percent)
	if percent == 0 {
		return 0, 0
	}
	return percent, dev.daysLeft
}

// sample is what was left at the end of a day.
type sample struct{ day, percent int }

// trend gives what was left each day since the battery was last charged or replaced.
func (dev *device) trend() (list []sample) {
	for _, r := range dev.past {
		p := percentOf(dev.cell, r.Millivolts, r.Percent)
		if p == 0 {
			continue
		}
		if n := len(list); n > 0 && p >= list[n-1].percent+recharged {
			list = list[:0]
		}
		list = append(list, sample{r.Day, p})
	}
	return list
}

// daysLeft extends the line through the samples (least squares) to an empty battery.
func daysLeft(list []sample, today int) int {
	if len(list) < trendDays || list[len(list)-1].day-list[0].day < trendDays-1 {
		return 0
	}
	var n, sx, sy, sxx, sxy float64
	for _, s := range list {
		x, y := float64(s.day-today), float64(s.percent)
		n, sx, sy, sxx, sxy = n+1, sx+x, sy+y, sxx+x*x, sxy+x*y
	}
	slope := (n*sxy - sx*sy) / (n*sxx - sx*sx)
	level := (sy - slope*sx) / n // of the line, today
	if slope >= -0.01 {
		return 0 // it does not fall: nothing can be said
	}
	return min(daysMost, max(1, int(level/-slope)))
}
