package virtual_test

import (
	"context"
	"errors"
	"net"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/roomink/roomink/engine/simulator/virtual"
)

// attach serves one client over a net.Pipe, inside a synctest bubble. The channel
// is closed when the display has let the client go.
func attach(t *testing.T, d *virtual.OpenDisplay) (*client, <-chan struct{}) {
	t.Helper()
	ours, theirs := net.Pipe()
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		d.ServeConn(t.Context(), theirs)
	}()
	t.Cleanup(func() { ours.Close() })
	return &client{t, ours}, gone
}

// expectSilence reports a byte or an end that comes within the time. Use it in a
// bubble, where time costs nothing.
func (c *client) expectSilence(wait time.Duration) {
	c.t.Helper()
	c.conn.SetReadDeadline(time.Now().Add(wait))
	n, err := c.conn.Read(make([]byte, 1))
	var timeout net.Error
	if n != 0 || !errors.As(err, &timeout) || !timeout.Timeout() {
		c.t.Fatalf("within %v: %d bytes, %v", wait, n, err)
	}
}

const first, second = "00 71 01 02 03 04 05 06 07 08", "00 71 11 12 13 14 15 16 17 18"

func TestRefreshTimes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDisplay(t, virtual.Options{RefreshScale: 1})
		c, _ := attach(t, d)
		c.send("00 70")
		c.expect("02 00 00 70")
		c.send(first)
		c.expect("02 00 00 72")
		asked := time.Now()
		synctest.Wait()
		if g := d.Glass(); !g.Refreshing || g.Pushes != 0 {
			t.Fatalf("glass while refreshing: %+v", g)
		}
		c.expectSilence(1199 * time.Millisecond)
		wantMono(t, d.Glass(), 16, blank)
		c.expect("02 00 00 73")
		if took := time.Since(asked); took != 1200*time.Millisecond {
			t.Errorf("a full refresh took %v", took)
		}
		g := d.Glass()
		wantMono(t, g, 16, unhex(t, first[6:]))
		if g.Refreshing || !g.UpdatedAt.Equal(time.Now()) {
			t.Errorf("glass %+v", g)
		}

		c.send("00 70 08 00 00 00" + squeezed)
		c.expect("02 00 00 70")
		asked = time.Now()
		c.send("00 72 01 00 00 00 07")
		c.expect("02 00 00 72 02 00 00 73")
		if took := time.Since(asked); took != 450*time.Millisecond {
			t.Errorf("a fast refresh took %v", took)
		}
		for mode, want := range map[string]time.Duration{
			"00 72": 450 * time.Millisecond, "00 72 00": 1200 * time.Millisecond, "00 72 01": 450 * time.Millisecond,
		} {
			c.send("00 76 00 00 00 00 07 00 00 00 07 00 00 00 00 00 08 00 01 00 ff")
			c.expect("02 00 00 76")
			asked = time.Now()
			c.send(mode)
			c.expect("02 00 00 72 02 00 00 73")
			if took := time.Since(asked); took != want {
				t.Errorf("a partial refresh, %q, took %v", mode, took)
			}
		}
	})
}

// TestSlowPanel: a panel without a fast mode does a full refresh when asked for a
// fast one, and 18 s of it don't count as idling.
func TestSlowPanel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := virtual.Model{Width: 16, Height: 1, Scheme: virtual.SchemeBWR, FullRefresh: 18 * time.Second, Zlib: true}
		d := newDisplay(t, virtual.Options{Model: m, RefreshScale: 2})
		c, _ := attach(t, d)
		c.send("00 70 04 00 00 00 18 19 01 04 00 fb ff ff ff ff ff 09 fa 03 fd")
		c.expect("02 00 00 70")
		asked := time.Now()
		c.send("00 72 01")
		c.expect("02 00 00 72")
		c.conn.SetReadDeadline(time.Time{})
		buf := make([]byte, 4)
		if n, err := c.conn.Read(buf); err != nil || buf[3] != 0x73 {
			t.Fatalf("% x, %v", buf[:n], err)
		}
		if took := time.Since(asked); took != 36*time.Second {
			t.Errorf("took %v", took)
		}
		c.expectSilence(29 * time.Second)
	})
}

