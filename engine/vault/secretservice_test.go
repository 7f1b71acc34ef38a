//go:build linux

package vault_test

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"
	"github.com/zalando/go-keyring"
	"golang.org/x/sys/unix"

	"github.com/roomink/roomink/engine/vault"
)

// TestSecretService lives through all states of a vault with a real Secret Service,
// GNOME's, on a session bus of its own, and leaves no process behind.
func TestSecretService(t *testing.T) {
	if os.Getenv("ROOMINK_ON_BUS") != "" {
		onBus(t)
		return
	}
	for _, tool := range []string{"dbus-run-session", "gnome-keyring-daemon"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Fatalf("this test needs a real keychain; run make test, or: apt-get install dbus gnome-keyring: %v", err)
		}
	}
	home, err := os.MkdirTemp("", "rk") // its sockets need a short path
	must(t, err)
	defer os.RemoveAll(home)
	config := filepath.Join(home, "bus.conf")
	must(t, os.WriteFile(config, []byte(busConfig), 0o600))

	// Processes whose parent ends become children of this one, which can so wait for
	// the last of them.
	must(t, unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0))
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "dbus-run-session", "--config-file="+config, "--",
		os.Args[0], "-test.run=^TestSecretService$", "-test.v", "-test.timeout=100s")
	cmd.Env = append(clean(os.Environ()), "ROOMINK_ON_BUS=1", "HOME="+home, "XDG_DATA_HOME="+home+"/data",
		"XDG_RUNTIME_DIR="+home, "XDG_CONFIG_HOME="+home+"/config", "XDG_CACHE_HOME="+home+"/cache")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	if testing.Verbose() {
		t.Logf("%s", out)
	}
	late := time.AfterFunc(20*time.Second, func() {
		t.Error("processes were left behind")
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
	})
	defer late.Stop()
	for err = nil; err == nil || errors.Is(err, unix.EINTR); {
		_, err = unix.Wait4(-cmd.Process.Pid, nil, 0, nil)
	}
	if !errors.Is(err, unix.ECHILD) {
		t.Errorf("wait for what the session left: %v", err)
	}
}

// busConfig is that of a session bus which starts no services by itself: no second
// keyring daemon, and no window that asks for a password.
const busConfig = `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <keep_umask/>
  <listen>unix:tmpdir=/tmp</listen>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>`

