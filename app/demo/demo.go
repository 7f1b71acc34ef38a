// Package demo is what the window shows of a demonstration: an office that runs
// inside this process, its virtual displays, and a tour that visits every page.
//
// Nothing here simulates anything; main.go hands over an [Office] that was made by
// package engine/simulator.
package demo

import (
	"context"
	"image"
	"time"

	"github.com/roomink/roomink/engine"
	"github.com/roomink/roomink/engine/display"
)

// Office is a simulated office as the window sees it. Its functions are safe from
// any goroutine and do not block, but for SetUp.
type Office struct {
	// Glasses gives the virtual displays as they are now, in a lasting order.
	Glasses func() []Glass
	// Watch gives the glasses whenever one changes, the first time at once. The
	// channel closes when ctx ends.
	Watch func(ctx context.Context) <-chan []Glass
	// OutlookURL is the page that books meetings in the simulated tenant.
	OutlookURL string
	// Credentials are those of the simulated tenant.
	Credentials engine.Credentials
	// SetUp does everything that a person would: it connects, adopts and assigns,
	// and blocks until that is done. progress is called with a line per step.
	SetUp func(ctx context.Context, progress func(string)) error
	// Note is shown to the person, such as that displays were added by address
	// because multicast is not allowed here. May be empty.
	Note string
}

// Glass is one virtual display.
type Glass struct {
	Name, Model string
	Image       *image.Paletted // what is on the glass; nil = blank
	Inks        display.Scheme  // of the panel; "" = not known
	Refreshing  bool
	On          bool
	UpdatedAt   time.Time // last refresh; zero = never
	// SetPower switches the device on or off, as a person pulling the plug would.
	SetPower func(on bool)
	// SetServer types into it where to fetch its pictures; nil for one that needs no such
	// thing. Wake presses its button; nil where it has none.
	SetServer func(server string)
	Wake      func()
}
