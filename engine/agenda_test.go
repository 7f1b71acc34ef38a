package engine

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/syncer"
)

// What the store holds and what signs are made of must be the same once readings, the
// directory and people stop changing it, in whatever order they came.
func TestAgendaFollowsTheStore(t *testing.T) {
	l := newLife(3, 0)
	e, err := Open(t.Context(), l.config(t, t.TempDir()))
	must(t, err)
	defer func() { must(t, e.Close()) }()
	store := (*calendars)(e)
	now := time.Now().UTC().Truncate(time.Second)
	w := syncer.Window{From: now.Add(-time.Hour), To: now.Add(time.Hour)}
	rooms, err := l.Rooms(t.Context())
	must(t, err)
	must(t, store.SaveRooms(t.Context(), rooms[:2], now)) // the third is found in the middle of it all

	var all sync.WaitGroup
	for i := range rooms {
		all.Go(func() {
			for n := range 40 {
				change := syncer.Change{Room: roomID(i), Full: true, Cursor: "c", Events: []calendar.Event{eventAt(fmt.Sprint(n), now)}}
				if _, err := store.Apply(t.Context(), change, w, now.Add(time.Duration(n)*time.Second)); err != nil && i < 2 {
					t.Error(err)
				}
			}
		})
	}
	all.Go(func() {
		for n := range 40 {
			renamed := make([]calendar.Room, len(rooms))
			for i, r := range rooms {
				r.Name = fmt.Sprint(r.Name, " ", n)
				renamed[i] = r
			}
			if err := store.SaveRooms(t.Context(), renamed, now); err != nil {
				t.Error(err)
			}
		}
	})
	all.Wait()
	for _, r := range e.Snapshot().Rooms {
		events, err := e.db.Events(t.Context(), r.Room.ID)
		must(t, err)
		if len(events) != 1 || len(r.Meetings) != 1 || events[0].ID != r.Meetings[0].ID {
			t.Errorf("%s: the store holds %+v, the sign is made of %+v", r.Room.ID, events, r.Meetings)
		}
	}
}
