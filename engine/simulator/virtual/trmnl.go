package virtual

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"strings"
	"sync"
	"time"
)

// TRMNLOptions describe one virtual TRMNL device.
type TRMNLOptions struct {
	// Model is the panel: SchemeMono, SchemeGray16 or SchemeSpectra6.
	Model Model
	// MAC is the Wi-Fi hardware address, the device's identity. Required, any notation
	// that net.ParseMAC takes for 6 bytes.
	MAC string
	// Board is what the device calls itself in the header Model, default "og"; "-" for
	// firmware that says nothing of it and of the size of its panel.
	Board string
	// Firmware is its version, default "1.8.14". Before 1.5.2 it knows BMP alone, before
	// 1.6 it asks at /api/setup/ with a slash at the end.
	Firmware string
	// Server is what its owner typed in as "Custom Server", such as
	// "http://192.168.20.5:8480"; "" = not yet, see SetServer.
	Server string
	// Key is the access token that it brings from another server; "" = none.
	Key string
	// SleepScale multiplies every time that the device sleeps or waits before it tries
	// again: 1 is as slow as it is, 0 asks without a pause, which is for short tests.
	SleepScale float64
	// RefreshScale multiplies every refresh time: 0 is instant.
	RefreshScale float64
	// Millivolts is the charge of its battery, default 4,100. It falls with each wake.
	Millivolts float64
	// Signal is how well it is heard, in dBm, default -61.
	Signal int
}

// TRMNL is a virtual device with TRMNL's firmware, as usetrmnl/trmnl-firmware 1.8 behaves
// (src/bl.cpp, src/services/device_setup.cpp, src/filesystem.cpp, lib/trmnl/src): it
// wakes, asks its server what to show, fetches the picture if its flash has none of that
// name, draws it, and sleeps. All methods may be called from any goroutine.
//
// Of the faults it has Garbage (sends no HTTP), Hang (stops in the middle of a download and
// keeps the connection), DropMidFrame (goes away there) and LostRefreshed (fetches all,
// but its panel does not move).
type TRMNL struct {
	*glazed
	opts TRMNLOptions
	mac  net.HardwareAddr

	state   sync.Mutex // guards what follows
	fault   Fault
	healed  chan struct{} // closed and replaced when the fault changes
	woken   chan struct{} // closed and replaced when somebody presses its button or changes its settings
	server  string
	key     string
	flash   map[string][]byte // its files
	drawn   string            // the name of the file on the glass
	cached  bool              // the last answer named a file that flash had
	rate    int               // seconds of the last sleep
	retries int               // 1, 2, 3 and so on
	streak  int               // of quick polls
	said    string            // the message on its glass, "" = a picture
	charge  float64           // of its battery, millivolts
	wakes   int
	resets  int
	fetches int
	notes   []string // of its log, not sent yet
	noise   *rand.Rand
}

var _ Device = (*TRMNL)(nil)

// NewTRMNL makes a device that is powered on and shows an all-white glass. It does nothing
// until Serve.
func NewTRMNL(o TRMNLOptions) (*TRMNL, error) {
	if err := o.Model.check(); err != nil {
		return nil, err
	}
	switch o.Model.Scheme {
	case SchemeMono, SchemeGray16, SchemeSpectra6:
	default:
		return nil, fmt.Errorf("model %q: no TRMNL has a panel of %v", o.Model.Name, o.Model.Scheme)
	}
	mac, err := net.ParseMAC(o.MAC)
	if err != nil || len(mac) != 6 {
		return nil, fmt.Errorf("MAC %q: want 6 bytes such as 02:00:00:00:00:01", o.MAC)
	}
	if o.Board == "" {
		o.Board = "og"
	}
	if o.Firmware == "" {
		o.Firmware = "1.8.14"
	}
	if o.Millivolts == 0 {
		o.Millivolts = 4100
	}
	if o.Signal == 0 {
		o.Signal = -61
	}
	return &TRMNL{
		glazed: newGlazed(o.Model), opts: o, mac: mac,
		healed: make(chan struct{}), woken: make(chan struct{}),
		server: strings.TrimSuffix(o.Server, "/"), key: o.Key, flash: map[string][]byte{}, retries: 1,
		charge: o.Millivolts, noise: rand.New(rand.NewPCG(uint64(mac[4])<<8|uint64(mac[5]), 1)),
	}, nil
}

// Name is how the device is called during its set-up: "TRMNL" and the end of its address.
func (d *TRMNL) Name() string { return fmt.Sprintf("TRMNL %X", []byte(d.mac[3:])) }

// SetServer types in the address of its server, as a person does in the page of its
// set-up. The key of a former server stays, as with the firmware.
func (d *TRMNL) SetServer(base string) {
	d.set(func() { d.server = strings.TrimSuffix(base, "/") })
}

