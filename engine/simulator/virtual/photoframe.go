package virtual

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// PhotoframeOptions describe one virtual display with the firmware esp32-photoframe.
type PhotoframeOptions struct {
	Model        Model  // of SchemeSpectra6 or SchemeGray16
	MAC          string // required, any notation that net.ParseMAC takes for 6 bytes
	Name         string // what its owner called it
	Board        string // default by the inks
	Addr         string // where to listen, default 127.0.0.1:0
	RefreshScale float64
	// SleepScale multiplies the ten minutes between two wakes in deep sleep.
	SleepScale float64
	DeepSleep  bool // it is off the network between two wakes
	Old        bool // firmware that knows no EPDGZ
	Millivolts int  // of its battery; 0 = on USB
}

// Photoframe is a virtual display with the firmware aitjcize/esp32-photoframe (docs/API.md,
// main/http_server.c, main/ha_integration.c, components/epaper_src): an HTTP server while it
// is awake, that refreshes before it answers; and a client, when it rotates by URL. Of the
// faults it has those of a bad connection, NackData (it can't show the picture) and
// LostRefreshed (it shows it and never says so).
type Photoframe struct {
	*web
	*glazed
	o   PhotoframeOptions
	mac net.HardwareAddr

	state  sync.Mutex
	id     string
	busy   bool
	config frameConfig
	etag   string
	woken  chan struct{}
	client *http.Client
	conn   net.Conn
	ctx    context.Context // of what it does now; ended by a power cut
	cut    context.CancelFunc
}

// frameConfig is what it keeps in flash.
type frameConfig struct {
	ImageURL     string `json:"image_url"`
	RotationMode string `json:"rotation_mode"`
	HAURL        string `json:"ha_url"`
}

var _ Device = (*Photoframe)(nil)

// NewPhotoframe makes a display that is switched on and awake.
func NewPhotoframe(o PhotoframeOptions) (*Photoframe, error) {
	if err := o.Model.check(); err != nil {
		return nil, err
	}
	if o.Model.Scheme != SchemeSpectra6 && o.Model.Scheme != SchemeGray16 {
		return nil, fmt.Errorf("model %q: want six inks or sixteen greys", o.Model.Name)
	}
	mac, err := net.ParseMAC(o.MAC)
	if err != nil || len(mac) != 6 {
		return nil, fmt.Errorf("MAC %q: want 6 bytes", o.MAC)
	}
	if o.Board == "" {
		if o.Board = "reTerminal E1002"; o.Model.Scheme == SchemeGray16 {
			o.Board = "reTerminal E1003"
		}
	}
	d := &Photoframe{glazed: newGlazed(o.Model), o: o, mac: mac, id: hex.EncodeToString(mac), woken: make(chan struct{}),
		config: frameConfig{RotationMode: "storage"}}
	d.ctx, d.cut = context.WithCancel(context.Background())
	d.client = &http.Client{Timeout: 20 * time.Second, Transport: &http.Transport{DisableKeepAlives: true, DialContext: d.dial}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/system-info", d.info)
	mux.HandleFunc("GET /api/config", d.showConfig)
	mux.HandleFunc("POST /api/config", d.setConfig)
	mux.HandleFunc("GET /api/battery", d.battery)
	mux.HandleFunc("POST /api/display-image", d.displayImage)
	d.web = newWeb(o.Addr, uint64(mac[5]), mux)
	return d, nil
}

// Name is what its owner called it.
func (d *Photoframe) Name() string { return d.o.Name }

// Serve lives its life until ctx ends.
func (d *Photoframe) Serve(ctx context.Context) error {
	ctx, stop := context.WithCancel(ctx)
	var rotating sync.WaitGroup
	defer rotating.Wait()
	defer stop()
	rotating.Go(func() { d.rotates(ctx) })
	err := d.run(ctx)
	d.state.Lock()
	d.cut()
	d.state.Unlock()
	return err
}

// rotates wakes the display from time to time, and whenever somebody presses its button.
func (d *Photoframe) rotates(ctx context.Context) {
	for ctx.Err() == nil {
		d.state.Lock()
		woken, c := d.woken, d.config
		d.state.Unlock()
		if d.Glass().Powered && (d.o.DeepSleep || c.RotationMode == "url") {
			d.live(ctx)
		}
		rest := time.Duration(float64(10*time.Minute) * d.o.SleepScale)
		if !d.o.DeepSleep && c.RotationMode != "url" {
			rest = time.Hour
		}
		timer := time.NewTimer(rest)
		select {
		case <-timer.C:
		case <-woken:
		case <-ctx.Done():
		}
		timer.Stop()
	}
}

// awake is how long it stays on the network after it woke.
const awake = 2 * time.Minute

// live wakes, tells so, fetches, stays a while and sleeps again.
func (d *Photoframe) live(ctx context.Context) {
	d.power(true)
	d.state.Lock()
	c := d.config
	d.state.Unlock()
	if c.HAURL != "" {
		_ = d.notify(ctx, c.HAURL)
	}
	if c.RotationMode == "url" {
		_ = d.Fetch(ctx)
	}
	if !d.o.DeepSleep {
		return
	}
	sleep(ctx, time.Duration(float64(awake)*d.o.SleepScale))
	d.state.Lock()
	busy := d.busy
	d.state.Unlock()
	if !busy && ctx.Err() == nil {
		d.power(false)
	}
}

// notify tells a server that it is awake (ha_integration.c).
func (d *Photoframe) notify(ctx context.Context, server string) error {
	body, err := json.Marshal(map[string]string{"device_name": d.o.Name, "device_id": d.deviceID(), "state": "online"})
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, server+"/api/esp32_photoframe/notify", strings.NewReader(string(body)))
	if err != nil {
		return err
	}
	resp, err := d.client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return errors.New(resp.Status)
	}
	return nil
}

