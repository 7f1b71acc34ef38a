package picture_test

import (
	"bytes"
	"context"
	"image"
	"image/color"
	_ "image/jpeg"
	"image/png"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/image/bmp"

	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/display/displaytest"
	"github.com/roomink/roomink/engine/display/picture"
	"github.com/roomink/roomink/engine/display/pull"
	"github.com/roomink/roomink/engine/simulator/virtual"
)

var schemes = map[display.Scheme]virtual.Scheme{
	display.Mono: virtual.SchemeMono, display.BWR: virtual.SchemeBWR, display.BWY: virtual.SchemeBWY,
	display.BWRY: virtual.SchemeBWRY, display.Spectra6: virtual.SchemeSpectra6, display.Gray16: virtual.SchemeGray16,
	display.Gray4: virtual.SchemeGray4, display.ACeP7: virtual.SchemeACeP7,
}

func allPanels() (list []display.Panel) {
	for _, s := range display.Schemes() {
		list = append(list, display.Panel{Width: 121, Height: 60, Scheme: s})
	}
	return append(list, display.Panel{Width: 296, Height: 128, Scheme: display.Mono, Rotation: 270})
}

func conformance(t *testing.T, ext string) {
	displaytest.RunPull(t, displaytest.PullHarness{
		Protocol: func() pull.Protocol { return picture.New(picture.Options{}) },
		Start: func(t *testing.T, address string, p display.Panel) *displaytest.PullDevice {
			d, err := virtual.NewPictureFrame(virtual.PictureFrameOptions{Label: "Frame", URL: strings.TrimSuffix(address, ".png") + ext, Millivolts: 3987,
				Model: virtual.Model{Name: "Panel", Width: p.Width, Height: p.Height, Rotation: p.Rotation, Scheme: schemes[p.Scheme]}})
			if err != nil {
				t.Fatal(err)
			}
			return &displaytest.PullDevice{
				Wake: d.Fetch, Sleep: d.Slept, Reboot: d.Reboot,
				Glass: func() *image.Paletted { return d.Glass().Image }, Refreshes: func() int { return d.Glass().Pushes },
				SetServer: func(s string) { d.SetServer(strings.TrimSuffix(s, ".png") + ext) },
				SetFault: func(f displaytest.Fault) {
					d.SetFault(map[displaytest.Fault]virtual.Fault{displaytest.DropMidFrame: virtual.DropMidFrame, displaytest.Hang: virtual.Hang}[f])
				},
				Telemetry: display.Telemetry{Battery: 3987, Signal: -61},
			}
		},
		Panels: allPanels(),
		Faults: []displaytest.Fault{displaytest.DropMidFrame},
	})
}

func TestConformancePNG(t *testing.T)  { t.Parallel(); conformance(t, ".png") }
func TestConformanceBMP(t *testing.T)  { t.Parallel(); conformance(t, ".bmp") }
func TestConformanceJPEG(t *testing.T) { t.Parallel(); conformance(t, ".jpg") }

// door is a server with one adopted display that has a sign.
type door struct {
	t     *testing.T
	desk  *displaytest.Desk
	id    display.ID
	base  string
	token string
	frame display.Frame
}

func newDoor(t *testing.T, p display.Panel, m *image.Paletted) *door {
	t.Helper()
	d := &door{t: t, desk: displaytest.NewDesk(), id: "picture:1", frame: display.Frame{Image: m, Hash: "0123456789abcdef0123456789abcdef0123"}}
	d.token = d.desk.Adopt(display.Display{ID: d.id, Protocol: picture.Name, Name: "Door <1>", Panel: p, Pull: true})
	if m != nil {
		d.desk.Show(d.id, d.frame, 7*time.Minute)
	}
	mux := http.NewServeMux()
	picture.New(picture.Options{Now: func() time.Time { return time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC) }}).Routes(mux, d.desk)
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	d.base = s.URL + "/picture/"
	return d
}

func (d *door) get(method, file string, headers ...string) (*http.Response, []byte) {
	d.t.Helper()
	req, err := http.NewRequestWithContext(d.t.Context(), method, d.base+file, nil)
	if err != nil {
		d.t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		d.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		d.t.Fatal(err)
	}
	return resp, body
}

// by hand: 10×3 pixels.
func tenByThree(s display.Scheme, pix ...uint8) (display.Panel, *image.Paletted) {
	p := display.Panel{Width: 10, Height: 3, Scheme: s}
	m := image.NewPaletted(p.Bounds(), s.Palette())
	copy(m.Pix, pix)
	return p, m
}

