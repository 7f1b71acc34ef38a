package virtual_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/roomink/roomink/engine/simulator/virtual"
)

// Byte 0 of the telemetry is: number in bits 0 to 2, presses in bits 3 to 6, down in bit 7.
func TestButtons(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDisplay(t, virtual.Options{Buttons: 2})
		want := func(state byte) {
			t.Helper()
			if got := unhex(t, d.Service().TXT["msd"])[0]; got != state {
				t.Fatalf("state %08b, want %08b", got, state)
			}
		}
		want(0)
		d.Press(1)
		want(0b1_0001_000)
		d.Press(1) // it is down already
		want(0b1_0001_000)
		d.Release(1)
		want(0b0_0001_000)
		d.Press(2)
		d.Release(2)
		want(0b0_0001_001)
		for range 14 {
			d.Press(1)
			d.Release(1)
		}
		want(0b0_1111_000)
		d.Press(1) // sixteen
		want(0b1_0000_000)
		d.Release(1)
		time.Sleep(6 * time.Second) // left alone, it counts anew
		d.Press(1)
		want(0b1_0001_000)
		d.Press(3) // there is none
		want(0b1_0001_000)
		d.SetPower(false)
		d.SetPower(true)
		want(0)
	})
}

func TestMove(t *testing.T) {
	d := start(t, virtual.Options{})
	old := d.Addr()
	c := dial(t, d)
	c.send("00 44")
	c.reply()
	if err := d.Move(); err != nil || d.Addr() == old {
		t.Fatalf("moved from %s to %s: %v", old, d.Addr(), err)
	}
	c.expectClosed()
	dial(t, d).upload(unhex(t, unsqueezed))
	wantMono(t, d.Glass(), 16, unhex(t, unsqueezed))
}
