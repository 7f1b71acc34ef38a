package virtual

import "context"

// Device is a virtual display of any kind, as the demo and the tests of whole offices
// see it.
type Device interface {
	Name() string // for people; what its owner called it
	Model() Model
	Glass() Glass
	Watch(ctx context.Context) <-chan Glass
	SetPower(on bool)
	// Serve lives the device's life until ctx ends: it answers, or wakes, asks and sleeps.
	Serve(ctx context.Context) error
}
