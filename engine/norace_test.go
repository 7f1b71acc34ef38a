//go:build !race

package engine

// lives is how many seeds TestLife tries.
const lives = 4

// raced says whether the race detector is on.
const raced = false