// The file of a black and white 10×3 picture, byte by byte: a head of 62 bytes, then three
// rows of four bytes, the last row first.
func TestBMPBytes(t *testing.T) {
	p, m := tenByThree(display.Mono,
		0, 1, 1, 1, 1, 1, 1, 1, 1, 1, // 01111111 11......
		1, 0, 1, 1, 1, 1, 1, 1, 1, 0, // 10111111 10......
		0, 0, 0, 0, 0, 0, 0, 0, 1, 0) // 00000000 10......
	d := newDoor(t, p, m)
	resp, got := d.get("GET", d.token+".bmp")
	want := []byte{
		'B', 'M', 74, 0, 0, 0, 0, 0, 0, 0, 62, 0, 0, 0,
		40, 0, 0, 0, 10, 0, 0, 0, 3, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 12, 0, 0, 0, 0x13, 0x0b, 0, 0, 0x13, 0x0b, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0,
		0, 0, 0, 0, 255, 255, 255, 0,
		0x00, 0x80, 0, 0,
		0xbf, 0x80, 0, 0,
		0x7f, 0xc0, 0, 0,
	}
	if !bytes.Equal(got, want) || resp.Header.Get("Content-Type") != "image/bmp" {
		t.Errorf("got % x,\nwant % x (%s)", got, want, resp.Header.Get("Content-Type"))
	}
}

// All other kinds are decoded by libraries; each ink must come as the pure colour that
// devices match.
func TestPureColours(t *testing.T) {
	rgb := func(hex ...uint32) (p []color.RGBA) {
		for _, h := range hex {
			p = append(p, color.RGBA{uint8(h >> 16), uint8(h >> 8), uint8(h), 255})
		}
		return p
	}
	for scheme, want := range map[display.Scheme][]color.RGBA{
		display.Mono:     rgb(0x000000, 0xffffff),
		display.BWR:      rgb(0x000000, 0xffffff, 0xff0000),
		display.BWY:      rgb(0x000000, 0xffffff, 0xffff00),
		display.BWRY:     rgb(0x000000, 0xffffff, 0xffff00, 0xff0000),
		display.Gray4:    rgb(0x000000, 0xffffff, 0x555555, 0xaaaaaa),
		display.Spectra6: rgb(0x000000, 0xffffff, 0xffff00, 0xff0000, 0x0000ff, 0x00ff00),
		display.ACeP7:    rgb(0x000000, 0xffffff, 0xffff00, 0xff0000, 0x0000ff, 0x00ff00, 0xff8000),
	} {
		t.Run(string(scheme), func(t *testing.T) {
			var pix []uint8
			for i := range 30 {
				pix = append(pix, uint8(i%len(want)))
			}
			p, m := tenByThree(scheme, pix...)
			d := newDoor(t, p, m)
			_, file := d.get("GET", d.token+".png")
			asPNG, err := png.Decode(bytes.NewReader(file))
			if err != nil {
				t.Fatal(err)
			}
			if bits := map[bool]byte{len(want) <= 2: 1, len(want) > 2 && len(want) <= 4: 2, len(want) > 4: 4}[true]; file[24] != bits {
				t.Errorf("the PNG has %d bits a pixel, want %d", file[24], bits)
			}
			_, file = d.get("GET", d.token+".bmp")
			asBMP, err := bmp.Decode(bytes.NewReader(file))
			if scheme == display.Mono {
				asBMP = asPNG // TestBMPBytes has it
			} else if err != nil {
				t.Fatal(err)
			}
			for i := range 30 {
				for _, pic := range []image.Image{asPNG, asBMP} {
					if got := color.RGBAModel.Convert(pic.At(i%10, i/10)); got != want[i%len(want)] {
						t.Fatalf("pixel %d is %v, want %v", i, got, want[i%len(want)])
					}
				}
			}
		})
	}
}

func TestHeaders(t *testing.T) {
	p, m := tenByThree(display.Mono)
	d := newDoor(t, p, m)
	resp, _ := d.get("GET", d.token+".png?battery=3.91&rssi=-60&percent=300&temperature=nan")
	h := resp.Header
	if h.Get("Refresh") != "420" || h.Get("Cache-Control") != "private, max-age=420" || h.Get("Expires") != "Thu, 26 Nov 2026 09:07:00 GMT" || h.Get("ETag") == "" {
		t.Errorf("headers %v", h)
	}
	d.desk.Until(t, "report that the picture was taken", func() bool { return d.desk.Shown(d.id, d.frame.Hash) == 1 })
	if r := d.desk.Reports(d.id)[0]; r.Telemetry.Battery != 3910 || r.Telemetry.Signal != -60 || r.Telemetry.Percent != 0 || !r.Due.Equal(r.At.Add(7*time.Minute)) {
		t.Errorf("report %+v", r)
	}
	resp, body := d.get("GET", d.token+".png", "If-None-Match", `"other", W/`+h.Get("ETag"))
	if resp.StatusCode != http.StatusNotModified || len(body) != 0 || d.desk.Shown(d.id, d.frame.Hash) != 2 {
		t.Errorf("status %d; want that it was not modified, and that the display has it", resp.StatusCode)
	}
	if resp, _ := d.get("GET", d.token+".bmp", "If-None-Match", h.Get("ETag")); resp.StatusCode != http.StatusOK {
		t.Errorf("another kind of file: status %d", resp.StatusCode)
	}
	d.desk.Until(t, "report of the other kind of file", func() bool { return d.desk.Shown(d.id, d.frame.Hash) == 3 })
	reports := len(d.desk.Reports(d.id))
	if resp, body := d.get("HEAD", d.token+".png"); resp.StatusCode != http.StatusOK || len(body) != 0 || resp.ContentLength <= 0 {
		t.Errorf("HEAD: status %d, length %d", resp.StatusCode, resp.ContentLength)
	}
	if len(d.desk.Reports(d.id)) != reports {
		t.Error("HEAD was taken for a display")
	}
}