func TestIdleClientIsDropped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDisplay(t, virtual.Options{IdleTimeout: 10 * time.Second})
		c, gone := attach(t, d)
		began := time.Now()
		time.Sleep(9 * time.Second)
		c.send("00 44") // a command counts
		c.reply()
		time.Sleep(9 * time.Second)
		c.send("00 99") // an unknown one does not
		c.reply()
		c.raw("04 00 00") // half a frame neither
		<-gone
		if after := time.Since(began); after != 19*time.Second {
			t.Errorf("dropped after %v", after)
		}
		c.expectClosed()
	})
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		_, gone := attach(t, newDisplay(t, virtual.Options{}))
		<-gone
		if after := time.Since(began); after != 30*time.Second {
			t.Errorf("by default dropped after %v", after)
		}
	})
}

// TestDeafClientIsDropped: one that reads nothing must not hold the slot.
func TestDeafClientIsDropped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDisplay(t, virtual.Options{})
		c, gone := attach(t, d)
		c.send("00 40")
		<-gone
		c.expectClosed()
	})
}

func TestOneClientAtATime(t *testing.T) {
	d := start(t, virtual.Options{})
	a := dial(t, d)
	a.send("00 70")
	a.expect("02 00 00 70")
	for range 3 {
		dial(t, d).expectClosed()
	}
	a.send(first) // the first one is not disturbed
	a.expect("02 00 00 72 02 00 00 73")
	wantMono(t, d.Glass(), 16, unhex(t, first[6:]))
	for range 20 { // an ordinary reconnect is not refused
		a.conn.Close()
		a = dial(t, d)
		a.send("00 70")
		a.expect("02 00 00 70")
	}
}

func TestDisconnectMidFrameLeavesTheOldPicture(t *testing.T) {
	d := start(t, virtual.Options{})
	c := dial(t, d)
	c.upload(unhex(t, first[6:]))
	c.send("00 70")
	c.expect("02 00 00 70")
	c.send("00 71 11 12 13 14 15 16 17")
	c.expect("02 00 00 71")
	c.conn.Close()

	c = dial(t, d)
	c.send("00 71 18") // the last byte of a frame that is forgotten: no answer
	c.send("00 99")
	c.expect("02 00 ff 99")
	glass := d.Glass()
	wantMono(t, glass, 16, unhex(t, first[6:]))
	if glass.Pushes != 1 || glass.Refreshing {
		t.Fatalf("glass %+v", glass)
	}
}

// TestDisconnectAfterTheFrame: the display has all it needs, and refreshes.
func TestDisconnectAfterTheFrame(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDisplay(t, virtual.Options{RefreshScale: 1})
		c, gone := attach(t, d)
		c.send("00 70")
		c.expect("02 00 00 70")
		c.send(first)
		c.conn.Close()
		late, _ := attach(t, d) // the slot is taken until the panel is done
		late.expectClosed()
		<-gone
		wantMono(t, d.Glass(), 16, unhex(t, first[6:]))
		next, _ := attach(t, d)
		next.send("00 44")
		next.reply()
	})
}

func TestPowerCycle(t *testing.T) {
	d := start(t, virtual.Options{})
	addr := d.Addr()
	c := dial(t, d)
	withEtag(c)
	c.send("00 70")
	c.expect("02 00 00 70")
	c.send("00 71 01 02 03")
	c.expect("02 00 00 71")
	for range 3 {
		d.SetPower(false)
		d.SetPower(false) // twice does no harm
		c.expectClosed()
		if conn, err := net.Dial("tcp", addr); !errors.Is(err, syscall.ECONNREFUSED) {
			t.Fatalf("a display without power answers: %v %v", conn, err)
		}
		glass := d.Glass()
		wantMono(t, glass, 16, blank)
		if glass.Powered || glass.Pushes != 1 {
			t.Fatalf("glass %+v", glass)
		}
		d.SetPower(true)
		d.SetPower(true)
		if d.Addr() != addr || !d.Glass().Powered {
			t.Fatalf("back on %s, was on %s", d.Addr(), addr)
		}
		c = dial(t, d)
		c.send("00 76 00 a1 b2 c3 d4 00 00 00 02 00 08 00 01 00 08 00 02")
		c.expect("04 00 ff 76 01 00") // the etag is forgotten
	}
	c.upload(unhex(t, first[6:]))
	wantMono(t, d.Glass(), 16, unhex(t, first[6:]))
}

