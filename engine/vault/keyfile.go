package vault

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
)

// KeyFile keeps the key in a file that only its owner may read. It protects a copy
// of the database, such as one in a backup, but not against whoever reads the file.
type KeyFile struct{ Path string }

var _ KeyStore = KeyFile{}

// Place implements [KeyStore].
func (f KeyFile) Place() string { return "the key file " + f.Path }

// Load implements [KeyStore]. A file that others may read is closed to them first.
func (f KeyFile) Load(context.Context) ([]byte, error) {
	info, err := os.Stat(f.Path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, ErrNoKey
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular(): // opening a pipe would block
		return nil, errors.New("it is no regular file: move it away")
	}
	file, err := os.Open(f.Path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	if err := tighten(file); err != nil {
		return nil, err
	}
	return io.ReadAll(io.LimitReader(file, 4*MaxRing))
}

// tighten takes others' rights to the file away. On Windows the rights come from the
// user's own folder, and the mode says nothing.
func tighten(file *os.File) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	info, err := file.Stat()
	if err != nil {
		return err
	}
	if info.Mode().Perm()&^0o600 == 0 {
		return nil
	}
	if err := file.Chmod(0o600); err != nil {
		return fmt.Errorf("others may read it (mode %v) and that can't be changed; make it the user's own, with mode 0600: %w", info.Mode().Perm(), err)
	}
	return nil
}

// Save implements [KeyStore]. The file appears whole or not at all.
func (f KeyFile) Save(_ context.Context, ring []byte) error {
	dir := filepath.Dir(f.Path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	tmp, err := os.CreateTemp(dir, ".key-*") // made with mode 0600
	if err != nil {
		return err
	}
	_, writeErr := tmp.Write(ring)
	err = errors.Join(writeErr, tmp.Sync(), tmp.Close())
	if err == nil {
		err = os.Rename(tmp.Name(), f.Path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(tmp.Name()))
	}
	return syncFolder(dir)
}

// syncFolder makes a rename survive a power cut: secrets sealed with a new key must
// not reach the disk before it. Windows has no such call.
func syncFolder(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
