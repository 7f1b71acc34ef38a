package tenant

import (
	"fmt"
	"time"
	_ "time/tzdata" // Windows has no zone database of its own
)

// windowsZones maps the Windows zone names that Graph speaks to IANA's (CLDR,
// windowsZones.xml, territory 001). Only zones that offices in demos sit in.
var windowsZones = map[string]string{
	"UTC":                            "UTC",
	"GMT Standard Time":              "Europe/London",
	"W. Europe Standard Time":        "Europe/Berlin",
	"Romance Standard Time":          "Europe/Paris",
	"Central Europe Standard Time":   "Europe/Budapest",
	"Central European Standard Time": "Europe/Warsaw",
	"FLE Standard Time":              "Europe/Kiev",
	"GTB Standard Time":              "Europe/Bucharest",
	"Turkey Standard Time":           "Europe/Istanbul",
	"Israel Standard Time":           "Asia/Jerusalem",
	"Arabian Standard Time":          "Asia/Dubai",
	"India Standard Time":            "Asia/Calcutta",
	"Nepal Standard Time":            "Asia/Katmandu",
	"China Standard Time":            "Asia/Shanghai",
	"Singapore Standard Time":        "Asia/Singapore",
	"Tokyo Standard Time":            "Asia/Tokyo",
	"AUS Eastern Standard Time":      "Australia/Sydney",
	"New Zealand Standard Time":      "Pacific/Auckland",
	"Eastern Standard Time":          "America/New_York",
	"Central Standard Time":          "America/Chicago",
	"Mountain Standard Time":         "America/Denver",
	"Pacific Standard Time":          "America/Los_Angeles",
	"E. South America Standard Time": "America/Sao_Paulo",
}

// loadZone finds a zone by its Windows or IANA name.
func loadZone(name string) (*time.Location, error) {
	if iana, ok := windowsZones[name]; ok {
		name = iana
	}
	if name == "" || name == "Local" {
		return nil, fmt.Errorf("no time zone named %q", name)
	}
	return time.LoadLocation(name)
}

// windowsName is the Windows name of an IANA zone in the table.
func windowsName(iana string) (string, bool) {
	for w, i := range windowsZones {
		if i == iana {
			return w, true
		}
	}
	return "", false
}
