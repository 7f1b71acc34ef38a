package store_test

import (
	"database/sql"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/store"
)

// What became known of a glass while nothing could be written must be made up for: what is
// stored of it would be a lie, and the next start would believe it.
func TestDeliveriesAreMadeUpFor(t *testing.T) {
	const id, other = display.ID("a:1"), display.ID("a:2")
	type want struct{ delivered, offered, ticket string }
	tests := map[string]struct {
		fails func(db *store.DB) []error // each must fail
		later func(db *store.DB) error   // once it can be written again
		want  want
	}{
		"should forget what was there when the next reading is saved": {
			fails: func(db *store.DB) []error { return []error{db.ForgetDelivered(t.Context(), id)} },
			later: func(db *store.DB) error { return db.Flush(t.Context()) },
		},
		"should record what was delivered": {
			fails: func(db *store.DB) []error {
				return []error{db.ForgetDelivered(t.Context(), id), db.SaveDelivered(t.Context(), id, "new", day)}
			},
			later: func(db *store.DB) error { return db.Flush(t.Context()) },
			want:  want{delivered: "new"},
		},
		"should do so before it closes": {
			fails: func(db *store.DB) []error {
				return []error{db.ForgetDelivered(t.Context(), id), db.SaveDelivered(t.Context(), id, "new", day)}
			},
			later: func(*store.DB) error { return nil },
			want:  want{delivered: "new"},
		},
		"should keep the ticket of what came to the glass": {
			fails: func(db *store.DB) []error {
				return []error{db.ForgetDelivered(t.Context(), id), db.SaveOffered(t.Context(), id, "new", "ticket", day),
					db.SaveDelivered(t.Context(), id, "new", day)}
			},
			later: func(db *store.DB) error { return db.Flush(t.Context()) },
			want:  want{delivered: "new", ticket: "ticket"},
		},
		"should not write it over what came after": {
			fails: func(db *store.DB) []error {
				return []error{db.ForgetDelivered(t.Context(), id), db.SaveDelivered(t.Context(), id, "new", day)}
			},
			later: func(db *store.DB) error {
				if err := db.SaveOffered(t.Context(), id, "newest", "ticket", day); err != nil {
					return err
				}
				return db.Flush(t.Context())
			},
			want: want{offered: "newest", ticket: "ticket"},
		},
		"should owe nothing of a display that was forgotten": {
			fails: func(db *store.DB) []error { return []error{db.SaveDelivered(t.Context(), id, "new", day)} },
			later: func(db *store.DB) error {
				if err := db.DeleteDisplay(t.Context(), id); err != nil {
					return err
				}
				return db.SaveDisplay(t.Context(), store.Display{Display: display.Display{ID: id}})
			},
		},
	}
	for name, c := range tests {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			db, err := store.Open(t.Context(), dir, nil)
			must(t, err)
			for _, one := range []display.ID{id, other} {
				must(t, db.SaveDisplay(t.Context(), store.Display{Display: display.Display{ID: one}}))
				must(t, db.SaveDelivered(t.Context(), one, "old", day))
			}
			raw, err := sql.Open("sqlite", "file:"+filepath.ToSlash(filepath.Join(dir, store.FileName))+"?_pragma=busy_timeout(5000)")
			must(t, err)
			defer raw.Close()
			for _, what := range []string{"INSERT", "UPDATE", "DELETE"} { // a disk that fails
				_, err = raw.ExecContext(t.Context(), "CREATE TRIGGER fault_"+what+" BEFORE "+what+" ON deliveries BEGIN SELECT RAISE(ABORT, 'the disk is gone'); END")
				must(t, err)
			}
			for i, err := range c.fails(db) {
				if err == nil {
					t.Errorf("write %d worked", i)
				}
			}
			if err := db.Flush(t.Context()); err == nil {
				t.Error("flushed, though it can't be written")
			}
			for _, what := range []string{"INSERT", "UPDATE", "DELETE"} {
				_, err = raw.ExecContext(t.Context(), "DROP TRIGGER fault_"+what)
				must(t, err)
			}
			must(t, c.later(db))
			must(t, db.Close())
			db = open(t, dir)
			d := displayWith(t, db, id)
			if diff := cmp.Diff(c.want, want{d.Delivered, d.Offered, d.Ticket}, cmp.AllowUnexported(want{})); diff != "" {
				t.Errorf("delivery (-want +got):\n%s", diff)
			}
			if d := displayWith(t, db, other); d.Delivered != "old" {
				t.Errorf("another display shows %q; want it left alone", d.Delivered)
			}
		})
	}
}
