//go:build !race

package engine

// lives is how many seeds TestLife tries.
const lives = 4
