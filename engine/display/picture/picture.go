// Package picture serves whatever can fetch a picture from an address: ESPHome's
// online_image, an Inkplate, a Kindle, Frans-Willem/epd-photoframe, a browser. [Protocol]
// implements pull.Addressed.
//
// Each display has an address of its own with a secret in it, which a person pastes into
// the device:
//
//	GET /picture/<token>.png   PNG of as few bits as the inks need
//	GET /picture/<token>.bmp   1 bit for black and white, else 24 bits
//	GET /picture/<token>.jpg   baseline JPEG
//	GET /picture/<token>       a page for a browser, which shows the picture and keeps it new
//
// A picture has the size of the panel, as it hangs, in pure colours: black, white, FF0000
// and so on, which devices match to their inks exactly. It comes with an ETag, with
// "Refresh: seconds" (when to fetch again: epd-photoframe sleeps by it, and browsers obey
// it) and with cache headers that say the same.
//
// # When a sign is shown
//
// As with all displays that fetch: a picture counts as shown when the device took all of
// it, or said by If-None-Match that it has it. What it did with it nobody can know. A
// display that nothing was ever assigned to gets 503 and keeps what it shows.
//
// # In the clear
//
// All of it, the secret too: with it others can see this sign, and no other. The page is
// made without scripts, is not to be put into another page, and tells no address onwards.
//
// Where to look: picture.go has the pages, encode.go the files, snippets.go what a person
// pastes.
package picture

import (
	"fmt"
	"html/template"
	"math"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/display/pull"
)

// Name is the protocol's name, as in display.Display.Protocol.
const Name = "picture"

// path is where the pictures are.
const path = "/picture/"

// Options configure a [Protocol]. The zero value is ready to use.
type Options struct {
	Now func() time.Time // default time.Now
}

// Protocol serves pictures. It is safe for concurrent use and holds nothing.
type Protocol struct{ now func() time.Time }

var _ pull.Addressed = (*Protocol)(nil)

// New makes the protocol.
func New(o Options) *Protocol {
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Protocol{now: o.Now}
}

// Protocol is [Name].
func (*Protocol) Protocol() string { return Name }

// Routes adds the pictures and the page for browsers.
func (p *Protocol) Routes(mux *http.ServeMux, desk pull.Desk) {
	mux.HandleFunc("GET "+path+"{file}", func(w http.ResponseWriter, r *http.Request) { p.serve(w, r, desk) })
}

// maxFile bounds the name of a file: a token and an ending.
const maxFile = 64

func (p *Protocol) serve(w http.ResponseWriter, r *http.Request, desk pull.Desk) {
	file := r.PathValue("file")
	if len(file) > maxFile {
		http.NotFound(w, r)
		return
	}
	token, ext, dotted := strings.Cut(file, ".")
	kind, known := kinds[ext]
	d, ok := desk.Holder(Name, token)
	if !ok || dotted && !known {
		http.NotFound(w, r)
		return
	}
	o, ok := desk.Offer(d.ID)
	if !ok {
		w.Header().Set("Retry-After", "60")
		w.Header().Set("Refresh", "60")
		http.Error(w, "This display has no room yet. Assign one in Roomink.", http.StatusServiceUnavailable)
		return
	}
	seconds := int(o.Sleep / time.Second)
	h := w.Header()
	h.Set("Refresh", strconv.Itoa(seconds))
	if !dotted {
		page(w, r, d, token, seconds)
		return
	}
	tag := `"` + o.Frame.Hash[:min(32, len(o.Frame.Hash))] + "-" + ext + `"`
	h.Set("ETag", tag)
	h.Set("Cache-Control", "private, max-age="+strconv.Itoa(seconds))
	h.Set("Expires", p.now().Add(o.Sleep).UTC().Format(http.TimeFormat))
	report := p.report(r, d, o)
	if has(r.Header.Values("If-None-Match"), tag) {
		w.WriteHeader(http.StatusNotModified)
		if r.Method == http.MethodGet {
			report.Shown = o.Frame.Hash
		}
		desk.Report(report)
		return
	}
	body, err := kind.encode(o.Frame.Image, d.Panel)
	if err != nil {
		http.Error(w, "The sign does not fit this display.", http.StatusInternalServerError)
		return
	}
	h.Set("Content-Type", kind.mime)
	if pull.Send(w, r, body) {
		report.Shown = o.Frame.Hash
	}
	if r.Method == http.MethodGet {
		desk.Report(report)
	}
}

