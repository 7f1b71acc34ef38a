package photoframe_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"image"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/display/displaytest"
	"github.com/roomink/roomink/engine/display/photoframe"
	"github.com/roomink/roomink/engine/display/pull"
	"github.com/roomink/roomink/engine/simulator/hostile"
	"github.com/roomink/roomink/engine/simulator/virtual"
)

const soon = 200 * time.Millisecond

func impatient() *photoframe.Driver {
	return photoframe.New(photoframe.Options{Dial: soon, Reply: soon, Refresh: soon})
}

var panels = []display.Panel{
	{Width: 160, Height: 96, Scheme: display.Spectra6},
	{Width: 121, Height: 81, Scheme: display.Spectra6}, // an odd number of pixels
	{Width: 187, Height: 140, Scheme: display.Gray16},
}

var faults = map[displaytest.Fault]virtual.Fault{
	displaytest.NoFault: virtual.NoFault, displaytest.Hang: virtual.Hang, displaytest.Garbage: virtual.Garbage,
	displaytest.DropMidFrame: virtual.DropMidFrame, displaytest.RefuseData: virtual.NackData, displaytest.LostRefreshed: virtual.LostRefreshed,
}

func newFrame(t *testing.T, o virtual.PhotoframeOptions, p display.Panel) *virtual.Photoframe {
	t.Helper()
	o.Model = virtual.Model{Name: "Panel", Width: p.Width, Height: p.Height, Scheme: virtual.SchemeSpectra6}
	if p.Scheme == display.Gray16 {
		o.Model.Scheme = virtual.SchemeGray16
	}
	o.MAC, o.Name, o.SleepScale = "02:00:00:00:00:0a", "Hall", 1000
	dev, err := virtual.NewPhotoframe(o)
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
	return dev
}

func start(t *testing.T, o virtual.PhotoframeOptions, p display.Panel) *displaytest.Device {
	t.Helper()
	dev := newFrame(t, o, p)
	board := "reTerminal E1002"
	if p.Scheme == display.Gray16 {
		board = "reTerminal E1003"
	}
	return &displaytest.Device{
		Display: display.Display{ID: "photoframe:02000000000a", Protocol: photoframe.Name, Name: "Hall", Model: board, Firmware: "2.19.0",
			Address: dev.Addr(), Panel: p, Sleeps: o.DeepSleep},
		Glass:     func() *image.Paletted { return dev.Glass().Image },
		Refreshes: func() int { return dev.Glass().Pushes },
		SetPower:  dev.SetPower,
		SetFault:  func(f displaytest.Fault) { dev.SetFault(faults[f]) },
		Replace:   func(*testing.T) { dev.SetID("02:00:00:00:00:0b") },
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
		Twin: func(t *testing.T, p display.Panel) *displaytest.Device { return start(t, o, p) },
	}
}

func conformance(t *testing.T, o virtual.PhotoframeOptions) {
	displaytest.Run(t, displaytest.Harness{
		Driver: photoframe.New(photoframe.Options{}), Impatient: impatient(),
		Start:  func(t *testing.T, p display.Panel) *displaytest.Device { return start(t, o, p) },
		Panels: panels,
		Faults: []displaytest.Fault{displaytest.Hang, displaytest.Garbage, displaytest.DropMidFrame, displaytest.RefuseData, displaytest.LostRefreshed},
	})
}

func TestConformance(t *testing.T) {
	t.Parallel()
	conformance(t, virtual.PhotoframeOptions{Millivolts: 3980})
}

func TestConformanceOldFirmware(t *testing.T) {
	t.Parallel()
	conformance(t, virtual.PhotoframeOptions{Old: true})
}

func TestConformancePull(t *testing.T) {
	t.Parallel()
	displaytest.RunPull(t, displaytest.PullHarness{
		Protocol: func() pull.Protocol { return photoframe.New(photoframe.Options{}) },
		Start: func(t *testing.T, address string, p display.Panel) *displaytest.PullDevice {
			dev := newFrame(t, virtual.PhotoframeOptions{}, p)
			var url = address
			set := func(s string) { url = s; post(t, dev.Addr(), fmt.Sprintf(`{"image_url":%q}`, s)) }
			set(url)
			return &displaytest.PullDevice{
				Wake: dev.Fetch, Glass: func() *image.Paletted { return dev.Glass().Image }, Refreshes: func() int { return dev.Glass().Pushes },
				SetServer: set, SetFault: func(f displaytest.Fault) { dev.SetFault(faults[f]) },
				Reboot: func() {
					dev.SetPower(false)
					dev.SetPower(true)
				},
			}
		},
		Panels: panels,
		Faults: []displaytest.Fault{displaytest.DropMidFrame},
	})
}

