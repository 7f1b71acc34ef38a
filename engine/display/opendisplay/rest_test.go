package opendisplay

import (
	"context"
	"errors"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/roomink/roomink/engine/display"
)

// Who is sent to sleep after a push, and with which bytes.
func TestRest(t *testing.T) {
	const battery, usb, solar = 1, 2, 3
	for _, c := range []struct {
		name    string
		source  byte
		seconds uint16
		want    bool
	}{
		{"battery", battery, 900, true},
		{"battery that never sleeps", battery, 0, false},
		{"mains", usb, 900, false},
		{"solar, whose firmware refuses", solar, 900, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := &script{reply: obliging(sampleConfig(t800x480(), power(c.source, c.seconds)), 48000, nil)}
			d, f := mono(listen(t, s.serve))
			if _, err := New(Options{}).Push(t.Context(), d, f); err != nil {
				t.Fatal(err)
			}
			if last := s.heads[len(s.heads)-1]; (last == "0053") != c.want {
				t.Errorf("last command %s", last)
			}
			if got, err := New(Options{}).Probe(t.Context(), d.Address); err != nil || got.Sleeps != c.want {
				t.Errorf("probe: sleeps %v, %v", got.Sleeps, err)
			}
		})
	}
}

// Whatever becomes of the command, the picture is on the glass.
func TestRestNeverFails(t *testing.T) {
	cfg := sampleConfig(displayPacket(1, 8, 8, 0, 0, 0), power(1, 900))
	for name, answer := range map[string]func(net.Conn) [][]byte{
		"vanishes":  func(net.Conn) [][]byte { return nil },
		"hangs up":  func(c net.Conn) [][]byte { c.Close(); return nil },
		"refuses":   func(net.Conn) [][]byte { return [][]byte{{0xff, 0x53, 2, 0}} },
		"agrees":    func(net.Conn) [][]byte { return [][]byte{{0, 0x53}} },
		"nonsense":  func(net.Conn) [][]byte { return [][]byte{{0x42}} },
		"wants key": func(net.Conn) [][]byte { return [][]byte{{0xfe, 0x53}} },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				good := obliging(cfg, 8, nil)
				here, there := net.Pipe()
				s := &script{}
				s.reply = func(op uint16, data []byte) [][]byte {
					if op == opDeepSleep {
						return answer(there)
					}
					return good(op, data)
				}
				go s.serve(there)
				dial := func(context.Context, string, string) (net.Conn, error) { return here, nil }
				p := panel(8, 8, 0, display.Mono)
				begin := time.Now()
				r, err := New(Options{Dial: dial}).Push(t.Context(), display.Display{Address: "x", Panel: p},
					display.Frame{Image: noise(display.Mono, 8, 8)})
				if err != nil || !r.At.Equal(begin) {
					t.Errorf("push: %+v, %v", r, err)
				}
				if took := time.Since(begin); took > restWait {
					t.Errorf("held its place for %v", took)
				}
				if !strings.HasSuffix(s.commands(), "0053+0") {
					t.Errorf("commands %s", s.commands())
				}
			})
		})
	}
}

// Only a picture that is confirmed is followed by sleep.
func TestNoRestAfterFailure(t *testing.T) {
	s := &script{reply: obliging(sampleConfig(t800x480(), power(1, 900)), 48000, map[uint16][][]byte{opWriteData: {{0xff, 0x71}}})}
	d, f := mono(listen(t, s.serve))
	if _, err := New(Options{}).Push(t.Context(), d, f); display.KindOf(err) != display.Refused {
		t.Fatalf("push: %v", err)
	}
	if strings.Contains(s.commands(), "0053") {
		t.Errorf("commands %s", s.commands())
	}
}

// Cancelled while the device falls asleep: the push is done all the same.
func TestCancelDuringRest(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	good := obliging(sampleConfig(t800x480(), power(1, 900)), 48000, nil)
	s := &script{}
	s.reply = func(op uint16, data []byte) [][]byte {
		if op == opDeepSleep {
			cancel()
			return nil
		}
		return good(op, data)
	}
	d, f := mono(listen(t, s.serve))
	if r, err := New(Options{}).Push(ctx, d, f); err != nil || r.At.IsZero() {
		t.Errorf("push: %+v, %v", r, err)
	}
	if !errors.Is(ctx.Err(), context.Canceled) {
		t.Error("the device was not sent to sleep")
	}
}
