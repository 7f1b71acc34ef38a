package trmnl_test

import (
	"context"
	"encoding/json"
	"fmt"
	"image"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/display/displaytest"
	"github.com/roomink/roomink/engine/display/pull"
	"github.com/roomink/roomink/engine/display/trmnl"
	"github.com/roomink/roomink/engine/simulator/virtual"
)

var macs atomic.Uint32

func conformance(t *testing.T, board, firmware, title string, panels ...display.Panel) {
	displaytest.RunPull(t, displaytest.PullHarness{
		Protocol: func() pull.Protocol { return trmnl.New(trmnl.Options{}) },
		Start: func(t *testing.T, server string, p display.Panel) *displaytest.PullDevice {
			mac := fmt.Sprintf("02:00:00:00:01:%02x", macs.Add(1)&0xff)
			schemes := map[display.Scheme]virtual.Scheme{display.Mono: virtual.SchemeMono, display.Gray16: virtual.SchemeGray16, display.Spectra6: virtual.SchemeSpectra6}
			d, err := virtual.NewTRMNL(virtual.TRMNLOptions{MAC: mac, Server: server, Board: board, Firmware: firmware,
				Model: virtual.Model{Name: "Panel", Width: p.Width, Height: p.Height, Scheme: schemes[p.Scheme]}})
			if err != nil {
				t.Fatal(err)
			}
			id, err := trmnl.ID(mac)
			if err != nil {
				t.Fatal(err)
			}
			return &displaytest.PullDevice{
				Display: display.Display{ID: id, Protocol: trmnl.Name, Model: title, Firmware: firmware, Panel: p, Pull: true, Sleeps: true},
				Wake:    d.Cycle,
				Glass:   func() *image.Paletted { return d.Glass().Image }, Refreshes: func() int { return d.Glass().Pushes },
				Sleep: d.Slept, SetServer: d.SetServer,
				SetFault: func(f displaytest.Fault) {
					d.SetFault(map[displaytest.Fault]virtual.Fault{displaytest.DropMidFrame: virtual.DropMidFrame}[f])
				},
				Reset: d.ForgetKey, Telemetry: display.Telemetry{Battery: 4100, Signal: -61},
				Reboot: func() {
					d.SetPower(false)
					d.SetPower(true)
				},
			}
		},
		Panels: panels,
		Faults: []displaytest.Fault{displaytest.DropMidFrame},
		// The firmware shows what it is told, or puts an error on its glass.
		Notices: true,
	})
}

func TestConformance(t *testing.T) {
	t.Parallel()
	conformance(t, "og", "1.8.14", "TRMNL", display.Panel{Width: 800, Height: 480, Scheme: display.Mono})
}

func TestConformanceLarge(t *testing.T) {
	t.Parallel()
	// Noise on the whole of its panel would not fit into the largest file that it takes.
	conformance(t, "x", "1.8.14", "TRMNL X", display.Panel{Width: 624, Height: 468, Scheme: display.Gray16})
}

func TestConformanceInks(t *testing.T) {
	t.Parallel()
	conformance(t, "reterminal_e1002", "1.8.14", "Seeed reTerminal E1002", display.Panel{Width: 400, Height: 240, Scheme: display.Spectra6})
}

// What a device or a stranger says in headers and logs is never believed beyond its bounds.
func FuzzRequest(f *testing.F) {
	f.Add("AA:BB:CC:DD:EE:FF", "og", "1.8.14", "4.05", "-61", "make=S;kind=temperature;value=21.5;unit=celsius", `{"logs":[{"created_at":1,"battery_voltage":4.1,"wifi_signal":-60}]}`)
	f.Add("aa-bb-cc-dd-ee-ff", "x", "", "NaN", "1e9", "", `{"logs":[]}`)
	f.Fuzz(func(t *testing.T, mac, model, firmware, battery, rssi, sensors, log string) {
		desk := displaytest.NewDesk()
		token := desk.Adopt(display.Display{ID: "trmnl:aa:bb:cc:dd:ee:ff", Protocol: trmnl.Name, Pull: true,
			Panel: display.Panel{Width: 800, Height: 480, Scheme: display.Mono}})
		mux := http.NewServeMux()
		trmnl.New(trmnl.Options{}).Routes(mux, desk)
		for path, method := range map[string]string{"/api/setup": "GET", "/api/display": "GET", "/api/log": "POST", "/api/current_screen": "GET"} {
			r := httptest.NewRequestWithContext(context.Background(), method, path, strings.NewReader(log))
			for key, value := range map[string]string{"ID": mac, "Model": model, "FW-Version": firmware, "Battery-Voltage": battery,
				"RSSI": rssi, "SENSORS": sensors, "Access-Token": token, "Width": rssi, "Height": battery, "Refresh-Rate": battery} {
				r.Header.Set(key, value)
			}
			mux.ServeHTTP(httptest.NewRecorder(), r)
		}
		for _, d := range desk.Knocks() {
			if d.Panel.Width < 0 || d.Panel.Width > display.MaxSide || len(d.Model) > 100 || len(d.Firmware) > 100 || len(d.Name) > 100 {
				t.Errorf("%+v", d)
			}
		}
		for _, r := range desk.Reports("trmnl:aa:bb:cc:dd:ee:ff") {
			if tl := r.Telemetry; tl.Battery < 0 || tl.Battery > 20000 || tl.Percent < 0 || tl.Percent > 100 || tl.Signal > 0 || len(r.Firmware) > 100 {
				t.Errorf("%+v", r)
			}
		}
	})
}

// The name of a picture is one that the firmware's file system finds again, differs for
// each picture and for each display, and says nothing of the token.
func TestNames(t *testing.T) {
	seen := map[string]bool{}
	for _, mac := range []string{"AA:BB:CC:DD:EE:01", "AA:BB:CC:DD:EE:02"} {
		desk := displaytest.NewDesk()
		id, err := trmnl.ID(mac)
		if err != nil {
			t.Fatal(err)
		}
		p := display.Panel{Width: 800, Height: 480, Scheme: display.Mono}
		token := desk.Adopt(display.Display{ID: id, Protocol: trmnl.Name, Panel: p, Pull: true})
		mux := http.NewServeMux()
		trmnl.New(trmnl.Options{}).Routes(mux, desk)
		for seed := range uint64(3) {
			desk.Show(id, displaytest.Noise(p, seed).Frame, 10*time.Minute)
			r := httptest.NewRequestWithContext(t.Context(), "GET", "/api/display", nil)
			r.Header.Set("ID", mac)
			r.Header.Set("Access-Token", token)
			r.Header.Set("FW-Version", "1.8.14")
			w := httptest.NewRecorder()
			mux.ServeHTTP(w, r)
			var reply struct {
				Status      int
				Filename    string
				RefreshRate int `json:"refresh_rate"`
			}
			if err := json.Unmarshal(w.Body.Bytes(), &reply); err != nil {
				t.Fatal(err)
			}
			if n := reply.Filename; len(n) > 30 || seen[n] || strings.Contains(n, token) || reply.RefreshRate != 600 || reply.Status != 0 {
				t.Errorf("%+v", reply)
			}
			seen[reply.Filename] = true
		}
	}
}
