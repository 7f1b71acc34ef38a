package vault

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"github.com/zalando/go-keyring"
)

// Keychain keeps the key in the operating system's keychain: Windows Credential
// Manager, macOS Keychain, or the Secret Service of a Linux desktop.
//
// A keychain may ask its user for a password and wait for ever, and a call to it
// can't be cancelled. A call that takes longer than 30 s, or than its context, is
// left behind; while it hangs no other is begun, so that there is at most one.
type Keychain struct {
	service, account string
	backend          keyring.Keyring
	busy             chan struct{} // capacity 1: full while a call runs
}

var _ KeyStore = (*Keychain)(nil)

// patience bounds a call to a keychain: time enough to type a password.
const patience = 30 * time.Second

// NewKeychain gives the item of the keychain with this name and account, which the
// keychain's own tools show to the user. Use one Keychain for an item.
func NewKeychain(service, account string) *Keychain {
	return newKeychain(service, account, system{})
}

func newKeychain(service, account string, backend keyring.Keyring) *Keychain {
	return &Keychain{service: service, account: account, backend: backend, busy: make(chan struct{}, 1)}
}

// Place implements [KeyStore].
func (*Keychain) Place() string { return "the keychain of this computer" }

// Load implements [KeyStore].
func (k *Keychain) Load(ctx context.Context) ([]byte, error) {
	text, err := k.call(ctx, func() (string, error) { return k.backend.Get(k.service, k.account) })
	// On a platform without a keychain there can't be a key in it.
	if errors.Is(err, keyring.ErrNotFound) || errors.Is(err, keyring.ErrUnsupportedPlatform) {
		return nil, ErrNoKey
	}
	if err != nil {
		return nil, inWords(err)
	}
	return []byte(text), nil
}

// Save implements [KeyStore].
func (k *Keychain) Save(ctx context.Context, ring []byte) error {
	kept, err := k.call(ctx, func() (string, error) {
		if err := k.backend.Set(k.service, k.account, string(ring)); err != nil {
			return "", err
		}
		// go-keyring 0.2.8 reports no error if the question to unlock a Secret
		// Service was dismissed, nor if a command of "security -i" failed on a Mac.
		return k.backend.Get(k.service, k.account)
	})
	if errors.Is(err, keyring.ErrNotFound) || err == nil && kept != string(ring) {
		return errors.New("it did not keep the key: unlock it and try again")
	}
	return inWords(err)
}

// call runs f unless an earlier call still hangs, and waits for it within bounds.
func (k *Keychain) call(ctx context.Context, f func() (string, error)) (string, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, patience, errSilent)
	defer cancel()
	select {
	case k.busy <- struct{}{}:
	case <-ctx.Done():
		return "", fmt.Errorf("an earlier question to it is still open; look for a window that asks for a password: %w", context.Cause(ctx))
	}
	done := make(chan answer, 1)
	go func() {
		done <- calmly(f)
		<-k.busy
	}()
	select {
	case a := <-done:
		return a.text, a.err
	case <-ctx.Done():
		return "", context.Cause(ctx)
	}
}

type answer struct {
	text string
	err  error
}

// calmly runs f and makes an error of a panic: go-keyring 0.2.8 has one if the session
// bus goes away while a question to the user is open.
func calmly(f func() (string, error)) (a answer) {
	defer func() {
		if p := recover(); p != nil {
			a = answer{err: fmt.Errorf("the connection to it broke: %v", p)}
		}
	}()
	text, err := f()
	return answer{text, err}
}

var errSilent = fmt.Errorf("no answer within %v; does a window ask for the keychain's password?", patience)

// inWords puts a keychain's error in words for a person, where it is a known one.
func inWords(err error) error {
	words := busWords(err)
	var exit *exec.ExitError
	var number syscall.Errno
	switch {
	case words != "":
	case err == nil:
		return nil
	case errors.Is(err, keyring.ErrUnsupportedPlatform):
		words = "this system has none that Roomink knows"
	case errors.As(err, &exit):
		words = exitWords(exit.ExitCode())
	case errors.As(err, &number) && number == noSuchLogonSession:
		words = "this Windows session has no Credential Manager, as when started by a scheduled task; sign in to Windows at the screen"
	// go-keyring has no value for these. The alias stands for a keyring of any name,
	// and for none, as in the session of a user who never had one.
	case strings.Contains(err.Error(), "failed to unlock correct collection '/org/freedesktop/secrets/aliases/default'"):
		words = `it is locked, or has no default keyring yet: unlock or make one in "Passwords and Keys"`
	case strings.Contains(err.Error(), "failed to unlock correct collection"):
		words = "it is locked, and was not unlocked when asked"
	}
	if words == "" {
		return err
	}
	return fmt.Errorf("%s: %w", words, err)
}

// noSuchLogonSession is ERROR_NO_SUCH_LOGON_SESSION, which CredRead and CredWrite give
// where the user's credential set is not loaded, see learn.microsoft.com, CredReadW.
const noSuchLogonSession = syscall.Errno(1312)

// exitWords explains an exit status of macOS's security tool: the low byte of an
// OSStatus, see Apple's SecBase.h.
func exitWords(status int) string {
	switch status {
	case 36: // errSecInteractionNotAllowed, -25308
		return "it is locked and may not ask for its password in this session; sign in to the Mac at the screen"
	case 51: // errSecAuthFailed, -25293
		return "it did not accept the password"
	case 128: // errSecUserCanceled, -128
		return "it is locked, and the question for its password was cancelled"
	}
	return ""
}

// system is the keychain of the operating system.
type system struct{}

var _ keyring.Keyring = system{}

func (system) Get(service, user string) (string, error) {
	if err := reachable(); err != nil {
		return "", err
	}
	return keyring.Get(service, user)
}

func (system) Set(service, user, password string) error {
	if err := reachable(); err != nil {
		return err
	}
	return keyring.Set(service, user, password)
}

func (system) Delete(service, user string) error { return keyring.Delete(service, user) }

func (system) DeleteAll(service string) error { return keyring.DeleteAll(service) }
