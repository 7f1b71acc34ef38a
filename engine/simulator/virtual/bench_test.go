package virtual_test

import (
	"io"
	"net"
	"testing"

	"github.com/roomink/roomink/engine/simulator/virtual"
)

// BenchmarkPush is what the simulator itself costs of one 48,000-byte frame on an
// instant panel over loopback: no benchmark of a driver can be faster.
func BenchmarkPush(b *testing.B) {
	d := start(b, virtual.Options{Model: virtual.Panel75BW})
	conn, err := net.Dial("tcp", d.Addr())
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Close()
	begin := []byte{2, 0, 0, 0x70}
	piece := append([]byte{0xfe, 0x0f, 0, 0x71}, make([]byte, 4092)...)
	last := append([]byte{0xae, 0x0b, 0, 0x71}, make([]byte, 2988)...)
	reply := make([]byte, 8)
	exchange := func(send []byte, want int) {
		if _, err := conn.Write(send); err != nil {
			b.Fatal(err)
		}
		if _, err := io.ReadFull(conn, reply[:want]); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		exchange(begin, 4)
		for range 11 {
			exchange(piece, 4)
		}
		exchange(last, 8)
	}
	if d.Glass().Pushes < b.N {
		b.Fatalf("%d pushes of %d", d.Glass().Pushes, b.N)
	}
}
