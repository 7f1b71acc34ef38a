//go:build !linux

package loopnet

import (
	"context"
	"net"
)

// Inside is false: there are no namespaces here.
func Inside() bool { return false }

// Check returns ErrUnsupported.
func Check(context.Context) error { return ErrUnsupported }

// Reexec returns ErrUnsupported.
func Reexec(context.Context) (exitCode int, err error) { return 0, ErrUnsupported }

// Setup returns ErrUnsupported.
func Setup(context.Context) error { return ErrUnsupported }

// Interface returns ErrUnsupported.
func Interface() (net.Interface, error) { return net.Interface{}, ErrUnsupported }
