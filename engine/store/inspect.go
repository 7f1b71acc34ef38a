package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Inspect opens the store in folder dir for reading alone, beside a program that works with
// it, and checks all of it. It gives [ErrNotFound] if there is none. Close the result.
func Inspect(ctx context.Context, dir string) (_ *DB, err error) {
	path := filepath.Join(dir, FileName)
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("%s: %w", path, ErrNotFound)
	}
	db := &DB{path: path, pending: make(map[string]reading)}
	if db.read, err = sql.Open("sqlite", dsn(path, "mode=ro")); err != nil {
		return nil, fmt.Errorf("open the database for reading: %w", err)
	}
	if err := check(ctx, db.read); err != nil {
		return nil, errors.Join(err, db.closePools())
	}
	return db, nil
}
