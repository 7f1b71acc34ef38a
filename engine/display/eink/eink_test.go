package eink_test

import (
	"context"
	"errors"
	"fmt"
	"image"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/display/displaytest"
	"github.com/roomink/roomink/engine/display/eink"
	"github.com/roomink/roomink/engine/simulator/hostile"
	"github.com/roomink/roomink/engine/simulator/virtual"
)

const soon = 200 * time.Millisecond

func impatient() *eink.Driver {
	return eink.New(eink.Options{Dial: soon, Reply: soon, Refresh: soon, Ask: 5 * time.Millisecond})
}

func TestConformance(t *testing.T) {
	t.Parallel()
	displaytest.Run(t, displaytest.Harness{
		Driver:    eink.New(eink.Options{Ask: 5 * time.Millisecond}),
		Impatient: impatient(),
		Start:     func(t *testing.T, p display.Panel) *displaytest.Device { return start(t, "A1B2C3", p) },
		Panels: []display.Panel{
			{Width: 120, Height: 160, Scheme: display.Spectra6},
			{Width: 80, Height: 48, Scheme: display.Spectra6},
		},
		Faults: []displaytest.Fault{displaytest.Hang, displaytest.Garbage, displaytest.DropMidFrame, displaytest.RefuseData, displaytest.LostRefreshed},
	})
}

var faults = map[displaytest.Fault]virtual.Fault{
	displaytest.NoFault: virtual.NoFault, displaytest.Hang: virtual.Hang, displaytest.Garbage: virtual.Garbage,
	displaytest.DropMidFrame: virtual.DropMidFrame, displaytest.RefuseData: virtual.NackData, displaytest.LostRefreshed: virtual.LostRefreshed,
}

func start(t *testing.T, id string, p display.Panel) *displaytest.Device {
	t.Helper()
	o := virtual.EinkOptions{ID: id, Model: virtual.Model{Name: "Panel", Width: p.Width, Height: p.Height, Scheme: virtual.SchemeSpectra6}}
	dev, err := virtual.NewEink(o)
	if err == nil {
		err = dev.Listen()
	}
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- dev.Serve(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("the virtual display ended: %v", err)
		}
	})
	return &displaytest.Device{
		Display:   display.Display{ID: display.ID("eink:" + id), Protocol: eink.Name, Name: id, Address: dev.Addr(), Panel: p},
		Glass:     func() *image.Paletted { return dev.Glass().Image },
		Refreshes: func() int { return dev.Glass().Pushes },
		SetPower:  func(on bool) { dev.SetPower(on) },
		SetFault:  func(f displaytest.Fault) { dev.SetFault(faults[f]) },
		Replace:   func(*testing.T) { dev.SetID("D4E5F6") },
		Reboot: func(*testing.T) {
			dev.SetPower(false)
			dev.SetPower(true)
		},
		Move: func(t *testing.T) string {
			if err := dev.Move(); err != nil {
				t.Fatal(err)
			}
			return dev.Addr()
		},
		Twin: func(t *testing.T, p display.Panel) *displaytest.Device { return start(t, id, p) },
	}
}

// A 10×3 picture by hand: inks 0 1 2 3 4 5 are the codes 0 1 2 3 5 6, two pixels a byte,
// the left one in the high four bits.
func TestPacking(t *testing.T) {
	var got []byte
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/info" {
			fmt.Fprint(w, `{"id":"X","width":10,"height":3,"status":"ready","uptime":5}`)
			return
		}
		got = make([]byte, r.ContentLength)
		_, _ = r.Body.Read(got)
	}))
	defer s.Close()
	p := display.Panel{Width: 10, Height: 3, Scheme: display.Spectra6}
	m := image.NewPaletted(p.Bounds(), p.Scheme.Palette())
	copy(m.Pix, []uint8{
		0, 1, 2, 3, 4, 5, 0, 1, 2, 3,
		5, 4, 3, 2, 1, 0, 5, 4, 3, 2,
		1, 1, 1, 1, 1, 1, 1, 1, 1, 4,
	})
	d := eink.New(eink.Options{Ask: time.Millisecond})
	_, err := d.Push(t.Context(), display.Display{ID: "eink:X", Address: s.Listener.Addr().String(), Panel: p}, display.Frame{Image: m})
	if err != nil {
		t.Fatal(err)
	}
	want := []byte{
		0x01, 0x23, 0x56, 0x01, 0x23,
		0x65, 0x32, 0x10, 0x65, 0x32,
		0x11, 0x11, 0x11, 0x11, 0x15,
	}
	if !slices.Equal(got, want) {
		t.Errorf("sent % x,\nwant % x", got, want)
	}
}

