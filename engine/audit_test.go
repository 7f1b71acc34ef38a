package engine

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/roomink/roomink/engine/sign"
)

// The activity list tells who changed what, from what, and keeps it; what Roomink does by
// itself is in nobody's name.
func TestAudit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLife(2, 1)
		cfg := l.config(t, t.TempDir())
		cfg.Actor = "frieda"
		e, stop := run(t, cfg)
		settle(time.Minute)
		hang(t, e, 0)
		must(t, e.Assign(t.Context(), displayID(0), roomID(1)))
		p := e.Snapshot().Policy
		p.Language, p.StaleAfter, p.WorkFrom, p.WorkDays = "de", 20*time.Minute, 7*60+30, p.WorkDays.With(time.Saturday, true)
		must(t, e.SetPolicy(t.Context(), p))
		must(t, e.SetPolicy(t.Context(), p)) // changes nothing
		privacy := sign.Masked
		must(t, e.SetOverride(t.Context(), roomID(0), sign.Override{Privacy: &privacy}))
		must(t, e.SetOverride(t.Context(), roomID(0), sign.Override{}))
		must(t, e.SetPaused(t.Context(), true))
		must(t, e.SetPaused(t.Context(), false))
		l.meet(1)
		settle(time.Minute)
		stop()
		cfg.Actor = "bob"
		e, _ = run(t, cfg)
		must(t, e.Assign(t.Context(), displayID(0), ""))

		var log []string
		for _, a := range e.Snapshot().Activity {
			log = append(log, a.Actor+"| "+a.Text)
		}
		all := strings.Join(log, "\n")
		for _, want := range []string{
			"frieda| Display Display 0000 was assigned to Room 0\n",
			"frieda| Display Display 0000 was assigned to Room 1, before to Room 0\n",
			"frieda| The settings of all signs were changed: language en → de; stale after 15 min → 20 min; work days Mon Tue Wed Thu Fri → Mon Tue Wed Thu Fri Sat; work from 08:00 → 07:30\n",
			"frieda| Room 0: the sign has settings of its own now: privacy as the organisation → masked\n",
			"frieda| Room 0: the sign follows the organisation's settings again: privacy masked → as the organisation\n",
			"frieda| Updates of the signs are paused\n",
			"| Room 1: the sign was updated",
			"bob| Display Display 0000 is no longer assigned to Room 1",
		} {
			if !strings.Contains("\n"+all+"\n", "\n"+want) {
				t.Errorf("lacks %q:\n%s", want, all)
			}
		}
		if n := strings.Count(all, "settings of all signs"); n != 1 {
			t.Errorf("%d changes of the settings; want one", n)
		}
	})
}
