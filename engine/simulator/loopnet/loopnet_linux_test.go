package loopnet_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/roomink/roomink/engine/simulator/loopnet"
)

// role makes this test binary play one of the programs under test.
const role = "ROOMINK_LOOPNET_TEST_ROLE"

func TestMain(m *testing.M) {
	ctx := context.Background()
	if play, ok := roles[os.Getenv(role)]; ok {
		os.Exit(play(ctx))
	}
	os.Exit(loopnet.Main(ctx, m))
}

var roles = map[string]func(context.Context) int{
	// exit7 proves that exit code, arguments and streams pass through.
	"exit7": reexecThen(func() int {
		fmt.Println("args", strings.Join(os.Args[1:], ","))
		return 7
	}),
	// term waits for the signal that its parent forwards.
	"term": reexecThen(func() int {
		got := make(chan os.Signal, 1)
		signal.Notify(got, syscall.SIGTERM)
		fmt.Println("ready")
		fmt.Println("got", <-got)
		return 3
	}),
	// cancel ends the context under a child that does not listen.
	"cancel": func(ctx context.Context) int {
		ctx, cancel := context.WithTimeout(ctx, 300*time.Millisecond)
		defer cancel()
		return reexecThen(func() int { select {} })(ctx)
	},
	// orphan prints the child's pid and is then killed outright.
	"orphan": reexecThen(func() int {
		fmt.Println("pid", os.Getpid())
		select {}
	}),
}

func reexecThen(inside func() int) func(context.Context) int {
	return func(ctx context.Context) int {
		if loopnet.Inside() {
			if err := loopnet.Setup(ctx); err != nil {
				fmt.Println("setup:", err)
				return 1
			}
			return inside()
		}
		code, err := loopnet.Reexec(ctx)
		if err != nil {
			fmt.Println("reexec:", err)
			return 1
		}
		return code
	}
}

// program starts this binary in a role, outside any namespace marker.
func program(t *testing.T, name string, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], args...)
	for _, kv := range os.Environ() {
		if !strings.HasPrefix(kv, "ROOMINK_LOOPNET") {
			cmd.Env = append(cmd.Env, kv)
		}
	}
	cmd.Env = append(cmd.Env, role+"="+name)
	return cmd
}

func TestMulticastDatagramArrives(t *testing.T) {
	loopnet.Require(t.Context(), t)
	lo, err := loopnet.Interface()
	if err != nil {
		t.Fatal(err)
	}
	group := &net.UDPAddr{IP: net.IPv4(224, 0, 0, 251), Port: 5353}
	in, err := net.ListenMulticastUDP("udp4", &lo, group)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	out, err := net.DialUDP("udp4", nil, group)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	if _, err := out.Write([]byte("hello")); err != nil {
		t.Fatal(err)
	}
	in.SetReadDeadline(time.Now().Add(10 * time.Second))
	buf := make([]byte, 16)
	n, _, err := in.ReadFrom(buf)
	if err != nil || string(buf[:n]) != "hello" {
		t.Fatalf("received %q, %v", buf[:n], err)
	}
}

func TestNothingButLoopbackIsInside(t *testing.T) {
	loopnet.Require(t.Context(), t)
	interfaces, err := net.Interfaces()
	if err != nil {
		t.Fatal(err)
	}
	if len(interfaces) != 1 || interfaces[0].Flags&net.FlagLoopback == 0 {
		t.Fatalf("interfaces inside: %v", interfaces)
	}
	conn, err := net.DialTimeout("tcp", "192.0.2.1:80", 5*time.Second)
	if err == nil {
		conn.Close()
		t.Fatal("a route leads out of the namespace")
	}
	if !errors.Is(err, syscall.ENETUNREACH) {
		t.Fatalf("want network unreachable, got %v", err)
	}
}

