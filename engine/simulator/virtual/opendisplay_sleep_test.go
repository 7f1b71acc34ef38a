package virtual_test

import (
	"errors"
	"net"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/roomink/roomink/engine/simulator/virtual"
)

func TestReboot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDisplay(t, virtual.Options{RefreshScale: 1})
		c, gone := attach(t, d)
		c.send("00 44")
		c.reply()
		began := time.Now()
		c.send("00 0f")
		c.expectClosed() // no reply
		if d.Glass().Powered {
			t.Error("powered while it reboots")
		}
		<-gone
		if after := time.Since(began); after != 3*time.Second || !d.Glass().Powered {
			t.Errorf("back after %v: %+v", after, d.Glass())
		}
		c, _ = attach(t, d)
		c.send("00 44")
		if reply := c.reply(); reply[17]&0b10 == 0 {
			t.Errorf("no reboot flag in % x", reply)
		}
	})
}

func TestDeepSleep(t *testing.T) {
	asleep := virtual.Options{Power: virtual.Power{DeepSleep: 15 * time.Minute}}
	for _, c := range []struct {
		send string
		want time.Duration
	}{
		{"00 53", 15 * time.Minute},
		{"00 53 00 00", 15 * time.Minute},
		{"00 53 07", 15 * time.Minute},
		{"00 53 01 00", 256 * time.Second}, // big-endian
		{"00 53 ff ff 99", 65535 * time.Second},
	} {
		synctest.Test(t, func(t *testing.T) {
			d := newDisplay(t, asleep)
			cl, gone := attach(t, d)
			began := time.Now()
			cl.send(c.send)
			cl.expectClosed()
			late, _ := attach(t, d)
			late.expectClosed()
			<-gone
			if after := time.Since(began); after != c.want || !d.Glass().Powered {
				t.Errorf("%s: back after %v", c.send, after)
			}
		})
	}
	synctest.Test(t, func(t *testing.T) { // its button wakes it
		d := newDisplay(t, asleep)
		cl, gone := attach(t, d)
		cl.send("00 53")
		cl.expectClosed()
		time.Sleep(time.Second)
		d.SetPower(true)
		<-gone
		cl, _ = attach(t, d)
		cl.send("00 44")
		cl.reply()
	})
	synctest.Test(t, func(t *testing.T) { // switched off asleep, it stays off
		d := newDisplay(t, asleep)
		cl, gone := attach(t, d)
		cl.send("00 53")
		cl.expectClosed()
		d.SetPower(false)
		<-gone
		time.Sleep(time.Hour)
		if d.Glass().Powered {
			t.Error("woke up without power")
		}
	})
	for name, p := range map[string]virtual.Power{
		"01 00": {}, "02 00": {Source: virtual.USB, DeepSleep: time.Minute},
	} {
		synctest.Test(t, func(t *testing.T) {
			cl, _ := attach(t, newDisplay(t, virtual.Options{Power: p}))
			cl.send("00 53")
			cl.expect("04 00 ff 53" + name)
		})
	}
}

// TestDeepSleepOnANetwork: the port is closed while the display sleeps.
func TestDeepSleepOnANetwork(t *testing.T) {
	d := start(t, virtual.Options{Power: virtual.Power{DeepSleep: time.Hour}})
	c := dial(t, d)
	c.send("00 53")
	c.expectClosed()
	if _, err := net.Dial("tcp", d.Addr()); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Fatalf("it answers in its sleep: %v", err)
	}
	d.SetPower(true)
	c = dial(t, d)
	c.send("00 44")
	c.reply()
}

func TestPowerOffCommand(t *testing.T) {
	c := dial(t, start(t, virtual.Options{}))
	c.send("00 52")
	c.expect("04 00 ff 52 00 00") // no latch, no power off

	d := start(t, virtual.Options{Power: virtual.Power{Latch: true}})
	c = dial(t, d)
	c.send("00 52")
	c.expect("02 00 00 52")
	c.expectClosed()
	if d.Glass().Powered {
		t.Fatal("still on")
	}
	d.SetPower(true)
	dial(t, d).upload(unhex(t, first[6:]))
}

// TestWhatSurvives: the picture's etag is kept in the clock's memory, which deep sleep
// leaves alone and a reset clears.
func TestWhatSurvives(t *testing.T) {
	for name, want := range map[string]string{
		"00 53": "02 00 00 76",
		"00 0f": "04 00 ff 76 01 00",
	} {
		synctest.Test(t, func(t *testing.T) {
			d := newDisplay(t, virtual.Options{Power: virtual.Power{DeepSleep: time.Minute}})
			c, gone := attach(t, d)
			withEtag(c)
			c.send(name)
			c.expectClosed()
			<-gone
			c, _ = attach(t, d)
			c.send("00 76 00 a1 b2 c3 d4 00 00 00 02 00 08 00 01 00 08 00 02")
			c.expect(want)
		})
	}
}
