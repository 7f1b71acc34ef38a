package vault_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/zalando/go-keyring"

	"github.com/roomink/roomink/engine/vault"
)

// keys is a key store of functions.
type keys struct {
	load func() ([]byte, error)
	save func([]byte) error
}

func (k keys) Load() ([]byte, error) { return k.load() }
func (k keys) Save(b []byte) error   { return k.save(b) }
func (k keys) Place() string         { return "a fake" }

var errLocked = errors.New("locked")

func locked() keys {
	return keys{load: func() ([]byte, error) { return nil, errLocked }, save: func([]byte) error { return errLocked }}
}

func TestSeal(t *testing.T) {
	v, err := vault.Open(false, vault.KeyFile{Path: filepath.Join(t.TempDir(), "key")})
	if err != nil {
		t.Fatal(err)
	}
	secret := []byte("hunter2")
	sealed := v.Seal("client-secret", secret)
	if bytes.Contains(sealed, secret) {
		t.Error("the secret shows in what is sealed")
	}
	if got, err := v.Open("client-secret", sealed); err != nil || !bytes.Equal(got, secret) {
		t.Errorf("opened %q, %v", got, err)
	}
	if bytes.Equal(sealed, v.Seal("client-secret", secret)) {
		t.Error("sealing twice gives the same bytes")
	}
	for name, bad := range map[string][]byte{
		"empty": nil, "short": sealed[:10], "cut": sealed[:len(sealed)-1],
		"altered": append(bytes.Clone(sealed[:len(sealed)-1]), sealed[len(sealed)-1]^1),
	} {
		if _, err := v.Open("client-secret", bad); !errors.Is(err, vault.ErrWrongKey) {
			t.Errorf("%s: error %v; want ErrWrongKey", name, err)
		}
	}
	if _, err := v.Open("tokens", sealed); !errors.Is(err, vault.ErrWrongKey) {
		t.Errorf("under another name: error %v; want ErrWrongKey", err)
	}
}

func TestOpen(t *testing.T) {
	t.Run("should keep the key across starts", func(t *testing.T) {
		file := vault.KeyFile{Path: filepath.Join(t.TempDir(), "sub", "key")}
		first, err := vault.Open(false, file)
		if err != nil {
			t.Fatal(err)
		}
		sealed := first.Seal("s", []byte("x"))
		second, err := vault.Open(true, file)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := second.Open("s", sealed); err != nil || string(got) != "x" {
			t.Errorf("opened %q, %v", got, err)
		}
		info, err := os.Stat(file.Path)
		if err != nil {
			t.Fatal(err)
		}
		if runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
			t.Errorf("mode %v; want 0600", info.Mode())
		}
	})
	t.Run("should fall back to a file where there is no keychain", func(t *testing.T) {
		file := vault.KeyFile{Path: filepath.Join(t.TempDir(), "key")}
		v, err := vault.Open(false, locked(), file)
		if err != nil || v.Place() != file.Place() {
			t.Errorf("vault %+v, %v; want one in the file", v, err)
		}
	})
	t.Run("should not lock saved secrets out while the keychain is locked", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "key")
		if _, err := vault.Open(true, locked(), vault.KeyFile{Path: path}); !errors.Is(err, errLocked) {
			t.Errorf("error %v; want the keychain's", err)
		}
		if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("a new key was made: %v", err)
		}
	})
	t.Run("should refuse a damaged key", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "key")
		if err := os.WriteFile(path, []byte("c2hvcnQ="), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := vault.Open(true, vault.KeyFile{Path: path}); err == nil {
			t.Error("no error")
		}
	})
	t.Run("should say that nothing takes the key", func(t *testing.T) {
		if _, err := vault.Open(false, locked()); !errors.Is(err, errLocked) {
			t.Errorf("error %v; want the store's", err)
		}
	})
}

func TestKeychain(t *testing.T) {
	keyring.MockInit()
	k := vault.Keychain{Service: "Roomink", Account: "data key"}
	if _, err := k.Load(); !errors.Is(err, vault.ErrNoKey) {
		t.Errorf("error %v; want ErrNoKey", err)
	}
	first, err := vault.Open(false, k)
	if err != nil {
		t.Fatal(err)
	}
	second, err := vault.Open(true, k)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := second.Open("s", first.Seal("s", []byte("x"))); err != nil || string(got) != "x" {
		t.Errorf("opened %q, %v", got, err)
	}
	keyring.MockInitWithError(errLocked)
	if _, err := k.Load(); !errors.Is(err, errLocked) {
		t.Errorf("error %v; want the keychain's", err)
	}
}
