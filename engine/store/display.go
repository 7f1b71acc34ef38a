package store

import (
	"context"
	"database/sql"
	"time"

	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/display"
)

// Display is an adopted display.
type Display struct {
	display.Display
	Room      calendar.RoomID // "" = not assigned
	AdoptedAt time.Time
	LastSeen  time.Time
	// Written says that a push to it was begun at some time, so that its glass may hold
	// a picture of ours.
	Written bool
	// Delivered is the hash of the last frame that the display confirmed, and
	// DeliveredAt when; "" and zero while the glass is unknown.
	Delivered   string
	DeliveredAt time.Time
}

// Displays gives all adopted displays by name.
func (db *DB) Displays(ctx context.Context) ([]Display, error) {
	return list(ctx, db, "read the displays", `
		SELECT d.id, d.protocol, d.name, d.model, d.firmware, d.address, d.width, d.height, d.scheme, d.rotation,
			d.battery, d.temperature, d.telemetry_at, d.last_seen, d.adopted_at, coalesce(d.room_id, ''),
			d.written, coalesce(v.hash, ''), coalesce(v.delivered_at, 0)
		FROM displays d LEFT JOIN deliveries v ON v.display_id = d.id
		ORDER BY d.name, d.id`, scanDisplay)
}

func scanDisplay(row *sql.Rows) (d Display, err error) {
	var telemetry, seen, adopted, delivered int64
	err = row.Scan(&d.ID, &d.Protocol, &d.Name, &d.Model, &d.Firmware, &d.Address,
		&d.Panel.Width, &d.Panel.Height, &d.Panel.Scheme, &d.Panel.Rotation,
		&d.Battery, &d.Temperature, &telemetry, &seen, &adopted, &d.Room,
		&d.Written, &d.Delivered, &delivered)
	d.At, d.LastSeen = instant(telemetry), instant(seen)
	d.AdoptedAt, d.DeliveredAt = instant(adopted), instant(delivered)
	return d, err
}

// SaveDisplay keeps a display as adopted, or what has changed about one; its
// assignment, its delivery and whether it was written to stay as they are.
func (db *DB) SaveDisplay(ctx context.Context, d Display) error {
	return db.exec(ctx, "save the display", `
		INSERT INTO displays (id, protocol, name, model, firmware, address, width, height, scheme, rotation,
			battery, temperature, telemetry_at, last_seen, adopted_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET
			protocol = excluded.protocol, name = excluded.name, model = excluded.model,
			firmware = excluded.firmware, address = excluded.address, width = excluded.width,
			height = excluded.height, scheme = excluded.scheme, rotation = excluded.rotation,
			battery = excluded.battery, temperature = excluded.temperature,
			telemetry_at = excluded.telemetry_at, last_seen = excluded.last_seen`,
		d.ID, d.Protocol, d.Name, d.Model, d.Firmware, d.Address, d.Panel.Width, d.Panel.Height,
		d.Panel.Scheme, d.Panel.Rotation, d.Battery, d.Temperature, millis(d.At), millis(d.LastSeen),
		millis(d.AdoptedAt))
}

// DeleteDisplay forgets a display with its assignment and delivery.
func (db *DB) DeleteDisplay(ctx context.Context, id display.ID) error {
	return db.exec(ctx, "forget the display", "DELETE FROM displays WHERE id = ?", id)
}

// Assign makes the display show the room, or none if room is "". It returns
// [ErrNotFound] if the display is not adopted.
func (db *DB) Assign(ctx context.Context, id display.ID, room calendar.RoomID) error {
	return db.tx(ctx, "assign the display", func(tx *sql.Tx) error {
		res, err := tx.ExecContext(ctx, "UPDATE displays SET room_id = nullif(?, '') WHERE id = ?", room, id)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n > 0 {
			return err
		}
		return ErrNotFound
	})
}

// SaveDelivered records that the display confirmed the frame with this hash.
func (db *DB) SaveDelivered(ctx context.Context, id display.ID, hash string, at time.Time) error {
	return db.grouped(ctx, "record the delivery", func(ctx context.Context, tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `
			INSERT INTO deliveries (display_id, hash, delivered_at) SELECT id, ?, ? FROM displays WHERE id = ?
			ON CONFLICT (display_id) DO UPDATE SET hash = excluded.hash, delivered_at = excluded.delivered_at`,
			hash, millis(at), id)
		return err
	})
}

// ForgetDelivered records that the glass is unknown, as it is from the moment a
// push begins until the display confirms it.
func (db *DB) ForgetDelivered(ctx context.Context, id display.ID) error {
	return db.grouped(ctx, "record the beginning of a push", func(ctx context.Context, tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, "UPDATE displays SET written = 1 WHERE id = ? AND written = 0", id); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, "DELETE FROM deliveries WHERE display_id = ?", id)
		return err
	})
}

// RenameDisplay gives a display another identity; assignment and delivery go along.
// It returns [ErrNotFound] if old is not adopted.
func (db *DB) RenameDisplay(ctx context.Context, old, id display.ID) error {
	return db.tx(ctx, "rename the display", func(tx *sql.Tx) error {
		res, err := tx.ExecContext(ctx, "UPDATE displays SET id = ? WHERE id = ?", id, old)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n > 0 {
			return err
		}
		return ErrNotFound
	})
}
