package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/sign"
)

// Overrides gives what rooms do otherwise than the organisation, of those that do.
func (db *DB) Overrides(ctx context.Context) (map[calendar.RoomID]sign.Override, error) {
	rows, err := db.read.QueryContext(ctx, "SELECT room_id, override FROM room_overrides")
	if err != nil {
		return nil, fmt.Errorf("read the rooms' own settings: %w", err)
	}
	defer rows.Close()
	overrides := make(map[calendar.RoomID]sign.Override)
	for rows.Next() {
		var id calendar.RoomID
		var text string
		if err := rows.Scan(&id, &text); err != nil {
			return nil, fmt.Errorf("read the rooms' own settings: %w", err)
		}
		var o sign.Override
		if err := json.Unmarshal([]byte(text), &o); err != nil {
			return nil, fmt.Errorf("read the settings of %s: %w", id, err)
		}
		overrides[id] = o
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read the rooms' own settings: %w", err)
	}
	return overrides, nil
}

// SaveOverride keeps what a room does otherwise; an empty one keeps nothing. It returns
// [ErrNotFound] if the room is not known.
func (db *DB) SaveOverride(ctx context.Context, room calendar.RoomID, o sign.Override) error {
	what := fmt.Sprintf("save the settings of %s", room)
	if o.Empty() {
		return db.exec(ctx, what, "DELETE FROM room_overrides WHERE room_id = ?", room)
	}
	text, err := json.Marshal(o)
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return db.tx(ctx, what, func(tx *sql.Tx) error {
		res, err := tx.ExecContext(ctx, `
			INSERT INTO room_overrides (room_id, override) SELECT id, ? FROM rooms WHERE id = ?
			ON CONFLICT (room_id) DO UPDATE SET override = excluded.override`, string(text), room)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n > 0 {
			return err
		}
		return ErrNotFound
	})
}

// Template is a template of the organisation's own.
type Template struct {
	Name      string
	Source    []byte
	ChangedAt time.Time // when it was saved
}

// Templates gives all templates by name.
func (db *DB) Templates(ctx context.Context) ([]Template, error) {
	return list(ctx, db, "read the templates", "SELECT name, source, changed_at FROM templates ORDER BY name",
		func(row *sql.Rows) (t Template, err error) {
			var changed int64
			err = row.Scan(&t.Name, &t.Source, &changed)
			t.ChangedAt = instant(changed)
			return t, err
		})
}

// Template gives one template, [ErrNotFound] if there is none of this name.
func (db *DB) Template(ctx context.Context, name string) (Template, error) {
	t := Template{Name: name}
	var changed int64
	err := db.read.QueryRowContext(ctx, "SELECT source, changed_at FROM templates WHERE name = ?", name).Scan(&t.Source, &changed)
	if errors.Is(err, sql.ErrNoRows) {
		return Template{}, fmt.Errorf("template %q: %w", name, ErrNotFound)
	}
	if err != nil {
		return Template{}, fmt.Errorf("read the template %q: %w", name, err)
	}
	t.ChangedAt = instant(changed)
	return t, nil
}

// SaveTemplate keeps a template, in place of one of the same name.
func (db *DB) SaveTemplate(ctx context.Context, t Template) error {
	return db.exec(ctx, fmt.Sprintf("save the template %q", t.Name), `
		INSERT INTO templates (name, source, changed_at) VALUES (?, ?, ?)
		ON CONFLICT (name) DO UPDATE SET source = excluded.source, changed_at = excluded.changed_at`,
		t.Name, t.Source, millis(t.ChangedAt))
}

// DeleteTemplate removes a template. It returns [ErrNotFound] if there is none of this
// name.
func (db *DB) DeleteTemplate(ctx context.Context, name string) error {
	return db.tx(ctx, fmt.Sprintf("delete the template %q", name), func(tx *sql.Tx) error {
		res, err := tx.ExecContext(ctx, "DELETE FROM templates WHERE name = ?", name)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n > 0 {
			return err
		}
		return ErrNotFound
	})
}

// Picture is a picture file.
type Picture struct {
	Name      string // "logo", or the address that it was fetched from
	Data      []byte
	ETag      string // of the server's, as it sent it; "" = none
	Modified  string // the server's Last-Modified, as it sent it; "" = none
	FetchedAt time.Time
}

// Pictures gives all pictures by name.
func (db *DB) Pictures(ctx context.Context) ([]Picture, error) {
	return list(ctx, db, "read the pictures", "SELECT name, data, etag, modified, fetched_at FROM pictures ORDER BY name",
		func(row *sql.Rows) (p Picture, err error) {
			var fetched int64
			err = row.Scan(&p.Name, &p.Data, &p.ETag, &p.Modified, &fetched)
			p.FetchedAt = instant(fetched)
			return p, err
		})
}

// SavePicture keeps a picture, in place of one of the same name.
func (db *DB) SavePicture(ctx context.Context, p Picture) error {
	return db.exec(ctx, "save a picture", `
		INSERT INTO pictures (name, data, etag, modified, fetched_at) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (name) DO UPDATE SET data = excluded.data, etag = excluded.etag,
			modified = excluded.modified, fetched_at = excluded.fetched_at`,
		p.Name, p.Data, p.ETag, p.Modified, millis(p.FetchedAt))
}

// DeletePicture removes a picture; it is no error if there is none.
func (db *DB) DeletePicture(ctx context.Context, name string) error {
	return db.exec(ctx, "delete a picture", "DELETE FROM pictures WHERE name = ?", name)
}
