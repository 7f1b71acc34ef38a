package frame

import (
	"testing"

	"github.com/roomink/roomink/engine/display"
)

// The contrasts of WCAG 2 (1.4.3 for text, 1.4.11 for other marks), in the colours that
// panels really show.
func TestInksAreLegible(t *testing.T) {
	const text, mark = 4.5, 3
	for _, s := range display.Schemes() {
		i, p := inksOf(s), s.Measured()
		for _, c := range []struct {
			what       string
			ink, paper uint8
			least      float64
		}{
			{"text on paper", display.Black, display.White, text},
			{"busy on paper", i.busy, display.White, text},
			{"text on busy", i.onBusy, i.busy, text},
			{"text on a warning", i.onWarn, i.warn, text},
			{"free on paper", i.free, display.White, text},
			{"white on free", display.White, i.free, text},
			{"quiet on paper", i.quiet, display.White, text},
			{"rule on paper", i.rule, display.White, mark},
		} {
			if got := contrast(p[c.ink], p[c.paper]); got < c.least {
				t.Errorf("%s: %s has a contrast of %.1f, want %.1f", s, c.what, got, c.least)
			}
		}
	}
}
