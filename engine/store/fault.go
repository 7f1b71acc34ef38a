package store

import (
	"errors"
	"fmt"

	"modernc.org/sqlite"
	sqlitelib "modernc.org/sqlite/lib"
)

// Faults that a person can do something about. Errors of this package wrap them where
// SQLite tells.
var (
	ErrFull     = errors.New("the disk is full")
	ErrReadOnly = errors.New("the data folder can't be written to")
	ErrBusy     = errors.New("another program holds the database")
	ErrDisk     = errors.New("the disk does not do what it is asked to")
)

// faults are SQLite's primary result codes, https://www.sqlite.org/rescode.html.
var faults = map[int]error{
	sqlitelib.SQLITE_FULL: ErrFull, sqlitelib.SQLITE_READONLY: ErrReadOnly, sqlitelib.SQLITE_PERM: ErrReadOnly,
	sqlitelib.SQLITE_CANTOPEN: ErrReadOnly, sqlitelib.SQLITE_BUSY: ErrBusy, sqlitelib.SQLITE_LOCKED: ErrBusy,
	sqlitelib.SQLITE_IOERR: ErrDisk,
}

// fault adds to an error of SQLite which of the faults it is, if any; nil stays nil.
func fault(err error) error {
	e, ok := errors.AsType[*sqlite.Error](err)
	if !ok {
		return err
	}
	kind, known := faults[e.Code()&0xff] // the primary code of an extended one
	if !known || errors.Is(err, kind) {
		return err
	}
	return fmt.Errorf("%w: %w", kind, err)
}
