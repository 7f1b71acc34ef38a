package engine

import (
	"testing"
	"time"
)

func TestCell(t *testing.T) {
	for name, c := range map[string]struct {
		readings []int
		low      []bool
	}{
		"Li-ion that runs down and is charged": {
			[]int{4200, 3700, 3431, 3430, 3500, 3549, 3550, 3431, 3300},
			[]bool{false, false, false, true, true, true, false, false, true}},
		"Li-ion to its very end": {
			[]int{3400, 3200, 3100, 3050, 3000, 3600}, []bool{true, true, true, true, true, false}},
		"a coin cell": {
			[]int{3050, 2990, 2800, 2701, 2700, 2779, 2780, 2650}, []bool{false, false, false, false, true, true, false, true}},
		"a coin cell that is replaced":                     {[]int{2650, 3050, 3000}, []bool{true, false, false}},
		"a coin cell that is replaced by a very fresh one": {[]int{2650, 3250, 3050, 2690}, []bool{true, false, false, true}},
		"a coin cell that is found low":                    {[]int{2500}, []bool{true}},
		"a very fresh coin cell, until it is known":        {[]int{3200, 3050, 2999, 2950}, []bool{true, true, false, false}},
		"a coin cell in place of Li-ion":                   {[]int{3400, 2900}, []bool{true, false}},
		"Li-ion in place of a coin cell":                   {[]int{2600, 3900, 3400}, []bool{true, false, true}},
		"mains":                                            {[]int{0, 0}, []bool{false, false}},
		"a display that can't tell any more":               {[]int{3300, 0, 3500}, []bool{true, false, false}},
		"nonsense":                                         {[]int{-5, 100000}, []bool{false, false}},
	} {
		t.Run(name, func(t *testing.T) {
			var was cell
			for i, mv := range c.readings {
				if was = was.read(mv); was.low != c.low[i] {
					t.Errorf("reading %d, %d mV: low %v; want %v", i, mv, was.low, c.low[i])
				}
			}
		})
	}
}

// A battery that is low must show in the app and on the glass, and both must forget it
// once it is charged, without a refresh for each reading in between.
func TestLowBattery(t *testing.T) {
	inOffice(t, func(t *testing.T, l *life, e *Engine) {
		hang(t, e, 0)
		reads := func(millivolts int) Snapshot {
			l.set(func() { l.battery = millivolts })
			l.meet(0) // the display tells of its battery when it is pushed to
			settle(2 * bound)
			pushes := l.count()
			settle(11 * time.Minute)
			if n := l.count() - pushes; n > 1 {
				t.Errorf("%d pushes after a reading of %d mV", n, millivolts)
			}
			s := e.Snapshot()
			if d := s.Displays[0]; d.Battery != millivolts || d.Delivery != Delivered || l.shows(d.ID) != d.Frame.Hash {
				t.Errorf("display %+v; want it to have told its %d mV", d, millivolts)
			}
			return s
		}
		for _, c := range []struct {
			millivolts int
			low        bool
		}{{3800, false}, {3420, true}, {3450, true}, {3540, true}, {3600, false}, {3440, false}} {
			s := reads(c.millivolts)
			if marked := s.Displays[0].Sign.LowBattery != ""; marked != c.low || has(s, codeBattery) != c.low {
				t.Errorf("at %d mV: sign %+v, problems %+v; want it low: %v", c.millivolts, s.Displays[0].Sign, s.Problems, c.low)
			}
			if f, err := e.Preview(displayID(0), roomID(0)); err != nil || f.Hash != l.shows(displayID(0)) {
				t.Errorf("at %d mV the preview is not what hangs there: %v", c.millivolts, err)
			}
		}
		reads(3400)
		must(t, e.Forget(t.Context(), displayID(0)))
		if s := e.Snapshot(); has(s, codeBattery) {
			t.Errorf("problems %+v; want none of a display that was given up", s.Problems)
		}
	})
}
