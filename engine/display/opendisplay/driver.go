package opendisplay

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"net"
	"strconv"
	"time"

	"github.com/roomink/roomink/engine/display"
)

// Name is the driver's name, as in display.Display.Protocol.
const Name = "opendisplay"

// DefaultPort is where a display listens unless its configuration says otherwise
// (OD_LAN_TCP_PORT).
const DefaultPort = 2446

// Options configure a [Driver]. The zero value is ready to use.
type Options struct {
	// Dial opens a connection, net.Dialer's DialContext by default.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
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
	dial  func(ctx context.Context, network, address string) (net.Conn, error)
	limit Timeouts
	now   func() time.Time
}

var _ display.Driver = (*Driver)(nil)

// New makes a driver.
func New(o Options) *Driver {
	d := &Driver{dial: o.Dial, limit: o.Timeouts, now: o.Now}
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
	address = withPort(address)
	s, err := d.open(ctx, address)
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
		Telemetry: t,
	}, nil
}

// Push draws f. It reads the device's configuration first, which costs some
// milliseconds against seconds of ink, because the address may have passed to
// another device since, and because it tells how the picture must be packed.
func (d *Driver) Push(ctx context.Context, disp display.Display, f display.Frame) (display.Receipt, error) {
	address := withPort(disp.Address)
	if err := checkFrame(disp.Panel, f); err != nil {
		return display.Receipt{}, &display.Error{Kind: display.Unsupported, Op: "draw frame", Address: address, Err: err}
	}
	s, err := d.open(ctx, address)
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
	if err := s.upload(ctx, c, f.Image); err != nil {
		return display.Receipt{}, err
	}
	if err := s.awaitRefresh(ctx, s.limit.refresh(c.panel)); err != nil {
		return display.Receipt{}, err
	}
	return display.Receipt{At: d.now()}, nil
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

// upload sends the picture and ends the upload, with a full refresh.
func (s *session) upload(ctx context.Context, c config, m *image.Paletted) error {
	var err error
	s.packed, err = pack(s.packed[:0], rotate(&s.turned, m, c.panel.Rotation), c)
	if err != nil {
		return s.protocol("pack picture", err)
	}
	data, err := s.start(ctx, c)
	if err != nil {
		return err
	}
	for len(data) > 0 {
		n := min(len(data), maxChunk)
		ended, err := s.sendChunk(ctx, data[:n])
		if err != nil {
			return err
		}
		data = data[n:]
		if ended && len(data) > 0 {
			// Firmware 1.3 to 2.0 counts one plane where two come, shows half of the
			// picture and goes on as if nothing happened (FINDINGS_BWR_BWY).
			return s.protocol("send picture", fmt.Errorf("the display ended the upload %d bytes early", len(data)))
		}
		if ended {
			return nil
		}
	}
	_, err = s.ask(ctx, "end upload", opWriteEnd, []byte{refreshFull})
	return err
}

// start opens the upload and gives the bytes to send: compressed where the device
// inflates and where that makes them fewer. Firmware before mid-2026 counts the
// bytes of a picture without the filling of its rows and refuses the true size in
// a compressed start, so such pictures go as they are.
func (s *session) start(ctx context.Context, c config) ([]byte, error) {
	const what = "start upload"
	if c.inflates() && c.panel.Width%8 == 0 {
		data, err := s.zlib.compress(s.packed)
		if err != nil {
			return nil, s.protocol("compress picture", err)
		}
		if len(data) < len(s.packed) {
			var size [4]byte
			binary.LittleEndian.PutUint32(size[:], uint32(len(s.packed)))
			_, err := s.ask(ctx, what, opWriteStart, size[:])
			return data, err
		}
	}
	_, err := s.ask(ctx, what, opWriteStart)
	return s.packed, err
}

// sendChunk sends picture bytes. It reports whether the device ended the upload
// with them: the reference firmware answers the last byte of an uncompressed
// picture as if it were 0x0072, others wait to be told.
func (s *session) sendChunk(ctx context.Context, chunk []byte) (ended bool, err error) {
	const what = "send picture"
	if err := s.send(ctx, what, s.limit.Reply, opWriteData, chunk); err != nil {
		return false, err
	}
	r, err := s.receive(ctx, what, opWriteData, opWriteData, opWriteEnd)
	return r.op == opWriteEnd, err
}

// awaitRefresh waits for the device's word that the picture is on the glass.
func (s *session) awaitRefresh(ctx context.Context, within time.Duration) error {
	const what = "refresh panel"
	if err := s.within(ctx, what, within); err != nil {
		return err
	}
	r, err := s.receive(ctx, what, opWriteEnd, opRefreshDone, opRefreshLate)
	if err != nil {
		return err
	}
	if r.op == opRefreshLate {
		return s.fail(display.Timeout, what, remedyPanel, errors.New("the display reports that its panel did not finish"))
	}
	return nil
}

// withPort adds the default port to an address that has none.
func withPort(address string) string {
	if _, _, err := net.SplitHostPort(address); err == nil {
		return address
	}
	host := address
	if len(host) > 2 && host[0] == '[' && host[len(host)-1] == ']' {
		host = host[1 : len(host)-1]
	}
	return net.JoinHostPort(host, strconv.Itoa(DefaultPort))
}
