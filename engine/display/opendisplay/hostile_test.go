package opendisplay

import (
	"context"
	"encoding/binary"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/display/displaytest"
)

// frameOf puts the length in front of a payload.
func frameOf(payload ...byte) []byte {
	return append(binary.LittleEndian.AppendUint16(nil, uint16(len(payload))), payload...)
}

// Peers that mean harm: none may hold the driver longer than a reply may take, or make it
// keep more than a configuration.
func TestHostilePeers(t *testing.T) {
	for _, c := range []struct {
		name  string
		serve func(net.Conn) // after the request for the configuration
		kind  display.Kind
		words string
		most  time.Duration
	}{
		{"configuration without end", func(c net.Conn) {
			first := append([]byte{0, 0x40, 0, 0, 0xff, 0x1f}, make([]byte, 94)...) // 8,191 bytes announced
			for n := uint16(1); ; n++ {
				if _, err := c.Write(frameOf(first...)); err != nil {
					return
				}
				first = append([]byte{0, 0x40, byte(n), byte(n >> 8)}, make([]byte, 96)...)
			}
		}, display.Protocol, "do not add up", 0},
		{"chunks of nothing", func(c net.Conn) {
			_, _ = c.Write(frameOf(0, 0x40, 0, 0, 9, 0, 1))
			_, _ = c.Write(frameOf(0, 0x40, 1, 0))
		}, display.Protocol, "do not add up", 0},
		{"more announced than allowed", func(c net.Conn) {
			_, _ = c.Write(frameOf(0, 0x40, 0, 0, 0xff, 0xff, 1))
		}, display.Protocol, "larger than", 0},
		{"a byte a second", func(c net.Conn) {
			for _, b := range frameOf(make([]byte, 4096)...) {
				if _, err := c.Write([]byte{b}); err != nil {
					return
				}
				time.Sleep(time.Second)
			}
		}, display.Timeout, silent, 10 * time.Second},
		{"a chunk of one byte a second", func(c net.Conn) {
			reply := []byte{0, 0x40, 0, 0, 0xff, 0x1f, 1}
			for n := uint16(1); ; n++ {
				if _, err := c.Write(frameOf(reply...)); err != nil {
					return
				}
				reply = []byte{0, 0x40, byte(n), byte(n >> 8), 1}
				time.Sleep(time.Second)
			}
		}, display.Timeout, silent, 10 * time.Second},
		{"frame longer than allowed", func(c net.Conn) { _, _ = c.Write([]byte{0x01, 0x10, 0, 0x40}) }, display.Protocol, "frame of 4097 bytes", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				here, there := net.Pipe()
				var peer sync.WaitGroup
				defer peer.Wait() // it notices that the driver hung up when it next writes
				peer.Go(func() {
					defer there.Close()
					_, _ = io.ReadFull(there, make([]byte, 4))
					c.serve(there)
					_, _ = io.Copy(io.Discard, there)
				})
				dial := func(context.Context, string, string) (net.Conn, error) { return here, nil }
				d, f := mono("x")
				begin := time.Now()
				_, err := New(Options{Dial: dial}).Push(t.Context(), d, f)
				displaytest.CheckError(t, err, c.kind)
				if err == nil || !strings.Contains(err.Error(), c.words) {
					t.Errorf("error %v, want …%s…", err, c.words)
				}
				if took := time.Since(begin); took != c.most {
					t.Errorf("held for %v, want %v", took, c.most)
				}
			})
		})
	}
}

// A device that reads nothing of the picture must not hold the driver either.
func TestPeerThatStopsReading(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		here, there := net.Pipe()
		go func() {
			_, _ = io.ReadFull(there, make([]byte, 4))
			s := &script{reply: obliging(sampleConfig(t800x480()), 48000, nil)}
			for _, p := range s.reply(opReadConfig, nil) {
				_, _ = there.Write(frameOf(p...))
			}
			_, _ = io.ReadFull(there, make([]byte, 4))
			_, _ = there.Write(frameOf(ack(opWriteStart)...))
		}()
		dial := func(context.Context, string, string) (net.Conn, error) { return here, nil }
		d, f := mono("x")
		begin := time.Now()
		_, err := New(Options{Dial: dial}).Push(t.Context(), d, f)
		displaytest.CheckError(t, err, display.Timeout)
		if took := time.Since(begin); took != 10*time.Second {
			t.Errorf("held for %v", took)
		}
	})
}

// A device that talks without being asked is one that speaks another protocol.
func TestPeerThatFloods(t *testing.T) {
	s := &script{reply: func(op uint16, data []byte) [][]byte {
		good := obliging(sampleConfig(t800x480()), 48000, nil)
		if op == opWriteStart {
			many := make([][]byte, 2000)
			for i := range many {
				many[i] = ack(opRefreshDone)
			}
			return append([][]byte{ack(op)}, many...)
		}
		return good(op, data)
	}}
	d, f := mono(listen(t, s.serve))
	_, err := New(Options{}).Push(t.Context(), d, f)
	displaytest.CheckError(t, err, display.Protocol)
}

// Firmware that counts seven colours as one bit a pixel refuses a start with the size, and
// is told from one that draws before anything is drawn.
func TestSevenInksOnOldFirmware(t *testing.T) {
	p := panel(16, 2, 0, display.ACeP7)
	for _, modes := range []byte{0, 3} {
		good := obliging(sampleConfig(displayPacket(34, 16, 2, 0, 7, modes)), 16, nil)
		counts := 4 // bytes
		s := &script{}
		s.reply = func(op uint16, data []byte) [][]byte {
			if op == opWriteStart && len(data) >= 4 && int(binary.LittleEndian.Uint32(data)) != counts {
				return [][]byte{{0xff, 0x70}}
			}
			return good(op, data)
		}
		d := display.Display{Address: listen(t, s.serve), Panel: p}
		f := displaytest.Noise(p, 1).Frame
		_, err := New(Options{}).Push(t.Context(), d, f)
		displaytest.CheckError(t, err, display.Unsupported)
		if len(s.raw) > 0 || !strings.HasSuffix(s.commands(), "0070+4") {
			t.Errorf("modes %d: %s", modes, s.commands())
		}
		counts = 16
		if _, err := New(Options{}).Push(t.Context(), d, f); err != nil {
			t.Errorf("modes %d: push to firmware that counts right: %v", modes, err)
		}
	}
}

// Firmware before protocol 2.2 counts 4,096 bytes without the length in front.
func TestOldFirmwareFrames(t *testing.T) {
	small := sampleConfig(t800x480())
	blob := sampleConfig(t800x480(), append([]byte{9, 0x77}, make([]byte, 4094-len(small)-2)...)) // an unknown packet ends it
	binary.LittleEndian.PutUint16(blob, uint16(len(blob)))
	s := &script{reply: obliging(blob, 48000, map[uint16][][]byte{opReadConfig: {append([]byte{0x80, 0x40}, blob...)}})}
	d, f := mono(listen(t, s.serve))
	if _, err := New(Options{}).Push(t.Context(), d, f); err != nil {
		t.Errorf("a configuration of 4,094 bytes in one frame of 4,096: %v", err)
	}
}
