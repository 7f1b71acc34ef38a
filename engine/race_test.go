//go:build race

package engine

// lives is how many seeds TestLife tries: the race detector's own clocks run out where a
// process synchronises without end, and a day of office life does that a lot.
const lives = 2

// raced says whether the race detector is on.
const raced = true
