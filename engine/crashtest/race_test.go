//go:build race

package crashtest

// kills is how often the engine is killed unless ROOMINK_KILLS says otherwise, and
// slowness how much longer than without the race detector everything takes.
const (
	kills    = 40
	slowness = 4
)
