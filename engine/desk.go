package engine

import (
	"context"
	"crypto/subtle"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/display/lan"
	"github.com/roomink/roomink/engine/display/pull"
	"github.com/roomink/roomink/engine/health"
	"github.com/roomink/roomink/engine/store"
)

// desk is the engine as protocols of displays that fetch see it.
type desk struct{ e *Engine }

var _ pull.Desk = desk{}

// Bounds of what strangers can make us remember.
const (
	maxStrangers = 256 // that asked and nobody adopted
	maxWords     = 60  // runes of a text of a device
	maxID        = 128 // bytes of an ID
)

// deskTime bounds what the desk writes to the store.
const deskTime = 5 * time.Second

// rivalTime is how long a stranger must be silent before another device may take its place
// in the list.
const rivalTime = 10 * time.Minute

// quietFactor is how much longer displays sleep outside office hours.
const quietFactor = 4

// asking is what a device that fetches wants a person to decide.
type asking struct {
	asks bool
	from string // host that it asks from
	key  bool   // it is adopted, and wants a new key
	// granted is the host that gets a new key when it knocks next; "" = none.
	granted string
}

// Holder implements [pull.Desk]. The index is by hash, which nobody can steer, so its
// time tells nothing of how close a token is.
func (k desk) Holder(protocol, token string) (display.Display, bool) {
	hash := pull.HashToken(token)
	k.e.mu.Lock()
	defer k.e.mu.Unlock()
	dev, ok := k.e.state.displays[k.e.state.tokens[hash]]
	if !ok || subtle.ConstantTimeCompare([]byte(dev.TokenHash), []byte(hash)) != 1 ||
		dev.stage == Found || !dev.Pull || dev.Protocol != protocol {
		return display.Display{}, false
	}
	return dev.Display.Display, true
}

// Display implements [pull.Desk].
func (k desk) Display(id display.ID, host string) (display.Display, bool) {
	host = hostOf(host)
	e := k.e
	e.mu.Lock()
	dev, ok := e.state.displays[id]
	if !ok || dev.stage == Found || !dev.Pull || host == "" {
		e.mu.Unlock()
		return display.Display{}, false
	}
	d, pinned := dev.Display.Display, dev.Host
	if pinned == host {
		e.mu.Unlock()
		return d, true
	}
	if pinned == "" && hostOf(dev.Address) == host { // the one that the admin saw
		e.mu.Unlock()
		ctx, cancel := context.WithTimeout(byItself(context.Background()), deskTime)
		defer cancel()
		if err := e.db.SaveHost(ctx, id, host); err != nil {
			e.storeFailed(err)
			return display.Display{}, false
		}
		e.mu.Lock()
		dev.Host = host
		e.mu.Unlock()
		return d, true
	}
	fresh := !dev.asks || dev.from != host
	dev.asks, dev.from, dev.key = true, host, false
	e.mu.Unlock()
	if fresh {
		e.health.Set(health.Problem{Code: codeElsewhere, Subject: string(id), Severity: health.Warning,
			Title:  "A display asks from another address",
			Text:   d.Name + " asks for its picture from " + lan.Words(host, maxWords) + ", where it was not before. It gets none there.",
			Remedy: "If the network gave it a new address, approve it in the list of displays. Otherwise somebody poses as it."})
		e.changed()
	}
	return display.Display{}, false
}

// Knock implements [pull.Desk].
func (k desk) Knock(d display.Display) (token string, admitted bool) {
	e := k.e
	if !e.fetches(d.Protocol) || !strings.HasPrefix(string(d.ID), d.Protocol+":") || len(d.ID) > maxID {
		return "", false
	}
	host := hostOf(d.Address)
	e.mu.Lock()
	dev, known := e.state.displays[d.ID]
	switch {
	case !known || dev.stage == Found:
		fresh := e.meet(d, dev)
		e.mu.Unlock()
		if fresh {
			e.changed()
		}
		return "", false
	case !dev.Pull || dev.Protocol != d.Protocol:
		e.mu.Unlock()
		return "", false
	}
	e.mu.Unlock()
	return e.admit(d.ID, host)
}

// meet lists a stranger while a person lets new devices in, and reports whether it did.
// e.mu is held.
func (e *Engine) meet(d display.Display, dev *device) bool {
	now := e.cfg.Now()
	if !now.Before(e.state.serving.open) || dev != nil && !dev.Pull {
		return false
	}
	if dev == nil {
		strangers := 0
		for _, other := range e.state.displays {
			if other.stage == Found && other.Pull {
				strangers++
			}
		}
		if strangers >= maxStrangers {
			return false
		}
		dev = &device{stage: Found}
		e.state.displays[d.ID] = dev
	} else if dev.from != hostOf(d.Address) && now.Sub(dev.LastSeen) < rivalTime {
		return false // the one that a person looks at must be the one that gets the key
	}
	d.Name, d.Model, d.Firmware = lan.Words(d.Name, maxWords), lan.Words(d.Model, maxWords), lan.Words(d.Firmware, maxWords)
	d.Address, d.Pull = lan.Words(d.Address, maxWords), true
	if d.Panel == (display.Panel{}) {
		d.Panel = dev.Panel // as a person described it
	}
	dev.Display.Display, dev.LastSeen = d, now
	dev.asking = asking{asks: true, from: hostOf(d.Address)}
	return true
}