func post(t *testing.T, addr, body string) {
	t.Helper()
	resp, err := http.Post("http://"+addr+"/api/config", "application/json", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
}

// A 10×3 picture by hand: the inks 0 1 2 3 4 5 are the codes 0 1 2 3 5 6, the greys 0 1 2 …
// 15 the codes 0 15 1 … 14; two pixels a byte, the left one in the high four bits.
func TestPacking(t *testing.T) {
	for name, c := range map[string]struct {
		board string
		panel display.Panel
		pix   []uint8
		want  []byte
	}{
		"six inks": {"E1002", display.Panel{Width: 10, Height: 3, Scheme: display.Spectra6},
			[]uint8{0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 5, 4, 3, 2, 1, 0, 5, 4, 3, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 4},
			[]byte{0x01, 0x23, 0x56, 0x01, 0x23, 0x65, 0x32, 0x10, 0x65, 0x32, 0x11, 0x11, 0x11, 0x11, 0x15}},
		"sixteen greys": {"E1003", display.Panel{Width: 10, Height: 3, Scheme: display.Gray16},
			[]uint8{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0},
			[]byte{0x0f, 0x12, 0x34, 0x56, 0x78, 0x9a, 0xbc, 0xde, 0x0f, 0x12, 0xff, 0xff, 0xff, 0xff, 0xf0}},
	} {
		t.Run(name, func(t *testing.T) {
			var got []byte
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				switch r.URL.Path {
				case "/api/system-info":
					fmt.Fprintf(w, `{"device_id":"02000000000a","board_name":%q,"width":10,"height":3}`, c.board)
				case "/api/config":
					fmt.Fprint(w, `{"display_rotation_deg":180}`)
				case "/api/display-image":
					file, _, err := r.FormFile("image")
					if err == nil {
						var z *gzip.Reader
						if z, err = gzip.NewReader(file); err == nil {
							got, err = io.ReadAll(z)
						}
					}
					if err != nil {
						t.Error(err)
					}
					fmt.Fprint(w, `{"status":"success"}`)
				default:
					http.NotFound(w, r)
				}
			}))
			defer s.Close()
			m := image.NewPaletted(c.panel.Bounds(), c.panel.Scheme.Palette())
			copy(m.Pix, c.pix)
			_, err := photoframe.New(photoframe.Options{}).Push(t.Context(),
				display.Display{ID: "photoframe:02000000000a", Address: s.Listener.Addr().String(), Panel: c.panel}, display.Frame{Image: m})
			if err != nil || !bytes.Equal(got, c.want) {
				t.Errorf("sent % x,\nwant % x; %v", got, c.want, err)
			}
		})
	}
}

func TestTelemetryAndSleep(t *testing.T) {
	dev := start(t, virtual.PhotoframeOptions{Millivolts: 3980, DeepSleep: true}, panels[0])
	d, err := photoframe.New(photoframe.Options{}).Probe(t.Context(), dev.Display.Address)
	if err != nil || !d.Sleeps || d.Battery != 3980 || d.Percent != 76 || d.At.IsZero() {
		t.Errorf("%+v, %v", d, err)
	}
}

// A panel that is turned changes places of width and height; a portrait on a panel that
// lies is turned by us.
func TestHowItHangs(t *testing.T) {
	for config, want := range map[string]display.Panel{
		`{"display_rotation_deg":180,"display_orientation":"landscape"}`: {Width: 800, Height: 480, Scheme: display.Spectra6},
		`{"display_rotation_deg":90,"display_orientation":"portrait"}`:   {Width: 480, Height: 800, Scheme: display.Spectra6},
		`{"display_rotation_deg":0,"display_orientation":"portrait"}`:    {Width: 800, Height: 480, Scheme: display.Spectra6, Rotation: 90},
		`{}`: {Width: 800, Height: 480, Scheme: display.Spectra6},
	} {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/api/config" {
				fmt.Fprint(w, config)
				return
			}
			fmt.Fprint(w, `{"device_id":"02:00:00:00:00:0a","board_name":"PhotoPainter","width":800,"height":480}`)
		}))
		d, err := photoframe.New(photoframe.Options{}).Probe(t.Context(), s.Listener.Addr().String())
		s.Close()
		if err != nil || d.Panel != want {
			t.Errorf("%s: %+v, %v; want %+v", config, d.Panel, err, want)
		}
	}
}

func TestBusy(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/api/system-info":
			fmt.Fprint(w, `{"device_id":"02000000000a","board_name":"E1002","width":160,"height":96}`)
		case "/api/config":
			fmt.Fprint(w, `{}`)
		default:
			http.Error(w, "System is still initializing", http.StatusServiceUnavailable)
		}
	}))
	defer s.Close()
	_, err := photoframe.New(photoframe.Options{}).Push(t.Context(), display.Display{ID: "photoframe:02000000000a",
		Address: s.Listener.Addr().String(), Panel: panels[0]}, displaytest.Noise(panels[0], 1).Frame)
	displaytest.CheckError(t, err, display.Occupied)
}

