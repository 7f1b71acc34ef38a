//go:build unix && !darwin

package vault

import (
	"errors"
	"fmt"

	"github.com/godbus/dbus/v5"
)

// reachable makes sure that there is a session bus: go-keyring would otherwise start
// one with dbus-launch, which is left behind and knows no keychain.
func reachable() error {
	conn, err := dbus.SessionBusPrivateNoAutoStartup()
	if err != nil {
		return fmt.Errorf("there is no desktop session (D-Bus session bus) to ask for one: %w", err)
	}
	return conn.Close()
}

// busWords explains a D-Bus error; "" if err is none of those known.
func busWords(err error) string {
	var e dbus.Error
	if !errors.As(err, &e) {
		return ""
	}
	switch e.Name {
	case "org.freedesktop.DBus.Error.ServiceUnknown", "org.freedesktop.DBus.Error.NameHasNoOwner",
		"org.freedesktop.DBus.Error.Spawn.ServiceNotFound":
		return "no Secret Service runs in this session; install gnome-keyring, KWallet or KeePassXC"
	case "org.freedesktop.DBus.Error.UnknownMethod", "org.freedesktop.DBus.Error.UnknownObject",
		"org.freedesktop.DBus.Error.UnknownInterface", "org.freedesktop.Secret.Error.NoSuchObject":
		return `it has no default keyring; make one in "Passwords and Keys"`
	case "org.freedesktop.Secret.Error.IsLocked":
		return "it is locked"
	case "org.freedesktop.DBus.Error.NoReply", "org.freedesktop.DBus.Error.TimedOut", "org.freedesktop.DBus.Error.Timeout":
		return "the Secret Service of this session does not answer"
	}
	return ""
}
