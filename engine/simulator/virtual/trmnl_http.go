package virtual

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// trmnlSetup and trmnlDisplay are the answers as the firmware reads them
// (parse_response_api_setup.cpp, parse_response_api_display.cpp).
type trmnlSetup struct {
	Status     int    `json:"status"`
	APIKey     string `json:"api_key"`
	FriendlyID string `json:"friendly_id"`
	ImageURL   string `json:"image_url"`
	Message    string `json:"message"`
}

type trmnlDisplay struct {
	Status          int         `json:"status"`
	ImageURL        string      `json:"image_url"`
	Filename        string      `json:"filename"`
	RefreshRate     json.Number `json:"refresh_rate"`
	ResetFirmware   bool        `json:"reset_firmware"`
	UpdateFirmware  bool        `json:"update_firmware"`
	SpecialFunction string      `json:"special_function"`
}

// errNoAnswer is a connection that failed, or a status that the firmware does not take.
var errNoAnswer = errors.New("no answer")

// httpTimeout is the firmware's for connecting, and for each wait for a byte.
const httpTimeout = 15 * time.Second

// httpClient makes a connection for one request, as the firmware does. It follows no
// redirects: a server of ours sends none.
func httpClient() *http.Client {
	return &http.Client{
		Transport: &http.Transport{
			DialContext:       (&net.Dialer{Timeout: httpTimeout}).DialContext,
			DisableKeepAlives: true, DisableCompression: true, ResponseHeaderTimeout: httpTimeout,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// maxAPIReply bounds what the device reads of an answer.
const maxAPIReply = 16 << 10

func (d *TRMNL) askSetup(ctx context.Context) (reply trmnlSetup, err error) {
	path := "/api/setup"
	h := http.Header{"ID": {d.hardware()}, "FW-Version": {d.opts.Firmware}}
	if !d.knows(1, 6, 0) {
		path += "/"
	} else if d.opts.Board != "-" {
		h["Model"] = []string{d.opts.Board}
		d.sizes(h)
	}
	status, body, err := d.get(ctx, path, h)
	switch {
	case err != nil:
		return reply, err
	case status != http.StatusOK && !d.knows(1, 6, 0):
		return reply, fmt.Errorf("set-up: HTTP status %d", status)
	case status != http.StatusOK:
		return trmnlSetup{Status: status}, nil // the body is not read
	}
	return reply, json.Unmarshal(body, &reply)
}

func (d *TRMNL) askDisplay(ctx context.Context) (reply trmnlDisplay, err error) {
	d.state.Lock()
	h := http.Header{
		"ID": {d.hardware()}, "Content-Type": {"application/json"}, "Update-Source": {"timer"},
		"Access-Token": {d.key}, "Refresh-Rate": {strconv.Itoa(d.rate)},
		"Battery-Voltage": {strconv.FormatFloat(d.charge/1000, 'f', 2, 64)},
		"FW-Version":      {d.opts.Firmware}, "RSSI": {strconv.Itoa(d.opts.Signal)},
	}
	if d.knows(1, 8, 0) {
		h["Image-Cached"] = []string{strconv.FormatBool(d.cached)}
		h["USB-Connected"] = []string{"false"}
	}
	d.state.Unlock()
	if d.opts.Board != "-" {
		h["Model"] = []string{d.opts.Board}
		d.sizes(h)
	}
	status, body, err := d.get(ctx, "/api/display", h)
	switch {
	case err != nil:
		return reply, err
	case status != http.StatusOK && status != http.StatusMovedPermanently && status != http.StatusTooManyRequests:
		return reply, fmt.Errorf("%w: HTTP status %d", errNoAnswer, status)
	}
	return reply, json.Unmarshal(body, &reply)
}

func (d *TRMNL) sizes(h http.Header) {
	h["Width"], h["Height"] = []string{strconv.Itoa(d.model.Width)}, []string{strconv.Itoa(d.model.Height)}
}

func (d *TRMNL) hardware() string { return strings.ToUpper(d.mac.String()) }

// get asks the server. Header names go out as they are written.
func (d *TRMNL) get(ctx context.Context, path string, h http.Header) (status int, body []byte, err error) {
	d.state.Lock()
	server, fault := d.server, d.fault
	d.state.Unlock()
	if fault == Garbage {
		return 0, nil, d.babble(ctx, server)
	}
	ctx, cancel := context.WithTimeout(ctx, 2*httpTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, server+path, nil)
	if err != nil {
		return 0, nil, err
	}
	req.Header = h
	resp, err := httpClient().Do(req)
	if err != nil {
		return 0, nil, fmt.Errorf("%w: %w", errNoAnswer, err)
	}
	defer resp.Body.Close()
	body, err = io.ReadAll(io.LimitReader(resp.Body, maxAPIReply))
	return resp.StatusCode, body, err
}

// babble sends bytes that are no HTTP.
func (d *TRMNL) babble(ctx context.Context, server string) error {
	u, err := url.Parse(server)
	if err != nil {
		return err
	}
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", u.Host)
	if err != nil {
		return fmt.Errorf("%w: %w", errNoAnswer, err)
	}
	defer conn.Close()
	junk := make([]byte, 300)
	d.state.Lock()
	for i := range junk {
		junk[i] = byte(d.noise.Uint32())
	}
	d.state.Unlock()
	_, err = conn.Write(junk)
	return errors.Join(errNoAnswer, err)
}

// fetch downloads a picture: all of it, or the faults get in its way.
func (d *TRMNL) fetch(ctx context.Context, address string) (file []byte, kind string, err error) {
	d.state.Lock()
	server, key, fault, healed := d.server, d.key, d.fault, d.healed
	d.state.Unlock()
	ctx, cancel := context.WithTimeout(ctx, 8*httpTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, "", err
	}
	req.Header = http.Header{"Accept-Encoding": {"identity"}}
	if strings.HasPrefix(address, server) && d.knows(1, 5, 3) {
		req.Header["ID"], req.Header["Access-Token"] = []string{d.hardware()}, []string{key}
	}
	resp, err := httpClient().Do(req)
	if err != nil {
		return nil, "", err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, "", fmt.Errorf("picture: HTTP status %d", resp.StatusCode)
	}
	if resp.ContentLength > int64(d.maxImage()) {
		return nil, "", errors.New("the picture is too big")
	}
	if fault == DropMidFrame || fault == Hang {
		_, _ = io.CopyN(io.Discard, resp.Body, resp.ContentLength/2)
		if fault == Hang {
			select {
			case <-healed:
			case <-ctx.Done():
			}
		}
		return nil, "", errors.New("the download stopped midway")
	}
	file, err = io.ReadAll(io.LimitReader(resp.Body, int64(d.maxImage())+1))
	if err != nil {
		return nil, "", err
	}
	if len(file) == 0 || len(file) > d.maxImage() {
		return nil, "", fmt.Errorf("a picture of %d bytes", len(file))
	}
	d.state.Lock()
	defer d.state.Unlock()
	d.fetches++
	return file, resp.Header.Get("Content-Type"), nil
}

// maxImage is the largest picture that the board has memory for (config.h).
func (d *TRMNL) maxImage() int {
	if d.opts.Board == "x" {
		return 750_000 - 1
	}
	return 90_000 - 1
}

// note remembers an error for the log. d.state is held.
func (d *TRMNL) note(err error) {
	if len(d.notes) == 10 {
		return
	}
	n, _ := json.Marshal(map[string]any{ // strings and numbers
		"created_at": time.Now().Unix(), "id": len(d.notes) + 1, "message": err.Error(), "level": "error",
		"source_path": "src/bl.cpp", "source_line": 1, "wifi_signal": d.opts.Signal, "wifi_status": "connected",
		"refresh_rate": d.rate, "firmware_version": d.opts.Firmware, "battery_voltage": d.charge / 1000,
		"special_function": "none", "wake_reason": "timer", "retry": d.retries,
	})
	d.notes = append(d.notes, string(n))
}

// sendLog sends what was noted, and forgets it once it is thanked.
func (d *TRMNL) sendLog(ctx context.Context) {
	d.state.Lock()
	notes, server, key := d.notes, d.server, d.key
	d.state.Unlock()
	if len(notes) == 0 {
		return
	}
	body := []byte(`{"logs":[` + strings.Join(notes, ",") + `]}`)
	ctx, cancel := context.WithTimeout(ctx, 2*httpTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, server+"/api/log", bytes.NewReader(body))
	if err != nil {
		return
	}
	req.Header = http.Header{"ID": {d.hardware()}, "Accept": {"application/json, */*"},
		"Access-Token": {key}, "Content-Type": {"application/json"}}
	resp, err := httpClient().Do(req)
	if err != nil {
		return
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK && resp.StatusCode != http.StatusNoContent {
		return
	}
	d.state.Lock()
	defer d.state.Unlock()
	d.notes = d.notes[len(notes):]
}
