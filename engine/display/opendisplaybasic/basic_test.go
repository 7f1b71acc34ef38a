package opendisplaybasic_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"image"
	"io"
	"net"
	"os"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/display/displaytest"
	"github.com/roomink/roomink/engine/display/opendisplay"
	"github.com/roomink/roomink/engine/display/opendisplaybasic"
	"github.com/roomink/roomink/engine/display/pull"
	"github.com/roomink/roomink/engine/simulator/virtual"
)

var schemes = map[display.Scheme]virtual.Scheme{
	display.Mono: virtual.SchemeMono, display.BWR: virtual.SchemeBWR, display.BWY: virtual.SchemeBWY,
	display.BWRY: virtual.SchemeBWRY, display.Spectra6: virtual.SchemeSpectra6, display.Gray16: virtual.SchemeGray16,
	display.Gray4: virtual.SchemeGray4, display.ACeP7: virtual.SchemeACeP7,
}

var hosts atomic.Uint32

// aHost gives each device of the tests an address of its own on loopback.
func aHost() string {
	n := hosts.Add(1)
	return net.IPv4(127, 3, byte(n>>8), byte(n)).String()
}

func conformance(t *testing.T, o virtual.BasicOptions) {
	var panels []display.Panel
	for _, s := range display.Schemes() {
		panels = append(panels, display.Panel{Width: 122, Height: 50, Scheme: s})
	}
	panels = append(panels, display.Panel{Width: 296, Height: 128, Scheme: display.Mono, Rotation: 90})
	displaytest.RunPull(t, displaytest.PullHarness{
		Serve: func(ctx context.Context, l net.Listener, desk pull.Desk) error {
			return opendisplaybasic.New(opendisplaybasic.Options{}).Serve(ctx, l, desk)
		},
		Start: func(t *testing.T, server string, p display.Panel) *displaytest.PullDevice {
			o := o
			o.Host, o.Server, o.Percent = aHost(), server, 77
			o.Model = virtual.Model{Name: "Panel", Width: p.Width, Height: p.Height, Rotation: p.Rotation, Scheme: schemes[p.Scheme]}
			d, err := virtual.NewBasic(o)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(d.Reboot)
			return &displaytest.PullDevice{
				Display: display.Display{ID: opendisplaybasic.ID(o.Host), Protocol: opendisplaybasic.Name, Model: "OpenDisplay Basic", Firmware: "3", Panel: p, Pull: true},
				Host:    o.Host,
				Wake: func(ctx context.Context) error {
					// A display that stays has taken a picture once it asks again.
					err := d.Ask(ctx)
					if o.Stays && err == nil {
						err = d.Ask(ctx)
					}
					return err
				},
				Glass: func() *image.Paletted { return d.Glass().Image }, Refreshes: func() int { return d.Glass().Pushes },
				Sleep: d.Slept, SetServer: d.SetServer, Reboot: d.Reboot,
				SetFault: func(f displaytest.Fault) {
					d.SetFault(map[displaytest.Fault]virtual.Fault{displaytest.DropMidFrame: virtual.DropMidFrame}[f])
				},
				Telemetry: display.Telemetry{Percent: 77, Signal: -58},
			}
		},
		Panels:    panels,
		Faults:    []displaytest.Fault{displaytest.DropMidFrame},
		Tokenless: true,
	})
}

func TestConformance(t *testing.T) { t.Parallel(); conformance(t, virtual.BasicOptions{}) }
func TestConformanceShort(t *testing.T) {
	t.Parallel()
	conformance(t, virtual.BasicOptions{Short: true})
}
func TestConformanceStays(t *testing.T) {
	t.Parallel()
	conformance(t, virtual.BasicOptions{Stays: true})
}

// served is a running server, and a display that is adopted at the host of the test.
type served struct {
	desk *displaytest.Desk
	addr string
	id   display.ID
}

func serve(t *testing.T) *served {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &served{desk: displaytest.NewDesk(), addr: l.Addr().String(), id: opendisplaybasic.ID("127.0.0.1")}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = opendisplaybasic.New(opendisplaybasic.Options{}).Serve(ctx, l, s.desk)
	}()
	t.Cleanup(func() { cancel(); <-done })
	return s
}

func (s *served) dial(t *testing.T) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", s.addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	return conn
}

// The frames of the reference's samples: a request and its answer, in both forms. The
// checksums were computed by hand from the polynomial.
func TestFramesByHand(t *testing.T) {
	for name, c := range map[string]struct{ request, want []byte }{
		"four bytes": {[]byte{0x0b, 0, 0, 0, 1, 0, 2, 0xff, 0, 0, 0}, []byte{9, 0, 0, 0, 1, 0, 0x83, 0, 0}},
		"two bytes":  {[]byte{9, 0, 1, 0, 2, 0xff, 0, 0, 0}, []byte{7, 0, 1, 0, 0x83, 0, 0}},
	} {
		t.Run(name, func(t *testing.T) {
			// CRC of 01 00 02 FF 00 and of 01 00 83.
			binary.LittleEndian.PutUint16(c.request[len(c.request)-2:], ccitt([]byte{1, 0, 2, 0xff, 0}))
			binary.LittleEndian.PutUint16(c.want[len(c.want)-2:], ccitt([]byte{1, 0, 0x83}))
			conn := serve(t).dial(t)
			if _, err := conn.Write(c.request); err != nil {
				t.Fatal(err)
			}
			got := make([]byte, len(c.want))
			if _, err := io.ReadFull(conn, got); err != nil || !bytes.Equal(got, c.want) {
				t.Errorf("got % x, %v; want % x", got, err, c.want)
			}
		})
	}
}

