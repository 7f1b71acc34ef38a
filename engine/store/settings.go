package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

const (
	saveSetting = `INSERT INTO settings (key, value) VALUES (?, ?)
		ON CONFLICT (key) DO UPDATE SET value = excluded.value`
	deleteSetting = "DELETE FROM settings WHERE key = ?"
	saveSecret    = `INSERT INTO secrets (name, sealed) VALUES (?, ?)
		ON CONFLICT (name) DO UPDATE SET sealed = excluded.sealed`
	deleteSecret = "DELETE FROM secrets WHERE name = ?"
)

// Setting reads the setting into v, a pointer to a JSON-marshalable value. It
// returns [ErrNotFound] if it was never saved.
func (db *DB) Setting(ctx context.Context, key string, v any) error {
	var text string
	err := db.read.QueryRowContext(ctx, "SELECT value FROM settings WHERE key = ?", key).Scan(&text)
	if errors.Is(err, sql.ErrNoRows) {
		return ErrNotFound
	}
	if err != nil {
		return fmt.Errorf("read the setting %s: %w", key, err)
	}
	if err := json.Unmarshal([]byte(text), v); err != nil {
		return fmt.Errorf("read the setting %s: %w", key, err)
	}
	return nil
}

// SaveSetting keeps v as JSON.
func (db *DB) SaveSetting(ctx context.Context, key string, v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("save the setting %s: %w", key, err)
	}
	return db.exec(ctx, "save the setting "+key, saveSetting, key, string(text))
}

// Secret gives a sealed secret, [ErrNotFound] if there is none of this name.
func (db *DB) Secret(ctx context.Context, name string) ([]byte, error) {
	var sealed []byte
	err := db.read.QueryRowContext(ctx, "SELECT sealed FROM secrets WHERE name = ?", name).Scan(&sealed)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("read the secret %s: %w", name, err)
	}
	return sealed, nil
}

// HasSecrets reports whether anything sealed is kept.
func (db *DB) HasSecrets(ctx context.Context) (bool, error) {
	var n int
	if err := db.read.QueryRowContext(ctx, "SELECT count(*) FROM secrets").Scan(&n); err != nil {
		return false, fmt.Errorf("count the secrets: %w", err)
	}
	return n > 0, nil
}

// SaveSecret keeps a secret that the vault has sealed.
func (db *DB) SaveSecret(ctx context.Context, name string, sealed []byte) error {
	return db.exec(ctx, "save the secret "+name, saveSecret, name, sealed)
}

// DeleteSecret removes a secret; it is no error if there is none.
func (db *DB) DeleteSecret(ctx context.Context, name string) error {
	return db.exec(ctx, "delete the secret "+name, deleteSecret, name)
}

// Activity is one line of what happened.
type Activity struct {
	ID      int64
	At      time.Time
	Kind    string
	Text    string
	Problem bool
	Actor   string // who did it; "" = Roomink by itself
}

// ActivityKept is how many lines are kept.
const ActivityKept = 5000

// AddActivity keeps a line and gives its id. The oldest beyond [ActivityKept] go.
func (db *DB) AddActivity(ctx context.Context, a Activity) (id int64, err error) {
	err = db.grouped(ctx, "record an activity", func(ctx context.Context, tx *sql.Tx) error {
		res, err := tx.ExecContext(ctx, "INSERT INTO activity (at, kind, text, problem, actor) VALUES (?, ?, ?, ?, ?)",
			millis(a.At), a.Kind, a.Text, a.Problem, a.Actor)
		if err != nil {
			return err
		}
		if id, err = res.LastInsertId(); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, "DELETE FROM activity WHERE id <= ?", id-ActivityKept)
		return err
	})
	return id, err
}

// Activities gives the latest lines, newest first, at most limit.
func (db *DB) Activities(ctx context.Context, limit int) ([]Activity, error) {
	return list(ctx, db, "read the activities", "SELECT id, at, kind, text, problem, actor FROM activity ORDER BY id DESC LIMIT ?",
		func(row *sql.Rows) (a Activity, err error) {
			var at int64
			err = row.Scan(&a.ID, &at, &a.Kind, &a.Text, &a.Problem, &a.Actor)
			a.At = instant(at)
			return a, err
		}, limit)
}
