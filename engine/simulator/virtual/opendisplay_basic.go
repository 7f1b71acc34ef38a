package virtual

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"time"
)

// BasicOptions describe one virtual display of the OpenDisplay Basic standard.
type BasicOptions struct {
	Model Model
	Label string // what its owner called it
	// Host is its own address, an IP of loopback such as 127.0.0.9: all that it is known by.
	// "" = any.
	Host string
	// Server is where it dials, "host:port"; "" = not yet, see SetServer.
	Server string
	// Short says that it speaks the form of the specification, with lengths of two bytes.
	Short bool
	// Stays says that it keeps its connection between two requests.
	Stays                    bool
	SleepScale, RefreshScale float64 // multiply its times
	Percent                  int     // of its battery; 0 = on mains
	Signal                   int     // dBm, default -58
}

// Basic is a virtual display of the OpenDisplay Basic standard, as
// opendisplay.org protocol/basic-standard.html and balloob/opendisplay-android say: it
// dials a server, tells who it is when asked, and draws what it gets. Of the faults it has
// Garbage (sends no frame), DropMidFrame (goes away in the middle of a picture), Hang (stops
// reading there) and NackData (sends a wrong checksum).
type Basic struct {
	*glazed
	o BasicOptions

	state  sync.Mutex
	fault  Fault
	healed chan struct{}
	woken  chan struct{}
	server string
	slept  time.Duration
	conn   net.Conn // that stays
}

var _ Device = (*Basic)(nil)

// NewBasic makes a display that does nothing until Serve.
func NewBasic(o BasicOptions) (*Basic, error) {
	if err := o.Model.check(); err != nil {
		return nil, err
	}
	if o.Model.Scheme == SchemeSpectra6Split {
		return nil, fmt.Errorf("model %q: no such display", o.Model.Name)
	}
	if o.Signal == 0 {
		o.Signal = -58
	}
	return &Basic{glazed: newGlazed(o.Model), o: o, server: o.Server, healed: make(chan struct{}), woken: make(chan struct{})}, nil
}

// Name is what its owner called it.
func (d *Basic) Name() string { return d.o.Label }

// SetServer types in where to dial.
func (d *Basic) SetServer(server string) { d.change(func() { d.server = server }) }

// Wake makes it ask at once.
func (d *Basic) Wake() { d.change(func() {}) }

// Reboot ends its connection.
func (d *Basic) Reboot() { d.change(d.hangUp) }

// SetPower switches it on or off.
func (d *Basic) SetPower(on bool) {
	d.powered(on)
	d.change(d.hangUp)
}

// SetFault makes it misbehave, or behave again.
func (d *Basic) SetFault(f Fault) {
	d.change(func() {
		d.fault = f
		close(d.healed)
		d.healed = make(chan struct{})
	})
}

// Slept is how long it was last told to wait.
func (d *Basic) Slept() time.Duration {
	d.state.Lock()
	defer d.state.Unlock()
	return d.slept
}

func (d *Basic) hangUp() {
	if d.conn != nil {
		_ = d.conn.Close()
		d.conn = nil
	}
}

func (d *Basic) change(f func()) {
	d.state.Lock()
	defer d.state.Unlock()
	f()
	close(d.woken)
	d.woken = make(chan struct{})
}

