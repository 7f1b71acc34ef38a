package opendisplay_test

import (
	"context"
	"image"
	"io"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/display/displaytest"
	"github.com/roomink/roomink/engine/display/opendisplay"
	"github.com/roomink/roomink/engine/simulator/virtual"
)

// The suite runs against both device implementations that were seen in the field, and
// against panels of which a part can't be refreshed unless all of it is sent.

func TestConformance(t *testing.T) {
	t.Parallel()
	displaytest.Run(t, harness("2.24.0", virtual.Options{}))
}

func TestConformanceHomeplate(t *testing.T) {
	t.Parallel()
	displaytest.Run(t, harness("", virtual.Options{Profile: virtual.Homeplate}))
}

func TestConformanceFullFrameParts(t *testing.T) {
	t.Parallel()
	h := harness("2.24.0", virtual.Options{Model: virtual.Model{PartialFullFrame: true}})
	h.Panels = []display.Panel{{Width: 400, Height: 300, Scheme: display.Mono, Rotation: 180}}
	displaytest.Run(t, h)
}

func harness(firmware string, o virtual.Options) displaytest.Harness {
	return displaytest.Harness{
		Driver: opendisplay.New(opendisplay.Options{}),
		Impatient: opendisplay.New(opendisplay.Options{Timeouts: opendisplay.Timeouts{
			Dial: 200 * time.Millisecond, Reply: 200 * time.Millisecond, Refresh: 200 * time.Millisecond,
		}}),
		Start: func(t *testing.T, p display.Panel) *displaytest.Device {
			return start(t, firmware, o, p)
		},
		Panels: []display.Panel{
			{Width: 400, Height: 300, Scheme: display.Mono},
			{Width: 800, Height: 480, Scheme: display.Mono},
			{Width: 122, Height: 250, Scheme: display.Mono}, // rows need filling
			{Width: 400, Height: 304, Scheme: display.Mono, Rotation: 90},
			{Width: 296, Height: 128, Scheme: display.Mono, Rotation: 270},
			{Width: 400, Height: 300, Scheme: display.BWR, Rotation: 180},
			{Width: 152, Height: 104, Scheme: display.BWY},
			{Width: 250, Height: 122, Scheme: display.BWRY}, // 250 is no multiple of 4
			{Width: 121, Height: 80, Scheme: display.Spectra6},
			{Width: 201, Height: 60, Scheme: display.Gray16},
			{Width: 122, Height: 250, Scheme: display.Gray4},
			{Width: 128, Height: 96, Scheme: display.Gray4, Rotation: 90},
			{Width: 160, Height: 60, Scheme: display.ACeP7},
		},
		Faults: []displaytest.Fault{
			displaytest.Hang, displaytest.Garbage, displaytest.DropMidFrame,
			displaytest.RefuseData, displaytest.RefreshFails, displaytest.LostRefreshed,
		},
	}
}

var faults = map[displaytest.Fault]virtual.Fault{
	displaytest.NoFault:       virtual.NoFault,
	displaytest.Hang:          virtual.Hang,
	displaytest.Garbage:       virtual.Garbage,
	displaytest.DropMidFrame:  virtual.DropMidFrame,
	displaytest.RefuseData:    virtual.NackData,
	displaytest.RefreshFails:  virtual.RefreshTimeout,
	displaytest.LostRefreshed: virtual.LostRefreshed,
}

var schemes = map[display.Scheme]virtual.Scheme{
	display.Mono: virtual.SchemeMono,
	display.BWR:  virtual.SchemeBWR,
	display.BWY:  virtual.SchemeBWY,
	display.BWRY: virtual.SchemeBWRY,

	display.Spectra6: virtual.SchemeSpectra6,
	display.Gray16:   virtual.SchemeGray16,
	display.Gray4:    virtual.SchemeGray4,
	display.ACeP7:    virtual.SchemeACeP7,
}

// vdev is a running virtual device that another one can replace.
type vdev struct {
	mu   sync.Mutex
	now  *virtual.OpenDisplay
	stop func()
}

func (v *vdev) dev() *virtual.OpenDisplay {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.now
}

func (v *vdev) run(t *testing.T, o virtual.Options) {
	t.Helper()
	dev, err := virtual.New(o)
	if err != nil {
		t.Fatal(err)
	}
	if err := dev.Listen(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := dev.Serve(ctx); err != nil && ctx.Err() == nil {
			t.Errorf("virtual display ended: %v", err)
		}
	}()
	v.mu.Lock()
	defer v.mu.Unlock()
	v.now, v.stop = dev, sync.OnceFunc(func() { cancel(); <-done })
	t.Cleanup(v.stop)
}

func start(t *testing.T, firmware string, o virtual.Options, p display.Panel) *displaytest.Device {
	t.Helper()
	m := &o.Model
	m.Name, m.Manufacturer, m.Width, m.Height, m.Rotation = "Panel", "Virtual", p.Width, p.Height, p.Rotation
	m.Scheme, m.Zlib, m.Partial = schemes[p.Scheme], true, p.Scheme == display.Mono
	m.PartialFullFrame = m.PartialFullFrame && m.Partial
	o.MAC, o.FriendlyName = "02:00:00:00:00:01", "Door 1"
	v := &vdev{}
	v.run(t, o)
	addr := v.dev().Addr()
	return &displaytest.Device{
		Display: display.Display{
			ID: display.AddressID(opendisplay.Name, addr), Protocol: opendisplay.Name,
			Name: "Door 1", Model: "Virtual Panel", Firmware: firmware, Address: addr, Panel: p,
		},
		Glass:     func() *image.Paletted { return v.dev().Glass().Image },
		Refreshes: func() int { return v.dev().Glass().Pushes },
		SetPower:  func(on bool) { v.dev().SetPower(on) },
		SetFault:  func(f displaytest.Fault) { v.dev().SetFault(faults[f]) },
		Occupy:    func(t *testing.T) func() { return occupy(t, addr) },
		Replace: func(t *testing.T) {
			v.stop()
			other := o
			other.Addr, other.MAC = addr, "02:00:00:00:00:02"
			other.Model.Width, other.Model.Height = 264, 176
			v.run(t, other)
		},
		Reboot: func(t *testing.T) {
			v.dev().SetPower(false)
			v.dev().SetPower(true)
		},
		Move: func(t *testing.T) string {
			if err := v.dev().Move(); err != nil {
				t.Fatal(err)
			}
			return v.dev().Addr()
		},
		Twin: func(t *testing.T, p display.Panel) *displaytest.Device { return start(t, firmware, o, p) },
		// A panel whose rows need filling can't be told the etag of a picture.
		Partial: m.Partial && p.Width%8 == 0,
	}
}

// occupy holds the device's one connection. It asks a question first: the device
// has surely taken the connection when the answer is there.
func occupy(t *testing.T, addr string) (release func()) {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Write([]byte{2, 0, 0x00, 0x43}); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(conn, make([]byte, 4)); err != nil {
		t.Fatal(err)
	}
	release = func() { conn.Close() }
	t.Cleanup(release)
	return release
}
