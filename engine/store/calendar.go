package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/syncer"
)

var _ syncer.Store = (*DB)(nil)

// reading is what a reading of a calendar leaves behind apart from events.
type reading struct {
	cursor string
	window syncer.Window
	at     time.Time
}

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

// SaveRooms implements [syncer.Store]. A room that a person typed keeps that mark
// when the directory lists it too.
func (db *DB) SaveRooms(ctx context.Context, rooms []calendar.Room, at time.Time) error {
	return db.tx(ctx, "save the rooms", func(tx *sql.Tx) error {
		for _, r := range rooms {
			if err := saveRoom(ctx, tx, r, false, at); err != nil {
				return err
			}
		}
		return nil
	})
}

// AddRoom keeps a room that a person typed.
func (db *DB) AddRoom(ctx context.Context, r calendar.Room) error {
	return db.tx(ctx, "save the room", func(tx *sql.Tx) error {
		return saveRoom(ctx, tx, r, true, time.Time{})
	})
}

func saveRoom(ctx context.Context, tx *sql.Tx, r calendar.Room, manual bool, at time.Time) error {
	_, err := tx.ExecContext(ctx, `
		INSERT INTO rooms (id, name, building, floor, capacity, time_zone, list, equipment, manual, listed_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET
			name = excluded.name, building = excluded.building, floor = excluded.floor,
			capacity = excluded.capacity, list = excluded.list, equipment = excluded.equipment,
			-- Not every listing tells the zone; a known one must not get lost.
			time_zone = CASE excluded.time_zone WHEN '' THEN time_zone ELSE excluded.time_zone END,
			manual = max(manual, excluded.manual), listed_at = max(listed_at, excluded.listed_at)`,
		r.ID, r.Name, r.Building, r.Floor, r.Capacity, r.TimeZone, r.List, r.Equipment, manual, millis(at))
	return err
}

// DeleteRoom forgets a room and its events; signs at its door become unassigned.
func (db *DB) DeleteRoom(ctx context.Context, id calendar.RoomID) error {
	db.mu.Lock()
	delete(db.pending, string(id))
	db.mu.Unlock()
	return db.exec(ctx, "forget the room", "DELETE FROM rooms WHERE id = ?", id)
}

// ForgetCursors makes every room's next reading a full one, as another account
// needs: a cursor is bound to the tenant that gave it.
func (db *DB) ForgetCursors(ctx context.Context) error {
	db.applying.Lock()
	defer db.applying.Unlock()
	db.mu.Lock()
	clear(db.pending)
	db.mu.Unlock()
	return db.exec(ctx, "forget the cursors", "UPDATE rooms SET cursor = '', window_from = 0, window_to = 0")
}

const selectRoom = `
	SELECT id, name, building, floor, capacity, time_zone, list, equipment, manual, listed_at, synced_at, removed_at
	FROM rooms `

