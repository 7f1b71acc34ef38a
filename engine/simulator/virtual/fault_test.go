package virtual_test

import (
	"bytes"
	"io"
	"testing"
	"testing/synctest"
	"time"

	"github.com/roomink/roomink/engine/simulator/virtual"
)

// recovers proves that a display whose fault is gone works, and that the fault
// left the old picture.
func recovers(t *testing.T, d *virtual.OpenDisplay) {
	t.Helper()
	glass := d.Glass()
	wantMono(t, glass, 16, blank)
	if glass.Refreshing {
		t.Fatal("refreshing for ever")
	}
	d.SetFault(virtual.NoFault)
	dial(t, d).upload(unhex(t, first[6:]))
	wantMono(t, d.Glass(), 16, unhex(t, first[6:]))
}

func TestFaultGarbage(t *testing.T) {
	d := start(t, virtual.Options{})
	d.SetFault(virtual.Garbage)
	c := dial(t, d)
	c.send("00 40")
	got := make([]byte, 16)
	c.conn.SetReadDeadline(time.Now().Add(patience))
	if _, err := io.ReadFull(c.conn, got); err != nil {
		t.Fatal(err)
	}
	if got[1] < 0x80 {
		t.Fatalf("% x could be a frame", got)
	}
	c.conn.Close()
	recovers(t, d)
}

func TestFaultHang(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDisplay(t, virtual.Options{})
		d.SetFault(virtual.Hang)
		c, gone := attach(t, d)
		c.send("00 43")
		c.expectSilence(10 * time.Minute) // nor is anybody dropped
		c.send("00 70")
		c.expectSilence(time.Minute)
		c.conn.Close()
		<-gone
	})
	d := start(t, virtual.Options{})
	d.SetFault(virtual.Hang)
	c := dial(t, d)
	c.send("00 43")
	c.conn.Close()
	recovers(t, d)
}

func TestFaultBusy(t *testing.T) {
	d := start(t, virtual.Options{})
	d.SetFault(virtual.Busy)
	dial(t, d).expectClosed()
	dial(t, d).expectClosed()
	recovers(t, d)
}

func TestFaultDropMidFrame(t *testing.T) {
	for name, talk := range map[string]func(c *client){
		"plain": func(c *client) {
			c.send("00 70")
			c.expect("02 00 00 70")
			c.send("00 71 01 02 03")
			c.expect("02 00 00 71")
			c.send("00 71 04")
		},
		"compressed": func(c *client) {
			c.send("00 70 08 00 00 00")
			c.expect("02 00 00 70")
			c.send("00 71" + squeezed)
		},
		"compressed, all in the start": func(c *client) {
			c.send("00 70 08 00 00 00" + squeezed)
			c.expect("02 00 00 70")
			c.send("00 72 00")
		},
	} {
		t.Run(name, func(t *testing.T) {
			d := start(t, virtual.Options{})
			d.SetFault(virtual.DropMidFrame)
			c := dial(t, d)
			talk(c)
			c.expect("02 00 00") // half a reply
			c.expectClosed()
			recovers(t, d)
		})
	}
}

func TestFaultRefreshTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDisplay(t, virtual.Options{RefreshScale: 0.5})
		c, _ := attach(t, d)
		withEtag(c)
		d.SetFault(virtual.RefreshTimeout)
		c.send("00 70")
		c.expect("02 00 00 70")
		c.send(first)
		c.expect("02 00 00 72")
		c.expectSilence(30*time.Second - 1)
		c.expect("02 00 00 74")
		c.send("00 76 00 a1 b2 c3 d4 00 00 00 02 00 08 00 01 00 08 00 02")
		c.expect("04 00 ff 76 01 00") // nobody knows what is on the glass
		if d.Glass().Pushes != 1 {
			t.Fatal("a refresh that failed was counted")
		}
	})
	d := start(t, virtual.Options{})
	d.SetFault(virtual.RefreshTimeout)
	c := dial(t, d)
	c.send("00 70")
	c.expect("02 00 00 70")
	c.send(first)
	c.expect("02 00 00 72 02 00 00 74")
	c.conn.Close()
	recovers(t, d)
}

func TestFaultNackData(t *testing.T) {
	d := start(t, virtual.Options{})
	c := dial(t, d)
	withEtag(c)
	d.SetFault(virtual.NackData)
	c.send("00 70")
	c.expect("02 00 00 70")
	c.send(first)
	c.expect("02 00 ff 71")
	c.send("00 76 00 a1 b2 c3 d4 00 00 00 02 00 08 00 01 00 08 00 02")
	c.expect("02 00 00 76")
	c.send("00 71 ff")
	c.expect("04 00 ff 71 06 00")
	c.conn.Close()
	recovers(t, d)
}

func TestFaultSlowAcks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDisplay(t, virtual.Options{AckDelay: 2 * time.Second})
		d.SetFault(virtual.SlowAcks)
		c, _ := attach(t, d)
		began := time.Now()
		c.upload(unhex(t, first[6:]))
		if took := time.Since(began); took != 6*time.Second {
			t.Errorf("three replies took %v", took)
		}
		wantMono(t, d.Glass(), 16, unhex(t, first[6:]))
	})
}

func TestFaultLostRefreshed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDisplay(t, virtual.Options{})
		d.SetFault(virtual.LostRefreshed)
		c, _ := attach(t, d)
		c.send("00 70")
		c.expect("02 00 00 70")
		c.send(first)
		c.expect("02 00 00 72")
		c.expectSilence(20 * time.Second)
		wantMono(t, d.Glass(), 16, unhex(t, first[6:]))
		c.send("00 44") // it still lives
		if reply := c.reply(); !bytes.HasPrefix(reply, []byte{0, 0x44}) {
			t.Fatalf("% x", reply)
		}
	})
}

func TestFaultNames(t *testing.T) {
	if s := virtual.DropMidFrame.String(); s != "drop mid-frame" {
		t.Error(s)
	}
	if s := virtual.LostRefreshed.String(); s != "lost refreshed" {
		t.Error(s)
	}
	if s := virtual.Fault(99).String(); s != "fault 99" {
		t.Error(s)
	}
}
