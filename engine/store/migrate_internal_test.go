package store

import (
	"database/sql"
	"errors"
	"path/filepath"
	"testing"
	"testing/fstest"
	"time"
)

func TestMigrate(t *testing.T) {
	path := filepath.Join(t.TempDir(), FileName)
	db, err := sql.Open("sqlite", dsn(path, "_txlock=immediate"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	first := fstest.MapFS{
		"00001_a.sql": {Data: []byte("-- +goose Up\nCREATE TABLE a (x INTEGER);\nINSERT INTO a VALUES (7);\n")},
	}
	second := fstest.MapFS{
		"00001_a.sql": first["00001_a.sql"],
		"00002_b.sql": {Data: []byte("-- +goose Up\nALTER TABLE a ADD COLUMN y INTEGER;\n")},
	}
	broken := fstest.MapFS{
		"00001_a.sql": first["00001_a.sql"], "00002_b.sql": second["00002_b.sql"],
		"00003_c.sql": {Data: []byte("-- +goose Up\nDELETE FROM a;\nALTER TABLE nowhere ADD COLUMN z INTEGER;\n")},
	}
	now := time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)

	t.Run("should make no copy of a new file", func(t *testing.T) {
		if err := migrate(t.Context(), db, first, path, now); err != nil {
			t.Fatal(err)
		}
		if copies := glob(t, path+".before*"); len(copies) != 0 {
			t.Errorf("copies %v; want none", copies)
		}
	})
	t.Run("should copy the file before it changes", func(t *testing.T) {
		if err := migrate(t.Context(), db, second, path, now); err != nil {
			t.Fatal(err)
		}
		copies := glob(t, path+".before-v2-*")
		if len(copies) != 1 {
			t.Fatalf("copies %v; want one", copies)
		}
		old, err := sql.Open("sqlite", dsn(copies[0], "mode=ro"))
		if err != nil {
			t.Fatal(err)
		}
		defer old.Close()
		var x int
		if err := old.QueryRow("SELECT x FROM a").Scan(&x); err != nil || x != 7 {
			t.Errorf("copy holds %d, %v; want 7", x, err)
		}
	})
	t.Run("should leave all as it was if a migration does not work", func(t *testing.T) {
		if err := migrate(t.Context(), db, broken, path, now); err == nil {
			t.Fatal("no error")
		}
		var x int
		if err := db.QueryRow("SELECT x FROM a").Scan(&x); err != nil || x != 7 {
			t.Errorf("table holds %d, %v; want 7", x, err)
		}
	})
	t.Run("should refuse a file of a newer version", func(t *testing.T) {
		err := migrate(t.Context(), db, first, path, now)
		var newer *NewerError
		if !errors.As(err, &newer) || newer.Have != 2 || newer.Known != 1 {
			t.Errorf("error %v; want NewerError 2 > 1", err)
		}
	})
}

func glob(t *testing.T, pattern string) []string {
	t.Helper()
	list, err := filepath.Glob(pattern)
	if err != nil {
		t.Fatal(err)
	}
	return list
}