// Rooms gives all rooms by name.
func (db *DB) Rooms(ctx context.Context) ([]Room, error) {
	rows, err := db.read.QueryContext(ctx, selectRoom+"ORDER BY name, id")
	if err != nil {
		return nil, fmt.Errorf("read the rooms: %w", err)
	}
	defer rows.Close()
	var list []Room
	for rows.Next() {
		r, err := db.scanRoom(rows)
		if err != nil {
			return nil, fmt.Errorf("read the rooms: %w", err)
		}
		list = append(list, r)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read the rooms: %w", err)
	}
	return list, nil
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

// Cursors implements [syncer.Store].
func (db *DB) Cursors(ctx context.Context) ([]syncer.Request, error) {
	rows, err := db.read.QueryContext(ctx, "SELECT id, cursor, window_from, window_to FROM rooms ORDER BY id")
	if err != nil {
		return nil, fmt.Errorf("read the cursors: %w", err)
	}
	defer rows.Close()
	var list []syncer.Request
	for rows.Next() {
		var r syncer.Request
		var from, to int64
		if err := rows.Scan(&r.Room, &r.Cursor, &from, &to); err != nil {
			return nil, fmt.Errorf("read the cursors: %w", err)
		}
		r.Window = syncer.Window{From: instant(from), To: instant(to)}
		db.mu.Lock()
		if p, ok := db.pending[string(r.Room)]; ok {
			r.Cursor, r.Window = p.cursor, p.window
		}
		db.mu.Unlock()
		list = append(list, r)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read the cursors: %w", err)
	}
	return list, nil
}

// Events gives the stored events of a room in no particular order.
func (db *DB) Events(ctx context.Context, room calendar.RoomID) ([]calendar.Event, error) {
	rows, err := db.read.QueryContext(ctx, `
		SELECT id, series_id, subject, organizer, start_at, end_at, all_day, availability, private, cancelled
		FROM events WHERE room_id = ?`, room)
	if err != nil {
		return nil, fmt.Errorf("read the events of %s: %w", room, err)
	}
	defer rows.Close()
	var list []calendar.Event
	for rows.Next() {
		var e calendar.Event
		var start, end int64
		if err := rows.Scan(&e.ID, &e.SeriesID, &e.Subject, &e.Organizer, &start, &end,
			&e.AllDay, &e.Availability, &e.Private, &e.Cancelled); err != nil {
			return nil, fmt.Errorf("read the events of %s: %w", room, err)
		}
		e.Start, e.End = instant(start), instant(end)
		list = append(list, e)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read the events of %s: %w", room, err)
	}
	return list, nil
}

// Apply implements [syncer.Store]. A reading that brought nothing new is only
// remembered and written with the next one that did, by Flush or by Close: with
// thousands of rooms a write for each at every poll would keep the disk busy for
// nothing. A crash then loses at most a cursor that is a little newer, and makes
// the last reading look older than it was, which is the safe side.
func (db *DB) Apply(ctx context.Context, c syncer.Change, w syncer.Window, at time.Time) (did syncer.Applied, err error) {
	db.applying.Lock()
	defer db.applying.Unlock()
	r := reading{cursor: c.Cursor, window: w, at: at}
	if !c.Full && len(c.Events) == 0 && len(c.Removed) == 0 && len(c.Series) == 0 {
		db.mu.Lock()
		db.pending[string(c.Room)] = r
		db.mu.Unlock()
		return syncer.Applied{}, nil
	}
	what := fmt.Sprintf("save the calendar of %s", c.Room)
	err = db.tx(ctx, what, func(tx *sql.Tx) error {
		known, err := saveReading(ctx, tx, c.Room, r)
		if err != nil {
			return err
		}
		if !known {
			return ErrNotFound
		}
		did.Changed, err = saveEvents(ctx, tx, c)
		return err
	})
	if err != nil {
		return syncer.Applied{}, err
	}
	db.mu.Lock()
	delete(db.pending, string(c.Room))
	db.mu.Unlock()
	return did, nil
}

func saveReading(ctx context.Context, tx *sql.Tx, room calendar.RoomID, r reading) (known bool, err error) {
	res, err := tx.ExecContext(ctx,
		"UPDATE rooms SET cursor = ?, window_from = ?, window_to = ?, synced_at = ? WHERE id = ?",
		r.cursor, millis(r.window.From), millis(r.window.To), millis(r.at), room)
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	return n > 0, err
}

// saveEvents makes the stored events of a room what the change says, and reports
// whether that differed from what was stored.
func saveEvents(ctx context.Context, tx *sql.Tx, c syncer.Change) (changed bool, err error) {
	told := make(map[string]bool, len(c.Events))
	for _, e := range c.Events {
		told[e.ID] = true
	}
	gone, err := notTold(ctx, tx, c, told)
	if err != nil {
		return false, err
	}
	for _, id := range c.Removed {
		if !told[id] {
			gone = append(gone, id)
		}
	}
	count := func(res sql.Result, err error) error {
		if err != nil {
			return err
		}
		n, err := res.RowsAffected()
		changed = changed || n > 0
		return err
	}
	for _, id := range gone {
		if err := count(tx.ExecContext(ctx, "DELETE FROM events WHERE room_id = ? AND id = ?", c.Room, id)); err != nil {
			return false, err
		}
	}
	for _, e := range c.Events {
		if err := count(tx.ExecContext(ctx, upsertEvent, c.Room, e.ID, e.SeriesID, e.Subject, e.Organizer,
			millis(e.Start), millis(e.End), e.AllDay, e.Availability, e.Private, e.Cancelled)); err != nil {
			return false, err
		}
	}
	return changed, nil
}

// The WHERE keeps a replayed event, which delta queries send freely, from counting
// as a change.
const upsertEvent = `
	INSERT INTO events (room_id, id, series_id, subject, organizer, start_at, end_at, all_day, availability, private, cancelled)
	VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
	ON CONFLICT (room_id, id) DO UPDATE SET
		series_id = excluded.series_id, subject = excluded.subject, organizer = excluded.organizer,
		start_at = excluded.start_at, end_at = excluded.end_at, all_day = excluded.all_day,
		availability = excluded.availability, private = excluded.private, cancelled = excluded.cancelled
	WHERE (series_id, subject, organizer, start_at, end_at, all_day, availability, private, cancelled)
		IS NOT (excluded.series_id, excluded.subject, excluded.organizer, excluded.start_at, excluded.end_at,
			excluded.all_day, excluded.availability, excluded.private, excluded.cancelled)`

// notTold gives the stored events that the change implies are gone: all that it
// does not tell if it is full, and those of its series otherwise.
func notTold(ctx context.Context, tx *sql.Tx, c syncer.Change, told map[string]bool) ([]string, error) {
	if !c.Full && len(c.Series) == 0 {
		return nil, nil
	}
	whole := make(map[string]bool, len(c.Series))
	for _, id := range c.Series {
		whole[id] = true
	}
	rows, err := tx.QueryContext(ctx, "SELECT id, series_id FROM events WHERE room_id = ?", c.Room)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var gone []string
	for rows.Next() {
		var id, series string
		if err := rows.Scan(&id, &series); err != nil {
			return nil, err
		}
		if !told[id] && (c.Full || whole[series]) {
			gone = append(gone, id)
		}
	}
	return gone, rows.Err()
}

// Flush writes the readings that Apply only remembered.
func (db *DB) Flush(ctx context.Context) error {
	db.applying.Lock()
	defer db.applying.Unlock()
	db.mu.Lock()
	batch := db.pending
	db.pending = make(map[string]reading, len(batch))
	db.mu.Unlock()
	if len(batch) == 0 {
		return nil
	}
	err := db.tx(ctx, "save the last readings", func(tx *sql.Tx) error {
		for id, r := range batch {
			if _, err := saveReading(ctx, tx, calendar.RoomID(id), r); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		db.mu.Lock()
		db.pending = batch
		db.mu.Unlock()
	}
	return err
}
