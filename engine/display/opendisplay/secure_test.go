package opendisplay

import (
	"context"
	"errors"
	"net"
	"strings"
	"testing"

	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/display/displaytest"
)

// Nothing connects to a display that was seen encrypted once: the first connection that
// its port takes is the test's own.
func TestSecuredIsNeverDialled(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	d, f := mono(l.Addr().String())
	d.Secured = true
	_, err = New(Options{}).Push(t.Context(), d, f)
	displaytest.CheckError(t, err, display.Unsupported)
	var e *display.Error
	if !errors.As(err, &e) || !strings.Contains(e.Error(), "pre-shared key") || !strings.Contains(e.Remedy, "switch encryption off") {
		t.Errorf("says %v and %q", err, e.Remedy)
	}

	own, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer own.Close()
	first, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer first.Close()
	if got, want := first.RemoteAddr().String(), own.LocalAddr().String(); got != want {
		t.Errorf("%s connected before the test did (%s)", got, want)
	}
}

// The port alone tells that a connection must be encrypted.
func TestSecurePortIsNeverDialled(t *testing.T) {
	dialled := func(context.Context, string, string) (net.Conn, error) {
		t.Error("dialled in the clear")
		return nil, errors.New("no")
	}
	drv := New(Options{Dial: dialled})
	_, err := drv.Probe(t.Context(), "192.0.2.1:2447")
	displaytest.CheckError(t, err, display.Unsupported)
	d, f := mono("192.0.2.1:2447")
	_, err = drv.Push(t.Context(), d, f)
	displaytest.CheckError(t, err, display.Unsupported)
	d, f = mono("192.0.2.1")
	d.Secured = true
	_, err = drv.Push(t.Context(), d, f)
	displaytest.CheckError(t, err, display.Unsupported)
	if err == nil || !strings.Contains(err.Error(), "192.0.2.1:2447") {
		t.Errorf("error %v does not name the port", err)
	}
}

// A dialler for encrypted connections is used for secured displays, and for them alone.
func TestDialSecure(t *testing.T) {
	s := &script{reply: obliging(sampleConfig(t800x480()), 48000, nil)}
	var clear, secure []string
	pipe := func(to *[]string) func(context.Context, string, string) (net.Conn, error) {
		return func(_ context.Context, _, address string) (net.Conn, error) {
			*to = append(*to, address)
			here, there := net.Pipe()
			go s.serve(there)
			return fromHost{here}, nil
		}
	}
	drv := New(Options{Dial: pipe(&clear), DialSecure: pipe(&secure)})
	d, f := mono("192.0.2.1")
	d.Secured = true
	if _, err := drv.Push(t.Context(), d, f); err != nil {
		t.Fatal(err)
	}
	got, err := drv.Probe(t.Context(), "192.0.2.1:2447")
	if err != nil || !got.Secured || got.Address != "192.0.2.1:2447" {
		t.Errorf("probe: %+v, %v", got, err)
	}
	if len(clear) != 0 || strings.Join(secure, " ") != "192.0.2.1:2447 192.0.2.1:2447" {
		t.Errorf("dialled %q in the clear, %q encrypted", clear, secure)
	}
	d.Secured = false
	if _, err := drv.Push(t.Context(), d, f); err != nil {
		t.Fatal(err)
	}
	if got, err := drv.Probe(t.Context(), "192.0.2.1"); err != nil || got.Secured {
		t.Errorf("probe: %+v, %v", got, err)
	}
	if len(secure) != 2 || strings.Join(clear, " ") != "192.0.2.1:2446 192.0.2.1:2446" {
		t.Errorf("dialled %q in the clear, %q encrypted", clear, secure)
	}
}

// fromHost gives a pipe the address of a host.
type fromHost struct{ net.Conn }

func (fromHost) RemoteAddr() net.Addr { return &net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 2447} }
