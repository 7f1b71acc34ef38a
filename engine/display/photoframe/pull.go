package photoframe

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"

	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/display/pull"
)

var _ pull.Addressed = (*Driver)(nil)

const (
	picturePath = "/photoframe/"
	notifyPath  = "/api/esp32_photoframe/notify" // main/ha_integration.c
)

// Routes adds the picture that a display fetches, and the hook that it calls when it wakes.
func (d *Driver) Routes(mux *http.ServeMux, desk pull.Desk) {
	mux.HandleFunc("GET "+picturePath+"{token}", func(w http.ResponseWriter, r *http.Request) { d.serve(w, r, desk) })
	mux.HandleFunc("POST "+notifyPath, func(w http.ResponseWriter, r *http.Request) { d.notify(w, r, desk) })
}

// maxToken bounds the last part of an address.
const maxToken = 64

// serve gives the picture as PNG in pure colours, or 304 to a display that has it.
func (d *Driver) serve(w http.ResponseWriter, r *http.Request, desk pull.Desk) {
	token := strings.TrimSuffix(r.PathValue("token"), ".png")
	disp, ok := display.Display{}, false
	if len(token) <= maxToken {
		disp, ok = desk.Holder(Name, token)
	}
	if !ok {
		http.NotFound(w, r)
		return
	}
	o, ok := desk.Offer(disp.ID)
	if !ok {
		w.Header().Set("Retry-After", "60")
		http.Error(w, "This display has no room yet. Assign one in Roomink.", http.StatusServiceUnavailable)
		return
	}
	now := d.o.Now()
	host, _, _ := net.SplitHostPort(r.RemoteAddr)
	report := display.Report{ID: disp.ID, At: now, Address: host}
	tag := `"` + o.Frame.Hash[:min(32, len(o.Frame.Hash))] + `"`
	w.Header().Set("ETag", tag)
	w.Header().Set("Cache-Control", "private, no-cache")
	if r.Header.Get("If-None-Match") == tag {
		w.WriteHeader(http.StatusNotModified)
		if r.Method == http.MethodGet {
			report.Shown = o.Frame.Hash
			desk.Report(report)
		}
		return
	}
	body, err := encodePNG(o.Frame.Image, disp.Panel)
	if err != nil {
		http.Error(w, "The sign does not fit this display.", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "image/png")
	if pull.Send(w, r, body) {
		report.Shown = o.Frame.Hash
	}
	if r.Method == http.MethodGet {
		desk.Report(report)
	}
}

// note is what a display says when it wakes.
type note struct {
	Device string `json:"device_id"`
	State  string `json:"state"` // "online", "offline", "update"
}

// maxNote bounds it, in bytes.
const maxNote = 4 << 10

// notify takes the word of a display that it is awake. It proves nothing. That the display
// shall go on with its own pictures it is told not to: its glass is ours.
func (d *Driver) notify(w http.ResponseWriter, r *http.Request, desk pull.Desk) {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxNote))
	if id, ok := readNote(body); err == nil && ok {
		desk.Report(display.Report{ID: id, At: d.o.Now()})
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(w, `{"rotate":false}`)
}

// readNote gives whose note it is; ok is false for one that says no good of it.
func readNote(body []byte) (id display.ID, ok bool) {
	var n note
	if json.Unmarshal(body, &n) != nil || n.State == "offline" {
		return "", false
	}
	id, err := identity(n.Device)
	return id, err == nil
}

// Instructions say how to make a display fetch, and how to have it tell that it is awake.
func (*Driver) Instructions(base, token string, d display.Display) display.Instructions {
	address := base + picturePath + token
	host := d.Address
	if host == "" {
		host = "photoframe.local"
	}
	set := func(v any) string {
		body, err := json.Marshal(v)
		if err != nil {
			panic(err) // strings and lists of them
		}
		return fmt.Sprintf("curl -X POST -H 'Content-Type: application/json' -d '%s' http://%s/api/config\n", body, host)
	}
	return display.Instructions{URL: address, Snippets: []display.Snippet{
		{Title: "Fetch by itself", Text: "# While the display is awake: press its button first.\n" + set(map[string]any{
			"auto_rotate": true, "rotation_mode": "url", "image_url": address, "rotate_cron": []string{"*/15 7-18 1-5", "0 */2 *"},
		})},
		{Title: "Tell when it wakes", Text: "# Roomink then sends the picture. While the display is awake: press its button first.\n" + set(map[string]any{"ha_url": base})},
	}}
}