func TestPage(t *testing.T) {
	p, m := tenByThree(display.Mono)
	d := newDoor(t, p, m)
	resp, body := d.get("GET", d.token)
	text := string(body)
	for _, want := range []string{`src="` + d.token + `.png"`, `content="420"`, "Door &lt;1&gt;"} {
		if !strings.Contains(text, want) {
			t.Errorf("the page lacks %q:\n%s", want, text)
		}
	}
	if !strings.Contains(resp.Header.Get("Content-Security-Policy"), "default-src 'none'") || strings.Contains(text, "script") {
		t.Errorf("headers %v", resp.Header)
	}
	if len(d.desk.Reports(d.id)) != 0 {
		t.Error("the page was taken for the picture")
	}
}

func TestStrangers(t *testing.T) {
	p, m := tenByThree(display.Mono)
	d := newDoor(t, p, m)
	_, nowhere := d.get("GET", "x")
	for _, file := range []string{"", d.token + ".gif", d.token + ".", "WRONG.png", d.token[1:] + ".png", strings.Repeat("A", 500) + ".png", "..%2f.png"} {
		resp, body := d.get("GET", file)
		if resp.StatusCode != http.StatusNotFound || !bytes.Equal(body, nowhere) {
			t.Errorf("%q: status %d, %q", file, resp.StatusCode, body)
		}
	}
	empty := newDoor(t, p, nil)
	if resp, _ := empty.get("GET", empty.token+".png"); resp.StatusCode != http.StatusServiceUnavailable || resp.Header.Get("Retry-After") == "" {
		t.Errorf("nothing to show: status %d", resp.StatusCode)
	}
}

func TestInstructions(t *testing.T) {
	in := picture.New(picture.Options{}).Instructions("http://192.0.2.5:8480", "TOKEN", display.Display{Panel: display.Panel{Width: 400, Height: 300, Scheme: display.Mono}})
	if in.URL != "http://192.0.2.5:8480/picture/TOKEN.png" {
		t.Errorf("address %q", in.URL)
	}
	var titles []string
	for _, s := range in.Snippets {
		titles = append(titles, s.Title)
		if !strings.Contains(s.Text, "http://192.0.2.5:8480/picture/TOKEN") || strings.Contains(s.Text, "%!") {
			t.Errorf("%s:\n%s", s.Title, s.Text)
		}
	}
	if !slices.Equal(titles, []string{"Browser", "ESPHome", "Inkplate", "Kindle"}) {
		t.Errorf("snippets for %q", titles)
	}
	if text := in.Snippets[1].Text; !strings.Contains(text, "type: BINARY") || !strings.Contains(text, "400 × 300") || strings.Contains(text, "\t") {
		t.Errorf("ESPHome:\n%s", text)
	} else if !strings.Contains(text, "return !cached;") || !strings.Contains(text, "id(roomink_sign), COLOR_OFF, COLOR_ON);") {
		t.Errorf("ESPHome refreshes for nothing, or in negative:\n%s", text)
	}
	colour := picture.New(picture.Options{}).Instructions("http://192.0.2.5:8480", "TOKEN", display.Display{Panel: display.Panel{Width: 400, Height: 300, Scheme: display.BWR}})
	if text := colour.Snippets[1].Text; !strings.Contains(text, "type: RGB565") || !strings.Contains(text, "id(roomink_sign));") {
		t.Errorf("ESPHome, in colour:\n%s", text)
	}
}

func FuzzRequest(f *testing.F) {
	f.Add("TOKEN.png", `"a"`, "battery=3.9&rssi=-60")
	f.Fuzz(func(t *testing.T, file, tag, query string) {
		desk := displaytest.NewDesk()
		p, m := tenByThree(display.BWR)
		desk.Show("picture:1", display.Frame{}, time.Minute)
		token := desk.Adopt(display.Display{ID: "picture:1", Protocol: picture.Name, Panel: p, Pull: true})
		desk.Show("picture:1", display.Frame{Image: m, Hash: "h"}, time.Minute)
		mux := http.NewServeMux()
		picture.New(picture.Options{}).Routes(mux, desk)
		r := httptest.NewRequestWithContext(context.Background(), "GET", "/picture/x", nil)
		r.URL.Path, r.URL.RawQuery = "/picture/"+strings.Replace(file, "TOKEN", token, 1), query
		r.Header.Set("If-None-Match", tag)
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, r)
		for _, r := range desk.Reports("picture:1") {
			if tl := r.Telemetry; tl.Battery < 0 || tl.Battery > 20000 || tl.Percent < 0 || tl.Percent > 100 || tl.Signal > 0 {
				t.Errorf("%+v", r)
			}
		}
	})
}
