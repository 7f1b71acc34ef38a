package opendisplay

import (
	"encoding/binary"
	"io"
	"net"
	"testing"

	"github.com/roomink/roomink/engine/display"
)

// One push over loopback to a device that answers at once.
func BenchmarkPush(b *testing.B) {
	for _, c := range []struct {
		name  string
		modes byte
	}{{"plain", 0}, {"compressed", modeStream | modeZip}} {
		b.Run(c.name, func(b *testing.B) {
			cfg := sampleConfig(displayPacket(59, 800, 480, 0, 0, c.modes))
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				b.Fatal(err)
			}
			defer l.Close()
			go benchDevice(l, cfg)
			p := panel(800, 480, 0, display.Mono)
			d, f := display.Display{Address: l.Addr().String(), Panel: p}, display.Frame{Image: sign(800, 480)}
			drv := New(Options{})
			b.ReportAllocs()
			for b.Loop() {
				if _, err := drv.Push(b.Context(), d, f); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// benchDevice answers without allocating, so that the figures are the driver's.
func benchDevice(l net.Listener, config []byte) {
	buf := make([]byte, 8192)
	blob := append([]byte{byte(len(config) + 2), byte((len(config) + 2) >> 8), 0x80, 0x40}, config...)
	for {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		got, compressed := 0, false
		for {
			if _, err := io.ReadFull(conn, buf[:2]); err != nil {
				break
			}
			n := int(binary.LittleEndian.Uint16(buf))
			if _, err := io.ReadFull(conn, buf[:n]); err != nil {
				break
			}
			out := append(buf[6000:6000], 2, 0, 0, buf[1])
			switch op := uint16(buf[1]); {
			case op == opReadConfig:
				out = blob
			case op == opWriteStart:
				got, compressed = 0, n > 2
			case op == opWriteEnd:
				out = append(out, 2, 0, 0, 0x73)
			case op == opWriteData && !compressed:
				if got += n - 2; got == 48000 {
					out = append(buf[6000:6000], 2, 0, 0, 0x72, 2, 0, 0, 0x73)
				}
			}
			if _, err := conn.Write(out); err != nil {
				break
			}
		}
		conn.Close()
	}
}
