package graph

import (
	"strings"
	"time"
)

//go:generate go run ./internal/genzones zones_table.go

// ianaZone turns a time zone as Graph names it into an IANA name. Graph uses
// Windows names by default and IANA names where somebody set them; custom zones
// have no name of use and give "" (graph.md 3.7).
func ianaZone(name string) string {
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
