package zones

import (
	"go/build"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"
)

// TestZoneTable checks every entry against the zones of Go, and that the table is
// as complete as the one in this Go's source.
func TestZoneTable(t *testing.T) {
	for windows, iana := range windowsZones {
		if _, err := time.LoadLocation(iana); err != nil || IANA(windows) != iana {
			t.Errorf("%s: %s: %v", windows, iana, err)
		}
	}
	src, err := os.ReadFile(filepath.Join(build.Default.GOROOT, "src", "time", "zoneinfo_abbrs_windows.go"))
	if err != nil {
		t.Fatal(err)
	}
	names := regexp.MustCompile(`(?m)^\s+"([^"]+)":\s+\{`).FindAllStringSubmatch(string(src), -1)
	if len(names) < 100 {
		t.Fatalf("%d names in Go's table", len(names))
	}
	for _, m := range names {
		if windowsZones[m[1]] == "" {
			t.Errorf("%s is missing: run go generate", m[1])
		}
	}
	for name, want := range map[string]string{"W. Europe Standard Time": "Europe/Berlin", "UTC": "Etc/UTC", "tzone://Microsoft/Utc": "UTC",
		"Europe/Oslo": "Europe/Oslo", "tzone://Microsoft/Custom": "", "Customized Time Zone": "", "": "", "Local": "", "Mars/Olympus": "", "../etc/passwd": ""} {
		if got := IANA(name); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}
