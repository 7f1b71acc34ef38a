// Package vault seals what must not lie about in plain text: the client secret and
// tokens. A 32-byte data key lives in the operating system's keychain (Windows
// Credential Manager holds only 2,560 bytes an item, so tokens themselves would
// not fit); the sealed secrets can then be kept anywhere, such as in the database.
//
// Where there is no keychain, as on a Linux server, the key is a file of mode 0600,
// and [Vault.Place] says so, so that the app can tell its user.
package vault

import (
	"crypto/cipher"
	"crypto/rand"
	"errors"
	"fmt"

	"golang.org/x/crypto/chacha20poly1305"
)

// ErrWrongKey says that a secret was sealed with another key, or was altered: it
// can't be opened any more and must be entered again.
var ErrWrongKey = errors.New("sealed with another key or altered")

// ErrNoKey is what a [KeyStore] returns from Load when it works but holds no key.
var ErrNoKey = errors.New("no key is kept")

// KeyStore keeps the data key.
type KeyStore interface {
	// Load gives the key, or ErrNoKey, or another error where the store can't be
	// used at all (no keychain, locked, no right to read).
	Load() ([]byte, error)
	Save(key []byte) error
	// Place names the store for a person, such as "the keychain of this computer".
	Place() string
}

// Vault seals and opens secrets. It is safe for concurrent use.
type Vault struct {
	aead  cipher.AEAD
	place string
}

// Open gets the data key from the first usable of the key stores, in order of
// preference. If none holds a key, one is made and saved in the first store that
// takes it - but if hasSecrets says that sealed secrets exist, a store that can't
// be used right now (a locked keychain) may hold their key, so Open then fails
// rather than to lock them out for good.
func Open(hasSecrets bool, stores ...KeyStore) (*Vault, error) {
	var unusable []error
	var empty []KeyStore
	for _, s := range stores {
		key, err := s.Load()
		switch {
		case err == nil:
			return newVault(key, s.Place())
		case errors.Is(err, ErrNoKey):
			empty = append(empty, s)
		default:
			unusable = append(unusable, fmt.Errorf("%s: %w", s.Place(), err))
		}
	}
	if hasSecrets && len(unusable) > 0 {
		return nil, fmt.Errorf("the key to the saved sign-in can't be read; unlock the keychain and start again: %w",
			errors.Join(unusable...))
	}
	key := make([]byte, chacha20poly1305.KeySize)
	rand.Read(key) // never fails, see crypto/rand
	for _, s := range empty {
		if err := s.Save(key); err != nil {
			unusable = append(unusable, fmt.Errorf("%s: %w", s.Place(), err))
			continue
		}
		return newVault(key, s.Place())
	}
	return nil, fmt.Errorf("no place to keep the key that protects the sign-in: %w", errors.Join(unusable...))
}

func newVault(key []byte, place string) (*Vault, error) {
	aead, err := chacha20poly1305.NewX(key)
	if err != nil {
		return nil, fmt.Errorf("the key kept in %s: %w", place, err)
	}
	return &Vault{aead: aead, place: place}, nil
}

// Place names where the data key is kept, for a person.
func (v *Vault) Place() string { return v.place }

// Seal encrypts a secret under its name. Secrets of other names can't take its
// place. Each call gives a different result.
func (v *Vault) Seal(name string, secret []byte) []byte {
	nonce := make([]byte, v.aead.NonceSize(), v.aead.NonceSize()+len(secret)+v.aead.Overhead())
	rand.Read(nonce)
	return v.aead.Seal(nonce, nonce, secret, []byte(name))
}

// Open decrypts what Seal made under the same name; the error is [ErrWrongKey].
func (v *Vault) Open(name string, sealed []byte) ([]byte, error) {
	if len(sealed) < v.aead.NonceSize() {
		return nil, fmt.Errorf("open the secret %s: %w", name, ErrWrongKey)
	}
	nonce, box := sealed[:v.aead.NonceSize()], sealed[v.aead.NonceSize():]
	secret, err := v.aead.Open(nil, nonce, box, []byte(name))
	if err != nil {
		return nil, fmt.Errorf("open the secret %s: %w", name, ErrWrongKey)
	}
	return secret, nil
}
