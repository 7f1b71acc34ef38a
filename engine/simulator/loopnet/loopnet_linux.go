package loopnet

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// stopGrace is how long the child may take to end after the context did, before
// it is killed.
const stopGrace = 5 * time.Second

const advice = "run as root (in a container: with CAP_SYS_ADMIN), or allow unprivileged user namespaces " +
	"(sysctl kernel.unprivileged_userns_clone=1, on Ubuntu also kernel.apparmor_restrict_unprivileged_userns=0)"

// Inside reports whether this process runs in a namespace made by Reexec.
func Inside() bool {
	parent := os.Getenv(marker)
	if parent == "" {
		return false
	}
	own, err := ownNamespace()
	return err == nil && own != parent
}

func ownNamespace() (string, error) {
	// thread-self, not self: the caller's thread is what a child inherits from.
	name, err := os.Readlink("/proc/thread-self/ns/net")
	if err != nil {
		return "", fmt.Errorf("read this process's network namespace: %w", err)
	}
	return name, nil
}

// Check reports whether Reexec and Setup can work here. It makes a namespace and
// brings its loopback up, all in one short-lived child of its own. The error
// says what to install or allow.
func Check(ctx context.Context) error {
	ip, err := ipCommand()
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, ip, "link", "set", "lo", "up", "multicast", "on")
	cmd.SysProcAttr = isolation()
	out, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("%w: %s: %v %s", ErrNotAllowed, advice, err, strings.TrimSpace(string(out)))
	}
	return nil
}

// Reexec starts the running program once more, with the same arguments, inside a
// fresh network namespace, and waits for it. Standard streams are passed through
// and signals forwarded. When ctx ends the child gets SIGTERM and, five seconds
// later, SIGKILL. A child that a signal killed yields exit code 128+signal, as in
// a shell. The child dies with this process, and the namespace with the child.
//
// The error is about starting only; it wraps ErrNotAllowed where the machine does
// not permit namespaces. Inside, the program must call Setup.
func Reexec(ctx context.Context) (exitCode int, err error) {
	if err := Check(ctx); err != nil {
		return 0, err
	}
	self, err := os.Executable()
	if err != nil {
		return 0, fmt.Errorf("find this program to start it again: %w", err)
	}
	// Pdeathsig fires when the thread that started the child ends.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	outer, err := ownNamespace()
	if err != nil {
		return 0, err
	}

	cmd := exec.CommandContext(ctx, self, os.Args[1:]...)
	cmd.Args[0] = os.Args[0]
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.Env = append(os.Environ(), marker+"="+outer)
	cmd.SysProcAttr = isolation()
	cmd.Cancel = func() error { return cmd.Process.Signal(unix.SIGTERM) }
	cmd.WaitDelay = stopGrace

	signals := make(chan os.Signal, 8)
	signal.Notify(signals, unix.SIGINT, unix.SIGTERM, unix.SIGHUP, unix.SIGQUIT)
	defer signal.Stop(signals)
	if err := cmd.Start(); err != nil {
		return 0, fmt.Errorf("%w: %s: %w", ErrNotAllowed, advice, err)
	}
	done, forwarded := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(forwarded)
		forward(signals, done, cmd.Process)
	}()
	err = cmd.Wait()
	close(done)
	<-forwarded
	return exitStatus(cmd.ProcessState, err)
}

func exitStatus(state *os.ProcessState, err error) (int, error) {
	if state == nil {
		return 0, fmt.Errorf("wait for the program inside the namespace: %w", err)
	}
	if status, ok := state.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return 128 + int(status.Signal()), nil
	}
	return state.ExitCode(), nil
}

// forward passes signals on to the child until done is closed.
func forward(signals <-chan os.Signal, done <-chan struct{}, child *os.Process) {
	for {
		select {
		case <-done:
			return
		case sig := <-signals:
			// A terminal sends Ctrl-C and Ctrl-\ to the whole foreground group,
			// the child included. A second copy would read as "now, at once".
			if (sig == unix.SIGINT || sig == unix.SIGQUIT) && inForeground() {
				continue
			}
			// The only failure is that the child has just ended.
			_ = child.Signal(sig)
		}
	}
}

// inForeground reports whether this process belongs to its terminal's foreground
// group.
func inForeground() bool {
	tty, err := os.Open("/dev/tty")
	if err != nil {
		return false
	}
	defer tty.Close()
	group, err := unix.IoctlGetInt(int(tty.Fd()), unix.TIOCGPGRP)
	return err == nil && group == unix.Getpgrp()
}

// isolation asks for a new network namespace. Without root it also asks for a new
// user namespace, in which the process owns the network namespace.
func isolation() *syscall.SysProcAttr {
	attr := &syscall.SysProcAttr{
		Cloneflags: unix.CLONE_NEWNET,
		Pdeathsig:  unix.SIGKILL,
	}
	if !mayMakeNamespace() {
		attr.Cloneflags |= unix.CLONE_NEWUSER
		attr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}}
		attr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}}
	}
	return attr
}

// mayMakeNamespace reports whether the process holds CAP_SYS_ADMIN: being root is
// not enough in a container that dropped it.
func mayMakeNamespace() bool {
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var data [2]unix.CapUserData
	if err := unix.Capget(&header, &data[0]); err != nil {
		return os.Geteuid() == 0
	}
	return data[0].Effective&(1<<unix.CAP_SYS_ADMIN) != 0
}

// Setup brings lo up with multicast and a route for 224.0.0.0/4. It returns
// ErrOutside when not inside, and refuses a namespace that holds any interface
// but lo. Calling it again does no harm.
func Setup(ctx context.Context) error {
	if !Inside() {
		return ErrOutside
	}
	interfaces, err := net.Interfaces()
	if err != nil {
		return fmt.Errorf("list interfaces of the namespace: %w", err)
	}
	if len(interfaces) != 1 || interfaces[0].Flags&net.FlagLoopback == 0 {
		return fmt.Errorf("the namespace holds %d interfaces, not just loopback: %w", len(interfaces), ErrOutside)
	}
	ip, err := ipCommand()
	if err != nil {
		return err
	}
	for _, args := range [][]string{
		{"link", "set", "lo", "up", "multicast", "on"},
		{"route", "replace", "224.0.0.0/4", "dev", "lo"},
	} {
		out, err := exec.CommandContext(ctx, ip, args...).CombinedOutput()
		if err != nil {
			return fmt.Errorf("ip %s in the namespace: %w %s", strings.Join(args, " "), err, strings.TrimSpace(string(out)))
		}
	}
	return nil
}

// Interface returns the namespace's loopback, ready for multicast, or ErrOutside.
func Interface() (net.Interface, error) {
	if !Inside() {
		return net.Interface{}, ErrOutside
	}
	lo, err := net.InterfaceByName("lo")
	if err != nil {
		return net.Interface{}, fmt.Errorf("find loopback in the namespace: %w", err)
	}
	if want := net.FlagUp | net.FlagMulticast; lo.Flags&want != want {
		return net.Interface{}, errors.New("loopback is not up for multicast: call loopnet.Setup first")
	}
	return *lo, nil
}

// ipCommand finds iproute2, also where an ordinary user's PATH lacks sbin.
func ipCommand() (string, error) {
	for _, name := range []string{"ip", "/usr/sbin/ip", "/sbin/ip"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", fmt.Errorf("%w: the command ip is missing: install iproute2", ErrNotAllowed)
}
