package virtual

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"mime"
	"net"
	"net/http"
	"time"
)

func (d *Photoframe) info(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, map[string]any{
		"device_name": d.o.Name, "device_id": d.deviceID(), "board_name": d.o.Board, "version": "2.19.0", "project_name": "esp32-photoframe",
		"width": d.model.Width, "height": d.model.Height, "has_sdcard": true,
	})
}

func writeJSON(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v) // a client that went away
}

func (d *Photoframe) showConfig(w http.ResponseWriter, _ *http.Request) {
	d.state.Lock()
	c := d.config
	d.state.Unlock()
	writeJSON(w, map[string]any{
		"device_name": d.o.Name, "display_orientation": "landscape", "display_rotation_deg": 0, "deep_sleep_enabled": d.o.DeepSleep,
		"rotation_mode": c.RotationMode, "image_url": c.ImageURL, "ha_url": c.HAURL,
	})
}

func (d *Photoframe) setConfig(w http.ResponseWriter, r *http.Request) {
	var failed error
	d.change(func() { failed = json.NewDecoder(io.LimitReader(r.Body, 16<<10)).Decode(&d.config) })
	if failed != nil {
		http.Error(w, "Invalid JSON", http.StatusBadRequest)
		return
	}
	writeJSON(w, map[string]string{"status": "success"})
}

func (d *Photoframe) battery(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, map[string]any{"battery_level": 76, "battery_voltage": d.o.Millivolts, "charging": false,
		"usb_connected": d.o.Millivolts == 0, "battery_connected": d.o.Millivolts > 0})
}

// mostUpload is the largest body that it takes (http_server.c).
const mostUpload = 5 << 20

func (d *Photoframe) displayImage(w http.ResponseWriter, r *http.Request) {
	body, form, err := picked(r)
	fault := d.currentFault()
	switch {
	case err != nil || len(body) == 0:
		http.Error(w, "Empty request body", http.StatusBadRequest)
		return
	case len(body) > mostUpload:
		http.Error(w, fmt.Sprintf("File too large: %d KB (max: 5120 KB)", len(body)>>10), http.StatusBadRequest)
		return
	}
	d.state.Lock()
	if d.busy {
		d.state.Unlock()
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = io.WriteString(w, `{"status":"busy","message":"Display is currently updating, please wait"}`)
		return
	}
	d.busy = true
	ctx := d.ctx
	d.state.Unlock()
	defer func() {
		d.state.Lock()
		defer d.state.Unlock()
		if d.ctx == ctx {
			d.busy = false
		}
	}()
	frame, err := d.decode(body, form)
	switch {
	case errors.Is(err, errFormat):
		http.Error(w, "Unsupported image format", http.StatusBadRequest)
		return
	case err != nil || fault == NackData:
		http.Error(w, "Failed to display image", http.StatusInternalServerError)
		return
	}
	if !d.refresh(ctx, frame, time.Duration(float64(d.model.FullRefresh)*d.o.RefreshScale)) {
		panic(http.ErrAbortHandler) // its power was cut
	}
	if fault == LostRefreshed {
		d.lose(r.Context(), ctx)
	}
	writeJSON(w, map[string]string{"status": "success", "message": "Image displayed successfully"})
}

// picked reads the picture of an upload: a bare body, or a file of a form.
func picked(r *http.Request) (body []byte, form bool, err error) {
	if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind != "multipart/form-data" {
		body, err = io.ReadAll(io.LimitReader(r.Body, mostUpload+1))
		return body, false, err
	}
	parts, err := r.MultipartReader()
	if err != nil {
		return nil, true, err
	}
	for {
		part, err := parts.NextPart()
		if err != nil {
			return nil, true, err
		}
		if part.FormName() == "image" {
			body, err = io.ReadAll(io.LimitReader(part, mostUpload+1))
			return body, true, err
		}
	}
}

// lose waits until the client gives up, or the power goes, or the fault is mended.
func (d *Photoframe) lose(client, power context.Context) {
	d.web.mu.Lock()
	healed := d.healed
	d.web.mu.Unlock()
	select {
	case <-client.Done():
	case <-power.Done():
	case <-healed:
	}
	panic(http.ErrAbortHandler)
}

var errFormat = errors.New("no image that it knows")

