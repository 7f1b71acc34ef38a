package opendisplay

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"image"
	"io"
	"net"
	"os"
	"sync"
	"syscall"
	"time"

	"github.com/roomink/roomink/engine/display"
)

// scratch is the memory of one session, reused by the next one.
type scratch struct {
	in     [headerLen + maxReceive]byte
	out    [headerLen + maxSend]byte
	r      *bufio.Reader
	packed []byte
	turned image.Paletted // what to draw, and
	was    image.Paletted // what the glass shows, as the panel is mounted
	zlib   deflater
	config []byte
}

var scratches = sync.Pool{New: func() any { return &scratch{r: bufio.NewReaderSize(nil, 512)} }}

// session is one connection to a display. Its methods give errors that are ready
// to return: an *display.Error, or the context's error when ctx ended.
type session struct {
	conn    net.Conn
	address string
	limit   Timeouts
	stop    func() bool // ends the watch on ctx
	heard   bool        // at least one whole reply came
	single  bool        // it answers as homeplate does, see reply
	*scratch
}

// open connects to address. The caller must close the session. A device that is secured
// is dialled by means of encryption alone.
func (d *Driver) open(ctx context.Context, address string, secured bool) (*session, error) {
	s := &session{address: address, limit: d.limit}
	dial := d.dial
	if secured {
		dial = d.dialSecure
	}
	if dial == nil {
		return nil, s.fail(display.Unsupported, "connect", remedyEncrypted,
			errors.New("the display takes encrypted connections only (TLS 1.2 with a pre-shared key), which Roomink can't open yet"))
	}
	dctx, cancel := context.WithTimeout(ctx, d.limit.Dial)
	defer cancel()
	conn, err := dial(dctx, "tcp", address)
	if err != nil {
		if ctx.Err() != nil {
			return nil, s.ended(ctx, "connect")
		}
		if errors.Is(err, syscall.ECONNRESET) { // refused so fast that connect saw it
			return nil, s.occupied("connect")
		}
		return nil, s.fail(display.Unreachable, "connect", remedyUnreachable, unwrapDial(err))
	}
	s.conn = conn
	// Closing is the one thing that ends every kind of blocking call at once.
	s.stop = context.AfterFunc(ctx, func() { conn.Close() })
	s.scratch = scratches.Get().(*scratch)
	s.r.Reset(conn)
	clear(s.in[:3]) // see lost
	return s, nil
}

// close ends the session and gives its memory back.
func (s *session) close() {
	s.stop()
	s.conn.Close()
	s.r.Reset(nil)
	scratches.Put(s.scratch)
	s.scratch = nil
}

// send writes one request and sets the deadline of it and of what answers it.
func (s *session) send(ctx context.Context, what string, within time.Duration, op uint16, parts ...[]byte) error {
	if err := s.within(ctx, what, within); err != nil {
		return err
	}
	if _, err := s.conn.Write(putFrame(s.out[:], op, parts...)); err != nil {
		return s.lost(ctx, what, err)
	}
	return nil
}

// within sets the deadline of all I/O until the next call.
func (s *session) within(ctx context.Context, what string, d time.Duration) error {
	if err := s.conn.SetDeadline(time.Now().Add(d)); err != nil {
		return s.lost(ctx, what, err)
	}
	return nil
}

// receive reads the next reply to command sent, which must echo one of the given
// opcodes. The data of the reply is valid until the next receive.
func (s *session) receive(ctx context.Context, what string, sent uint16, echo ...uint16) (reply, error) {
	payload, err := readFrame(s.r, s.in[:])
	if err != nil {
		return reply{}, s.lost(ctx, what, err)
	}
	r, err := parseReply(payload, sent)
	if err != nil {
		return reply{}, s.refused(what, err)
	}
	s.heard = true
	for _, op := range echo {
		if r.op == op {
			return r, nil
		}
	}
	return reply{}, s.protocol(what, fmt.Errorf("the display answered command 0x%04x with 0x%02x", sent, r.op))
}

// ask is send and receive of a reply that echoes the command.
func (s *session) ask(ctx context.Context, what string, op uint16, parts ...[]byte) (reply, error) {
	if err := s.send(ctx, what, s.limit.Reply, op, parts...); err != nil {
		return reply{}, err
	}
	return s.receive(ctx, what, op, op)
}