// Wake presses the button of the device: it asks at once.
func (d *TRMNL) Wake() { d.set(func() {}) }

// ForgetKey holds its button for 15 seconds, and sets it up again as it was: the key and
// all files are gone.
func (d *TRMNL) ForgetKey() {
	d.set(func() {
		d.key, d.drawn, d.cached, d.rate, d.retries = "", "", false, 0, 1
		clear(d.flash)
	})
}

// SetFault makes the device misbehave, or behave again.
func (d *TRMNL) SetFault(f Fault) {
	d.state.Lock()
	defer d.state.Unlock()
	d.fault = f
	close(d.healed)
	d.healed = make(chan struct{})
}

// SetPower switches the device on or off. The glass keeps its picture and the flash its
// files. On: it asks at once.
func (d *TRMNL) SetPower(on bool) {
	d.powered(on)
	d.Wake()
}

// set changes something and wakes the device.
func (d *TRMNL) set(change func()) {
	d.state.Lock()
	defer d.state.Unlock()
	change()
	close(d.woken)
	d.woken = make(chan struct{})
}

// Key is the access token that the device has, "" if none.
func (d *TRMNL) Key() string {
	d.state.Lock()
	defer d.state.Unlock()
	return d.key
}

// Message is what the device says on its glass in place of a picture, "" if it shows one.
func (d *TRMNL) Message() string {
	d.state.Lock()
	defer d.state.Unlock()
	return d.said
}

// Slept is how long the device sleeps now, or slept last, not scaled.
func (d *TRMNL) Slept() time.Duration {
	d.state.Lock()
	defer d.state.Unlock()
	return time.Duration(d.rate) * time.Second
}

// Millivolts is the charge of its battery.
func (d *TRMNL) Millivolts() float64 {
	d.state.Lock()
	defer d.state.Unlock()
	return d.charge
}

// Count tells how often the device woke, fetched a picture, and lost all of its settings
// because a server told it to.
func (d *TRMNL) Count() (wakes, fetches, resets int) {
	d.state.Lock()
	defer d.state.Unlock()
	return d.wakes, d.fetches, d.resets
}

// Serve lives the device's life until ctx ends: it wakes, asks and sleeps.
func (d *TRMNL) Serve(ctx context.Context) error {
	for ctx.Err() == nil {
		d.state.Lock()
		woken, ready := d.woken, d.server != ""
		d.state.Unlock()
		if !ready || !d.Glass().Powered {
			select {
			case <-woken:
				continue
			case <-ctx.Done():
				return nil
			}
		}
		rest, _ := d.wake(ctx)
		timer := time.NewTimer(d.scaled(rest))
		select {
		case <-timer.C:
		case <-woken:
		case <-ctx.Done():
		}
		timer.Stop()
	}
	return nil
}

func (d *TRMNL) scaled(t time.Duration) time.Duration {
	return time.Duration(float64(t) * d.opts.SleepScale)
}

// capacity and wakeCost are the battery's: 2,500 mAh, and 0.19 mAh for a wake (README of
// the firmware). A cell falls by about 0.9 V from full to empty.
const (
	capacity = 2500.0
	wakeCost = 0.186
	fall     = 900.0
)

// Cycle lives one wake, and gives what went wrong.
func (d *TRMNL) Cycle(ctx context.Context) error {
	_, err := d.wake(ctx)
	return err
}

// wake lives one wake and gives how long the device sleeps afterwards, and what went wrong.
func (d *TRMNL) wake(ctx context.Context) (time.Duration, error) {
	d.state.Lock()
	d.wakes++
	d.charge -= fall * wakeCost / capacity
	d.state.Unlock()

	err := d.cycle(ctx)

	d.state.Lock()
	defer d.state.Unlock()
	var nap napError
	switch {
	case err == nil:
		d.retries = 1
	case errors.As(err, &nap): // it was told how long
		d.rate = nap.seconds
	default:
		d.note(err)
		d.rate = retryAfter(d.retries)
		d.retries++
		if d.retries > 4 {
			d.said, d.drawn = "The server cannot be reached", ""
		}
	}
	return time.Duration(d.rate) * time.Second, err
}

// retryAfter is how long the firmware sleeps after so many failures, in seconds
// (refresh_interval.cpp, applyApiRetry).
func retryAfter(attempt int) int {
	switch attempt {
	case 1:
		return 15
	case 2:
		return 30
	case 3:
		return 60
	default:
		return 900
	}
}

// quickPoll is how long it sleeps while a server does not know it (fastPollSeconds).
func quickPoll(streak int) int {
	switch {
	case streak <= 50:
		return 5
	case streak <= 60:
		return 60
	case streak <= 70:
		return 900
	default:
		return 3600
	}
}

// napError ends a wake that failed in a way for which the firmware has a time of its own.
type napError struct {
	seconds int
	why     string
}

func (e napError) Error() string { return e.why }
