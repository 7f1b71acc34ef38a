package virtual

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	_ "image/jpeg" // formats that a device may be given
	_ "image/png"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"time"

	_ "golang.org/x/image/bmp"
)

// PictureFrameOptions describe one device that fetches a picture.
type PictureFrameOptions struct {
	Model Model
	Label string // what its owner called it
	// URL is where it fetches from; "" = not yet, see SetServer.
	URL string
	// SleepScale multiplies every sleep: 1 is as slow as it is told to be. RefreshScale
	// multiplies every refresh time: 0 is instant.
	SleepScale, RefreshScale float64
	Millivolts               int // of its battery, told in the address; 0 = on mains
}

// PictureFrame is a device that knows no more than to fetch a picture from an address, as
// ESPHome's online_image and Frans-Willem/epd-photoframe do: it keeps the ETag, obeys
// Refresh, and matches colours to its inks. Of the faults it has Hang (stops in the middle
// and keeps the connection), DropMidFrame (goes away there) and Garbage (sends no HTTP).
type PictureFrame struct {
	*glazed
	o      PictureFrameOptions
	client *http.Client

	state  sync.Mutex
	fault  Fault
	healed chan struct{}
	woken  chan struct{}
	server string
	etag   string
	slept  time.Duration
	conn   net.Conn // the last one
}

var _ Device = (*PictureFrame)(nil)

// NewPictureFrame makes a device that does nothing until Serve.
func NewPictureFrame(o PictureFrameOptions) (*PictureFrame, error) {
	if err := o.Model.check(); err != nil {
		return nil, err
	}
	d := &PictureFrame{glazed: newGlazed(o.Model), o: o, server: o.URL, healed: make(chan struct{}), woken: make(chan struct{})}
	d.client = &http.Client{Timeout: 20 * time.Second, Transport: &http.Transport{DisableKeepAlives: true, DialContext: d.dial}}
	return d, nil
}

func (d *PictureFrame) dial(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := new(net.Dialer).DialContext(ctx, network, address)
	d.state.Lock()
	defer d.state.Unlock()
	d.conn = conn
	return conn, err
}

// vanish ends the connection as a power cut does: whatever was on its way is refused.
func (d *PictureFrame) vanish() {
	d.state.Lock()
	defer d.state.Unlock()
	if tcp, ok := d.conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
		_ = tcp.Close()
	}
}

// Name is what its owner called it.
func (d *PictureFrame) Name() string { return d.o.Label }

// SetServer types in the address of its picture.
func (d *PictureFrame) SetServer(address string) {
	d.change(func() { d.server, d.etag = address, "" })
}

// Wake makes it fetch at once.
func (d *PictureFrame) Wake() { d.change(func() {}) }

// Reboot makes it forget what it holds in memory.
func (d *PictureFrame) Reboot() { d.change(func() { d.etag = "" }) }

// SetPower switches it on or off.
func (d *PictureFrame) SetPower(on bool) {
	d.powered(on)
	d.change(func() { d.etag = "" })
}

// SetFault makes it misbehave, or behave again.
func (d *PictureFrame) SetFault(f Fault) {
	d.change(func() {
		d.fault = f
		close(d.healed)
		d.healed = make(chan struct{})
	})
}

// Slept is how long it was last told to sleep.
func (d *PictureFrame) Slept() time.Duration {
	d.state.Lock()
	defer d.state.Unlock()
	return d.slept
}

func (d *PictureFrame) change(f func()) {
	d.state.Lock()
	defer d.state.Unlock()
	f()
	close(d.woken)
	d.woken = make(chan struct{})
}

// retry is how long it waits after a failure.
const retry = 30 * time.Second

// Serve fetches and sleeps until ctx ends.
func (d *PictureFrame) Serve(ctx context.Context) error {
	for ctx.Err() == nil {
		d.state.Lock()
		woken, ready := d.woken, d.server != ""
		d.state.Unlock()
		rest := time.Duration(1<<63 - 1)
		if ready && d.Glass().Powered {
			rest = retry
			if d.Fetch(ctx) == nil {
				rest = d.Slept()
			}
			rest = time.Duration(float64(rest) * d.o.SleepScale)
		}
		timer := time.NewTimer(rest)
		select {
		case <-timer.C:
		case <-woken:
		case <-ctx.Done():
		}
		timer.Stop()
	}
	return nil
}

// Fetch fetches once and draws what is new.
func (d *PictureFrame) Fetch(ctx context.Context) error {
	d.state.Lock()
	address, etag, fault, healed := d.server, d.etag, d.fault, d.healed
	d.state.Unlock()
	at, err := url.Parse(address)
	if err != nil {
		return err
	}
	if d.o.Millivolts > 0 {
		at.RawQuery = url.Values{"battery": {strconv.Itoa(d.o.Millivolts)}, "rssi": {"-61"}}.Encode()
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, at.String(), nil)
	if err != nil {
		return err
	}
	if etag != "" {
		req.Header.Set("If-None-Match", etag)
	}
	resp, err := d.client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if seconds, err := strconv.Atoi(resp.Header.Get("Refresh")); err == nil {
		d.state.Lock()
		d.slept = time.Duration(seconds) * time.Second
		d.state.Unlock()
	}
	switch resp.StatusCode {
	case http.StatusNotModified:
		return nil
	case http.StatusOK:
	default:
		return fmt.Errorf("the server answers %s", resp.Status)
	}
	if fault == Hang || fault == DropMidFrame {
		_, _ = io.CopyN(io.Discard, resp.Body, max(1, resp.ContentLength/2))
		if fault == Hang {
			select {
			case <-healed:
			case <-ctx.Done():
			}
		}
		d.vanish()
		return errors.New("it went away in the middle")
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, 32<<20))
	if err != nil {
		return err
	}
	pic, _, err := image.Decode(bytes.NewReader(body))
	if err != nil {
		return err
	}
	m := d.o.Model
	if pic.Bounds().Dx() != m.Width || pic.Bounds().Dy() != m.Height {
		return fmt.Errorf("the picture is of %v, the panel has %d×%d", pic.Bounds(), m.Width, m.Height)
	}
	if !d.refresh(ctx, m.match(pic), time.Duration(float64(m.FullRefresh)*d.o.RefreshScale)) {
		return errors.New("the refresh was cut off")
	}
	d.state.Lock()
	defer d.state.Unlock()
	d.etag = resp.Header.Get("ETag")
	return nil
}

// match packs a picture in the nearest inks.
func (m Model) match(pic image.Image) []byte {
	palette := m.Palette()
	cache := map[color.Color]uint8{}
	return m.pack(func(x, y int) uint8 {
		c := pic.At(pic.Bounds().Min.X+x, pic.Bounds().Min.Y+y)
		i, ok := cache[c]
		if !ok {
			i = uint8(palette.Index(c))
			cache[c] = i
		}
		return i
	})
}
