package vault

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/zalando/go-keyring"
)

// Keychain keeps the key in the operating system's keychain: Windows Credential
// Manager, macOS Keychain, or the Secret Service of a Linux desktop.
type Keychain struct {
	Service string // shown to the user by the keychain's own tools
	Account string
}

var _ KeyStore = Keychain{}

// keychainPatience bounds a call: a keychain may ask its user for a password and
// wait for ever. The call itself can't be cancelled and is then left behind.
const keychainPatience = 30 * time.Second

// Place implements [KeyStore].
func (Keychain) Place() string { return "the keychain of this computer" }

// Load implements [KeyStore].
func (k Keychain) Load() ([]byte, error) {
	var text string
	err := patiently(func() (err error) {
		text, err = keyring.Get(k.Service, k.Account)
		return err
	})
	if errors.Is(err, keyring.ErrNotFound) {
		return nil, ErrNoKey
	}
	if err != nil {
		return nil, err
	}
	return decodeKey(text)
}

// Save implements [KeyStore].
func (k Keychain) Save(key []byte) error {
	return patiently(func() error {
		return keyring.Set(k.Service, k.Account, base64.StdEncoding.EncodeToString(key))
	})
}

func patiently(f func() error) error {
	done := make(chan error, 1)
	go func() { done <- f() }()
	select {
	case err := <-done:
		return err
	case <-time.After(keychainPatience):
		return fmt.Errorf("no answer within %v", keychainPatience)
	}
}

// KeyFile keeps the key in a file that only its owner may read. It protects a copy
// of the database, such as one in a backup, but not against whoever reads the file.
type KeyFile struct{ Path string }

var _ KeyStore = KeyFile{}

// Place implements [KeyStore].
func (f KeyFile) Place() string { return "the key file " + f.Path }

// Load implements [KeyStore].
func (f KeyFile) Load() ([]byte, error) {
	text, err := os.ReadFile(f.Path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNoKey
	}
	if err != nil {
		return nil, err
	}
	return decodeKey(string(text))
}

// Save implements [KeyStore]. The file appears whole or not at all.
func (f KeyFile) Save(key []byte) error {
	if err := os.MkdirAll(filepath.Dir(f.Path), 0o700); err != nil {
		return err
	}
	tmp, err := os.CreateTemp(filepath.Dir(f.Path), ".key-*") // made with mode 0600
	if err != nil {
		return err
	}
	_, writeErr := tmp.WriteString(base64.StdEncoding.EncodeToString(key))
	err = errors.Join(writeErr, tmp.Sync(), tmp.Close())
	if err == nil {
		err = os.Rename(tmp.Name(), f.Path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(tmp.Name()))
	}
	return nil
}

func decodeKey(text string) ([]byte, error) {
	key, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return nil, fmt.Errorf("the kept key is damaged: %w", err)
	}
	return key, nil
}
