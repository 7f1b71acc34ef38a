package engine

import (
	"archive/tar"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"
	"unicode/utf8"

	"filippo.io/age"

	"github.com/roomink/roomink/engine/store"
)

// MinPassphrase is how many characters the passphrase of a backup has at least.
const MinPassphrase = 12

// backupFormat is the version of what a backup holds.
const backupFormat = 1

// backupMost bounds, in bytes, what a backup may unfold to.
const backupMost = 1 << 30

// manifest is the first part of a backup.
type manifest struct {
	Format int       `json:"format"`
	At     time.Time `json:"at"`
}

// The parts of a backup, in their order: a tar inside an age file with a passphrase
// (age-encryption.org/v1), which the tools of age open, too.
const (
	partManifest = "manifest.json"
	partSecrets  = "secrets.json" // name → secret, in the clear: the key of this computer opens them nowhere else
	partDatabase = store.FileName
)

// errPassphrase says that a passphrase is too easy to guess.
var errPassphrase = fmt.Errorf("the passphrase is too short: choose at least %d characters; whoever guesses it has the client secret and the keys of all displays", MinPassphrase)

// Backup writes the whole configuration, secrets and all, to w, encrypted with a passphrase
// of at least [MinPassphrase] characters.
func (e *Engine) Backup(ctx context.Context, w io.Writer, passphrase string) (err error) {
	if utf8.RuneCountInString(passphrase) < MinPassphrase {
		return errPassphrase
	}
	secrets, err := e.allSecrets(ctx)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp(e.cfg.Dir, "backup-")
	if err != nil {
		return fmt.Errorf("back up: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	path := filepath.Join(dir, store.FileName)
	if err := e.db.Backup(ctx, path); err != nil {
		return fmt.Errorf("back up: %w", err)
	}
	to, err := age.NewScryptRecipient(passphrase)
	if err != nil {
		return fmt.Errorf("back up: %w", err)
	}
	sealed, err := age.Encrypt(w, to)
	if err != nil {
		return fmt.Errorf("back up: %w", err)
	}
	if err := writeBackup(sealed, manifest{backupFormat, e.cfg.Now().UTC()}, secrets, path); err != nil {
		return fmt.Errorf("back up: %w", err)
	}
	if err := sealed.Close(); err != nil {
		return fmt.Errorf("back up: %w", err)
	}
	e.record(ctx, ActAccount, "The configuration was backed up", false)
	return nil
}

// allSecrets opens all secrets that are kept.
func (e *Engine) allSecrets(ctx context.Context) (map[string][]byte, error) {
	v, err := e.openedVault()
	if err != nil {
		return nil, err
	}
	sealed, err := e.db.Secrets(ctx)
	if err != nil {
		return nil, err
	}
	plain := make(map[string][]byte, len(sealed))
	for name, s := range sealed {
		if plain[name], err = v.Open(name, s); err != nil {
			return nil, fmt.Errorf("open the secret %s: %w", name, err)
		}
	}
	return plain, nil
}

func writeBackup(w io.Writer, m manifest, secrets map[string][]byte, path string) error {
	t := tar.NewWriter(w)
	for _, part := range []struct {
		name string
		v    any
	}{{partManifest, m}, {partSecrets, secrets}} {
		data, err := json.Marshal(part.v)
		if err != nil {
			return err
		}
		if err := t.WriteHeader(&tar.Header{Name: part.name, Mode: 0o600, Size: int64(len(data))}); err != nil {
			return err
		}
		if _, err := t.Write(data); err != nil {
			return err
		}
	}
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if err := t.WriteHeader(&tar.Header{Name: partDatabase, Mode: 0o600, Size: info.Size()}); err != nil {
		return err
	}
	if _, err := io.Copy(t, f); err != nil {
		return err
	}
	return t.Close()
}

// Restore takes the whole configuration from a backup, once Roomink is started again; what
// is there now is kept beside it. Nothing is changed if anything about the backup is wrong.
// Its secrets are sealed for this computer. A display that changed since the backup was made
// shows what it should after the first push.
func (e *Engine) Restore(ctx context.Context, r io.Reader, passphrase string) (err error) {
	v, err := e.openedVault()
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp(e.cfg.Dir, "restore-")
	if err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	path := filepath.Join(dir, store.FileName)
	secrets, err := readBackup(r, passphrase, path)
	if err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	// The key of this folder in the keychain goes by this id, which the backup has of its own.
	var id string
	if err := e.db.Setting(ctx, settingInstallation, &id); err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	err = store.PrepareRestore(ctx, e.cfg.Dir, path, e.cfg.Now, func(db *store.DB) error {
		u := store.Update{Settings: map[string]any{}, Secrets: map[string][]byte{}}
		if id != "" {
			u.Settings[settingInstallation] = id
		}
		for _, name := range slices.Sorted(maps.Keys(secrets)) {
			u.Secrets[name] = v.Seal(name, secrets[name])
		}
		return db.Update(ctx, u)
	})
	if err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	e.record(ctx, ActAccount, "A backup was restored; it is in force from the next start on", false)
	return nil
}

// Errors about backups.
var (
	errNoBackup      = errors.New("the file is no backup of Roomink, or not all of it: choose another file")
	errBadPassphrase = errors.New("the passphrase does not open the backup: check it for capital letters and the keyboard's language")
	errNewerBackup   = errors.New("the backup was made by a newer Roomink: install that version first")
)

// readBackup checks a backup as a whole, and writes its database to path.
func readBackup(r io.Reader, passphrase, path string) (secrets map[string][]byte, err error) {
	key, err := age.NewScryptIdentity(passphrase)
	if err != nil {
		return nil, errBadPassphrase // an empty one
	}
	key.SetMaxWorkFactor(20) // a made-up file must not keep the computer busy for hours
	plain, err := age.Decrypt(r, key)
	if wrong := (*age.NoIdentityMatchError)(nil); errors.As(err, &wrong) {
		return nil, errBadPassphrase
	}
	if err != nil {
		return nil, fmt.Errorf("%w (%w)", errNoBackup, err)
	}
	t := tar.NewReader(io.LimitReader(plain, backupMost))
	var m manifest
	if err := readPart(t, partManifest, &m); err != nil {
		return nil, err
	}
	if m.Format > backupFormat {
		return nil, errNewerBackup
	}
	if err := readPart(t, partSecrets, &secrets); err != nil {
		return nil, err
	}
	h, err := t.Next()
	if err != nil || h.Name != partDatabase {
		return nil, fmt.Errorf("%w (%w)", errNoBackup, errors.Join(err, errors.New("no database")))
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	_, err = io.Copy(f, t)
	if err == nil {
		if _, err = t.Next(); errors.Is(err, io.EOF) {
			// age has authenticated a chunk only once it is read to its end.
			_, err = io.Copy(io.Discard, plain)
		}
	}
	if err != nil {
		err = fmt.Errorf("%w (%w)", errNoBackup, err)
	}
	return secrets, errors.Join(err, f.Sync(), f.Close())
}

func readPart(t *tar.Reader, name string, v any) error {
	h, err := t.Next()
	if err == nil && h.Name != name {
		err = fmt.Errorf("%q in place of %q", h.Name, name)
	}
	if err == nil {
		err = json.NewDecoder(io.LimitReader(t, 64<<20)).Decode(v)
	}
	if err != nil {
		return fmt.Errorf("%w (%w)", errNoBackup, err)
	}
	return nil
}
