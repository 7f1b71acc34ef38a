package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/roomink/roomink/engine/calendar"
)

// Room is a room with what the store knows of it beyond the directory's words.
type Room struct {
	calendar.Room
	Manual   bool      // typed by a person
	ListedAt time.Time // when the directory last listed it; zero = never
	SyncedAt time.Time // end of the last reading of its calendar; zero = never
	// RemovedAt is when the directory first listed its rooms without this one, which it
	// had listed before; zero while it is listed, and for a room that a person typed.
	RemovedAt time.Time
}

// SaveRooms implements [syncer.Store]. A room that a person typed keeps that mark when
// the directory lists it too, and is never marked as removed: it need not be listed. Nor
// are all rooms at once: a listing of none is taken for a fault of the directory, such as
// it has been seen to have, and leaves all as they are.
func (db *DB) SaveRooms(ctx context.Context, rooms []calendar.Room, at time.Time) error {
	if len(rooms) == 0 {
		return nil
	}
	ids := make([]string, len(rooms))
	for i, r := range rooms {
		ids[i] = string(r.ID)
	}
	listed, err := jsonLists(ids)
	if err != nil {
		return fmt.Errorf("save the rooms: %w", err)
	}
	return db.tx(ctx, "save the rooms", func(tx *sql.Tx) error {
		for _, r := range rooms {
			if err := saveRoom(ctx, tx, r, false, at); err != nil {
				return err
			}
		}
		_, err := tx.ExecContext(ctx, `
			UPDATE rooms SET removed_at = ?
			WHERE removed_at = 0 AND listed_at > 0 AND manual = 0 AND id NOT IN (SELECT value FROM json_each(?))`,
			millis(at), listed[0])
		return err
	})
}

// AddRoom keeps a room that a person typed, or a calendar of the account that a person
// chose. What the directory tells of a room counts for more than what was typed.
func (db *DB) AddRoom(ctx context.Context, r calendar.Room) error {
	return db.tx(ctx, "save the room", func(tx *sql.Tx) error {
		res, err := tx.ExecContext(ctx, "UPDATE rooms SET manual = 1, removed_at = 0 WHERE id = ? AND listed_at > 0", r.ID)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n > 0 {
			return err
		}
		return saveRoom(ctx, tx, r, true, time.Time{})
	})
}

func saveRoom(ctx context.Context, tx *sql.Tx, r calendar.Room, manual bool, at time.Time) error {
	_, err := tx.ExecContext(ctx, `
		INSERT INTO rooms (id, name, building, floor, capacity, time_zone, list, equipment, manual, listed_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET
			name = excluded.name, building = excluded.building, floor = excluded.floor,
			capacity = excluded.capacity, equipment = excluded.equipment,
			-- Not every listing tells these; what is known must not get lost.
			list = CASE excluded.list WHEN '' THEN list ELSE excluded.list END,
			time_zone = CASE excluded.time_zone WHEN '' THEN time_zone ELSE excluded.time_zone END,
			manual = max(manual, excluded.manual), listed_at = max(listed_at, excluded.listed_at),
			removed_at = 0`,
		r.ID, r.Name, r.Building, r.Floor, r.Capacity, r.TimeZone, r.List, r.Equipment, manual, millis(at))
	return err
}

// DeleteRoom forgets a room and its events; signs at its door become unassigned.
func (db *DB) DeleteRoom(ctx context.Context, id calendar.RoomID) error {
	db.applying.Lock()
	defer db.applying.Unlock()
	if err := db.exec(ctx, "forget the room", "DELETE FROM rooms WHERE id = ?", id); err != nil {
		return err
	}
	db.mu.Lock()
	delete(db.pending, string(id))
	db.mu.Unlock()
	return nil
}

const selectRoom = `
	SELECT id, name, building, floor, capacity, time_zone, list, equipment, manual, listed_at, synced_at, removed_at
	FROM rooms `

// Rooms gives all rooms by name.
func (db *DB) Rooms(ctx context.Context) ([]Room, error) {
	return list(ctx, db, "read the rooms", selectRoom+"ORDER BY name, id",
		func(row *sql.Rows) (Room, error) { return db.scanRoom(row) })
}

// Room gives one room, [ErrNotFound] if it is not known.
func (db *DB) Room(ctx context.Context, id calendar.RoomID) (Room, error) {
	r, err := db.scanRoom(db.read.QueryRowContext(ctx, selectRoom+"WHERE id = ?", id))
	if errors.Is(err, sql.ErrNoRows) {
		return Room{}, fmt.Errorf("room %s: %w", id, ErrNotFound)
	}
	if err != nil {
		return Room{}, fmt.Errorf("read the room %s: %w", id, err)
	}
	return r, nil
}

func (db *DB) scanRoom(row interface{ Scan(...any) error }) (Room, error) {
	var r Room
	var listed, synced, removed int64
	if err := row.Scan(&r.ID, &r.Name, &r.Building, &r.Floor, &r.Capacity, &r.TimeZone,
		&r.List, &r.Equipment, &r.Manual, &listed, &synced, &removed); err != nil {
		return Room{}, err
	}
	r.ListedAt, r.SyncedAt, r.RemovedAt = instant(listed), instant(synced), instant(removed)
	db.mu.Lock()
	defer db.mu.Unlock()
	if p, ok := db.pending[string(r.ID)]; ok {
		r.SyncedAt = p.at
	}
	return r, nil
}
