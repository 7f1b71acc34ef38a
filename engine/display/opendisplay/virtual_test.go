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

// The suite runs against both device implementations that were seen in the field.

func TestConformance(t *testing.T) {
	t.Parallel()
	displaytest.Run(t, harness(virtual.ReferenceFirmware, "2.24.0"))
}

func TestConformanceHomeplate(t *testing.T) {
	t.Parallel()
	displaytest.Run(t, harness(virtual.Homeplate, ""))
}

func harness(profile virtual.Profile, firmware string) displaytest.Harness {
	return displaytest.Harness{
		Driver: opendisplay.New(opendisplay.Options{}),
		Impatient: opendisplay.New(opendisplay.Options{Timeouts: opendisplay.Timeouts{
			Dial: 200 * time.Millisecond, Reply: 200 * time.Millisecond, Refresh: 200 * time.Millisecond,
		}}),
		Start: func(t *testing.T, p display.Panel) *displaytest.Device {
			return start(t, profile, firmware, p)
		},
		Panels: []display.Panel{
			{Width: 400, Height: 300, Scheme: display.Mono},
			{Width: 800, Height: 480, Scheme: display.Mono},
			{Width: 122, Height: 250, Scheme: display.Mono}, // rows need filling
			{Width: 400, Height: 300, Scheme: display.BWR},
			{Width: 152, Height: 104, Scheme: display.BWY},
			{Width: 250, Height: 122, Scheme: display.BWRY}, // 250 is no multiple of 4
			{Width: 121, Height: 80, Scheme: display.Spectra6},
			{Width: 201, Height: 60, Scheme: display.Gray16},
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

func start(t *testing.T, profile virtual.Profile, firmware string, p display.Panel) *displaytest.Device {
	t.Helper()
	o := virtual.Options{
		Model: virtual.Model{
			Name: "Panel", Manufacturer: "Virtual", Width: p.Width, Height: p.Height,
			Scheme: schemes[p.Scheme], Zlib: true,
		},
		MAC: "02:00:00:00:00:01", FriendlyName: "Door 1", Profile: profile,
	}
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
			o.Addr, o.MAC = addr, "02:00:00:00:00:02"
			o.Model.Width, o.Model.Height = 296, 128
			v.run(t, o)
		},
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