// ccitt is the textbook's long division, a bit at a time.
func ccitt(data []byte) uint16 {
	var reg uint32 = 0xffff
	for _, b := range data {
		for i := 7; i >= 0; i-- {
			top := reg >> 15 & 1
			reg = reg << 1 & 0xffff
			if top^uint32(b>>i&1) == 1 {
				reg ^= 0x1021
			}
		}
	}
	return uint16(reg)
}

// A 10×3 picture in each scheme, by hand from display-data-format.html.
func TestPackings(t *testing.T) {
	for scheme, c := range map[display.Scheme]struct {
		pix  []uint8
		want []byte
	}{
		display.Mono: {
			[]uint8{0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0},
			[]byte{0x7f, 0xc0, 0xbf, 0x80, 0x00, 0x80},
		},
		display.BWR: { // white and red are 1 in the first plane, red is 1 in the second
			[]uint8{0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1},
			[]byte{0x6d, 0x80, 0xff, 0xc0, 0xff, 0xc0, 0x24, 0x80, 0xff, 0xc0, 0x00, 0x00},
		},
		display.BWY: { // yellow is 0 in the first plane
			[]uint8{0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1},
			[]byte{0x49, 0x00, 0x00, 0x00, 0xff, 0xc0, 0x24, 0x80, 0xff, 0xc0, 0x00, 0x00},
		},
		display.BWRY: { // 00 01 10 11
			[]uint8{0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 2, 2, 2, 2, 1, 1, 1, 1, 0, 0},
			[]byte{0x1b, 0x1b, 0x10, 0xff, 0xff, 0xf0, 0xaa, 0x55, 0x00},
		},
		display.Gray4: { // black, white, dark, light are 00 11 01 10
			[]uint8{0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 0, 0},
			[]byte{0x36, 0x36, 0x30, 0xff, 0xff, 0xf0, 0x55, 0xaa, 0x00},
		},
		display.Spectra6: {
			[]uint8{0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 5, 4, 3, 2, 1, 0, 5, 4, 3, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 4},
			[]byte{0x01, 0x23, 0x56, 0x01, 0x23, 0x65, 0x32, 0x10, 0x65, 0x32, 0x11, 0x11, 0x11, 0x11, 0x15},
		},
		display.ACeP7: {
			[]uint8{0, 1, 2, 3, 4, 5, 6, 0, 1, 2, 6, 5, 4, 3, 2, 1, 0, 6, 5, 4, 1, 1, 1, 1, 1, 1, 1, 1, 1, 6},
			[]byte{0x01, 0x23, 0x45, 0x60, 0x12, 0x65, 0x43, 0x21, 0x06, 0x54, 0x11, 0x11, 0x11, 0x11, 0x16},
		},
		display.Gray16: {
			[]uint8{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0},
			[]byte{0x0f, 0x12, 0x34, 0x56, 0x78, 0x9a, 0xbc, 0xde, 0x0f, 0x12, 0xff, 0xff, 0xff, 0xff, 0xf0},
		},
	} {
		t.Run(string(scheme), func(t *testing.T) {
			s := serve(t)
			p := display.Panel{Width: 10, Height: 3, Scheme: scheme}
			m := image.NewPaletted(p.Bounds(), scheme.Palette())
			copy(m.Pix, c.pix)
			s.desk.Adopt(display.Display{ID: s.id, Protocol: opendisplaybasic.Name, Panel: p, Pull: true})
			s.desk.Pin(s.id, "127.0.0.1")
			s.desk.Show(s.id, display.Frame{Image: m, Hash: "hash"}, 300*time.Second)
			conn := s.dial(t)
			number := slices.Index([]display.Scheme{display.Mono, display.BWR, display.BWY, display.BWRY, display.Spectra6, display.Gray4, display.Gray16, display.ACeP7}, scheme)
			// Two packets in one frame: who it is, and what there is to show.
			packets := []byte{1, 0, 1, 10, 0, 3, 0, byte(number), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 50, 0xc4}
			frame := binary.LittleEndian.AppendUint32(nil, uint32(4+len(packets)+2))
			frame = append(frame, packets...)
			frame = binary.LittleEndian.AppendUint16(frame, ccitt(packets))
			if _, err := conn.Write(frame); err != nil {
				t.Fatal(err)
			}
			head := []byte{0, 0, 0, 0, 1, 0, 0x82, 0, 0, 0, 0, 0x2c, 0x01, 0, 0, 0} // 300 seconds, a full refresh
			binary.LittleEndian.PutUint32(head, uint32(len(head)+len(c.want)+2))
			binary.LittleEndian.PutUint32(head[7:], uint32(len(c.want)))
			want := append(head, c.want...)
			want = binary.LittleEndian.AppendUint16(want, ccitt(want[4:]))
			got := make([]byte, len(want))
			if _, err := io.ReadFull(conn, got); err != nil || !bytes.Equal(got, want) {
				t.Errorf("got % x, %v;\nwant % x", got, err, want)
			}
			if n := s.desk.Shown(s.id, "hash"); n != 0 {
				t.Error("it counts as shown before the display took it")
			}
			conn.Close()
			s.desk.Until(t, "report that it is shown", func() bool { return s.desk.Shown(s.id, "hash") == 1 })
		})
	}
}

