package store

import (
	"context"
	"database/sql"
	"time"

	"github.com/roomink/roomink/engine/display"
)

// delivery is one thing that became known of a glass.
type delivery struct {
	what   string
	hash   string // of the frame that it shows, or with a ticket will show; "" = not known
	ticket string
	at     time.Time
}

// unknown says that nobody knows what the glass shows: a push begins.
func (d delivery) unknown() bool { return d.hash == "" && d.ticket == "" }

// SaveDelivered records that the display confirmed the frame with this hash. Like
// SaveOffered and ForgetDelivered, it is made up for by the next of them, by Flush or by
// Close if it can't be written now: the frame that was there before would pass for true.
func (db *DB) SaveDelivered(ctx context.Context, id display.ID, hash string, at time.Time) error {
	return db.deliver(ctx, id, delivery{what: "record the delivery", hash: hash, at: at})
}

// SaveOffered records that a gateway took the frame with this hash and gave the ticket for
// it. The glass is unknown until SaveDelivered; the ticket stays until ForgetDelivered.
func (db *DB) SaveOffered(ctx context.Context, id display.ID, hash, ticket string, at time.Time) error {
	return db.deliver(ctx, id, delivery{what: "record what a gateway took", hash: hash, ticket: ticket, at: at})
}

// ForgetDelivered records that the glass is unknown, as it is from the moment a
// push begins until the display confirms it.
func (db *DB) ForgetDelivered(ctx context.Context, id display.ID) error {
	return db.deliver(ctx, id, delivery{what: "record the beginning of a push"})
}

// deliver writes d, after what is owed of the display.
func (db *DB) deliver(ctx context.Context, id display.ID, d delivery) error {
	return db.groupedThen(ctx, d.what, func(ctx context.Context, tx *sql.Tx) error {
		for _, one := range append(db.owes(id), d) {
			if err := one.write(ctx, tx, id); err != nil {
				return err
			}
		}
		return nil
	}, func(err error) {
		db.mu.Lock()
		defer db.mu.Unlock()
		if err == nil {
			delete(db.owed, id)
		} else {
			db.owed[id] = d.after(db.owed[id])
		}
	})
}

func (db *DB) owes(id display.ID) []delivery {
	db.mu.Lock()
	defer db.mu.Unlock()
	return append([]delivery(nil), db.owed[id]...)
}

// after gives what has to be written for d to hold after the earlier deliveries, three at
// most.
func (d delivery) after(earlier []delivery) []delivery {
	var kept []delivery
	for _, one := range earlier {
		switch {
		case d.unknown(): // which leaves nothing of what was
		case one.unknown(), d.ticket == "" && one.ticket != "": // a delivery keeps the ticket
			kept = append(kept, one)
		}
	}
	return append(kept, d)
}

// flushDeliveries writes what is owed.
func (db *DB) flushDeliveries(ctx context.Context) error {
	db.mu.Lock()
	n := len(db.owed)
	db.mu.Unlock()
	if n == 0 {
		return nil
	}
	written := make(map[display.ID]bool, n)
	return db.groupedThen(ctx, "record what displays confirmed", func(ctx context.Context, tx *sql.Tx) error {
		db.mu.Lock()
		for id := range db.owed {
			written[id] = true
		}
		db.mu.Unlock()
		for id := range written {
			for _, one := range db.owes(id) {
				if err := one.write(ctx, tx, id); err != nil {
					return err
				}
			}
		}
		return nil
	}, func(err error) {
		db.mu.Lock()
		defer db.mu.Unlock()
		for id := range written {
			if err == nil {
				delete(db.owed, id)
			}
		}
	})
}

// disown lets a display that is called otherwise now, or is gone if now is "", owe nothing
// under its old name.
func (db *DB) disown(old, now display.ID) {
	db.mu.Lock()
	defer db.mu.Unlock()
	if list, ok := db.owed[old]; ok && now != "" {
		db.owed[now] = list
	}
	delete(db.owed, old)
}

// write records d, and that a push to the display was begun at some time. The end of a push
// says so as well as its beginning: the display may have been forgotten and adopted again
// between.
func (d delivery) write(ctx context.Context, tx *sql.Tx, id display.ID) error {
	_, err := tx.ExecContext(ctx, "UPDATE displays SET written = 1 WHERE id = ? AND written = 0", id)
	if err != nil {
		return err
	}
	switch {
	case d.unknown():
		_, err = tx.ExecContext(ctx, "DELETE FROM deliveries WHERE display_id = ?", id)
	case d.ticket != "":
		_, err = tx.ExecContext(ctx, `
			INSERT INTO deliveries (display_id, hash, delivered_at, ticket, offered, offered_at)
			SELECT id, '', 0, ?, ?, ? FROM displays WHERE id = ?
			ON CONFLICT (display_id) DO UPDATE SET hash = '', delivered_at = 0,
				ticket = excluded.ticket, offered = excluded.offered, offered_at = excluded.offered_at`,
			d.ticket, d.hash, millis(d.at), id)
	default:
		_, err = tx.ExecContext(ctx, `
			INSERT INTO deliveries (display_id, hash, delivered_at) SELECT id, ?, ? FROM displays WHERE id = ?
			ON CONFLICT (display_id) DO UPDATE SET hash = excluded.hash, delivered_at = excluded.delivered_at,
				offered = '', offered_at = 0`,
			d.hash, millis(d.at), id)
	}
	return err
}
