package store_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/store"
	"github.com/roomink/roomink/engine/syncer"
)

// BenchmarkApply keeps 500 rooms of 40 events: for the first time, again with nothing
// changed as in the nightly reading, and with one event changed in each.
func BenchmarkApply(b *testing.B) {
	const n, each = 500, 40
	rooms := make([]calendar.Room, n)
	changes := make([]syncer.Change, n)
	for i := range rooms {
		rooms[i].ID = calendar.RoomID(fmt.Sprintf("room%d@contoso.com", i))
		changes[i] = syncer.Change{Room: rooms[i].ID, Full: true, Cursor: "cursor"}
		for j := range each {
			changes[i].Events = append(changes[i].Events, occurrence(fmt.Sprintf("AAMkADe%0140d", j), fmt.Sprintf("AAMkADs%0140d", j/5), j))
		}
	}
	apply := func(b *testing.B, db *store.DB) {
		for _, c := range changes {
			if _, err := db.Apply(b.Context(), c, window, day); err != nil {
				b.Fatal(err)
			}
		}
	}
	for name, between := range map[string]func(db *store.DB){
		"first": nil,
		"again": func(*store.DB) {},
		"one changed": func(*store.DB) {
			for i, c := range changes {
				e := c.Events[7]
				e.Subject = time.Now().String()
				changes[i].Events = append([]calendar.Event(nil), c.Events...)
				changes[i].Events[7] = e
			}
		},
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				b.StopTimer()
				db, err := store.Open(b.Context(), b.TempDir(), nil)
				if err != nil {
					b.Fatal(err)
				}
				if err := db.SaveRooms(b.Context(), rooms, day); err != nil {
					b.Fatal(err)
				}
				if between != nil {
					apply(b, db)
					between(db)
				}
				b.StartTimer()
				apply(b, db)
				b.StopTimer()
				if err := db.Close(); err != nil {
					b.Fatal(err)
				}
				b.StartTimer()
			}
		})
	}
}
