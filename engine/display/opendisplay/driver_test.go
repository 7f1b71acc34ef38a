package opendisplay

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"io"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/display/displaytest"
)

// driverFor gives a driver with the usual limits, or with short ones where the words
// expected are those of running out of time.
func driverFor(words string) *Driver {
	if words != silent {
		return New(Options{})
	}
	d := 200 * time.Millisecond
	return New(Options{Timeouts: Timeouts{Dial: d, Reply: d, Refresh: d}})
}

const silent = "does not answer"

func mono(address string) (display.Display, display.Frame) {
	p := panel(800, 480, 0, display.Mono)
	return display.Display{Address: address, Panel: p}, displaytest.Noise(p, 1).Frame
}

// The session is the sample of our protocol notes: eleven full chunks and a last
// one of 2,988 bytes, which the device answers with 0x72 by itself.
func TestPushSession(t *testing.T) {
	s := &script{reply: obliging(sampleConfig(t800x480()), 48000, nil)}
	d, f := mono(listen(t, s.serve))
	now := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	r, err := New(Options{Now: func() time.Time { return now }}).Push(t.Context(), d, f)
	if err != nil || r != (display.Receipt{At: now}) {
		t.Fatalf("push: %+v, %v", r, err)
	}
	want := "0040+0 0070+0" + strings.Repeat(" 0071+4092", 11) + " 0071+2988"
	if got := s.commands(); got != want {
		t.Errorf("commands\n%s, want\n%s", got, want)
	}
	packed, _ := pack(nil, f.Image, inks(display.Mono))
	if !bytes.Equal(s.raw, packed) {
		t.Error("other picture bytes arrived")
	}
}

// A device that inflates gets a compressed picture, unless that would be longer.
func TestPushCompressed(t *testing.T) {
	inflates := sampleConfig(displayPacket(59, 800, 480, 0, 0, 0x0b))
	s := &script{reply: obliging(inflates, 48000, nil)}
	d, _ := mono(listen(t, s.serve))
	if _, err := New(Options{}).Push(t.Context(), d, display.Frame{Image: sign(800, 480)}); err != nil {
		t.Fatal(err)
	}
	got := s.commands()
	if !strings.HasPrefix(got, "0040+0 0070+4 0071+4092 ") || !strings.HasSuffix(got, " 0072+1") || len(s.raw) > 24000 {
		t.Errorf("commands %s", got)
	}
	if !bytes.HasPrefix(s.raw, zlibHeader) {
		t.Errorf("stream starts % x", s.raw[:2])
	}

	s = &script{reply: obliging(inflates, 48000, nil)}
	d, f := mono(listen(t, s.serve))
	if _, err := New(Options{}).Push(t.Context(), d, f); err != nil {
		t.Fatal(err)
	}
	if got := s.commands(); !strings.HasPrefix(got, "0040+0 0070+0 ") {
		t.Errorf("noise was compressed: %s", got)
	}
}

func TestPushTurned(t *testing.T) {
	for index, degrees := range []int{0, 90, 180, 270} {
		p := panel(48, 20, degrees, display.BWRY)
		s := &script{reply: obliging(sampleConfig(displayPacket(1, 48, 20, byte(index), 3, 0)), 240, nil)}
		d := display.Display{Address: listen(t, s.serve), Panel: p}
		f := displaytest.Corner(p).Frame
		if _, err := New(Options{}).Push(t.Context(), d, f); err != nil {
			t.Fatalf("%d°: %v", degrees, err)
		}
		glass := image.NewPaletted(image.Rect(0, 0, 48, 20), p.Scheme.Palette())
		for i := range glass.Pix { // two bits a pixel, 48 is a multiple of 4
			glass.Pix[i] = s.raw[i/4] >> (6 - 2*(i%4)) & 3
		}
		displaytest.CheckGlass(t, glass, p, f.Image)
	}
}

