//go:build unix

package zones

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// The zone is read anew each time, from the link that the system changes.
func TestLocal(t *testing.T) {
	if tz, set := os.LookupEnv("TZ"); set {
		t.Setenv("TZ", tz) // restored afterwards
		if err := os.Unsetenv("TZ"); err != nil {
			t.Fatal(err)
		}
	}
	before := localtime
	t.Cleanup(func() { localtime = before })
	for target, want := range map[string]string{
		"/usr/share/zoneinfo/Europe/Paris":           "Europe/Paris",
		"/var/db/timezone/zoneinfo/America/Lima":     "America/Lima",
		"../usr/share/zoneinfo/Asia/Kolkata":         "Asia/Kolkata",
		"/somewhere/else":                            time.Local.String(),
		"/usr/share/zoneinfo/Mars/Olympus":           time.Local.String(),
		"/usr/share/zoneinfo/../../../../etc/passwd": time.Local.String(),
	} {
		localtime = filepath.Join(t.TempDir(), "localtime")
		if err := os.Symlink(target, localtime); err != nil {
			t.Fatal(err)
		}
		if got := Local().String(); got != want {
			t.Errorf("%s: %s; want %s", target, got, want)
		}
	}
	localtime = filepath.Join(t.TempDir(), "none")
	if Local() != time.Local {
		t.Error("without a link the zone is another one than the program's")
	}
}
