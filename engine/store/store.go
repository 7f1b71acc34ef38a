// Package store keeps what Roomink must not forget in one SQLite file: rooms and
// their events, adopted displays and their assignments, what each display last
// confirmed, sealed secrets, settings and the activity list.
//
// Every method is one whole transaction behind one writer, so a crash leaves the
// state before or after it and never between. Readers use a pool of their own and
// never wait for the writer (WAL). Start with [Open].
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"modernc.org/sqlite"
	sqlitelib "modernc.org/sqlite/lib"

	"github.com/roomink/roomink/engine/display"
)

// FileName is the name of the database file in the folder given to [Open].
const FileName = "roomink.db"

// ErrNotFound says that the row asked for does not exist.
var ErrNotFound = errors.New("not found")

// DB is an open store. It is safe for concurrent use.
type DB struct {
	path  string
	now   func() time.Time
	write *sql.DB // exactly one connection
	read  *sql.DB

	// Quarantined is where Open put a file that was damaged beyond reading; "" if
	// none was. It is kept so that nothing is lost that a specialist could recover.
	Quarantined string

	group group

	// applying keeps a flush from writing an older reading over a newer one.
	applying sync.Mutex
	mu       sync.Mutex
	pending  map[string]reading        // room id → reading not yet written, see Apply
	owed     map[display.ID][]delivery // that could not be written, in order
}

// Open opens or creates the store in folder dir, bringing its schema up to date.
// Before a migration changes an existing file, a copy is put beside it. A damaged
// file is moved aside, never deleted (see DB.Quarantined). A file made by a newer
// Roomink is refused with [*NewerError], one that can't be written to with [ErrReadOnly],
// and either left untouched. now is the clock for
// the names of such copies; nil means time.Now.
func Open(ctx context.Context, dir string, now func() time.Time) (*DB, error) {
	if now == nil {
		now = time.Now
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the data folder: %w", err)
	}
	if err := takeRestore(dir); err != nil {
		return nil, err
	}
	path := filepath.Join(dir, FileName)
	db, err := open(ctx, path, now)
	if !damaged(err) {
		return db, fault(err)
	}
	aside, asideErr := quarantine(path, now())
	if asideErr != nil {
		return nil, errors.Join(fmt.Errorf("open the database: %w", err), asideErr)
	}
	db, err = open(ctx, path, now)
	if err != nil {
		return nil, fault(err)
	}
	db.Quarantined = aside
	return db, nil
}

func open(ctx context.Context, path string, now func() time.Time) (_ *DB, err error) {
	db := &DB{path: path, now: now, pending: make(map[string]reading), owed: make(map[display.ID][]delivery)}
	defer func() {
		if err != nil {
			err = errors.Join(err, db.closePools())
		}
	}()
	// FULL, because what a person typed must survive a power cut too.
	if db.write, err = sql.Open("sqlite", dsn(path, "_txlock=immediate",
		"_pragma=journal_mode(WAL)", "_pragma=synchronous(FULL)")); err != nil {
		return nil, fmt.Errorf("open the database: %w", err)
	}
	db.write.SetMaxOpenConns(1)
	if err := check(ctx, db.write); err != nil {
		return nil, err
	}
	if err := writable(ctx, db.write); err != nil {
		return nil, err
	}
	dir, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return nil, fmt.Errorf("read the migrations: %w", err)
	}
	if err := migrate(ctx, db.write, dir, path, now()); err != nil {
		return nil, err
	}
	if db.read, err = sql.Open("sqlite", dsn(path, "mode=ro")); err != nil {
		return nil, fmt.Errorf("open the database for reading: %w", err)
	}
	db.read.SetMaxOpenConns(4)
	return db, nil
}

