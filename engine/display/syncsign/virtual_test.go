package syncsign_test

import (
	"context"
	"encoding/json"
	"fmt"
	"image"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/display/displaytest"
	"github.com/roomink/roomink/engine/display/pull"
	"github.com/roomink/roomink/engine/display/syncsign"
	"github.com/roomink/roomink/engine/simulator/hostile"
	"github.com/roomink/roomink/engine/simulator/virtual"
)

// models are the kinds of displays by their panels.
var models = map[display.Panel]string{
	{Width: 296, Height: 128, Scheme: display.Mono}: "D29",
	{Width: 400, Height: 300, Scheme: display.BWR}:  "D42C",
	{Width: 800, Height: 480, Scheme: display.BWR}:  "D75C_LEWI-RED",
	{Width: 800, Height: 480, Scheme: display.BWY}:  "D75C_LEWI-YELLOW",
	{Width: 400, Height: 300, Scheme: display.BWRY}: "D42C-RY",
}

func panels() (list []display.Panel) {
	for p := range models {
		list = append(list, p)
	}
	slices.SortFunc(list, func(a, b display.Panel) int { return strings.Compare(a.String(), b.String()) })
	return list
}

var schemes = map[display.Scheme]virtual.Scheme{
	display.Mono: virtual.SchemeMono, display.BWR: virtual.SchemeBWR, display.BWY: virtual.SchemeBWY, display.BWRY: virtual.SchemeBWRY,
}

// shelf is where displays fetch pictures from.
func shelf(t *testing.T) *pull.Shelf {
	t.Helper()
	s := pull.NewShelf(nil)
	server := httptest.NewServer(s.Handler())
	t.Cleanup(server.Close)
	s.SetBase(server.URL)
	return s
}

var nodes atomic.Uint32

func node(t *testing.T, h *virtual.Hub, p display.Panel) (n *virtual.Node, id string) {
	t.Helper()
	id = fmt.Sprintf("00124b00%08x", nodes.Add(1))
	kind := models[p]
	if kind == "" {
		kind = "D42"
	}
	n, err := h.NewNode(virtual.NodeOptions{ID: id, Name: "Oslo", Kind: kind,
		Model: virtual.Model{Name: kind, Width: p.Width, Height: p.Height, Rotation: p.Rotation, Scheme: schemes[p.Scheme]}})
	if err != nil {
		t.Fatal(err)
	}
	return n, id
}

func run(t *testing.T, what string, serve func(context.Context) error) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- serve(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("%s ended: %v", what, err)
		}
	})
}

func hub(t *testing.T) *virtual.Hub {
	t.Helper()
	h := virtual.NewHub(virtual.HubOptions{})
	if err := h.Listen(); err != nil {
		t.Fatal(err)
	}
	run(t, "the hub", h.Serve)
	return h
}

func driver(s *pull.Shelf, patient time.Duration) display.Driver {
	const soon = 200 * time.Millisecond
	o := syncsign.Timeouts{Patience: patient, Ask: 2 * time.Millisecond, Watch: 5 * time.Millisecond}
	if patient == soon {
		o.Dial, o.Reply, o.Post = soon, soon, soon
	}
	return syncsign.New(syncsign.Options{Shelf: s, Timeouts: o}).WithKey("7b5f7a3e-hub-key")
}

var faults = map[displaytest.Fault]virtual.Fault{
	displaytest.NoFault: virtual.NoFault, displaytest.Hang: virtual.Hang, displaytest.Garbage: virtual.Garbage,
	displaytest.DropMidFrame: virtual.DropMidFrame, displaytest.RefuseData: virtual.NackData,
}