// Each entry is one way to answer wrongly, and what must be made of it.
func TestWrongAnswers(t *testing.T) {
	ok := sampleConfig(t800x480())
	nothing := [][]byte{}
	for _, c := range []struct {
		name   string
		config []byte
		except map[uint16][][]byte
		kind   display.Kind
		words  string
	}{
		{"auth as documented", ok, map[uint16][][]byte{opReadConfig: {{0xfe, 0x40}}}, display.Unsupported, "authentication"},
		{"auth as sent", ok, map[uint16][][]byte{opReadConfig: {{0, 0x40, 0xfe}}}, display.Unsupported, "authentication"},
		{"configuration refused", ok, map[uint16][][]byte{opReadConfig: {{0xff, 0x40, 0, 0}}}, display.Refused, "refused command 0x0040"},
		{"no configuration", ok, map[uint16][][]byte{opReadConfig: {{0, 0x40, 0, 0, 0, 0}}}, display.Unsupported, "no configuration"},
		{"chunk missing", ok, map[uint16][][]byte{opReadConfig: {{0, 0x40, 0, 0, 9, 0, 1}, {0, 0x40, 2, 0, 1}}}, display.Protocol, "chunk 2 came where 1 was due"},
		{"chunks stop", ok, map[uint16][][]byte{opReadConfig: {{0, 0x40, 0, 0, 9, 0, 1}}}, display.Timeout, silent},
		{"wrong checksum", append(bytes.Clone(ok[:len(ok)-1]), ok[len(ok)-1]^1), nil, display.Protocol, "checksum"},
		{"unknown inks", sampleConfig(displayPacket(1, 800, 480, 0, 9, 0)), nil, display.Unsupported, "opendisplay 9"},
		{"absurd panel", sampleConfig(displayPacket(1, 65535, 480, 0, 0, 0)), nil, display.Protocol, "65535"},
		{"another panel", sampleConfig(displayPacket(1, 400, 300, 0, 0, 0)), nil, display.WrongDevice, "400×300"},
		{"turned meanwhile", sampleConfig(displayPacket(59, 800, 480, 2, 0, 0)), nil, display.WrongDevice, "180°"},
		{"another command's answer", ok, map[uint16][][]byte{opWriteStart: {{0, 0x45}}}, display.Protocol, "answered command 0x0070 with 0x45"},
		{"answer of one byte", ok, map[uint16][][]byte{opWriteStart: {{0}}}, display.Protocol, "no opcode"},
		{"start refused", ok, map[uint16][][]byte{opWriteStart: {{0xff, 0xff}}}, display.Refused, "refused command 0x0070"},
		{"data refused", ok, map[uint16][][]byte{opWriteData: {{0xff, 0x71, 6, 0}}}, display.Refused, "code 0x06"},
		{"silent start", ok, map[uint16][][]byte{opWriteStart: nothing}, display.Timeout, silent},
		{"silent data", ok, map[uint16][][]byte{opWriteData: nothing}, display.Timeout, silent},
		{"ended early", ok, map[uint16][][]byte{opWriteData: {{0, 0x72}}}, display.Protocol, "43908 bytes early"},
		{"end refused", ok, map[uint16][][]byte{opWriteData: {{0, 0x71}}, opWriteEnd: {{0xff, 0x72}}}, display.Refused, "refused command 0x0072"},
		{"panel stuck", ok, map[uint16][][]byte{opWriteData: {{0, 0x71}}, opWriteEnd: {{0, 0x72}, {0, 0x74}}}, display.Timeout, "panel did not finish"},
		{"never refreshed", ok, map[uint16][][]byte{opWriteData: {{0, 0x71}}, opWriteEnd: {{0, 0x72}}}, display.Timeout, silent},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := &script{reply: obliging(c.config, 48000, c.except)}
			d, f := mono(listen(t, s.serve))
			_, err := driverFor(c.words).Push(t.Context(), d, f)
			displaytest.CheckError(t, err, c.kind)
			if err == nil || !strings.Contains(err.Error(), c.words) {
				t.Errorf("error %v, want …%s…", err, c.words)
			}
		})
	}
}

// What answers is no OpenDisplay device at all, or one that hangs up.
func TestStrangers(t *testing.T) {
	say := func(s string) func(net.Conn) {
		return func(c net.Conn) {
			defer c.Close()
			var b [4]byte
			_, _ = io.ReadFull(c, b[:])
			_, _ = io.WriteString(c, s)
		}
	}
	for _, c := range []struct {
		name  string
		serve func(net.Conn)
		kind  display.Kind
		words string
	}{
		{"web server", say("HTTP/1.1 400 Bad Request\r\n\r\n"), display.Protocol, "frame of 21576 bytes"},
		{"mail server", say("220 mail.example ESMTP\r\n"), display.Protocol, "frame of 12850 bytes"},
		{"TLS alert", say("\x15\x03\x03\x00\x02\x02\x32"), display.Unsupported, "TLS"},
		{"empty frame", say("\x00\x00"), display.Protocol, "frame of 0 bytes"},
		{"unknown status", say("\x02\x00\x42\x43"), display.Protocol, "unknown status"},
		{"half a frame", say("\x09\x00\x00\x43"), display.Timeout, "closed the connection"},
		{"half a length", say("\x09"), display.Timeout, "closed the connection"},
		{"hangs up at once", func(c net.Conn) { c.Close() }, display.Occupied, "another client"},
		{"resets at once", func(c net.Conn) { _ = c.(*net.TCPConn).SetLinger(0); c.Close() }, display.Occupied, "another client"},
		{"hangs up at the first question", say(""), display.Occupied, "another client"},
		{"silence", func(c net.Conn) { _, _ = io.Copy(io.Discard, c); c.Close() }, display.Timeout, silent},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			address := listen(t, c.serve)
			_, err := driverFor(c.words).Probe(t.Context(), address)
			displaytest.CheckError(t, err, c.kind)
			if err == nil || !strings.Contains(err.Error(), c.words) {
				t.Errorf("error %v, want …%s…", err, c.words)
			}
		})
	}
}

