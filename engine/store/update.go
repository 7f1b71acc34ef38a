package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
)

// Update is a change of several settings and secrets that must not be half done,
// such as credentials and their secret. What is both saved and deleted is saved.
type Update struct {
	Settings       map[string]any    // JSON-marshalable values by key
	Secrets        map[string][]byte // what the vault sealed, by name
	DeleteSettings []string          // those that don't exist are ignored
	DeleteSecrets  []string          // those that don't exist are ignored
}

// Update does all of u or, on an error, nothing. When it returns nil the change is
// on the disk and survives a power cut.
func (db *DB) Update(ctx context.Context, u Update) error {
	settings := make(map[string]string, len(u.Settings))
	for key, v := range u.Settings {
		text, err := json.Marshal(v)
		if err != nil {
			return fmt.Errorf("save the setting %s: %w", key, err)
		}
		settings[key] = string(text)
	}
	return db.tx(ctx, "save settings and secrets", func(tx *sql.Tx) error {
		exec := func(what, query string, args ...any) error {
			if _, err := tx.ExecContext(ctx, query, args...); err != nil {
				return fmt.Errorf("%s: %w", what, err)
			}
			return nil
		}
		for _, key := range u.DeleteSettings {
			if err := exec("setting "+key, deleteSetting, key); err != nil {
				return err
			}
		}
		for _, name := range u.DeleteSecrets {
			if err := exec("secret "+name, deleteSecret, name); err != nil {
				return err
			}
		}
		for _, key := range slices.Sorted(maps.Keys(settings)) {
			if err := exec("setting "+key, saveSetting, key, settings[key]); err != nil {
				return err
			}
		}
		for _, name := range slices.Sorted(maps.Keys(u.Secrets)) {
			if err := exec("secret "+name, saveSecret, name, u.Secrets[name]); err != nil {
				return err
			}
		}
		return nil
	})
}

// Secrets gives all sealed secrets by name; an empty map if there are none.
func (db *DB) Secrets(ctx context.Context) (map[string][]byte, error) {
	rows, err := db.read.QueryContext(ctx, "SELECT name, sealed FROM secrets")
	if err != nil {
		return nil, fmt.Errorf("read the secrets: %w", err)
	}
	defer rows.Close()
	secrets := make(map[string][]byte)
	for rows.Next() {
		var name string
		var sealed []byte
		if err := rows.Scan(&name, &sealed); err != nil {
			return nil, fmt.Errorf("read the secrets: %w", err)
		}
		secrets[name] = sealed
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read the secrets: %w", err)
	}
	return secrets, nil
}