// dsn gives the data source name of the file: pragmas go there, because one that
// is set with Exec reaches a single pooled connection.
func dsn(path string, options ...string) string {
	u := url.URL{Scheme: "file", Path: filepath.ToSlash(path)}
	if filepath.VolumeName(path) != "" {
		u.Path = "/" + u.Path // a Windows drive letter must not read as a host
	}
	options = append(options, "_pragma=busy_timeout(5000)", "_pragma=foreign_keys(1)")
	u.RawQuery = strings.Join(options, "&")
	return u.String()
}

// check reads the whole file once, so that damage shows now and not at 3 a.m.
func check(ctx context.Context, db *sql.DB) error {
	rows, err := db.QueryContext(ctx, "PRAGMA quick_check(1)")
	if err != nil {
		return fmt.Errorf("check the database: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var finding string
		if err := rows.Scan(&finding); err != nil {
			return fmt.Errorf("check the database: %w", err)
		}
		if finding != "ok" {
			return fmt.Errorf("check the database: %w: %s", errDamaged, finding)
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("check the database: %w", err)
	}
	return nil
}

// writable refuses a file that can only be read, which SQLite opens without a word. Whoever
// holds it now will let go of it.
func writable(ctx context.Context, db *sql.DB) error {
	tx, err := db.BeginTx(ctx, nil)
	if err == nil { // which such a file does not refuse yet
		_, err = tx.ExecContext(ctx, "CREATE TABLE writable (n INTEGER)")
		err = errors.Join(err, tx.Rollback())
	}
	if err = fault(err); err != nil && !errors.Is(err, ErrBusy) {
		return fmt.Errorf("open the database: %w", err)
	}
	return nil
}

var errDamaged = errors.New("the file is damaged")

func damaged(err error) bool {
	if errors.Is(err, errDamaged) {
		return true
	}
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return false
	}
	code := e.Code() & 0xff // the primary code of an extended one
	return code == sqlitelib.SQLITE_NOTADB || code == sqlitelib.SQLITE_CORRUPT
}

// quarantine moves the database and its companions aside.
func quarantine(path string, at time.Time) (string, error) {
	aside := fmt.Sprintf("%s.damaged-%s", path, at.UTC().Format("20060102T150405.000Z"))
	if err := os.Rename(path, aside); err != nil {
		return "", fmt.Errorf("put the damaged database aside: %w", err)
	}
	for _, suffix := range []string{"-wal", "-shm"} {
		err := os.Rename(path+suffix, aside+suffix)
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return "", fmt.Errorf("put the damaged database aside: %w", err)
		}
	}
	return aside, nil
}

// Close writes what is pending and closes the file.
func (db *DB) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	return errors.Join(db.Flush(ctx), db.closePools())
}

func (db *DB) closePools() error {
	var errs []error
	for _, pool := range []*sql.DB{db.read, db.write} {
		if pool != nil {
			errs = append(errs, pool.Close())
		}
	}
	return errors.Join(errs...)
}

// tx runs f in one write transaction.
func (db *DB) tx(ctx context.Context, what string, f func(*sql.Tx) error) error {
	t, err := db.write.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("%s: %w", what, fault(err))
	}
	if err := f(t); err != nil {
		// The transaction is gone either way; the first error is the one that helps.
		_ = t.Rollback()
		return fmt.Errorf("%s: %w", what, fault(err))
	}
	if err := t.Commit(); err != nil {
		return fmt.Errorf("%s: %w", what, fault(err))
	}
	return nil
}

// exec runs one statement as a transaction of its own.
func (db *DB) exec(ctx context.Context, what, query string, args ...any) error {
	if _, err := db.write.ExecContext(ctx, query, args...); err != nil {
		return fmt.Errorf("%s: %w", what, fault(err))
	}
	return nil
}

func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func instant(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

// list reads all rows of a query, each by scan.
func list[T any](ctx context.Context, db *DB, what, query string, scan func(*sql.Rows) (T, error), args ...any) ([]T, error) {
	rows, err := db.read.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	defer rows.Close()
	var all []T
	for rows.Next() {
		one, err := scan(rows)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", what, err)
		}
		all = append(all, one)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	return all, nil
}
