package store

import (
	"database/sql"
	"io/fs"
	"path/filepath"
	"testing"
	"testing/fstest"
	"time"

	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/sign"
	"github.com/roomink/roomink/engine/syncer"
)

// TestUpgrade opens a file of the first schema, full of what a person must not lose: a
// copy of it is kept, and rooms, cursors, events and assignments go on.
func TestUpgrade(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, FileName)
	first, err := fs.ReadFile(migrations, "migrations/00001_initial.sql")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
	old, err := sql.Open("sqlite", dsn(path, "_txlock=immediate", "_pragma=journal_mode(WAL)"))
	if err != nil {
		t.Fatal(err)
	}
	if err := migrate(t.Context(), old, fstest.MapFS{"00001_initial.sql": {Data: first}}, path, now); err != nil {
		t.Fatal(err)
	}
	for _, q := range []string{
		`INSERT INTO rooms (id, name, building, floor, capacity, time_zone, manual, listed_at, cursor, window_from, window_to, synced_at)
			VALUES ('oslo@contoso.com', 'Oslo', 'Nord', '3', 8, 'Europe/Oslo', 1, 1000, 'cursor', 2000, 3000, 4000)`,
		`INSERT INTO events VALUES ('oslo@contoso.com', 'e', '', 'Stand-up', 'Ada', 2100, 2200, 0, 'busy', 1, 0)`,
		`INSERT INTO displays VALUES ('opendisplay:01', 'opendisplay', 'OD1', '', '', '192.0.2.7:2446', 800, 480, 'mono', 0, 0, 0, 0, 0, 0, 'oslo@contoso.com')`,
		`INSERT INTO displays VALUES ('opendisplay:02', 'opendisplay', 'OD2', '', '', '192.0.2.8:2446', 800, 480, 'mono', 0, 0, 0, 0, 0, 0, NULL)`,
		`INSERT INTO displays VALUES ('opendisplay:03', 'opendisplay', 'OD3', '', '', '192.0.2.9:2446', 800, 480, 'mono', 0, 0, 0, 0, 0, 0, NULL)`,
		`INSERT INTO deliveries VALUES ('opendisplay:03', 'hash', 5000)`,
	} {
		if _, err := old.ExecContext(t.Context(), q); err != nil {
			t.Fatal(err)
		}
	}
	if err := old.Close(); err != nil {
		t.Fatal(err)
	}

	db, err := Open(t.Context(), dir, func() time.Time { return now })
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if copies := glob(t, path+".before-v5-20261123T080000Z"); len(copies) != 1 {
		t.Errorf("copies %v; want one", copies)
	}
	room, err := db.Room(t.Context(), "oslo@contoso.com")
	want := Room{Room: calendar.Room{ID: "oslo@contoso.com", Name: "Oslo", Building: "Nord", Floor: "3", Capacity: 8, TimeZone: "Europe/Oslo"},
		Manual: true, ListedAt: instant(1000), SyncedAt: instant(4000)}
	if err != nil || room != want {
		t.Errorf("%+v, %v; want %+v", room, err, want)
	}
	cursors, err := db.Cursors(t.Context())
	if wantCursor := (syncer.Request{Room: "oslo@contoso.com", Cursor: "cursor", Window: syncer.Window{From: instant(2000), To: instant(3000)}}); err != nil || len(cursors) != 1 || cursors[0] != wantCursor {
		t.Errorf("%+v, %v; want %+v", cursors, err, wantCursor)
	}
	events, err := db.Events(t.Context(), "oslo@contoso.com")
	if err != nil || len(events) != 1 || events[0].Subject != "Stand-up" || !events[0].Private {
		t.Errorf("%+v, %v", events, err)
	}
	displays, err := db.Displays(t.Context())
	if err != nil || len(displays) != 3 || displays[0].Room != "oslo@contoso.com" {
		t.Fatalf("%+v, %v", displays, err)
	}
	if !displays[0].Written || displays[1].Written || !displays[2].Written { // assigned, only adopted, unassigned again
		t.Errorf("%+v; want it known which glass may hold a picture of ours", displays)
	}
	if d := displays[2]; d.Delivered != "hash" || d.Ticket != "" || d.Pull || d.Sleeps || d.Secured || d.TokenHash != "" {
		t.Errorf("%+v; want a display that is pushed to, with what it confirmed", d)
	}
	language := "en"
	if err := db.SaveOverride(t.Context(), room.Room.ID, sign.Override{Language: &language}); err != nil {
		t.Error(err)
	}
}
