// Package signtest draws real signs for tests of the window, which must not import
// what draws them.
package signtest

import (
	"testing"
	"time"

	"github.com/roomink/roomink/engine"
	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/frame"
	"github.com/roomink/roomink/engine/sign"
	"github.com/roomink/roomink/engine/template"
)

// Draw answers a request for a preview from a snapshot as the engine does, but for
// templates that are not in the request.
type Draw func(engine.Snapshot, engine.PreviewRequest) (engine.Preview, error)

// New makes one that takes now for the present.
func New(t testing.TB, now time.Time) Draw {
	t.Helper()
	renderer, err := frame.New(frame.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return func(s engine.Snapshot, r engine.PreviewRequest) (engine.Preview, error) {
		at := r.At
		if at.IsZero() {
			at = now
		}
		agenda := example(at)
		for _, x := range s.Rooms {
			if x.Room.ID == r.Room {
				agenda = x.Agenda
			}
		}
		agenda.SyncedAt = at
		said, next := sign.Compose(agenda, sign.AccountOK, r.Policy, at)
		look := &frame.Look{Logo: s.Designs.Logo}
		if r.Template != nil {
			look.Template, _, _ = template.Parse(r.Template)
		}
		f, err := renderer.Frame(said, r.Panel, look)
		return engine.Preview{Frame: f, Sign: said, Next: next}, err
	}
}

// example is a room with invented meetings.
func example(now time.Time) calendar.Agenda {
	from, _ := calendar.DayBounds(now, time.UTC)
	at := func(hour float64) time.Time { return from.Add(time.Duration(hour * float64(time.Hour))) }
	return calendar.NewAgenda(calendar.Room{Name: "Example", Building: "Main building", Floor: "2", Capacity: 8}, time.UTC, []calendar.Event{
		{ID: "1", Subject: "Stand-up", Organizer: "Ada Lovelace", Start: at(9), End: at(9.5)},
		{ID: "2", Subject: "Design review", Organizer: "Grace Hopper", Start: at(11), End: at(12.5)},
		{ID: "3", Subject: "Interview", Organizer: "Alan Turing", Start: at(15), End: at(16)},
	}, now)
}
