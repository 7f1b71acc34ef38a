package syncer

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"time"
)

const (
	// stepRooms is how many rooms are read at a time: the parts of one $batch
	// (graph.md 4.1).
	stepRooms = 20
	// firstGuess is how long a step takes until it was measured: 20 parts, of which
	// Outlook works on 4 at once, at 250 ms each.
	firstGuess = stepRooms / 4 * 250 * time.Millisecond
	// smoothing is how many steps the moving average of their time looks back, roughly.
	smoothing = 8
	// grain is what a stretched interval is rounded up to, so that it does not tremble
	// with every measurement.
	grain = 5 * time.Second
)

// steps is how many steps, each one request where nothing special happens, a pass
// over that many rooms takes.
func steps(rooms int) int { return (rooms + stepRooms - 1) / stepRooms }

// Stretch is the shortest interval at which a site with so many rooms is read, if the
// source takes perBatch for 20 of them: steps never overlap, and a fifth of the time
// stays free for what comes between, such as a person's wish, a resync or a retry. At
// 250 ms a mailbox, 4 at a time, perBatch is 1.25 s:
//
//	rooms   requests a round   Stretch     interval at the default of 30 s
//	   20                  1     1.56 s    30 s
//	  100                  5     7.81 s    30 s
//	  500                 25    39.06 s    40 s
//	2,000                100   156.25 s   160 s
func Stretch(rooms int, perBatch time.Duration) time.Duration {
	busy := time.Duration(steps(rooms)) * perBatch
	return busy + busy/4
}

// measure notes how long the source took for a full step: a moving average. A single
// slow one counts for little, because it would slow a large site for minutes.
func (s *Service) measure(took time.Duration) {
	s.measured = min(s.measured+1, smoothing)
	took = min(took, max(4*s.perBatch, firstGuess))
	s.perBatch += (took - s.perBatch) / time.Duration(s.measured)
}

// pace is how often rooms are to be read at an instant: as often as configured for the
// time of day, or as the size of the site allows.
func (s *Service) pace(now time.Time) Pace {
	p := Pace{Wanted: s.cfg.Interval, PerBatch: s.perBatch, Rooms: len(s.rooms), Office: s.cfg.Office(now)}
	if !p.Office {
		p.Wanted = s.cfg.Quiet
		if limit := s.cfg.Limit(); limit > 0 {
			p.Wanted = max(s.cfg.Interval, min(p.Wanted, limit/3))
		}
	}
	p.Interval = p.Wanted
	if least := Stretch(p.Rooms, p.PerBatch); least > p.Wanted {
		p.Interval = (least + grain - 1).Truncate(grain)
	}
	return p
}

// nextStep is when the next step is due. Each room is due an interval after its last
// turn. Steps are kept an even share of the interval apart, but for that no room waits
// longer than one such share: so a burst, as after the start, spreads out by itself,
// one step with every round, and each room is read at most once in an interval and at
// least once in an interval and a share.
func (s *Service) nextStep(now time.Time) time.Time {
	interval := s.pace(now).Interval
	if len(s.rooms) == 0 {
		return s.last.ended.Add(interval)
	}
	var oldest time.Time
	for _, st := range s.rooms {
		if st.soon {
			return now
		}
		if oldest.IsZero() || st.turn.Before(oldest) {
			oldest = st.turn
		}
	}
	due, share := oldest.Add(interval), interval/time.Duration(steps(len(s.rooms)))
	at := latest(due, earliest(s.last.began.Add(share), due.Add(share)))
	if s.last.took > share { // until that has stretched the interval, leave a breath
		at = latest(at, s.last.ended.Add(s.last.took/4))
	}
	return at
}

// due are the rooms whose turn it is, the one that waited longest first. While the
// source fails as a whole the order is by chance, so that no room is always behind the
// point where readings break off.
func (s *Service) due(now time.Time) []*roomState {
	interval := s.pace(now).Interval
	var list []*roomState
	for _, st := range s.rooms {
		if st.soon || !now.Before(st.turn.Add(interval)) {
			list = append(list, st)
		}
	}
	if s.whole.failing() {
		rand.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
		return list
	}
	slices.SortFunc(list, func(a, b *roomState) int {
		return cmp.Or(a.turn.Compare(b.turn), cmp.Compare(a.req.Room, b.req.Room))
	})
	return list
}

func earliest(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
