package vault_test

import (
	"context"
	"errors"
	"os/exec"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zalando/go-keyring"

	"github.com/roomink/roomink/engine/vault"
)

// backend is a keychain of functions over one item.
type backend struct {
	keyring.Keyring // panics where it is not overridden
	get             func() (string, error)
	set             func(string) error
}

func (b backend) Get(string, string) (string, error) { return b.get() }
func (b backend) Set(_, _, password string) error    { return b.set(password) }

// working is a keychain that keeps its item in *item.
func working(item *string) backend {
	return backend{
		get: func() (string, error) {
			if *item == "" {
				return "", keyring.ErrNotFound
			}
			return *item, nil
		},
		set: func(password string) error { *item = password; return nil },
	}
}

func failing(err error) backend {
	return backend{get: func() (string, error) { return "", err }, set: func(string) error { return err }}
}

func TestKeychain(t *testing.T) {
	var item string
	k := vault.NewKeychainOn("Roomink", "data key", working(&item))
	if _, err := k.Load(t.Context()); !errors.Is(err, vault.ErrNoKey) {
		t.Errorf("error %v; want ErrNoKey", err)
	}
	sealed := open(t, false, k).Seal("s", []byte("x"))
	if len(item) > vault.MaxRing {
		t.Errorf("the item has %d bytes; want at most %d", len(item), vault.MaxRing)
	}
	mustOpen(t, open(t, true, k), "s", sealed, "x")
}

// A keychain that takes a key and keeps none must not be trusted with it.
func TestKeychainThatForgetsAtOnce(t *testing.T) {
	for name, after := range map[string]func() (string, error){
		"nothing":  func() (string, error) { return "", keyring.ErrNotFound },
		"another":  func() (string, error) { return "an older item", nil },
		"an error": func() (string, error) { return "", errNoKeychain },
	} {
		k := vault.NewKeychainOn("Roomink", "data key", backend{get: after, set: func(string) error { return nil }})
		if err := k.Save(t.Context(), []byte("ring")); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// A panic of the library must not end the app.
func TestKeychainThatPanics(t *testing.T) {
	k := vault.NewKeychainOn("Roomink", "data key", backend{get: func() (string, error) { panic("nil signal") }})
	for range 2 {
		if _, err := k.Load(t.Context()); err == nil || !strings.Contains(err.Error(), "nil signal") {
			t.Errorf("error %v; want that of the panic", err)
		}
	}
}

func TestKeychainInWords(t *testing.T) {
	exit := func(status string) error {
		return exec.Command("sh", "-c", "exit "+status).Run()
	}
	tests := map[string]struct {
		err  error
		want string
	}{
		"unknown":                      {errNoKeychain, errNoKeychain.Error()},
		"Secret Service not unlocked":  {errors.New("failed to unlock correct collection '/x'"), "it is locked, and was not unlocked when asked"},
		"Mac without a screen":         {exit("36"), "sign in to the Mac at the screen"},
		"Mac, wrong password":          {exit("51"), "did not accept the password"},
		"Mac, question cancelled":      {exit("128"), "was cancelled"},
		"Mac, unknown":                 {exit("3"), "exit status 3"},
		"Windows without a session":    {syscall.Errno(1312), "no Credential Manager"},
		"save on an unknown platform":  {keyring.ErrUnsupportedPlatform, "none that Roomink knows"},
		"more than the keychain takes": {keyring.ErrSetDataTooBig, keyring.ErrSetDataTooBig.Error()},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			k := vault.NewKeychainOn("Roomink", "data key", failing(test.err))
			err := k.Save(t.Context(), []byte("ring"))
			if !errors.Is(err, test.err) || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v; want one of %v with the words %q", err, test.err, test.want)
			}
		})
	}
}

// Where there can be no keychain, there can be no key in it that one might wait for.
func TestUnsupportedPlatform(t *testing.T) {
	k, file := vault.NewKeychainOn("Roomink", "data key", failing(keyring.ErrUnsupportedPlatform)), keyFile(t)
	if v := open(t, true, k, file); v.Place() != file.Place() || !errors.Is(v.Unusable(), keyring.ErrUnsupportedPlatform) {
		t.Errorf("%v, unusable: %v", v, v.Unusable())
	}
}

// A keychain that waits for a person is asked once, waited for within bounds, and
// answers the next caller as soon as the person did.
func TestKeychainThatHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var item string
		answer := make(chan struct{})
		var asked atomic.Int32
		b := working(&item)
		get := b.get
		b.get = func() (string, error) {
			asked.Add(1)
			<-answer
			return get()
		}
		k := vault.NewKeychainOn("Roomink", "data key", b)
		start := time.Now()
		elapsed := func(want time.Duration) {
			t.Helper()
			if got := time.Since(start); got != want {
				t.Errorf("took %v; want %v", got, want)
			}
			start = time.Now()
		}
		for range 3 {
			if _, err := vault.Open(t.Context(), true, k); !errors.Is(err, vault.ErrLocked) || !strings.Contains(err.Error(), "password") {
				t.Errorf("error %v; want ErrLocked with a word on the password", err)
			}
			elapsed(30 * time.Second)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := vault.Open(ctx, true, k); !errors.Is(err, vault.ErrLocked) {
			t.Errorf("error %v; want ErrLocked", err)
		}
		elapsed(time.Second)
		if _, err := vault.Open(ctx, false, k, keyFile(t)); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error %v; want that the time is up, and no key file", err)
		}
		if n := asked.Load(); n != 1 {
			t.Errorf("asked %d times; want once", n)
		}

		opened := make(chan error)
		go func() {
			_, err := vault.Open(t.Context(), false, k)
			opened <- err
		}()
		synctest.Wait()
		close(answer)
		if err := <-opened; err != nil {
			t.Errorf("error %v after the person answered", err)
		}
		elapsed(0)
	})
}
