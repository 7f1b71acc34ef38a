package virtual_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"image"
	"image/color"
	"io"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/roomink/roomink/engine/simulator/loopnet"
	"github.com/roomink/roomink/engine/simulator/virtual"
)

func TestMain(m *testing.M) { os.Exit(loopnet.Main(context.Background(), m)) }

// patience is how long a test waits for what must come. It is never waited out
// where the code is right.
const patience = 20 * time.Second

// tiny is a panel whose frames can be written out by hand: 16x4, 8 bytes.
var tiny = virtual.Model{Name: "tiny", Width: 16, Height: 4, Partial: true, Zlib: true,
	FullRefresh: 1200 * time.Millisecond, FastRefresh: 450 * time.Millisecond}

// start serves a display until the test ends.
func start(t testing.TB, o virtual.Options) *virtual.OpenDisplay {
	t.Helper()
	d := newDisplay(t, o)
	if err := d.Listen(); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- d.Serve(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("Serve: %v", err)
		}
	})
	return d
}

func newDisplay(t testing.TB, o virtual.Options) *virtual.OpenDisplay {
	t.Helper()
	if o.MAC == "" {
		o.MAC = "02:00:5e:ab:cd:ef"
	}
	if o.Model.Width == 0 {
		o.Model = tiny
	}
	d, err := virtual.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// client talks to a display in raw bytes.
type client struct {
	t    *testing.T
	conn net.Conn
}

func dial(t *testing.T, d *virtual.OpenDisplay) *client {
	t.Helper()
	conn, err := net.DialTimeout("tcp", d.Addr(), patience)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return &client{t, conn}
}

// raw sends bytes written in hex.
func (c *client) raw(text string) {
	c.t.Helper()
	c.write(unhex(c.t, text))
}

func (c *client) write(data []byte) {
	c.t.Helper()
	c.conn.SetWriteDeadline(time.Now().Add(patience))
	if _, err := c.conn.Write(data); err != nil {
		c.t.Fatalf("send: %v", err)
	}
}

// send sends a payload, written in hex, and more, with the length in front.
func (c *client) send(text string, more ...byte) {
	c.t.Helper()
	payload := append(unhex(c.t, text), more...)
	c.write(append(binary.LittleEndian.AppendUint16(nil, uint16(len(payload))), payload...))
}

// expect reads the bytes written in hex.
func (c *client) expect(text string) {
	c.t.Helper()
	want := unhex(c.t, text)
	got := make([]byte, len(want))
	c.conn.SetReadDeadline(time.Now().Add(patience))
	if n, err := io.ReadFull(c.conn, got); err != nil {
		c.t.Fatalf("want % x, got % x: %v", want, got[:n], err)
	}
	if !bytes.Equal(got, want) {
		c.t.Fatalf("want % x, got % x", want, got)
	}
}

// reply reads one frame.
func (c *client) reply() []byte {
	c.t.Helper()
	c.conn.SetReadDeadline(time.Now().Add(patience))
	var prefix [2]byte
	if _, err := io.ReadFull(c.conn, prefix[:]); err != nil {
		c.t.Fatal(err)
	}
	payload := make([]byte, binary.LittleEndian.Uint16(prefix[:]))
	if _, err := io.ReadFull(c.conn, payload); err != nil {
		c.t.Fatal(err)
	}
	return payload
}

// expectClosed waits for the display to hang up without another byte.
func (c *client) expectClosed() {
	c.t.Helper()
	c.conn.SetReadDeadline(time.Now().Add(patience))
	n, err := c.conn.Read(make([]byte, 1))
	var timeout net.Error
	if n != 0 || err == nil || errors.As(err, &timeout) && timeout.Timeout() {
		c.t.Fatalf("the connection is open: read %d bytes, %v", n, err)
	}
}

// upload pushes a whole uncompressed mono frame to a healthy reference device and
// waits for the refresh.
func (c *client) upload(frame []byte) {
	c.t.Helper()
	c.send("00 70")
	c.expect("02 00 00 70")
	for len(frame) > 4092 {
		c.send("00 71", frame[:4092]...)
		c.expect("02 00 00 71")
		frame = frame[4092:]
	}
	c.send("00 71", frame...)
	c.expect("02 00 00 72 02 00 00 73")
}

func unhex(t testing.TB, text string) []byte {
	t.Helper()
	data, err := hex.DecodeString(strings.Join(strings.Fields(text), ""))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// wantMono compares the glass with a packed black/white frame.
func wantMono(t testing.TB, glass virtual.Glass, width int, frame []byte) {
	t.Helper()
	want := image.NewGray(glass.Image.Rect)
	for y := range want.Rect.Dy() {
		for x := range want.Rect.Dx() {
			if frame[y*((width+7)/8)+x/8]&(0x80>>(x%8)) != 0 {
				want.Set(x, y, color.White)
			}
		}
	}
	wantPicture(t, glass, want)
}

func wantPicture(t testing.TB, glass virtual.Glass, want image.Image) {
	t.Helper()
	if glass.Image.Rect != want.Bounds() {
		t.Fatalf("the glass is %v, want %v", glass.Image.Rect, want.Bounds())
	}
	for y := range want.Bounds().Dy() {
		for x := range want.Bounds().Dx() {
			gr, gg, gb, _ := glass.Image.At(x, y).RGBA()
			wr, wg, wb, _ := want.At(x, y).RGBA()
			if gr != wr || gg != wg || gb != wb {
				t.Fatalf("pixel %d,%d is %v, want %v", x, y, glass.Image.At(x, y), want.At(x, y))
			}
		}
	}
}

// blank is a white frame of the tiny panel.
var blank = bytes.Repeat([]byte{0xff}, 8)