func TestPowerFailsDuringARefresh(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDisplay(t, virtual.Options{RefreshScale: 1})
		c, gone := attach(t, d)
		c.send("00 70")
		c.expect("02 00 00 70")
		c.send(first)
		c.expect("02 00 00 72")
		time.Sleep(time.Second)
		d.SetPower(false)
		d.SetPower(true) // at once: the lost refresh must not come back
		c.expectClosed()
		<-gone
		time.Sleep(time.Minute)
		glass := d.Glass()
		wantMono(t, glass, 16, blank)
		if glass.Pushes != 0 || glass.Refreshing || !glass.Powered {
			t.Fatalf("glass %+v", glass)
		}
	})
}

func TestServeEndsDuringARefresh(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDisplay(t, virtual.Options{RefreshScale: 1})
		ours, theirs := net.Pipe()
		ctx, stop := context.WithCancel(t.Context())
		gone := make(chan struct{})
		go func() {
			defer close(gone)
			d.ServeConn(ctx, theirs)
		}()
		c := &client{t, ours}
		c.send("00 70")
		c.expect("02 00 00 70")
		c.send(first)
		c.expect("02 00 00 72")
		stop()
		<-gone
		if g := d.Glass(); g.Refreshing || g.Pushes != 0 {
			t.Fatalf("glass %+v", g)
		}
	})
}

func TestOffClientsAreTurnedAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDisplay(t, virtual.Options{})
		d.SetPower(false)
		c, gone := attach(t, d)
		<-gone
		c.expectClosed()
	})
}

func TestServeReportsALostPort(t *testing.T) {
	d := newDisplay(t, virtual.Options{})
	if err := d.Listen(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- d.Serve(t.Context()) }()
	d.SetPower(false)
	thief, err := net.Listen("tcp", d.Addr())
	if err != nil {
		t.Fatal(err)
	}
	defer thief.Close()
	d.SetPower(true)
	if err := <-ended; !errors.Is(err, syscall.EADDRINUSE) {
		t.Fatalf("Serve: %v", err)
	}
}

func TestWatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDisplay(t, virtual.Options{RefreshScale: 1})
		ctx, stop := context.WithCancel(t.Context())
		glasses := d.Watch(ctx)
		if g := <-glasses; g.Seq != 0 || g.Image == nil || !g.Powered {
			t.Fatalf("at first %+v", g)
		}
		c, _ := attach(t, d)
		c.send("00 70")
		c.expect("02 00 00 70")
		c.send(first)
		c.expect("02 00 00 72")
		if g := <-glasses; !g.Refreshing || g.Pushes != 0 {
			t.Fatalf("then %+v", g)
		}
		c.expect("02 00 00 73")
		if g := <-glasses; g.Refreshing || g.Pushes != 1 {
			t.Fatalf("then %+v", g)
		} else {
			wantMono(t, g, 16, unhex(t, first[6:]))
			g.Image.Pix[0] = 1 // it is ours to spoil
			wantMono(t, d.Glass(), 16, unhex(t, first[6:]))
		}
		for range 2 { // four changes, nobody looks
			c.send("00 70")
			c.expect("02 00 00 70")
			c.send(second)
			c.expect("02 00 00 72 02 00 00 73")
		}
		if g := <-glasses; g.Pushes != 3 || g.Seq != 6 {
			t.Fatalf("the latest is %+v", g)
		}
		select {
		case g := <-glasses:
			t.Fatalf("an old state was kept: %+v", g)
		default:
		}
		stop()
		synctest.Wait()
		if _, open := <-glasses; open {
			t.Fatal("still open")
		}
		d.SetPower(false) // no watcher left to trip over
	})
}
