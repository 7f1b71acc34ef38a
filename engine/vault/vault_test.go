package vault_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/crypto/chacha20poly1305"

	"github.com/roomink/roomink/engine/vault"
)

// memory is a key store that can be made to fail.
type memory struct {
	ring    []byte
	loadErr error
	saveErr error
}

func (m *memory) Load(context.Context) ([]byte, error) {
	switch {
	case m.loadErr != nil:
		return nil, m.loadErr
	case m.ring == nil:
		return nil, vault.ErrNoKey
	}
	return m.ring, nil
}

func (m *memory) Save(_ context.Context, ring []byte) error {
	if m.saveErr != nil {
		return m.saveErr
	}
	m.ring = bytes.Clone(ring)
	return nil
}

func (m *memory) Place() string { return "a fake keychain" }

var errNoKeychain = errors.New("no keychain answers")

// locked is a keychain that can't be used at all.
func locked() *memory { return &memory{loadErr: errNoKeychain, saveErr: errNoKeychain} }

func keyFile(t testing.TB) vault.KeyFile {
	return vault.KeyFile{Path: filepath.Join(t.TempDir(), "key")}
}

func open(t testing.TB, hasSecrets bool, stores ...vault.KeyStore) *vault.Vault {
	t.Helper()
	v, err := vault.Open(t.Context(), hasSecrets, stores...)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func mustOpen(t testing.TB, v *vault.Vault, place string, sealed []byte, want string) {
	t.Helper()
	if got, err := v.Open(place, sealed); err != nil || string(got) != want {
		t.Errorf("%s: opened %q, %v; want %q", place, got, err, want)
	}
}

func TestSeal(t *testing.T) {
	v := open(t, false, &memory{})
	secret := []byte("hunter2")
	sealed := v.Seal("client-secret", secret)
	if bytes.Contains(sealed, secret) {
		t.Error("the secret shows in what is sealed")
	}
	mustOpen(t, v, "client-secret", sealed, "hunter2")
	mustOpen(t, v, "empty", v.Seal("empty", nil), "")
	if bytes.Equal(sealed, v.Seal("client-secret", secret)) {
		t.Error("sealing twice gives the same bytes")
	}
	bad := map[string][]byte{"empty": nil, "no nonce": sealed[:12], "no box": sealed[:33], "no header": sealed[9:], "cut": sealed[:len(sealed)-1], "longer": append(bytes.Clone(sealed), 0)}
	for i := range sealed {
		altered := bytes.Clone(sealed)
		altered[i] ^= 1
		bad["altered at "+string(rune('0'+i/10))+string(rune('0'+i%10))] = altered
	}
	for name, bad := range bad {
		if _, err := v.Open("client-secret", bad); !errors.Is(err, vault.ErrWrongKey) {
			t.Errorf("%s: error %v; want ErrWrongKey", name, err)
		}
	}
	for _, place := range []string{"tokens", "", "client-secre", "client-secret\x00"} {
		if _, err := v.Open(place, sealed); !errors.Is(err, vault.ErrWrongKey) {
			t.Errorf("at place %q: error %v; want ErrWrongKey", place, err)
		}
	}
}

func TestOpen(t *testing.T) {
	t.Run("should keep the key across starts", func(t *testing.T) {
		file := vault.KeyFile{Path: filepath.Join(t.TempDir(), "sub", "key")}
		sealed := open(t, false, file).Seal("s", []byte("x"))
		mustOpen(t, open(t, true, file), "s", sealed, "x")
	})
	t.Run("should fall back to a file where there is no keychain", func(t *testing.T) {
		file := keyFile(t)
		v := open(t, false, locked(), file)
		if v.Place() != file.Place() || !errors.Is(v.Unusable(), errNoKeychain) {
			t.Errorf("%v, unusable: %v; want one in the file that says why", v, v.Unusable())
		}
		sealed := v.Seal("s", []byte("x"))
		mustOpen(t, open(t, true, locked(), file), "s", sealed, "x")
	})
	t.Run("should fall back to a file where the keychain does not keep a key", func(t *testing.T) {
		file := keyFile(t)
		v := open(t, false, &memory{saveErr: errNoKeychain}, file)
		if v.Place() != file.Place() || !errors.Is(v.Unusable(), errNoKeychain) {
			t.Errorf("%v, unusable: %v; want one in the file that says why", v, v.Unusable())
		}
	})
	t.Run("should not lock saved secrets out while the keychain is locked", func(t *testing.T) {
		keychain, file := &memory{}, keyFile(t)
		sealed := open(t, false, keychain, file).Seal("s", []byte("x"))
		keychain.loadErr = errNoKeychain
		_, err := vault.Open(t.Context(), true, keychain, file)
		if !errors.Is(err, vault.ErrLocked) || !errors.Is(err, errNoKeychain) {
			t.Errorf("error %v; want ErrLocked for the keychain's", err)
		}
		if _, err := os.Stat(file.Path); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("a new key was made: %v", err)
		}
		keychain.loadErr = nil
		mustOpen(t, open(t, true, keychain, file), "s", sealed, "x")
	})
	t.Run("should make a new key if the old one was forgotten", func(t *testing.T) {
		keychain, file := &memory{}, keyFile(t)
		sealed := open(t, false, keychain, file).Seal("s", []byte("x"))
		keychain.ring = nil
		v := open(t, true, keychain, file)
		if _, err := v.Open("s", sealed); !errors.Is(err, vault.ErrWrongKey) {
			t.Errorf("error %v; want ErrWrongKey", err)
		}
		mustOpen(t, v, "s", v.Seal("s", []byte("again")), "again")
	})
	t.Run("should say that nothing takes the key", func(t *testing.T) {
		if _, err := vault.Open(t.Context(), false, locked()); !errors.Is(err, errNoKeychain) || errors.Is(err, vault.ErrLocked) {
			t.Errorf("error %v; want the store's, and not ErrLocked", err)
		}
	})
	t.Run("should make no key for a caller who gave up", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		for _, hasSecrets := range []bool{true, false} {
			keychain := &memory{}
			if _, err := vault.Open(ctx, hasSecrets, keychain); !errors.Is(err, context.Canceled) || keychain.ring != nil {
				t.Errorf("error %v, kept %q; want cancelled", err, keychain.ring)
			}
		}
	})
}

