package virtual

import (
	"bufio"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"time"
)

// reapGrace is how long a newcomer waits for the client before it to be noticed
// as gone. The firmware looks for closed sockets before it accepts, so that an
// ordinary reconnect is not refused.
const reapGrace = 50 * time.Millisecond

// Frame limits. Source: opendisplay_protocol.h, OD_LAN_MAX_PAYLOAD.
const (
	maxPayload          = 4094
	maxPayloadHomeplate = 4096
)

// session is one client's turn with the device.
type session struct {
	device *OpenDisplay
	conn   net.Conn
	in     *bufio.Reader
	cancel context.CancelFunc // also closes conn
	upload *upload            // nil when none is under way
}

// ServeConn serves one client on a connection that the caller brings, a net.Pipe
// for example, and closes it. It returns when the client is gone, was dropped or
// refused, or ctx ended. A refresh that has begun is finished first. Only one
// client is served at a time: a newcomer is refused, the present one stays.
func (d *OpenDisplay) ServeConn(ctx context.Context, conn net.Conn) {
	defer conn.Close()
	if d.currentFault() == Busy || !d.takeSlot(ctx) {
		d.log.Debug("client refused", "display", d.Name(), "client", conn.RemoteAddr())
		return
	}
	defer func() { <-d.slot }()

	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	s := &session{device: d, conn: conn, in: bufio.NewReaderSize(conn, maxPayloadHomeplate+2), cancel: cancel}
	if !d.begin(s) {
		return
	}
	defer d.end(s)
	err := s.run(ctx)
	d.log.Debug("client gone", "display", d.Name(), "client", conn.RemoteAddr(), "reason", err)
}

func (d *OpenDisplay) takeSlot(ctx context.Context) bool {
	select {
	case d.slot <- struct{}{}:
		return true
	default:
	}
	timer := time.NewTimer(reapGrace)
	defer timer.Stop()
	select {
	case d.slot <- struct{}{}:
		return true
	case <-timer.C:
	case <-ctx.Done():
	}
	return false
}

func (d *OpenDisplay) begin(s *session) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.up() {
		return false
	}
	d.session = s
	return true
}

func (d *OpenDisplay) end(s *session) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.session != s {
		return
	}
	d.session = nil
	d.justBooted = false
	if d.panel.state.Refreshing { // cut short because ctx ended
		d.panel.state.Refreshing = false
		d.panel.changed()
	}
}

// run reads and obeys commands until something ends the session. The reason it
// returns is never nil.
func (s *session) run(ctx context.Context) error {
	idle := s.device.opts.IdleTimeout
	deadline := time.Now().Add(idle)
	for {
		limit := deadline
		if s.device.currentFault() == Hang {
			limit = time.Time{} // a hung board drops nobody
		}
		if err := s.conn.SetReadDeadline(limit); err != nil {
			return fmt.Errorf("set idle limit: %w", err)
		}
		payload, err := s.readFrame()
		if err != nil {
			return err
		}
		recognised, err := s.obey(ctx, payload)
		if err != nil {
			return err
		}
		if recognised { // anything else does not count as a sign of life
			deadline = time.Now().Add(idle)
		}
	}
}

// readFrame reads [len:2 LE][payload].
func (s *session) readFrame() ([]byte, error) {
	var prefix [2]byte
	if _, err := io.ReadFull(s.in, prefix[:]); err != nil {
		return nil, fmt.Errorf("read frame length: %w", err)
	}
	size, most := int(binary.LittleEndian.Uint16(prefix[:])), maxPayload
	if s.device.opts.Profile == Homeplate {
		most = maxPayloadHomeplate
	}
	if size == 0 || size > most {
		return nil, fmt.Errorf("frame of %d bytes, want 1..%d: %w", size, most, errHangUp)
	}
	payload := make([]byte, size)
	if _, err := io.ReadFull(s.in, payload); err != nil {
		return nil, fmt.Errorf("read frame of %d bytes: %w", size, err)
	}
	return payload, nil
}

// ack sends [status][echo][data].
func (s *session) ack(ctx context.Context, op uint16, data ...byte) error {
	status := byte(0x00)
	if s.device.opts.Profile == Homeplate {
		status = 0x80
	}
	return s.send(ctx, status, op, data)
}

// nack refuses a command. What data means depends on the command.
func (s *session) nack(ctx context.Context, op uint16, data ...byte) error {
	return s.send(ctx, 0xff, op, data)
}

func (s *session) send(ctx context.Context, status byte, op uint16, data []byte) error {
	if s.device.currentFault() == SlowAcks && !sleep(ctx, s.device.opts.AckDelay) {
		return ctx.Err()
	}
	frame := binary.LittleEndian.AppendUint16(nil, uint16(2+len(data)))
	frame = append(frame, status, byte(op))
	return s.write(append(frame, data...))
}

func (s *session) write(raw []byte) error {
	// A client that does not read must not hold the slot for ever.
	if err := s.conn.SetWriteDeadline(time.Now().Add(s.device.opts.IdleTimeout)); err != nil {
		return fmt.Errorf("set write limit: %w", err)
	}
	if _, err := s.conn.Write(raw); err != nil {
		return fmt.Errorf("reply: %w", err)
	}
	return nil
}

// babble sends random bytes whose frame length is never valid.
func (s *session) babble() error {
	d := s.device
	d.mu.Lock()
	noise := make([]byte, 16+d.noise.IntN(48))
	for i := range noise {
		noise[i] = byte(d.noise.Uint32())
	}
	d.mu.Unlock()
	noise[1] |= 0x80 // a length of at least 32,768
	return s.write(noise)
}
