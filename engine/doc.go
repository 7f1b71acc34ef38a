// Package engine is everything of Roomink that works without a screen, behind one
// door: Open, Run, Close, Snapshot, Watch and commands. The app, the daemon and
// the tests all start this one façade.
//
// Calendars flow in, frames flow out, in one direction:
//
//	source → store → agenda → sign → frame → driver → panel
//
// package syncer reads calendars into package store; package sign turns an agenda
// into words, package frame words into pixels; package reconcile keeps comparing
// what each panel should show with what it is known to show, and pushes the
// difference through a display.Driver.
//
// The calendar source is injected (see Config.Source), because Microsoft's Graph
// SDK costs minutes to compile and must not enter every other package's build.
package engine
