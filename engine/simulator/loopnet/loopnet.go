// Package loopnet gives a program multicast on loopback without touching the
// machine's network.
//
// Discovery of displays speaks mDNS, and a test or a demo must never announce
// made-up displays on the office LAN. So the program starts itself once more
// inside a fresh network namespace (Linux) whose only interface is lo, with
// multicast switched on and a route for 224.0.0.0/4. Nothing that happens inside
// can reach a real interface, and the namespace ends with the process.
//
//	if !loopnet.Inside() {
//		code, err := loopnet.Reexec(ctx) // err: not possible here, and why
//		...
//	}
//	if err := loopnet.Setup(ctx); err != nil { ... }
//	// from here on multicast on lo works, and nothing else does
//
// Tests call Main from their TestMain and Require in each test that needs
// multicast.
package loopnet

import (
	"context"
	"errors"
	"fmt"
	"os"
)

// ErrUnsupported is returned where this operating system has no network
// namespaces (everything but Linux).
var ErrUnsupported = errors.New("network namespaces exist on Linux only")

// ErrNotAllowed is wrapped by errors that say why this machine does not let the
// process make a network namespace, and what to install or allow.
var ErrNotAllowed = errors.New("no network namespace")

// ErrOutside is returned by Setup and Interface when the process is not inside a
// namespace that Reexec made: they must never change, or use, the real loopback.
var ErrOutside = errors.New("not inside a loopnet namespace: start the program through loopnet.Reexec")

// marker is the environment variable that Reexec sets for the child. Its value
// names the parent's namespace, so that a marker which leaked into an ordinary
// environment is not believed.
const marker = "ROOMINK_LOOPNET_PARENT"

// Runner is the part of *testing.M that Main needs. The interface keeps package
// testing out of programs that import loopnet.
type Runner interface{ Run() int }

// TB is the part of testing.TB that Require needs.
type TB interface {
	Helper()
	Fatalf(format string, args ...any)
	Skipf(format string, args ...any)
}

// Main runs a test binary inside a namespace and returns its exit code:
//
//	func TestMain(m *testing.M) { os.Exit(loopnet.Main(context.Background(), m)) }
//
// Where no namespace can be had the tests run all the same; those that call
// Require then fail or skip with the reason.
func Main(ctx context.Context, tests Runner) int {
	if Inside() {
		if err := Setup(ctx); err != nil {
			fmt.Fprintln(os.Stderr, "loopnet:", err)
			return 1
		}
		return tests.Run()
	}
	if Check(ctx) != nil {
		return tests.Run()
	}
	code, err := Reexec(ctx)
	if err != nil {
		fmt.Fprintln(os.Stderr, "loopnet:", err)
		return 1
	}
	return code
}

// Require stops a test that needs multicast but runs outside a namespace: it
// fails where CI=true, because there a gap in the tests must be seen, and skips
// with the reason elsewhere.
func Require(ctx context.Context, t TB) {
	t.Helper()
	if Inside() {
		return
	}
	reason := Check(ctx)
	if reason == nil {
		reason = ErrOutside
	}
	if os.Getenv("CI") == "true" {
		t.Fatalf("this test needs multicast on loopback: %v", reason)
		return
	}
	t.Skipf("this test needs multicast on loopback: %v", reason)
}