func TestConformance(t *testing.T) {
	t.Parallel()
	s := shelf(t)
	displaytest.Run(t, displaytest.Harness{
		Driver: driver(s, 300*time.Millisecond), Impatient: driver(s, 200*time.Millisecond),
		Start: func(t *testing.T, p display.Panel) *displaytest.Device {
			h := hub(t)
			n, id := node(t, h, p)
			run(t, "the display", n.Serve)
			return &displaytest.Device{
				Display: display.Display{ID: display.ID("syncsign:" + id), Protocol: syncsign.Name, Name: "Oslo", Model: "SyncSign " + models[p],
					Firmware: "1.30", Address: h.Addr() + "/" + id, Panel: p},
				Glass: func() *image.Paletted { return n.Glass().Image }, Refreshes: func() int { return n.Glass().Pushes },
				SetPower: h.SetPower, SetFault: func(f displaytest.Fault) { h.SetFault(faults[f]) },
				Replace: func(*testing.T) { n.SetID("00124b00ffffffff") },
				Reboot: func(*testing.T) {
					h.SetPower(false)
					h.SetPower(true)
				},
				Move: func(t *testing.T) string {
					if err := h.Move(); err != nil {
						t.Fatal(err)
					}
					return h.Addr() + "/" + id
				},
				SetAwake: n.SetAwake,
				Partial:  p.Scheme == display.Mono, PartialAlways: true,
			}
		},
		Panels:  panels(),
		Faults:  []displaytest.Fault{displaytest.Hang, displaytest.Garbage, displaytest.DropMidFrame, displaytest.RefuseData},
		Gateway: &displaytest.Gateway{Hub: display.Hub{Name: "SyncSign hub SN0001", Model: "SyncSign hub"}},
	})
}

func TestConformancePull(t *testing.T) {
	t.Parallel()
	displaytest.RunPull(t, displaytest.PullHarness{
		Protocol: func() pull.Protocol { return syncsign.New(syncsign.Options{}) },
		Start: func(t *testing.T, server string, p display.Panel) *displaytest.PullDevice {
			n, id := node(t, virtual.NewHub(virtual.HubOptions{}), p)
			n.SetServer(server)
			return &displaytest.PullDevice{
				Display: display.Display{ID: display.ID("syncsign:" + id), Protocol: syncsign.Name, Model: "SyncSign", Pull: true},
				Wake:    n.Fetch, Glass: func() *image.Paletted { return n.Glass().Image }, Refreshes: func() int { return n.Glass().Pushes },
				SetServer: n.SetServer,
			}
		},
		Panels: panels(), Tokenless: true,
	})
}

func TestWrongKey(t *testing.T) {
	h := hub(t)
	for _, key := range []string{"", "wrong", "../..", strings.Repeat("k", 500)} {
		_, _, err := syncsign.New(syncsign.Options{}).WithKey(key).(display.Gateway).Displays(t.Context(), h.Addr())
		displaytest.CheckError(t, err, display.KeyRefused)
		if key != "" && strings.Contains(err.Error(), key) {
			t.Errorf("the error quotes the key: %v", err)
		}
	}
}

// An agenda that is too long for the hub loses what is worth least, and is never refused.
func TestLongDrawing(t *testing.T) {
	h := hub(t)
	p := display.Panel{Width: 400, Height: 300, Scheme: display.BWR}
	n, id := node(t, h, p)
	run(t, "the display", n.Serve)
	var left int
	d := syncsign.New(syncsign.Options{Timeouts: syncsign.Timeouts{Ask: time.Millisecond}, Shortened: func(_ display.ID, n int) { left = n }}).WithKey(h.Key())
	f := displaytest.Noise(p, 1).Frame
	f.Items = []display.Item{{Kind: display.BoxItem, Box: image.Rect(0, 0, 400, 64), Ink: 2}}
	for i := range 300 {
		at := image.Pt(8*(i%6)*8, 64+8*(i/6)%220)
		f.Items = append(f.Items, display.Item{Kind: display.TextItem, Box: image.Rect(0, 0, 64, 24).Add(at), Text: fmt.Sprintf("Line %d", i), Ink: 0, Over: 1, Size: 16, Align: -1})
	}
	_, err := d.Push(t.Context(), display.Display{ID: display.ID("syncsign:" + id), Protocol: syncsign.Name, Model: "SyncSign D42C", Address: h.Addr() + "/" + id, Panel: p}, f)
	if err != nil || left == 0 {
		t.Fatalf("push: %v; %d items were left out", err, left)
	}
	if g := n.Glass().Image; g.ColorIndexAt(4, 4) != 2 {
		t.Error("the area that was worth most is missing")
	}
}

