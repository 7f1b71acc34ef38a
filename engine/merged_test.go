package engine

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/syncer"
)

// What signs show while nothing can be saved must be what will be saved: both ways to work
// news in agree on any.
func TestMergedAsStored(t *testing.T) {
	db := openStore(t, t.TempDir())
	defer db.Close()
	now := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	must(t, db.AddRoom(t.Context(), calendar.Room{ID: roomID(0)}))
	rnd := rand.New(rand.NewPCG(4, 4))
	for n := range 300 {
		ch := syncer.Change{Room: roomID(0), Cursor: fmt.Sprint(n), Full: n == 0 || rnd.IntN(20) == 0}
		for id := range 12 {
			switch rnd.IntN(6) {
			case 0, 1:
				e := eventAt(fmt.Sprint(id), now.Add(time.Duration(rnd.IntN(50))*time.Hour))
				if id > 5 {
					e.SeriesID = fmt.Sprint("series ", id%3)
				}
				ch.Events = append(ch.Events, e)
			case 2:
				ch.Removed = append(ch.Removed, fmt.Sprint(id))
			}
		}
		if rnd.IntN(3) == 0 {
			ch.Series = append(ch.Series, fmt.Sprint("series ", rnd.IntN(3)))
		}
		if ch.Full {
			ch.Removed, ch.Series = nil, nil
		}
		before, err := db.Events(t.Context(), roomID(0))
		must(t, err)
		got := merged(slices.Clone(before), ch)
		_, err = db.Apply(t.Context(), ch, syncer.DefaultWindow(now), now)
		must(t, err)
		want, err := db.Events(t.Context(), roomID(0))
		must(t, err)
		byID := cmpopts.SortSlices(func(a, b calendar.Event) bool { return a.ID < b.ID })
		if diff := cmp.Diff(want, got, byID, cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("after %+v (-stored +merged):\n%s", ch, diff)
		}
	}
}
