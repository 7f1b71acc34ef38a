package engine

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/roomink/roomink/engine/sign"
	"github.com/roomink/roomink/engine/syncer"
)

// slow is a calendar system that takes its time over each reading.
type slow struct {
	source
	takes time.Duration
}

// Changes implements [syncer.Source].
func (s slow) Changes(ctx context.Context, r []syncer.Request) ([]syncer.Change, error) {
	time.Sleep(s.takes)
	return s.source.Changes(ctx, r)
}

// A sign must not call itself out of date while all is well, however short the limit that
// a person chose: readings come more often, and where they can't the limit gives, and
// the app says so.
func TestNoSignGrowsStaleWhileAllIsWell(t *testing.T) {
	for name, c := range map[string]struct {
		takes, limit time.Duration
		gives        bool
	}{
		"at night":                 {limit: 5 * time.Minute},
		"at night, a short limit":  {limit: time.Minute},
		"on a slow line":           {takes: 40 * time.Second, limit: time.Minute, gives: true},
		"on a slow line, at leave": {takes: 40 * time.Second, limit: 5 * time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := newLife(2, 1)
				cfg := l.config(t, t.TempDir())
				cfg.Interval = 0 // and so the pauses of quiet hours, as on this Saturday
				cfg.Source = func(SourceConfig) (Source, error) { return slow{source{l}, c.takes}, nil }
				e, _ := run(t, cfg)
				settle(5 * time.Minute)
				hang(t, e, 0)
				p := sign.DefaultPolicy()
				p.StaleAfter = c.limit
				must(t, e.SetPolicy(t.Context(), p))
				settle(30 * time.Minute)
				for range 12 * 60 {
					settle(5 * time.Second)
					s := e.Snapshot()
					if s.Displays[0].Sign.State != sign.Free {
						t.Fatalf("sign %+v at a pace of %+v", s.Displays[0].Sign, s.Sync.Pace)
					}
					if has(s, codeLimit) != c.gives {
						t.Fatalf("problems %+v; want it said: %v", s.Problems, c.gives)
					}
				}
				if p.StaleAfter = 15 * time.Minute; e.SetPolicy(t.Context(), p) != nil || has(e.Snapshot(), codeLimit) {
					t.Error("it is said of a limit that is long enough")
				}
			})
		})
	}
}
