// Package vault seals what must not lie about in plain text: the client secret and
// tokens. A 32-byte data key lives in the operating system's keychain (Windows
// Credential Manager holds only 2,560 bytes an item, so tokens themselves would
// not fit); the sealed secrets can then be kept anywhere, such as in the database.
//
// Where there is no keychain, as on a Linux server, the key is a file of mode 0600,
// and [Vault.Place] says so, so that the app can tell its user.
//
// The states of [Open], for an engine that must start whatever happens:
//
//   - a vault and no error: secrets open, or each gives [ErrWrongKey] if its key is
//     gone, as when the keychain was emptied: it must be entered again
//   - [ErrLocked]: the key may be in a keychain that can't be read now. Work without
//     secrets, say so, and call Open again later
//   - [ErrDamaged]: what is kept as the key is none. Only [Reset] helps, and the
//     secrets must be entered again
//   - any other error: there is no place for a key
package vault

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"sync"
	"time"
)

var (
	// ErrWrongKey says that a secret was sealed with a key that is no longer kept,
	// or was altered, or is that of another place: it can't be opened any more and
	// must be entered again.
	ErrWrongKey = errors.New("sealed with another key or altered")
	// ErrNoKey is what a [KeyStore] returns from Load when it holds no key.
	ErrNoKey = errors.New("no key is kept")
	// ErrLocked says that the key to the saved secrets may be where it can't be read
	// now, such as in a locked keychain.
	ErrLocked = errors.New("the key to the saved secrets can't be read now")
	// ErrDamaged says that what is kept as the key can't be understood.
	ErrDamaged = errors.New("the kept key is damaged")
)

// MaxRing is the most bytes that a [KeyStore] is asked to keep.
const MaxRing = 500

// KeyStore keeps the key ring: printable ASCII of at most [MaxRing] bytes, which
// must not be shown to anybody.
type KeyStore interface {
	// Load gives what was saved last, or ErrNoKey, or another error where the store
	// can't be used at all (no keychain, locked, no right to read).
	Load(ctx context.Context) ([]byte, error)
	// Save replaces what is kept as a whole. Once it returns nil, the ring survives
	// a power cut.
	Save(ctx context.Context, ring []byte) error
	// Place names the store for a person, such as "the keychain of this computer".
	Place() string
}

// Vault seals and opens secrets. It is safe for concurrent use, and can be logged:
// its text forms show no key.
type Vault struct {
	store    KeyStore
	unusable error
	others   []key // of other stores: they only open

	rotating sync.Mutex // held by whoever rotates

	// mu guards what follows. Keep holds it for reading until what was sealed is saved, so
	// that a rotation either finds the saved value or comes before the sealing.
	mu   sync.RWMutex
	ring ring
	// retired are the keys that the last rotation dropped, for whoever read a sealed
	// value before it and opens it after. They are kept nowhere else.
	retired []key
}

// Open gets the key ring from the first of the key stores, in order of preference,
// that can be used; where several hold one, that with the newest key is used and the
// others' keys open what they sealed. If none holds a ring, one is made and saved in
// the first store that takes it.
//
// hasSecrets says that sealed secrets exist. Then a store that can't be read (a
// locked keychain) may hold their key, so that a new one would lock them out: Open
// fails with [ErrLocked] or [ErrDamaged] and changes nothing. It takes as long as
// the stores do; see [Keychain] for its patience.
func Open(ctx context.Context, hasSecrets bool, stores ...KeyStore) (*Vault, error) {
	var found []*Vault
	var free []KeyStore
	var unusable []error
	onlyDamage := true
	for _, s := range stores {
		r, err := load(ctx, s)
		switch {
		case err == nil:
			found = append(found, &Vault{store: s, ring: r})
		case errors.Is(err, ErrNoKey), errors.Is(err, ErrDamaged) && !hasSecrets:
			free = append(free, s)
		default:
			onlyDamage = onlyDamage && errors.Is(err, ErrDamaged)
			unusable = append(unusable, fmt.Errorf("%s: %w", s.Place(), err))
		}
		if ctx.Err() != nil { // nobody waits any more, so that nothing may be decided
			break
		}
	}
	if len(found) > 0 {
		return merge(found, errors.Join(unusable...)), nil
	}
	if hasSecrets && len(unusable) > 0 {
		if onlyDamage {
			return nil, fmt.Errorf("open the vault: start afresh and enter the secrets again: %w", errors.Join(unusable...))
		}
		return nil, fmt.Errorf("open the vault: %w: unlock the keychain and try again: %w", ErrLocked, errors.Join(unusable...))
	}
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("open the vault: %w", errors.Join(append(unusable, err)...))
	}
	fresh := ring{newKey()}
	for _, s := range free {
		if err := s.Save(ctx, fresh.text()); err != nil {
			unusable = append(unusable, fmt.Errorf("%s: %w", s.Place(), err))
			continue
		}
		return &Vault{store: s, ring: fresh, unusable: errors.Join(unusable...)}, nil
	}
	return nil, fmt.Errorf("open the vault: no place to keep the key that protects the secrets: %w", errors.Join(unusable...))
}