// has reports whether one of the tags that a client holds is this one.
func has(values []string, tag string) bool {
	for _, v := range values {
		for t := range strings.SplitSeq(v, ",") {
			if t = strings.TrimPrefix(strings.TrimSpace(t), "W/"); t == tag {
				return true
			}
		}
	}
	return false
}

// report is what a request says of the device.
func (p *Protocol) report(r *http.Request, d display.Display, o pull.Offer) display.Report {
	now := p.now()
	host, _, _ := net.SplitHostPort(r.RemoteAddr)
	return display.Report{ID: d.ID, At: now, Address: host, Telemetry: telemetry(r.URL.Query(), now), Due: now.Add(o.Sleep)}
}

// telemetry is what a device adds to its address: battery in millivolts or volts, percent,
// rssi in dBm, temperature in °C. Anything else is passed over.
func telemetry(q url.Values, at time.Time) display.Telemetry {
	number := func(names ...string) float64 {
		for _, name := range names {
			if v, err := strconv.ParseFloat(q.Get(name), 64); err == nil && !math.IsNaN(v) {
				return v
			}
		}
		return math.NaN()
	}
	t := display.Telemetry{}
	if v := number("battery", "battery_voltage", "voltage"); v >= 0.5 && v <= 20000 {
		if v < 100 {
			v *= 1000
		}
		t.Battery = int(math.Round(v))
	}
	if v := number("percent", "battery_percent"); v >= 1 && v <= 100 {
		t.Percent = int(v)
	}
	if v := number("rssi", "signal"); v >= -127 && v <= -1 {
		t.Signal = int(v)
	}
	if v := number("temperature"); v >= -60 && v <= 120 {
		t.Temperature = v
	}
	if t != (display.Telemetry{}) {
		t.At = at
	}
	return t
}

// page is what a browser shows. The picture is asked for with the page's own rhythm, so
// the address gets a number that changes.
func page(w http.ResponseWriter, r *http.Request, d display.Display, token string, seconds int) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'")
	b := d.Panel.Bounds()
	if d.Panel.Rotation != 0 { // the file is as the panel is, and the page as the person sees it
		b.Max.X, b.Max.Y = d.Panel.Width, d.Panel.Height
	}
	if r.Method == http.MethodHead {
		return
	}
	_ = pageTemplate.Execute(w, map[string]any{"Name": d.Name, "Token": token, "Seconds": seconds, "Width": b.Max.X, "Height": b.Max.Y})
}

var pageTemplate = template.Must(template.New("page").Parse(`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta name="robots" content="noindex"><meta http-equiv="refresh" content="{{.Seconds}}"><title>{{.Name}}</title>
<style>html,body{margin:0;height:100%;background:#fff}body{display:grid;place-items:center}img{max-width:100%;max-height:100vh;image-rendering:pixelated}</style>
</head><body><img src="{{.Token}}.png" width="{{.Width}}" height="{{.Height}}" alt="The sign of {{.Name}}"></body></html>
`))

// Instructions give the address, and pieces of configuration that hold it.
func (*Protocol) Instructions(base, token string, d display.Display) display.Instructions {
	address := fmt.Sprintf("%s%s%s", base, path, token)
	return display.Instructions{URL: address + ".png", Snippets: snippets(address, d.Panel)}
}
