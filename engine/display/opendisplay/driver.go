package opendisplay

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"time"

	"github.com/roomink/roomink/engine/display"
)

// Name is the driver's name, as in display.Display.Protocol.
const Name = "opendisplay"

// Where a display listens unless its configuration says otherwise (OD_LAN_TCP_PORT and
// OD_LAN_TLS_PORT): it serves one port or the other, never both.
const (
	DefaultPort = 2446 // in the clear
	SecurePort  = 2447 // encrypted
)

// Options configure a [Driver]. The zero value is ready to use.
type Options struct {
	// Dial opens a connection in the clear, net.Dialer's DialContext by default.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// DialSecure opens an encrypted one, to a display that is Secured or an address with
	// [SecurePort]; without it those are refused and never dialled. It is where a dialler
	// for TLS 1.2 with ECDHE_PSK_WITH_AES_128_CBC_SHA256 belongs, should one turn up. The
	// identity is "opendisplay" and the pre-shared key the AES-CMAC of the text
	// "opendisplay-tls-psk" under the device's master key (OpenDisplay/Firmware
	// src/encryption.cpp deriveTlsPsk); inside, the protocol is the same.
	DialSecure func(ctx context.Context, network, address string) (net.Conn, error)
	// Timeouts replace the defaults where they are greater than zero.
	Timeouts Timeouts
	// Now is the time of receipts and telemetry, time.Now by default. Deadlines of
	// connections always follow the machine's clock.
	Now func() time.Time
}

// Timeouts bound the steps of a session. Each is a limit of its own, whatever the
// context allows.
type Timeouts struct {
	Dial    time.Duration // to connect; 10 s
	Reply   time.Duration // to one request: 10 s, since a panel takes up to 2 s to power up
	Refresh time.Duration // of the panel: 30 s for mono, 75 s for colour
}

// A device gives its panel 60 s and then reports 0x74. Colour panels need up to
// 40 s, so we wait for the device's own word; mono panels need at most 7 s, and a
// device that died meanwhile should not hold a place in the pool for a minute.
const (
	refreshMono   = 30 * time.Second
	refreshColour = 75 * time.Second
)

func (t Timeouts) refresh(p display.Panel) time.Duration {
	switch {
	case t.Refresh > 0:
		return t.Refresh
	case p.Scheme == display.Mono:
		return refreshMono
	default:
		return refreshColour
	}
}

// Driver speaks to OpenDisplay devices over the network. It is safe for concurrent
// use.
type Driver struct {
	dial, dialSecure func(ctx context.Context, network, address string) (net.Conn, error)
	limit            Timeouts
	now              func() time.Time
}

var _ display.Driver = (*Driver)(nil)

// New makes a driver.
func New(o Options) *Driver {
	d := &Driver{dial: o.Dial, dialSecure: o.DialSecure, limit: o.Timeouts, now: o.Now}
	if d.dial == nil {
		d.dial = new(net.Dialer).DialContext
	}
	if d.limit.Dial <= 0 {
		d.limit.Dial = 10 * time.Second
	}
	if d.limit.Reply <= 0 {
		d.limit.Reply = 10 * time.Second
	}
	if d.now == nil {
		d.now = time.Now
	}
	return d
}

// Protocol is [Name].
func (*Driver) Protocol() string { return Name }

// Probe asks the device at address, "host" or "host:port", for its firmware,
// configuration and telemetry. The display's ID is a display.AddressID, as the
// package comment explains.
func (d *Driver) Probe(ctx context.Context, address string) (display.Display, error) {
	address = withPort(address, DefaultPort)
	secured := hasPort(address, SecurePort)
	s, err := d.open(ctx, address, secured)
	if err != nil {
		return display.Display{}, err
	}
	defer s.close()

	fw, err := s.ask(ctx, "read firmware version", opFirmware)
	if err != nil {
		return display.Display{}, err
	}
	firmware := parseFirmware(fw.data)
	c, err := s.readConfig(ctx)
	if err != nil {
		return display.Display{}, err
	}
	t, err := s.readTelemetry(ctx, d.now())
	if err != nil {
		return display.Display{}, err
	}
	if c.mains {
		t.Battery = 0
	}
	return display.Display{
		ID:        display.AddressID(Name, s.conn.RemoteAddr().String()),
		Protocol:  Name,
		Name:      c.name,
		Model:     c.model,
		Firmware:  firmware,
		Address:   address,
		Panel:     c.panel,
		Sleeps:    c.sleeps,
		Secured:   secured,
		Buttons:   c.buttons,
		Telemetry: t,
	}, nil
}