// The remedies, for people.
const (
	remedyUnreachable = "Check that the display has power and is on the same network, and that its address is still right."
	remedyOccupied    = "Another program or the display's Bluetooth app may hold its only connection; it is tried again soon."
	remedySilent      = "It is tried again; if this stays, restart the display and check its Wi-Fi reception."
	remedyProtocol    = "Check that an OpenDisplay device answers at this address and that its firmware is up to date."
	remedyRefused     = "It is tried again; if this stays, update the display's firmware and save its configuration again in the OpenDisplay toolbox."
	remedyEncrypted   = "Roomink can't drive encrypted OpenDisplay displays yet. To use this one, switch encryption off in the OpenDisplay toolbox, remove the display here and add it again; then keep it on a network that only trusted devices use."
	remedyScheme      = "Displays in black and white, also with red or yellow or both, in six or seven inks and in 4 or 16 greys are supported. Check panel type and colour scheme in the OpenDisplay toolbox."
	remedySeven       = "Update the display's firmware in the OpenDisplay toolbox; versions before mid-2026 cannot draw seven colours over the network."
	remedySetUp       = "Set the display up in the OpenDisplay toolbox first."
	remedyPanel       = "It is tried again; if this stays, check the cable between board and panel and restart the display."
	remedyWrong       = "Look up the display's present address, or remove it and add it again if its panel was changed."
)

func (s *session) fail(kind display.Kind, what, remedy string, err error) error {
	return &display.Error{Kind: kind, Op: what, Address: s.address, Remedy: remedy, Err: err}
}

func (s *session) protocol(what string, err error) error {
	return s.fail(display.Protocol, what, remedyProtocol, err)
}

func (s *session) occupied(what string) error {
	return s.fail(display.Occupied, what, remedyOccupied,
		errors.New("the display closed the connection at once: it serves another client"))
}

// ended gives the context's own error, with what was going on.
func (s *session) ended(ctx context.Context, what string) error {
	return fmt.Errorf("%s at %s: %w", what, s.address, ctx.Err())
}

// lost says what a failed read or write means.
func (s *session) lost(ctx context.Context, what string, err error) error {
	var badLen frameLenError
	switch {
	case ctx.Err() != nil:
		return s.ended(ctx, what)
	case !s.heard && looksLikeTLS(s.in[:3]): // what was taken for a frame
		return s.fail(display.Unsupported, what, remedyEncrypted, errors.New("the display answers with TLS"))
	case errors.As(err, &badLen):
		return s.protocol(what, err)
	case errors.Is(err, os.ErrDeadlineExceeded):
		return s.fail(display.Timeout, what, remedySilent, errors.New("the display does not answer"))
	case !s.heard && !errors.Is(err, io.ErrUnexpectedEOF):
		// The firmware accepts a second client and closes it at once
		// (wifi_service.cpp, admitOrRefuseLanClient). A refused connection's
		// leftovers come as EOF, reset or broken pipe, by chance of timing.
		return s.occupied(what)
	case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
		return s.fail(display.Timeout, what, remedySilent, errors.New("the display closed the connection"))
	default:
		return s.fail(display.Timeout, what, remedySilent, fmt.Errorf("connection lost: %w", unwrapOp(err)))
	}
}

// refused says what an answer other than success means.
func (s *session) refused(what string, err error) error {
	var nack nackError
	switch {
	case errors.Is(err, errAuth):
		s.heard = true
		return s.fail(display.Unsupported, what, remedyEncrypted, err)
	case errors.As(err, &nack):
		s.heard = true
		return s.fail(display.Refused, what, remedyRefused, err)
	default:
		return s.protocol(what, err)
	}
}

// unwrapDial drops the address from a dial error, since display.Error names it.
func unwrapDial(err error) error {
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, os.ErrDeadlineExceeded) {
		return errors.New("nothing answers")
	}
	return unwrapOp(err)
}

func unwrapOp(err error) error {
	var call *os.SyscallError
	if errors.As(err, &call) {
		return call.Err
	}
	var op *net.OpError
	if errors.As(err, &op) {
		return op.Err
	}
	return err
}