// The word of a display that it is awake is a hint, and nothing else.
func TestNotify(t *testing.T) {
	desk := displaytest.NewDesk()
	desk.Adopt(display.Display{ID: "photoframe:02000000000a", Protocol: photoframe.Name})
	mux := http.NewServeMux()
	photoframe.New(photoframe.Options{}).Routes(mux, desk)
	s := httptest.NewServer(mux)
	defer s.Close()
	for _, body := range []string{
		`{"device_name":"Hall","device_id":"02000000000a","state":"online"}`, `{"device_id":"02000000000a","state":"offline"}`,
		`{"device_id":"../../x","state":"online"}`, `{`, strings.Repeat("9", 100_000), ``,
	} {
		resp, err := http.Post(s.URL+"/api/esp32_photoframe/notify", "application/json", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		answer, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil || resp.StatusCode != http.StatusOK || string(answer) != `{"rotate":false}` {
			t.Errorf("status %d, %q, %v", resp.StatusCode, answer, err)
		}
	}
	reports := desk.Reports("photoframe:02000000000a")
	if len(reports) != 1 || reports[0].Address != "" || reports[0].Shown != "" || reports[0].At.IsZero() {
		t.Errorf("reports %+v; want one that says no more than that it was heard", reports)
	}
}

func TestRead(t *testing.T) {
	d := photoframe.New(photoframe.Options{})
	c, err := d.Read(display.Announcement{Service: photoframe.Service, Instance: "Hall", Address: "192.0.2.7:80",
		TXT: []string{"name=Hall\x1b[2J", "board=reTerminal E1002", "version=2.19.0", "host=hall.local"}})
	want := display.Candidate{ID: display.AddressID("photoframe", "192.0.2.7:80"), Protocol: "photoframe", Name: "Hall[2J",
		Model: "reTerminal E1002", Firmware: "2.19.0", Address: "192.0.2.7:80"}
	if err != nil || c != want {
		t.Errorf("%+v, %v; want %+v", c, err, want)
	}
	if _, err := d.Read(display.Announcement{Service: "_http._tcp", Address: "192.0.2.7:80"}); !errors.Is(err, display.ErrNotOurs) {
		t.Errorf("another service: %v", err)
	}
	if _, err := d.Read(display.Announcement{Service: photoframe.Service}); err == nil {
		t.Error("an announcement without an address was taken")
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

func TestInstructions(t *testing.T) {
	in := photoframe.New(photoframe.Options{}).Instructions("http://192.0.2.5:8480", "TOKEN", display.Display{Address: "192.0.2.9:80"})
	if in.URL != "http://192.0.2.5:8480/photoframe/TOKEN" || len(in.Snippets) != 2 {
		t.Errorf("%+v", in)
	}
	for _, s := range in.Snippets {
		if !strings.Contains(s.Text, "http://192.0.2.9:80/api/config") || strings.Contains(s.Text, "%!") {
			t.Errorf("%s: %s", s.Title, s.Text)
		}
	}
}

func FuzzAnswers(f *testing.F) {
	f.Add(`{"device_id":"02000000000a","board_name":"E1003","width":800,"height":480}`, `{"display_rotation_deg":90}`, `{"battery_voltage":3900,"battery_connected":true}`)
	f.Fuzz(func(t *testing.T, info, config, battery string) {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprint(w, map[string]string{"/api/system-info": info, "/api/config": config, "/api/battery": battery}[r.URL.Path])
		}))
		defer s.Close()
		d, err := photoframe.New(photoframe.Options{}).Probe(t.Context(), s.Listener.Addr().String())
		if err != nil {
			displaytest.CheckError(t, err)
			return
		}
		if d.Panel.Validate() != nil || !strings.HasPrefix(string(d.ID), "photoframe:") || d.Battery < 0 || d.Percent < 0 || d.Percent > 100 {
			t.Errorf("%+v", d)
		}
	})
}

func FuzzNotify(f *testing.F) {
	f.Add(`{"device_id":"02000000000a","state":"online"}`)
	f.Fuzz(func(t *testing.T, body string) {
		mux := http.NewServeMux()
		desk := displaytest.NewDesk()
		photoframe.New(photoframe.Options{}).Routes(mux, desk)
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, httptest.NewRequestWithContext(context.Background(), "POST", "/api/esp32_photoframe/notify", strings.NewReader(body)))
		if w.Code != http.StatusOK {
			t.Errorf("status %d", w.Code)
		}
	})
}
