package displays

import (
	"errors"
	"net"
	"strconv"
	"strings"

	"fyne.io/fyne/v2/lang"
)

// CheckAddress says what is wrong with what a person typed as "host" or
// "host:port"; nil if it can be tried.
func CheckAddress(text string) error {
	text = strings.TrimSpace(text)
	switch {
	case text == "":
		return errors.New(lang.L("Type a host name or an IP address."))
	case strings.Contains(text, "://") || strings.ContainsAny(text, "/ \t"):
		return errors.New(lang.L("Only a host name or an IP address, without http:// and path."))
	}
	if net.ParseIP(text) != nil || !strings.Contains(text, ":") {
		return nil
	}
	_, port, err := net.SplitHostPort(text)
	if n, bad := strconv.Atoi(port); err != nil || bad != nil || n < 1 || n > 65535 {
		return errors.New(lang.L("After the colon comes a port from 1 to 65535."))
	}
	return nil
}
