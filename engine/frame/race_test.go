//go:build race

package frame_test

// raceEnabled leaves out what only repeats itself: the race detector makes drawing ten
// times slower.
const raceEnabled = true
