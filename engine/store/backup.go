package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// The folders of a restore in the data folder: one that is being prepared, and one that the
// next Open takes. Renaming one to the other is what decides.
const (
	restoring   = "restoring"
	restoreDone = "restore"
)

// Backup writes a whole copy of the store to path, which must not exist.
func (db *DB) Backup(ctx context.Context, path string) error {
	if err := db.Flush(ctx); err != nil {
		return err
	}
	return fault(backup(ctx, db.write, path))
}

// PrepareRestore makes a store of the file at path, in a place of its own beside the one in
// dir, for change to adapt. Once that is done, the next Open in dir takes it in place of
// what is there, which is kept. A file of a newer Roomink is a [*NewerError]; whatever goes
// wrong, nothing in dir is changed. What displays showed when the copy was made says
// nothing of what they show now: it is forgotten.
func PrepareRestore(ctx context.Context, dir, path string, now func() time.Time, change func(*DB) error) (err error) {
	staged := filepath.Join(dir, restoring)
	if err := os.RemoveAll(staged); err != nil { // of one that did not get this far
		return fmt.Errorf("prepare the restore: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.RemoveAll(staged))
		}
	}()
	if err := os.MkdirAll(staged, 0o700); err != nil {
		return fmt.Errorf("prepare the restore: %w", err)
	}
	if err := os.Rename(path, filepath.Join(staged, FileName)); err != nil {
		return fmt.Errorf("prepare the restore: %w", err)
	}
	db, err := Open(ctx, staged, now)
	if err != nil {
		return err
	}
	if db.Quarantined != "" {
		return errors.Join(fmt.Errorf("prepare the restore: %w", errDamaged), db.Close())
	}
	err = db.exec(ctx, "forget what displays showed", "DELETE FROM deliveries")
	if err == nil {
		err = change(db)
	}
	if err := errors.Join(err, db.Close()); err != nil {
		return err
	}
	ready := filepath.Join(dir, restoreDone)
	if err := os.RemoveAll(ready); err != nil { // an earlier one that nobody has started yet
		return fmt.Errorf("prepare the restore: %w", err)
	}
	if err := os.Rename(staged, ready); err != nil {
		return fmt.Errorf("prepare the restore: %w", err)
	}
	return nil
}

// takeRestore puts a restored store in place. It can be interrupted at any point: whatever
// is left of it the next start does.
func takeRestore(dir string) error {
	ready := filepath.Join(dir, restoreDone)
	from, to := filepath.Join(ready, FileName), filepath.Join(dir, FileName)
	info, err := os.Stat(from)
	if errors.Is(err, os.ErrNotExist) {
		return os.RemoveAll(ready) // done before, but for this
	} else if err != nil {
		return fmt.Errorf("restore the database: %w", err)
	}
	// The same name however often this is begun: the parts of a file belong together.
	before := fmt.Sprintf("%s.before-restore-%s", to, info.ModTime().UTC().Format("20060102T150405.000Z"))
	for _, suffix := range []string{"-wal", "-shm", ""} { // the file last: as long as it is there, it is whole or will be
		if err := os.Rename(to+suffix, before+suffix); err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("put the present database aside: %w", err)
		}
	}
	if err := os.Rename(from, to); err != nil {
		return fmt.Errorf("restore the database: %w", err)
	}
	return os.RemoveAll(ready)
}
