package store_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/syncer"
)

// An answer that was on its way while a person forgot its room must not be kept for the
// room of the same address that is added after it: with that cursor it would pass for
// read, and for free.
func TestForgottenOnTheWay(t *testing.T) {
	for name, late := range map[string]syncer.Change{
		"should refuse no news": {Room: oslo, Cursor: "late"},
		"should refuse news":    {Room: oslo, Cursor: "late", Events: []calendar.Event{event("a", 9)}},
	} {
		for when, order := range map[string][]string{
			"/before it is back": {"forget", "answer", "add"}, "/after it is back": {"forget", "add", "answer"},
		} {
			t.Run(name+when, func(t *testing.T) {
				db := open(t, t.TempDir())
				add := func() { must(t, db.AddRoom(t.Context(), calendar.Room{ID: oslo, Name: "Oslo"})) }
				add()
				_, err := db.Apply(t.Context(), syncer.Change{Room: oslo, Full: true, Cursor: "c"}, window, day)
				must(t, err)
				for _, step := range order {
					switch step {
					case "forget":
						must(t, db.DeleteRoom(t.Context(), oslo))
					case "add":
						add()
					case "answer":
						if _, err := db.Apply(t.Context(), late, window, day.Add(time.Minute)); err == nil {
							t.Error("it was kept")
						}
					}
				}
				got, err := db.Cursors(t.Context())
				must(t, err)
				if diff := cmp.Diff([]syncer.Request{{Room: oslo}}, got); diff != "" {
					t.Errorf("cursors (-want +got):\n%s", diff)
				}
			})
		}
	}
}