// admit gives an adopted display that knocks its key, if a person agreed to that: to
// adopt a display is to agree to the first one, for the address that was shown.
func (e *Engine) admit(id display.ID, host string) (token string, admitted bool) {
	e.granting.Lock()
	defer e.granting.Unlock()
	e.mu.Lock()
	dev, ok := e.state.displays[id]
	if !ok || dev.stage == Found {
		e.mu.Unlock()
		return "", false
	}
	first := dev.TokenHash == "" && dev.Host == host
	if host != "" && (first || dev.granted == host) {
		e.mu.Unlock()
		ctx, cancel := context.WithTimeout(byItself(context.Background()), deskTime)
		defer cancel()
		token, err := e.giveToken(ctx, id)
		if err != nil {
			e.log.Warn("A display could not be given its key", "display", string(id), "err", err)
			return "", false
		}
		e.changed()
		return token, true
	}
	fresh, again := !dev.asks || dev.from != host, dev.asks
	dev.asks, dev.from, dev.key = true, host, true
	label := labelOf(dev.Display)
	e.mu.Unlock()
	if !fresh {
		return "", false
	}
	e.health.Set(health.Problem{Code: codeElsewhere, Subject: string(id), Severity: health.Notice,
		Title:  "A display asks for a new key",
		Text:   label + " asks from " + lan.Words(host, maxWords) + ". It lost its key, or somebody poses as it.",
		Remedy: "If somebody reset it, approve it in the list of displays. Its old key stops working then."})
	if !again { // a flood of addresses is worth one line
		ctx, cancel := context.WithTimeout(byItself(context.Background()), deskTime)
		defer cancel()
		e.record(ctx, ActDisplay, "Display "+label+" asks for a new key", true)
	}
	e.changed()
	return "", false
}

// giveToken gives a display a new token; an old one is void. e.granting is held.
func (e *Engine) giveToken(ctx context.Context, id display.ID) (string, error) {
	token := pull.NewToken()
	hash := pull.HashToken(token)
	if err := e.keep(func(seal func(string, []byte) []byte) error {
		return e.db.SaveToken(ctx, id, hash, seal(store.DisplaySecret(id), []byte(token)))
	}); err != nil {
		return "", err
	}
	e.mu.Lock()
	dev, ok := e.state.displays[id]
	if ok {
		delete(e.state.tokens, dev.TokenHash)
		e.state.tokens[hash] = id
		dev.TokenHash, dev.asking = hash, asking{}
	}
	e.mu.Unlock()
	if !ok {
		return "", errUnknownDisplay(id)
	}
	e.health.Clear(codeElsewhere, string(id))
	return token, nil
}

// Offer implements [pull.Desk].
func (k desk) Offer(id display.ID) (pull.Offer, bool) {
	e := k.e
	e.mu.Lock()
	dev, ok := e.state.displays[id]
	ok = ok && dev.stage != Found && dev.Pull
	e.mu.Unlock()
	if !ok {
		return pull.Offer{}, false
	}
	now := e.cfg.Now()
	want, ok, err := e.Wanted(id, now)
	if err != nil {
		e.log.Warn("A sign could not be drawn for a display that fetches", "display", string(id), "err", err)
	}
	if !ok || err != nil {
		return pull.Offer{}, false
	}
	e.mu.Lock()
	first, low := !dev.Written, dev.cell.low
	dev.Written = true
	e.mu.Unlock()
	if first { // so that its sign is taken down, too, when it loses its room
		ctx, cancel := context.WithTimeout(byItself(context.Background()), deskTime)
		defer cancel()
		if err := e.db.ForgetDelivered(ctx, id); err != nil {
			e.storeFailed(err)
		}
	}
	status, _ := e.rec.Status(id)
	return pull.Offer{Frame: want.Frame, Shown: status.Delivered, Sleep: pull.Sleep(now, want.Next, e.wake(now, low))}, true
}

// wake is the longest that a display may sleep now: longer with a low battery, and outside
// office hours, but not into them.
func (e *Engine) wake(now time.Time, low bool) time.Duration {
	e.mu.Lock()
	wake := e.state.serving.wake()
	e.mu.Unlock()
	if low {
		wake *= 2
	}
	if long := quietFactor * wake; !e.inOffice(now) && !e.inOffice(now.Add(long)) {
		return long
	}
	return wake
}

// Report implements [pull.Desk].
func (k desk) Report(r display.Report) {
	ctx, cancel := context.WithTimeout(byItself(context.Background()), deskTime)
	defer cancel()
	k.e.heard(ctx, r)
}

// fetches reports whether displays of a protocol can fetch.
func (e *Engine) fetches(protocol string) bool {
	return e.pullProtocol(protocol) != nil ||
		slices.ContainsFunc(e.cfg.Listens, func(l pull.Listener) bool { return l.Protocol() == protocol })
}

// pullProtocol gives the language of displays that fetch over HTTP, nil if it is none.
func (e *Engine) pullProtocol(protocol string) pull.Protocol {
	for _, p := range e.cfg.Pulls {
		if p.Protocol() == protocol {
			return p
		}
	}
	return nil
}

// hostOf gives the host of "host" or "host:port".
func hostOf(address string) string {
	if host, _, err := net.SplitHostPort(address); err == nil {
		return host
	}
	return address
}