func TestHostile(t *testing.T) {
	const soon = 200 * time.Millisecond
	d := syncsign.New(syncsign.Options{Timeouts: syncsign.Timeouts{Dial: soon, Reply: soon, Post: soon}}).WithKey("key").(display.Gateway)
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
			_, _, err = d.Displays(t.Context(), s.Addr())
			displaytest.CheckError(t, err, display.Timeout, display.Protocol, display.Occupied)
		})
	}
}

// What a stranger asks for in the name of a display tells nothing and changes nothing.
func TestPullStrangers(t *testing.T) {
	desk := displaytest.NewDesk()
	mux := http.NewServeMux()
	syncsign.New(syncsign.Options{}).Routes(mux, desk)
	id := display.ID("syncsign:00124b0000abcdef")
	p := display.Panel{Width: 296, Height: 128, Scheme: display.Mono}
	desk.Adopt(display.Display{ID: id, Protocol: syncsign.Name, Panel: p, Pull: true})
	desk.Pin(id, "192.0.2.50")
	desk.Show(id, displaytest.Noise(p, 1).Frame, time.Minute)
	for _, path := range []string{"/renders/node/00124b0000abcdef", "/renders/nodes/00124B0000ABCDEF", "/renders/node/1", "/renders/bitmap/x/0.bmp",
		"/renders/00124b00-00ab-8000-8000-cdef00000000", "/renders/bitmap/00124b00-00ab-8000-8000-cdef00000000/0.bmp", "/renders/node/..%2f"} {
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), "GET", path, nil))
		var doc struct {
			Code int
			Data []any
		}
		if w.Code == http.StatusOK && (json.Unmarshal(w.Body.Bytes(), &doc) != nil || doc.Code != http.StatusNoContent || len(doc.Data) != 0) {
			t.Errorf("%s: %s", path, w.Body)
		}
	}
	if r := desk.Reports(id); len(r) != 0 {
		t.Errorf("reports %+v", r)
	}
}

// A hub that restarts forgets what waited for its displays: that must not count as drawn.
func TestHubThatForgets(t *testing.T) {
	h := hub(t)
	p := display.Panel{Width: 296, Height: 128, Scheme: display.Mono}
	n, id := node(t, h, p)
	run(t, "the display", n.Serve)
	d := driver(shelf(t), 300*time.Millisecond)
	disp := display.Display{ID: display.ID("syncsign:" + id), Protocol: syncsign.Name, Model: "SyncSign D29", Address: h.Addr() + "/" + id, Panel: p}
	if _, err := d.Push(t.Context(), disp, displaytest.Noise(p, 1).Frame); err != nil { // it tells of its renders
		t.Fatal(err)
	}
	n.SetAwake(false)
	lost, err := d.Push(t.Context(), disp, displaytest.Noise(p, 2).Frame)
	if err != nil || lost.Ticket == "" {
		t.Fatalf("%+v, %v; want a ticket", lost, err)
	}
	h.SetPower(false)
	h.SetPower(true)
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	heard := 0
	_ = d.(display.Gateway).Watch(ctx, h.Addr(), func(r display.Report) {
		heard++
		if r.Ticket == lost.Ticket {
			t.Error("a drawing that the hub forgot was reported as drawn")
		}
		if r.Telemetry.Signal != 65/2-100 || r.Telemetry.Percent != 87 {
			t.Errorf("telemetry %+v; want the weaker signal", r.Telemetry)
		}
	})
	if heard == 0 {
		t.Error("nothing was heard of the display")
	}
	n.SetAwake(true)
	if r, err := d.Push(t.Context(), disp, displaytest.Noise(p, 3).Frame); err != nil || r.Ticket != "" {
		t.Errorf("afterwards: %+v, %v", r, err)
	}
}

