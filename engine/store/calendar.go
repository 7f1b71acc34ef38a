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
	list, err := readEvents(ctx, db.read, room)
	if err != nil {
		return nil, fmt.Errorf("read the events of %s: %w", room, err)
	}
	return list, nil
}

// Apply implements [syncer.Store]. A reading that brought nothing new is only
// remembered and written with the next one that did, by Flush or by Close: with
// thousands of rooms a write for each at every poll would keep the disk busy for
// nothing. A crash then loses at most a cursor that is a little newer, and makes
// the last reading look older than it was, which is the safe side.
//
// News of a room that is not known are refused with [ErrNotFound], and those that
// continue no reading with an error of kind [syncer.Resync]: it may have been forgotten,
// and even added again, while they were on the way.
func (db *DB) Apply(ctx context.Context, c syncer.Change, w syncer.Window, at time.Time) (did syncer.Applied, err error) {
	db.applying.Lock()
	defer db.applying.Unlock()
	r := reading{cursor: c.Cursor, window: w, at: at}
	what := fmt.Sprintf("save the calendar of %s", c.Room)
	if !c.Full && len(c.Events) == 0 && len(c.Removed) == 0 && len(c.Series) == 0 {
		before, err := db.lastReading(ctx, db.read, c.Room)
		if err == nil {
			err = before.continuedBy(c)
		}
		if err != nil {
			return syncer.Applied{}, fmt.Errorf("%s: %w", what, err)
		}
		db.mu.Lock()
		db.pending[string(c.Room)] = r
		db.mu.Unlock()
		return syncer.Applied{}, nil
	}
	err = db.tx(ctx, what, func(tx *sql.Tx) error {
		before, err := db.lastReading(ctx, tx, c.Room)
		if err == nil {
			err = before.continuedBy(c)
		}
		if err != nil {
			return err
		}
		if _, err := saveReading(ctx, tx, c.Room, r); err != nil {
			return err
		}
		if c.Full {
			did, err = replaceEvents(ctx, tx, c, before.covers(w))
		} else {
			did.Changed, err = changeEvents(ctx, tx, c)
		}
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

// lastReading is what the reading of a room before this one left behind; [ErrNotFound]
// if the room is not known. db.applying is held.
func (db *DB) lastReading(ctx context.Context, from querier, room calendar.RoomID) (reading, error) {
	db.mu.Lock()
	r, ok := db.pending[string(room)]
	db.mu.Unlock()
	if ok { // then it is known: DeleteRoom sees to that
		return r, nil
	}
	var begin, end int64
	err := from.QueryRowContext(ctx, "SELECT cursor, window_from, window_to FROM rooms WHERE id = ?", room).Scan(&r.cursor, &begin, &end)
	if errors.Is(err, sql.ErrNoRows) {
		return reading{}, ErrNotFound
	}
	if err != nil {
		return reading{}, err
	}
	r.window = syncer.Window{From: instant(begin), To: instant(end)}
	return r, nil
}

// continuedBy refuses news that follow nothing: what came before them is not stored.
func (r reading) continuedBy(c syncer.Change) error {
	if c.Full || r.cursor != "" {
		return nil
	}
	return &syncer.Error{Kind: syncer.Resync, Op: "continue the calendar of " + string(c.Room), Err: errors.New("it was not read in full yet")}
}

// covers is the part of w that the reading has told all news of; empty if none.
func (r reading) covers(w syncer.Window) syncer.Window {
	if r.cursor == "" {
		return syncer.Window{}
	}
	if w.From.Before(r.window.From) {
		w.From = r.window.From
	}
	if w.To.After(r.window.To) {
		w.To = r.window.To
	}
	return w
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

// Flush writes the readings that Apply only remembered, and what is owed of deliveries.
func (db *DB) Flush(ctx context.Context) error {
	return errors.Join(db.flushDeliveries(ctx), db.flushReadings(ctx))
}

func (db *DB) flushReadings(ctx context.Context) error {
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
