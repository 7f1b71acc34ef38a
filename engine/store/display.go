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
	// Ticket is the last that a gateway gave for a frame, and Offered the hash of that frame
	// while it is not known to be on the glass, since OfferedAt.
	Ticket    string
	Offered   string
	OfferedAt time.Time
	// TokenHash is the SHA-256, in hex, of the token that it proves itself with when it
	// fetches; "" = it has none.
	TokenHash string
	// Host is where a display without a token may fetch from; "" = not known yet.
	Host string
	// Due is when it said that it will be heard next; zero = it did not.
	Due time.Time
}

// DisplaySecret is the name of the secret that is the token of a display.
func DisplaySecret(id display.ID) string { return "display:" + string(id) }

// Displays gives all adopted displays by name.
func (db *DB) Displays(ctx context.Context) ([]Display, error) {
	return list(ctx, db, "read the displays", `
		SELECT d.id, d.protocol, d.name, d.model, d.firmware, d.address, d.width, d.height, d.scheme, d.rotation,
			d.battery, d.temperature, d.telemetry_at, d.last_seen, d.adopted_at, coalesce(d.room_id, ''),
			d.written, coalesce(v.hash, ''), coalesce(v.delivered_at, 0),
			coalesce(v.ticket, ''), coalesce(v.offered, ''), coalesce(v.offered_at, 0),
			d.pull, d.sleeps, d.secured, d.token_hash, d.host, d.percent, d.signal, d.due, d.buttons
		FROM displays d LEFT JOIN deliveries v ON v.display_id = d.id
		ORDER BY d.name, d.id`, scanDisplay)
}

func scanDisplay(row *sql.Rows) (d Display, err error) {
	var telemetry, seen, adopted, delivered, offered, due int64
	err = row.Scan(&d.ID, &d.Protocol, &d.Name, &d.Model, &d.Firmware, &d.Address,
		&d.Panel.Width, &d.Panel.Height, &d.Panel.Scheme, &d.Panel.Rotation,
		&d.Battery, &d.Temperature, &telemetry, &seen, &adopted, &d.Room,
		&d.Written, &d.Delivered, &delivered, &d.Ticket, &d.Offered, &offered,
		&d.Pull, &d.Sleeps, &d.Secured, &d.TokenHash, &d.Host, &d.Percent, &d.Signal, &due, &d.Buttons)
	d.At, d.LastSeen = instant(telemetry), instant(seen)
	d.AdoptedAt, d.DeliveredAt = instant(adopted), instant(delivered)
	d.OfferedAt, d.Due = instant(offered), instant(due)
	return d, err
}

// SaveDisplay keeps a display as adopted, or what has changed about one. Its assignment,
// its delivery and whether it was written to stay as they are, and so does what only a
// person may change: whether it fetches, its token and its host. Once it demanded
// encryption, it always does.
func (db *DB) SaveDisplay(ctx context.Context, d Display) error {
	return db.exec(ctx, "save the display", `
		INSERT INTO displays (id, protocol, name, model, firmware, address, width, height, scheme, rotation,
			battery, temperature, telemetry_at, last_seen, adopted_at,
			pull, sleeps, secured, token_hash, host, percent, signal, due, buttons)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET
			protocol = excluded.protocol, name = excluded.name, model = excluded.model,
			firmware = excluded.firmware, address = excluded.address, width = excluded.width,
			height = excluded.height, scheme = excluded.scheme, rotation = excluded.rotation,
			battery = excluded.battery, temperature = excluded.temperature,
			telemetry_at = excluded.telemetry_at, last_seen = excluded.last_seen,
			sleeps = excluded.sleeps, secured = max(secured, excluded.secured),
			percent = excluded.percent, signal = excluded.signal, due = excluded.due,
			buttons = excluded.buttons`,
		d.ID, d.Protocol, d.Name, d.Model, d.Firmware, d.Address, d.Panel.Width, d.Panel.Height,
		d.Panel.Scheme, d.Panel.Rotation, d.Battery, d.Temperature, millis(d.At), millis(d.LastSeen),
		millis(d.AdoptedAt), d.Pull, d.Sleeps, d.Secured, d.TokenHash, d.Host, d.Percent, d.Signal, millis(d.Due), d.Buttons)
}

