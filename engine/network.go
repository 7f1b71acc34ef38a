package engine

import (
	"context"
	"net"
	"slices"
	"strings"
	"time"
)

// networkEvery is how often the computer's addresses are looked at.
const networkEvery = 5 * time.Second

// watchNetwork notices that the computer is in another network, or in one again: Wi-Fi in
// place of the cable, a VPN that came up, an address that changed. What could not be reached
// is tried at once then, instead of when its turn comes.
func (e *Engine) watchNetwork(ctx context.Context) error {
	ticker := time.NewTicker(networkEvery)
	defer ticker.Stop()
	last := e.addresses()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-ticker.C:
		}
		now := e.addresses()
		if now == last {
			continue
		}
		e.log.Info("The network of this computer changed")
		last = now
		if now == "" {
			continue // there is none: nothing to try
		}
		e.locate()
		e.mu.Lock()
		browser := e.browser
		e.mu.Unlock()
		browser.Rescan()
		e.rec.NetworkChanged()
		e.SyncNow()
	}
}

// addresses are all that the computer has but for its own loopback, as one text to compare.
func (e *Engine) addresses() string {
	all, err := e.cfg.Addresses()
	if err != nil {
		e.log.Debug("The addresses of this computer could not be read", "err", err)
	}
	var list []string
	for _, a := range all {
		if n, ok := a.(*net.IPNet); ok && (n.IP.IsLoopback() || n.IP.IsLinkLocalUnicast()) {
			continue
		}
		list = append(list, a.String())
	}
	slices.Sort(list)
	return strings.Join(list, " ")
}
