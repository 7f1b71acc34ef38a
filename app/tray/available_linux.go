package tray

import (
	"context"
	"time"

	"github.com/godbus/dbus/v5"
)

// Available reports whether something shows tray icons. On Linux that is a service
// on the session bus; plain GNOME and bare window managers have none, and a window
// hidden there could never be opened again. It blocks for at most a second.
func Available(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	bus, err := dbus.ConnectSessionBus(dbus.WithContext(ctx))
	if err != nil {
		return false
	}
	defer func() { _ = bus.Close() }() // nothing was written
	var owned bool
	err = bus.BusObject().CallWithContext(ctx, "org.freedesktop.DBus.NameHasOwner", 0,
		"org.kde.StatusNotifierWatcher").Store(&owned)
	return err == nil && owned
}