// Reset opens the vault although the key to the saved secrets is damaged or can't be
// read: a person gave it up. A ring that can be read by now is used and nothing is
// lost; otherwise a fresh key is made, a damaged ring is overwritten, and the secrets
// of before give [ErrWrongKey].
func Reset(ctx context.Context, stores ...KeyStore) (*Vault, error) {
	return Open(ctx, false, stores...)
}

func load(ctx context.Context, s KeyStore) (ring, error) {
	text, err := s.Load(ctx)
	if err != nil {
		return nil, err
	}
	return parseRing(text)
}

// merge makes one vault of those found: the one with the newest key, because after a
// [Reset] an older ring may turn up again in a keychain that could not be read.
func merge(found []*Vault, unusable error) *Vault {
	v := slices.MaxFunc(found, func(a, b *Vault) int { return cmp.Compare(a.ring[0].created, b.ring[0].created) })
	v.unusable = unusable
	for _, o := range found {
		if o != v {
			v.others = append(v.others, o.ring...)
		}
	}
	return v
}

// Place names where the data key is kept, for a person.
func (v *Vault) Place() string { return v.store.Place() }

// Unusable says which key stores could not be used and why; nil if all could.
func (v *Vault) Unusable() error { return v.unusable }

// Created is when the current key was made, to the second; zero for a key from
// before dates were kept.
func (v *Vault) Created() time.Time {
	v.mu.RLock()
	defer v.mu.RUnlock()
	if s := v.ring[0].created; s != 0 {
		return time.Unix(s, 0).UTC()
	}
	return time.Time{}
}

// Seal encrypts a secret for a place, such as its name in the database, from where
// it can't be moved to another. Each call gives a different result. Where the key
// may be rotated meanwhile, use [Vault.Keep].
func (v *Vault) Seal(place string, secret []byte) []byte {
	v.mu.RLock()
	defer v.mu.RUnlock()
	return v.ring[0].seal(place, secret)
}

// Keep lets save seal secrets and store them with no rotation between the two: one
// that came between would not find the value to seal it again, and then drop its
// key. Many may do so at once. save must not call methods of the vault.
func (v *Vault) Keep(save func(seal func(place string, secret []byte) []byte) error) error {
	v.mu.RLock()
	defer v.mu.RUnlock()
	return save(v.ring[0].seal)
}

// Open decrypts what Seal made for the same place; the error is [ErrWrongKey].
func (v *Vault) Open(place string, sealed []byte) ([]byte, error) {
	v.mu.RLock()
	defer v.mu.RUnlock()
	return v.open(place, sealed)
}

// open needs v.mu.
func (v *Vault) open(place string, sealed []byte) ([]byte, error) {
	id, known := sealedWith(sealed)
	for _, k := range v.keys() {
		if !known || k.id != id {
			continue
		}
		secret, err := k.open(place, sealed)
		if err != nil {
			return nil, fmt.Errorf("open the secret %s: altered, or moved from another place: %w", place, ErrWrongKey)
		}
		return secret, nil
	}
	if secret, ok := v.openBare(place, sealed); ok {
		return secret, nil
	}
	if known {
		return nil, fmt.Errorf("open the secret %s: its key %x is not kept in %s: %w", place, id, v.store.Place(), ErrWrongKey)
	}
	return nil, fmt.Errorf("open the secret %s: not in a form that is known: %w", place, ErrWrongKey)
}

// keys gives all that may open something; it needs v.mu.
func (v *Vault) keys() []key { return slices.Concat(v.ring, v.retired, v.others) }

// openBare opens what versions before 1.0 sealed: a nonce and a box with no header.
func (v *Vault) openBare(place string, sealed []byte) ([]byte, bool) {
	if len(sealed) < nonceSize {
		return nil, false
	}
	for _, k := range v.keys() {
		secret, err := k.aead().Open(nil, sealed[:nonceSize], sealed[nonceSize:], []byte(place))
		if err == nil {
			return secret, true
		}
	}
	return nil, false
}

// String names the vault without its keys.
func (v *Vault) String() string { return "vault in " + v.store.Place() }

// Format implements [fmt.Formatter], so that no verb reaches the keys.
func (v *Vault) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, v.String()) }

// LogValue implements [slog.LogValuer].
func (v *Vault) LogValue() slog.Value { return slog.StringValue(v.String()) }

func newKey() key {
	secret := new([keySize]byte)
	rand.Read(secret[:]) // never fails, see crypto/rand
	return makeKey(secret, time.Now().Unix())
}
