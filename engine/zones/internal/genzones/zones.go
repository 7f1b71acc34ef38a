package main

import (
	"bufio"
	"bytes"
	"errors"
	"regexp"
	"slices"
	"strings"
)

// Zone is one line of the table.
type Zone struct{ Windows, IANA string }

// line is an entry such as
//
//	"Egypt Standard Time": {"EET", "EEST"}, // Africa/Cairo
var line = regexp.MustCompile(`^\s+"([^"]+)":\s+\{.*\},\s+// (\S+)$`)

// Zones reads the entries of time/zoneinfo_abbrs_windows.go, by Windows name.
func Zones(src []byte) ([]Zone, error) {
	var zones []Zone
	for sc := bufio.NewScanner(bytes.NewReader(src)); sc.Scan(); {
		if m := line.FindStringSubmatch(sc.Text()); m != nil {
			zones = append(zones, Zone{m[1], m[2]})
		}
	}
	if len(zones) < 100 {
		return nil, errors.New("time/zoneinfo_abbrs_windows.go no longer looks as genzones expects")
	}
	slices.SortFunc(zones, func(a, b Zone) int { return strings.Compare(a.Windows, b.Windows) })
	return zones, nil
}