// Push draws f. It reads the device's configuration first, which costs some
// milliseconds against seconds of ink, because the address may have passed to
// another device since, and because it tells how the picture must be packed.
//
// Where f tells what the glass shows and the device can, only what differs is sent and
// refreshed; a device that refuses that, for any reason, gets the whole picture over the
// same connection. A device that runs on a battery is sent to sleep afterwards, if it is
// set up to sleep.
func (d *Driver) Push(ctx context.Context, disp display.Display, f display.Frame) (display.Receipt, error) {
	port := DefaultPort
	if disp.Secured {
		port = SecurePort
	}
	address := withPort(disp.Address, port)
	if err := checkFrame(disp.Panel, f); err != nil {
		return display.Receipt{}, &display.Error{Kind: display.Unsupported, Op: "draw frame", Address: address, Err: err}
	}
	s, err := d.open(ctx, address, disp.Secured || hasPort(address, SecurePort))
	if err != nil {
		return display.Receipt{}, err
	}
	defer s.close()

	c, err := s.readConfig(ctx)
	if err != nil {
		return display.Receipt{}, err
	}
	if c.panel != disp.Panel {
		return display.Receipt{}, s.fail(display.WrongDevice, "read configuration", remedyWrong,
			fmt.Errorf("a display of %v, turned by %d°, answers in place of one of %v, turned by %d°",
				c.panel, c.panel.Rotation, disp.Panel, disp.Panel.Rotation))
	}
	partial, err := s.draw(ctx, c, f)
	if err != nil {
		return display.Receipt{}, err
	}
	receipt := display.Receipt{At: d.now(), Partial: partial}
	if c.sleeps {
		s.rest(ctx)
	}
	return receipt, nil
}

// checkFrame says whether f can be drawn on p.
func checkFrame(p display.Panel, f display.Frame) error {
	if err := p.Validate(); err != nil {
		return err
	}
	if f.Image == nil {
		return errors.New("frame has no picture")
	}
	if got, want := f.Image.Rect.Size(), p.Bounds().Size(); got != want {
		return fmt.Errorf("frame of %d×%d does not fill a panel of %d×%d", got.X, got.Y, want.X, want.Y)
	}
	return nil
}

// readConfig asks for the configuration. All of it must come within one reply's time.
func (s *session) readConfig(ctx context.Context) (config, error) {
	const what = "read configuration"
	if err := s.send(ctx, what, s.limit.Reply, opReadConfig); err != nil {
		return config{}, err
	}
	a := assembler{blob: s.config[:0]}
	defer func() {
		clear(a.blob) // the Wi-Fi password is in it
		s.config = a.blob[:0]
	}()
	for {
		r, err := s.receive(ctx, what, opReadConfig, opReadConfig)
		if err != nil {
			return config{}, err
		}
		s.single = r.single
		done, err := a.add(r)
		if errors.Is(err, errNoConfig) {
			return config{}, s.fail(display.Unsupported, what, remedySetUp, err)
		}
		if err != nil {
			return config{}, s.protocol(what, err)
		}
		if done {
			break
		}
	}
	c, err := parseConfig(a.blob)
	var bad errScheme
	switch {
	case errors.As(err, &bad):
		return config{}, s.fail(display.Unsupported, what, remedyScheme, err)
	case err != nil:
		return config{}, s.protocol(what, err)
	}
	return c, nil
}

// readTelemetry asks for telemetry last, since some devices know no such command:
// whatever comes back in place of it, silence included, is no telemetry and no
// error. The session must not be used after it.
func (s *session) readTelemetry(ctx context.Context, at time.Time) (display.Telemetry, error) {
	const what = "read telemetry"
	if err := s.send(ctx, what, min(s.limit.Reply, 3*time.Second), opReadMSD); err != nil {
		return display.Telemetry{}, ctx.Err()
	}
	r, err := s.receive(ctx, what, opReadMSD, opReadMSD)
	if err != nil {
		return display.Telemetry{}, ctx.Err()
	}
	t, err := parseMSD(r.data, at)
	if err != nil {
		return display.Telemetry{}, nil
	}
	return t, nil
}

// withPort adds a port to an address that has none.
func withPort(address string, port int) string {
	if _, _, err := net.SplitHostPort(address); err == nil {
		return address
	}
	host := address
	if len(host) > 2 && host[0] == '[' && host[len(host)-1] == ']' {
		host = host[1 : len(host)-1]
	}
	return net.JoinHostPort(host, strconv.Itoa(port))
}

func hasPort(address string, port int) bool {
	_, got, err := net.SplitHostPort(address)
	return err == nil && got == strconv.Itoa(port)
}
