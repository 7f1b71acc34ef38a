package store

import (
	"context"
	"database/sql"
	"time"

	"github.com/roomink/roomink/engine/display"
)

// batteriesKept is how many days of readings are kept of each battery.
const batteriesKept = 366

// Reading is what a battery had left at the end of a day.
type Reading struct {
	ID         display.ID
	Day        int // since 1970-01-01, UTC; see [Day]
	Millivolts int // 0 = not told
	Percent    int // by the display's own word; 0 = not told
}

// Day is the number of the day, since 1970-01-01 in UTC, of an instant.
func Day(at time.Time) int { return int(at.Unix() / (24 * 60 * 60)) }

// SaveReadings keeps readings of batteries, in place of older ones of the same days. Those
// of more than a year ago go, and so do those of displays that are not adopted.
func (db *DB) SaveReadings(ctx context.Context, readings []Reading) error {
	return db.tx(ctx, "save readings of batteries", func(tx *sql.Tx) error {
		for _, r := range readings {
			if _, err := tx.ExecContext(ctx, `
				INSERT INTO batteries (display_id, day, millivolts, percent) SELECT id, ?, ?, ? FROM displays WHERE id = ?
				ON CONFLICT (display_id, day) DO UPDATE SET millivolts = excluded.millivolts, percent = excluded.percent`,
				r.Day, r.Millivolts, r.Percent, r.ID); err != nil {
				return err
			}
			if _, err := tx.ExecContext(ctx, "DELETE FROM batteries WHERE display_id = ? AND day <= ?", r.ID, r.Day-batteriesKept); err != nil {
				return err
			}
		}
		return nil
	})
}

// Readings gives the readings of all batteries from a day on, by display and day.
func (db *DB) Readings(ctx context.Context, from int) ([]Reading, error) {
	return list(ctx, db, "read the readings of batteries",
		"SELECT display_id, day, millivolts, percent FROM batteries WHERE day >= ? ORDER BY display_id, day",
		func(row *sql.Rows) (r Reading, err error) {
			err = row.Scan(&r.ID, &r.Day, &r.Millivolts, &r.Percent)
			return r, err
		}, from)
}
