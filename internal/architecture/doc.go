// Package architecture keeps the rules of docs/ARCHITECTURE.md by tests: which
// package may import which, that each says what it is for, and that files stay
// small enough to read.
package architecture
