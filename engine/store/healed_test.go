package store_test

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/store"
	"github.com/roomink/roomink/engine/syncer"
)

// TestHealed reads a calendar in full, a day on in the window, and counts what nobody
// had announced.
func TestHealed(t *testing.T) {
	next := syncer.Window{From: window.From.AddDate(0, 0, 1), To: window.To.AddDate(0, 0, 1)}
	on := func(id string, d, hour int) calendar.Event { return event(id, 24*d+hour) }
	whole := func(id string, d, days int) calendar.Event {
		e := event(id, 24*d)
		e.AllDay, e.End = true, e.Start.AddDate(0, 0, days)
		return e
	}
	gone, held := on("gone", 0, 9), []calendar.Event{on("a", 1, 9), on("b", 7, 23), whole("c", 3, 1)}
	moved := on("a", 1, 11)
	moved.Subject = "Stand-up a, later"
	past, future := on("a", 0, 9), on("b", 8, 9)
	first := on("first", 2, 9)
	for name, c := range map[string]struct {
		cursor string
		stored []calendar.Event // apart from held
		told   []calendar.Event
		want   syncer.Applied
	}{
		"should heal nothing that is as it was": {cursor: "c", told: held},
		"should not take for healed what left the window, or came into it": {cursor: "c", stored: []calendar.Event{gone},
			told: slices.Concat(held, []calendar.Event{on("new day", 8, 0)}), want: syncer.Applied{Changed: true}},
		"should count what was added, changed and taken away": {cursor: "c", stored: []calendar.Event{first},
			told: []calendar.Event{moved, held[1], held[2], on("new", 4, 9)}, want: syncer.Applied{Changed: true, Healed: 3}},
		"should count an empty calendar": {cursor: "c", want: syncer.Applied{Changed: true, Healed: 3}},
		"should count what moved out and in": {cursor: "c", stored: []calendar.Event{past}, // in place of a
			told: []calendar.Event{moved, future, held[2]}, want: syncer.Applied{Changed: true, Healed: 2}},
		"should count what has no length": {cursor: "c", told: slices.Concat(held, []calendar.Event{{ID: "dot", Start: next.From, End: next.From}}),
			want: syncer.Applied{Changed: true, Healed: 1}},
		"should leave out days at the edge, which zones disagree about": {cursor: "c", stored: []calendar.Event{whole("edge", 0, 1)},
			told: slices.Concat(held, []calendar.Event{whole("late", 7, 1)}), want: syncer.Applied{Changed: true}},
		"should heal nothing where no cursor was": {told: []calendar.Event{moved}, want: syncer.Applied{Changed: true}},
	} {
		for _, remembered := range []bool{false, true} { // a reading without news is not written at once
			t.Run(fmt.Sprint(name, "/", remembered), func(t *testing.T) {
				db := open(t, t.TempDir())
				must(t, db.SaveRooms(t.Context(), []calendar.Room{{ID: oslo}}, day))
				stored := slices.Concat(held, c.stored)
				_, err := db.Apply(t.Context(), syncer.Change{Room: oslo, Full: true, Events: stored, Cursor: "c"}, window, day)
				must(t, err)
				if c.cursor == "" {
					must(t, db.ForgetCursors(t.Context()))
				} else if remembered {
					did, err := db.Apply(t.Context(), syncer.Change{Room: oslo, Cursor: "d"}, window, day)
					if err != nil || did != (syncer.Applied{}) {
						t.Errorf("no news did %+v, %v", did, err)
					}
				}
				did, err := db.Apply(t.Context(), syncer.Change{Room: oslo, Full: true, Events: c.told, Cursor: "e"}, next, day)
				must(t, err)
				if did != c.want {
					t.Errorf("did %+v; want %+v", did, c.want)
				}
				got, err := db.Events(t.Context(), oslo)
				must(t, err)
				byID := cmpopts.SortSlices(func(a, b calendar.Event) bool { return a.ID < b.ID })
				if diff := cmp.Diff(c.told, got, byID, cmpopts.EquateEmpty()); diff != "" {
					t.Errorf("events (-want +got):\n%s", diff)
				}
			})
		}
	}
}

