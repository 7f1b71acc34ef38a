//go:build unix

package zones

import (
	"os"
	"strings"
)

// localtime is a link into the folder of zones on Linux and macOS.
var localtime = "/etc/localtime"

// local names the zone; "" where it can't be told, or a variable overrides it.
func local() string {
	if _, set := os.LookupEnv("TZ"); set { // which does not change while the program runs
		return ""
	}
	path, err := os.Readlink(localtime)
	if err != nil {
		return ""
	}
	_, name, found := strings.Cut(path, "zoneinfo/")
	if !found {
		return ""
	}
	return IANA(name)
}
