package store

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
	"os"
	"time"

	"github.com/pressly/goose/v3"
)

//go:embed migrations/*.sql
var migrations embed.FS

// NewerError says that the file was written by a newer Roomink.
type NewerError struct {
	Path        string
	Have, Known int64 // schema versions: the file's, and the newest we know
}

// Error says what to do about it.
func (e *NewerError) Error() string {
	return fmt.Sprintf("the database %s was made by a newer Roomink (schema %d, this one knows %d): install that version again, or move the file away to start afresh",
		e.Path, e.Have, e.Known)
}

// migrate brings the schema up to date with the migrations in dir. They only go
// forward.
func migrate(ctx context.Context, db *sql.DB, dir fs.FS, path string, now time.Time) error {
	provider, err := goose.NewProvider(goose.DialectSQLite3, db, dir, goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return fmt.Errorf("read the migrations: %w", err)
	}
	have, err := provider.GetDBVersion(ctx)
	if err != nil {
		return fmt.Errorf("read the schema version: %w", err)
	}
	sources := provider.ListSources()
	known := sources[len(sources)-1].Version
	switch {
	case have > known:
		return &NewerError{Path: path, Have: have, Known: known}
	case have == known:
		return nil
	case have > 0:
		if err := backup(ctx, db, fmt.Sprintf("%s.before-v%d-%s", path, known, now.UTC().Format("20060102T150405Z"))); err != nil {
			return err
		}
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("bring the database up to date: %w", err)
	}
	return nil
}

// backup writes a complete copy of the database to path.
func backup(ctx context.Context, db *sql.DB, path string) error {
	if err := os.Remove(path); err != nil && !os.IsNotExist(err) {
		return fmt.Errorf("copy the database before a migration: %w", err)
	}
	if _, err := db.ExecContext(ctx, "VACUUM INTO ?", path); err != nil {
		return fmt.Errorf("copy the database before a migration: %w", err)
	}
	return nil
}