// Times finer than the store's and events that are told twice are no changes.
func TestAFullReadingOfTheSame(t *testing.T) {
	db := open(t, t.TempDir())
	must(t, db.SaveRooms(t.Context(), []calendar.Room{{ID: oslo}}, day))
	e := event("a", 9)
	e.Start = e.Start.Add(123456 * time.Nanosecond).In(time.FixedZone("CET", 3600))
	old := e
	old.Subject = "as it was"
	for i, want := range []syncer.Applied{{Changed: true}, {}} {
		did, err := db.Apply(t.Context(), syncer.Change{Room: oslo, Full: true, Events: []calendar.Event{old, e}, Cursor: "c"}, window, day)
		if err != nil || did != want {
			t.Errorf("reading %d did %+v, %v; want %+v", i, did, err, want)
		}
	}
	if got, err := db.Events(t.Context(), oslo); err != nil || len(got) != 1 || got[0].Subject != e.Subject {
		t.Errorf("%+v, %v", got, err)
	}
}

// News of thousands of events in one room, more than a statement has parameters.
func TestManyEvents(t *testing.T) {
	db := open(t, t.TempDir())
	must(t, db.SaveRooms(t.Context(), []calendar.Room{{ID: oslo}}, day))
	const n = 5000
	all := syncer.Change{Room: oslo, Full: true, Cursor: "c"}
	news := syncer.Change{Room: oslo, Cursor: "d", Series: []string{"s"}}
	for i := range n {
		all.Events = append(all.Events, occurrence(fmt.Sprint("o", i), "s", i%100), event(fmt.Sprint("e", i), i%100))
		news.Removed = append(news.Removed, fmt.Sprint("e", i))
	}
	news.Events = all.Events[:10]
	for _, c := range []syncer.Change{all, news} {
		if did, err := db.Apply(t.Context(), c, window, day); err != nil || !did.Changed {
			t.Errorf("%+v, %v", did, err)
		}
	}
	got, err := db.Events(t.Context(), oslo)
	must(t, err)
	if len(got) != 10 {
		t.Errorf("%d events are left; want 10: 5 that were told again of the series, 5 that the same news tell though removed", len(got))
	}
}

// An interrupted Apply leaves events, cursor and window as they were.
func TestApplyIsOneTransaction(t *testing.T) {
	dir := t.TempDir()
	db := open(t, dir)
	must(t, db.SaveRooms(t.Context(), []calendar.Room{{ID: oslo}}, day))
	_, err := db.Apply(t.Context(), syncer.Change{Room: oslo, Full: true, Events: []calendar.Event{event("a", 9)}, Cursor: "c"}, window, day)
	must(t, err)
	broken := event("b", 9)
	// A trigger in the real file stands for a disk that fails at just that event.
	raw, err := sql.Open("sqlite", "file:"+filepath.Join(dir, store.FileName)+"?_pragma=busy_timeout(5000)")
	must(t, err)
	defer raw.Close()
	_, err = raw.ExecContext(t.Context(), "CREATE TRIGGER fault BEFORE INSERT ON events WHEN new.id = 'b' BEGIN SELECT RAISE(ABORT, 'the disk is gone'); END")
	must(t, err)
	for _, full := range []bool{true, false} {
		change := syncer.Change{Room: oslo, Full: full, Events: []calendar.Event{event("z", 10), broken}, Removed: []string{"a"}, Cursor: "d"}
		if did, err := db.Apply(t.Context(), change, window, day.Add(time.Hour)); err == nil || did != (syncer.Applied{}) {
			t.Errorf("did %+v, %v; want an error", did, err)
		}
		events, err := db.Events(t.Context(), oslo)
		must(t, err)
		cursors, err := db.Cursors(t.Context())
		must(t, err)
		room, err := db.Room(t.Context(), oslo)
		must(t, err)
		if len(events) != 1 || events[0].ID != "a" || cursors[0].Cursor != "c" || !room.SyncedAt.Equal(day) {
			t.Errorf("events %+v, cursor %+v, read at %v; want all as before", events, cursors[0], room.SyncedAt)
		}
	}
}