func TestUnreachable(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed := l.Addr().String()
	l.Close()
	_, err = New(Options{}).Probe(t.Context(), closed)
	displaytest.CheckError(t, err, display.Unreachable)

	slow := New(Options{Timeouts: Timeouts{Dial: 10 * time.Millisecond}, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	}})
	_, err = slow.Probe(t.Context(), "192.0.2.1")
	displaytest.CheckError(t, err, display.Unreachable)
	if !strings.Contains(err.Error(), "192.0.2.1:2446: nothing answers") {
		t.Errorf("error %v", err)
	}
}

// A device without telemetry is a device none the less.
func TestProbeWithoutTelemetry(t *testing.T) {
	for name, reply := range map[string][][]byte{
		"silent":         {},
		"bare ack":       {{0x80, 0x44}},
		"refused":        {{0xff, 0x44}},
		"other company":  {ack(opReadMSD, make([]byte, 16)...)},
		"unknown status": {{0x42, 0x44}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := &script{reply: obliging(sampleConfig(t800x480()), 0, map[uint16][][]byte{opReadMSD: reply})}
			address := listen(t, s.serve)
			d, err := New(Options{Timeouts: Timeouts{Reply: time.Second}}).Probe(t.Context(), address)
			if err != nil || d.Panel.Width != 800 || d.Telemetry != (display.Telemetry{}) || d.ID != display.AddressID(Name, address) {
				t.Errorf("probe: %+v, %v", d, err)
			}
		})
	}
}

// Battery figures of a device on USB are noise.
func TestProbeOnMains(t *testing.T) {
	usb := append([]byte{9, packetPower, 2}, make([]byte, 29)...)
	msd := ack(opReadMSD, 0x46, 0x24, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 124, 0x90, 1)
	s := &script{reply: obliging(sampleConfig(t800x480(), usb), 0, map[uint16][][]byte{opReadMSD: {msd}})}
	d, err := New(Options{}).Probe(t.Context(), listen(t, s.serve))
	if err != nil || d.Battery != 0 || d.Temperature != 22 {
		t.Errorf("probe: %+v, %v", d.Telemetry, err)
	}
}

// Cancelling ends every step at once, whatever the step's own limit.
func TestContextEndsEveryStep(t *testing.T) {
	for _, op := range []uint16{opFirmware, opReadConfig, opReadMSD, opWriteStart, opWriteData, opWriteEnd} {
		t.Run(fmt.Sprintf("%04x", op), func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			answer := obliging(sampleConfig(t800x480()), 1e9, nil)
			s := &script{reply: func(got uint16, data []byte) [][]byte {
				if got == op {
					cancel()
					return nil
				}
				return answer(got, data)
			}}
			d, f := mono(listen(t, s.serve))
			var err error
			if op == opFirmware || op == opReadMSD {
				_, err = New(Options{}).Probe(ctx, d.Address)
			} else {
				_, err = New(Options{}).Push(ctx, d, f)
			}
			if !errors.Is(err, context.Canceled) || display.KindOf(err) != "" {
				t.Errorf("error %v, want %v", err, context.Canceled)
			}
		})
	}
}

// How long a silent device holds the driver, on a clock that costs nothing.
func TestLimits(t *testing.T) {
	for _, c := range []struct {
		name   string
		scheme byte
		silent uint16
		want   time.Duration
	}{
		{"reply", 0, opReadConfig, 10 * time.Second},
		{"mono refresh", 0, opWriteEnd, 30 * time.Second},
		{"colour refresh", 1, opWriteEnd, 75 * time.Second},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				except := map[uint16][][]byte{opWriteEnd: {ack(opWriteEnd)}}
				if c.silent != opWriteEnd {
					except[c.silent] = nil
				}
				s := &script{reply: obliging(sampleConfig(displayPacket(1, 8, 8, 0, c.scheme, 0)), 1e9, except)}
				dial := func(context.Context, string, string) (net.Conn, error) {
					here, there := net.Pipe()
					go s.serve(there)
					return here, nil
				}
				p := panel(8, 8, 0, schemeOf(c.scheme))
				begin := time.Now()
				_, err := New(Options{Dial: dial}).Push(t.Context(), display.Display{Address: "x", Panel: p}, displaytest.Noise(p, 1).Frame)
				displaytest.CheckError(t, err, display.Timeout)
				if took := time.Since(begin); took != c.want {
					t.Errorf("gave up after %v, want %v", took, c.want)
				}
			})
		})
	}
}

func TestWithPort(t *testing.T) {
	for in, want := range map[string]string{
		"192.0.2.7":         "192.0.2.7:2446",
		"192.0.2.7:9000":    "192.0.2.7:9000",
		"od123456.local":    "od123456.local:2446",
		"2001:db8::7":       "[2001:db8::7]:2446",
		"[2001:db8::7]":     "[2001:db8::7]:2446",
		"[2001:db8::7]:900": "[2001:db8::7]:900",
	} {
		if got := withPort(in, DefaultPort); got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
}