// What is no frame ends the connection at once and changes nothing.
func TestHostile(t *testing.T) {
	for name, sent := range map[string][]byte{
		"HTTP":          []byte("GET / HTTP/1.1\r\n\r\n"),
		"wrong version": {0x0b, 0, 0, 0, 9, 0, 2, 0xff, 0, 0, 0},
		"no checksum":   {0x0b, 0, 0, 0, 1, 0, 2, 0xff, 0, 0, 0},
		"no length":     {0, 0, 0, 0, 1},
		"huge length":   {0xff, 0xff, 0xff, 0x7f, 1, 0, 2},
		"short frame":   {5, 0, 1, 0, 0},
		"odd packet":    framed([]byte{1, 0, 0x55, 1, 2, 3}),
		"half a packet": framed([]byte{1, 0, 1, 10, 0}),
		"huge panel":    framed([]byte{1, 0, 1, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}),
		"no colours":    framed([]byte{1, 0, 1, 10, 0, 10, 0, 99, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}),
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t)
			conn := s.dial(t)
			if _, err := conn.Write(sent); err != nil {
				t.Fatal(err)
			}
			if got, err := io.ReadAll(conn); len(got) != 0 || errors.Is(err, os.ErrDeadlineExceeded) {
				t.Errorf("answered % x, %v", got, err)
			}
			if len(s.desk.Knocks()) != 0 {
				t.Error("it was taken for a display")
			}
		})
	}
}

func framed(packets []byte) []byte {
	f := binary.LittleEndian.AppendUint32(nil, uint32(4+len(packets)+2))
	f = append(f, packets...)
	return binary.LittleEndian.AppendUint16(f, ccitt(packets))
}

// One that asks without end is sent away.
func TestFlood(t *testing.T) {
	s := serve(t)
	conn := s.dial(t)
	go func() {
		for range 1000 {
			if _, err := conn.Write(framed([]byte{1, 0, 2, 50, 0xc4})); err != nil {
				return
			}
		}
	}()
	if got, _ := io.ReadAll(conn); len(got) > 300*9 {
		t.Errorf("%d bytes of answers", len(got))
	}
}

// Our own announcement is no display for those who browse for the other profile.
func TestOurAnnouncementIsNoDisplay(t *testing.T) {
	service, txt := opendisplaybasic.New(opendisplaybasic.Options{}).Announce(net.IPv4(192, 0, 2, 5))
	if service != opendisplay.Service {
		t.Errorf("announced as %q", service)
	}
	if c, err := opendisplay.New(opendisplay.Options{}).Read(display.Announcement{Service: service,
		Instance: "OpenDisplay Server (Roomink)", Address: "192.0.2.5:2446", TXT: txt}); err != display.ErrNotOurs {
		t.Errorf("listed as %+v, %v", c, err)
	}
}

func FuzzFrames(f *testing.F) {
	f.Add(framed([]byte{1, 0, 2, 50, 0xc4}), framed([]byte{1, 0, 1, 10, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 50, 0xc4}))
	f.Add([]byte{9, 0, 1, 0, 2, 0xff, 0, 0, 0}, []byte{})
	f.Fuzz(func(t *testing.T, a, b []byte) {
		ours, theirs := net.Pipe()
		l := &oneConn{conn: pipeConn{ours}, done: make(chan struct{})}
		ctx, cancel := context.WithCancel(context.Background())
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			_ = opendisplaybasic.New(opendisplaybasic.Options{}).Serve(ctx, l, displaytest.NewDesk())
		}()
		go func() { _, _ = io.Copy(io.Discard, theirs) }()
		_ = theirs.SetWriteDeadline(time.Now().Add(time.Second))
		_, _ = theirs.Write(append(slices.Clone(a), b...))
		_ = theirs.Close()
		cancel()
		<-ended
	})
}

// oneConn is a listener of a single connection.
type oneConn struct {
	conn net.Conn
	done chan struct{}
	used bool
}

func (l *oneConn) Accept() (net.Conn, error) {
	if !l.used {
		l.used = true
		return l.conn, nil
	}
	<-l.done
	return nil, net.ErrClosed
}

func (l *oneConn) Close() error {
	select {
	case <-l.done:
	default:
		close(l.done)
	}
	return nil
}
func (l *oneConn) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)} }

type pipeConn struct{ net.Conn }

func (pipeConn) RemoteAddr() net.Addr { return &net.TCPAddr{IP: net.IPv4(192, 0, 2, 9), Port: 1} }