// SaveHeard keeps what displays let us know of themselves from time to time: address,
// firmware, telemetry, when they were last seen, and when they are due again.
func (db *DB) SaveHeard(ctx context.Context, displays []Display) error {
	return db.tx(ctx, "save what displays reported", func(tx *sql.Tx) error {
		for _, d := range displays {
			if _, err := tx.ExecContext(ctx, `
				UPDATE displays SET address = ?, firmware = ?, battery = ?, percent = ?, signal = ?, temperature = ?,
					telemetry_at = ?, last_seen = ?, due = ? WHERE id = ?`,
				d.Address, d.Firmware, d.Battery, d.Percent, d.Signal, d.Temperature,
				millis(d.At), millis(d.LastSeen), millis(d.Due), d.ID); err != nil {
				return err
			}
		}
		return nil
	})
}

// SetPull decides whether a display fetches. It returns [ErrNotFound] if it is not adopted.
func (db *DB) SetPull(ctx context.Context, id display.ID, pull bool) error {
	return db.tx(ctx, "save the display", func(tx *sql.Tx) error {
		return some(tx.ExecContext(ctx, "UPDATE displays SET pull = ? WHERE id = ?", pull, id))
	})
}

// SaveHost keeps where a display without a token may fetch from.
func (db *DB) SaveHost(ctx context.Context, id display.ID, host string) error {
	return db.tx(ctx, "save the display", func(tx *sql.Tx) error {
		return some(tx.ExecContext(ctx, "UPDATE displays SET host = ? WHERE id = ?", host, id))
	})
}

// SaveToken gives a display a token: its hash, and the token itself as the vault sealed it
// under [DisplaySecret]. An older one is void.
func (db *DB) SaveToken(ctx context.Context, id display.ID, hash string, sealed []byte) error {
	return db.tx(ctx, "save the display's token", func(tx *sql.Tx) error {
		if err := some(tx.ExecContext(ctx, "UPDATE displays SET token_hash = ? WHERE id = ?", hash, id)); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, saveSecret, DisplaySecret(id), sealed)
		return err
	})
}

// DeleteDisplay forgets a display with its assignment, delivery and token.
func (db *DB) DeleteDisplay(ctx context.Context, id display.ID) error {
	err := db.tx(ctx, "forget the display", func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, deleteSecret, DisplaySecret(id)); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, "DELETE FROM displays WHERE id = ?", id)
		return err
	})
	if err == nil {
		db.disown(id, "")
	}
	return err
}

// Assign makes the display show the room, or none if room is "". It returns
// [ErrNotFound] if the display is not adopted.
func (db *DB) Assign(ctx context.Context, id display.ID, room calendar.RoomID) error {
	return db.tx(ctx, "assign the display", func(tx *sql.Tx) error {
		return some(tx.ExecContext(ctx, "UPDATE displays SET room_id = nullif(?, '') WHERE id = ?", room, id))
	})
}

// RenameDisplay gives a display another identity; assignment and delivery go along. A
// sealed secret opens only under its own name: sealed is the display's token, sealed for
// [DisplaySecret] of id, or nil where it has none. It returns [ErrNotFound] if old is not
// adopted.
func (db *DB) RenameDisplay(ctx context.Context, old, id display.ID, sealed []byte) error {
	err := db.tx(ctx, "rename the display", func(tx *sql.Tx) error {
		if err := some(tx.ExecContext(ctx, "UPDATE displays SET id = ? WHERE id = ?", id, old)); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, deleteSecret, DisplaySecret(old)); err != nil || sealed == nil {
			return err
		}
		_, err := tx.ExecContext(ctx, saveSecret, DisplaySecret(id), sealed)
		return err
	})
	if err == nil {
		db.disown(old, id)
	}
	return err
}