// clean drops what leads to the desktop of whoever runs the tests.
func clean(env []string) []string {
	var kept []string
	for _, e := range env {
		name, _, _ := strings.Cut(e, "=")
		switch name {
		case "DISPLAY", "WAYLAND_DISPLAY", "DBUS_SESSION_BUS_ADDRESS", "GNOME_KEYRING_CONTROL":
		default:
			kept = append(kept, e)
		}
	}
	return kept
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

const (
	secretService = "org.freedesktop.secrets"
	loginKeyring  = dbus.ObjectPath("/org/freedesktop/secrets/collection/login")
	password      = "correct horse"
)

// session is the desktop session of a test.
type session struct {
	t      *testing.T
	bus    *dbus.Conn
	owners chan *dbus.Signal // changes of who owns secretService
	daemon *exec.Cmd
	file   vault.KeyFile // the second best place
}

// stores are the key stores as after a start of the app.
func (s *session) stores() []vault.KeyStore {
	return []vault.KeyStore{vault.NewKeychain("Roomink test", "data key"), s.file}
}

func (s *session) open(hasSecrets bool) *vault.Vault {
	s.t.Helper()
	v := open(s.t, hasSecrets, s.stores()...)
	if _, err := os.Stat(s.file.Path); !errors.Is(err, fs.ErrNotExist) || v.Unusable() != nil {
		s.t.Fatalf("key file: %v, unusable: %v; want the key in the keychain", err, v.Unusable())
	}
	return v
}

// refuses opens the vault while its keychain can't be read.
func (s *session) refuses(ctx context.Context, words string, stores ...vault.KeyStore) {
	s.t.Helper()
	if len(stores) == 0 {
		stores = s.stores()
	}
	start := time.Now()
	_, err := vault.Open(ctx, true, stores...)
	if !errors.Is(err, vault.ErrLocked) || !strings.Contains(err.Error(), words) {
		s.t.Errorf("error %v; want ErrLocked with the words %q", err, words)
	}
	s.t.Logf("after %v: %v", time.Since(start).Round(time.Millisecond), err)
	if _, err := os.Stat(s.file.Path); !errors.Is(err, fs.ErrNotExist) {
		s.t.Errorf("a key file was made: %v", err)
	}
}

// start starts the keyring daemon: unlocked, or as it is before anybody signed in.
func (s *session) start(unlocked bool) {
	s.t.Helper()
	args := []string{"--foreground", "--components=secrets"}
	if unlocked {
		args = append(args, "--unlock")
	}
	s.daemon = exec.Command("gnome-keyring-daemon", args...)
	s.daemon.Stdin = strings.NewReader(password)
	s.daemon.Stdout, s.daemon.Stderr = os.Stderr, os.Stderr
	must(s.t, s.daemon.Start())
	s.await(true)
}

func (s *session) stop() {
	s.t.Helper()
	must(s.t, s.daemon.Process.Signal(syscall.SIGTERM))
	_ = s.daemon.Wait() // by a signal or not
	s.await(false)
}

// await waits until the Secret Service is on the bus, or is no longer.
func (s *session) await(there bool) {
	s.t.Helper()
	deadline := time.After(20 * time.Second)
	for {
		var has bool
		must(s.t, s.bus.BusObject().Call("org.freedesktop.DBus.NameHasOwner", 0, secretService).Store(&has))
		if has == there {
			return
		}
		select {
		case <-s.owners:
		case <-deadline:
			s.t.Fatalf("the Secret Service is there: %v; want %v", has, there)
		}
	}
}

func (s *session) lock() {
	s.t.Helper()
	var locked []dbus.ObjectPath
	var prompt dbus.ObjectPath
	must(s.t, s.bus.Object(secretService, "/org/freedesktop/secrets").
		Call("org.freedesktop.Secret.Service.Lock", 0, []dbus.ObjectPath{loginKeyring}).Store(&locked, &prompt))
	if len(locked) != 1 {
		s.t.Fatalf("locked %v", locked)
	}
}

// unlock does what a person's password does, by a call that GNOME's keyring has for
// itself.
func (s *session) unlock() {
	s.t.Helper()
	service := s.bus.Object(secretService, "/org/freedesktop/secrets")
	var none dbus.Variant
	var open dbus.ObjectPath
	must(s.t, service.Call("org.freedesktop.Secret.Service.OpenSession", 0, "plain", dbus.MakeVariant("")).Store(&none, &open))
	must(s.t, service.Call("org.gnome.keyring.InternalUnsupportedGuiltRiddenInterface.UnlockWithMasterPassword", 0, loginKeyring, struct {
		Session           dbus.ObjectPath
		Parameters, Value []byte
		Type              string
	}{open, nil, []byte(password), "text/plain"}).Err)
}

func onBus(t *testing.T) {
	bus, err := dbus.ConnectSessionBus()
	must(t, err)
	defer bus.Close()
	s := &session{t: t, bus: bus, owners: make(chan *dbus.Signal, 16), file: keyFile(t)}
	must(t, bus.AddMatchSignal(dbus.WithMatchInterface("org.freedesktop.DBus"),
		dbus.WithMatchMember("NameOwnerChanged"), dbus.WithMatchArg(0, secretService)))
	bus.Signal(s.owners)

	s.refuses(t.Context(), "no Secret Service runs")
	s.start(false)
	s.refuses(t.Context(), "no default keyring")
	s.stop()

	s.start(true)
	v := s.open(false)
	db := map[string][]byte{"tokens": v.Seal("tokens", []byte("x"))}
	mustOpen(t, s.open(true), "tokens", db["tokens"], "x")
	s.stop()
	s.start(true) // as after a restart of the computer
	v = s.open(true)
	mustOpen(t, v, "tokens", db["tokens"], "x")

	old := bytes.Clone(db["tokens"])
	must(t, v.Rotate(t.Context(), resealing(db)))
	v = s.open(true)
	mustOpen(t, v, "tokens", db["tokens"], "x")
	if _, err := v.Open("tokens", old); !errors.Is(err, vault.ErrWrongKey) {
		t.Errorf("after a rotation: error %v; want ErrWrongKey", err)
	}

	s.lock()
	s.refuses(t.Context(), "it is locked")
	mustOpen(t, v, "tokens", db["tokens"], "x") // whoever runs goes on
	if err := v.Rotate(t.Context(), resealing(db)); err == nil || v.Unfinished() {
		t.Errorf("rotated in a locked keychain: %v, unfinished %v", err, v.Unfinished())
	}
	s.unlock()
	mustOpen(t, s.open(true), "tokens", db["tokens"], "x")

	s.rotateAcrossLock(v, db)
	s.hang()
	mustOpen(t, s.open(true), "tokens", db["tokens"], "x")

	must(t, keyring.Delete("Roomink test", "data key")) // a person emptied it
	v = s.open(true)
	if _, err := v.Open("tokens", db["tokens"]); !errors.Is(err, vault.ErrWrongKey) {
		t.Errorf("with a forgotten key: error %v; want ErrWrongKey", err)
	}
	db["tokens"] = v.Seal("tokens", []byte("again"))
	mustOpen(t, s.open(true), "tokens", db["tokens"], "again")
	s.stop()
	s.refuses(t.Context(), "no Secret Service runs")
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path="+filepath.Join(t.TempDir(), "none"))
	s.refuses(t.Context(), "no desktop session")
}

// rotateAcrossLock locks the keychain in the middle of a rotation.
func (s *session) rotateAcrossLock(v *vault.Vault, db map[string][]byte) {
	s.t.Helper()
	err := v.Rotate(s.t.Context(), func(again func(string, []byte) ([]byte, error)) error {
		s.lock()
		return resealing(db)(again)
	})
	if err == nil || !strings.Contains(err.Error(), "rotate again") || !v.Unfinished() {
		s.t.Errorf("error %v, unfinished %v; want that the old key is still kept", err, v.Unfinished())
	}
	mustOpen(s.t, v, "tokens", db["tokens"], "x")
	s.unlock()
	v = s.open(true)
	mustOpen(s.t, v, "tokens", db["tokens"], "x")
	if !v.Unfinished() {
		s.t.Error("the rotation is finished; want both keys kept")
	}
	must(s.t, v.Rotate(s.t.Context(), resealing(db)))
	v = s.open(true)
	mustOpen(s.t, v, "tokens", db["tokens"], "x")
	if v.Unfinished() {
		s.t.Error("the rotation is not finished")
	}
}

// silent is a prompter that never asks, as behind a screen lock.
type silent struct{ asked chan struct{} }

func (p silent) BeginPrompting(dbus.ObjectPath) *dbus.Error {
	p.asked <- struct{}{}
	return nil
}

// hang locks the keychain and lets the question for its password stay open.
func (s *session) hang() {
	s.t.Helper()
	const prompter = "org.gnome.keyring.SystemPrompter"
	p := silent{make(chan struct{}, 16)}
	must(s.t, s.bus.Export(p, "/org/gnome/keyring/Prompter", "org.gnome.keyring.internal.Prompter"))
	if _, err := s.bus.RequestName(prompter, dbus.NameFlagDoNotQueue); err != nil {
		s.t.Fatal(err)
	}
	s.lock()
	stores := s.stores() // of one run of the app
	for _, words := range []string{"deadline exceeded", "an earlier question to it is still open"} {
		ctx, cancel := context.WithTimeout(s.t.Context(), time.Second)
		s.refuses(ctx, words, stores...)
		cancel()
	}
	if len(p.asked) != 1 {
		s.t.Errorf("asked %d times; want once", len(p.asked))
	}
	shared, err := dbus.SessionBus() // that of go-keyring
	must(s.t, err)
	must(s.t, shared.Close()) // it panics, and must be taken for no answer
	if _, err := s.bus.ReleaseName(prompter); err != nil {
		s.t.Fatal(err)
	}
	s.unlock()
	open(s.t, true, stores...)
}
