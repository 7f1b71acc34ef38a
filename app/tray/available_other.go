//go:build !linux

package tray

import "context"

// Available reports whether something shows tray icons: always, on Windows and macOS.
func Available(context.Context) bool { return true }