// Serve asks and sleeps until ctx ends.
func (d *Basic) Serve(ctx context.Context) error {
	defer d.change(d.hangUp)
	for ctx.Err() == nil {
		d.state.Lock()
		woken, ready := d.woken, d.server != ""
		d.state.Unlock()
		rest := time.Duration(1<<63 - 1)
		if ready && d.Glass().Powered {
			rest = retry
			if d.Ask(ctx) == nil {
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

// Ask asks once and draws what is new.
func (d *Basic) Ask(ctx context.Context) error {
	conn, err := d.dial(ctx)
	if err != nil {
		return err
	}
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
	err = d.ask(ctx, conn)
	d.state.Lock()
	defer d.state.Unlock()
	if err != nil || !d.o.Stays {
		_ = conn.Close()
		if d.conn == conn {
			d.conn = nil
		}
	}
	return err
}

func (d *Basic) dial(ctx context.Context) (net.Conn, error) {
	d.state.Lock()
	server, conn := d.server, d.conn
	d.state.Unlock()
	if conn != nil && conn.RemoteAddr().String() == server {
		return conn, nil
	}
	dialer := net.Dialer{Timeout: 10 * time.Second}
	if d.o.Host != "" {
		dialer.LocalAddr = &net.TCPAddr{IP: net.ParseIP(d.o.Host)}
	}
	conn, err := dialer.DialContext(ctx, "tcp", server)
	if err != nil {
		return nil, err
	}
	d.state.Lock()
	defer d.state.Unlock()
	d.conn = conn
	return conn, nil
}

func (d *Basic) ask(ctx context.Context, conn net.Conn) error {
	d.state.Lock()
	fault := d.fault
	d.state.Unlock()
	if fault == Garbage {
		_, err := conn.Write([]byte("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"))
		return errors.Join(errors.New("nothing was asked"), err)
	}
	percent := byte(0xff)
	if d.o.Percent > 0 {
		percent = byte(d.o.Percent)
	}
	request := []byte{percent, byte(int8(d.o.Signal))}
	if err := d.send(conn, 0x02, request, fault == NackData); err != nil {
		return err
	}
	for range 3 {
		id, payload, err := d.receive(ctx, conn, fault)
		if err != nil {
			return err
		}
		switch id {
		case 0x83: // who are you?
			if err := d.send(conn, 0x01, d.announcement(), false); err != nil {
				return err
			}
			if err := d.send(conn, 0x02, request, false); err != nil {
				return err
			}
		case 0x81:
			if len(payload) != 4 {
				return fmt.Errorf("0x81 of %d bytes", len(payload))
			}
			d.sleepFor(binary.LittleEndian.Uint32(payload))
			return nil
		case 0x82:
			return d.draw(ctx, payload)
		default:
			return fmt.Errorf("packet %#02x", id)
		}
	}
	return errors.New("it is asked who it is again and again")
}

func (d *Basic) sleepFor(seconds uint32) {
	d.state.Lock()
	defer d.state.Unlock()
	d.slept = time.Duration(seconds) * time.Second
}

func (d *Basic) announcement() []byte {
	m := d.o.Model
	le := binary.LittleEndian
	b := le.AppendUint16(nil, uint16(m.Width))
	b = le.AppendUint16(b, uint16(m.Height))
	b = append(b, byte(m.Scheme))
	for _, v := range []uint16{1, 3, 0x4157, 42, 0} { // firmware, its version, maker, model, compression
		b = le.AppendUint16(b, v)
	}
	return append(b, byte(m.Rotation/90))
}

// draw takes image_length, poll and refresh, then the picture.
func (d *Basic) draw(ctx context.Context, payload []byte) error {
	at := 4
	if d.o.Short {
		at = 2
	}
	if len(payload) < at+5 {
		return fmt.Errorf("0x82 of %d bytes", len(payload))
	}
	length := int(binary.LittleEndian.Uint16(payload))
	if !d.o.Short {
		length = int(binary.LittleEndian.Uint32(payload))
	}
	pixels := payload[at+5:]
	if len(pixels) != length {
		return fmt.Errorf("a picture of %d bytes, %d were told", len(pixels), length)
	}
	packed, err := d.o.Model.standard(pixels)
	if err != nil {
		return err
	}
	if !d.refresh(ctx, packed, time.Duration(float64(d.o.Model.FullRefresh)*d.o.RefreshScale)) {
		return errors.New("the refresh was cut off")
	}
	d.sleepFor(binary.LittleEndian.Uint32(payload[at:]))
	return nil
}

// standard makes a frame of this package's of one of the standard's. They are the same but
// for four greys, which have two bits a pixel here: 0 black to 3 white.
func (m Model) standard(pixels []byte) ([]byte, error) {
	if m.Scheme != SchemeGray4 {
		if len(pixels) != m.frameBytes() {
			return nil, fmt.Errorf("%d bytes for the panel, want %d", len(pixels), m.frameBytes())
		}
		return pixels, nil
	}
	row := (m.Width + 3) / 4
	if len(pixels) != row*m.Height {
		return nil, fmt.Errorf("%d bytes for the panel, want %d", len(pixels), row*m.Height)
	}
	index := [4]uint8{indexBlack, 2, 3, indexWhite}
	return m.pack(func(x, y int) uint8 { return index[pixels[y*row+x/4]>>(6-2*(x%4))&3] }), nil
}

func (d *Basic) send(conn net.Conn, id byte, payload []byte, wrong bool) error {
	body := append([]byte{1, 0, id}, payload...)
	crc := crc16(body)
	if wrong {
		crc++
	}
	body = binary.LittleEndian.AppendUint16(body, crc)
	var frame []byte
	if d.o.Short {
		frame = binary.LittleEndian.AppendUint16(nil, uint16(len(body)+2))
	} else {
		frame = binary.LittleEndian.AppendUint32(nil, uint32(len(body)+4))
	}
	_, err := conn.Write(append(frame, body...))
	return err
}

// receive reads a frame of one packet.
func (d *Basic) receive(ctx context.Context, conn net.Conn, fault Fault) (id byte, payload []byte, err error) {
	if err := conn.SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
		return 0, nil, err
	}
	head := make([]byte, 4)
	if d.o.Short {
		head = head[:2]
	}
	if _, err := io.ReadFull(conn, head); err != nil {
		return 0, nil, err
	}
	length := 0
	for i, b := range head {
		length |= int(b) << (8 * i)
	}
	if length < len(head)+5 || length > 1<<20 {
		return 0, nil, fmt.Errorf("a frame of %d bytes", length)
	}
	body := make([]byte, length-len(head))
	if (fault == DropMidFrame || fault == Hang) && length > 100 {
		_, _ = io.ReadFull(conn, body[:len(body)/2])
		if fault == Hang {
			d.state.Lock()
			healed := d.healed
			d.state.Unlock()
			select {
			case <-healed:
			case <-ctx.Done():
			}
		}
		if tcp, ok := conn.(*net.TCPConn); ok {
			_ = tcp.SetLinger(0)
		}
		return 0, nil, errors.New("it went away in the middle")
	}
	if _, err := io.ReadFull(conn, body); err != nil {
		return 0, nil, err
	}
	content := body[:len(body)-2]
	if crc16(content) != binary.LittleEndian.Uint16(body[len(content):]) || content[0] != 1 {
		return 0, nil, errors.New("a frame with a wrong checksum or version")
	}
	return content[2], content[3:], nil
}
