package discovery

import (
	"fmt"

	"github.com/roomink/roomink/engine/display"
)

const (
	// keepRounds is for how many rounds a candidate that fell silent keeps its place:
	// ten minutes at the usual 15 s.
	keepRounds = 40
	// LostRounds is after how many rounds without a word a candidate counts as silent: a
	// minute at the usual 15 s.
	LostRounds = 4
	// junkLimit bounds the candidates without an ID: a few are worth showing to a
	// person, a thousand are not.
	junkLimit = 50
)

// table bounds how many different candidates are reported. First come, first
// served: a flood can keep newcomers out, but no one who is in.
type table struct {
	limit     int
	round     int
	seen      map[string]sight
	strangers int  // how many of them are not in use
	junk      int  // how many of these have no identity
	full      bool // someone was kept out in this round
}

// sight is what is remembered of a candidate.
type sight struct {
	id    display.ID // "" for junk and gateways
	round int        // in which it was last seen
	inUse bool
	junk  bool
}

func newTable(limit int) *table {
	return &table{limit: limit, seen: map[string]sight{}}
}

func key(c display.Candidate) string {
	if c.ID != "" {
		return string(c.ID)
	}
	return "? " + c.Protocol + " " + c.Address + " " + c.Name
}

// admit says whether c may be reported. One that is in use always may.
func (t *table) admit(c display.Candidate, inUse bool) bool {
	k := key(c)
	now := sight{id: c.ID, round: t.round, inUse: inUse, junk: c.ID == "" && (!c.Gateway || c.Problem != "")}
	before, known := t.seen[k]
	if !known && !inUse && (t.strangers >= t.limit || now.junk && t.junk >= junkLimit) {
		t.full = true
		return false
	}
	if known {
		t.count(before, -1)
	}
	t.count(now, 1)
	t.seen[k] = now
	return true
}

func (t *table) count(s sight, by int) {
	if !s.inUse {
		t.strangers += by
	}
	if s.junk {
		t.junk += by
	}
}

// silent lists those that have just been silent for [LostRounds]. Call it once a round,
// before endRound.
func (t *table) silent() []display.ID {
	var ids []display.ID
	for _, s := range t.seen {
		if s.id != "" && t.round-s.round == LostRounds {
			ids = append(ids, s.id)
		}
	}
	return ids
}

// endRound forgets candidates that have been silent for long, and says in words
// that others were kept out, "" if none was.
func (t *table) endRound() string {
	t.round++
	for k, s := range t.seen {
		if t.round-s.round > keepRounds {
			delete(t.seen, k)
			t.count(s, -1)
		}
	}
	if !t.full {
		return ""
	}
	t.full = false
	return fmt.Sprintf("More displays announce themselves than Roomink keeps track of (%d, and %d announcements that make no sense). "+
		"Someone may be flooding the network; displays in use are not affected, new ones may not be found and can be added by address.",
		t.limit, junkLimit)
}