// A display drew B and could not tell so. If its sign is A again, as before B, it must be
// drawn again.
func TestReportThatIsLost(t *testing.T) {
	p := display.Panel{Width: 296, Height: 128, Scheme: display.Mono}
	desk := displaytest.NewDesk()
	mux := http.NewServeMux()
	syncsign.New(syncsign.Options{}).Routes(mux, desk)
	s := httptest.NewServer(mux)
	defer s.Close()
	n, id := node(t, virtual.NewHub(virtual.HubOptions{}), p)
	n.SetServer(s.URL)
	desk.Adopt(display.Display{ID: display.ID("syncsign:" + id), Protocol: syncsign.Name, Panel: p, Pull: true})
	a, b := displaytest.Noise(p, 1), displaytest.Noise(p, 2)
	for _, step := range []struct {
		pic  displaytest.Picture
		mute bool
	}{{a, false}, {b, true}, {a, false}} {
		desk.Show(display.ID("syncsign:"+id), step.pic.Frame, time.Minute)
		n.SetMute(step.mute)
		if err := n.Fetch(t.Context()); err != nil {
			t.Fatal(err)
		}
		displaytest.CheckGlass(t, n.Glass().Image, p, step.pic.Frame.Image)
	}
	pushes := n.Glass().Pushes
	if err := n.Fetch(t.Context()); err != nil || n.Glass().Pushes != pushes {
		t.Errorf("what is known to be shown was drawn again: %v", err)
	}
}

func FuzzHub(f *testing.F) {
	f.Add(`{"code":200,"data":[{"nodeId":"00124B0000ABCDEF","model":"D42C","battery":87,"type":"DISPLAY","version":286}]}`, `{"code":200,"data":{"isRendered":true}}`)
	f.Add(`{"code":"200","data":{"nodes":[{"id":"0x00124b0000abcdef","onlined":"1","lastSeen":1e12}]}}`, `[]`)
	f.Fuzz(func(t *testing.T, list, other string) {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if strings.HasSuffix(r.URL.Path, "/nodes") {
				fmt.Fprint(w, list)
				return
			}
			fmt.Fprint(w, other)
		}))
		defer s.Close()
		d := syncsign.New(syncsign.Options{Timeouts: syncsign.Timeouts{Patience: time.Millisecond, Ask: time.Millisecond}}).WithKey("key").(display.Gateway)
		_, all, err := d.Displays(t.Context(), s.Listener.Addr().String())
		if err != nil {
			displaytest.CheckError(t, err)
			return
		}
		for _, disp := range all {
			if len(disp.ID) != len("syncsign:")+16 || disp.Percent < 0 || disp.Percent > 100 || disp.Signal > 0 || len(disp.Name) > 500 {
				t.Errorf("%+v", disp)
			}
			if disp.Panel.Validate() == nil {
				_, _ = d.Push(t.Context(), disp, displaytest.Noise(disp.Panel, 1).Frame)
			}
		}
	})
}

func FuzzPull(f *testing.F) {
	f.Add("node/00124b0000abcdef", `{"data":{"isRendered":false}}`)
	f.Add("00124b00-00ab-8000-8000-cdef00000000", `{"data":{"data":{}}}`)
	f.Fuzz(func(t *testing.T, path, body string) {
		desk := displaytest.NewDesk()
		p := display.Panel{Width: 296, Height: 128, Scheme: display.Mono}
		desk.Adopt(display.Display{ID: "syncsign:00124b0000abcdef", Protocol: syncsign.Name, Panel: p, Pull: true})
		desk.Show("syncsign:00124b0000abcdef", displaytest.Corner(p).Frame, time.Minute)
		mux := http.NewServeMux()
		syncsign.New(syncsign.Options{}).Routes(mux, desk)
		r := httptest.NewRequestWithContext(context.Background(), "POST", "/renders/x", strings.NewReader(body))
		r.URL.Path = "/renders/" + path
		mux.ServeHTTP(httptest.NewRecorder(), r)
		r.Method = http.MethodGet
		mux.ServeHTTP(httptest.NewRecorder(), r)
	})
}
