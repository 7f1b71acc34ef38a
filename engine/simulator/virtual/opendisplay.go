package virtual

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"sync"
	"time"
)

// Profile chooses between the device implementations seen in the field.
type Profile int

const (
	// ReferenceFirmware behaves as OpenDisplay/Firmware does.
	ReferenceFirmware Profile = iota
	// Homeplate behaves as lanrat/homeplate (branch opendisplay) does: high bit
	// set in the status of a success, no end of its own on the last byte, the
	// version answered with a bare acknowledgement, payloads of up to 4,096
	// bytes, the configuration in one piece without a chunk header, TXT with msd
	// only.
	Homeplate
)

// PowerSource is PowerOption.power_mode.
type PowerSource uint8

// The power sources of the configuration format.
const (
	Battery PowerSource = 1
	USB     PowerSource = 2
	Solar   PowerSource = 3
)

// Power describes how the display is fed.
type Power struct {
	Source      PowerSource   // default Battery
	CapacityMAh int           // 0 = unknown, 24 bits are sent
	DeepSleep   time.Duration // default length of a deep sleep, 0 = deep sleep is disabled
	Latch       bool          // the board can cut its own power (opcode 0x0052)
}

// Telemetry is what the display measures.
type Telemetry struct {
	Millivolts int     // 0..5110, sent in steps of 10
	Celsius    float64 // -40..87.5, sent in steps of 0.5
}

// Options describe one virtual OpenDisplay device.
type Options struct {
	Model Model
	// MAC is the advertised Bluetooth address, the device's identity. Required,
	// any notation that net.ParseMAC takes for 6 bytes.
	MAC string
	// FriendlyName and Location are what its owner called it; at most 31 bytes
	// each are sent.
	FriendlyName, Location string
	// Addr is where to listen, default 127.0.0.1:0. A port chosen by the system
	// is kept over power cycles.
	Addr string
	// RefreshScale multiplies every refresh time: 1 is as slow as the panel, 0 is
	// instant.
	RefreshScale float64
	// IdleTimeout is how long a client may stay without a command, default 30 s.
	IdleTimeout time.Duration
	// AckDelay is how late replies come under SlowAcks, default 500 ms.
	AckDelay  time.Duration
	Profile   Profile
	Power     Power
	Telemetry Telemetry // default 4,000 mV (0 on USB) at 22 °C
	Buttons   int       // how many there are, at most 8
	// Logger gets what goes wrong at debug level; default: nothing is logged.
	Logger *slog.Logger
}

// OpenDisplay is a virtual OpenDisplay device. All methods may be called from any
// goroutine.
type OpenDisplay struct {
	opts Options
	mac  [6]byte
	log  *slog.Logger
	slot chan struct{} // holds a token while a client has the device

	mu            sync.Mutex
	panel         panel
	etag          uint32 // of the picture on the glass, 0 = unknown
	fault         Fault
	noise         *rand.Rand
	telemetry     Telemetry
	buttons       [maxButtons]button
	lastButton    int // the one whose state is announced
	justBooted    bool
	loops         uint8
	powered       bool
	asleep        bool
	wantsListener bool
	listener      net.Listener
	listenErr     error
	addr          string
	session       *session
	changed       chan struct{} // closed and replaced when power, address or telemetry change
}

// New makes a display that is powered on and shows an all-white glass. It does
// nothing until Serve, or ServeConn, is called.
func New(o Options) (*OpenDisplay, error) {
	if err := o.Model.check(); err != nil {
		return nil, err
	}
	mac, err := net.ParseMAC(o.MAC)
	if err != nil || len(mac) != 6 {
		return nil, fmt.Errorf("MAC %q: want 6 bytes such as 02:00:00:00:00:01", o.MAC)
	}
	if o.Buttons < 0 || o.Buttons > maxButtons {
		return nil, fmt.Errorf("%d buttons: want 0 to %d", o.Buttons, maxButtons)
	}
	if o.RefreshScale < 0 {
		return nil, fmt.Errorf("RefreshScale %v: want 0 (instant) or more", o.RefreshScale)
	}
	o.setDefaults()
	d := &OpenDisplay{
		opts: o, mac: [6]byte(mac), log: o.Logger,
		slot:      make(chan struct{}, 1),
		panel:     newPanel(o.Model),
		noise:     rand.New(rand.NewPCG(uint64(mac[4])<<8|uint64(mac[5]), 0)), // same MAC, same noise
		telemetry: o.Telemetry, justBooted: true, powered: true,
		changed: make(chan struct{}),
	}
	return d, nil
}

func (o *Options) setDefaults() {
	if o.Addr == "" {
		o.Addr = "127.0.0.1:0"
	}
	if o.IdleTimeout == 0 {
		o.IdleTimeout = 30 * time.Second
	}
	if o.AckDelay == 0 {
		o.AckDelay = 500 * time.Millisecond
	}
	if o.Power.Source == 0 {
		o.Power.Source = Battery
	}
	if o.Telemetry == (Telemetry{}) {
		o.Telemetry.Celsius = 22
		if o.Power.Source != USB {
			o.Telemetry.Millivolts = 4000
		}
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
}

// Name is the instance name under which the device advertises itself: "OD" and
// six hex digits.
func (d *OpenDisplay) Name() string { return fmt.Sprintf("OD%X", d.mac[3:]) }

// Model is the panel and the board behind it.
func (d *OpenDisplay) Model() Model { return d.opts.Model }

var _ Device = (*OpenDisplay)(nil)

// deviceID is the eight hex digits of the TXT key id.
func (d *OpenDisplay) deviceID() string { return hex.EncodeToString(d.mac[2:]) }

// Glass returns what the display shows now.
func (d *OpenDisplay) Glass() Glass {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.panel.glass()
}

// Watch returns a channel that holds the latest Glass: at first the present one,
// then a new one whenever it changed. A slow reader misses states, never the last
// one. The channel is closed when ctx ends.
func (d *OpenDisplay) Watch(ctx context.Context) <-chan Glass {
	d.mu.Lock()
	defer d.mu.Unlock()
	ch := d.panel.watch()
	context.AfterFunc(ctx, func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.panel.unwatch(ch)
	})
	return ch
}

// SetFault makes the display misbehave, or behave again.
func (d *OpenDisplay) SetFault(f Fault) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.fault = f
}

func (d *OpenDisplay) currentFault() Fault {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.fault
}

// SetTelemetry changes what the display measures. A display that advertises
// itself publishes the new values.
func (d *OpenDisplay) SetTelemetry(t Telemetry) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.telemetry != t {
		d.telemetry = t
		d.loops++
		d.signal()
	}
}

// signal wakes those who wait for a change. The caller holds d.mu.
func (d *OpenDisplay) signal() {
	close(d.changed)
	d.changed = make(chan struct{})
}

// sleep waits, and reports false if ctx ended first.
func sleep(ctx context.Context, wait time.Duration) bool {
	if wait <= 0 {
		return ctx.Err() == nil
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// scaled is a time of the panel or board as this display is asked to live it.
func (d *OpenDisplay) scaled(t time.Duration) time.Duration {
	return time.Duration(float64(t) * d.opts.RefreshScale)
}

// errHangUp ends a session from the display's side.
var errHangUp = errors.New("the display hangs up")
