package store_test

import (
	"context"
	"database/sql"
	"errors"
	"path/filepath"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/roomink/roomink/engine/store"
)

// held is the settings (of type string) and secrets of a store.
func held(t *testing.T, db *store.DB, keys ...string) (map[string]string, map[string]string) {
	t.Helper()
	settings, secrets := make(map[string]string), make(map[string]string)
	for _, key := range keys {
		var v string
		err := db.Setting(t.Context(), key, &v)
		if errors.Is(err, store.ErrNotFound) {
			continue
		}
		must(t, err)
		settings[key] = v
	}
	all, err := db.Secrets(t.Context())
	must(t, err)
	for name, sealed := range all {
		secrets[name] = string(sealed)
	}
	return settings, secrets
}

func checkHeld(t *testing.T, db *store.DB, settings, secrets map[string]string) {
	t.Helper()
	gotSettings, gotSecrets := held(t, db, "a", "b", "c", "d")
	if diff := cmp.Diff(settings, gotSettings); diff != "" {
		t.Errorf("settings (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(secrets, gotSecrets); diff != "" {
		t.Errorf("secrets (-want +got):\n%s", diff)
	}
}

func TestUpdate(t *testing.T) {
	dir := t.TempDir()
	db, err := store.Open(t.Context(), dir, nil)
	must(t, err)
	checkHeld(t, db, map[string]string{}, map[string]string{})
	must(t, db.Update(t.Context(), store.Update{
		Settings: map[string]any{"a": "1", "b": "1", "c": "1"},
		Secrets:  map[string][]byte{"x": []byte("1"), "y": []byte("1"), "z": {}},
	}))
	must(t, db.Update(t.Context(), store.Update{
		Settings:       map[string]any{"b": "2", "c": "2"},
		Secrets:        map[string][]byte{"y": []byte("2")},
		DeleteSettings: []string{"a", "c", "never saved"},
		DeleteSecrets:  []string{"x", "y", "never saved"},
	}))
	settings, secrets := map[string]string{"b": "2", "c": "2"}, map[string]string{"y": "2", "z": ""}
	checkHeld(t, db, settings, secrets)
	must(t, db.Update(t.Context(), store.Update{}))
	must(t, db.Close())
	checkHeld(t, open(t, dir), settings, secrets)
}

// A failure at any part of an update must leave all as it was.
func TestUpdateFailure(t *testing.T) {
	dir := t.TempDir()
	db := open(t, dir)
	before := store.Update{
		Settings: map[string]any{"a": "1", "b": "1"},
		Secrets:  map[string][]byte{"x": []byte("1"), "y": []byte("1")},
	}
	must(t, db.Update(t.Context(), before))
	change := store.Update{
		Settings:       map[string]any{"b": "2", "c": "2", "d": "2"},
		Secrets:        map[string][]byte{"y": []byte("2"), "z": []byte("2")},
		DeleteSettings: []string{"a"},
		DeleteSecrets:  []string{"x"},
	}
	unchanged := func(t *testing.T) {
		t.Helper()
		checkHeld(t, db, map[string]string{"a": "1", "b": "1"}, map[string]string{"x": "1", "y": "1"})
	}
	// Triggers in the real file stand for a disk that fails at just that statement.
	raw, err := sql.Open("sqlite", "file:"+filepath.Join(dir, store.FileName)+"?_pragma=busy_timeout(5000)")
	must(t, err)
	defer raw.Close()
	for name, trigger := range map[string]string{
		"should undo when a setting can't be deleted": "DELETE ON settings",
		"should undo when a secret can't be deleted":  "DELETE ON secrets",
		"should undo when a setting can't be saved":   "INSERT ON settings WHEN new.key = 'd'",
		"should undo when a setting can't be changed": "UPDATE ON settings",
		"should undo when a secret can't be saved":    "INSERT ON secrets WHEN new.name = 'z'",
	} {
		t.Run(name, func(t *testing.T) {
			_, err := raw.ExecContext(t.Context(), "CREATE TRIGGER fault BEFORE "+trigger+" BEGIN SELECT RAISE(ABORT, 'the disk is gone'); END")
			must(t, err)
			if err := db.Update(t.Context(), change); err == nil {
				t.Error("no error")
			}
			_, err = raw.ExecContext(t.Context(), "DROP TRIGGER fault")
			must(t, err)
			unchanged(t)
		})
	}
	t.Run("should write nothing where a value is no JSON", func(t *testing.T) {
		bad := change
		bad.Settings = map[string]any{"a": "2", "b": func() {}}
		if err := db.Update(t.Context(), bad); err == nil {
			t.Error("no error")
		}
		unchanged(t)
	})
	t.Run("should write nothing for a caller who gave up", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := db.Update(ctx, change); !errors.Is(err, context.Canceled) {
			t.Errorf("error %v; want cancelled", err)
		}
		unchanged(t)
	})
	must(t, db.Update(t.Context(), change)) // nothing is left that hinders it
	checkHeld(t, db, map[string]string{"b": "2", "c": "2", "d": "2"}, map[string]string{"y": "2", "z": "2"})
}

// Readers must never see half an update.
func TestUpdateIsOneTransaction(t *testing.T) {
	db := open(t, t.TempDir())
	const n = 100
	done := make(chan struct{})
	var readers sync.WaitGroup
	for range 2 {
		readers.Go(func() {
			for {
				secrets, err := db.Secrets(t.Context())
				if err != nil {
					t.Error(err)
					return
				}
				if string(secrets["x"]) != string(secrets["y"]) {
					t.Errorf("x %q, y %q; want the same", secrets["x"], secrets["y"])
					return
				}
				select {
				case <-done:
					return
				default:
				}
			}
		})
	}
	for i := range n {
		v := []byte{byte(i)}
		if err := db.Update(t.Context(), store.Update{Secrets: map[string][]byte{"x": v, "y": v}}); err != nil {
			t.Error(err)
		}
	}
	close(done)
	readers.Wait()
}
