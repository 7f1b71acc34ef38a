package engine

import (
	"context"
	"net"
	"slices"
	"strings"

	"github.com/roomink/roomink/engine/discovery"
)

// NetInterface is a network adapter of this computer.
type NetInterface struct {
	Name      string
	Addresses []string // such as "192.168.20.5"; those of the link alone come last
	Why       string   // why displays are not looked for on it by default; "" = they are
	Chosen    bool     // displays are looked for on it
}

// NetInterfaces lists the adapters of this computer: those that displays can be on first.
func (e *Engine) NetInterfaces() ([]NetInterface, error) {
	all, err := net.Interfaces()
	if err != nil {
		return nil, err
	}
	used, err := e.searchedInterfaces()
	if err != nil {
		return nil, err
	}
	var list []NetInterface
	for _, i := range all {
		n := NetInterface{Name: i.Name, Why: discovery.Excluded(i), Addresses: addressesOf(i)}
		n.Chosen = slices.ContainsFunc(used, func(u net.Interface) bool { return u.Index == i.Index })
		list = append(list, n)
	}
	slices.SortStableFunc(list, func(a, b NetInterface) int {
		switch {
		case (a.Why == "") == (b.Why == ""):
			return strings.Compare(a.Name, b.Name)
		case a.Why == "":
			return -1
		default:
			return 1
		}
	})
	return list, nil
}

// addressesOf lists the addresses of an adapter, those that others can dial first.
func addressesOf(i net.Interface) []string {
	nets, err := i.Addrs()
	if err != nil {
		return nil // it is gone by now
	}
	var dial, link []string
	for _, n := range nets {
		ip, _, err := net.ParseCIDR(n.String())
		switch {
		case err != nil:
		case ip.IsLinkLocalUnicast():
			link = append(link, ip.String())
		case ip.To4() != nil:
			dial = append([]string{ip.String()}, dial...)
		default:
			dial = append(dial, ip.String())
		}
	}
	return append(dial, link...)
}

// SearchOn chooses on which adapters displays are looked for; none = Roomink chooses. An
// adapter that is absent now is used once it is back. A computer that was started with
// -interface keeps to that.
func (e *Engine) SearchOn(ctx context.Context, names ...string) error {
	if err := e.db.SaveSetting(ctx, settingSearchOn, names); err != nil {
		return err
	}
	e.mu.Lock()
	e.state.searchOn = slices.Clone(names)
	browser := e.browser
	e.mu.Unlock()
	if browser != nil {
		browser.Rescan()
	}
	text := "Displays are looked for on all network adapters"
	if len(names) > 0 {
		text = "Displays are looked for on " + strings.Join(names, ", ")
	}
	e.record(ctx, ActDisplay, text, false)
	e.changed()
	return nil
}

// searchedInterfaces are the adapters that displays are looked for on.
func (e *Engine) searchedInterfaces() ([]net.Interface, error) {
	if e.cfg.Interfaces != nil {
		return e.cfg.Interfaces()
	}
	e.mu.Lock()
	chosen := e.state.searchOn
	e.mu.Unlock()
	if len(chosen) > 0 {
		return discovery.Named(chosen...)()
	}
	return discovery.Usable()
}
