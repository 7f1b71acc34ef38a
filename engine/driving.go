package engine

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/roomink/roomink/engine/discovery"
	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/display/pull"
	"github.com/roomink/roomink/engine/store"
)

// DriverInfo is a kind of display, for a form that adds one.
type DriverInfo struct {
	Protocol string
	Gateway  bool // UseGateway adds it; otherwise AddDisplay does
	Keyed    bool
	Pull     bool // its devices come to us: see [Engine.LetIn] and [Engine.NewPullDisplay]
	Address  bool // its devices get an address of their own to fetch from: NewPullDisplay
}

// Kinds lists all kinds of displays that can be added, by protocol. One that can both be
// pushed to and fetch is one kind.
func (e *Engine) Kinds() []DriverInfo {
	kinds := make(map[string]DriverInfo)
	for _, d := range e.cfg.Drivers {
		_, gateway := d.(display.Gateway)
		_, keyed := d.(display.Keyed)
		kinds[d.Protocol()] = DriverInfo{Protocol: d.Protocol(), Gateway: gateway, Keyed: keyed}
	}
	for _, p := range e.cfg.Pulls {
		k := kinds[p.Protocol()]
		k.Protocol, k.Pull = p.Protocol(), true
		_, k.Address = p.(pull.Addressed)
		kinds[p.Protocol()] = k
	}
	for _, l := range e.cfg.Listens {
		kinds[l.Protocol()] = DriverInfo{Protocol: l.Protocol(), Pull: true}
	}
	list := make([]DriverInfo, 0, len(kinds))
	for _, k := range kinds {
		list = append(list, k)
	}
	slices.SortFunc(list, func(a, b DriverInfo) int { return strings.Compare(a.Protocol, b.Protocol) })
	return list
}

// announcers are the drivers that read announcements, and searchers those that look for
// devices in ways of their own.
func (e *Engine) announcers() (list []display.Announcer) {
	for _, d := range e.cfg.Drivers {
		if a, ok := d.(display.Announcer); ok {
			list = append(list, a)
		}
	}
	return list
}

func (e *Engine) searchers() (list []discovery.Searcher) {
	for _, d := range e.cfg.Drivers {
		if s, ok := d.(discovery.Searcher); ok {
			list = append(list, s)
		}
	}
	return list
}

// driver gives the driver of a protocol, without a key.
func (e *Engine) driver(protocol string) (display.Driver, error) {
	driver, ok := e.drivers[protocol]
	if !ok {
		return nil, &display.Error{Kind: display.Unsupported, Op: "speak " + protocol,
			Remedy: "Install a version of Roomink that supports this kind of display."}
	}
	return driver, nil
}

// driverFor gives the driver of a display, with the key of its gateway where there is one.
func (e *Engine) driverFor(ctx context.Context, d display.Display) (display.Driver, error) {
	driver, err := e.driver(d.Protocol)
	if err != nil || d.Gateway() == "" {
		return driver, err
	}
	return e.withKey(ctx, driver, d.Gateway(), "")
}

// gatewayDriver gives the driver of a gateway, with key or, where that is "", the saved one.
func (e *Engine) gatewayDriver(ctx context.Context, protocol, address, key string) (display.Gateway, error) {
	driver, err := e.driver(protocol)
	if err != nil {
		return nil, err
	}
	if driver, err = e.withKey(ctx, driver, address, key); err != nil {
		return nil, err
	}
	return driver.(display.Gateway), nil // WithKey promises it
}

// withKey gives driver the key of the gateway at address, if it takes one and there is one.
func (e *Engine) withKey(ctx context.Context, driver display.Driver, address, key string) (display.Driver, error) {
	keyed, ok := driver.(display.Keyed)
	if !ok {
		return driver, nil
	}
	if key != "" {
		return keyed.WithKey(key), nil
	}
	saved, err := e.secret(ctx, store.GatewaySecret(driver.Protocol(), address))
	switch {
	case errors.Is(err, store.ErrNotFound):
		return driver, nil // the device will say that it wants one
	case errors.Is(err, errLocked):
		return nil, &display.Error{Kind: display.KeyRefused, Op: "read the key of the hub", Address: address, Err: err,
			Remedy: "Unlock the keychain of this computer. The signs go on as soon as it is open."}
	case err != nil:
		return nil, &display.Error{Kind: display.KeyRefused, Op: "read the key of the hub", Address: address, Err: err,
			Remedy: "Enter the key of the hub again."}
	}
	return keyed.WithKey(string(saved)), nil
}
