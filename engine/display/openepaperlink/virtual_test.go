package openepaperlink_test

import (
	"context"
	"fmt"
	"image"
	"os"
	"testing"
	"time"

	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/display/displaytest"
	"github.com/roomink/roomink/engine/display/openepaperlink"
	"github.com/roomink/roomink/engine/simulator/loopnet"
	"github.com/roomink/roomink/engine/simulator/virtual"
)

func TestMain(m *testing.M) { os.Exit(loopnet.Main(context.Background(), m)) }

// pace is far quicker than an access point could bear.
const pace = 4 * time.Millisecond

func driver() *openepaperlink.Driver { return openepaperlink.New(openepaperlink.Options{Pace: pace}) }

func impatient() *openepaperlink.Driver {
	const t = 200 * time.Millisecond
	return openepaperlink.New(openepaperlink.Options{Pace: pace, Timeouts: openepaperlink.Timeouts{
		Dial: t, Ask: t, Upload: t, Draw: t, Silence: t,
	}})
}

func TestConformance(t *testing.T) {
	t.Parallel()
	displaytest.Run(t, displaytest.Harness{
		Driver: driver(), Impatient: impatient(),
		Start: start,
		Panels: []display.Panel{
			{Width: 152, Height: 104, Scheme: display.Mono},
			{Width: 296, Height: 128, Scheme: display.BWR},
			{Width: 250, Height: 122, Scheme: display.BWY},
			{Width: 400, Height: 300, Scheme: display.BWRY},
			{Width: 121, Height: 80, Scheme: display.Spectra6},
		},
		Faults: []displaytest.Fault{
			displaytest.Hang, displaytest.Garbage, displaytest.DropMidFrame, displaytest.RefuseData,
		},
		Gateway: &displaytest.Gateway{
			Dedupes: true,
			Hub:     display.Hub{Name: "Floor 1", Model: "ESP32_S3_16_8_YELLOW_AP", Firmware: "2.85"},
		},
	})
}

var faults = map[displaytest.Fault]virtual.Fault{
	displaytest.NoFault:      virtual.NoFault,
	displaytest.Hang:         virtual.Hang,
	displaytest.Garbage:      virtual.Garbage,
	displaytest.DropMidFrame: virtual.DropMidFrame,
	displaytest.RefuseData:   virtual.NackData,
}

// kinds are the tags of each scheme, some with their memory turned.
var kinds = map[display.Scheme]virtual.TagKind{
	display.Mono:     {HW: 0x21, BPP: 1, Colors: virtual.TagBW, Turned: 3},
	display.BWR:      {HW: 0x01, BPP: 2, Colors: virtual.TagBWR, Turned: 1, ShortLUT: 1},
	display.BWY:      {HW: 0x66, BPP: 2, Colors: virtual.TagBWY, Turned: 2},
	display.BWRY:     {HW: 0x4c, BPP: 2, Colors: virtual.TagBWRY},
	display.Spectra6: {HW: 0xc2, BPP: 4, Colors: virtual.TagSpectra},
}

func kindFor(p display.Panel) virtual.TagKind {
	k := kinds[p.Scheme]
	k.Name, k.Width, k.Height = fmt.Sprintf("Spectra %s", p), p.Width, p.Height
	return k
}

// point runs an access point until the test ends.
func point(t *testing.T, o virtual.AccessPointOptions) *virtual.AccessPoint {
	t.Helper()
	if o.Heartbeat == 0 {
		o.Heartbeat = 20 * time.Millisecond
	}
	ap := virtual.NewAccessPoint(o)
	if err := ap.Listen(); err != nil {
		t.Fatal(err)
	}
	run(t, ap.Serve)
	return ap
}

func run(t *testing.T, serve func(context.Context) error) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := serve(ctx); err != nil {
			t.Errorf("virtual device ended: %v", err)
		}
	}()
	t.Cleanup(func() { cancel(); <-done })
}

// tag hangs a tag at the access point. It comes as soon as there is something.
func tag(t *testing.T, ap *virtual.AccessPoint, o virtual.TagOptions) *virtual.Tag {
	t.Helper()
	if o.MAC == "" {
		o.MAC = "00007E23907FB299"
	}
	tag, err := ap.NewTag(o)
	if err != nil {
		t.Fatal(err)
	}
	run(t, tag.Serve)
	return tag
}

func describe(ap *virtual.AccessPoint, tag *virtual.Tag, p display.Panel, model string) display.Display {
	return display.Display{
		ID: display.ID("openepaperlink:00007e23907fb299"), Protocol: "openepaperlink", Name: "Door 1", Model: model,
		Firmware: "0029", Address: ap.Addr() + "/" + tag.MAC(), Panel: p,
	}
}

func start(t *testing.T, p display.Panel) *displaytest.Device {
	t.Helper()
	ap := point(t, virtual.AccessPointOptions{Name: "Floor 1"})
	kind := kindFor(p)
	tag := tag(t, ap, virtual.TagOptions{Kind: kind, Name: "Door 1"})
	return &displaytest.Device{
		Display:   describe(ap, tag, p, kind.Name),
		Glass:     func() *image.Paletted { return tag.Glass().Image },
		Refreshes: func() int { return tag.Glass().Pushes },
		SetPower:  ap.SetPower,
		SetFault:  func(f displaytest.Fault) { ap.SetFault(faults[f]) },
		SetAwake:  tag.SetPower,
		Replace: func(t *testing.T) {
			other := kind
			other.HW, other.Width = 0x55, p.Width+8
			tag.SetKind(other)
		},
	}
}
