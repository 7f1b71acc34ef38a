package lan

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"syscall"

	"github.com/roomink/roomink/engine/display"
)

var (
	errAddress  = errors.New("the address is not one of a device")
	errRedirect = errors.New("the answer points elsewhere, which is not followed")
	errJSON     = errors.New("the answer is not the JSON that was expected")
	errHTTP     = errors.New("the answer is not HTTP as it should be")
	errSilent   = errors.New("the device does not answer")
	errClosed   = errors.New("the device closed the connection")
	errTaken    = errors.New("the device closed the connection at once: it serves another client")
)

// remedies are the words for people where a driver has no better ones.
var remedies = map[display.Kind]string{
	display.Unreachable: "Check that the display has power and is on the same network, and that its address is still right.",
	display.Occupied:    "The display is busy at the moment; it is tried again soon.",
	display.Timeout:     "It is tried again; if this stays, restart the display and check its Wi-Fi reception.",
	display.Protocol:    "Check that the right device answers at this address and that its firmware is up to date.",
	display.Refused:     "It is tried again; if this stays, restart the display and update its firmware.",
	display.Unsupported: "Check the settings of the display and that its firmware is up to date.",
	display.WrongDevice: "Look up the display's present address, or remove it and add the new one.",
	display.KeyRefused:  "Look up the key at the device and enter it again.",
}

// Fail makes the error of a request, with the remedy for its kind. err says what is wrong,
// in words for a person.
func (c *Client) Fail(kind display.Kind, r Request, err error) error {
	remedy, ok := c.o.Remedies[kind]
	if !ok {
		remedy = remedies[kind]
	}
	return &display.Error{Kind: kind, Op: r.Op, Address: c.Address(r.Address), Remedy: remedy, Err: err}
}

// StatusKind says what an HTTP status that is no success means, unless the protocol knows
// better.
func StatusKind(status int) display.Kind {
	switch status {
	case http.StatusUnauthorized, http.StatusForbidden:
		return display.KeyRefused
	case http.StatusConflict, http.StatusLocked, http.StatusTooManyRequests, http.StatusServiceUnavailable:
		return display.Occupied
	case http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType,
		http.StatusUnprocessableEntity, http.StatusInternalServerError, http.StatusInsufficientStorage:
		return display.Refused
	default: // that page, or that way of asking, is not there
		return display.Protocol
	}
}

// explain says what a failed request means. rctx is ctx with the limit of the request.
func (c *Client) explain(ctx, rctx context.Context, r Request, w *watch, err error) error {
	var broken net.Error
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("%s at %s: %w", r.Op, r.Address, ctx.Err())
	case !w.connected.Load() && errors.Is(err, syscall.ECONNRESET): // closed so fast that connect saw it
		return c.Fail(display.Occupied, r, errTaken)
	case !w.connected.Load():
		return c.Fail(display.Unreachable, r, undialled(err))
	case rctx.Err() != nil:
		return c.Fail(display.Timeout, r, errSilent)
	case !w.answered.Load() && r.Method == http.MethodGet:
		return c.Fail(display.Occupied, r, errTaken)
	case !w.answered.Load(), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.As(err, &broken):
		return c.Fail(display.Timeout, r, errClosed)
	default:
		return c.Fail(display.Protocol, r, errHTTP)
	}
}

// undialled drops the address from the error of a dialler, since display.Error names it.
func undialled(err error) error {
	var call *os.SyscallError
	var name *net.DNSError
	switch {
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded):
		return errors.New("nothing answers")
	case errors.As(err, &call):
		return call.Err
	case errors.As(err, &name):
		return errors.New("the network knows no such name")
	default:
		return errors.New("no connection came about")
	}
}
