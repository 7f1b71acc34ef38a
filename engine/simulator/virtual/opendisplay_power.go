package virtual

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"
)

// bootTime is how long the board takes from reset until its Wi-Fi is back.
const bootTime = 3 * time.Second

// Listen opens the port, so that Addr is known before Serve runs. Serve does it
// too where it was not done.
func (d *OpenDisplay) Listen() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.wantsListener {
		return nil
	}
	d.wantsListener = true
	if !d.up() {
		return nil
	}
	if d.listen(); d.listenErr != nil {
		d.wantsListener = false
		return d.listenErr
	}
	return nil
}

// Addr is the host:port the display listens on, or listened on before it was
// switched off. It is empty before Listen.
func (d *OpenDisplay) Addr() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.addr
}

// Serve answers clients until ctx ends, then closes the port, drops the client
// and waits for everything it started. It returns nil then, and an error when the
// port could not be opened or, after a power cycle, not be had again. One Serve
// may run at a time.
func (d *OpenDisplay) Serve(ctx context.Context) error {
	if err := d.Listen(); err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	var sessions sync.WaitGroup
	defer sessions.Wait()
	defer d.stopListening()
	defer stop()
	for {
		ln, changed, err := d.port()
		if err != nil {
			return err
		}
		if ln == nil {
			select {
			case <-changed:
				continue
			case <-ctx.Done():
				return nil
			}
		}
		if err := d.accept(ctx, ln, &sessions); err != nil {
			return err
		}
		if ctx.Err() != nil {
			return nil
		}
	}
}

// port returns the open listener, nil while the display is down, and the channel
// that announces a change of that.
func (d *OpenDisplay) port() (net.Listener, <-chan struct{}, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.listener, d.changed, d.listenErr
}

// accept takes clients until the listener is closed.
func (d *OpenDisplay) accept(ctx context.Context, ln net.Listener, sessions *sync.WaitGroup) error {
	defer context.AfterFunc(ctx, func() { ln.Close() })()
	for {
		conn, err := ln.Accept()
		if errors.Is(err, net.ErrClosed) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("accept a client of virtual display %s: %w", d.Name(), err)
		}
		sessions.Go(func() { d.ServeConn(ctx, conn) })
	}
}

// SetPower switches the display on or off. Off: the port is closed, the client
// dropped, a refresh under way is lost and the advertisement withdrawn, but the
// glass keeps its picture. On: it boots at once and listens on the same port. On
// also wakes a display from deep sleep, as its button does.
func (d *OpenDisplay) SetPower(on bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case on && !d.up():
		d.dropSession() // one that sleeps must not wake the display a second time
		d.boot()
	case !on && d.powered:
		d.powered, d.asleep = false, false
		d.etag = 0
		d.goDown()
	}
}

// up reports whether the board runs. The caller of this and of the functions
// below holds d.mu.
func (d *OpenDisplay) up() bool { return d.powered && !d.asleep }

func (d *OpenDisplay) boot() {
	d.powered, d.asleep = true, false
	d.justBooted = true
	d.loops = 0
	d.panel.state.Powered = true
	if d.wantsListener {
		d.listen() // Serve returns the error
	}
	d.panel.changed()
	d.signal()
}

// goDown is what power loss, reset and deep sleep have in common.
func (d *OpenDisplay) goDown() {
	d.closeListener()
	d.dropSession()
	d.buttons, d.lastButton = [maxButtons]button{}, 0
	d.panel.state.Powered = false
	d.panel.state.Refreshing = false
	d.panel.changed()
	d.signal()
}

func (d *OpenDisplay) dropSession() {
	if d.session != nil {
		d.session.cancel()
		d.session = nil
	}
}

// listen opens the port, the same one again where there was one before.
func (d *OpenDisplay) listen() {
	addr := d.opts.Addr
	if d.addr != "" {
		addr = d.addr
	}
	d.listener, d.listenErr = net.Listen("tcp", addr)
	if d.listenErr != nil {
		d.listenErr = fmt.Errorf("virtual display %s: %w", d.Name(), d.listenErr)
		return
	}
	d.addr = d.listener.Addr().String()
}

func (d *OpenDisplay) closeListener() {
	if d.listener != nil {
		d.listener.Close()
		d.listener = nil
	}
}

func (d *OpenDisplay) stopListening() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.wantsListener = false
	d.closeListener()
	d.signal()
}

// Move gives the display another port, as another lease gives it another address: its
// client is gone, the old address is dead, and everything else is as before. It needs
// Listen, and does nothing while the display is off or asleep.
func (d *OpenDisplay) Move() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.listener == nil {
		return nil
	}
	host, _, err := net.SplitHostPort(d.addr)
	if err != nil {
		return fmt.Errorf("move virtual display %s: %w", d.Name(), err)
	}
	moved, err := net.Listen("tcp", net.JoinHostPort(host, "0"))
	if err != nil {
		return fmt.Errorf("move virtual display %s: %w", d.Name(), err)
	}
	d.closeListener()
	d.dropSession()
	d.listener, d.addr = moved, moved.Addr().String()
	d.signal()
	return nil
}

// rest takes the board down for a while in the name of a session: a reboot or a
// deep sleep, which alone keeps what is in the clock's memory (RTC_DATA_ATTR). Somebody
// may switch the board off, or on, meanwhile.
func (d *OpenDisplay) rest(ctx context.Context, s *session, length time.Duration, keepsEtag bool) {
	d.mu.Lock()
	if d.session != s {
		d.mu.Unlock()
		return
	}
	d.asleep = true
	d.session = nil // so that going down does not cancel the one that wakes it
	if !keepsEtag {
		d.etag = 0
	}
	d.goDown()
	d.session = s
	d.mu.Unlock()

	s.conn.Close()
	sleep(ctx, length) // cut short only by SetPower or by the end of the display
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.session == s && d.asleep {
		d.session = nil
		d.boot()
	}
}