// A ring that is damaged is never replaced while secrets exist, but for a person who
// gives it up.
func TestDamagedRing(t *testing.T) {
	good := &memory{}
	sealed := open(t, false, good).Seal("s", []byte("x"))
	raw, err := base64.StdEncoding.DecodeString(string(good.ring))
	if err != nil {
		t.Fatal(err)
	}
	flipped := bytes.Clone(raw)
	flipped[len(flipped)-1] ^= 1
	newer := bytes.Clone(raw)
	newer[0]++
	text := base64.StdEncoding.EncodeToString
	for name, bad := range map[string]string{
		"empty": "", "no base64": "{}", "short": "c2hvcnQ=", "cut": text(raw[:len(raw)-1]), "no key": text(raw[:1]), "flipped": text(flipped),
		"newer": text(newer), "huge": strings.Repeat("A", 3000),
	} {
		keychain := &memory{ring: []byte(bad)}
		_, err := vault.Open(t.Context(), true, keychain)
		if !errors.Is(err, vault.ErrDamaged) || errors.Is(err, vault.ErrLocked) || string(keychain.ring) != bad {
			t.Errorf("%s: error %v; want ErrDamaged, and the ring kept", name, err)
		}
		_, err = vault.Open(t.Context(), true, keychain, locked())
		if !errors.Is(err, vault.ErrDamaged) || !errors.Is(err, vault.ErrLocked) {
			t.Errorf("%s: error %v; want ErrLocked for the other store too", name, err)
		}
		v, err := vault.Reset(t.Context(), keychain)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := v.Open("s", sealed); !errors.Is(err, vault.ErrWrongKey) {
			t.Errorf("%s: error %v after a reset; want ErrWrongKey", name, err)
		}
		mustOpen(t, open(t, true, keychain), "s", v.Seal("s", []byte("again")), "again")
	}
}

func TestReset(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		keychain, file := &memory{}, keyFile(t)
		old := open(t, false, keychain, file).Seal("old", []byte("x"))
		keychain.loadErr, keychain.saveErr = errNoKeychain, errNoKeychain
		time.Sleep(time.Hour)
		v, err := vault.Reset(t.Context(), keychain, file)
		if err != nil || v.Place() != file.Place() {
			t.Fatalf("%v, %v; want a vault in the file", v, err)
		}
		entered := v.Seal("new", []byte("y"))

		keychain.loadErr, keychain.saveErr = nil, nil // it turns up again
		v = open(t, true, keychain, file)
		if v.Place() != file.Place() {
			t.Errorf("%v; want the newer key", v)
		}
		mustOpen(t, v, "old", old, "x")
		mustOpen(t, v, "new", entered, "y")

		if v, err = vault.Reset(t.Context(), keychain, file); err != nil { // a reset with nothing wrong
			t.Fatal(err)
		}
		mustOpen(t, v, "old", old, "x")
		mustOpen(t, v, "new", entered, "y")
	})
}

func TestCreated(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		keychain := &memory{}
		want := time.Now().Truncate(time.Second)
		open(t, false, keychain)
		time.Sleep(48 * time.Hour)
		if got := open(t, true, keychain).Created(); !got.Equal(want) {
			t.Errorf("created %v; want %v", got, want)
		}
	})
}

// Before key rings there were a bare key and sealed values with no header.
func TestOldForms(t *testing.T) {
	secret := make([]byte, chacha20poly1305.KeySize)
	rand.Read(secret)
	aead, err := chacha20poly1305.NewX(secret)
	if err != nil {
		t.Fatal(err)
	}
	nonce := make([]byte, aead.NonceSize())
	nonce[0] = 1 // as a header might begin
	sealed := aead.Seal(nonce, nonce, []byte("x"), []byte("s"))
	keychain := &memory{ring: []byte(base64.StdEncoding.EncodeToString(secret) + "\n")}
	v := open(t, true, keychain)
	mustOpen(t, v, "s", sealed, "x")
	if !v.Created().IsZero() {
		t.Errorf("created %v; want unknown", v.Created())
	}
	if _, err := v.Open("t", sealed); !errors.Is(err, vault.ErrWrongKey) {
		t.Errorf("error %v at another place; want ErrWrongKey", err)
	}
	db := map[string][]byte{"s": sealed}
	if err := v.Rotate(t.Context(), resealing(db)); err != nil {
		t.Fatal(err)
	}
	mustOpen(t, open(t, true, keychain), "s", db["s"], "x")
}
