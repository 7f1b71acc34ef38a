package engine

import (
	"cmp"
	"context"
	"net"
	"time"

	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/display/pull"
	"github.com/roomink/roomink/engine/health"
)

// desk is the engine as the protocols of displays that fetch see it.
type desk struct{ e *Engine }

var _ pull.Desk = desk{}

// deskTime bounds what a request of a display may make the database do.
const deskTime = 5 * time.Second

// Holder implements [pull.Desk]. What is looked up is a hash, so that the time that it
// takes says nothing of the token.
func (k desk) Holder(protocol, token string) (display.Display, bool) {
	hash := pull.HashToken(token)
	k.e.mu.Lock()
	defer k.e.mu.Unlock()
	dev, ok := k.e.state.displays[k.e.state.tokens[hash]]
	if !ok || dev.stage == Found || dev.Protocol != protocol || !dev.Pull {
		return display.Display{}, false
	}
	return dev.Display.Display, true
}

// Display implements [pull.Desk].
func (k desk) Display(id display.ID, host string) (display.Display, bool) {
	k.e.mu.Lock()
	dev, ok := k.e.state.displays[id]
	if !ok || dev.stage == Found {
		k.e.mu.Unlock()
		return display.Display{}, false
	}
	d, pinned := dev.Display.Display, dev.Host
	k.e.mu.Unlock()
	if !d.Pull {
		// One that is pushed to through a hub may fetch by itself as well, from the hub's
		// side of the network; it has no place of its own.
		return display.Display{}, false
	}
	if host != pinned {
		k.e.askedFrom(id, host)
		return display.Display{}, false
	}
	return d, true
}

// askedFrom notes that somebody asks in the name of an adopted display, and tells a person.
func (e *Engine) askedFrom(id display.ID, host string) {
	if net.ParseIP(host) == nil {
		return
	}
	e.mu.Lock()
	dev, ok := e.state.displays[id]
	if !ok {
		e.mu.Unlock()
		return
	}
	news := dev.asks != host
	dev.asks = host
	label, pinned := labelOf(dev.Display), dev.Host
	e.mu.Unlock()
	if !news {
		return
	}
	text := "A device at " + host + " says that it is " + label + " and asks for its pictures."
	if pinned != "" && pinned != host {
		text += " The display was last confirmed at " + pinned + "."
	}
	e.health.Set(health.Problem{Code: codeAsks, Subject: string(id), Severity: health.Warning,
		Title: "Somebody asks for the sign of " + label, Text: text,
		Remedy: "If the display was set up anew or has a new address, approve it on the page Displays. Otherwise find out what answers there."})
	e.changed()
}

// strangersMost bounds the devices that ask to be let in.
const strangersMost = 256

// Knock implements [pull.Desk].
func (k desk) Knock(d display.Display) (token string, admitted bool) {
	e, now := k.e, k.e.cfg.Now()
	e.mu.Lock()
	dev, known := e.state.displays[d.ID]
	if !known || dev.stage == Found {
		if now.Before(e.state.serving.open) && (known || e.strangers() < strangersMost) {
			e.takeStranger(dev, d, now)
		}
		e.mu.Unlock()
		return "", false
	}
	waits := dev.Pull && dev.Protocol == d.Protocol && dev.TokenHash == "" && dev.Host == d.Address
	e.mu.Unlock()
	if !waits {
		e.askedFrom(d.ID, d.Address)
		return "", false
	}
	ctx, cancel := context.WithTimeout(context.Background(), deskTime)
	defer cancel()
	token, err := e.giveToken(ctx, d.ID)
	if err != nil {
		e.storeFailed(err) // the next knock tries again
		return "", false
	}
	return token, true
}

// strangers counts the devices that ask to be let in. e.mu is held.
func (e *Engine) strangers() (n int) {
	for _, dev := range e.state.displays {
		if dev.stage == Found && dev.Pull {
			n++
		}
	}
	return n
}

// takeStranger lists a device that asks to be let in. dev is nil if it is new. e.mu is held.
func (e *Engine) takeStranger(dev *device, d display.Display, now time.Time) {
	d.Pull = true
	if dev == nil {
		dev = &device{stage: Found}
		e.state.displays[d.ID] = dev
	}
	if d.Panel == (display.Panel{}) {
		d.Panel = dev.Panel // as a person described it
	}
	dev.Display.Display, dev.LastSeen = d, now
	e.changed()
}

// Offer implements [pull.Desk]. Pausing the updates does not hold it back: a display that
// fetches would show a notice in place of its sign.
func (k desk) Offer(id display.ID) (pull.Offer, bool) {
	e, now := k.e, k.e.cfg.Now()
	want, ok, err := e.Wanted(id, now.Round(0))
	if err != nil || !ok {
		return pull.Offer{}, false // what is wrong, the reconciler reports
	}
	e.mu.Lock()
	most := cmp.Or(e.state.serving.Wake, DefaultWake)
	e.mu.Unlock()
	if !e.inOffice(now) {
		most *= quietWake
	}
	status, _ := e.rec.Status(id)
	return pull.Offer{Frame: want.Frame, Shown: status.Delivered, Sleep: pull.Sleep(now, want.Next, most)}, true
}

// Report implements [pull.Desk].
func (k desk) Report(r display.Report) {
	ctx, cancel := context.WithTimeout(context.Background(), deskTime)
	defer cancel()
	k.e.heard(ctx, r)
}