// decode makes a packed frame of a file, by its first bytes. EPDGZ is known in forms only
// (http_server.c).
func (d *Photoframe) decode(file []byte, form bool) ([]byte, error) {
	switch {
	case bytes.HasPrefix(file, []byte{0x1f, 0x8b}) && form && !d.o.Old:
		return d.decodeEPDGZ(file)
	case bytes.HasPrefix(file, []byte("\x89PNG")):
		m, err := png.Decode(bytes.NewReader(file))
		if err != nil {
			return nil, err
		}
		return d.decodePNG(m)
	default:
		return nil, errFormat
	}
}

// decodeEPDGZ takes two pixels a byte in one stream, without padding at the ends of rows.
// What unpacks to anything but the panel's size is refused.
func (d *Photoframe) decodeEPDGZ(file []byte) ([]byte, error) {
	z, err := gzip.NewReader(bytes.NewReader(file))
	if err != nil {
		return nil, err
	}
	m := d.model
	need := (m.Width*m.Height + 1) / 2
	raw, err := io.ReadAll(io.LimitReader(z, int64(need)+1))
	if err != nil || len(raw) != need {
		return nil, fmt.Errorf("%d bytes, want %d (%w)", len(raw), need, err)
	}
	row := m.rowBytes()
	out := make([]byte, m.frameBytes())
	for i := range m.Width * m.Height {
		code := raw[i/2] >> (4 - 4*(i%2)) & 15
		x, y := i%m.Width, i/m.Width
		out[y*row+x/2] |= code << (4 - 4*(x%2))
	}
	return out, nil
}

// decodePNG matches the six inks exactly; any other colour is white (GUI_PNGfile.c).
func (d *Photoframe) decodePNG(pic image.Image) ([]byte, error) {
	m := d.model
	if pic.Bounds().Dx() != m.Width || pic.Bounds().Dy() != m.Height {
		return nil, fmt.Errorf("a picture of %v", pic.Bounds())
	}
	palette := m.Palette()
	return m.pack(func(x, y int) uint8 {
		c := color.RGBAModel.Convert(pic.At(pic.Bounds().Min.X+x, pic.Bounds().Min.Y+y)).(color.RGBA)
		for i, ink := range palette {
			if ink == c {
				return uint8(i)
			}
		}
		return indexWhite
	}), nil
}

func (d *Photoframe) dial(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := new(net.Dialer).DialContext(ctx, network, address)
	d.state.Lock()
	defer d.state.Unlock()
	d.conn = conn
	return conn, err
}

// Fetch gets the picture from its address, as it does when it rotates by URL.
func (d *Photoframe) Fetch(ctx context.Context) error {
	d.state.Lock()
	address, etag := d.config.ImageURL, d.etag
	d.state.Unlock()
	fault := d.currentFault()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	req.Header.Set("X-Display-Width", fmt.Sprint(d.model.Width))
	req.Header.Set("X-Display-Height", fmt.Sprint(d.model.Height))
	req.Header.Set("X-Display-Orientation", "landscape")
	req.Header.Set("X-Firmware-Version", "2.19.0")
	if etag != "" {
		req.Header.Set("If-None-Match", etag)
	}
	resp, err := d.client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	switch resp.StatusCode {
	case http.StatusNotModified:
		return nil
	case http.StatusOK:
	default:
		return fmt.Errorf("the server answers %s", resp.Status)
	}
	if fault == DropMidFrame {
		_, _ = io.CopyN(io.Discard, resp.Body, max(1, resp.ContentLength/2))
		d.state.Lock()
		defer d.state.Unlock()
		if tcp, ok := d.conn.(*net.TCPConn); ok {
			_ = tcp.SetLinger(0)
			_ = tcp.Close()
		}
		return errors.New("it went away in the middle")
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, mostUpload))
	if err != nil {
		return err
	}
	frame, err := d.decode(body, false)
	if err != nil {
		return err
	}
	if !d.refresh(ctx, frame, time.Duration(float64(d.model.FullRefresh)*d.o.RefreshScale)) {
		return errors.New("the refresh was cut off")
	}
	d.state.Lock()
	defer d.state.Unlock()
	d.etag = resp.Header.Get("ETag")
	return nil
}
