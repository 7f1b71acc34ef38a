package virtual_test

import (
	"bytes"
	"io"
	"net"
	"testing"
	"time"

	"github.com/roomink/roomink/engine/simulator/virtual"
)

// tape is a connection that plays a recording and throws replies away.
type tape struct{ io.Reader }

func (*tape) Write(b []byte) (int, error)      { return len(b), nil }
func (*tape) Close() error                     { return nil }
func (*tape) LocalAddr() net.Addr              { return &net.TCPAddr{} }
func (*tape) RemoteAddr() net.Addr             { return &net.TCPAddr{} }
func (*tape) SetDeadline(time.Time) error      { return nil }
func (*tape) SetReadDeadline(time.Time) error  { return nil }
func (*tape) SetWriteDeadline(time.Time) error { return nil }

// FuzzSession plays anything a client could send. The display must not panic, and
// its glass must only ever show whole frames: a byte less than was sent shows
// what was there before, or a picture that an earlier refresh completed.
func FuzzSession(f *testing.F) {
	for _, text := range []string{
		"02 00 00 43 02 00 00 40 02 00 00 44",
		"02 00 00 70 0a 00 00 71 01 02 03 04 05 06 07 08 03 00 00 72 00",
		"02 00 00 70 06 00 00 71 01 02 03 04 06 00 00 71 05 06 07 08",
		"16 00 00 70 08 00 00 00" + squeezed + "07 00 00 72 01 a1 b2 c3 d4" +
			"14 00 00 76 00 a1 b2 c3 d4 00 00 00 02 00 08 00 01 00 08 00 01 0f 03 00 00 71 ff 02 00 00 72",
		"02 00 00 0f", "02 00 00 52", "04 00 00 53 00 01", "00 00", "ff ff", "01 00 00",
	} {
		f.Add(unhex(f, text), uint8(0))
	}
	f.Add(unhex(f, "02 00 00 70 0a 00 00 71 01 02 03 04 05 06 07 08"), uint8(1))
	f.Fuzz(func(t *testing.T, sent []byte, profile uint8) {
		play := func(sent []byte) (glass virtual.Glass) {
			// On USB it does not sleep: that would take real time here.
			d := newDisplay(t, virtual.Options{Power: virtual.Power{Source: virtual.USB, Latch: true},
				Profile: virtual.Profile(profile % 2)})
			d.ServeConn(t.Context(), &tape{Reader: bytes.NewReader(sent)})
			glass = d.Glass()
			if glass.Refreshing {
				t.Fatal("a session ended and left the panel refreshing")
			}
			if glass.Pushes == 0 {
				wantMono(t, glass, 16, blank)
			}
			return glass
		}
		whole := play(sent)
		for cut := len(sent) - 1; cut >= max(0, len(sent)-24); cut-- {
			part := play(sent[:cut])
			if part.Pushes > whole.Pushes {
				t.Fatalf("%d refreshes of a part, %d of the whole", part.Pushes, whole.Pushes)
			}
			if part.Pushes == whole.Pushes && !bytes.Equal(part.Image.Pix, whole.Image.Pix) {
				t.Fatal("the glass changed without a refresh")
			}
		}
	})
}
