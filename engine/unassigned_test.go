package engine

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/roomink/roomink/engine/sign"
	"github.com/roomink/roomink/engine/store"
)

// A glass must not go on naming the meetings of a room that it does not belong to any
// more; one that Roomink never wrote to is nobody's business.
func TestUnassigned(t *testing.T) {
	shows := func(t *testing.T, l *life, e *Engine, want sign.State) {
		t.Helper()
		s := e.Snapshot()
		d := s.Displays[0]
		if d.Sign == nil || d.Sign.State != want || d.Delivery != Delivered || l.shows(d.ID) != d.Frame.Hash {
			t.Errorf("display %+v, sign %+v; want %s on the glass", d, d.Sign, want)
		}
	}
	tests := map[string]func(t *testing.T, l *life, e *Engine){
		"should say on the glass that its room was taken away": func(t *testing.T, l *life, e *Engine) {
			hang(t, e, 0)
			before := l.count()
			must(t, e.Unassign(t.Context(), displayID(0)))
			l.meet(0)
			settle(48 * time.Hour)
			shows(t, l, e, sign.Unassigned)
			if l.count() != before+1 {
				t.Errorf("%d pushes; want one", l.count()-before)
			}
			if d := e.Snapshot().Displays[0]; d.Stage != Adopted || d.Sign.Room != "Display 0000" {
				t.Errorf("display %+v, sign %+v; want it to name the display", d, d.Sign)
			}
			must(t, e.Assign(t.Context(), displayID(0), roomID(1)))
			settle(bound)
			shows(t, l, e, sign.Free)
		},
		"should say so when the room was forgotten": func(t *testing.T, l *life, e *Engine) {
			hang(t, e, 0)
			must(t, e.ForgetRoom(t.Context(), roomID(0)))
			settle(bound)
			shows(t, l, e, sign.Unassigned)
		},
		"should leave a display alone that was only adopted": func(t *testing.T, l *life, e *Engine) {
			id, err := e.AddDisplay(t.Context(), "0000")
			must(t, err)
			settle(time.Hour)
			if d := e.Snapshot().Displays[0]; l.count() != 0 || d.Sign != nil || d.Frame != nil || d.Delivery != NothingToShow {
				t.Errorf("%d pushes, display %+v; want none", l.count(), d)
			}
			must(t, e.Assign(t.Context(), id, roomID(0)))
			settle(bound)
			if l.count() != 1 {
				t.Errorf("%d pushes; want one", l.count())
			}
		},
		"should not leave a test pattern behind": func(t *testing.T, l *life, e *Engine) {
			_, err := e.AddDisplay(t.Context(), "0000")
			must(t, err)
			must(t, e.Identify(t.Context(), displayID(0)))
			settle(time.Second)
			if d := e.Snapshot().Displays[0]; l.count() != 1 || d.Frame == nil || l.shows(d.ID) != d.Frame.Hash {
				t.Errorf("%d pushes, display %+v; want the pattern", l.count(), d)
			}
			settle(patternTime)
			shows(t, l, e, sign.Unassigned)
		},
		"should draw it anew in another language or with another logo": func(t *testing.T, l *life, e *Engine) {
			hang(t, e, 0)
			must(t, e.Unassign(t.Context(), displayID(0)))
			settle(bound)
			before := l.count()
			p := sign.DefaultPolicy()
			p.Language = "de"
			must(t, e.SetPolicy(t.Context(), p))
			settle(bound)
			shows(t, l, e, sign.Unassigned)
			if l.count() != before+1 {
				t.Errorf("%d pushes; want one", l.count()-before)
			}
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) { inOffice(t, test) })
	}
}

// A push of the old agenda that a crash interrupted leaves the glass unknown; the next
// run must still put it right.
func TestUnassignedOverARestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLife(1, 1)
		cfg := l.config(t, t.TempDir())
		e, stop := run(t, cfg)
		settle(time.Minute)
		hang(t, e, 0)
		l.set(func() { l.power[displayID(0)] = false })
		must(t, e.Unassign(t.Context(), displayID(0)))
		settle(time.Minute)
		stop()
		db := openStore(t, cfg.Dir)
		must(t, db.ForgetDelivered(t.Context(), displayID(0))) // as at the beginning of a push
		must(t, db.Close())
		l.set(func() { l.power[displayID(0)] = true })
		e, _ = run(t, cfg)
		settle(bound)
		d := e.Snapshot().Displays[0]
		if d.Sign == nil || d.Sign.State != sign.Unassigned || l.shows(d.ID) != d.Frame.Hash {
			t.Errorf("display %+v; want it to own up after the restart", d)
		}
	})
}

func openStore(t *testing.T, dir string) *store.DB {
	t.Helper()
	db, err := store.Open(t.Context(), dir, nil)
	must(t, err)
	return db
}
