package displaytest

import (
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/display/pull"
)

// Desk is a [pull.Desk] for tests: the engine and the person in charge in one. All
// methods may be called at any time.
type Desk struct {
	mu        sync.Mutex
	files     map[display.ID]*file
	knocks    []display.Display
	strangers int
	changed   chan struct{} // closed and replaced with every change
}

// file is what the desk has on one display.
type file struct {
	display  display.Display
	adopted  bool
	admitted bool   // a person said yes, and the device did not call since
	token    string // its hash; "" = none was given
	host     string // where it is known to ask from; "" = not fixed
	offer    *pull.Offer
	reports  []display.Report
}

var _ pull.Desk = (*Desk)(nil)

// NewDesk makes a desk that knows no display.
func NewDesk() *Desk { return &Desk{files: map[display.ID]*file{}, changed: make(chan struct{})} }

// Adopt takes a display into service and gives its token.
func (k *Desk) Adopt(d display.Display) (token string) {
	token = pull.NewToken()
	k.change(func() { k.files[d.ID] = &file{display: d, adopted: true, token: pull.HashToken(token)} })
	return token
}

// Admit says yes to a device that knocked: it is adopted as it described itself, and its
// next knock gives it a new token.
func (k *Desk) Admit(id display.ID) {
	k.change(func() {
		for _, d := range slices.Backward(k.knocks) {
			if d.ID == id {
				f := k.files[id]
				if f == nil {
					f = &file{}
					k.files[id] = f
				}
				f.display, f.host, f.adopted, f.admitted = d, d.Address, true, true
				return
			}
		}
	})
}

// Describe says what panel a display has that can't tell.
func (k *Desk) Describe(id display.ID, p display.Panel) {
	k.of(id, func(f *file) { f.display.Panel = p })
}

// Pin makes the desk expect a display at a host, as after [Desk.Admit].
func (k *Desk) Pin(id display.ID, host string) {
	k.of(id, func(f *file) { f.host = host })
}

// Revoke makes the display's token worthless.
func (k *Desk) Revoke(id display.ID) {
	k.of(id, func(f *file) { f.token = "" })
}

// Forget lets a display go. Its reports are forgotten too.
func (k *Desk) Forget(id display.ID) {
	k.change(func() { delete(k.files, id) })
}

// Show offers a frame to an adopted display, which shall then sleep for so long.
func (k *Desk) Show(id display.ID, f display.Frame, sleep time.Duration) {
	k.of(id, func(fl *file) { fl.offer = &pull.Offer{Frame: f, Sleep: sleep} })
}

// Withdraw leaves nothing to show on a display.
func (k *Desk) Withdraw(id display.ID) {
	k.of(id, func(f *file) { f.offer = nil })
}

// Reports lists what was told of a display since it was adopted.
func (k *Desk) Reports(id display.ID) (all []display.Report) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if f := k.files[id]; f != nil {
		all = slices.Clone(f.reports)
	}
	return all
}

// Shown counts the reports that a display has put a frame on its glass.
func (k *Desk) Shown(id display.ID, hash string) (n int) {
	for _, r := range k.Reports(id) {
		if r.Shown == hash {
			n++
		}
	}
	return n
}

// Knocks lists the knocks of all devices.
func (k *Desk) Knocks() []display.Display {
	k.mu.Lock()
	defer k.mu.Unlock()
	return slices.Clone(k.knocks)
}

// Strangers counts the requests in the name of an adopted display from elsewhere.
func (k *Desk) Strangers() int {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.strangers
}

// Until waits until something is true of the desk, for half a minute at most.
func (k *Desk) Until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	timeout := time.After(30 * time.Second)
	for {
		k.mu.Lock()
		changed := k.changed
		k.mu.Unlock()
		if ok() {
			return
		}
		select {
		case <-changed:
		case <-timeout:
			t.Fatalf("%s: not within 30 s", what)
		}
	}
}

// Holder is of [pull.Desk].
func (k *Desk) Holder(protocol, token string) (d display.Display, ok bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	hash := pull.HashToken(token)
	for _, f := range k.files {
		if f.adopted && f.token == hash && f.display.Protocol == protocol {
			return f.display, true
		}
	}
	return display.Display{}, false
}

// Display is of [pull.Desk].
func (k *Desk) Display(id display.ID, host string) (d display.Display, ok bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	f := k.files[id]
	if f == nil || !f.adopted {
		return display.Display{}, false
	}
	if f.host != "" && f.host != host {
		k.strangers++
		return display.Display{}, false
	}
	return f.display, true
}

// Knock is of [pull.Desk].
func (k *Desk) Knock(d display.Display) (token string, admitted bool) {
	k.change(func() {
		k.knocks = append(k.knocks, d)
		if f := k.files[d.ID]; f != nil && f.admitted {
			token, admitted = pull.NewToken(), true
			f.admitted, f.token = false, pull.HashToken(token)
		}
	})
	return token, admitted
}

// Offer is of [pull.Desk].
func (k *Desk) Offer(id display.ID) (o pull.Offer, ok bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if f := k.files[id]; f != nil && f.adopted && f.offer != nil {
		o = *f.offer
		for _, r := range slices.Backward(f.reports) {
			if r.Shown != "" {
				o.Shown = r.Shown
				break
			}
		}
		return o, true
	}
	return pull.Offer{}, false
}

// Report is of [pull.Desk].
func (k *Desk) Report(r display.Report) {
	k.of(r.ID, func(f *file) { f.reports = append(f.reports, r) })
}

// of lets do change what is known of a display, if it is known.
func (k *Desk) of(id display.ID, do func(*file)) {
	k.change(func() {
		if f := k.files[id]; f != nil {
			do(f)
		}
	})
}

func (k *Desk) change(do func()) {
	k.mu.Lock()
	defer k.mu.Unlock()
	do()
	close(k.changed)
	k.changed = make(chan struct{})
}
