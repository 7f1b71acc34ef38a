//go:build unix

package vault_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/roomink/roomink/engine/vault"
)

func mode(t *testing.T, path string) os.FileMode {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.Mode()
}

func TestKeyFileMode(t *testing.T) {
	file := keyFile(t)
	sealed := open(t, false, file).Seal("s", []byte("x"))
	if got := mode(t, file.Path); got != 0o600 {
		t.Errorf("mode %v; want 0600", got)
	}
	for _, wide := range []os.FileMode{0o604, 0o640, 0o666, 0o700, 0o777} {
		if err := os.Chmod(file.Path, wide); err != nil {
			t.Fatal(err)
		}
		mustOpen(t, open(t, true, file), "s", sealed, "x")
		if got := mode(t, file.Path); got != 0o600 {
			t.Errorf("mode %v after %v; want 0600", got, wide)
		}
	}
	if err := os.Chmod(file.Path, 0o400); err != nil {
		t.Fatal(err)
	}
	v := open(t, true, file)
	if err := v.Rotate(t.Context(), resealing(map[string][]byte{"s": sealed})); err != nil {
		t.Error(err)
	}
	if got := mode(t, file.Path); got != 0o600 {
		t.Errorf("mode %v after a rotation; want 0600", got)
	}
	left, err := filepath.Glob(filepath.Join(filepath.Dir(file.Path), "*"))
	if err != nil || len(left) != 1 {
		t.Errorf("files %v, %v; want the key only", left, err)
	}
}

func TestKeyFileThatIsNone(t *testing.T) {
	t.Run("should refuse a pipe without blocking", func(t *testing.T) {
		file := keyFile(t)
		if err := syscall.Mkfifo(file.Path, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := vault.Open(t.Context(), true, file); !errors.Is(err, vault.ErrLocked) || !strings.Contains(err.Error(), "move it away") {
			t.Errorf("error %v; want ErrLocked with what to do", err)
		}
	})
	t.Run("should say where no file can be made", func(t *testing.T) {
		file := vault.KeyFile{Path: "/dev/null/key"}
		if _, err := vault.Open(t.Context(), false, file); err == nil || !strings.Contains(err.Error(), file.Path) {
			t.Errorf("error %v; want one that names the file", err)
		}
	})
	t.Run("should leave nothing behind where it can't be saved", func(t *testing.T) {
		file := keyFile(t)
		if err := os.MkdirAll(filepath.Join(file.Path, "in the way"), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := file.Save(t.Context(), []byte("ring")); err == nil {
			t.Error("no error")
		}
		left, err := filepath.Glob(filepath.Join(filepath.Dir(file.Path), ".*"))
		if err != nil || len(left) != 0 {
			t.Errorf("files %v, %v; want none", left, err)
		}
	})
}
