package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/syncer"
)

// querier is a pool or a transaction to read from.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

func readEvents(ctx context.Context, from querier, room calendar.RoomID) ([]calendar.Event, error) {
	rows, err := from.QueryContext(ctx, `
		SELECT id, series_id, subject, organizer, start_at, end_at, all_day, availability, private, cancelled
		FROM events WHERE room_id = ?`, room)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []calendar.Event
	for rows.Next() {
		var e calendar.Event
		var start, end int64
		if err := rows.Scan(&e.ID, &e.SeriesID, &e.Subject, &e.Organizer, &start, &end,
			&e.AllDay, &e.Availability, &e.Private, &e.Cancelled); err != nil {
			return nil, err
		}
		e.Start, e.End = instant(start), instant(end)
		list = append(list, e)
	}
	return list, rows.Err()
}

// replaceEvents makes the stored events of a room those of a full change, and writes
// only what differs: in the nightly reading of a whole office that is next to nothing.
// What differs inside covered is healed.
func replaceEvents(ctx context.Context, tx *sql.Tx, c syncer.Change, covered syncer.Window) (syncer.Applied, error) {
	list, err := readEvents(ctx, tx, c.Room)
	if err != nil {
		return syncer.Applied{}, err
	}
	stored := make(map[string]calendar.Event, len(list))
	for _, e := range list {
		stored[e.ID] = e
	}
	told := make(map[string]calendar.Event, len(c.Events))
	for _, e := range c.Events {
		e.Start, e.End = instant(millis(e.Start)), instant(millis(e.End)) // as it will be read
		told[e.ID] = e                                                    // of one that is told twice the last counts
	}
	var did syncer.Applied
	differs := func(covered bool) {
		did.Changed = true
		if covered {
			did.Healed++
		}
	}
	for id, before := range stored {
		if _, ok := told[id]; !ok {
			if err := deleteEvent(ctx, tx, c.Room, id); err != nil {
				return did, err
			}
			differs(touches(before, covered))
		}
	}
	var news []calendar.Event
	for id, e := range told {
		if before, known := stored[id]; !known || before != e {
			news = append(news, e)
		}
	}
	err = saveEvents(ctx, tx, c.Room, news, func(e calendar.Event) {
		differs(touches(e, covered) || touches(stored[e.ID], covered))
	})
	return did, err
}

// touches reports whether an event lies in a window, be it in part. All-day events are
// dates: where those fall at the edge of a window depends on the room's zone, so they
// must be a day inside.
func touches(e calendar.Event, w syncer.Window) bool {
	if e.AllDay {
		w.From, w.To = w.From.Add(24*time.Hour), w.To.Add(-24*time.Hour)
	}
	return e.Start.Before(w.To) && (e.End.After(w.From) || e.Start.Equal(e.End) && e.Start.Equal(w.From))
}

// changeEvents works news into the stored events of a room, and reports whether they
// differ afterwards. Occurrences of a series that is told in full, but without them,
// are gone.
func changeEvents(ctx context.Context, tx *sql.Tx, c syncer.Change) (changed bool, err error) {
	told := make([]string, len(c.Events))
	for i, e := range c.Events {
		told[i] = e.ID
	}
	// Lists go in as JSON, because a statement takes no more than some parameters.
	lists, err := jsonLists(told, c.Series, c.Removed)
	if err != nil {
		return false, err
	}
	res, err := tx.ExecContext(ctx, `
		DELETE FROM events WHERE room_id = ? AND id NOT IN (SELECT value FROM json_each(?))
			AND (series_id <> '' AND series_id IN (SELECT value FROM json_each(?)) OR id IN (SELECT value FROM json_each(?)))`,
		c.Room, lists[0], lists[1], lists[2])
	if changed, err = anyRow(res, err); err != nil {
		return false, err
	}
	err = saveEvents(ctx, tx, c.Room, c.Events, func(calendar.Event) { changed = true })
	return changed, err
}

// anyRow reports whether a statement touched any row.
func anyRow(res sql.Result, err error) (bool, error) {
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	return n > 0, err
}

func deleteEvent(ctx context.Context, tx *sql.Tx, room calendar.RoomID, id string) error {
	_, err := tx.ExecContext(ctx, "DELETE FROM events WHERE room_id = ? AND id = ?", room, id)
	return err
}

// saveEvents writes events, and tells each which one differs from what was stored. The
// WHERE keeps a replayed event, which delta queries send freely, from counting. The
// statement is prepared once: its parsing would be half of the work.
func saveEvents(ctx context.Context, tx *sql.Tx, room calendar.RoomID, events []calendar.Event, differs func(calendar.Event)) (err error) {
	if len(events) == 0 {
		return nil
	}
	save, err := tx.PrepareContext(ctx, `
		INSERT INTO events (room_id, id, series_id, subject, organizer, start_at, end_at, all_day, availability, private, cancelled)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (room_id, id) DO UPDATE SET
			series_id = excluded.series_id, subject = excluded.subject, organizer = excluded.organizer,
			start_at = excluded.start_at, end_at = excluded.end_at, all_day = excluded.all_day,
			availability = excluded.availability, private = excluded.private, cancelled = excluded.cancelled
		WHERE (series_id, subject, organizer, start_at, end_at, all_day, availability, private, cancelled)
			IS NOT (excluded.series_id, excluded.subject, excluded.organizer, excluded.start_at, excluded.end_at,
				excluded.all_day, excluded.availability, excluded.private, excluded.cancelled)`)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, save.Close()) }()
	for _, e := range events {
		changed, err := anyRow(save.ExecContext(ctx, room, e.ID, e.SeriesID, e.Subject, e.Organizer,
			millis(e.Start), millis(e.End), e.AllDay, e.Availability, e.Private, e.Cancelled))
		if err != nil {
			return err
		}
		if changed {
			differs(e)
		}
	}
	return nil
}

// jsonLists words each list as a JSON array, for json_each.
func jsonLists(lists ...[]string) ([]string, error) {
	out := make([]string, len(lists))
	for i, list := range lists {
		text, err := json.Marshal(append([]string{}, list...)) // nil would be null
		if err != nil {
			return nil, err
		}
		out[i] = string(text)
	}
	return out, nil
}
