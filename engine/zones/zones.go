// Package zones knows time zones by the names that others give them: Windows, Microsoft
// Graph, and this computer.
package zones

import (
	"strings"
	"time"
)

//go:generate go run ./internal/genzones zones_table.go

// IANA turns a time zone as Graph names it into an IANA name. Graph uses Windows names by
// default and IANA names where somebody set them; custom zones have no name of use and give
// "" (graph.md 3.7).
func IANA(name string) string {
	if iana, ok := windowsZones[name]; ok {
		return iana
	}
	if name == "tzone://Microsoft/Utc" {
		return "UTC"
	}
	// Only Area/City: LoadLocation would also take "Local" and "".
	if strings.Contains(name, "/") && !strings.Contains(name, ":") {
		if _, err := time.LoadLocation(name); err == nil {
			return name
		}
	}
	return ""
}

// Local is the time zone that this computer is set to now. [time.Local] is the one that it
// was set to when the program started, and what stands in where the present one can't be
// told.
func Local() *time.Location {
	if name := local(); name != "" {
		if loc, err := time.LoadLocation(name); err == nil {
			return loc
		}
	}
	return time.Local
}