func TestReexecPassesArgumentsStreamsAndExitCode(t *testing.T) {
	loopnet.Require(t.Context(), t)
	out, err := program(t, "exit7", "one", "two").CombinedOutput()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 7 {
		t.Fatalf("exit: %v, output %q", err, out)
	}
	if string(out) != "args one,two\n" {
		t.Fatalf("output %q", out)
	}
}

func TestReexecForwardsSignals(t *testing.T) {
	loopnet.Require(t.Context(), t)
	cmd := program(t, "term")
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var first string
	fmt.Fscanln(stdout, &first)
	if first != "ready" {
		t.Fatalf("first word %q", first)
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	var rest [2]string
	fmt.Fscanln(stdout, &rest[0], &rest[1])
	err = cmd.Wait()
	var exit *exec.ExitError
	if rest != [2]string{"got", "terminated"} || !errors.As(err, &exit) || exit.ExitCode() != 3 {
		t.Fatalf("said %q, ended with %v", rest, err)
	}
}

func TestReexecEndsWithItsContext(t *testing.T) {
	loopnet.Require(t.Context(), t)
	out, err := program(t, "cancel").CombinedOutput()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 128+int(syscall.SIGTERM) {
		t.Fatalf("ended with %v, output %q", err, out)
	}
}

func TestChildDiesWithItsParent(t *testing.T) {
	loopnet.Require(t.Context(), t)
	cmd := program(t, "orphan")
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var word string
	var pid int
	if _, err := fmt.Fscanln(stdout, &word, &pid); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	for deadline := time.Now().Add(10 * time.Second); alive(pid); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("process %d outlived its parent", pid)
		}
	}
}

// alive is false for a zombie too: it has ended, whoever should reap it.
func alive(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err == nil && !strings.Contains(string(stat), ") Z ")
}

func TestALeakedMarkerIsNotBelieved(t *testing.T) {
	own, err := os.Readlink("/proc/thread-self/ns/net")
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("ROOMINK_LOOPNET_PARENT", own)
	if loopnet.Inside() {
		t.Fatal("a marker that names our own namespace was believed")
	}
	if err := loopnet.Setup(t.Context()); !errors.Is(err, loopnet.ErrOutside) {
		t.Fatalf("Setup outside: %v", err)
	}
	if _, err := loopnet.Interface(); !errors.Is(err, loopnet.ErrOutside) {
		t.Fatalf("Interface outside: %v", err)
	}
}

// fakeTB records how Require ends a test.
type fakeTB struct{ fatal, skip string }

func (f *fakeTB) Helper()                        {}
func (f *fakeTB) Fatalf(format string, a ...any) { f.fatal = fmt.Sprintf(format, a...) }
func (f *fakeTB) Skipf(format string, a ...any)  { f.skip = fmt.Sprintf(format, a...) }

func TestWithoutNamespacesTheReasonIsGiven(t *testing.T) {
	t.Setenv("ROOMINK_LOOPNET_PARENT", "")
	// A context that has ended stands for every reason why the probe can't run.
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err := loopnet.Check(ctx)
	if !errors.Is(err, loopnet.ErrNotAllowed) {
		t.Fatalf("Check: %v", err)
	}
	if _, err := loopnet.Reexec(ctx); !errors.Is(err, loopnet.ErrNotAllowed) {
		t.Fatalf("Reexec: %v", err)
	}
	for _, c := range []struct {
		ci          string
		fatal, skip bool
	}{{"true", true, false}, {"", false, true}} {
		t.Setenv("CI", c.ci)
		tb := &fakeTB{}
		loopnet.Require(ctx, tb)
		if (tb.fatal != "") != c.fatal || (tb.skip != "") != c.skip {
			t.Errorf("CI=%q: fatal %q, skip %q", c.ci, tb.fatal, tb.skip)
		}
		if text := tb.fatal + tb.skip; !strings.Contains(text, "user namespaces") {
			t.Errorf("CI=%q: no advice in %q", c.ci, text)
		}
	}
}
