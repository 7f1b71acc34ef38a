package vault_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"testing"

	"github.com/roomink/roomink/engine/vault"
)

// FuzzRing: a ring is either refused with the one error, or reads the same again.
func FuzzRing(f *testing.F) {
	keychain := &fragile{before: 3} // two keys remain
	v := open(f, false, keychain)
	f.Add(bytes.Clone(keychain.ring))
	_ = v.Rotate(f.Context(), resealing(nil))
	f.Add(bytes.Clone(keychain.ring))
	f.Add([]byte(base64.StdEncoding.EncodeToString(make([]byte, 32))))
	f.Add([]byte(""))
	f.Add([]byte(" AQ==\n"))
	f.Add([]byte("AgAA"))
	f.Fuzz(func(t *testing.T, text []byte) {
		first, err := vault.ParseRing(text)
		if err != nil {
			if !errors.Is(err, vault.ErrDamaged) {
				t.Errorf("error %v; want ErrDamaged", err)
			}
			return
		}
		if len(first) > vault.MaxRing {
			t.Errorf("a ring of %d bytes", len(first))
		}
		second, err := vault.ParseRing(first)
		if err != nil || !bytes.Equal(first, second) {
			t.Errorf("%s, read again: %s, %v", first, second, err)
		}
		if _, err := vault.Open(t.Context(), true, &memory{ring: text}); err != nil {
			t.Errorf("no vault of this ring: %v", err)
		}
	})
}

// FuzzOpen: nothing opens but what was sealed for this place.
func FuzzOpen(f *testing.F) {
	keychain := &memory{ring: []byte(base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{7}, 32)))}
	v := open(f, true, keychain)
	sealed := v.Seal("s", []byte("x"))
	f.Add("s", []byte{})
	f.Add("s", sealed)
	f.Add("", sealed[:9])
	f.Add("t", sealed[9:])
	f.Add("s", sealed[:len(sealed)-1])
	f.Fuzz(func(t *testing.T, place string, value []byte) {
		secret, err := v.Open(place, value)
		switch {
		case err == nil && (place != "s" || string(secret) != "x"):
			t.Errorf("opened %q from %x at %q", secret, value, place)
		case err != nil && !errors.Is(err, vault.ErrWrongKey):
			t.Errorf("error %v; want ErrWrongKey", err)
		}
	})
}