func TestRead(t *testing.T) {
	ours := display.Announcement{Service: eink.Service, Instance: "eink-A1B2C3", Address: "192.0.2.7:80",
		TXT: []string{"id=A1B2C3", "width=1200", "height=1600", "status=ready"}}
	c, err := eink.New(eink.Options{}).Read(ours)
	want := display.Candidate{ID: "eink:A1B2C3", Protocol: "eink", Name: "eink-A1B2C3", Address: "192.0.2.7:80",
		Panel: display.Panel{Width: 1200, Height: 1600, Scheme: display.Spectra6}}
	if err != nil || c != want {
		t.Errorf("%+v, %v; want %+v", c, err, want)
	}
	other := ours
	other.Service = "_http._tcp"
	if _, err := eink.New(eink.Options{}).Read(other); !errors.Is(err, display.ErrNotOurs) {
		t.Errorf("another service: %v", err)
	}
	for name, txt := range map[string][]string{
		"nothing": nil, "no id": {"width=10", "height=10"}, "no size": {"id=A"}, "a huge size": {"id=A", "width=99998", "height=10"},
		"odd width": {"id=A", "width=11", "height=10"}, "a long id": {"id=" + strings.Repeat("A", 40), "width=10", "height=10"},
		"an id that moves the cursor": {"id=A\x1b[2J", "width=10", "height=10"},
	} {
		bad := ours
		bad.TXT = txt
		if c, err := eink.New(eink.Options{}).Read(bad); err == nil || c.ID != "" {
			t.Errorf("%s: %+v, %v", name, c, err)
		}
	}
}

func TestHostile(t *testing.T) {
	for _, kind := range hostile.Kinds() {
		if kind == hostile.GzipBomb {
			continue // costs a minute under the race detector, and is the client's affair: see package lan
		}
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			s, err := hostile.HTTP(kind, hostile.Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			_, err = impatient().Probe(t.Context(), s.Addr())
			displaytest.CheckError(t, err, display.Timeout, display.Protocol, display.Occupied)
		})
	}
}

func FuzzInfo(f *testing.F) {
	f.Add(`{"id":"A","width":1200,"height":1600,"status":"ready","uptime":1,"battery":{"voltage":4.05,"percent":80}}`)
	f.Add(`{"battery":{"voltage":1e308}}`)
	f.Fuzz(func(t *testing.T, body string) {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, body) }))
		defer s.Close()
		d, err := eink.New(eink.Options{}).Probe(t.Context(), s.Listener.Addr().String())
		if err != nil {
			displaytest.CheckError(t, err)
			return
		}
		if err := d.Panel.Validate(); err != nil || d.ID == "eink:" || d.Battery < 0 || d.Battery > 20000 || d.Percent < 0 || d.Percent > 100 {
			t.Errorf("%+v, %v", d, err)
		}
	})
}

func FuzzRead(f *testing.F) {
	f.Add("id=A1B2C3", "width=1200", "height=1600", "192.0.2.7:80")
	f.Fuzz(func(t *testing.T, a, b, c, address string) {
		got, err := eink.New(eink.Options{}).Read(display.Announcement{Service: eink.Service, Address: address, TXT: []string{a, b, c}})
		if err == nil && (got.ID == "" || got.Address == "" || got.Panel.Validate() != nil) {
			t.Errorf("%+v", got)
		}
	})
}