// Wake presses its button.
func (d *Photoframe) Wake() { d.change(func() {}) }

// SetServer has it fetch from an address from now on, as its page of settings does.
func (d *Photoframe) SetServer(address string) {
	d.change(func() { d.config.ImageURL, d.config.RotationMode, d.etag = address, "url", "" })
}

// SetHook has it tell a server, "http://host:port", when it wakes.
func (d *Photoframe) SetHook(server string) { d.change(func() { d.config.HAURL = server }) }

// SetID puts another display in its place.
func (d *Photoframe) SetID(mac string) {
	d.change(func() { d.id = strings.ReplaceAll(mac, ":", "") })
}

func (d *Photoframe) deviceID() string {
	d.state.Lock()
	defer d.state.Unlock()
	return d.id
}

func (d *Photoframe) change(f func()) {
	d.state.Lock()
	defer d.state.Unlock()
	f()
	close(d.woken)
	d.woken = make(chan struct{})
}

// SetFault makes it misbehave, or behave again.
func (d *Photoframe) SetFault(f Fault) { d.web.SetFault(f) }

// SetPower switches it on or off. A refresh that is going on is lost.
func (d *Photoframe) SetPower(on bool) {
	d.change(func() {
		d.cut()
		d.ctx, d.cut = context.WithCancel(context.Background())
		d.busy = false
	})
	d.powered(on)
	d.power(on)
}

// Move gives it another port, as DHCP gives another address.
func (d *Photoframe) Move() error { return d.move("127.0.0.1:0") }

// Service is what it announces (main/mdns_service.c).
func (d *Photoframe) Service() Service {
	host := "photoframe-" + d.deviceID()[6:]
	s := Service{Instance: d.o.Name, Type: "_esp32-pframe._tcp", Domain: "local.", Host: host, TXT: map[string]string{
		"name": d.o.Name, "host": host + ".local", "board": d.o.Board, "version": "2.19.0"}}
	if _, port, err := net.SplitHostPort(d.Addr()); err == nil {
		s.Port, _ = strconv.Atoi(port) // net wrote it
	}
	return s
}

// Advertise announces it as [OpenDisplay.Advertise] does.
func (d *Photoframe) Advertise(ctx context.Context, interfaces []net.Interface, ip net.IP) error {
	return advertise(ctx, interfaces, ip, d.Service, d.reachable)
}
